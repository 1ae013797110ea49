import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { ConfigurationError } from "../../src/configuration/error.ts";
import type { Configuration } from "../../src/configuration/schema.ts";
import {
  applyDeclaredClients,
  applyDeclaredPeople,
  type DeclarationOptions,
  requireDeclaredGroups,
  requireStillDeclared,
} from "../../src/operations/declarations.ts";
import { createGroup, everyMember } from "../../src/operations/groups.ts";
import { collect } from "../../src/operations/paging.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { introspectAs, isActive, refresh, serviceToken, textOf, tokensFor } from "../support/flows.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

type Person = Configuration["people"][number];

const BOB: Person = {
  username: "bob",
  password: "the declared password",
  administrator: false,
  auditor: false,
  groups: [],
  attributes: {},
};

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

/** A start with this configuration, on the same database. */
async function start(changes: Partial<Configuration>, options: DeclarationOptions = {}): Promise<void> {
  const context = { ...server.context, configuration: { ...server.context.configuration, ...changes } };
  await requireStillDeclared(context, options);
  await requireDeclaredGroups(context);
  await applyDeclaredClients(context, options);
  await applyDeclaredPeople(context, options);
}

async function person(username: string): Promise<AccountRecord> {
  const account = await server.context.store.findAccountByUsername(username);
  if (account === null) throw new Error(`There is no ${username}.`);
  return account;
}

async function client(clientId: string): Promise<ClientRecord | null> {
  return server.context.store.findClient(clientId);
}

const hasPassword = async (username: string, password: string): Promise<boolean> =>
  server.context.passwords.verify(password, (await person(username)).passwordHash);

/** As the account page or `tessera user password` sets it. */
async function setPassword(username: string, password: string): Promise<void> {
  const { passwords, store } = server.context;
  await store.setPassword((await person(username)).subject, await passwords.hash(password));
}

const without = (clientId: string) =>
  server.context.configuration.clients.filter(({ client_id }) => client_id !== clientId);

test("a declared client is for the groups that the declaration names", async () => {
  const clients = server.context.configuration.clients.map((declared) =>
    declared.client_id === "web"
      ? { ...declared, allowed_groups: ["family"], denied_groups: ["guests"] }
      : declared,
  );
  for (const name of ["family", "guests"]) await createGroup(server.context, SERVER_ACT, name, null, 1);
  await start({ clients });
  expect(await client("web")).toMatchObject({ allowedGroups: ["family"], deniedGroups: ["guests"] });
  await start({});
  expect(await client("web")).toMatchObject({ allowedGroups: [], deniedGroups: [] });
});

describe("the declared hash of another server", () => {
  const { password: _, ...NAMED } = BOB;
  const sign = () => openBrowser(server).signIn("bob", PASSWORD);
  let hash = "";
  beforeEach(async () => {
    hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });
  });

  test("is the person's until they sign in, and a later start leaves the renewed one alone", async () => {
    const people = [{ ...NAMED, password_hash: hash }];
    await start({ people });
    expect((await person("bob")).passwordHash).toBe(hash);
    expect((await sign()).status).toBe(303);
    const { passwordHash, revision } = await person("bob");
    expect(passwordHash).toStartWith("$argon2id$");
    await start({ people });
    expect(await person("bob")).toMatchObject({ passwordHash, revision });
  });

  test("is set again when it changes, and gives way to a password of the same meaning without a change", async () => {
    await start({ people: [{ ...NAMED, password_hash: hash }] });
    await start({ people: [{ ...NAMED, password: PASSWORD }] });
    expect((await person("bob")).passwordHash).toBe(hash);
    const another = await Bun.password.hash("another", { algorithm: "bcrypt", cost: 4 });
    await start({ people: [{ ...NAMED, password_hash: another }] });
    expect((await person("bob")).passwordHash).toBe(another);
  });

  test.each([
    ["$2b$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "takes more time than"],
    ["$6$rounds=5000$salt$x", "is of no form that this server can check: argon2, bcrypt,"],
    ["correct horse battery staple", "is of no form"],
  ])(proves("%s is refused before anything changes", "threat 41"), async (password_hash, words) => {
    const wrong = start({
      people: [
        { ...NAMED, password_hash },
        { ...BOB, username: "carol" },
      ],
    });
    await expect(wrong).rejects.toThrow(`The password_hash of 'bob' in the configuration ${words}`);
    expect(await server.context.store.listAccounts()).toEqual([]);
  });
});

test("a weak password is taken, because the operator decides, and the log says so once", async () => {
  const people = [{ ...BOB, password: "password123" }];
  await start({ people });
  await start({ people });
  expect(await hasPassword("bob", "password123")).toBe(true);
  const warnings = server.logged.filter((line) => line.includes("a declared password is weak"));
  expect(warnings.map((line) => JSON.parse(line))).toMatchObject([
    { level: "warn", username: "bob", reason: "common" },
  ]);
  expect(server.logged.join()).not.toContain("password123");
});

test("a start is refused whose declared clients name groups that do not exist, and changes nothing", async () => {
  await createGroup(server.context, SERVER_ACT, "family", null, 1);
  const clients = server.context.configuration.clients.map((declared) =>
    declared.client_id === "web"
      ? { ...declared, client_name: "New", allowed_groups: ["Family"], denied_groups: ["gests", "declared"] }
      : declared,
  );
  const refused = start({ clients, people: [{ ...BOB, groups: ["declared"] }] });
  await expect(refused).rejects.toThrow(
    [
      "  The client 'web' names the group 'Family', which does not exist. There is 'family'.",
      "  The client 'web' names the group 'gests', which does not exist. Make it: tessera group add gests",
    ].join("\n"),
  );
  expect((await client("web"))?.clientName).toBe("Example Web");
  const people = start({ people: [{ ...BOB, groups: ["FAMILY"] }] });
  await expect(people).rejects.toThrow("names the group 'FAMILY', but there is 'family'");
});

describe("the facts about a declared person", () => {
  const TOLD: Person = {
    ...BOB,
    email: "bob@mail.example",
    email_verified: false,
    given_name: "Bob",
    address: { locality: "London", country: "UK" },
    attributes: { quota: 5 },
    groups: ["photos", "family"],
  };

  test("are as declared, and the groups that it names exist", async () => {
    await start({ people: [TOLD] });
    expect(await person("bob")).toMatchObject({
      emailVerified: false,
      profile: { given_name: "Bob", address: { locality: "London", country: "UK" } },
      attributes: { quota: 5 },
      groups: ["family", "photos"],
    });
    expect(await membersOf("family")).toEqual(["bob"]);
  });

  test("change with the declaration, and only where it changed", async () => {
    await start({ people: [TOLD] });
    const { subject } = await person("bob");
    await server.context.store.changeAccount(subject, {
      profile: { nickname: "bobby", address: { country: "England" } },
      attributes: { role: "editor" },
      leaves: ["photos"],
    });
    await start({ people: [TOLD] });
    expect(await person("bob")).toMatchObject({ groups: ["family"], profile: { nickname: "bobby" } });
    await start({
      people: [
        { ...BOB, family_name: "Last", address: { locality: "Paris", country: "UK" }, groups: ["wiki"] },
      ],
    });
    expect(await person("bob")).toMatchObject({
      email: null,
      emailVerified: true,
      attributes: { role: "editor" },
      groups: ["wiki"],
    });
    expect((await person("bob")).profile).toEqual({
      nickname: "bobby",
      family_name: "Last",
      address: { locality: "Paris", country: "England" },
    });
    expect(await membersOf("family")).toEqual([]);
  });

  test("are refused with the person and the fact, before anything changes", async () => {
    for (const [words, wrong] of [
      ["birthdate = \"1815-13-10\" of 'bob'", { birthdate: "1815-13-10" }],
      ["groups = \"a b\" of 'bob'", { groups: ["a b"] }],
      ["a b = \"1\" of 'bob'", { attributes: { "a b": 1 } }],
      ["address.country = \"\\u0007\" of 'bob'", { address: { country: "\u0007" } }],
    ] as const) {
      const people = [{ ...BOB, ...wrong } as Person];
      await expect(start({ people })).rejects.toThrow(words);
    }
    expect(await server.context.store.findAccountByUsername("bob")).toBeNull();
  });

  async function membersOf(group: string): Promise<string[]> {
    return (await collect(everyMember(server.context, group))).map(({ username }) => username);
  }
});

describe("a declared person", () => {
  test(proves("keeps a password of their own at the next start", "threat 76"), async () => {
    await start({ people: [BOB] });
    await setPassword("bob", "a new one, after the leak");
    await start({ people: [BOB] });
    expect(await hasPassword("bob", "a new one, after the leak")).toBe(true);
  });

  test("gets the declared password when the declaration changes", async () => {
    await start({ people: [BOB] });
    await setPassword("bob", "a new one, after the leak");
    await start({ people: [{ ...BOB, password: "declared anew" }] });
    expect(await hasPassword("bob", "declared anew")).toBe(true);
  });

  test("gets the name, the address and the office that are declared later, and keeps the password", async () => {
    await start({ people: [BOB] });
    await setPassword("bob", "a new one, after the leak");
    const later = { ...BOB, name: "Bob", email: "bob@mail.example", administrator: true, auditor: true };
    await start({ people: [later] });
    expect(await person("bob")).toMatchObject({
      name: "Bob",
      email: "bob@mail.example",
      administrator: true,
      auditor: true,
    });
    expect(await hasPassword("bob", "a new one, after the leak")).toBe(true);
  });

  test("is not changed by the same declaration again", async () => {
    await start({ people: [BOB] });
    const before = await person("bob");
    await start({ people: [BOB] });
    expect(await person("bob")).toEqual(before);
  });

  test(proves("is no one who was added otherwise", "threat 76"), async () => {
    const ada = await server.addPerson("ada");
    const declared = start({ people: [{ ...BOB, username: "Ada" }] });
    await expect(declared).rejects.toThrow(ConfigurationError);
    await expect(declared).rejects.toThrow("a person with this user name was added otherwise");
    expect(await person("ada")).toEqual(ada);
  });

  test("takes no address of another person, declared or not, and no user name that is one", async () => {
    await server.addPerson("ada", { email: "ada@mail.example" });
    const ADA = "ada@mail.example";
    for (const people of [[{ ...BOB, email: "ADA@mail.example" }], [{ ...BOB, username: ADA }]]) {
      await expect(start({ people })).rejects.toThrow("but 'ada' signs in with it.");
    }
    const twins = [
      { ...BOB, email: "both@mail.example" },
      { ...BOB, username: "Both@mail.example" },
    ];
    await expect(start({ people: twins })).rejects.toThrow(
      "declares 'both@mail.example' for 'bob' and for 'Both@mail.example', ignoring case.",
    );
    expect(await server.context.store.findAccountByUsername("bob")).toBeNull();
    const own = { ...BOB, username: "bob@mail.example", email: "Bob@mail.example" };
    await start({ people: [own] });
    expect((await person("bob@mail.example")).email).toBe("Bob@mail.example");
    await start({ people: [{ ...own, email: "robert@mail.example" }] });
    expect((await person("bob@mail.example")).email).toBe("robert@mail.example");
  });

  test.each([
    [{ name: " \u200b" }, "The name of 'bob' in the configuration has nothing that can be read."],
    [{ email: "bob" }, "The address 'bob' of 'bob' in the configuration is not an e-mail address."],
  ])("is refused with %p", async (wrong, words) => {
    await expect(start({ people: [{ ...BOB, ...wrong }] })).rejects.toThrow(words);
  });

  test("is not declared twice under names that are equal but for their case", async () => {
    const twice = start({ people: [BOB, { ...BOB, username: "BOB" }] });
    await expect(twice).rejects.toThrow("two people with the user name 'BOB'");
  });

  test("is disabled when left out, and comes back", async () => {
    const ann = { ...BOB, username: "ann" };
    await start({ people: [BOB, ann] });
    await start({ people: [ann] });
    expect(await person("bob")).toMatchObject({ disabledBy: "left_out" });
    await start({ people: [BOB, ann] });
    expect(await person("bob")).toMatchObject({ disabledAt: null, disabledBy: null });
  });

  test("stays disabled if the operator did it", async () => {
    await start({ people: [BOB] });
    await server.context.store.disableAccount((await person("bob")).subject, 1);
    await start({ people: [BOB] });
    await start({ people: [{ ...BOB, name: "Bob" }] });
    expect((await person("bob")).disabledBy).toBe("operator");
  });

  test("is removed when left out of a start that prunes", async () => {
    await start({ people: [BOB, { ...BOB, username: "ann" }] });
    await start({ people: [BOB] }, { prunes: true });
    expect(await server.context.store.findAccountByUsername("ann")).toBeNull();
  });
});

describe("a declared client", () => {
  test(proves("that is left out comes back with the access that it had", "threat 76"), async () => {
    const ada = await server.addPerson("ada");
    const tokens = await tokensFor(server, ada);
    await start({ clients: without("web") });
    expect(await client("web")).toMatchObject({ disabledBy: "left_out" });
    const seen = await introspectAs(server, "mail-server", textOf(tokens, "access_token"));
    expect(seen.active).toBe(false);
    await start({});
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(true);
    expect((await refresh(server, textOf(tokens, "refresh_token"))).status).toBe(200);
  });

  test("stays disabled if the operator did it", async () => {
    await server.context.store.disableClient("web", 1);
    await start({});
    await start({ clients: without("web") });
    await start({});
    expect((await client("web"))?.disabledBy).toBe("operator");
  });

  test("is removed when left out of a start that prunes", async () => {
    await start({ clients: without("web") }, { prunes: true });
    expect(await client("web")).toBeNull();
  });

  test("of the demonstration is removed with it", async () => {
    await start({}, { demoClients: new Set(["web"]) });
    expect((await client("web"))?.source).toBe("demo");
    await start({ clients: without("web") });
    expect(await client("web")).toBeNull();
  });
});

describe("a start that declares nothing", () => {
  test(proves("is refused if something was declared before, and changes nothing", "threat 76"), async () => {
    await start({ people: [BOB] });
    const token = await serviceToken(server);
    const empty = start({ clients: [], people: [] });
    await expect(empty).rejects.toThrow(ConfigurationError);
    await expect(empty).rejects.toThrow(/declared \d+ clients and 1 person.*--config FILE.*--prune/);
    expect((await person("bob")).disabledAt).toBeNull();
    expect(await isActive(server, token, "mail-server")).toBe(true);
  });

  test("goes on if it prunes", async () => {
    await start({ people: [BOB] });
    await start({ clients: [], people: [] }, { prunes: true });
    expect(await server.context.store.listClients("configuration")).toEqual([]);
    expect(await server.context.store.listAccounts()).toEqual([]);
  });

  test("goes on if nothing was declared before", async () => {
    await start({ clients: [], people: [] }, { prunes: true });
    await start({ clients: [], people: [] });
  });

  test("is refused with the clients of the demonstration too", async () => {
    await start({ people: [BOB] });
    const only = server.context.configuration.clients.filter(({ client_id }) => client_id === "web");
    const demo = start({ clients: only, people: [] }, { demoClients: new Set(["web"]) });
    await expect(demo).rejects.toThrow(ConfigurationError);
  });
});

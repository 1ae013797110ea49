import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
const run = (...args: string[]) => tessera([...args, "--data", data]);
const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).out);

beforeAll(async () => {
  for (const name of ["ada", "grace"]) await run("user", "add", name, "--generate");
});
afterAll(removeTemporaryFolders);

describe("group", () => {
  test("add, list, show, set and remove keep groups", async () => {
    expect((await run("group", "list")).out).toContain("There are no groups.");
    expect((await run("group", "add", "family", "--description", "All of us")).out).toContain(
      "Added the group family.",
    );
    expect(await json("group", "add", "photos")).toMatchObject({ name: "photos", members: 0 });
    expect((await run("group", "join", "family", "ada", "grace")).out).toBe(
      "ada, grace are in the group family. It has 2 members.\n",
    );
    expect(await json("group", "list")).toMatchObject([
      { name: "family", description: "All of us", members: 2 },
      { name: "photos", description: null, members: 0 },
    ]);
    expect((await run("group", "show", "family")).out).toMatch(/people +ada, grace/);
    expect((await run("group", "leave", "family", "ada")).out).toBe(
      "ada is not in the group family. It has 1 member.\n",
    );
    expect((await json("group", "show", "family")).people).toMatchObject([{ username: "grace" }]);
    expect(await json("group", "set", "family", "--description", "")).toMatchObject({ description: null });
    expect((await run("group", "remove", "family")).out).toBe(
      "Removed the group family. 1 person was in it.\n",
    );
    expect((await json("user", "show", "grace")).groups).toEqual([]);
  });

  test.each([
    ["add", "a b", "has a space"],
    ["add", "photos", "There is a group 'photos' already."],
    ["show", "none", "There is no group 'none'."],
    ["remove", "none", "There is no group 'none'."],
    ["add", "Photos", "There is a group 'photos' already, and people would take 'Photos' for it."],
    ["add", "ｐｈｏｔｏｓ", "There is a group 'photos' already"],
    ["show", "PHOTOS", "There is no group 'PHOTOS'. There is 'photos'."],
    ["remove", "Photos", "There is no group 'Photos'. There is 'photos'."],
  ])("%s says what is wrong with '%s'", async (verb, name, words) => {
    const { code, err } = await run("group", verb, name);
    expect([code, err]).toEqual([1, expect.stringContaining(words)]);
  });

  test("join changes nothing if one of the people does not exist", async () => {
    const { code, err } = await run("group", "join", "photos", "ada", "nobody");
    expect([code, err]).toEqual([1, expect.stringContaining("There is no person")]);
    expect((await json("group", "show", "photos")).members).toBe(0);
  });
});

describe("group manager", () => {
  test("lets a member manage the group, until it is taken back", async () => {
    await run("group", "add", "choir");
    expect(await run("group", "manager", "add", "choir", "ada")).toMatchObject({
      code: 1,
      err: expect.stringContaining("'ada' is not in the group 'choir'. Put the person into it first"),
    });
    await run("group", "join", "choir", "ada", "grace");
    expect((await run("group", "manager", "add", "choir", "ada")).out).toBe("ada manages the group choir.\n");
    expect((await run("group", "show", "choir")).out).toMatch(/managed by +ada/);
    expect((await json("group", "show", "choir")).people).toContainEqual(
      expect.objectContaining({ username: "ada", manages: true }),
    );
    expect((await run("user", "show", "ada")).out).toMatch(/manages +choir/);
    expect((await json("user", "show", "ada")).manages).toEqual(["choir"]);
    expect(await json("group", "manager", "remove", "choir", "ada")).toMatchObject({ manages: false });
    expect((await run("group", "show", "choir")).out).not.toContain("managed by");
    await run("group", "remove", "choir");
  });
});

describe("user set", () => {
  test("sets every fact, and takes it away again", async () => {
    const facts = ["--given-name", "Ada", "--locale", "en-GB", "--phone-number", "+442012345678"];
    const address = ["--address", "locality=London", "--address", "country=UK"];
    const attributes = ["quota=5", "admin=true", 'sites=["a","b"]', "role=editor", 'code="007"'];
    const own = attributes.flatMap((attribute) => ["--attribute", attribute]);
    const flags = ["--no-phone-verified", "--email", "ada@mail.example", "--no-email-verified"];
    const set = await json("user", "set", "ada", ...facts, ...address, ...own, ...flags, "--group", "photos");
    expect(set).toMatchObject({
      given_name: "Ada",
      locale: "en-GB",
      phone_number: "+442012345678",
      phone_number_verified: false,
      address: { locality: "London", country: "UK" },
      attributes: { quota: 5, admin: true, sites: ["a", "b"], role: "editor", code: "007" },
      groups: ["photos"],
      email_verified: false,
    });
    const shown = (await run("user", "show", "ada")).out;
    expect(shown).toMatch(/given name +Ada/);
    expect(shown).toMatch(/address +London, UK/);
    expect(shown).toMatch(/attribute sites +\["a","b"\]/);
    expect(shown).toMatch(/groups +photos/);
    expect(shown).toMatch(/e-mail +ada@mail.example \(not verified\)/);
    const gone = [
      "--given-name",
      "",
      "--address",
      "locality=",
      "--attribute",
      "quota=",
      "--remove-group",
      "photos",
    ];
    const after = await json("user", "set", "ada", ...gone, "--email", "new@mail.example");
    expect(after).toMatchObject({ address: { country: "UK" }, groups: [], email_verified: true });
    expect(after).not.toHaveProperty("given_name");
    expect(after.attributes).not.toHaveProperty("quota");
  });

  test("a new telephone number is verified again", async () => {
    await run("user", "set", "ada", "--phone-number", "+442012345678", "--no-phone-verified");
    const after = await json("user", "set", "ada", "--phone-number", "+442099999999");
    expect(after).not.toHaveProperty("phone_number_verified");
  });

  test.each([
    [["--birthdate", "10.12.1815"], "The birthdate '10.12.1815' is not a date"],
    [["--zoneinfo", "Mars"], "time zone"],
    [["--phone-number", "123"], "E.164"],
    [["--address", "town=London"], "An address has no part 'town'."],
    [["--attribute", "a b=1"], "is not the name of an attribute"],
    [["--attribute", "sites=[1]"], "no list of texts"],
    [["--add-group", "none"], "There is no group 'none'. Make it: tessera group add none"],
    [["--remove-group", "none"], "is not in the group 'none'"],
    [["--group", "a", "--add-group", "b"], "Name either all groups"],
    [[], "Say what to change"],
  ])("with %j says what is wrong", async (args, words) => {
    const { code, err } = await run("user", "set", "ada", ...args);
    expect([code, err]).toEqual([1, expect.stringContaining(words)]);
  });

  test("refuses more than tokens can carry", async () => {
    const long = (name: string) => ["--attribute", `${name}=${"x".repeat(1000)}`];
    await run("user", "set", "grace", ...Array.from({ length: 10 }, (_, index) => long(`a${index}`)).flat());
    const args = Array.from({ length: 10 }, (_, index) => long(`b${index}`)).flat();
    const { code, err } = await run("user", "set", "grace", ...args);
    expect([code, err]).toEqual([1, expect.stringContaining("16384 bytes")]);
    expect(Object.keys((await json("user", "show", "grace")).attributes)).toHaveLength(10);
  });
});

test("user add takes the same facts", async () => {
  const facts = ["--given-name", "Eve", "--attribute", "quota=5", "--group", "photos"];
  expect(await json("user", "add", "eve", "--generate", ...facts)).toMatchObject({
    given_name: "Eve",
    attributes: { quota: 5 },
    groups: ["photos"],
  });
  const { code, err } = await run("user", "add", "mallory", "--generate", "--group", "none");
  expect([code, err]).toEqual([1, expect.stringContaining("There is no group 'none'.")]);
});

describe("a client for members of groups", () => {
  test("is made and changed with the groups that exist", async () => {
    const add = ["client", "add", "--id", "wiki", "--redirect-uri", "https://wiki.example/cb"];
    const wrong = await run(...add, "--allow-group", "none");
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("There is no group 'none'.")]);
    expect(await json(...add, "--allow-group", "photos")).toMatchObject({
      allowed_groups: ["photos"],
      denied_groups: [],
    });
    expect((await run("client", "show", "wiki")).out).toMatch(/only for +photos/);
    const set = await run("client", "set", "wiki", "--allow-group", "", "--deny-group", "photos");
    expect(set.out).toContain("People who may not use it are refused from now on");
    expect(await json("client", "show", "wiki")).toMatchObject({
      allowed_groups: [],
      denied_groups: ["photos"],
    });
    const removed = await run("group", "remove", "photos");
    expect([removed.code, removed.err]).toEqual([
      1,
      expect.stringContaining("The client 'wiki' goes by the group"),
    ]);
    const typo = await run("client", "set", "wiki", "--deny-group", "none");
    expect([typo.code, typo.err]).toEqual([1, expect.stringContaining("There is no group 'none'.")]);
    const capital = await run("client", "set", "wiki", "--deny-group", "Photos");
    expect(capital.err).toContain("There is no group 'Photos'. There is 'photos'.");
  });
});

describe("a client with claims of its own", () => {
  test("is made, changed and shown with their sources", async () => {
    const role = '{"admin":"group:photos","viewer":"everyone"}';
    const add = ["client", "add", "--id", "grafana", "--redirect-uri", "https://grafana.example/cb"];
    const made = await json(...add, "--claim", `role=${role}`, "--claim", "quota=attribute:quota");
    expect(made.claims).toEqual({
      role: { admin: "group:photos", viewer: "everyone" },
      quota: "attribute:quota",
    });
    const set = await json(
      "client",
      "set",
      "grafana",
      "--claim",
      "quota=",
      "--claim",
      "is_admin=group:photos",
    );
    expect(set.claims).toEqual({ role: made.claims.role, is_admin: "group:photos" });
    expect((await run("client", "show", "grafana")).out).toContain("is_admin=group:photos");
  });

  test.each([
    ["sub=attribute:x", "is a claim of the protocol itself"],
    ["aud=attribute:x", "is a claim of the protocol itself"],
    ["email=attribute:x", "cannot have another source"],
    ["a b=attribute:x", "is not the name of a claim"],
    ["quota=quota", "is no source: write attribute:NAME"],
    ["role={}", "has no value"],
    ['role={"1":"everyone"}', "has a number for a value"],
    ['role={"admin":"photos"}', "names 'photos', which is none of everyone, client and group:NAME"],
  ])("refuses %s", async (claim, words) => {
    const { code, err } = await run("client", "set", "grafana", "--claim", claim);
    expect([code, err]).toEqual([1, expect.stringContaining(words)]);
  });
});

describe("claims preview", () => {
  const of = (...scope: string[]) => [
    "claims",
    "preview",
    "--client",
    "grafana",
    "--person",
    "grace",
    ...scope,
  ];

  test("prints what the application would be told", async () => {
    await run("group", "join", "photos", "grace");
    const preview = await json(...of("--scope", "openid profile groups"));
    const { userinfo, id_token, access_token, introspection } = preview;
    expect(userinfo).toMatchObject({ preferred_username: "grace", groups: ["photos"], is_admin: true });
    // All of userinfo, and what only an ID token has.
    expect(id_token).toMatchObject(userinfo);
    expect(id_token).toMatchObject({
      aud: "grafana",
      acr: "1",
      amr: ["pwd"],
      at_hash: "(only in a real token)",
    });
    expect(access_token).toBeNull();
    expect(introspection).toMatchObject({
      active: true,
      client_id: "grafana",
      sub: userinfo.sub,
      scope: "openid profile groups",
      username: "grace",
      groups: ["photos"],
      jti: "(only in a real token)",
    });
    await run("client", "set", "grafana", "--id-token-claims", "minimal", "--access-token-format", "jwt");
    const other = await json(...of("--scope", "openid profile groups"));
    expect(Object.keys(other.id_token)).not.toContain("preferred_username");
    expect(other.access_token).toMatchObject({
      client_id: "grafana",
      groups: ["photos"],
      jti: "(only in a real token)",
    });
    expect(JSON.stringify(other)).not.toContain("tat_");
  });

  test("says of a scope that the client may not have, and of a person who may not use it", async () => {
    await run("client", "set", "grafana", "--remove-scope", "groups");
    const scope = await run(...of("--scope", "groups"));
    expect([scope.code, scope.err]).toEqual([1, expect.stringContaining("may not have the scope 'groups'")]);
    await run("client", "set", "grafana", "--deny-group", "photos");
    const person = await run(...of());
    expect([person.code, person.err]).toEqual([1, expect.stringContaining("'grace' may not use 'grafana'")]);
  });
});

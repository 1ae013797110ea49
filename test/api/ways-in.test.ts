/** The picture of a person, and their passkeys one by one, by the management API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { findAccount } from "../../src/operations/people.ts";
import type { CredentialId, SubjectId } from "../../src/protocol/identifiers.ts";
import { insert } from "../../src/store/contract.ts";
import { passkeys } from "../../src/store/tables/sign-in.ts";
import { textOf } from "../support/flows.ts";
import { landscape } from "../support/images.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { ask, askFor, startManagedServer, tokenOfProgram } from "./support.ts";

let server: TestServer;
let people: string;
beforeAll(async () => {
  server = await startManagedServer({ limits: { picture_bytes: 20_000 } });
  people = await tokenOfProgram(server, "tessera.people");
});
afterAll(() => server.close());

describe("a picture", () => {
  const put = (subject: string, file: Uint8Array<ArrayBuffer>, headers = {}, token = people) =>
    ask(server, token, `/people/${subject}/picture`, { method: "PUT", file, headers });

  test("is made small and shown at an address, and goes again", async () => {
    const { subject } = await server.addPerson("ada");
    const response = await put(subject, landscape());
    const { picture } = (await response.json()) as { picture: string };
    expect(response.headers.get("etag")).toBe('"1"');
    const shown = await server.fetch(new URL(picture).pathname + new URL(picture).search);
    expect(shown.headers.get("content-type")).toBe("image/webp");
    const removed = await askFor(server, people, `/people/${subject}/picture`, { method: "DELETE" });
    expect(removed.picture).toBeNull();
  });

  test("of another kind, too long, for an older revision or for no one is refused, and nothing changes", async () => {
    const { subject } = await server.addPerson("bob");
    const statuses = await Promise.all([
      put(subject, new TextEncoder().encode("no picture")),
      put(subject, landscape(), { "Content-Type": "image/svg+xml" }),
      put(subject, new Uint8Array(20_001)),
      put(subject, landscape(), { "If-Match": '"7"' }),
      put("unknown", landscape()),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([400, 415, 413, 412, 404]);
    expect((await findAccount(server.context, subject))?.pictureId).toBeNull();
  });

  test(proves("is read from no one who may not set it", "threat 90"), async () => {
    const boss = await server.addPerson("boss", { administrator: true, passwordHash: "x" });
    const reader = await tokenOfProgram(server, "tessera.read");
    expect((await put(boss.subject, new Uint8Array(20_001), {}, reader)).status).toBe(403);
    // The picture of an administrator needs what a role needs.
    expect((await put(boss.subject, landscape())).status).toBe(403);
  });
});

describe("the hash of a password that another server kept", () => {
  const post = (body: object) => ask(server, people, "/people", { method: "POST", body });
  const put = (subject: string, body: object) =>
    ask(server, people, `/people/${subject}/password`, { method: "PUT", body });

  test("is taken over, and the person signs in with the password that they know", async () => {
    const password_hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });
    const made = await askFor(server, people, "/people", {
      method: "POST",
      body: { username: "hedy", password_hash: `${password_hash}\n` },
    });
    expect(made.has_password).toBe(true);
    await openBrowser(server).signIn("hedy", PASSWORD);
    const next = await Bun.password.hash("another password of hedy", { algorithm: "bcrypt", cost: 4 });
    expect((await put(textOf(made, "subject"), { password_hash: next })).status).toBe(204);
    await openBrowser(server).signIn("hedy", "another password of hedy");
    expect(server.logged.join("\n")).not.toContain(password_hash);
  });

  test("is refused if this server cannot check it, and is not repeated; and stands alone", async () => {
    const { subject } = await server.addPerson("joan");
    const bodies = [
      { password_hash: "my own password" },
      { password_hash: "$2b$31$abcdefghijklmnopqrstuu0LH1yD3x9kS1f2u5mMZBR0J0ZyQe0S2" },
      { password_hash: "" },
      { password: "a long new password", password_hash: "x" },
    ];
    for (const body of bodies) {
      for (const response of [await put(subject, body), await post({ username: "jean", ...body })]) {
        expect(response.status).toBe(400);
        const answer = await response.text();
        expect(answer).toContain("password_hash");
        expect(answer).not.toContain("my own password");
      }
    }
    expect((await put(subject, {})).status).toBe(400);
    expect((await findAccount(server.context, subject))?.passwordHash).toBeNull();
  });

  test(proves("of a person with a role needs what the role needs", "threat 90"), async () => {
    const boss = await server.addPerson("hash-boss", { administrator: true, passwordHash: "x" });
    const password_hash = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });
    expect((await put(boss.subject, { password_hash })).status).toBe(403);
    const reader = await tokenOfProgram(server, "tessera.read");
    const made = await ask(server, reader, "/people", {
      method: "POST",
      body: { username: "x", password_hash },
    });
    expect(made.status).toBe(403);
    expect((await findAccount(server.context, boss.subject))?.passwordHash).toBe("x");
  });
});

test("the people who wait to be let in are a list of their own, in pages", async () => {
  const disabled = { disabledAt: server.clock.seconds(), disabledBy: "approval" } as const;
  for (const username of ["waits-1", "waits-2", "waits-3"]) await server.addPerson(username, disabled);
  await server.addPerson("kept-out", { ...disabled, disabledBy: "operator" });
  const found: unknown[] = [];
  let cursor = "";
  do {
    const page = await askFor(server, people, `/people?state=waiting&limit=2${cursor}`);
    found.push(...(page.items as { username: string }[]).map(({ username }) => username));
    cursor = page.next === null ? "" : `&cursor=${page.next}`;
  } while (cursor !== "");
  expect(found.sort()).toEqual(["waits-1", "waits-2", "waits-3"]);
  expect((await ask(server, people, "/people?state=disabled")).status).toBe(400);
  expect((await ask(server, people, "/people?state=waiting&group=x")).status).toBe(400);
});

test(
  proves("the last administrator keeps the only passkey, which is their way in", "threat 90"),
  async () => {
    const own = await startManagedServer();
    const token = await tokenOfProgram(own, "tessera.admin");
    const { subject } = await own.addPerson("boss", { administrator: true });
    const add = (credentialId: number) =>
      own.context.store.commit({
        changes: [
          insert(passkeys, {
            credentialId: new Uint8Array([credentialId]) as CredentialId,
            subject: subject as SubjectId,
            name: "Key",
            publicKey: new Uint8Array(1),
            counter: 0,
            transports: [],
            aaguid: "00000000-0000-0000-0000-000000000000",
            discoverable: true,
            backedUp: false,
            createdAt: own.clock.seconds(),
            usedAt: null,
          }),
        ],
      });
    await add(1);
    await add(2);
    const statuses: number[] = [];
    for (const each of ["AQ", "AQ", "Ag"])
      statuses.push(
        (await ask(own, token, `/people/${subject}/passkeys/${each}`, { method: "DELETE" })).status,
      );
    expect(statuses).toEqual([204, 404, 409]);
    const { items } = (await askFor(own, token, `/people/${subject}/passkeys`)) as { items: unknown[] };
    expect(items).toMatchObject([{ id: "Ag", name: "Key", readable: false, used_at: null }]);
    await own.close();
  },
);

test("a change takes parts of an address away, and the address with its last part", async () => {
  const { subject } = await server.addPerson("carol");
  const change = (body: unknown) => askFor(server, people, `/people/${subject}`, { method: "PATCH", body });
  await change({ address: { locality: "London", country: "UK" } });
  expect((await change({ address: { country: null } })).address).toEqual({ locality: "London" });
  expect(await change({ address: { locality: null } })).not.toHaveProperty("address");
  const made = await askFor(server, people, "/people", {
    method: "POST",
    body: { username: "dave", nickname: null, address: { locality: null } },
  });
  expect(made).not.toHaveProperty("address");
});

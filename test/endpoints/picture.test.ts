/** The claim `picture` (OpenID Connect Core §5.1) and the address that it names. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { changeAccount, findAccount, removeAccount } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { newPictureId, parsePictureId } from "../../src/rules/picture.ts";
import { type AccountRecord, pictures } from "../../src/store/tables/people.ts";
import { jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const BYTES = Uint8Array.of(1, 2, 3);

async function setPicture({ subject }: AccountRecord, bytes: Uint8Array | null = BYTES): Promise<void> {
  const { context } = server;
  const id = newPictureId(context.random);
  const picture = bytes === null ? null : { id, mediaType: "image/webp", bytes };
  const outcome = await changeAccount(context, SERVER_ACT, subject, { picture }, context.clock.seconds());
  expect(outcome).toBe("changed");
}

async function told(person: AccountRecord): Promise<string | undefined> {
  const tokens = await tokensFor(server, person, { scope: "openid profile" });
  const token = textOf(tokens, "access_token");
  const claims = await jsonOf(
    await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } }),
  );
  const { picture } = decodeJwt(textOf(tokens, "id_token"));
  // Both doors tell the same.
  expect(claims.picture).toBe(picture);
  return picture === undefined ? undefined : String(picture);
}

const at = (address: string | undefined) => (address ?? "").slice(server.context.issuer.identifier.length);
const rowsOf = ({ subject }: AccountRecord) =>
  server.context.store.list(pictures, { where: { subject }, limit: 10 });

describe("a person's picture", () => {
  test("is told as an address of this server, which shows it to all who have it", async () => {
    const ada = await server.addPerson("ada");
    expect(await told(ada)).toBeUndefined();
    await setPicture(ada);
    const address = await told(ada);
    expect(address).toStartWith(`${server.context.issuer.identifier}/picture?id=`);
    const response = await server.fetch(at(address));
    expect(response.status).toBe(200);
    expect(await response.bytes()).toEqual(BYTES);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/webp",
      "cache-control": "public, max-age=86400, immutable",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "cross-origin",
      "content-security-policy": "default-src 'none'; sandbox",
    });
    const etag = response.headers.get("etag") ?? "";
    const again = await server.fetch(at(address), { headers: { "If-None-Match": etag } });
    expect(again.status).toBe(304);
    const head = await server.fetch(at(address), { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test(proves("has an address that tells nothing of the person", "threat 64"), async () => {
    const people = await Promise.all(["eve", "eva"].map((name) => server.addPerson(name)));
    const ids: string[] = [];
    for (const person of people) {
      await setPicture(person);
      const address = new URL((await told(person)) ?? "");
      expect([...address.searchParams.keys()]).toEqual(["id"]);
      const id = address.searchParams.get("id") ?? "";
      expect(address.href).not.toContain(person.subject);
      expect(parsePictureId(id)).toHaveLength(16);
      ids.push(id);
    }
    // Identifiers that begin with the time, or were made of the person, would have parts in common.
    const [first, second] = ids.map((id) => Buffer.from(id, "base64url"));
    expect(first?.subarray(0, 4)).not.toEqual(second?.subarray(0, 4));
    const [eve] = people;
    if (eve === undefined) throw new Error("There is no person.");
    await setPicture(eve);
    const later = Buffer.from(new URL((await told(eve)) ?? "").searchParams.get("id") ?? "", "base64url");
    expect(later.subarray(0, 4)).not.toEqual(first?.subarray(0, 4));
  });

  test.each(["", "?id=", "?id=AAAAAAAAAAAAAAAAAAAAAA", "?id=AAAAAAAAAAAAAAAAAAAAAB", "?id=a&id=a"])(
    "is not found at an address that has none: %s",
    async (query) => {
      const response = await server.fetch(`/picture${query}`);
      expect(response.status).toBe(404);
      expect(await jsonOf(response)).toMatchObject({ error: "not_found" });
    },
  );

  test(proves("gives way to a new one, and is gone when it is taken away", "threat 78"), async () => {
    const bob = await server.addPerson("bob");
    await setPicture(bob);
    const first = await told(bob);
    await setPicture(bob, Uint8Array.of(4));
    const second = await told(bob);
    expect(second).not.toBe(first);
    expect((await server.fetch(at(first))).status).toBe(404);
    await setPicture(bob, null);
    expect((await server.fetch(at(second))).status).toBe(404);
    expect(await told(bob)).toBeUndefined();
    expect(await rowsOf(bob)).toEqual([]);
  });

  test(proves("goes with the person", "threat 78"), async () => {
    const { context } = server;
    const gone = await server.addPerson("gone");
    await setPicture(gone);
    const address = await told(gone);
    expect(await rowsOf(gone)).toHaveLength(1);
    await removeAccount(context, SERVER_ACT, gone.subject, context.clock.seconds());
    expect(await findAccount(context, gone.subject)).toBeNull();
    expect(await rowsOf(gone)).toEqual([]);
    expect((await server.fetch(at(address))).status).toBe(404);
  });
});

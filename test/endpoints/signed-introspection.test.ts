/** RFC 9701: introspection as a signed JWT. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { introspectAs, jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const SIGNED = "application/token-introspection+jwt";

let server: TestServer;
let ada: AccountRecord;
let token: string;
beforeAll(async () => {
  server = await startTestServer({
    signing: { algorithms: ["RS256", "ES256"] },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "inspector", secrets: [SECRET], scope: ["introspect"], default_scope: ["introspect"] },
      {
        client_id: "other-api",
        grant_types: [],
        secrets: [SECRET],
        introspection_signed_response_alg: "ES256",
      },
    ],
    introspection: { trusted_clients: ["inspector"] },
  });
  ada = await server.addPerson("ada", { email: "ada@example.org" });
  token = textOf(await tokensFor(server, ada), "access_token");
});
afterAll(() => server.close());

const ask = (headers: Record<string, string>, accept: string | null = SIGNED, about = token) =>
  server.post(
    "/auth/introspect",
    { token: about },
    { ...headers, ...(accept !== null && { Accept: accept }) },
  );

/** The header and claims of a signed answer. */
async function verified(answer: Response) {
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe(SIGNED);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const keySet = (await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet;
  return jwtVerify(await answer.text(), createLocalJWKSet(keySet));
}

describe("introspection for a caller that asks for a JWT", () => {
  test(
    proves(
      "is signed, for this caller, and says the same as JSON in a member of its own",
      "FAPI Signing 5.5.1-1",
      "RFC 9701 4-1",
      "RFC 9701 5-1",
      "RFC 9701 5-2",
      "RFC 9701 5-3",
      "RFC 9701 5-4",
      "RFC 9701 5-5",
      "RFC 9701 5-8",
    ),
    async () => {
      const before = server.clock.seconds();
      const { payload, protectedHeader } = await verified(await ask(basic("mail-server", SECRET)));
      expect(protectedHeader).toMatchObject({ typ: "token-introspection+jwt", alg: "RS256" });
      const { iat, ...claims } = payload;
      expect(claims).toEqual({
        iss: server.issuer,
        aud: "mail-server",
        token_introspection: await introspectAs(server, "mail-server", token),
      });
      expect(claims.token_introspection).toMatchObject({ active: true, scope: "mail.read" });
      expect(iat).toBeGreaterThanOrEqual(before);
      // RFC 9701 §5: so that no API takes it for an access token.
      expect(Object.keys(payload)).not.toContainAnyValues(["sub", "exp"]);
    },
  );

  test(
    proves("is no access token and no ID token to this server", "RFC 9701 8.1-1", "threat 35"),
    async () => {
      const text = await (await ask(basic("mail-server", SECRET))).text();
      expect(await introspectAs(server, "mail-server", text)).toEqual({ active: false });
      const userinfo = await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${text}` } });
      expect(userinfo.status).toBe(401);
    },
  );

  test(
    proves(
      "says active false and nothing else of a token that is not for the caller",
      "RFC 9701 3-1",
      "RFC 9701 5-6",
    ),
    async () => {
      const { payload } = await verified(await ask(basic("other-api", SECRET)));
      expect(payload.token_introspection).toEqual({ active: false });
      const unknown = await verified(await ask(basic("mail-server", SECRET), SIGNED, "tat_unknown"));
      expect(unknown.payload.token_introspection).toEqual({ active: false });
    },
  );

  test(proves("has the algorithm that the client registered", "RFC 9701 6-1"), async () => {
    const { protectedHeader } = await verified(await ask(basic("other-api", SECRET)));
    expect(protectedHeader.alg).toBe("ES256");
  });

  test("is none with an algorithm that the server has given up: the caller trusts no other", async () => {
    const { store } = server.context;
    const known = await store.findClient("mail-server" as ClientId);
    if (known === null) throw new Error("There is no client.");
    await store.putClient({ ...known, introspectionSignedResponseAlg: "PS256" });
    expect((await ask(basic("mail-server", SECRET))).status).toBe(500);
    expect((await ask(basic("mail-server", SECRET), null)).status).toBe(200);
    await store.putClient(known);
  });

  test("is there for a caller with a token too, which names it", async () => {
    const form = { grant_type: "client_credentials", scope: "introspect" };
    const issued = await jsonOf(await server.post("/auth/token", form, basic("inspector", SECRET)));
    const bearer = textOf(issued, "access_token");
    const { payload } = await verified(await ask({ Authorization: `Bearer ${bearer}` }));
    expect(payload.aud).toBe("inspector");
    expect(payload.token_introspection).toMatchObject({ active: true, sub: ada.subject });
  });

  test(proves("is refused without authentication, as JSON", "RFC 9701 4-2", "RFC 9701 5-7"), async () => {
    for (const headers of [{}, basic("mail-server", "a wrong secret that is as long as the others")]) {
      const refused = await ask(headers);
      expect(refused.status).toBe(401);
      expect((await jsonOf(refused)).error).toBe("invalid_client");
    }
  });
});

test.each([
  [null, "application/json"],
  ["*/*", "application/json"],
  ["application/json", "application/json"],
  ["application/*", "application/json"],
  [SIGNED, SIGNED],
  ["Application/Token-Introspection+JWT", SIGNED],
  [`application/json, ${SIGNED}`, SIGNED],
  [`application/json, ${SIGNED};q=0.5`, "application/json"],
  [`application/json;q=0.5, ${SIGNED}; q=0.9`, SIGNED],
  [`${SIGNED};q=0`, "application/json"],
  [`${SIGNED};q=many`, "application/json"],
  [`${SIGNED}x`, "application/json"],
])("Accept: %p is answered with %s", async (accept, type) => {
  const answer = await ask(basic("mail-server", SECRET), accept);
  expect(answer.headers.get("content-type")).toBe(type);
});

test(proves("the metadata name the algorithms, and no encryption", "RFC 9701 7-1"), async () => {
  const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
  expect(metadata.introspection_signing_alg_values_supported).toEqual(["RS256", "ES256"]);
  expect(Object.keys(metadata).join(" ")).not.toContain("introspection_encryption");
});

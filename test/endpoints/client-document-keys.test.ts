/** Clients of metadata documents that prove themselves by a key (draft-ietf-oauth-client-id-metadata-document §6.2). */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createOutbound, type Outbound } from "../../src/platform/outbound.ts";
import { assertionForm, newKey, signAssertion, type TestKey } from "../support/client-assertions.ts";
import { answerConsent, redirectOf, VERIFIER } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ISSUER, startTestServer, type TestServer } from "../support/server.ts";

const CALLBACK = "https://app.example/callback";
const url = (path: string) => `https://app.example${path}`;

/** What each URL answers. */
const published = new Map<string, unknown>();
const fetched: string[] = [];
const guarded = createOutbound({ allow: [] });
const outbound: Outbound = {
  async send(request) {
    fetched.push(`${request.purpose} ${request.url}`);
    const body = published.get(request.url);
    return body === undefined ? guarded.send(request) : { status: 200, text: JSON.stringify(body) };
  },
};

let server: TestServer;
let key: TestKey;
let stranger: TestKey;
beforeAll(async () => {
  server = await startTestServer({}, { outbound });
  [key, stranger] = await Promise.all([newKey("one"), newKey("one")]);
});
afterAll(() => server.close());

const publish = (path: string, members: Record<string, unknown>): string => {
  published.set(url(path), {
    client_id: url(path),
    client_name: "Notebook",
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "private_key_jwt",
    ...members,
  });
  return url(path);
};

async function codeFor(clientId: string): Promise<string> {
  const cookie = await server.signIn(await server.addPerson(`person-${Math.random()}`));
  const request = { client_id: clientId, redirect_uri: CALLBACK };
  return redirectOf(await answerConsent(server, cookie, request)).searchParams.get("code") ?? "";
}
const assertion = async (clientId: string, by = key) =>
  assertionForm(await signAssertion(by, { clientId, issuer: ISSUER, now: server.clock.seconds() }));
const redeem = (code: string, proof: Record<string, string>) =>
  server.post("/auth/token", {
    grant_type: "authorization_code",
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
    ...proof,
  });

test(
  proves("a client whose document has keys must prove itself by them", "CIMD 6.2-1", "threat 87"),
  async () => {
    const clientId = publish("/inline", { jwks: { keys: [key.publicJwk] } });
    const code = await codeFor(clientId);
    await expectRefusal(await redeem(code, { client_id: clientId }), 401, "invalid_client");
    await expectRefusal(await redeem(code, await assertion(clientId, stranger)), 401, "invalid_client");
    const tokens = await expectTokens(await redeem(code, await assertion(clientId)));
    const form = { grant_type: "refresh_token", refresh_token: textOf(tokens, "refresh_token") };
    await expectRefusal(
      await server.post("/auth/token", { ...form, client_id: clientId }),
      401,
      "invalid_client",
    );
    await expectTokens(await server.post("/auth/token", { ...form, ...(await assertion(clientId)) }));
  },
);

test("its keys may be at an address of their own", async () => {
  published.set(url("/keys"), { keys: [key.publicJwk] });
  const clientId = publish("/by-address", { jwks_uri: url("/keys") });
  await expectTokens(await redeem(await codeFor(clientId), await assertion(clientId)));
  expect(fetched).toContain(`keys ${url("/keys")}`);
});

test(
  proves("a document that takes the keys away ends the access that needed them", "CIMD 6.3-1", "threat 87"),
  async () => {
    const clientId = publish("/changed", { jwks: { keys: [key.publicJwk] } });
    const tokens = await expectTokens(await redeem(await codeFor(clientId), await assertion(clientId)));
    publish("/changed", { token_endpoint_auth_method: "none" });
    server.clock.advance(301);
    await codeFor(clientId);
    const form = { grant_type: "refresh_token", refresh_token: textOf(tokens, "refresh_token") };
    await expectRefusal(
      await server.post("/auth/token", { ...form, client_id: clientId }),
      400,
      "invalid_grant",
    );
  },
);

test(
  proves(
    "a key that the document has no more counts for as long as the document is kept, and the new one from then on",
    "CIMD 6.3-1",
    "threat 86",
    "threat 87",
  ),
  async () => {
    const clientId = publish("/rotating", { jwks: { keys: [key.publicJwk] } });
    let tokens = await expectTokens(await redeem(await codeFor(clientId), await assertion(clientId)));
    const renewedBy = async (by: TestKey) =>
      server.post("/auth/token", {
        grant_type: "refresh_token",
        refresh_token: textOf(tokens, "refresh_token"),
        ...(await assertion(clientId, by)),
      });
    publish("/rotating", { jwks: { keys: [stranger.publicJwk] } });
    server.clock.advance(299);
    tokens = await expectTokens(await renewedBy(key));
    // No person has come meanwhile.
    server.clock.advance(2);
    await expectRefusal(await renewedBy(key), 401, "invalid_client");
    tokens = await expectTokens(await renewedBy(stranger));
    // Its host is down, for a day.
    published.delete(clientId);
    server.clock.advance(86_000);
    tokens = await expectTokens(await renewedBy(stranger));
    server.clock.advance(500);
    await expectRefusal(await renewedBy(stranger), 401, "invalid_client");
  },
);

test("a document without keys for its method makes no client", async () => {
  const clientId = publish("/keyless", {});
  const cookie = await server.signIn(await server.addPerson("keyless"));
  const answer = await answerConsent(server, cookie, { client_id: clientId, redirect_uri: CALLBACK });
  expect(answer.status).toBe(400);
});

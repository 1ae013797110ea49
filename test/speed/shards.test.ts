/**
 * On a cluster one worker does each call of the store for requests at the token endpoint and their like (docs/scale.md). The shards follow
 * from the values, so this needs no cluster. statements.test.ts counts those of the plain requests.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { grants } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type FaultyStore, makeFaulty } from "../faults/faulty-store.ts";
import { newClient } from "../store/records.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { answerAs, asked, askPerson, pollFor } from "../support/backchannel.ts";
import { assertionForm, newKey, signAssertion, type TestKey } from "../support/client-assertions.ts";
import { newProofKey, type ProofKey, requestBound } from "../support/dpop.ts";
import { EXCHANGE_CONFIGURATION, exchange, shopTokens } from "../support/exchange.ts";
import { codeFor, jsonOf, postAs, textOf } from "../support/flows.ts";
import { startIssuer, type TestIssuer } from "../support/issuers.ts";
import { basic, ISSUER, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { codeForm, refreshForm, WEB_CALLBACK } from "../support/token-requests.ts";

let faulty: FaultyStore;
let server: TestServer;
let ada: AccountRecord;
let key: ProofKey;
let clientKey: TestKey;
/** Of people and of workloads. */
let issuer: TestIssuer;
beforeAll(async () => {
  const { store, close } = await openTemporary();
  faulty = makeFaulty(store);
  [key, clientKey, issuer] = await Promise.all([newProofKey(), newKey("one"), startIssuer()]);
  const byAssertion = { client_id: "wiki", secrets: [SECRET], grant_types: [JWT_BEARER] };
  server = await startTestServer(
    {
      ...EXCHANGE_CONFIGURATION,
      outbound: { allow: ["127.0.0.1"] },
      clients: [
        ...(EXCHANGE_CONFIGURATION.clients ?? []),
        byAssertion,
        {
          client_id: "agent",
          client_name: "Agent",
          secrets: [SECRET],
          grant_types: [CIBA_GRANT, "refresh_token"],
        },
        { client_id: "job", workloads: [{ issuer: issuer.issuer, subject: "job:nightly" }] },
      ],
      trusted_issuers: [
        {
          issuer: issuer.issuer,
          single_use: true,
          people: {
            by: "email",
            email_domains: ["acme.example"],
            clients: ["wiki"],
            scope: ["orders.read"],
          },
        },
      ],
    },
    { opened: { store: faulty.store, close } },
  );
  await server.context.store.createClient(
    newClient({
      clientId: "signer" as ClientId,
      tokenEndpointAuthMethod: "private_key_jwt",
      secrets: [],
      jwks: { keys: [clientKey.publicJwk] },
      jwksUri: null,
      grantTypes: ["client_credentials"],
    }),
  );
  ada = await server.addPerson("ada", { email: "ada@acme.example", emailVerified: true });
});
afterAll(async () => {
  await server.close();
  await issuer.stop();
});

const QUESTION = { scope: "openid orders.read" };
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ownTokens = (assertion: string) =>
  server.post("/auth/token", { grant_type: "client_credentials", ...assertionForm(assertion) });
const signed = (claims: Record<string, unknown>, typ = "JWT") => {
  const now = server.clock.seconds();
  const usual = { iss: issuer.issuer, aud: ISSUER, iat: now, exp: now + 300, jti: crypto.randomUUID() };
  return issuer.sign({ ...usual, ...claims }, { typ });
};

const bound = async () => {
  const code = await codeFor(server, ada, { scope: "orders.read" });
  return jsonOf(await requestBound(server, "web", codeForm(code, WEB_CALLBACK), key));
};
const shopToken = async () => textOf(await shopTokens(server, ada), "access_token");

interface Kind {
  prepare(): Promise<string>;
  send(credential: string): Promise<Response>;
}

const REQUESTS: Readonly<Record<string, Kind>> = {
  "a code with a proof": {
    prepare: () => codeFor(server, ada, { scope: "orders.read" }),
    send: (code) => requestBound(server, "web", codeForm(code, WEB_CALLBACK), key),
  },
  "a refresh with a proof": {
    prepare: async () => textOf(await bound(), "refresh_token"),
    send: (token) => requestBound(server, "web", refreshForm(token), key),
  },
  "an exchange": {
    prepare: shopToken,
    send: (token) => exchange(server, "orders-api", token, { resource: "https://stock.example/" }),
  },
  "an assertion of a person": {
    prepare: () =>
      signed(
        { sub: "U1", client_id: "wiki", email: "ada@acme.example", email_verified: true },
        "oauth-id-jag+jwt",
      ),
    send: (assertion) =>
      server.post("/auth/token", { grant_type: JWT_BEARER, assertion }, basic("wiki", SECRET)),
  },
  "an assertion of a client": {
    prepare: () =>
      signAssertion(clientKey, { clientId: "signer", issuer: ISSUER, now: server.clock.seconds() }),
    send: ownTokens,
  },
  "a token of a workload": {
    prepare: () => signed({ sub: "job:nightly" }),
    send: ownTokens,
  },
  "a question to a person": {
    prepare: async () => "",
    send: () => askPerson(server, QUESTION),
  },
  "the tokens of a person's yes": {
    async prepare() {
      // A person is asked only so often in a time.
      server.clock.advance(3600);
      const authReqId = await asked(server, QUESTION);
      await answerAs(server, authReqId, ada);
      return authReqId;
    },
    send: (authReqId) => pollFor(server, authReqId),
  },
  "the revocation of a refresh token": {
    prepare: async () => textOf(await shopTokens(server, ada), "refresh_token"),
    send: (token) => postAs(server, "web", "/auth/revoke", { token }),
  },
  "the replay of a code": {
    async prepare() {
      const code = await codeFor(server, ada, { scope: "orders.read" });
      await requestBound(server, "web", codeForm(code, WEB_CALLBACK), key);
      return code;
    },
    send: (code) => requestBound(server, "web", codeForm(code, WEB_CALLBACK), key),
  },
};

test.each(Object.keys(REQUESTS))("%s: each call of the store touches one shard", async (name) => {
  const { prepare, send } = REQUESTS[name] as Kind;
  // The first use of a client is recorded once.
  await send(await prepare());
  const credential = await prepare();
  faulty.expectCalls();
  const { status } = await send(credential);
  expect(status).toBe(name.startsWith("the replay") ? 400 : 200);
  const calls = [...faulty.calls];
  expect(calls.filter(({ shards }) => shards.length > 0).length).toBeGreaterThan(0);
  const spread = calls.filter(({ shards }) => shards.length > 1 || shards.includes("all"));
  expect(spread.map((call) => `${call.name}: ${call.shards}`)).toEqual([]);
});

test("what touches several shards is told", async () => {
  faulty.expectCalls();
  await faulty.store.list(grants, { where: { subject: ada.subject }, limit: 1 });
  expect(faulty.calls.map(({ shards }) => shards)).toEqual([["all"]]);
});

/**
 * On a cluster one worker does each call of the store for requests at the token endpoint and their like (docs/scale.md). The shards follow
 * from the values, so this needs no cluster. statements.test.ts counts those of the plain requests.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { grants } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type FaultyStore, makeFaulty } from "../faults/faulty-store.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { newProofKey, type ProofKey, requestBound } from "../support/dpop.ts";
import { EXCHANGE_CONFIGURATION, exchange, shopTokens } from "../support/exchange.ts";
import { codeFor, jsonOf, postAs, textOf } from "../support/flows.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { codeForm, refreshForm, WEB_CALLBACK } from "../support/token-requests.ts";

let faulty: FaultyStore;
let server: TestServer;
let ada: AccountRecord;
let key: ProofKey;
beforeAll(async () => {
  const { store, close } = await openTemporary();
  faulty = makeFaulty(store);
  server = await startTestServer(EXCHANGE_CONFIGURATION, { opened: { store: faulty.store, close } });
  ada = await server.addPerson("ada");
  key = await newProofKey();
});
afterAll(() => server.close());

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

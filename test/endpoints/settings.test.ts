/** Settings that are easily forgotten in the code: each is set to something unusual, and its effect is looked for. */
import { afterEach, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/platform/configuration.ts";
import { obtainCode, VERIFIER } from "../support/code-flow.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());
const start = async (changes: ConfigurationInput) => {
  server = await startTestServer(changes);
};

test("lifetimes.authorization_code_seconds: a code is good for that long and no longer", async () => {
  await start({ lifetimes: { authorization_code_seconds: 7 } });
  const cookie = await server.signIn(await server.addPerson("alice"));
  const redeem = async (afterSeconds: number) => {
    const code = await obtainCode(server, cookie);
    server.clock.advance(afterSeconds);
    const form = { grant_type: "authorization_code", code, code_verifier: VERIFIER };
    return (await server.post("/auth/token", form, basic("web", SECRET))).status;
  };
  expect(await redeem(5)).toBe(200);
  expect(await redeem(8)).toBe(400);
});

test("limits.device_request_window_seconds: after the window a device may ask again", async () => {
  await start({ limits: { device_requests_per_address: 1, device_request_window_seconds: 5 } });
  const ask = async () => (await server.post("/auth/device", { client_id: "television" })).status;
  expect(await ask()).toBe(200);
  expect(await ask()).toBe(429);
  server.clock.advance(11);
  expect(await ask()).toBe(200);
});

test("limits.clean_up_interval_seconds: expired rows go away without being asked", async () => {
  await start({ limits: { clean_up_interval_seconds: 1 }, lifetimes: { authorization_code_seconds: 1 } });
  const { store } = server.context;
  const account = await server.addPerson("bob");
  await obtainCode(server, await server.signIn(account));
  server.clock.advance(400 * 86_400);
  const isThere = async () => {
    const found = await store.listGrants({ subject: account.subject }, 0);
    return found.length > 0;
  };
  expect(await isThere()).toBe(true);
  for (let turn = 0; turn < 300 && (await isThere()); turn += 1) await Bun.sleep(20);
  expect(await isThere()).toBe(false);
});

test("the store's fault is told to load balancers: /readyz answers 503 when it cannot answer", async () => {
  await start({});
  expect((await server.fetch("/readyz")).status).toBe(200);
  await server.context.store.close();
  expect((await server.fetch("/readyz")).status).toBe(503);
  expect((await server.fetch("/healthz")).status).toBe(200);
});

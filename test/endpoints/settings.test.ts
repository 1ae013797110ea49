/** Settings that code easily forgets: each test sets one to an unusual value and looks for its effect. */

import { afterEach, expect, test } from "bun:test";
import { makeSetupLink } from "../../src/cli/first-start.ts";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { parseCredential } from "../../src/credentials/credential.ts";
import { deviceAuthorization } from "../../src/endpoints/device-authorization.ts";
import { registration } from "../../src/endpoints/registration.ts";
import type { Incoming } from "../../src/platform/http.ts";
import type { Store } from "../../src/store/contract.ts";

import { authorizePath, obtainCode, redirectOf, VERIFIER } from "../support/code-flow.ts";
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
  server.clock.advance(1);
  expect((await server.fetch("/readyz")).status).toBe(503);
  expect((await server.fetch("/healthz")).status).toBe(200);
});

/** A context whose store once finds a row for a newly drawn value, as if the value were taken. */
function onceTaken(name: "device" | "client", found: object) {
  const { context } = server;
  let calls = 0;
  const look: Store["look"] = async (plan, parameters) => {
    const facts = await context.store.look(plan, parameters);
    if (!(name in plan) || Object.keys(parameters).includes("callerId")) return facts;
    if (name === "client" && !String(Object.values(parameters)[0]).startsWith("cl_")) return facts;
    calls += 1;
    return calls > 1 ? facts : { ...facts, [name]: found };
  };
  return { ...context, store: { ...context.store, look } };
}
const incoming = (path: string, type: string, body: string): Incoming => {
  return {
    request: new Request(server.issuer + path, { method: "POST", headers: { "Content-Type": type }, body }),
    path,
    query: "",
    parameters: {},
    address: "192.0.2.9",
    requestId: "1",
  };
};

test("a user code that is taken is drawn again, and the device notices nothing", async () => {
  await start({});
  const request = incoming("/auth/device", "application/x-www-form-urlencoded", "client_id=television");
  const response = await deviceAuthorization(onceTaken("device", {}))(request);
  expect(response.status).toBe(200);
});

test("a client identifier that is taken gives nobody somebody else's client: come back later", async () => {
  await start({});
  const body = JSON.stringify({ redirect_uris: ["https://a.example/cb"] });
  const answer = async () =>
    registration(onceTaken("client", {}))(incoming("/auth/register", "application/json", body));
  expect(answer()).rejects.toMatchObject({ reason: "unavailable" });
  await answer().catch(() => null);
});

test("max_age is reached after that many seconds, not at them", async () => {
  await start({});
  server.clock.freeze();
  const cookie = await server.signIn(await server.addPerson("carol"));
  await obtainCode(server, cookie);
  const goesTo = async () => {
    const response = await server.fetch(authorizePath({ max_age: "60" }), { headers: { Cookie: cookie } });
    return redirectOf(response).host;
  };
  server.clock.advance(60);
  expect(await goesTo()).toBe("client.example");
  server.clock.advance(1);
  expect(await goesTo()).toBe("auth.example");
});

test("lifetimes.setup_link_seconds: the link is good for that long and no longer", async () => {
  await start({ lifetimes: { setup_link_seconds: 90 } });
  const { store, clock } = server.context;
  const link = await makeSetupLink(server.context);
  const presented = parseCredential("setup_link", new URL(link ?? "").searchParams.get("token") ?? "");
  if (presented === null) throw new Error("There is no link.");
  expect(await store.findSetupLink(presented.id, clock.seconds() + 80)).not.toBeNull();
  expect(await store.findSetupLink(presented.id, clock.seconds() + 91)).toBeNull();
});

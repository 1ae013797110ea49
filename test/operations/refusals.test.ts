/** Refused requests, kept for `tessera why`: what of them, how many, and what the explanation says. On both engines. */
import { afterEach, describe, expect, test } from "bun:test";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { createRefusalKeeper, explainRequest, listRefusals } from "../../src/operations/refusals.ts";
import { REQUEST_ID_HEADER } from "../../src/platform/http.ts";
import { PAGE_REASONS, RING_SLOTS, STRANGERS_SLOTS } from "../../src/rules/refusal-record.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { refusals } from "../../src/store/tables/records.ts";
import { onBothEngines } from "../adversary/engines.ts";
import { authorizePath } from "../support/code-flow.ts";
import { jsonOf, pollDevice, postAs, postRegistration, startDevice, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, basic, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

const settled = () => server.context.refusals.settled();
const kept = async () => {
  await settled();
  return server.context.store.list(refusals, { limit: 10_000 });
};
/** The explanation of a request that was refused. */
async function why(response: Response) {
  await settled();
  return explainRequest(server.context, response.headers.get(REQUEST_ID_HEADER) ?? "");
}

const redeem = (form: Record<string, string> = {}) =>
  postAs(server, "web", "/auth/token", { grant_type: "authorization_code", code: "tac_x", ...form });

onBothEngines((start) => {
  test("a refused request is explained: what was sent, what is registered, the rule and the cure", async () => {
    server = await start();
    const response = await redeem({
      redirect_uri: "https://client.example/wrong?secret=hidden",
      code_verifier: "v".repeat(43),
      extension: "1",
    });
    expect(response.status).toBe(400);
    const found = await why(response);
    expect(found?.refusal).toMatchObject({
      ring: "client:web",
      clientId: "web",
      endpoint: "/auth/token",
      method: "POST",
      status: 400,
      error: "invalid_grant",
      address: ADDRESS,
      sent: {
        parameters: [
          ["grant_type", "authorization_code"],
          ["redirect_uri", "https://client.example/wrong?secret=…"],
        ],
        withheld: ["code", "code_verifier"],
        others: 1,
        authorization: "Basic",
      },
    });
    expect(found?.comparisons).toContainEqual({
      name: "redirect_uri",
      sent: ["https://client.example/wrong?secret=…"],
      registered: ["https://client.example/callback", "https://client.example/second?tenant=…"],
      fits: false,
    });
    expect(found?.comparisons).toContainEqual({
      name: "token_endpoint_auth_method",
      sent: ["client_secret_basic"],
      registered: ["client_secret_basic"],
      fits: true,
    });
    expect(found?.cure).toContain("exactly as it arrived");
    // Acts of the same request.
    const device = await postAs(server, "television", "/auth/device", {});
    expect(await why(device)).toMatchObject({ refusal: null, events: [{ event: "device.asked" }] });
    expect(await explainRequest(server.context, "unknown")).toBeNull();
  });

  test("refusals of every door are kept: pages, redirects, forms in JSON, bearer tokens", async () => {
    server = await start();
    const cookie = await server.signIn(await server.addPerson("ada"));
    const unknown = await why(await server.fetch(authorizePath({ client_id: "nobody" })));
    expect(unknown?.refusal).toMatchObject({
      reason: "authorize_client_unknown",
      clientId: "nobody",
      ring: "unknown",
    });
    expect(unknown?.client).toBeNull();
    const type = await why(
      await server.fetch(authorizePath({ response_type: "token" }), { headers: { Cookie: cookie } }),
    );
    expect(type?.refusal).toMatchObject({ error: "unsupported_response_type", ring: "client:web" });
    const scope = await why(
      await postAs(server, "service", "/auth/token", { grant_type: "client_credentials", scope: "other" }),
    );
    expect(scope?.refusal).toMatchObject({ error: "invalid_scope", ring: "client:service" });
    expect(scope?.comparisons.find(({ name }) => name === "scope")).toMatchObject({
      sent: ["other"],
      fits: false,
    });
    const registered = await why(
      await postRegistration(server, { redirect_uris: ["https://x.example/#a"], client_name: "X" }),
    );
    expect(registered?.refusal?.sent).toMatchObject({
      parameters: [["redirect_uris", "https://x.example/#…"]],
      withheld: ["client_name"],
    });
    const token = `tat_${"A".repeat(64)}`;
    const userinfo = await why(
      await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } }),
    );
    expect(userinfo?.refusal).toMatchObject({ status: 401, sent: { authorization: "Bearer" } });
    const form = await why(
      await server.post("/login", { username: "ada", password: "x" }, { Origin: "https://evil.example" }),
    );
    expect(form?.refusal).toMatchObject({ reason: "form_foreign", error: "page" });
    expect(form?.cure).toBe(PAGE_REASONS.form_foreign.cure);
    const nowhere = await why(await server.fetch("/nowhere"));
    expect(nowhere?.refusal).toMatchObject({ reason: "not_found", ring: "unremarkable" });
  });

  test(
    proves("a client has so many, the newest; what strangers send has places of its own", "threat 91"),
    async () => {
      server = await start();
      server.clock.freeze();
      await redeem();
      const { store } = server.context;
      const honest = (await kept())[0];
      for (let round = 0; round < 6; round += 1) {
        server.clock.advance(1);
        // Unknown clients, and paths that do not exist.
        for (let number = 0; number < 60; number += 1) {
          await server.post("/auth/token", {
            grant_type: "x",
            client_id: `stranger-${round}-${number % 30}`,
          });
          await server.fetch(`/nowhere/${round}/${number}`);
        }
        await settled();
      }
      const rows = await kept();
      expect(rows.filter(({ ring }) => ring === "unknown")).toHaveLength(STRANGERS_SLOTS);
      expect(rows.filter(({ ring }) => ring === "unremarkable")).toHaveLength(RING_SLOTS);
      expect(rows.filter(({ ring }) => ring === "client:web")).toEqual([
        expect.objectContaining({ requestId: honest?.requestId }),
      ]);
      // The client itself: its newest.
      for (let number = 0; number < RING_SLOTS + 20; number += 1) {
        server.clock.advance(1);
        await redeem({ redirect_uri: `https://client.example/${number}` });
        if (number % 10 === 9) await settled();
      }
      const own = await store.list(refusals, { where: { ring: "client:web" }, limit: 1000 });
      expect(own).toHaveLength(RING_SLOTS);
      const sent = own.map((row) => Number(/\d+$/.exec(row.sent.parameters[1]?.[1] ?? "")?.[0]));
      expect(Math.min(...sent)).toBe(20);
      expect(Math.max(...sent)).toBe(RING_SLOTS + 19);
    },
  );

  test(
    proves("clients that registered themselves and that no person uses share their places", "threat 91"),
    async () => {
      server = await start();
      for (let number = 0; number < 5; number += 1) {
        const { client_id: id } = await jsonOf(
          await postRegistration(server, {
            redirect_uris: ["https://x.example/"],
            token_endpoint_auth_method: "none",
          }),
        );
        await server.post("/auth/token", { grant_type: "authorization_code", client_id: String(id) });
      }
      expect((await kept()).map(({ ring }) => ring)).toEqual(Array(5).fill("unused"));
    },
  );

  test("two processes that write at once lose none", async () => {
    server = await start();
    server.clock.freeze();
    const keepers = Array.from({ length: 4 }, () => createRefusalKeeper(server.context));
    await redeem();
    const [first] = await kept();
    if (first === undefined) throw new Error("nothing is kept");
    for (let round = 0; round < 3; round += 1) {
      for (const [index, keeper] of keepers.entries()) {
        const { ring: _, slot: __, expiresAt: ___, ...refused } = first;
        for (let number = 0; number < 3; number += 1) {
          keeper.keep(first.reason, () => ({ ...refused, requestId: `${round} ${index} ${number}` }));
        }
      }
      await Promise.all(keepers.map((keeper) => keeper.settled()));
    }
    expect(new Set((await kept()).map(({ requestId }) => requestId)).size).toBe(37);
  });

  test("places that others keep taking are taken one by one, so that no two processes wait for each other", async () => {
    server = await start();
    await redeem();
    const [first] = await kept();
    if (first === undefined) throw new Error("nothing is kept");
    const { store } = server.context;
    const commits: number[] = [];
    const contested: typeof store = {
      ...store,
      async commit(commit) {
        commits.push(commit.changes.length);
        return commit.changes.length > 1 ? { outcome: "stale" } : store.commit(commit);
      },
    };
    const keeper = createRefusalKeeper({ ...server.context, store: contested });
    const { ring: _, slot: __, expiresAt: ___, ...refused } = first;
    for (const requestId of ["one", "other"]) keeper.keep(first.reason, () => ({ ...refused, requestId }));
    await keeper.settled();
    expect(commits).toEqual([2, 2, 2, 2, 1, 1]);
    expect((await kept()).map(({ requestId }) => requestId)).toEqual(
      expect.arrayContaining(["one", "other"]),
    );
  });

  test("a list has filters and pages, the newest first", async () => {
    server = await start();
    server.clock.freeze();
    const begun = server.clock.seconds();
    for (let number = 0; number < 6; number += 1) {
      await redeem({ redirect_uri: `https://client.example/${number}` });
      await postAs(server, "native", "/auth/token", { grant_type: "refresh_token", refresh_token: "x" });
      server.clock.advance(10);
    }
    await settled();
    const { context } = server;
    const all = await listRefusals(context, { client: "web" }, { limit: 100 });
    expect(all.map(({ at }) => at - begun)).toEqual([50, 40, 30, 20, 10, 0]);
    const page = await listRefusals(context, { client: "web" }, { limit: 4 });
    const rest = await listRefusals(context, { client: "web" }, { limit: 4, after: page.at(-1) ?? null });
    expect([...page, ...rest]).toEqual(all);
    const between = await listRefusals(context, { since: begun + 20, until: begun + 40 }, { limit: 100 });
    expect(between.map(({ at }) => at - begun)).toEqual([30, 30, 20, 20]);
    expect(await listRefusals(context, { reason: "client_secret_wrong" }, { limit: 5 })).toEqual([]);
  });

  test("they are removed in time", async () => {
    server = await start({ audit: { refusal_seconds: 3600 } });
    await redeem();
    expect(await kept()).toHaveLength(1);
    server.clock.advance(3601);
    await removeAllExpired(server.context);
    expect(await kept()).toEqual([]);
  });

  test(
    proves(
      "texts of strangers are kept without characters that a terminal obeys or a database refuses",
      "threat 91",
    ),
    async () => {
      server = await start();
      const evil = "web\u001B[2J\u202E\r\n2026-01-01T00:00:00Z session.started by=operator\u0000";
      const asked = new URLSearchParams({ grant_type: "x", client_id: evil, scope: evil });
      await server.fetch("/auth/token", {
        method: "POST",
        body: `${asked}&resource=%ff%fe%ed%a0%80`,
        headers: { "Content-Type": "application/x-www-form-urlencoded", "X-A": "b" },
      });
      await server.fetch(`/nowhere%00${encodeURIComponent(evil)}`);
      const rows = await kept();
      expect(rows).toHaveLength(2);
      expect(JSON.stringify(rows)).not.toMatch(/\\u00|\\[rn]|\u202E/);
      expect(rows.map(({ clientId }) => clientId)).toContain(
        "web\uFFFD[2J\uFFFD\uFFFD\uFFFD2026-01-01T00:00:00Z session.started by=operator\uFFFD",
      );
    },
  );

  test(proves("a row has a few kilobytes, whatever is sent", "threat 91"), async () => {
    server = await start();
    const long = "é".repeat(310);
    const pairs = Array.from({ length: 20 }, () => ["resource", `https://${long}`] as const);
    await server.post(`/auth/token`, [["grant_type", long], ["client_id", long], ["scope", long], ...pairs]);
    const [row] = await kept();
    expect(JSON.stringify(row).length).toBeLessThan(4000);
    expect(Math.max(...(row?.sent.parameters ?? []).map(([, value]) => value.length))).toBe(300);
    expect(row?.clientId).toHaveLength(100);
  });
});

describe("a secret in the wrong place", () => {
  test(proves("is not kept, whatever it is called", "threat 91"), async () => {
    server = await startTestServer();
    const secret = "operators-own-secret-value";
    const ask = (form: Record<string, string>, headers = {}) => server.post("/auth/token", form, headers);
    await ask({ grant_type: "client_credentials", client_id: secret, client_secret: secret });
    await ask({ grant_type: secret, password: secret, username: "ada" });
    await ask({ grant_type: "client_credentials", scope: `a ${secret}` }, basic(secret, secret));
    await ask({
      grant_type: "client_credentials",
      [secret]: "1",
      resource: `https://ada:${secret}@x.example/?k=${secret}#${secret}`,
    });
    await ask({ grant_type: "x", client_id: "web" }, { Authorization: secret });
    await ask({ grant_type: "x", client_id: "web" }, { Authorization: `Bearer ${secret}` });
    await server.fetch(`/auth/token?client_secret=${secret}&scope=${secret}`, { method: "POST" });
    await server.fetch(`/auth/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        redirect_uris: [`https://x.example/?k=${secret}`],
        client_secret: secret,
        client_name: secret,
      }),
    });
    const rows = await kept();
    expect(rows.length).toBeGreaterThan(6);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});

describe("keeping", () => {
  test("leaves out what a device repeats while it waits", async () => {
    server = await startTestServer();
    const code = textOf(await startDevice(server), "device_code");
    expect((await pollDevice(server, code)).status).toBe(400);
    expect(await kept()).toEqual([]);
  });

  test(
    proves("fails no request, and does not go on for ever, when the database is away", "threat 91"),
    async () => {
      server = await startTestServer();
      const { store, log, configuration } = server.context;
      let commits = 0;
      const keeper = createRefusalKeeper({
        log,
        configuration,
        store: {
          ...store,
          commit: () => {
            commits += 1;
            return commits > 1
              ? Promise.resolve({ outcome: "stale" })
              : Promise.reject(new StoreUnavailable("away"));
          },
        },
      });
      await redeem();
      const [first] = await kept();
      if (first === undefined) throw new Error("nothing is kept");
      keeper.keep("x", () => first);
      await keeper.settled();
      expect(commits).toBe(1);
      keeper.keep("x", () => first);
      await keeper.settled();
      expect(commits).toBe(6);
    },
  );

  test(
    proves("holds few in memory: the newest of a client, the first of many clients", "threat 91"),
    async () => {
      server = await startTestServer();
      await redeem();
      const [first] = await kept();
      if (first === undefined) throw new Error("nothing is kept");
      let made = 0;
      const flood = createRefusalKeeper(server.context);
      for (let number = 0; number < 1000; number += 1) {
        flood.keep("not_found", () => {
          made += 1;
          return { ...first, reason: "not_found", requestId: `n${number}` };
        });
        flood.keep("client_unknown", () => ({ ...first, clientId: `c${number}`, requestId: `c${number}` }));
        flood.keep("client_secret_wrong", () => ({ ...first, requestId: `w${number}` }));
      }
      await flood.settled();
      expect(made).toBeLessThanOrEqual(50);
      const ids = (await kept()).map(({ requestId }) => requestId);
      expect(ids.length).toBeLessThanOrEqual(201);
      expect(ids).toContain("w999");
      expect(ids).not.toContain("w0");
      expect(ids).toContain("c0");
      expect(ids).not.toContain("c999");
    },
  );
});

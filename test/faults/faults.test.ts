/**
 * The store fails at every call of every request, before or after the call has had its effect. A run without faults
 * shows the calls, so a new call needs no new test (THREATS 38).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { VERIFIER } from "../support/code-flow.ts";
import { figure } from "../support/figures.ts";
import { codeFor, jsonOf, redeemCode, refresh, textOf, tokensFor } from "../support/flows.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { SECRET, startTestServer, type TestServer } from "../support/server.ts";
import {
  ASKING,
  type Asking,
  type Call,
  type FaultTime,
  type FaultyStore,
  makeFaulty,
} from "./faulty-store.ts";
import { FLOW_SETTINGS, FLOWS, type Flow, outcomeOf, type Scene } from "./flows.ts";

const FAULTS: Readonly<Record<FaultTime, string>> = {
  before: "a call fails and does nothing",
  after: "the answer to a call is lost",
};

const MANY = 100_000;
const ATTEMPTS = 3;

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

faultSuite("on SQLite", () => sqliteEngine);
faultSuite("on PostgreSQL", () => postgresEngine(postgres));

function faultSuite(engineName: string, engineOf: () => FixtureEngine): void {
  describe(engineName, () => faultTests(engineName, engineOf));
}

function faultTests(engineName: string, engineOf: () => FixtureEngine): void {
  let server: TestServer;
  let faulty: FaultyStore;
  let engine: FixtureEngine;
  let database: FixtureDatabase;
  let passwordHash: string;
  beforeAll(async () => {
    engine = engineOf();
    database = await engine.create();
    const store = await database.open();
    faulty = makeFaulty(store);
    server = await startTestServer(
      {
        ...FLOW_SETTINGS,
        limits: {
          sign_in_failures_per_account: ATTEMPTS,
          user_code_failures_per_account: ATTEMPTS,
          sign_in_failures_per_address: MANY,
          user_code_failures_per_address: MANY,
          user_code_failures: MANY,
          registrations_per_address: MANY,
          client_secret_failures_per_address: MANY,
          device_requests_per_address: MANY,
          // Only the request's own calls.
          clean_up_interval_seconds: 3600,
        },
      },
      { opened: { store: faulty.store, close: () => store.close() } },
    );
    passwordHash = await server.context.passwords.hash(PASSWORD);
  });
  afterAll(async () => {
    figure(
      `${faults} calls of the store made to fail ${engineName}, in ${Object.keys(FLOWS).length} kinds of request`,
    );
    await server.close();
    database.remove();
  });

  let people = 0;
  async function newScene(): Promise<Scene> {
    people += 1;
    const person = await server.addPerson(`person ${people}`, { passwordHash });
    return { server, person, cookie: await server.signIn(person) };
  }

  /** The calls of a run without faults. */
  async function callsOf(flow: Flow): Promise<readonly Call[]> {
    // The first request may record the first use of its client, and the second fills the memories.
    for (let run = 1; ; run += 1) {
      const send = await flow.prepare(await newScene());
      faulty.expectCalls();
      expect(await outcomeOf(await send())).toBe(flow.outcome);
      if (run === 3) return [...faulty.calls];
    }
  }

  const CREDENTIAL = /t[a-z]{2}_[A-Za-z0-9\-_]{64}/;

  async function expectUnavailable(response: Response, { audience, repeats }: Flow): Promise<void> {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const type = audience === "people" ? "text/html" : "application/json";
    expect(response.headers.get("content-type")).toStartWith(type);
    // The answer hands out nothing, and signs no person in or out.
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("location")).toBeNull();
    const body = await response.text();
    expect(repeats === undefined ? body : body.replace(repeats, "")).not.toMatch(CREDENTIAL);
    // The server cannot know that: perhaps only the answer was lost.
    expect(body).not.toContain("Nothing was changed");
    if (audience === "programs") expect(JSON.parse(body).error).toBe("temporarily_unavailable");
  }

  /** The log shows the operator the failed call, and no secret. */
  function expectHonestLog(lines: readonly string[]): void {
    const log = lines.join("\n");
    expect(log).toContain("made to fail by a test");
    expect(log).not.toMatch(CREDENTIAL);
    for (const secret of [SECRET, PASSWORD, VERIFIER, passwordHash]) expect(log).not.toContain(secret);
  }

  const called = new Set<Asking>();
  let faults = 0;

  for (const [name, flow] of Object.entries(FLOWS)) {
    describe(name, () => {
      for (const time of ["before", "after"] as const) {
        test(`is unavailable, and can be tried again, when ${FAULTS[time]}`, async () => {
          const calls = await callsOf(flow);
          for (const [index, { method, name }] of calls.entries()) {
            const send = await flow.prepare(await newScene());
            const stored = await engine.rows(database);
            server.logged.length = 0;
            faulty.expectCalls({ index, time });
            const response = await send();
            faulty.expectCalls();
            called.add(method);
            faults += 1;

            const call = `${name}, call ${index + 1}`;
            const isAfter = calls.slice(0, index).some((before) => before.name === flow.despite?.after);
            const despite =
              name === flow.bestEffort ? flow.outcome : isAfter ? flow.despite?.outcome : undefined;
            expect({ call, outcome: await outcomeOf(response) }).toEqual({
              call,
              outcome: despite ?? (flow.audience === "people" ? "503" : "503 temporarily_unavailable"),
            });
            expectHonestLog(server.logged);
            if (despite !== undefined) continue;
            await expectUnavailable(response, flow);

            const done = calls.slice(0, time === "after" ? index + 1 : index);
            const isChanged = (await engine.rows(database)).join() !== stored.join();
            expect({ call, isChanged }).toEqual({ call, isChanged: done.some(({ changes }) => changes) });

            server.clock.advance(Number(response.headers.get("retry-after")));
            const lost = time === "after" ? flow.whenLost?.[name] : undefined;
            expect({ call, again: await outcomeOf(await send()) }).toEqual({
              call,
              again: lost ?? flow.outcome,
            });
          }
        });
      }
    });
  }

  test("every method of the store that a request may call was made to fail", () => {
    // Only the clean-up calls `expire`; see below.
    expect([...called, "expire"].sort()).toEqual([...ASKING].sort());
  });

  test(
    proves("a clean-up that fails has done nothing or its work, and goes on the next time", "threat 38"),
    async () => {
      const { context, clock } = server;
      const { person } = await newScene();
      await tokensFor(server, person);
      clock.advance(10 * 365 * 86_400);
      const clean = () => removeAllExpired(context);
      const failure = () =>
        clean().then(
          () => null,
          (error: unknown) => error,
        );
      for (const [index, time] of [
        [0, "before"],
        [0, "after"],
        [1, "before"],
        [1, "after"],
      ] as const) {
        const stored = (await engine.rows(database)).length;
        faulty.expectCalls({ index, time });
        expect(await failure()).toBeInstanceOf(StoreUnavailable);
        expect(faulty.calls.map(({ name }) => name)).toEqual(["list clients", "expire"].slice(0, index + 1));
        const left = (await engine.rows(database)).length;
        const isDone = index === 1 && time === "after";
        expect({ index, time, isLess: left < stored }).toEqual({ index, time, isLess: isDone });
      }
      faulty.expectCalls();
      await clean();
      expect(await database.execute("SELECT 1 AS one FROM access_tokens")).toEqual([]);
    },
  );

  describe("after an answer was lost", () => {
    /** Loses the answer to this call, the last of the request. */
    async function lose(commit: string, calls: number, send: () => Promise<Response>): Promise<void> {
      faulty.expectCalls({ index: calls - 1, time: "after" });
      expect((await send()).status).toBe(503);
      expect(faulty.calls.at(-1)?.name).toBe(commit);
      faulty.expectCalls();
    }
    /** The number of calls of such a request. */
    const callsIn = async (name: string): Promise<number> => {
      const flow = FLOWS[name];
      if (flow === undefined) throw new Error(`There is no ${name}.`);
      return (await callsOf(flow)).length;
    };

    test(
      proves("trying a code again ends what it issued, as nobody can tell the two apart", "threat 38"),
      async () => {
        const { person } = await newScene();
        const code = await codeFor(server, person);
        const commit = "commit grants refresh_tokens access_tokens codes";
        await lose(commit, await callsIn("redeeming a code"), () => redeemCode(server, code));
        const { store, clock } = server.context;
        expect(await store.listGrants({ subject: person.subject }, clock.seconds())).toHaveLength(1);
        expect(await outcomeOf(await redeemCode(server, code))).toBe("400 invalid_grant");
        expect(await store.listGrants({ subject: person.subject }, clock.seconds())).toEqual([]);
      },
    );

    test(
      proves(
        "refreshing again gives the very token whose answer was lost, and there is no second branch",
        "threat 38",
      ),
      async () => {
        const { person } = await newScene();
        const first = textOf(await tokensFor(server, person), "refresh_token");
        const commit = "commit refresh_tokens access_tokens";
        await lose(commit, await callsIn("refreshing"), () => refresh(server, first));
        const answer = await jsonOf(await refresh(server, first));
        expect(await jsonOf(await refresh(server, first))).toEqual(answer);
        const again = textOf(answer, "refresh_token");
        const third = textOf(await jsonOf(await refresh(server, again)), "refresh_token");
        expect(await outcomeOf(await refresh(server, third))).toBe("200");
        const open = await database.execute(
          `SELECT t.issued_at FROM refresh_tokens t JOIN grants g ON g.id = t.grant_id
       WHERE g.subject = '${person.subject}' AND t.used_at IS NULL`.trim(),
        );
        expect(open).toHaveLength(1);
      },
    );
  });

  describe("attempts that the store could not check do not count against the person", () => {
    test("at sign-in", async () => {
      const { person } = await newScene();
      const { username } = person;
      for (let attempt = 0; attempt < 2 * ATTEMPTS; attempt += 1) {
        const browser = openBrowser(server);
        const { action, fields } = await browser.form("/login");
        faulty.expectCalls({ index: 0, time: "before" });
        expect((await browser.post(action, { ...fields, username, password: PASSWORD })).status).toBe(503);
        faulty.expectCalls();
      }
      expect(await outcomeOf(await openBrowser(server).signIn(username))).toBe("303 /account");
    });

    test("at the code of a device", async () => {
      const { cookie } = await newScene();
      const look = () => server.fetch("/device?user_code=BCDF-GHJK", { headers: { Cookie: cookie } });
      for (let attempt = 0; attempt < 2 * ATTEMPTS; attempt += 1) {
        faulty.expectCalls({ index: 1, time: "before" });
        expect((await look()).status).toBe(503);
      }
      faulty.expectCalls();
      // Unknown, and not refused for too many attempts.
      expect((await look()).status).toBe(422);
    });
  });
}

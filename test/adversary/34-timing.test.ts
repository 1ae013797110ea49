/**
 * Threat classes 16 and 34: the time of an answer does not reveal which people, clients and tokens exist. Reading a row
 * still costs some microseconds, which the bound accepts. support/timing.ts says how sure this is.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { startTestServer } from "../support/server.ts";
import { type Ask, toldApartByTime } from "../support/timing.ts";
import {
  ASKING,
  failedClients,
  failedSignIns,
  forgottenPasswords,
  type Guessing,
  introspecting,
  type Kinds,
  kindsOf,
  mailedCodes,
  revoking,
  startGuessing,
  wishedAccounts,
} from "./enumeration.ts";

setDefaultTimeout(PATIENCE_MILLIS);

const ROUNDS = 400;
const BOUND = 1.5;

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const timed = (kinds: Kinds): Record<string, Ask> =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, send]) => [name, async () => (await send()).arrayBuffer()]),
  );

describe("on SQLite", () => {
  const scene = times(openTemporary);

  // The hash dominates the time on any engine. Without it an answer would take a hundredth of the time.
  test(proves("of a sign-in that fails tells nobody whether the person exists", "threat 34"), async () => {
    const kinds = timed(await failedSignIns(scene()));
    expect(await toldApartByTime(kinds, { rounds: 12, bound: 3 })).toEqual({});
  });

  test("of a sign-in would, if unknown people were not measured against a decoy", async () => {
    const { context } = scene().server;
    const { passwords } = context;
    const withoutDecoy = {
      ...passwords,
      verify: async (password: string, hash: string | null) =>
        hash !== null && (await passwords.verify(password, hash)),
    };
    Object.assign(context, { passwords: withoutDecoy });
    try {
      const told = await toldApartByTime(timed(await failedSignIns(scene())), { rounds: 5, bound: 3 });
      expect(Object.keys(told)).toEqual([
        "an unknown name",
        "an unknown address",
        "a person without a password",
      ]);
    } finally {
      Object.assign(context, { passwords });
    }
  });
});

describe("a person who came from another server", () => {
  const MANY = 1_000_000;
  const LIMITS = { sign_in_failures_per_account: MANY, sign_in_failures_per_address: MANY };
  // About five times the work of this server's own hashes, and almost none.
  const SLOW = { algorithm: "argon2id", memoryCost: 65_536, timeCost: 3 } as const;
  const QUICK = "{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0";

  test(
    proves("a sign-in that fails tells nobody by its time that such a person exists", "threat 34"),
    async () => {
      const server = await startTestServer({ limits: LIMITS, log: { level: "error", format: "json" } });
      try {
        await addPersonWithPassword(server, "owner");
        await server.addPerson("slow0", { passwordHash: await Bun.password.hash(PASSWORD, SLOW) });
        await server.addPerson("quick", { passwordHash: QUICK });
        const browser = openBrowser(server);
        const { fields } = await browser.form("/login");
        const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
        const as = (username: string) => async () => {
          const form = { ...fields, username, password: "a wrong password" };
          await (await server.post("/login", form, headers)).arrayBuffer();
        };
        const kinds = {
          "an unknown name": as("nobod"),
          "a hash of this server": as("owner"),
          "a slow hash": as("slow0"),
          "a quick hash": as("quick"),
        };
        expect(await toldApartByTime(kinds, { rounds: 8, bound: 2 })).toEqual({});
      } finally {
        await server.close();
      }
    },
  );
});

describe("on PostgreSQL", () => {
  times(() => postgres.openStore());
});

/** Returns the setting for the tests of one engine, once they run. */
function times(open: () => Promise<OpenedStore>): () => Guessing {
  let guessing: Guessing;
  beforeAll(async () => {
    guessing = await startGuessing(await open());
  });
  afterAll(() => guessing.server.close());
  const introspect = (token: string) => introspecting(guessing)(token);
  const giveBack = (token: string) => revoking(guessing)(token);

  test(proves("of a client that fails tells nobody whether it exists", "threat 34"), async () => {
    const form = { grant_type: "client_credentials" };
    const kinds = timed(failedClients(guessing, "/auth/token", form, "header"));
    expect(await toldApartByTime(kinds, { rounds: ROUNDS, bound: BOUND })).toEqual({});
  });

  test(
    proves("of a forgotten password tells nobody whether the person exists", "threat 34", "threat 84"),
    async () => {
      const kinds = timed(await forgottenPasswords(guessing));
      // Each person of the first kind gets five links at most.
      expect(await toldApartByTime(kinds, { rounds: 5 * ASKING - 50, bound: BOUND })).toEqual({});
    },
  );

  test(
    proves("of a code by mail tells nobody whether the person exists", "threat 34", "threat 84"),
    async () => {
      const kinds = timed(await mailedCodes(guessing));
      expect(await toldApartByTime(kinds, { rounds: 200, bound: BOUND })).toEqual({});
    },
  );

  test(
    proves("of a wish for an account tells nobody whether the address is taken", "threat 34", "threat 84"),
    async () => {
      const kinds = timed(await wishedAccounts(guessing));
      expect(await toldApartByTime(kinds, { rounds: 200, bound: BOUND })).toEqual({});
    },
  );

  test(
    proves(
      "of an introspection tells nobody whether the token exists",
      "OpenID Core 16.12-1",
      "threat 16",
      "threat 34",
    ),
    async () => {
      const kinds = timed(kindsOf(guessing.tokens, introspect));
      expect(await toldApartByTime(kinds, { rounds: ROUNDS, bound: BOUND })).toEqual({});
      const ofRefreshTokens = timed(kindsOf(guessing.refreshTokens, introspect));
      expect(await toldApartByTime(ofRefreshTokens, { rounds: ROUNDS, bound: BOUND })).toEqual({});
    },
  );

  test(proves("of a revocation tells nobody whether the token exists", "threat 34"), async () => {
    const { foreign: _, ...own } = guessing.tokens;
    const kinds = timed(kindsOf(own, giveBack));
    expect(await toldApartByTime(kinds, { rounds: ROUNDS, bound: BOUND })).toEqual({});
  });

  test("of twice the work would tell, and of the same work never does", async () => {
    const ask = async () => (await introspect(guessing.tokens.foreign)).arrayBuffer();
    // Simulates an early return after half of the work for things that do not exist.
    const twice = async () => {
      await ask();
      await ask();
    };
    const kinds = { half: ask, whole: twice, "half again": ask };
    expect(Object.keys(await toldApartByTime(kinds, { rounds: ROUNDS, bound: BOUND }))).toEqual(["whole"]);
  });

  test("of three more looks into the database for what exists would tell", async () => {
    const { store } = guessing.server.context;
    const { look: original } = store;
    store.look = async (plan, parameters) => {
      const facts = await original(plan, parameters);
      const exists = "token" in facts && facts.token !== null;
      for (let more = 0; exists && more < 3; more += 1) await store.findAccount(guessing.person.subject);
      return facts;
    };
    try {
      const { unknown, foreign } = guessing.tokens;
      const kinds = timed(kindsOf({ unknown, foreign }, introspect));
      expect(Object.keys(await toldApartByTime(kinds, { rounds: ROUNDS, bound: BOUND }))).toEqual([
        "foreign",
      ]);
    } finally {
      store.look = original;
    }
  });

  return () => guessing;
}

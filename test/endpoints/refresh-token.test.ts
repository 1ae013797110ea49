/** RFC 6749 §6 and RFC 9700 §4.14.2: rotation. Threat classes 10 to 12 and 54. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { parseCredential } from "../../src/credentials/credential.ts";
import { deriveSuccessors } from "../../src/credentials/issue.ts";
import { applyDeclaredClients } from "../../src/operations/declarations.ts";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { createRetryKeys } from "../../src/operations/retry-keys.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { createLog } from "../../src/platform/log.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { createServer } from "../../src/server.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { retryKeys } from "../../src/store/tables/tokens.ts";
import { openSqliteStore } from "../store/acts.ts";
import { withOtherEnding } from "../support/changed.ts";
import {
  clientCredentials,
  expectRefusal,
  expectTokens,
  introspectAs,
  isActive,
  refresh,
  requestToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import {
  basic,
  encodeForm,
  ISSUER,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  TestClock,
  type TestServer,
} from "../support/server.ts";
import { refreshForm } from "../support/token-requests.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
});
afterAll(() => server.close());
let people = 0;
beforeEach(async () => {
  people += 1;
  person = await server.addPerson(`ada-${people}`);
});

const BOTH = { scope: "mail.read files" };
const refreshTokenOf = async (changes = {}): Promise<string> =>
  textOf(await tokensFor(server, person, changes), "refresh_token");
const WINDOW_SECONDS = 10;

/** The same request from another network than that of the test. */
function refreshElsewhere(token: string): Promise<Response> {
  const request = new Request("https://auth.example/auth/token", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...basic("web", SECRET) },
    body: encodeForm(refreshForm(token)),
  });
  return server.handle(request, "198.51.100.77");
}

describe("refreshing", () => {
  test("replaces the refresh token and gives another access token for the same scope", async () => {
    const first = await tokensFor(server, person, BOTH);
    const second = await expectTokens(await refresh(server, textOf(first, "refresh_token")));
    expect(textOf(second, "refresh_token")).toMatch(/^trt_[A-Za-z0-9\-_]{64}$/);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.access_token).not.toBe(first.access_token);
    expect(second.scope).toBe("mail.read files");
    const told = await introspectAs(server, "web", textOf(second, "access_token"));
    expect(told).toMatchObject({ sub: person.subject, scope: "mail.read files" });
    expect(await isActive(server, textOf(first, "access_token"))).toBe(true);
  });

  test("goes on and on", async () => {
    let token = await refreshTokenOf();
    const seen = new Set([token]);
    for (let round = 0; round < 10; round += 1) {
      token = textOf(await expectTokens(await refresh(server, token)), "refresh_token");
      seen.add(token);
    }
    expect(seen.size).toBe(11);
  });

  test(
    proves(
      "narrows the scope for this access token only; the refresh token keeps it all",
      "RFC 9700 4.14.2-2",
      "RFC 6749 6-8",
    ),
    async () => {
      const narrowed = await expectTokens(
        await refresh(server, await refreshTokenOf(BOTH), { scope: "files" }),
      );
      expect(narrowed.scope).toBe("files");
      const successor = textOf(narrowed, "refresh_token");
      expect((await introspectAs(server, "web", successor)).scope).toBe("mail.read files");
      const full = await expectTokens(await refresh(server, successor));
      expect(full.scope).toBe("mail.read files");
      const widest = await refresh(server, textOf(full, "refresh_token"), { scope: "files mail.read" });
      expect((await expectTokens(widest)).scope).toBe("files mail.read");
    },
  );

  test("narrows the audience for this access token only (RFC 8707 §2.2)", async () => {
    const narrowed = await expectTokens(
      await refresh(server, await refreshTokenOf(BOTH), { resource: "https://files.example/api" }),
    );
    expect(narrowed.scope).toBe("files");
    expect((await introspectAs(server, "web", textOf(narrowed, "access_token"))).aud).toBe(
      "https://files.example/api",
    );
    const full = await expectTokens(await refresh(server, textOf(narrowed, "refresh_token")));
    expect((await introspectAs(server, "web", textOf(full, "access_token"))).aud).toEqual([
      "https://mail.example/",
      "https://files.example/api",
    ]);
  });

  test.each([
    ["a wider scope", { scope: "mail.read mail.send" }, "invalid_scope"],
    ["an unknown scope", { scope: "everything" }, "invalid_scope"],
    ["a malformed scope", { scope: '"' }, "invalid_scope"],
    ["another resource", { resource: "https://auth.example" }, "invalid_target"],
    [
      "a resource that uses none of the scopes",
      { scope: "mail.read", resource: "https://files.example/api" },
      "invalid_target",
    ],
  ])(
    proves(
      "refuses %s, and the refresh token stays good",
      "RFC 9700 4.14.2-2",
      "RFC 9700 2.3-4",
      "RFC 6749 6-3",
    ),
    async (_, changes, error) => {
      const token = await refreshTokenOf(BOTH);
      await expectRefusal(await refresh(server, token, changes), 400, error);
      await expectTokens(await refresh(server, token));
    },
  );
});

describe("a retry within the window", () => {
  test("gets the same answer again, with what is left of the access token's life", async () => {
    const token = await refreshTokenOf();
    const first = await expectTokens(await refresh(server, token));
    server.clock.advance(WINDOW_SECONDS);
    const second = await expectTokens(await refresh(server, token));
    expect(second.refresh_token).toBe(first.refresh_token);
    expect(second.access_token).toBe(first.access_token);
    expect(second.scope).toBe(first.scope);
    expect(Number(second.expires_in)).toBe(Number(first.expires_in) - WINDOW_SECONDS);
    await expectTokens(await refresh(server, textOf(second, "refresh_token")));
  });

  test("may be one of many at once: all get one and the same successor, never two live branches", async () => {
    const token = await refreshTokenOf();
    const responses = await Promise.all(Array.from({ length: 12 }, () => refresh(server, token)));
    const successors = new Set<string>();
    for (const response of responses) successors.add(textOf(await expectTokens(response), "refresh_token"));
    expect(successors.size).toBe(1);
  });

  test("gets nothing once the successor was used: that is no lost answer, and the grant ends", async () => {
    const token = await refreshTokenOf();
    const first = await expectTokens(await refresh(server, token));
    const second = await expectTokens(await refresh(server, textOf(first, "refresh_token")));
    await expectRefusal(await refresh(server, token), 400, "invalid_grant");
    await expectRefusal(await refresh(server, textOf(second, "refresh_token")), 400, "invalid_grant");
    expect(await isActive(server, textOf(second, "access_token"))).toBe(false);
  });

  test(
    proves(
      "is a setting, and may be closed altogether (threat class 11: within the same second)",
      "threat 11",
    ),
    async () => {
      const strict = await startTestServer({ lifetimes: { refresh_retry_window_seconds: 0 } });
      strict.clock.freeze();
      try {
        const tokens = await tokensFor(strict, await strict.addPerson("ada"));
        const first = await expectTokens(await refresh(strict, textOf(tokens, "refresh_token")));
        await expectRefusal(await refresh(strict, textOf(tokens, "refresh_token")), 400, "invalid_grant");
        expect(await isActive(strict, textOf(first, "access_token"))).toBe(false);
      } finally {
        await strict.close();
      }
    },
  );
});

describe("a thief and the client who refresh inside each other's window", () => {
  test(proves("end the grant when it happens twice in a row, with a warning", "threat 63"), async () => {
    const stolen = await refreshTokenOf();
    const first = await expectTokens(await refresh(server, stolen));
    const theirs = await expectTokens(await refreshElsewhere(stolen));
    // So far it may be a lost answer and a telephone that left the house.
    expect(theirs.refresh_token).toBe(first.refresh_token);
    const next = textOf(first, "refresh_token");
    const second = await expectTokens(await refresh(server, next));
    server.logged.length = 0;
    await expectRefusal(await refreshElsewhere(next), 400, "invalid_grant");
    expect(server.logged.join("")).toContain('"event":"refresh_token.replayed"');
    expect(await isActive(server, textOf(second, "access_token"))).toBe(false);
  });

  test(proves("are told of in the log from the first time on", "threat 63"), async () => {
    const token = await refreshTokenOf();
    await expectTokens(await refresh(server, token));
    server.logged.length = 0;
    await expectTokens(await refresh(server, token));
    await expectTokens(await refreshElsewhere(token));
    const events = server.logged.map((line) => JSON.parse(line)).map(({ level, event }) => [level, event]);
    expect(events).toEqual([
      ["info", "refresh_token.retried"],
      ["warn", "refresh_token.retried_elsewhere"],
    ]);
  });

  test("are not seen in two tabs, nor in one change of the network with a lost answer", async () => {
    let token = await refreshTokenOf();
    for (let generation = 0; generation < 4; generation += 1) {
      const first = await expectTokens(await refresh(server, token));
      await expectTokens(await refresh(server, token));
      if (generation % 2 === 0) await expectTokens(await refreshElsewhere(token));
      token = textOf(first, "refresh_token");
    }
    await expectTokens(await refresh(server, token));
  });
});

describe("an old refresh token and a stolen database", () => {
  /** All that a thief of the database can try with the token, and a thief of the server's keys as well. */
  async function derivable(stolen: string): Promise<string[]> {
    const presented = parseCredential("refresh_token", stolen);
    const { store, keys } = server.context;
    const found = presented && (await store.findRefreshToken(presented.id));
    const successorId = found?.token.successorId;
    if (presented === null || !successorId) throw new Error("The token has no successor.");
    const kept = await store.list(retryKeys, { limit: 100 });
    return kept.map(({ key }) => deriveSuccessors(keys, presented, successorId, key).refreshToken.text);
  }

  test(proves("do not give its successor once the window is closed", "threat 70"), async () => {
    const stolen = await refreshTokenOf();
    const live = textOf(await expectTokens(await refresh(server, stolen)), "refresh_token");
    expect(await derivable(stolen)).toContain(live);
    server.clock.advance(120);
    await removeAllExpired(server.context);
    expect(await derivable(stolen)).not.toContain(live);
    await expectTokens(await refresh(server, live));
  });

  test("give it within the window to all nodes, which share the key", async () => {
    const stolen = await refreshTokenOf();
    const another = createRetryKeys(server.context.store, server.context.random, WINDOW_SECONDS);
    const now = server.clock.seconds();
    await refresh(server, stolen);
    expect(await another.current(now)).toEqual(await server.context.retryKeys.current(now));
    server.clock.advance(20);
    const later = server.clock.seconds();
    const made = await Promise.all([another.current(later), server.context.retryKeys.current(later)]);
    expect(made[0]).toEqual(made[1] as Uint8Array);
    expect(made[0]).not.toEqual(await another.of(now));
  });

  test(proves("is in no memory once its time is over", "threat 70"), async () => {
    const { store, random } = server.context;
    let looks = 0;
    const counted = {
      ...store,
      look: (...request: Parameters<typeof store.look>) => {
        looks += 1;
        return store.look(...request);
      },
    } as typeof store;
    const keys = createRetryKeys(counted, random, WINDOW_SECONDS);
    // A key is good for 16 seconds. Two hundredths of a second of these are left.
    const now = 16 * Math.floor(server.clock.seconds() / 16) + 15.98;
    await keys.current(now);
    const before = looks;
    await keys.of(now);
    expect(looks).toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await keys.of(now);
    expect(looks).toBe(before + 1);
  });
});

describe("a use after the window", () => {
  test(
    proves(
      "is refused and ends everything that came from the grant",
      "threat 10",
      "RFC 9700 4.14.2-3",
      "RFC 6749 10.4-5",
    ),
    async () => {
      const tokens = await tokensFor(server, person);
      const token = textOf(tokens, "refresh_token");
      const first = await expectTokens(await refresh(server, token));
      server.clock.advance(WINDOW_SECONDS + 1);
      const body = await expectRefusal(await refresh(server, token), 400, "invalid_grant");
      expect(body.error_description).toBe(
        "The refresh token was used before. Everything issued from it is now revoked.",
      );
      for (const { access_token } of [tokens, first]) {
        expect(await isActive(server, String(access_token))).toBe(false);
      }
      await expectRefusal(await refresh(server, textOf(first, "refresh_token")), 400, "invalid_grant");
    },
  );

  test("ends everything also when it asks for what was not granted", async () => {
    const token = await refreshTokenOf();
    const first = await expectTokens(await refresh(server, token));
    server.clock.advance(WINDOW_SECONDS + 1);
    const response = await refresh(server, token, { scope: "everything" });
    expect(response.status).toBe(400);
    expect(await isActive(server, textOf(first, "access_token"))).toBe(false);
  });

  test("ends nothing of other grants of the same person and client", async () => {
    const other = await tokensFor(server, person);
    const token = await refreshTokenOf();
    await expectTokens(await refresh(server, token));
    server.clock.advance(WINDOW_SECONDS + 1);
    await expectRefusal(await refresh(server, token), 400, "invalid_grant");
    expect(await isActive(server, textOf(other, "access_token"))).toBe(true);
    await expectTokens(await refresh(server, textOf(other, "refresh_token")));
  });
});

describe("a refresh token", () => {
  test(
    proves(
      "belongs to its client: another gets the words of an unknown one, and ends nothing",
      "OIDF 4-5",
      "OpenID Core 12.1-2",
      "RFC 6749 6-6",
      "RFC 6749 10.4-2",
      "RFC 6749 10.4-4",
    ),
    async () => {
      const token = await refreshTokenOf();
      const stolen = await expectRefusal(await refresh(server, token, {}, "spa"), 400, "invalid_grant");
      const unknown = await expectRefusal(
        await refresh(server, `trt_${"A".repeat(64)}`, {}, "spa"),
        400,
        "invalid_grant",
      );
      expect(stolen).toEqual(unknown);
      await expectTokens(await refresh(server, token));
    },
  );

  test("that another client steals and uses late ends nothing either", async () => {
    const token = await refreshTokenOf();
    const first = await expectTokens(await refresh(server, token));
    server.clock.advance(WINDOW_SECONDS + 1);
    await expectRefusal(await refresh(server, token, {}, "spa"), 400, "invalid_grant");
    expect(await isActive(server, textOf(first, "access_token"))).toBe(true);
  });

  test(
    proves(
      "of a confidential client needs its secret: leaving it or the client out is refused (threat class 54)",
      "OpenID Core 12.1-1",
      "RFC 9700 2.5-1",
      "RFC 6749 6-4",
      "RFC 6749 6-5",
      "RFC 6749 10.2-1",
    ),
    async () => {
      const token = await refreshTokenOf();
      for (const form of [
        {},
        { client_id: "web" },
        { client_id: "web", client_secret: "" },
        { client_id: "web", client_secret: "x" },
      ]) {
        const response = await server.post("/auth/token", {
          grant_type: "refresh_token",
          refresh_token: token,
          ...form,
        });
        await expectRefusal(response, 401, "invalid_client");
      }
      await expectTokens(await refresh(server, token));
    },
  );

  test(proves("of a public client works with client_id alone, and rotates", "RFC 9700 2.2.2-1"), async () => {
    const tokens = await tokensFor(server, person, {
      client_id: "spa",
      redirect_uri: "https://spa.example/",
    });
    const first = await expectTokens(await refresh(server, textOf(tokens, "refresh_token"), {}, "spa"));
    expect(first.refresh_token).not.toBe(tokens.refresh_token);
  });

  test(
    proves(
      "that is not used for its lifetime expires, to the second; each use starts it anew",
      "RFC 9700 4.14.2-5",
      "RFC 6749 6-7",
    ),
    async () => {
      const lifetime = 90 * 86_400;
      const idle = await refreshTokenOf();
      let used = await refreshTokenOf();
      server.clock.advance(lifetime - 1);
      used = textOf(await expectTokens(await refresh(server, used)), "refresh_token");
      server.clock.advance(1);
      const body = await expectRefusal(await refresh(server, idle), 400, "invalid_grant");
      expect(body.error_description).toContain("expired");
      server.clock.advance(lifetime - 2);
      await expectTokens(await refresh(server, used));
    },
  );

  test(
    proves(
      "lives as long as its client says, and one of a stranger no longer than others",
      "RFC 9700 4.14.2-5",
    ),
    async () => {
      const { store } = server.context;
      const web = await store.findClient("web");
      if (web === null) throw new Error("There is no client web.");
      const set = async (changes: Partial<typeof web>) => {
        const { revision } = (await store.findClient("web")) ?? web;
        await store.putClient({ ...web, revision: revision + 1, ...changes });
      };
      const expiresIn = async () => {
        const { exp, iat } = await introspectAs(server, "web", await refreshTokenOf());
        return Number(exp) - Number(iat);
      };
      try {
        await set({ refreshTokenSeconds: 86_400 });
        expect(await expiresIn()).toBe(86_400);
        const next = textOf(
          await expectTokens(await refresh(server, await refreshTokenOf())),
          "refresh_token",
        );
        server.clock.advance(86_400);
        await expectRefusal(await refresh(server, next), 400, "invalid_grant");
        await set({ refreshTokenSeconds: 365 * 86_400 });
        expect(await expiresIn()).toBe(365 * 86_400);
        await set({ refreshTokenSeconds: 365 * 86_400, source: "registration" });
        expect(await expiresIn()).toBe(90 * 86_400);
      } finally {
        await set({});
      }
    },
  );

  test("of a grant that has ended is like an unknown one, used before or not", async () => {
    const used = await refreshTokenOf();
    const unused = textOf(await expectTokens(await refresh(server, used)), "refresh_token");
    await server.context.store.revokeAccess(
      { subject: person.subject, clientId: "web" as ClientId },
      "revoked_by_person",
      server.clock.seconds(),
    );
    const unknown = await expectRefusal(await refresh(server, `trt_${"A".repeat(64)}`), 400, "invalid_grant");
    for (const token of [used, unused]) {
      expect(await expectRefusal(await refresh(server, token), 400, "invalid_grant")).toEqual(unknown);
    }
  });

  test(
    proves(
      "whose secret is forged is unknown, and the genuine one stays good",
      "RFC 9700 4.14.2-4",
      "RFC 6749 6-7",
      "RFC 6749 10.4-6",
    ),
    async () => {
      const token = await refreshTokenOf();
      const forged = withOtherEnding(token);
      await expectRefusal(await refresh(server, forged), 400, "invalid_grant");
      await expectTokens(await refresh(server, token));
    },
  );

  test("is an access token nowhere, and an access token is no refresh token", async () => {
    const tokens = await tokensFor(server, person);
    await expectRefusal(await refresh(server, textOf(tokens, "access_token")), 400, "invalid_grant");
    const response = await server.fetch("/auth/userinfo", {
      headers: { Authorization: `Bearer ${textOf(tokens, "refresh_token")}` },
    });
    await expectRefusal(response, 401, "invalid_token");
    await expectRefusal(
      await requestToken(server, "web", {
        grant_type: "authorization_code",
        code: textOf(tokens, "refresh_token"),
      }),
      400,
      "invalid_grant",
    );
  });
});

describe("a restart", () => {
  test(
    proves(
      "changes nothing: a retry gets the same successor, and a late use is detected (threat class 11)",
      "threat 11",
    ),
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "tessera-restart-"));
      const secret = new Uint8Array(32).fill(3);
      const clock = new TestClock();
      clock.freeze();
      const configuration = { ...parse(configurationSchema, TEST_CONFIGURATION), issuer: ISSUER };
      const start = async () => {
        const store = await openSqliteStore({ file: join(folder, "tessera.db") });
        const running = createServer({
          configuration,
          store,
          clock,
          steadyClock: clock.steady,
          keys: serverKeys(secret),
          log: createLog({ level: "error", format: "text", write: () => {} }),
        });
        await applyDeclaredClients(running.context);
        const send: TestServer["fetch"] = (path, init) =>
          running.fetch(new Request(ISSUER + path, init), () => "192.0.2.1");
        const asServer: TestServer = {
          ...server,
          context: { ...running.context, store },
          clock,
          fetch: send,
          post: (path, form, headers = {}) =>
            send(path, {
              method: "POST",
              body: encodeForm(form),
              headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
            }),
        };
        return {
          asServer,
          async stop() {
            await running.close();
            await store.close();
          },
        };
      };
      try {
        const before = await start();
        const account = { ...person };
        await before.asServer.context.store.createAccount(account);
        const token = textOf(await tokensFor(before.asServer, account), "refresh_token");
        const first = await expectTokens(await refresh(before.asServer, token));
        await before.stop();

        const after = await start();
        const retried = await expectTokens(await refresh(after.asServer, token));
        expect(retried.refresh_token).toBe(first.refresh_token);
        clock.advance(WINDOW_SECONDS + 1);
        await expectRefusal(await refresh(after.asServer, token), 400, "invalid_grant");
        expect(await isActive(after.asServer, textOf(retried, "access_token"))).toBe(false);
        await after.stop();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  test("the credentials helper speaks for the clients of the test configuration", () => {
    expect(clientCredentials("spa").form).toEqual({ client_id: "spa" });
    expect(clientCredentials("web").headers.Authorization).toStartWith("Basic ");
  });
});

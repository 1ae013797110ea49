/**
 * The server remembers a client that authenticated, and acts for it without reading it first. Every decision about the
 * client, in this process or another, still counts at the next request. On both engines.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { digestSecret, mintCredential } from "../../src/credentials/credential.ts";
import { issueAuthorizationCode, redeemCode } from "../../src/operations/authorization.ts";
import { asClient, CALLER, type Caller } from "../../src/operations/caller.ts";
import { CallerMemory } from "../../src/operations/caller-memory.ts";
import { redeemDeviceCode, startDevice } from "../../src/operations/devices.ts";
import { introspect, issueToClient, refresh, revokeToken } from "../../src/operations/tokens.ts";
import { OAuthError, type Reason } from "../../src/protocol/errors.ts";
import { parseParameters } from "../../src/protocol/parameters.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { Plan, Store } from "../../src/store/contract.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { ActingStore } from "../store/acts.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { newClient, newClientToken, newSecret, scopes } from "../store/records.ts";
import { signedInAs } from "../support/flows.ts";
import { basic, encodeForm, startTestServer, type TestContext, type TestServer } from "../support/server.ts";

const SECRET = "a secret that is long enough for tests";
const SECOND_SECRET = "another secret that is long enough";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

callerSuite("on SQLite", () => sqliteEngine);
callerSuite("on PostgreSQL", () => postgresEngine(postgres));

function callerSuite(name: string, engine: () => FixtureEngine): void {
  describe(name, () => {
    let database: FixtureDatabase;
    let server: TestServer;
    /** The process that remembers. It records its looks by the names of their rows. */
    let context: TestContext;
    let looks: string[];
    /** The process that changes clients. */
    let other: ActingStore;
    let client: ClientRecord;

    beforeAll(async () => {
      database = await engine().create();
      const store = await database.open();
      other = await database.open();
      server = await startTestServer({}, { opened: { store, close: () => store.close() } });
    });
    afterAll(async () => {
      await server.close();
      await other.close();
      database.remove();
    });
    beforeEach(async () => {
      looks = [];
      const { store } = server.context;
      const noting = {
        ...store,
        look: ((plan: Plan, parameters: never) => {
          looks.push(Object.keys(plan).join(" "));
          return store.look(plan, parameters);
        }) as Store["look"],
      };
      context = { ...server.context, store: noting, callers: new CallerMemory() };
      client = newClient({
        usedAt: server.clock.seconds(),
        grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
        scope: scopes("files"),
        defaultScope: scopes("files"),
        secrets: [SECRET, SECOND_SECRET].map((text) => newSecret({ digest: digestSecret(text) })),
      });
      await other.createClient(client);
      await ask();
      looks = [];
    });
    const opened: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of opened.splice(0)) await close();
    });

    /** Makes a request of the client, which acts on its behalf. */
    function ask<Result = string>(
      act: (caller: Caller) => Promise<Result> = async (caller) => String(caller.client.clientName) as Result,
      { secret = SECRET, form = {} }: { secret?: string; form?: Record<string, string> } = {},
    ): Promise<Result> {
      const request = new Request("https://auth.example/auth/token", {
        method: "POST",
        headers: basic(client.clientId, secret),
      });
      return asClient(
        context,
        { request, address: "203.0.113.7", requestId: "" },
        parseParameters(encodeForm(form), 64),
        act,
      );
    }
    const reasonOf = async (asking: Promise<unknown>): Promise<Reason | null> => {
      const found = await asking.catch((error: unknown) => error);
      if (found instanceof OAuthError) return found.reason;
      if (found instanceof Error) throw found;
      return null;
    };

    test("a remembered client is not read before it acts, and is confirmed once", async () => {
      expect(await ask()).toBe("Mail ✉");
      expect(looks).toEqual(["caller"]);
    });

    test("an act that looks confirms the client in the same look", async () => {
      await ask(async (caller) => {
        const { caller: found } = await context.store.look({ caller: CALLER }, { callerId: caller.callerId });
        caller.confirm(found);
        return "";
      });
      expect(looks).toEqual(["caller"]);
      looks = [];
      await ask((caller) =>
        introspect(context, { clientId: client.clientId, caller }, unknown("access_token")),
      );
      expect(looks).toEqual(["token grant client caller"]);
    });

    test("an act whose client changes each time is given up, and the client told to come back", async () => {
      let attempts = 0;
      const asking = ask((caller) => {
        attempts += 1;
        return caller.changed();
      });
      expect(await reasonOf(asking)).toBe("busy");
      expect(attempts).toBe(10);
    });

    test("an act that commits needs no look at all", async () => {
      await ask((caller) => issueToClient(context, SERVER_ACT, caller, { scope: "files", resources: [] }));
      expect(looks).toEqual([]);
    });

    const unknown = (kind: "access_token" | "refresh_token" | "authorization_code" | "device_code"): string =>
      mintCredential(kind, server.clock, server.context.random).text;
    const target = { scope: undefined, resources: [] };

    /** Acts on behalf of clients. Each detects a changed client by itself or by the commit's guard. */
    const ACTS: Record<string, (caller: Caller) => Promise<unknown>> = {
      "that does nothing": async () => null,
      "that refuses": async () => {
        throw new OAuthError("grant_type_unsupported");
      },
      "that issues a token to the client": (caller) =>
        issueToClient(context, SERVER_ACT, caller, { scope: "files", resources: [] }),
      "that redeems a code": (caller) =>
        redeemCode(context, SERVER_ACT, caller, {
          code: unknown("authorization_code"),
          redirectUri: undefined,
          codeVerifier: undefined,
          target,
        }),
      "that refreshes": (caller) =>
        refresh(context, SERVER_ACT, caller, { refreshToken: unknown("refresh_token"), target }),
      "that redeems a device code": (caller) =>
        redeemDeviceCode(context, SERVER_ACT, caller, { deviceCode: unknown("device_code"), target }),
      "that starts a device": (caller) =>
        startDevice(context, SERVER_ACT, caller, {
          scope: scopes("files"),
          resources: [],
          authorizationDetails: null,
          requesterAddress: "192.0.2.7",
          requesterAgent: "",
        }),
      "that introspects an access token": (caller) =>
        introspect(context, { clientId: client.clientId, caller }, unknown("access_token")),
      "that introspects a refresh token": (caller) =>
        introspect(context, { clientId: client.clientId, caller }, unknown("refresh_token")),
      "that introspects nothing": (caller) =>
        introspect(context, { clientId: client.clientId, caller }, "nothing"),
      "that revokes an access token": (caller) =>
        revokeToken(context, SERVER_ACT, caller, unknown("access_token")),
      "that revokes a refresh token": (caller) =>
        revokeToken(context, SERVER_ACT, caller, unknown("refresh_token")),
    };

    /** Decisions of another process, and the refusal that the request then gets. */
    const ENDS: [string, Reason, () => Promise<unknown>][] = [
      [
        "it was disabled",
        "client_disabled",
        () => other.putClient({ ...client, disabledAt: server.clock.seconds() }),
      ],
      ["it was removed", "client_unknown", () => other.removeClient(client.clientId, server.clock.seconds())],
      [
        "its secret was taken away",
        "client_secret_wrong",
        () => other.removeClientSecret(client.clientId, client.secrets[0]?.id ?? ""),
      ],
      [
        "it was removed, and another has its identifier",
        "client_secret_wrong",
        async () => {
          await other.removeClient(client.clientId, server.clock.seconds());
          await other.createClient({ ...newClient(), clientId: client.clientId, revision: client.revision });
        },
      ],
    ];
    for (const [what, reason, end] of ENDS) {
      for (const [which, act] of Object.entries(ACTS)) {
        test(`a request ${which} is refused once ${what}`, async () => {
          await end();
          expect(await reasonOf(ask(act))).toBe(reason);
          // And the memory keeps nothing of it: reading the client refuses the next request.
          looks = [];
          expect(await reasonOf(ask(act))).toBe(reason);
          expect(looks).toEqual(["client"]);
        });
      }
    }

    const CHANGES: [string, () => Promise<unknown>][] = [
      ["its metadata are others", () => other.putClient({ ...client, clientName: "Another" })],
      ["a secret was added", () => other.addClientSecret(client.clientId, newSecret())],
      [
        "its other secret was taken away",
        () => other.removeClientSecret(client.clientId, client.secrets[1]?.id ?? ""),
      ],
    ];
    for (const [what, change] of CHANGES) {
      for (const [which, act] of Object.entries(ACTS)) {
        test(`a request ${which} begins anew, with the client as it is, once ${what}`, async () => {
          await change();
          const now = await other.findClient(client.clientId);
          const seen: ClientRecord[] = [];
          await reasonOf(
            ask((caller) => {
              seen.push(caller.client);
              return act(caller);
            }),
          );
          expect(seen.at(-1)).toEqual(now ?? client);
          expect(seen.length).toBeLessThanOrEqual(2);
          expect(looks).toContain("client");
          looks = [];
          // From now on the server remembers that one.
          await ask();
          expect(looks).toEqual(["caller"]);
        });
      }
    }

    test("leaves no token behind that was issued to what it no longer is", async () => {
      await other.putClient({ ...client, scope: [], defaultScope: [] });
      const before = await database.execute("SELECT count(*) AS tokens FROM access_tokens");
      const asking = ask((caller) =>
        issueToClient(context, SERVER_ACT, caller, { scope: "files", resources: [] }),
      );
      expect(await reasonOf(asking)).toBe("scope_not_registered");
      expect(await database.execute("SELECT count(*) AS tokens FROM access_tokens")).toEqual(before);
    });

    test("a client that is disabled between the look and the commit of a redemption gets nothing", async () => {
      const account = await server.addPerson(`person-${client.clientId}`);
      const code = await issueAuthorizationCode(
        server.context,
        SERVER_ACT,
        {
          client,
          redirectUri: client.redirectUris[0] ?? ("" as never),
          redirectUriRequested: true,
          codeChallenge: null,
          nonce: null,
          confirmation: null,
          claims: null,
          toAllow: client.scope,
          scope: client.scope,
          resources: context.catalogue.defaultResources(client.scope),
          authorizationDetails: null,
          pushed: null,
        },
        signedInAs(server, account),
        { form: null, remember: true },
      );
      const { commit } = context.store;
      context = {
        ...context,
        store: {
          ...context.store,
          async commit(changes) {
            await other.putClient({ ...client, disabledAt: server.clock.seconds() });
            return commit(changes);
          },
        },
      };
      const asking = ask((caller) =>
        redeemCode(context, SERVER_ACT, caller, {
          code: code ?? "",
          redirectUri: client.redirectUris[0],
          codeVerifier: undefined,
          target,
        }),
      );
      expect(await reasonOf(asking)).toBe("client_disabled");
      const [grant] = await other.listGrants({ clientId: client.clientId }, server.clock.seconds());
      expect(grant?.activatedAt).toBeNull();
    });

    test("stays remembered when its use is noted: that is no decision about it", async () => {
      const fresh = newClient({ secrets: client.secrets, usedAt: null });
      await other.createClient(fresh);
      client = fresh;
      await ask();
      await other.issueAccessToken(newClientToken(fresh));
      expect((await other.findClient(fresh.clientId))?.usedAt).not.toBeNull();
      looks = [];
      await ask();
      expect(looks).toEqual(["caller"]);
    });

    test("is remembered by all that it authenticated with: another secret is checked", async () => {
      expect(await reasonOf(ask(undefined, { secret: "a wrong secret that is long enough" }))).toBe(
        "client_secret_wrong",
      );
      expect(looks).toEqual(["client"]);
      looks = [];
      await ask(undefined, { secret: SECOND_SECRET });
      expect(looks).toEqual(["client"]);
    });

    test("does not contradict itself because it is remembered", async () => {
      const asking = ask(undefined, { form: { client_id: "another" } });
      expect(await reasonOf(asking)).toBe("client_id_mismatch");
      await ask(undefined, { form: { client_id: client.clientId } });
    });

    test("is remembered no longer than its secret is valid, to the second", async () => {
      const expiresAt = server.clock.seconds() + 1000;
      client = newClient({ secrets: [newSecret({ digest: digestSecret(SECRET), expiresAt })] });
      await other.createClient(client);
      const at = (seconds: number) => {
        const clock = { seconds: () => seconds, millis: () => seconds * 1000 };
        context = { ...context, clock: clock as TestContext["clock"] };
        return reasonOf(ask());
      };
      expect(await at(expiresAt - 1)).toBeNull();
      looks = [];
      expect(await at(expiresAt - 1)).toBeNull();
      expect(looks).toEqual(["caller"]);
      expect(await at(expiresAt)).toBe("client_secret_wrong");
    });

    test("that changes each time while it is asked for is told to come back", async () => {
      let attempts = 0;
      const asking = ask(async (caller) => {
        attempts += 1;
        return caller.changed();
      });
      expect(await reasonOf(asking)).toBe("busy");
      expect(attempts).toBe(10);
    });

    test("is not confirmed by a failure of the store, which is told as what it is", async () => {
      const failure = new Error("the disk");
      const asking = ask(async () => {
        throw failure;
      });
      await expect(asking).rejects.toBe(failure);
      expect(looks).toEqual([]);
    });
  });
}

describe("the memory of clients", () => {
  /** An authenticated client with a name of this length. */
  const authenticated = (characters = 0) =>
    ({ client: { clientName: "x".repeat(characters) }, secretExpiresAt: null }) as unknown as Parameters<
      CallerMemory["remember"]
    >[1];
  const presented = (text: string) =>
    ({ text, clientId: undefined }) as Parameters<CallerMemory["recall"]>[0];
  const isKnown = (memory: CallerMemory, text: string) => memory.recall(presented(text), 0) !== null;

  test("keeps ten thousand, and lets the oldest go", () => {
    const memory = new CallerMemory();
    for (let count = 1; count <= 10_001; count += 1) memory.remember({ text: `${count}` }, authenticated());
    expect(isKnown(memory, "1")).toBe(false);
    expect(isKnown(memory, "2")).toBe(true);
    expect(isKnown(memory, "10001")).toBe(true);
  });

  test("keeps fewer if they are large: strangers write what they say of themselves", () => {
    const memory = new CallerMemory();
    const megabyte = 1024 * 1024;
    const known = () => ["1", "2", "3", "4", "5"].filter((text) => isKnown(memory, text));
    for (const text of ["1", "2", "3", "4", "5"]) memory.remember({ text }, authenticated(megabyte));
    expect(known()).toEqual(["3", "4", "5"]);
    // A client that is remembered again counts once, and a forgotten one does not count.
    memory.remember({ text: "3" }, authenticated(megabyte));
    expect(known()).toEqual(["3", "4", "5"]);
    memory.forget({ text: "4" });
    memory.remember({ text: "1" }, authenticated(megabyte));
    expect(known()).toEqual(["1", "3", "5"]);
  });

  test("keeps no long texts, which strangers write", () => {
    const memory = new CallerMemory();
    for (const length of [512, 513]) memory.remember({ text: "x".repeat(length) }, authenticated());
    expect(isKnown(memory, "x".repeat(512))).toBe(true);
    expect(isKnown(memory, "x".repeat(513))).toBe(false);
  });

  test("forgets what it is told to forget", () => {
    const memory = new CallerMemory();
    memory.remember({ text: "x" }, authenticated());
    memory.forget({ text: "x" });
    expect(isKnown(memory, "x")).toBe(false);
  });
});

/** A server in this process, on a temporary database, with a clock that tests can move. No sockets. */

import { parse } from "valibot";
import {
  type Configuration,
  type ConfigurationInput,
  configurationSchema,
} from "../../src/configuration/schema.ts";
import type { Context } from "../../src/operations/context.ts";
import { applyDeclaredClients } from "../../src/operations/declarations.ts";
import { applyDocumentPolicy } from "../../src/operations/document-blocks.ts";
import { findAccount } from "../../src/operations/people.ts";
import { startSession } from "../../src/operations/sessions.ts";
import type { Telemetry } from "../../src/operations/telemetry.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import type { FixedAnswers } from "../../src/platform/listen.ts";
import { createLog } from "../../src/platform/log.ts";
import type { Outbound } from "../../src/platform/outbound.ts";
import { systemRandom } from "../../src/platform/random.ts";
import type { SubjectId } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { createServer, type ServerParts } from "../../src/server.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type ActingStore, acting } from "../store/acts.ts";
import { citusAt, SERVERS_CITUS_URL } from "../store/postgres/citus.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";

/** Real time plus what tests add to it; after `freeze`, only what they add. */
export class TestClock implements Clock {
  #offsetMillis = 0;
  #frozenAt: number | null = null;
  #jumpedMillis = 0;
  /** The time for durations, which goes on when this clock jumps. */
  readonly steady = { millis: (): number => this.millis() - this.#jumpedMillis };
  millis = (): number => (this.#frozenAt ?? Date.now()) + this.#offsetMillis;
  seconds = (): number => Math.floor(this.millis() / 1000);
  advance(seconds: number): void {
    this.#offsetMillis += seconds * 1000;
  }
  /** An operator or NTP sets the clock. */
  jump(seconds: number): void {
    this.advance(seconds);
    this.#jumpedMillis += seconds * 1000;
  }
  /** For tests that count seconds exactly on any machine, and for those at another time. */
  freeze(seconds = Math.floor(Date.now() / 1000)): void {
    this.#frozenAt ??= seconds * 1000;
  }
}

export const ISSUER = "https://auth.example";
export const ADDRESS = "203.0.113.7";

/** The configuration of most tests: a client of each kind, two resources and their scopes. */
export const SECRET = "a secret that is long enough for tests";
export const TEST_CONFIGURATION: ConfigurationInput = {
  issuer: ISSUER,
  log: { level: "debug", format: "json" },
  scopes: [
    { name: "mail.read", description: "Read your e-mail" },
    { name: "mail.send", description: "Send e-mail as you" },
    { name: "files", description: "See and change your files" },
  ],
  resources: [
    {
      identifier: "https://mail.example/",
      name: "Mail",
      scopes: ["mail.read", "mail.send"],
      introspection_clients: ["mail-server"],
    },
    { identifier: "https://files.example/api", name: "Files", scopes: ["files"] },
  ],
  clients: [
    {
      client_id: "web",
      client_name: "Example Web",
      redirect_uris: ["https://client.example/callback", "https://client.example/second?tenant=1"],
      secrets: [SECRET],
    },
    {
      client_id: "native",
      client_name: "Example Native",
      redirect_uris: ["http://127.0.0.1/callback", "com.example.app:/callback"],
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    },
    { client_id: "spa", client_name: "Example Page", redirect_uris: ["https://spa.example/"] },
    { client_id: "service", client_name: "Example Service", secrets: [SECRET, "another live secret of it"] },
    { client_id: "mail-server", client_name: "Mail Server", grant_types: [], secrets: [SECRET] },
    {
      client_id: "television",
      client_name: "Example Television",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    },
  ],
};

/** The server's context, with a store that acts by name. */
export type TestContext = Context & { readonly store: ActingStore };

export interface TestServer {
  readonly issuer: string;
  readonly context: TestContext;
  readonly clock: TestClock;
  /** All lines of the log. */
  readonly logged: string[];
  /** Answers a request unchanged. */
  handle(request: Request, address: string, isFromProxy?: () => boolean): Promise<Response>;
  fixedAnswers(): Promise<FixedAnswers>;
  /** Sends a request for a path below the issuer (or an absolute URL), from ADDRESS. */
  fetch(path: string, init?: RequestInit & { address?: string }): Promise<Response>;
  /** POSTs a form. Pairs may repeat a name. */
  post(path: string, form: FormInput, headers?: Record<string, string>): Promise<Response>;
  addPerson(username: string, person?: Partial<AccountRecord>): Promise<AccountRecord>;
  /** A signed-in browser's Cookie header. */
  signIn(account: AccountRecord): Promise<string>;
  close(): Promise<void>;
}

export type FormInput = Record<string, string | undefined> | readonly (readonly [string, string])[];

export function encodeForm(form: FormInput): string {
  const encoded = new URLSearchParams();
  const pairs = Array.isArray(form) ? form : Object.entries(form);
  for (const [name, value] of pairs) if (value !== undefined) encoded.append(name, value);
  return encoded.toString();
}

export const basic = (clientId: string, secret: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString("base64")}`,
});

/** The parts that a test puts in place of the server's own. */
export interface TestServerParts {
  /** Closed with the server. Default: a new SQLite database. */
  readonly opened?: OpenedStore;
  /** The server's own secret: 32 bytes. */
  readonly key?: Uint8Array;
  readonly clock?: TestClock;
  /** How the server reaches other hosts. Default: as the server itself does. */
  readonly outbound?: Outbound;
  /** What counts, for the configuration of the server. Default: nothing. */
  readonly metrics?: (configuration: Configuration) => ServerParts["metrics"];
  /** What records the requests, and may wrap the log. Default: nothing. */
  readonly telemetry?: Telemetry;
}

/** On the cluster that TESSERA_TEST_CITUS names, if TESSERA_TEST_SERVERS asks for it. */
const openDefault = (): Promise<OpenedStore> =>
  SERVERS_CITUS_URL === undefined ? openTemporary() : citusAt(SERVERS_CITUS_URL).openStore();

/** `overrides` replaces whole members of TEST_CONFIGURATION. */
export async function startTestServer(
  overrides: ConfigurationInput = {},
  {
    opened,
    key = systemRandom(32),
    clock = new TestClock(),
    outbound,
    metrics,
    telemetry,
  }: TestServerParts = {},
): Promise<TestServer> {
  const { store, close } = opened ?? (await openDefault());
  const parsed = parse(configurationSchema, { ...TEST_CONFIGURATION, ...overrides });
  const configuration: Configuration = { ...parsed, issuer: parsed.issuer ?? ISSUER };
  const logged: string[] = [];
  const plainLog = createLog({ ...configuration.log, write: (line) => logged.push(line) });
  const server = createServer({
    configuration,
    store,
    clock,
    steadyClock: clock.steady,
    keys: serverKeys(key),
    // Tests send when they want to.
    sendsNotices: false,
    log: telemetry?.logTo(plainLog) ?? plainLog,
    ...(telemetry && { telemetry }),
    // Tests that look for them ask for it: `context.refusals.settled()`.
    refusalMillis: 3_600_000,
    ...(outbound && { outbound }),
    ...(metrics && { metrics: metrics(configuration) }),
  });
  await applyDeclaredClients(server.context);
  await applyDocumentPolicy(server.context);
  const { issuer } = configuration;
  const send: TestServer["fetch"] = (path, { address = ADDRESS, ...init } = {}) =>
    server.fetch(new Request(path.startsWith("http") ? path : issuer + path, init), () => address);
  return {
    issuer,
    // What counts stands around the store.
    context: Object.assign(server.context, {
      store: metrics || telemetry ? acting(server.context.store) : store,
    }),
    clock,
    logged,
    fixedAnswers: server.fixedAnswers,
    handle: (request, address, isFromProxy) => server.fetch(request, () => address, isFromProxy),
    fetch: send,
    post: (path, form, headers = {}) =>
      send(path, {
        method: "POST",
        body: encodeForm(form),
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      }),
    async addPerson(username, person = {}) {
      const account: AccountRecord = {
        revision: 0,
        subject: `acc_${Buffer.from(systemRandom(16)).toString("base64url")}` as SubjectId,
        source: "operator",
        username,
        name: null,
        email: null,
        emailVerified: true,
        profile: {},
        attributes: {},
        groups: [],
        updatedAt: clock.seconds(),
        administrator: false,
        auditor: false,
        roleGivenAt: null,
        passwordHash: null,
        createdAt: clock.seconds(),
        disabledAt: null,
        disabledBy: null,
        unlockedAt: null,
        browsersForgottenAt: null,
        pictureId: null,
        mailsOff: [],
        isDeclared: false,
        declaration: null,
        ...person,
      };
      if (!(await store.createAccount(account))) throw new Error(`The user name ${username} is taken.`);
      return account;
    },
    async signIn({ subject }) {
      const account = await findAccount(server.context, subject);
      if (account === null) throw new Error("There is no such person.");
      const started = await startSession(
        server.context,
        SERVER_ACT,
        { account, steps: [STEPS.password] },
        null,
      );
      if (started === null) throw new Error("The person could not be signed in.");
      return started.cookie.split(";")[0] ?? "";
    },
    async close() {
      await server.close();
      await close();
    },
  };
}

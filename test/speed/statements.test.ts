/**
 * The cost of each operation, counted: one more call of the store, statement or sync fails here, and not in a benchmark
 * a year later. endpoints/round-trips.test.ts counts the traffic to PostgreSQL.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type FaultyStore, makeFaulty } from "../faults/faulty-store.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";

import {
  answerDevice,
  codeFor,
  pollDevice,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  serviceToken,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { postPush } from "../support/pushed.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { CLIENT_CREDENTIALS_FORM } from "../support/token-requests.ts";
import { startCounting } from "./counting.ts";

interface Operation {
  /** Prepares one request. */
  prepare(server: TestServer, person: AccountRecord): Promise<string>;
  send(server: TestServer, credential: string): Promise<Response>;
  readonly status: number;
  /** The store calls of each request, on either engine. */
  readonly calls: readonly string[];
  /** The statements of each request on the embedded database. */
  readonly statements: readonly string[];
  /** The statements that all simultaneous requests share there. */
  readonly shared: readonly string[];
  readonly syncs: number;
  /** The statements of each request on PostgreSQL. Default: one for each call, by its kind. */
  readonly onPostgres?: readonly string[];
}

const READ = ["BEGIN", "ROLLBACK"];
const WRITE = ["BEGIN", "SAVEPOINT", "COMMIT"];
/** The statements that begin and end transactions. */
const IS_SHARED = /^(BEGIN|ROLLBACK|SAVEPOINT|COMMIT)$/;

const nothing = async () => "";
const accessToken = async (server: TestServer, person: AccountRecord) =>
  textOf(await tokensFor(server, person), "access_token");
const refreshToken = async (server: TestServer, person: AccountRecord) =>
  textOf(await tokensFor(server, person), "refresh_token");
const introspect: Operation["send"] = (server, token) =>
  postAs(server, "mail-server", "/auth/introspect", { token });

const OPERATIONS: Readonly<Record<string, Operation>> = {
  // One read, and no write.
  introspection: {
    prepare: accessToken,
    send: introspect,
    status: 200,
    calls: ["look token grant client caller"],
    statements: ["SELECT access_tokens", "SELECT grants", "SELECT clients", "SELECT clients"],
    shared: READ,
    syncs: 0,
  },
  "introspection of a client's own token": {
    prepare: (server) => serviceToken(server),
    send: introspect,
    status: 200,
    calls: ["look token grant client caller"],
    statements: ["SELECT access_tokens", "SELECT clients", "SELECT clients"],
    shared: READ,
    syncs: 0,
  },
  "introspection of no token": {
    prepare: nothing,
    send: (server) => introspect(server, "no token"),
    status: 200,
    calls: ["look caller"],
    statements: ["SELECT clients"],
    shared: READ,
    syncs: 0,
  },
  // One commit without a look.
  "client credentials": {
    prepare: nothing,
    send: (server) => requestToken(server, "service", CLIENT_CREDENTIALS_FORM),
    status: 200,
    calls: ["commit access_tokens"],
    statements: ["SELECT clients", "INSERT access_tokens"],
    shared: WRITE,
    syncs: 1,
  },
  // One look and one commit.
  code: {
    prepare: codeFor,
    send: (server, code) => redeemCode(server, code),
    status: 200,
    calls: ["look code grant caller", "commit grants refresh_tokens access_tokens codes"],
    statements: [
      ...["SELECT codes", "SELECT grants", "SELECT clients"],
      ...["SELECT clients", "UPDATE grants", "INSERT refresh_tokens", "INSERT access_tokens", "UPDATE codes"],
    ],
    shared: [...READ, ...WRITE],
    syncs: 1,
  },
  refresh: {
    prepare: refreshToken,
    send: (server, token) => refresh(server, token),
    status: 200,
    calls: ["look token grant successor accessToken caller", "commit refresh_tokens access_tokens"],
    statements: [
      ...["SELECT refresh_tokens", "SELECT grants", "SELECT clients"],
      // The grant is not written, because it lives long enough.
      ...["SELECT clients", "SELECT grants"],
      ...["UPDATE refresh_tokens", "INSERT refresh_tokens", "INSERT access_tokens"],
    ],
    shared: [...READ, ...WRITE],
    syncs: 1,
  },
  // It stores nothing, but must wait until the first answer is on disk.
  "the retry of a refresh": {
    async prepare(server, person) {
      const token = await refreshToken(server, person);
      expect((await refresh(server, token)).status).toBe(200);
      return token;
    },
    send: (server, token) => refresh(server, token),
    status: 200,
    calls: ["look token grant successor accessToken caller", "commit"],
    statements: [
      ...["SELECT refresh_tokens", "SELECT grants", "SELECT refresh_tokens", "SELECT access_tokens"],
      "SELECT clients",
    ],
    shared: [...READ, ...WRITE],
    syncs: 1,
  },
  "the start of a device": {
    prepare: nothing,
    send: (server) => postAs(server, "television", "/auth/device", { scope: "mail.read" }),
    status: 200,
    calls: ["look sameUserCode client", "commit device_codes audit"],
    statements: [
      "SELECT device_codes",
      "SELECT clients",
      ...["SELECT clients", "INSERT device_codes", "INSERT audit"],
    ],
    shared: [...READ, ...WRITE],
    syncs: 1,
  },
  "the push of a request": {
    prepare: nothing,
    send: (server) => postPush(server),
    status: 201,
    calls: ["look caller", "commit pushed_requests"],
    statements: ["SELECT clients", "INSERT pushed_requests"],
    shared: [...READ, ...WRITE],
    syncs: 1,
    // Nothing is guarded.
    onPostgres: ["SELECT", "INSERT pushed_requests"],
  },
  "poll of a device": {
    prepare: async (server) => textOf(await startDevice(server), "device_code"),
    send: (server, code) => pollDevice(server, code),
    status: 400,
    calls: ["look device grant caller"],
    statements: ["SELECT device_codes", "SELECT clients"],
    shared: READ,
    syncs: 0,
  },
  "the device's tokens": {
    async prepare(server, person) {
      const code = textOf(await startDevice(server), "device_code");
      await answerDevice(server, code, person);
      return code;
    },
    send: (server, code) => pollDevice(server, code),
    status: 200,
    calls: ["look device grant caller", "commit device_codes grants refresh_tokens access_tokens"],
    statements: [
      ...["SELECT device_codes", "SELECT grants", "SELECT clients"],
      "SELECT clients",
      ...["UPDATE device_codes", "UPDATE grants", "INSERT refresh_tokens", "INSERT access_tokens"],
    ],
    shared: [...READ, ...WRITE],
    syncs: 1,
  },
  revocation: {
    prepare: (server) => serviceToken(server),
    send: (server, token) => postAs(server, "service", "/auth/revoke", { token }),
    status: 200,
    calls: ["look token grant client caller", "commit access_tokens"],
    statements: ["SELECT access_tokens", "SELECT clients", "SELECT clients", "DELETE access_tokens"],
    shared: [...READ, ...WRITE],
    syncs: 1,
  },
};

const names = Object.keys(OPERATIONS);

describe("on SQLite, a request runs", () => {
  const counting = countingOn(openTemporary);
  const own = () => counting.statements().filter((statement) => !IS_SHARED.test(statement));
  const shared = () => counting.statements().filter((statement) => IS_SHARED.test(statement));
  const expectSyncs = (count: number) => {
    if (process.platform === "linux") expect(counting.syncs()).toBe(count);
  };

  test.each(names)("%s", async (name) => {
    const operation = await counting.operate(name, 1);
    expect(counting.calls()).toEqual([...operation.calls]);
    expect(own()).toEqual([...operation.statements]);
    expect(shared()).toEqual([...operation.shared]);
    expectSyncs(operation.syncs);
    // On a cluster one worker does each call of the store (docs/scale.md).
    for (const { name: call, shards } of counting.details()) {
      expect({ call, shards: shards.filter((shard) => shard === "all" || shard !== shards[0]) }).toEqual({
        call,
        shards: [],
      });
    }
  });

  test.each(names)("%s: of 32 at once, each its own, and all together the rest", async (name) => {
    const operation = await counting.operate(name, 32);
    expect(counting.calls().toSorted()).toEqual(times(32, operation.calls));
    expect(own().toSorted()).toEqual(together(32, operation));
    expect(shared()).toEqual([...operation.shared]);
    expectSyncs(operation.syncs);
  });
});

describe("on PostgreSQL, a request runs", () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());
  const counting = countingOn(() => postgres.openStore());
  /**
   * Each call of the store is one statement. A commit without changes is none, because PostgreSQL shows only what is on
   * disk.
   */
  const sent = ({ calls, onPostgres }: Operation): readonly string[] => {
    if (onPostgres !== undefined) return onPostgres;
    const kinds = { look: "SELECT", commit: "WITH" };
    const asking = calls.filter((call) => call !== "commit");
    return asking.map((call) => (call.startsWith("look") ? kinds.look : kinds.commit));
  };

  test.each(names)("%s", async (name) => {
    const operation = await counting.operate(name, 1);
    expect(counting.calls()).toEqual([...operation.calls]);
    expect(counting.statements()).toEqual([...sent(operation)]);
    expect(counting.syncs()).toBe(0);
  });

  test.each(names)("%s: of 32 at once, each its own", async (name) => {
    const operation = await counting.operate(name, 32);
    expect(counting.calls().toSorted()).toEqual(times(32, operation.calls));
    expect(counting.statements().toSorted()).toEqual(times(32, sent(operation)));
  });
});

const times = (count: number, texts: readonly string[]): string[] =>
  Array.from({ length: count }, () => texts)
    .flat()
    .toSorted();

/** The statements of simultaneous requests of one client: their looks share a transaction, which reads each client once. */
function together(count: number, { calls, statements }: Operation): string[] {
  const looked = calls.flatMap((call) => call.split(" ")).filter((name) => /^(client|caller)$/.test(name));
  const own = [...statements];
  for (const _ of looked) own.splice(own.indexOf("SELECT clients"), 1);
  return [...times(count, own), ...looked.map(() => "SELECT clients")].toSorted();
}

/** A server on a new database before each test of the enclosing `describe`, with the counts. */
function countingOn(open: () => Promise<OpenedStore>) {
  let counts: ReturnType<typeof startCounting>;
  let faulty: FaultyStore;
  let server: TestServer;
  let person: AccountRecord;
  beforeEach(async () => {
    counts = startCounting();
    const { store, close } = await open();
    faulty = makeFaulty(store);
    const limits = { device_requests_per_address: 1000, clean_up_interval_seconds: 3600 };
    server = await startTestServer({ limits }, { opened: { store: faulty.store, close } });
    person = await server.addPerson("ada");
  });
  afterEach(async () => {
    await server.close();
    counts.restore();
  });
  return {
    async operate(name: string, count: number): Promise<Operation> {
      const operation = OPERATIONS[name];
      if (operation === undefined) throw new Error(`There is no ${name}.`);
      const { prepare, send, status } = operation;
      // The first uses of clients are recorded here, so that later requests need not do so.
      for (let time = 0; time < 3; time += 1) await send(server, await prepare(server, person));
      const credentials: string[] = [];
      for (let index = 0; index < count; index += 1) credentials.push(await prepare(server, person));
      // What the server writes about the requests so far, it writes by a clock.
      await Promise.all([server.context.activities.settled(), server.context.audit.settled()]);
      counts.clear();
      faulty.expectCalls();
      const answers = await Promise.all(credentials.map((credential) => send(server, credential)));
      for (const answer of answers) expect(answer.status).toBe(status);
      return operation;
    },
    calls: () => faulty.calls.map(({ name }) => name),
    details: () => faulty.calls,
    statements: () => counts.statements,
    syncs: () => counts.syncs,
  };
}

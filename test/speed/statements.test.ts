/**
 * What each operation costs the embedded database, counted: a statement more, a page more or a sync more fails here, and
 * not in a benchmark that somebody reads a year later. PostgreSQL's are counted in endpoints/round-trips.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountRecord } from "../../src/store/records.ts";
import { openSqliteStore } from "../../src/store/sqlite/index.ts";
import {
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
import { startTestServer, type TestServer } from "../support/server.ts";
import { startCounting } from "./counting.ts";

let folder: string;
let counts: ReturnType<typeof startCounting>;
let server: TestServer;
let person: AccountRecord;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-speed-"));
  counts = startCounting();
  const store = await openSqliteStore({ file: join(folder, "tessera.db") });
  server = await startTestServer({}, { opened: { store, close: () => store.close() } });
  person = await server.addPerson("ada");
});
afterEach(async () => {
  await server.close();
  counts.restore();
  rmSync(folder, { recursive: true });
});

/** Requests of one kind. Each `prepare` makes what one of them needs. */
const OPERATIONS: Record<
  string,
  { readonly prepare: () => Promise<string>; readonly send: (credential: string) => Promise<Response> }
> = {
  introspection: {
    prepare: async () => textOf(await tokensFor(server, person), "access_token"),
    send: (token) => postAs(server, "mail-server", "/auth/introspect", { token }),
  },
  "introspection of a client's own token": {
    prepare: () => serviceToken(server),
    send: (token) => postAs(server, "mail-server", "/auth/introspect", { token }),
  },
  "client credentials": {
    prepare: async () => "",
    send: () => requestToken(server, "service", { grant_type: "client_credentials" }),
  },
  code: {
    prepare: () => codeFor(server, person),
    send: (code) => redeemCode(server, code),
  },
  refresh: {
    prepare: async () => textOf(await tokensFor(server, person), "refresh_token"),
    send: (token) => refresh(server, token),
  },
  "poll of a device": {
    prepare: async () => textOf(await startDevice(server), "device_code"),
    send: (code) => pollDevice(server, code),
  },
  revocation: {
    prepare: () => serviceToken(server),
    send: (token) => postAs(server, "service", "/auth/revoke", { token }),
  },
};

async function operate(name: string, count: number): Promise<void> {
  const operation = OPERATIONS[name];
  if (operation === undefined) throw new Error(`There is no ${name}.`);
  // First uses of clients are noted, which later requests need not do.
  for (let time = 0; time < 3; time += 1) await operation.send(await operation.prepare());
  const credentials: string[] = [];
  for (let index = 0; index < count; index += 1) credentials.push(await operation.prepare());
  counts.clear();
  const expected = name === "poll of a device" ? 400 : 200;
  for (const response of await Promise.all(credentials.map(operation.send))) {
    expect(response.status).toBe(expected);
  }
}

/** What begins and ends transactions, which all requests of a turn share; and the look whether clients have changed. */
const IS_SHARED = /^(BEGIN|ROLLBACK|SAVEPOINT|COMMIT|SELECT client_revision)$/;
const own = () => counts.statements.filter((statement) => !IS_SHARED.test(statement));
const shared = () => counts.statements.filter((statement) => IS_SHARED.test(statement));

const READ = ["BEGIN", "SELECT client_revision", "ROLLBACK"];
const WRITE = ["BEGIN", "SAVEPOINT", "COMMIT"];

/** What each request runs for itself, and what it shares with those that arrive together with it. */
const COSTS: readonly (readonly [
  string,
  own: readonly string[],
  shared: readonly string[],
  syncs: number,
])[] = [
  ["introspection", ["SELECT access_tokens", "SELECT grants"], READ, 0],
  ["introspection of a client's own token", ["SELECT access_tokens"], READ, 0],
  [
    "client credentials",
    ["INSERT expiry_batches", "INSERT access_tokens"],
    ["BEGIN", "SAVEPOINT", "SELECT client_revision", "COMMIT"],
    1,
  ],
  [
    "code",
    [
      ...["SELECT codes", "SELECT grants"],
      ...["SELECT codes", "SELECT grants", "SELECT accounts", "SELECT clients", "UPDATE codes"],
      ...["INSERT expiry_batches", "INSERT access_tokens", "INSERT refresh_tokens", "UPDATE grants"],
    ],
    [...READ, ...WRITE],
    1,
  ],
  [
    "refresh",
    [
      ...["SELECT refresh_tokens", "SELECT grants"],
      ...["SELECT grants", "SELECT accounts", "SELECT clients", "UPDATE refresh_tokens"],
      // Not its grant: that lives long enough.
      ...["INSERT expiry_batches", "INSERT access_tokens", "INSERT refresh_tokens"],
    ],
    [...READ, ...WRITE],
    1,
  ],
  ["poll of a device", ["SELECT device_codes"], READ, 0],
  ["revocation", ["SELECT access_tokens", "DELETE access_tokens"], [...READ, ...WRITE], 1],
];

describe("on SQLite, a request runs", () => {
  test.each(COSTS)("%s", async (name, ownStatements, sharedStatements, syncs) => {
    await operate(name, 1);
    expect(own()).toEqual([...ownStatements]);
    expect(shared()).toEqual([...sharedStatements]);
    if (process.platform === "linux") expect(counts.syncs).toBe(syncs);
  });

  test.each(COSTS)(
    "%s: of 32 at once, each its own, and all together the rest",
    async (name, ownStatements, sharedStatements, syncs) => {
      await operate(name, 32);
      expect(own()).toHaveLength(32 * ownStatements.length);
      expect(shared()).toEqual([...sharedStatements]);
      if (process.platform === "linux") expect(counts.syncs).toBe(syncs);
    },
  );
});

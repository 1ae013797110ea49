/**
 * The process of the load on `postgres`. Each connection sends a prepared statement, and the next one after the answer,
 * as pgbench does. The rows are those of a token, a refresh token and a grant, with their indexes.
 */
import { randomBytes } from "node:crypto";
import { SQL } from "bun";
import { Histogram } from "../load/histogram.ts";
import type { LoadResult } from "../wrk.ts";
import type { ClientJob } from "./postgres.ts";

const TABLES = `
CREATE TABLE IF NOT EXISTS grants (
  id bytea PRIMARY KEY, subject text NOT NULL, username text NOT NULL, client_id text NOT NULL, scope text NOT NULL,
  resources text NOT NULL, created_at bigint NOT NULL, expires_at bigint NOT NULL, revoked_at bigint
);
CREATE INDEX IF NOT EXISTS grants_by_subject ON grants (subject, client_id);
CREATE INDEX IF NOT EXISTS grants_by_expiry ON grants (expires_at);
CREATE TABLE IF NOT EXISTS access_tokens (
  id bytea PRIMARY KEY, digest bytea NOT NULL, grant_id bytea, client bigint NOT NULL, subject text NOT NULL,
  scope text NOT NULL, resources text NOT NULL, issued_at bigint NOT NULL, expires_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS access_tokens_by_expiry ON access_tokens (expires_at);
CREATE TABLE IF NOT EXISTS refresh_tokens (
  id bytea PRIMARY KEY, digest bytea NOT NULL, grant_id bytea NOT NULL, issued_at bigint NOT NULL,
  expires_at bigint NOT NULL, used_at bigint, successor_id bytea
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS refresh_tokens_by_expiry ON refresh_tokens (expires_at);
`;

const SUBJECT = `acc_${"x".repeat(22)}`;
const SCOPE = "mail";
const RESOURCES = "https://mail.bench.example";
const now = () => Math.floor(Date.now() / 1000);

/** 16 bytes in the order of time, as Tessera's identifiers are: new rows go to the end of an index. */
function newId(): Buffer {
  const id = randomBytes(16);
  id.writeUIntBE(Date.now(), 0, 6);
  return id;
}

interface Transaction {
  /** Stores the data for the load, and returns the identifiers to use: one repeatedly, or each of them once. */
  seed(sql: SQL, count: number): Promise<readonly Buffer[]>;
  readonly text: string;
  parameters(id: Buffer): unknown[];
}

const ACCESS_TOKEN = "id, digest, grant_id, client, subject, scope, resources, issued_at, expires_at";

const newAccessToken = () => [newId(), randomBytes(32), SUBJECT, SCOPE, RESOURCES, now(), now() + 3600];

/** Identifiers of the form of `newId`. */
const SOME_IDS = `
  SELECT decode(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0'), 'hex')
    || substr(uuid_send(gen_random_uuid()), 7) AS id
  FROM generate_series(1, $1)`;

const TRANSACTIONS: Readonly<Record<string, Transaction>> = {
  introspection: {
    seed: (sql) =>
      idsOf(
        sql.unsafe(
          `INSERT INTO access_tokens
           SELECT id, sha256(id), id, 1, $2, $3, $4, $5, $6 FROM (${SOME_IDS}) made RETURNING id`,
          [1, SUBJECT, SCOPE, RESOURCES, now(), now() + 3600],
        ),
      ),
    text: `SELECT ${ACCESS_TOKEN} FROM access_tokens WHERE id = $1`,
    parameters: (id) => [id],
  },
  "client-credentials": {
    seed: async () => [],
    text: `INSERT INTO access_tokens (${ACCESS_TOKEN}) VALUES ($1, $2, NULL, 1, $3, $4, $5, $6, $7)`,
    parameters: newAccessToken,
  },
  refresh: {
    // The load uses them in another order than that of their creation.
    seed: (sql, count) =>
      idsOf(
        sql.unsafe(
          `WITH made AS MATERIALIZED (${SOME_IDS}), granted AS (
             INSERT INTO grants SELECT id, $2, 'ada', 'bench-app', $3, $4, $5, $6, NULL FROM made
           ), stored AS (
             INSERT INTO refresh_tokens SELECT id, sha256(id), id, $5, $6 FROM made
           )
           SELECT id FROM made ORDER BY random()`,
          [count, SUBJECT, SCOPE, RESOURCES, now(), now() + 86_400],
        ),
      ),
    text: `
      WITH used AS (
        UPDATE refresh_tokens t SET used_at = $7, successor_id = $2 FROM grants g
        WHERE t.id = $1 AND t.used_at IS NULL AND t.expires_at > $7 AND g.id = t.grant_id AND g.revoked_at IS NULL
        RETURNING t.grant_id
      ), successor AS (
        INSERT INTO refresh_tokens SELECT $2, $3, grant_id, $7, $8 FROM used
      )
      INSERT INTO access_tokens SELECT $2, $3, grant_id, 1, $4, $5, $6, $7, $8 FROM used RETURNING id`,
    parameters: (id) => [id, ...newAccessToken()],
  },
};

const idsOf = async (rows: PromiseLike<readonly { readonly id: Buffer }[]>): Promise<readonly Buffer[]> =>
  (await rows).map(({ id }) => id);

/** Each connection sends its statement this many times before it counts, so that PostgreSQL has settled on its plan. */
const WARM_UP = 20;

/** Returns the function that sends the load. */
export async function prepareClient(job: ClientJob): Promise<() => Promise<LoadResult>> {
  const { url, workload, connections, requests, seconds } = job;
  const transaction = TRANSACTIONS[workload];
  if (transaction === undefined) throw new Error(`There is no ${workload} on PostgreSQL alone.`);
  const { text, parameters } = transaction;
  const clients = Array.from({ length: connections }, () => new SQL({ url, max: 1 }));
  const [first = new SQL({ url, max: 1 })] = clients;
  await first.unsafe(TABLES).simple();
  const ids = await transaction.seed(first, requests + connections * (WARM_UP + 1));
  const usesUp = ids.length > 1;
  let turn = 0;
  const send = async (sql: SQL): Promise<boolean> => {
    const id = ids[usesUp ? turn : 0];
    turn += 1;
    const { count } = await sql.unsafe(text, parameters(id ?? newId()));
    return count === 1;
  };
  await Promise.all(
    clients.map(async (sql) => {
      for (let time = 0; time < WARM_UP; time += 1) await send(sql);
    }),
  );
  return async () => {
    const latencies = new Histogram();
    let unexpected = 0;
    const begunAt = performance.now();
    const endAt = begunAt + seconds * 1000;
    await Promise.all(
      clients.map(async (sql) => {
        for (let sentAt = begunAt; sentAt < endAt; sentAt = performance.now()) {
          if (!(await send(sql))) unexpected += 1;
          latencies.add((performance.now() - sentAt) * 1000);
        }
      }),
    );
    const micros = (performance.now() - begunAt) * 1000;
    const exhausted = usesUp && turn > ids.length;
    return {
      requests: latencies.count,
      micros,
      unexpected,
      failed: 0,
      exhausted,
      ...latencies.percentiles(),
    };
  };
}

if (import.meta.main) {
  const run = await prepareClient(JSON.parse(process.argv[2] ?? ""));
  process.on("message", async () => process.send?.(await run()));
  process.on("disconnect", () => process.exit());
  console.log("ready");
}

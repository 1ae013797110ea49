/** Clean-up: how fast expired rows are removed, and how long an introspection waits meanwhile. */
import { Connection } from "../../src/store/sqlite/driver.ts";
import { TESSERA_CONFIGURATION } from "../contenders/tessera.ts";
import { introspect, pick } from "./contenders.ts";
import { addExpired, type Expired, type GrownDatabase, serve } from "./database.ts";
import { EXPIRING_ROWS_PER_PERSON, TOKENS_PER_PERSON } from "./fill.ts";
import type { CleanUpRound } from "./results.ts";

/** The server begins this long after its start. Until then the run measures answers without clean-up. */
const INTERVAL_SECONDS = 1;
const CONFIGURATION = `${TESSERA_CONFIGURATION}
[limits]
clean_up_interval_seconds = ${INTERVAL_SECONDS}
`;
const LOOK_MILLIS = 5;
const PATIENCE_MILLIS = 600_000;

/** One introspection and its answer, in milliseconds. */
interface Probe {
  readonly begunAt: number;
  readonly endedAt: number;
}

/** Adds expired tokens to a database, and starts the server, which removes them. */
export async function cleanUpOnce(
  database: GrownDatabase,
  how: Expired,
  tokens: number,
): Promise<CleanUpRound> {
  await addExpired(database, how, tokens);
  const { started } = await serve(database.folder, CONFIGURATION);
  const watch = watchCleanUp(database.file);
  try {
    const probes: Probe[] = [];
    // One at a time, so that the time shows what a batch holds up, and no queue.
    for (let index = 0; watch.ended === null; index += 1) {
      if (performance.now() - watch.from > PATIENCE_MILLIS)
        throw new Error("Expired rows are still there after ten minutes.");
      const begunAt = performance.now();
      await introspect(started.ready, pick(database, index * 7919));
      probes.push({ begunAt, endedAt: performance.now() });
    }
    return summarizeCleanUp(probes, expiringRows(how, tokens), watch.begun ?? watch.from, watch.ended);
  } finally {
    watch.stop();
    await started.stop();
  }
}

/** The number of rows to be removed after this many tokens were added and have expired. */
export function expiringRows(how: Expired, tokens: number): number {
  if (how === "scattered") return tokens;
  const people = Math.floor(tokens / TOKENS_PER_PERSON);
  return people * EXPIRING_ROWS_PER_PERSON + (tokens - people * TOKENS_PER_PERSON);
}

/** `begun` and `ended`: the times of the clean-up. An answer that overlaps it counts for the clean-up. */
export function summarizeCleanUp(
  probes: readonly Probe[],
  rows: number,
  begun: number,
  ended: number,
): CleanUpRound {
  const millis = (some: readonly Probe[]) =>
    some.map(({ begunAt, endedAt }) => endedAt - begunAt).sort((one, other) => one - other);
  const before = millis(probes.filter(({ endedAt }) => endedAt < begun));
  const during = millis(probes.filter(({ begunAt, endedAt }) => endedAt >= begun && begunAt <= ended));
  return {
    rows,
    seconds: (ended - begun) / 1000,
    longestMillis: during.at(-1) ?? 0,
    longestBeforeMillis: before.at(-1) ?? 0,
    p99Millis: during[Math.floor(during.length * 0.99)] ?? 0,
  };
}

interface Watch {
  readonly from: number;
  /** When the first removal was seen, and when the last; null before. */
  begun: number | null;
  ended: number | null;
  stop(): void;
}

/** Polls the rows that are due first, from outside of the server: the clean-up begins with them. */
function watchCleanUp(file: string): Watch {
  const connection = new Connection(file);
  connection.execute("PRAGMA query_only = ON");
  const queries = ["access_tokens", "refresh_tokens", "grants"].map((table) =>
    connection.query<{ first: string }, [number]>(
      `SELECT hex(id) AS first FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT 1`,
    ),
  );
  const now = Math.floor(Date.now() / 1000);
  /** Empty if nothing is due. */
  const due = () => queries.map((query) => query.get(now)?.first ?? "").join("");
  const atFirst = due();
  const watch: Watch = {
    from: performance.now(),
    begun: null,
    ended: null,
    stop() {
      clearInterval(timer);
      connection.close();
    },
  };
  const timer = setInterval(() => {
    const left = due();
    if (left !== atFirst) watch.begun ??= performance.now();
    if (left === "") watch.ended ??= performance.now();
  }, LOOK_MILLIS);
  return watch;
}

/**
 * The process of the load generator, which does one job after the other. wrk sends a request only after the previous
 * answer, so a slow server gets fewer requests. Here requests are due at a rate, as from clients that do not know each
 * other, and a latency counts from the moment at which its request was due.
 */
import { constants, setPriority } from "node:os";
import { type Answer, Connection } from "../load/connection.ts";
import { Histogram, type Percentiles } from "../load/histogram.ts";
import { Schedule } from "../load/schedule.ts";

export interface LoadJob {
  readonly origin: string;
  /** The request on the wire, before and after the credential. */
  readonly before: string;
  readonly after: string;
  /** All of the same length. Empty if the request is `before` and `after` alone. */
  readonly credentials: readonly string[];
  /**
   * `again`: every credential can be used repeatedly. `renewed`: the answer uses it up and has its successor
   * (`refresh_token`), so no two requests have the same at once.
   */
  readonly use: "again" | "renewed";
  readonly connections: number;
  /** Requests per second that are due, whatever the server does; null: each connection sends after an answer. */
  readonly rate: number | null;
  /** If no connection is free, a due request waits for one, or is lost, as for a client that the proxy rejects. */
  readonly whenFull: "wait" | "lose";
  readonly seconds: number;
  /** An answer is good within this many milliseconds of the moment at which its request was due. */
  readonly patienceMillis: number;
}

export interface LoadReport {
  readonly seconds: number;
  /** The requests that were due. Each is one of the six below. */
  readonly due: number;
  /** Answered 200 in time. */
  readonly good: number;
  /** Answered 200, but later than a client waits. */
  readonly late: number;
  /** Answered 503 with Retry-After. */
  readonly refused: number;
  /** Any other answer, which makes the figures worthless. */
  readonly unexpected: number;
  /** No answer: the connection broke, or nothing came until long after the end. */
  readonly failed: number;
  /** No connection was free. */
  readonly unsent: number;
  /** In microseconds, from the moment at which a request was due; null if there was no answer of the kind. */
  readonly goodLatency: Percentiles | null;
  readonly refusedLatency: Percentiles | null;
  /** One of the unexpected answers, for people to read. */
  readonly example: string | null;
}

/** Connections are made in groups of this size: the kernel's queue of new ones is short. */
const CONNECTS = 100;
/** How long it waits for the last answers. */
const LAST_ANSWERS_MILLIS = 3000;

type Kind = "good" | "late" | "refused" | "unexpected" | "failed" | "unsent";

export async function generate(job: LoadJob): Promise<LoadReport> {
  const counts: Record<Kind, number> = { good: 0, late: 0, refused: 0, unexpected: 0, failed: 0, unsent: 0 };
  const latencies = { good: new Histogram(), refused: new Histogram() };
  let example: string | null = null;
  let isOver = false;
  const credentials = takeFrom(job);

  const kindOf = (answer: Answer, millis: number): Kind => {
    if (answer.status === 503 && answer.header("retry-after") !== null) return "refused";
    if (answer.status !== 200) example ??= `${answer.status}\n${answer.body}`;
    return answer.status !== 200 ? "unexpected" : millis > job.patienceMillis ? "late" : "good";
  };
  const sendOne = async (connection: Connection, dueAt: number): Promise<Kind> => {
    const credential = credentials.take();
    if (credential === undefined) return "unsent";
    try {
      const answer = await connection.send(job.before + credential + job.after);
      const millis = performance.now() - dueAt;
      const kind = kindOf(answer, millis);
      if (kind === "good" || kind === "refused") latencies[kind].add(millis * 1000);
      credentials.giveBack(answer, credential);
      return kind;
    } catch {
      return "failed";
    }
  };

  const connections = Array.from({ length: job.connections }, () => new Connection(job.origin));
  for (let first = 0; first < connections.length; first += CONNECTS)
    await Promise.all(connections.slice(first, first + CONNECTS).map((each) => each.open()));
  const { rate, seconds, whenFull } = job;
  const mostWaiting = whenFull === "wait" ? Number.POSITIVE_INFINITY : 0;
  const schedule = new Schedule({ rate, mostWaiting, total: Math.round((rate ?? 0) * seconds) });
  const everything = Promise.all(
    connections.map((connection) =>
      schedule.work(async (dueAt) => {
        if (isOver) return;
        const kind = await sendOne(connection, dueAt);
        if (!isOver) counts[kind] += 1;
      }),
    ),
  );
  await Bun.sleep(seconds * 1000);
  schedule.end();
  await Promise.race([everything, Bun.sleep(LAST_ANSWERS_MILLIS)]);
  isOver = true;
  const { due, dropped, waiting } = schedule.take();
  counts.unsent += dropped + waiting;
  for (const connection of connections) connection.close();
  counts.failed += due - Object.values(counts).reduce((sum, count) => sum + count, 0);
  const percentilesOf = (histogram: Histogram) => (histogram.count === 0 ? null : histogram.percentiles());
  return {
    seconds,
    due,
    ...counts,
    goodLatency: percentilesOf(latencies.good),
    refusedLatency: percentilesOf(latencies.refused),
    example,
  };
}

/** Hands out the credentials of a job. */
function takeFrom({ credentials: given, use }: LoadJob) {
  const credentials = [...given];
  let turn = 0;
  return {
    /** Undefined while all are under way. */
    take(): string | undefined {
      if (given.length === 0) return "";
      if (use === "renewed") return credentials.pop();
      turn = (turn + 1) % credentials.length;
      return credentials[turn];
    },
    /** Puts back the credential that is good after the answer: the successor, or after a refusal the same one. */
    giveBack({ status, body }: Answer, used: string): void {
      if (use !== "renewed") return;
      const good = status === 503 ? used : /"refresh_token":"([^"]+)"/.exec(body)?.[1];
      if (good !== undefined) credentials.push(good);
    },
  };
}

if (import.meta.main) {
  // A higher priority, so that it measures the server and not its own wait for a core. Only root may set it.
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {}
  process.on("message", (job: LoadJob) => {
    generate(job).then(
      (report) => process.send?.({ report }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  console.log("ready for load");
}

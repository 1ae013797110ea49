/**
 * The load generator. wrk sends the next request when the one before is answered, so a slow server is asked less. Here
 * requests are due at a rate, as from people who know nothing of each other, and an answer takes as long as it is since
 * then. It runs in a process of its own (generator.ts).
 */
import { type Answer, connect, type KeepAlive } from "./connection.ts";
import { type LoadJob, type LoadReport, latenciesOf } from "./load.ts";

/** So many connections are made at a time: the kernel's queue of new ones is short. */
const CONNECTS = 100;
/** How long it waits for what is left when no more is due. */
const LAST_ANSWERS_MILLIS = 3000;

interface Lane {
  connection: KeepAlive | null;
  /** The request under way. */
  dueAt: number | null;
  credential: string;
}

export async function generate(job: LoadJob): Promise<LoadReport> {
  const counts = { due: 0, good: 0, late: 0, refused: 0, unexpected: 0, failed: 0, unsent: 0 };
  const good: number[] = [];
  const refused: number[] = [];
  let example: string | null = null;

  const credentials = [...job.credentials];
  let turn = 0;
  const takeCredential = (): string | undefined => {
    if (credentials.length === 0) return job.credentials.length === 0 ? "" : undefined;
    if (job.use === "renewed") return credentials.pop();
    turn = (turn + 1) % credentials.length;
    return credentials[turn];
  };

  const idle: Lane[] = [];
  /** When those were due that wait for a connection; from `waitingFrom` on. */
  const waiting: number[] = [];
  let waitingFrom = 0;
  let underWay = 0;
  let endAt = Number.POSITIVE_INFINITY;
  let isOver = false;

  const send = (lane: Lane, dueAt: number): void => {
    const credential = takeCredential();
    if (credential === undefined || lane.connection === null) {
      counts.unsent += 1;
      idle.push(lane);
      return;
    }
    lane.dueAt = dueAt;
    lane.credential = credential;
    underWay += 1;
    lane.connection.send(job.before + credential + job.after);
  };
  const next = (lane: Lane): void => {
    const now = performance.now();
    const dueAt = waiting[waitingFrom];
    if (dueAt !== undefined) {
      waitingFrom += 1;
      send(lane, dueAt);
    } else if (job.rate === null && now < endAt) {
      counts.due += 1;
      send(lane, now);
    } else idle.push(lane);
  };
  const count = (answer: Answer, millis: number): void => {
    if (answer.status === 503 && /\r\nretry-after: \d/i.test(answer.head)) {
      counts.refused += 1;
      refused.push(millis);
    } else if (answer.status !== 200) {
      counts.unexpected += 1;
      example ??= `${answer.head}\n\n${answer.body}`;
    } else if (millis > job.patienceMillis) counts.late += 1;
    else {
      counts.good += 1;
      good.push(millis);
    }
  };
  const successorOf = ({ status, body }: Answer, used: string): string | undefined =>
    status === 200 ? /"refresh_token":"([^"]+)"/.exec(body)?.[1] : status === 503 ? used : undefined;

  const open = async (lane: Lane): Promise<void> => {
    lane.connection = await connect(job.hostname, job.port, {
      onAnswer(answer) {
        const { dueAt } = lane;
        if (dueAt === null) return;
        lane.dueAt = null;
        underWay -= 1;
        count(answer, performance.now() - dueAt);
        if (job.use === "renewed") {
          const successor = successorOf(answer, lane.credential);
          if (successor !== undefined) credentials.push(successor);
        }
        next(lane);
      },
      onEnd() {
        lane.connection = null;
        if (lane.dueAt === null) return;
        lane.dueAt = null;
        underWay -= 1;
        if (isOver) return;
        counts.failed += 1;
        void open(lane).then(() => next(lane));
      },
    });
  };

  const lanes = Array.from({ length: job.connections }, (): Lane => {
    return { connection: null, dueAt: null, credential: "" };
  });
  for (let first = 0; first < lanes.length; first += CONNECTS) {
    await Promise.all(lanes.slice(first, first + CONNECTS).map(open));
  }

  const beganAt = performance.now();
  endAt = beganAt + job.seconds * 1000;
  idle.push(...lanes);
  if (job.rate === null) for (const lane of idle.splice(0)) next(lane);
  else
    await sendAtRate(job.rate, beganAt, endAt, (dueAt) => {
      counts.due += 1;
      const lane = idle.pop();
      if (lane !== undefined) send(lane, dueAt);
      else if (job.whenFull === "wait") waiting.push(dueAt);
      else counts.unsent += 1;
    });
  const lastAt = endAt + LAST_ANSWERS_MILLIS;
  while (performance.now() < endAt) await Bun.sleep(1);
  while (underWay > 0 && performance.now() < lastAt) await Bun.sleep(1);
  isOver = true;
  counts.failed += underWay;
  counts.unsent += waiting.length - waitingFrom;
  for (const { connection } of lanes) connection?.close();
  return {
    seconds: job.seconds,
    ...counts,
    goodLatency: latenciesOf(good),
    refusedLatency: latenciesOf(refused),
    example,
  };
}

/**
 * Calls `due` for each request that is due. They are due at whole milliseconds, several at once: to wait for less than
 * that a process would have to be busy, and take from the server the core that it needs.
 */
async function sendAtRate(
  rate: number,
  beganAt: number,
  endAt: number,
  due: (dueAt: number) => void,
): Promise<void> {
  const perMilli = rate / 1000;
  let sent = 0;
  for (let milli = 0; beganAt + milli < endAt; ) {
    // After a pause of the process: as late as they are.
    for (const now = performance.now(); beganAt + milli <= now && beganAt + milli < endAt; milli += 1) {
      for (; sent < (milli + 1) * perMilli; sent += 1) due(beganAt + milli);
    }
    await Bun.sleep(1);
  }
}

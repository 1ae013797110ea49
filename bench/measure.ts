/**
 * The measurement. For each workload all contenders take turns, round by round (A B C A B C …), so that whatever else the
 * machine does meets all of them alike.
 */
import { join } from "node:path";
import type { Contender, Running } from "./contenders/contender.ts";
import { newCredential, provideAll, type Source, sampleOf, sourcesOf } from "./credentials.ts";
import type { Progress } from "./progress.ts";
import type { Measurement, Round, Settings } from "./results.ts";
import { diskReadBytes, usageOf } from "./usage.ts";
import { expectationOf, sendOnce, type Workload, type WorkloadRequest } from "./workloads.ts";
import { type LoadResult, runWrk } from "./wrk.ts";

export interface Started {
  readonly contender: Contender;
  readonly running: Running;
}

export interface MeasureOptions {
  readonly started: readonly Started[];
  readonly workloads: readonly Workload[];
  readonly settings: Settings;
  readonly warmUpSeconds: number;
  /** For the files that wrk reads. */
  readonly folder: string;
  readonly progress: Progress;
}

/** A contender under a workload: what is known of it before the next round. */
interface Seat {
  readonly started: Started;
  readonly workload: Workload;
  readonly rounds: Round[];
  /** Requests per second; 0 before anything is known. */
  fastest: number;
  readonly sources: readonly Source[];
}

/** How many credentials are seeded per second of load: a guess for the warm-up, which then says how many are needed. */
const FIRST_PACE = 10_000;
const MARGIN = 1.6;
const ATTEMPTS = 4;
const SAMPLE = 20;

export async function measureAll(options: MeasureOptions): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const workload of options.workloads) {
    const seats: Seat[] = options.started.map((started) => ({
      started,
      workload,
      rounds: [],
      fastest: 0,
      sources: sourcesOf(workload),
    }));
    for (const seat of seats) {
      for (const { request } of workload.requests) {
        await checkAnswer(seat, request, await newCredential(seat.started.running, request));
      }
      options.progress.begin(seat.started.contender.name, workload.name, "warm-up, seeding");
      await measureOnce(seat, options, options.warmUpSeconds);
      options.progress.end(null);
    }
    for (let round = 1; round <= options.settings.rounds; round += 1) {
      for (const seat of seats) {
        const step = `round ${round} of ${options.settings.rounds}`;
        options.progress.begin(seat.started.contender.name, workload.name, step);
        const measured = await measureOnce(seat, options, options.settings.seconds);
        seat.rounds.push(measured);
        options.progress.end(measured);
      }
    }
    for (const seat of seats) {
      // What was asked for again and again must have been to the end what it was in the beginning.
      for (const source of seat.sources) {
        for (const credential of await sampleOf(source, SAMPLE))
          await checkAnswer(seat, source.request, credential);
      }
      const { started, rounds } = seat;
      measurements.push({ workload: workload.name, contender: started.contender.name, rounds });
    }
  }
  return measurements;
}

/** One request by hand: what is measured afterwards must be what it is called. */
async function checkAnswer(
  { started: { contender, running }, workload }: Seat,
  request: WorkloadRequest,
  credential: string,
): Promise<void> {
  const response = await sendOnce(request, running.urlOf(request, workload), credential);
  const body = await response.text();
  const { status, contains } = request.expects;
  if (response.status === status && body.includes(contains)) return;
  throw new Error(
    `${contender.name} answers ${workload.name} with ${response.status}, not ${status} and '${contains}':\n${body}`,
  );
}

async function measureOnce(seat: Seat, options: MeasureOptions, seconds: number): Promise<Round> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { result, round } = await load(seat, options, seconds);
    refuseUnexpected(seat, result);
    seat.fastest = Math.max(seat.fastest, round.requestsPerSecond);
    if (!result.exhausted) return round;
    // Some credentials were used twice, which is another workload. More of them, and again.
    seat.fastest *= 2;
  }
  throw new Error(
    `${seat.started.contender.name} uses up ${seat.workload.name} faster than it can be seeded.`,
  );
}

function refuseUnexpected(
  { started, workload }: Seat,
  { unexpected, failed, exhausted, requests }: LoadResult,
): void {
  if (exhausted || (unexpected === 0 && failed === 0 && requests > 0)) return;
  throw new Error(
    `${started.contender.name} under ${workload.name}: of ${requests} answers ${unexpected} were not as expected, and ${failed} requests failed. Its figures would mean nothing.`,
  );
}

async function load(
  seat: Seat,
  { settings, folder }: MeasureOptions,
  seconds: number,
): Promise<{ result: LoadResult; round: Round }> {
  const { workload, started, sources } = seat;
  const { running, contender } = started;
  const pace = seat.fastest === 0 ? FIRST_PACE : seat.fastest * MARGIN;
  const path = join(folder, `${contender.name}-${workload.name}`);
  const requests = await provideAll(
    sources,
    { running, workload, path },
    { requests: seconds * pace, spare: settings.connections, cycle: settings.tokens },
  );
  await running.prepareRound?.();
  const readBefore = diskReadBytes(running.server);
  const before = usageOf(running.processes);
  const result = await runWrk({
    url: running.urlOf(workload.requests[0].request, workload),
    requests,
    expects: expectationOf(workload),
    seconds,
    connections: settings.connections,
    threads: settings.threads,
  });
  const after = usageOf(running.processes);
  const readAfter = diskReadBytes(running.server);
  const measured = result.micros / 1_000_000;
  return {
    result,
    round: {
      requests: result.requests,
      seconds: measured,
      requestsPerSecond: result.requests / measured,
      p50Micros: result.p50,
      p99Micros: result.p99,
      p999Micros: result.p999,
      maxMicros: result.max,
      cpuMicrosPerRequest: ((after.cpuSeconds - before.cpuSeconds) * 1_000_000) / result.requests,
      residentMiB: usageOf([running.server]).residentBytes / 1024 ** 2,
      diskBytesPerRequest:
        readBefore === null || readAfter === null ? null : (readAfter - readBefore) / result.requests,
      bytesPerAnswer: result.bytes / result.requests,
      unexpected: result.unexpected,
      failed: result.failed,
    },
  };
}

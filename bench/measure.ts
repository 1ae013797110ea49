/**
 * The measurement. For each workload all contenders take turns, round by round, every second round backwards (A B C, C
 * B A, …), so that other work of the machine affects all of them alike.
 */
import { join } from "node:path";
import type { Contender, Driven, Running } from "./contenders/contender.ts";
import { newCredential, provideAll, type Source, sampleOf, sourcesOf } from "./credentials.ts";
import { isDisturbed, look, Patience, takenBetween } from "./others.ts";
import { whole } from "./report/table.ts";
import type { Measurement, Round, Settings } from "./results.ts";
import { diskReadBytes, usageOf } from "./usage.ts";
import { expectationOf, sendOnce, type Workload, type WorkloadRequest } from "./workloads.ts";
import { type LoadResult, runWrk } from "./wrk.ts";

export interface Started {
  readonly contender: Pick<Contender, "name" | "workloads">;
  readonly running: Running | Driven;
}

export interface MeasureOptions {
  readonly started: readonly Started[];
  readonly workloads: readonly Workload[];
  readonly settings: Settings;
  readonly warmUpSeconds: number;
  readonly patience: Patience;
  /** The core of the load generator; null for any. */
  readonly core: number | null;
  /** The folder for the files that wrk reads. */
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** A contender under a workload, with the figures so far. */
interface Seat {
  readonly name: string;
  readonly running: Running | Driven;
  readonly workload: Workload;
  /** The highest requests per second so far; 0 before the first round. */
  fastest: number;
  readonly sources: readonly Source[];
}

/** Seeded credentials per second of load: a guess for the warm-up, which then shows how many are needed. */
const FIRST_PACE = 10_000;
const MARGIN = 1.6;
const ATTEMPTS = 4;
const SAMPLE = 20;

export async function measureAll(options: MeasureOptions): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const workload of options.workloads) {
    const seats: Seat[] = options.started
      .filter(({ contender }) => contender.workloads?.includes(workload.name) ?? true)
      .map(({ contender: { name }, running }) => {
        return { name, running, workload, fastest: 0, sources: sourcesOf(workload) };
      });
    for (const seat of seats) {
      await checkAnswers(seat, async ({ request }) => [
        "make" in seat.running ? await newCredential(seat.running, request) : "",
      ]);
      await turn(seat, "warm-up", options.warmUpSeconds, { ...options, patience: new Patience(0) });
    }
    const rounds = await measureRounds(seats, options);
    for (const [index, seat] of seats.entries()) {
      // Credentials that were used repeatedly must still be valid at the end.
      await checkAnswers(seat, (source) => sampleOf(source, SAMPLE));
      const own = rounds.map((round) => round[index]).filter((round) => round !== undefined);
      measurements.push({ workload: workload.name, contender: seat.name, rounds: own });
    }
  }
  return measurements;
}

/** The rounds, each with a figure for every seat. */
async function measureRounds(seats: readonly Seat[], options: MeasureOptions): Promise<Round[][]> {
  const { rounds: count, seconds } = options.settings;
  const rounds: Round[][] = [];
  for (let number = 1; number <= count; number += 1) {
    const round: Round[] = [];
    const indices = [...seats.keys()];
    for (const index of number % 2 === 0 ? indices.reverse() : indices) {
      const seat = seats[index];
      if (seat !== undefined)
        round[index] = await turn(seat, `round ${number} of ${count}`, seconds, options);
    }
    rounds.push(round);
  }
  return rounds;
}

/** Checks one answer to each request, so that the measurement is of what its name says. */
async function checkAnswers(
  { name, running, workload, sources }: Seat,
  credentialsOf: (source: Source) => Promise<readonly string[]>,
): Promise<void> {
  if (!("urlOf" in running)) return;
  for (const source of sources) {
    for (const credential of await credentialsOf(source))
      await checkAnswer(name, running, workload, source.request, credential);
  }
}

/** Sends one request. Throws unless the answer is the workload's expected one. */
export async function checkAnswer(
  name: string,
  running: Pick<Running, "urlOf">,
  workload: Workload,
  request: WorkloadRequest,
  credential: string,
): Promise<void> {
  const response = await sendOnce(request, running.urlOf(request, workload), credential);
  const body = await response.text();
  const { status, contains } = request.expects;
  if (response.status === status && body.includes(contains)) return;
  throw new Error(
    `${name} answers ${workload.name} with ${response.status}, not ${status} and '${contains}':\n${body}`,
  );
}

/** Repeats a round while others disturb it and patience lasts. Returns the least disturbed try. */
async function turn(seat: Seat, step: string, seconds: number, options: MeasureOptions): Promise<Round> {
  const { say, patience } = options;
  const load = async (step: string): Promise<Round> => {
    say(`${seat.workload.name.padEnd(22)} ${seat.name.padEnd(24)} ${step.padEnd(20)} `);
    const round = await loadUntilEnough(seat, options, seconds);
    say(progressOf(round));
    return round;
  };
  let best = await load(step);
  while (isDisturbed(best.takenCores) && (await patience.awaitQuiet())) {
    const other = await patience.spend(() => load(`${step}, again`));
    if ((other.takenCores ?? 0) < (best.takenCores ?? 0)) best = other;
  }
  return best;
}

/** The line that shows a round while the run goes on. */
export function progressOf({ cpuMicrosPerRequest, requestsPerSecond, takenCores }: Round): string {
  const time = `${cpuMicrosPerRequest.toFixed(1)} µs`.padStart(10);
  const rate = `${whole.format(requestsPerSecond)}/s`.padStart(10);
  return `${time} ${rate}${takenCores === null ? "" : `   others: ${takenCores.toFixed(2)} cores`}\n`;
}

async function loadUntilEnough(seat: Seat, options: MeasureOptions, seconds: number): Promise<Round> {
  let lasts = seconds;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { result, round } = await load(seat, options, lasts);
    // On a busy machine no answer may come within the fraction of a second that a test measures.
    if (result.requests === 0 && result.failed === 0) {
      lasts *= 4;
      continue;
    }
    refuseUnexpected(seat, result);
    seat.fastest = Math.max(seat.fastest, round.requestsPerSecond);
    if (!result.exhausted) return round;
    // Some credentials were used twice, which is another workload. So it makes more of them and repeats the round.
    seat.fastest *= 2;
  }
  throw new Error(
    `${seat.name} answers nothing under ${seat.workload.name}, or uses it up faster than it can be seeded.`,
  );
}

function refuseUnexpected(
  { name, workload }: Seat,
  { unexpected, failed, exhausted, requests }: LoadResult,
): void {
  if (exhausted || (unexpected === 0 && failed === 0)) return;
  throw new Error(
    `${name} under ${workload.name}: of ${requests} answers ${unexpected} were not as expected, and ${failed} requests failed. Its figures would mean nothing.`,
  );
}

async function load(
  seat: Seat,
  options: MeasureOptions,
  seconds: number,
): Promise<{ result: LoadResult; round: Round }> {
  const { running } = seat;
  const send = await prepare(seat, options, seconds);
  await running.prepareRound?.();
  const before = { all: look(), own: usageOf(running.processes), read: diskReadBytes(running.server) };
  const result = await send();
  const after = { all: look(), own: usageOf(running.processes), read: diskReadBytes(running.server) };
  return {
    result,
    round: {
      cpuMicrosPerRequest: ((after.own.cpuSeconds - before.own.cpuSeconds) * 1_000_000) / result.requests,
      requestsPerSecond: (result.requests * 1_000_000) / result.micros,
      p50Micros: result.p50,
      p99Micros: result.p99,
      p999Micros: result.p999,
      residentMiB: usageOf([running.server]).residentBytes / 1024 ** 2,
      diskBytesPerRequest:
        before.read === null || after.read === null ? null : (after.read - before.read) / result.requests,
      takenCores: takenBetween(before.all, after.all),
    },
  };
}

/** Stores the data for the load, and returns the function that sends it. */
async function prepare(
  { name, running, workload, sources, fastest }: Seat,
  { settings, folder, core }: MeasureOptions,
  seconds: number,
): Promise<() => Promise<LoadResult>> {
  const requests = Math.ceil(seconds * (fastest === 0 ? FIRST_PACE : fastest * MARGIN));
  if (!("urlOf" in running))
    return running.prepareLoad({ workload: workload.name, seconds, requests, generator: core });
  const { connections, tokens } = settings;
  const path = join(folder, `${name}-${workload.name}`);
  const amounts = { requests, spare: connections, cycle: tokens };
  const provided = await provideAll(sources, { running, workload, path }, amounts);
  const url = running.urlOf(workload.requests[0].request, workload);
  const expects = expectationOf(workload);
  return () => runWrk({ url, requests: provided, expects, seconds, connections, core });
}

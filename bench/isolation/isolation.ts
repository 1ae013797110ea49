/**
 * `npm run bench:isolation`: how other work slows introspection, and how the server behaves under overload. The two
 * sides of a comparison take turns (without, with, without, with …), so that other work of the machine affects both
 * alike.
 */
import { systemClock } from "../../src/platform/clock.ts";
import { newCredential } from "../credentials.ts";
import type { Percentiles } from "../load/histogram.ts";
import { checkAnswer } from "../measure.ts";
import { amount, COMMON, count, names, type OptionsOf } from "../options.ts";
import type { Bench, Setting } from "../run.ts";
import { type Workload, workloadNamed } from "../workloads.ts";
import { DISTURBANCES, type Disturbance, issueTokens } from "./disturbances.ts";
import type { LoadJob, LoadReport } from "./generate.ts";
import { figures } from "./report.ts";
import type {
  IsolationMeasurement,
  IsolationResults,
  IsolationRound,
  OverloadMeasurement,
  OverloadRound,
} from "./results.ts";
import { ENGINES, type Subject, startSubject, targetOf } from "./subject.ts";

const INTROSPECTION = workloadNamed("introspection");
const OVERLOADED = ["introspection", "client-credentials", "refresh"].map(workloadNamed);
/** The connections of a load that the server easily handles. */
const FEW_CONNECTIONS = 32;
/** The share of the capacity at which a server is neither idle nor full. */
const STEADY_SHARE = 1 / 3;
const FACTORS = [1, 2, 3] as const;
/** A client gives up after this time. */
const PATIENCE_MILLIS = 1000;
const WARM_UP_SECONDS = 1;
const YEAR_SECONDS = 365 * 86_400;

const OPTIONS = {
  engines: names("databases", ENGINES),
  beside: names("what goes on beside introspection", DISTURBANCES),
  overload: names("what is asked of one, two and three times as often as it can be answered", OVERLOADED),
  seconds: amount("how long each look lasts, in seconds", 3, 0.1),
  rounds: count("how often everything has its turn", 3),
  connections: count("how many connections an overload has", 2000),
  rows: count("how many tokens are stored, and as many are cleaned up", 100_000),
  ...COMMON,
};

type Options = OptionsOf<typeof OPTIONS>;

/** The context of each measurement. */
interface Context {
  readonly subject: Subject;
  readonly options: Options;
  say(text: string): void;
}

async function measure(options: Options, setting: Setting): Promise<IsolationResults> {
  const { date, host, takenCores } = setting;
  const isolation: IsolationMeasurement[] = [];
  const overload: OverloadMeasurement[] = [];
  for (const { name, share } of options.engines) {
    const rows = Math.ceil(options.rows * share);
    const say = (text: string) => setting.say(`${name.padEnd(10)}${text}\n`);
    say(`starting, with ${rows} tokens`);
    const subject = await startSubject(name, setting);
    try {
      await issueTokens(subject, rows, systemClock.seconds() + YEAR_SECONDS);
      const context = { subject, options: { ...options, rows }, say };
      for (const disturbance of options.beside)
        if (disturbance.engines.includes(name)) isolation.push(...(await disturb(context, disturbance)));
      for (const workload of options.overload) overload.push(await overloadWith(context, workload));
    } finally {
      await subject.stop();
    }
  }
  const { seconds, rounds, connections, rows } = options;
  const settings = { seconds, rounds, connections, rows };
  return { date, host, takenCores: takenCores(), settings, isolation, overload };
}

/** Sends a load. Throws for an unexpected answer, and for a missing one unless the load may lose requests. */
async function run(
  { subject }: Context,
  workload: Workload,
  job: Pick<LoadJob, "connections" | "rate" | "seconds"> & Partial<LoadJob>,
): Promise<LoadReport> {
  const { credential } = workload.requests[0].request;
  const count = credential?.use === "once" ? job.connections : 1;
  const credentials = credential === null ? [] : await subject.running.make(credential.kind, count);
  const report = await subject.load({
    ...targetOf(subject, workload, credentials),
    whenFull: "wait",
    patienceMillis: PATIENCE_MILLIS,
    ...job,
  });
  const { unexpected, failed, example } = report;
  if (unexpected > 0) throw new Error(`${unexpected} answers were not as expected, such as:\n${example}`);
  if (failed > 0 && job.whenFull !== "lose") throw new Error(`${failed} requests were not answered.`);
  return report;
}

/** Requests per second when each connection sends the next request after the answer. */
async function capacityOf(context: Context, workload: Workload, seconds: number): Promise<number> {
  const { good, late } = await run(context, workload, { connections: FEW_CONNECTIONS, rate: null, seconds });
  return (good + late) / seconds;
}

/** Measures at a steady rate, and under full load. */
async function disturb(context: Context, disturbance: Disturbance): Promise<IsolationMeasurement[]> {
  const { subject, options, say } = context;
  const { name, title, prepare, start } = disturbance;
  await capacityOf(context, INTROSPECTION, WARM_UP_SECONDS);
  const steady = Math.round((await capacityOf(context, INTROSPECTION, WARM_UP_SECONDS)) * STEADY_SHARE);
  const measurements: IsolationMeasurement[] = [];
  for (const rate of [steady, null]) {
    const rounds: IsolationRound[] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      say(`introspection, ${rate ?? "full load"}, ${title}: round ${round}`);
      const without = await lookAt(context, rate);
      await prepare(subject, options.rows);
      const underway = await start(subject, options.rows);
      const disturbed = await lookAt(context, rate);
      rounds.push({ without, with: disturbed, ...(await underway.stop()) });
    }
    measurements.push({ engine: subject.engine, disturbance: name, rate, rounds });
  }
  return measurements;
}

async function lookAt(context: Context, rate: number | null): Promise<Percentiles> {
  const { seconds } = context.options;
  const report = await run(context, INTROSPECTION, { connections: FEW_CONNECTIONS, rate, seconds });
  if (report.goodLatency === null) throw new Error("Not one answer came within a second.");
  // Late answers count too: if a percentile is among them, it is at least the longest time that counts as good.
  const { p50, p99, p999 } = report.goodLatency;
  const isLate = (share: number) => report.late + report.unsent > report.due * share;
  const latest = PATIENCE_MILLIS * 1000;
  return { p50, p99: isLate(0.01) ? latest : p99, p999: isLate(0.001) ? latest : p999 };
}

async function overloadWith(context: Context, workload: Workload): Promise<OverloadMeasurement> {
  const { subject, say } = context;
  const { seconds, connections } = context.options;
  const { request } = workload.requests[0];
  const credential = await newCredential(subject.running, request);
  await checkAnswer(subject.engine, subject.running, workload, request, credential);
  await capacityOf(context, workload, WARM_UP_SECONDS);
  const rounds: OverloadRound[] = [];
  for (let round = 1; round <= context.options.rounds; round += 1) {
    say(`overload of ${workload.name}: round ${round}`);
    const capacity = await capacityOf(context, workload, seconds);
    const levels: { factor: number; report: LoadReport }[] = [];
    for (const factor of FACTORS) {
      const rate = Math.round(capacity * factor);
      const report = await run(context, workload, { connections, rate, seconds, whenFull: "lose" });
      levels.push({ factor, report });
    }
    rounds.push({ capacity, levels });
  }
  return { engine: subject.engine, workload: workload.name, rounds };
}

export const isolation: Bench<typeof OPTIONS, IsolationResults> = {
  section: "isolation",
  command: "bench:isolation",
  description:
    "Measures how long introspection takes beside other work, and how much is answered when more is asked than can be done.",
  options: OPTIONS,
  measure,
  figures,
  pictures: () => ({}),
};

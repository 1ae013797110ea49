/**
 * The measurements. Whatever is compared takes turns (without, with, without, with …), so that what else the machine does
 * meets both alike.
 */
import { join } from "node:path";
import { newCredential } from "../credentials.ts";
import { sendOnce, WORKLOADS, type Workload, wireText } from "../workloads.ts";
import { runWrk } from "../wrk.ts";
import type { Disturbance } from "./disturbances.ts";
import type { LoadJob, LoadReport } from "./load.ts";
import type {
  IsolationMeasurement,
  IsolationRound,
  Mode,
  OverloadLevel,
  OverloadMeasurement,
  OverloadRound,
  Settings,
  Side,
} from "./results.ts";
import { type Subject, targetOf } from "./subject.ts";

/** Connections of a load that the server can well do. */
const FEW_CONNECTIONS = 32;
/** Of the capacity: a server that is neither idle nor full. */
const STEADY_SHARE = 1 / 3;
const FACTORS = [1, 2, 3] as const;
/** An answer that takes longer is no use to anybody. */
const PATIENCE_MILLIS = 1000;
const WARM_UP_SECONDS = 1;

export interface MeasureContext {
  readonly subject: Subject;
  readonly settings: Settings;
  /** Is told what is being done. */
  say(text: string): void;
}

export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`There is no workload ${name}.`);
  return found;
}

/** Throws unless every request got an answer that it may get. */
function refuseUnexpected({ unexpected, failed, example }: LoadReport, mayFail: boolean): void {
  if (unexpected > 0) throw new Error(`${unexpected} answers were not as expected, such as:\n${example}`);
  if (failed > 0 && !mayFail) throw new Error(`${failed} requests were not answered.`);
}

async function run(
  { subject }: MeasureContext,
  workload: Workload,
  job: Pick<LoadJob, "connections" | "rate" | "seconds"> & Partial<LoadJob>,
): Promise<LoadReport> {
  const { credential } = workload.requests[0].request;
  const kind = credential?.kind;
  const count = credential?.use === "once" ? job.connections : 1;
  const credentials = kind === undefined ? [] : await subject.running.make(kind, count);
  const report = await subject.load({
    ...targetOf(subject, workload, credentials),
    whenFull: "wait",
    patienceMillis: PATIENCE_MILLIS,
    ...job,
  });
  refuseUnexpected(report, job.whenFull === "lose");
  return report;
}

/** Requests per second that are answered when the next is sent only then. */
async function capacityOf(context: MeasureContext, workload: Workload, seconds: number): Promise<number> {
  const { good, late } = await run(context, workload, { connections: FEW_CONNECTIONS, rate: null, seconds });
  return (good + late) / seconds;
}

export async function measureIsolation(
  context: MeasureContext,
  disturbance: Disturbance,
): Promise<IsolationMeasurement[]> {
  const { subject, settings } = context;
  const introspection = workloadNamed("introspection");
  await capacityOf(context, introspection, WARM_UP_SECONDS);
  const rate = Math.round((await capacityOf(context, introspection, WARM_UP_SECONDS)) * STEADY_SHARE);
  const measurements: IsolationMeasurement[] = [];
  for (const mode of ["steady", "saturated"] as const) {
    const look = () => lookAt(context, introspection, mode, rate);
    const rounds: IsolationRound[] = [];
    for (let round = 1; round <= settings.rounds; round += 1) {
      context.say(`introspection, ${mode}, ${disturbance.title}: round ${round} of ${settings.rounds}`);
      const without = await look();
      await disturbance.prepare(subject, settings.rows);
      const underway = await disturbance.start(subject, settings.rows);
      const disturbed = await look();
      rounds.push({ without, with: disturbed, ...(await underway.stop()) });
    }
    const { engine } = subject;
    const { name } = disturbance;
    measurements.push({ engine, disturbance: name, mode, rate: mode === "steady" ? rate : null, rounds });
  }
  return measurements;
}

async function lookAt(context: MeasureContext, workload: Workload, mode: Mode, rate: number): Promise<Side> {
  const { seconds } = context.settings;
  if (mode === "saturated") return saturate(context, workload);
  const report = await run(context, workload, { connections: FEW_CONNECTIONS, rate, seconds });
  if (report.goodLatency === null) throw new Error("Not one answer came within a second.");
  // What came too late belongs to the picture: nearest to it is the longest time that counts.
  const { p50, p99, p999, max } = report.goodLatency;
  const isLate = (share: number) => report.late + report.unsent > report.due * share;
  return {
    requestsPerSecond: report.good / seconds,
    p50,
    p99: isLate(0.01) ? Math.max(max, PATIENCE_MILLIS * 1000) : p99,
    p999: isLate(0.001) ? Math.max(max, PATIENCE_MILLIS * 1000) : p999,
  };
}

async function saturate({ subject, settings }: MeasureContext, workload: Workload): Promise<Side> {
  const { request } = workload.requests[0];
  const url = subject.running.urlOf(request, workload);
  const [token = ""] = await subject.running.make("person_token", 1);
  const files = {
    request: join(subject.folder, "request"),
    credentials: join(subject.folder, "credentials"),
  };
  await Bun.write(files.request, wireText(request, url, token.length));
  await Bun.write(files.credentials, `${token}\n`);
  const { seconds } = settings;
  const result = await runWrk({
    url,
    requests: [{ ...files, use: "cycle", weight: 1 }],
    expects: request.expects,
    seconds,
    connections: FEW_CONNECTIONS,
    threads: 1,
  });
  if (result.unexpected > 0 || result.failed > 0)
    throw new Error("Answers under full load were not as expected.");
  const { p50, p99, p999 } = result;
  return { requestsPerSecond: (result.requests * 1_000_000) / result.micros, p50, p99, p999 };
}

export async function measureOverload(
  context: MeasureContext,
  workload: Workload,
): Promise<OverloadMeasurement> {
  const { subject, settings } = context;
  const { seconds, connections } = settings;
  await checkAnswer(context, workload);
  await capacityOf(context, workload, WARM_UP_SECONDS);
  const rounds: OverloadRound[] = [];
  for (let round = 1; round <= settings.rounds; round += 1) {
    context.say(`overload of ${workload.name}: round ${round} of ${settings.rounds}`);
    const capacity = await capacityOf(context, workload, seconds);
    const levels: OverloadLevel[] = [];
    for (const factor of FACTORS) {
      const rate = Math.round(capacity * factor);
      const report = await run(context, workload, { connections, rate, seconds, whenFull: "lose" });
      levels.push({ factor, rate, report });
    }
    rounds.push({ capacity, levels });
  }
  return { engine: subject.engine, workload: workload.name, rounds };
}

/** One request by hand: what is measured afterwards must be what it is called. */
async function checkAnswer({ subject: { running } }: MeasureContext, workload: Workload): Promise<void> {
  const { request } = workload.requests[0];
  const credential = await newCredential(running, request);
  const response = await sendOnce(request, running.urlOf(request, workload), credential);
  const body = await response.text();
  if (response.status === request.expects.status && body.includes(request.expects.contains)) return;
  throw new Error(`${workload.name} is answered with ${response.status}:\n${body}`);
}

/** The figures as Markdown. */
import { isBusy } from "../host.ts";
import { milliseconds, ratioText } from "../report/table.ts";
import { median, type Spread, spreadOf } from "../statistics.ts";
import { WORKLOADS } from "../workloads.ts";
import { DISTURBANCES } from "./disturbances.ts";
import type { LoadReport } from "./load.ts";
import {
  factorsOf,
  goodput,
  type IsolationMeasurement,
  type IsolationResults,
  keptAt,
  type OverloadMeasurement,
  reportsAt,
} from "./results.ts";
import type { Engine } from "./subject.ts";

/** Introspection beside sign-ins may take so many times as long, for one request in a hundred. */
export const AT_MOST = 3;
/** So much of the best is still answered in time at three times the capacity. */
export const AT_LEAST = 0.8;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const few = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

const ENGINE_TITLES: Readonly<Record<Engine, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" };

const titleOf = (name: string, all: readonly { readonly name: string; readonly title: string }[]): string =>
  all.find((each) => each.name === name)?.title ?? name;

/** How many times as long the slowest hundredth takes with the other thing as without, round by round. */
export const slowdown = ({ rounds }: IsolationMeasurement): Spread =>
  spreadOf(rounds.map((round) => round.with.p99 / round.without.p99));

function isolationRow(measurement: IsolationMeasurement): string {
  const { engine, disturbance, mode, rate, rounds } = measurement;
  const times = (side: "without" | "with", field: "p50" | "p99") =>
    milliseconds(median(rounds.map((round) => round[side][field])));
  const unit = DISTURBANCES.find(({ name }) => name === disturbance)?.unit ?? "";
  const cells = [
    `${ENGINE_TITLES[engine]}, ${titleOf(disturbance, DISTURBANCES)}`,
    mode === "steady" ? `${whole.format(rate ?? 0)}/s` : "full load",
    `${times("without", "p50")}, ${times("with", "p50")}`,
    times("without", "p99"),
    times("with", "p99"),
    ratioText(slowdown(measurement)),
    `${few.format(median(rounds.map(({ perSecond }) => perSecond)))} ${unit}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function isolationTable(measurements: readonly IsolationMeasurement[]): string {
  if (measurements.length === 0) return "";
  return [
    "### Introspection beside other work",
    "",
    "| | introspection | p50 without, with | p99 without | p99 with | × (lowest–highest) | the other work |",
    "|---|--:|--:|--:|--:|--:|--:|",
    ...measurements.map(isolationRow),
  ].join("\n");
}

function levelRow(measurement: OverloadMeasurement, factor: number): string {
  const { engine, workload } = measurement;
  const reports = reportsAt(measurement, factor);
  const share = (count: (report: LoadReport) => number) =>
    percent(median(reports.map((report) => count(report) / report.due)));
  const time = (kind: "goodLatency" | "refusedLatency", field: "p50" | "p99") => {
    const known = reports.map((report) => report[kind]?.[field]).filter((value) => value !== undefined);
    return known.length === 0 ? "–" : milliseconds(median(known));
  };
  const times = (kind: "goodLatency" | "refusedLatency") => `${time(kind, "p50")}, ${time(kind, "p99")}`;
  const cells = [
    `${titleOf(workload, WORKLOADS)}, ${ENGINE_TITLES[engine]}`,
    `${factor} ×`,
    whole.format(median(reports.map(({ due, seconds }) => due / seconds))),
    whole.format(median(reports.map(goodput))),
    ratioText(keptAt(measurement, factor)),
    times("goodLatency"),
    share(({ refused }) => refused),
    reports.some(({ refused }) => refused > 0) ? times("refusedLatency") : "",
    share(({ unsent }) => unsent),
    share(({ late, failed }) => late + failed),
  ];
  return `| ${cells.join(" | ")} |`;
}

function overloadTable(measurements: readonly OverloadMeasurement[]): string {
  if (measurements.length === 0) return "";
  return [
    "### More than can be done",
    "",
    "| | asked, × capacity | requests/s due | good/s | of the peak | good: p50, p99 | 503 | 503: p50, p99 | no connection | late or none |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...measurements.flatMap((measurement) =>
      factorsOf(measurement).map((factor) => levelRow(measurement, factor)),
    ),
  ].join("\n");
}

/** How far it is from what it is held to. Empty if nothing of it was measured. */
export function aims({ isolation, overload }: IsolationResults): string {
  const rows = [
    ...isolation
      .filter(({ disturbance, mode }) => disturbance === "sign-ins" && mode === "steady")
      .map((measurement) => {
        const found = slowdown(measurement);
        const reached = found.median <= AT_MOST ? "yes" : "no";
        return `| ${ENGINE_TITLES[measurement.engine]}: p99 of introspection while people sign in, at most | ${AT_MOST} × | ${ratioText(found)} | ${reached} |`;
      }),
    ...overload.map((measurement) => {
      const found = keptAt(measurement, 3);
      const reached = found.median >= AT_LEAST ? "yes" : "no";
      return `| ${ENGINE_TITLES[measurement.engine]}: good answers of ${measurement.workload} at three times the capacity, of the peak, at least | ${AT_LEAST} | ${ratioText(found)} | ${reached} |`;
    }),
  ];
  if (rows.length === 0) return "";
  return ["### Aims of isolation", "", "| | aim | measured | reached |", "|---|--:|--:|---|", ...rows].join(
    "\n",
  );
}

/** One sentence on where and how, which belongs to every figure. */
export function conditions({ date, host, settings }: IsolationResults): string {
  const { rounds, seconds, rows, connections } = settings;
  return [
    `${date.slice(0, 10)}, ${host.cores} cores (${host.processor}) shared by load generator and server, ${host.memoryGiB} GiB;`,
    `Bun ${host.bun}; one sync of 4 KiB takes ${whole.format(host.syncMicros)} µs;`,
    `${isBusy(host) ? `a busy machine, with a load of ${host.loadBefore} before the run` : "a quiet machine"};`,
    `${rounds} ${rounds === 1 ? "round" : "rounds"} of ${seconds} s each, ${whole.format(rows)} tokens in the database,`,
    `${whole.format(connections)} connections for an overload. Medians of the rounds.`,
  ].join(" ");
}

/** Everything that is told of the figures. */
export const figures = (results: IsolationResults): string =>
  [conditions(results), isolationTable(results.isolation), overloadTable(results.overload), aims(results)]
    .filter((part) => part !== "")
    .join("\n\n");

export const page = (results: IsolationResults): string =>
  `# Isolation and overload\n\nWhat is measured, and how: [performance.md](../../docs/performance.md#isolation-and-overload).\n\n${figures(results)}\n`;

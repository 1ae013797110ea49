/** The figures as Markdown. */
import {
  type Aim,
  aimsTable,
  conditions,
  countOf,
  milliseconds,
  ratioText,
  sections,
  table,
  whole,
} from "../report/table.ts";
import { median, type Spread, spreadOf } from "../statistics.ts";
import { WORKLOADS } from "../workloads.ts";
import { DISTURBANCES } from "./disturbances.ts";
import type { LoadReport } from "./generate.ts";
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

/** The 99th percentile of introspection beside sign-ins may be this many times as long. */
const AT_MOST = 3;
/** At three times the capacity, the server must still answer this share of the peak in time. */
const AT_LEAST = 0.8;

const few = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

const ENGINE_TITLES: Readonly<Record<Engine, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" };

const titleOf = (name: string, all: readonly { readonly name: string; readonly title: string }[]): string =>
  all.find((each) => each.name === name)?.title ?? name;

/** The 99th percentile with the other work as a multiple of that without, round by round. */
export const slowdown = ({ rounds }: IsolationMeasurement): Spread =>
  spreadOf(rounds.map((round) => round.with.p99 / round.without.p99));

function isolationTable(measurements: readonly IsolationMeasurement[]): string {
  const time = ({ rounds }: IsolationMeasurement, side: "without" | "with", field: "p50" | "p99") =>
    milliseconds(median(rounds.map((round) => round[side][field])));
  const pace = ({ rounds, disturbance }: IsolationMeasurement) => {
    const unit = DISTURBANCES.find(({ name }) => name === disturbance)?.unit ?? "";
    return `${few.format(median(rounds.map(({ perSecond }) => perSecond)))} ${unit}`;
  };
  return table("Introspection beside other work", measurements, [
    ["", (row) => `${ENGINE_TITLES[row.engine]}, ${titleOf(row.disturbance, DISTURBANCES)}`, "left"],
    ["introspection", ({ rate }) => (rate === null ? "full load" : `${whole.format(rate)}/s`)],
    ["p50 without, with", (row) => `${time(row, "without", "p50")}, ${time(row, "with", "p50")}`],
    ["p99 without", (row) => time(row, "without", "p99")],
    ["p99 with", (row) => time(row, "with", "p99")],
    ["× (lowest–highest)", (row) => ratioText(slowdown(row))],
    ["the other work", pace],
  ]);
}

function overloadTable(measurements: readonly OverloadMeasurement[]): string {
  const rows = measurements.flatMap((measurement) =>
    factorsOf(measurement).map((factor) => ({
      measurement,
      factor,
      reports: reportsAt(measurement, factor),
    })),
  );
  type Row = (typeof rows)[number];
  const share = ({ reports }: Row, count: (report: LoadReport) => number) =>
    percent(median(reports.map((report) => count(report) / report.due)));
  const times = ({ reports }: Row, kind: "goodLatency" | "refusedLatency") => {
    const known = reports.map((report) => report[kind]).filter((latency) => latency !== null);
    const time = (of: "p50" | "p99") => milliseconds(median(known.map((latency) => latency[of])));
    return known.length === 0 ? "" : `${time("p50")}, ${time("p99")}`;
  };
  return table("More than can be done", rows, [
    [
      "",
      ({ measurement: { workload, engine } }) => `${titleOf(workload, WORKLOADS)}, ${ENGINE_TITLES[engine]}`,
      "left",
    ],
    ["asked, × capacity", ({ factor }) => `${factor} ×`],
    [
      "requests/s due",
      ({ reports }) => whole.format(median(reports.map(({ due, seconds }) => due / seconds))),
    ],
    ["good/s", ({ reports }) => whole.format(median(reports.map(goodput)))],
    ["of the peak", ({ measurement, factor }) => ratioText(keptAt(measurement, factor))],
    ["good: p50, p99", (row) => times(row, "goodLatency")],
    ["503", (row) => share(row, ({ refused }) => refused)],
    ["503: p50, p99", (row) => times(row, "refusedLatency")],
    ["no connection", (row) => share(row, ({ unsent }) => unsent)],
    ["late or none", (row) => share(row, ({ late, failed }) => late + failed)],
  ]);
}

/** How far each goal is met, for the measured parts. */
export const aims = ({ isolation, overload }: IsolationResults): Aim[] => [
  ...isolation
    .filter(({ disturbance, rate }) => disturbance === "sign-ins" && rate !== null)
    .map((measurement): Aim => {
      const found = slowdown(measurement);
      const what = `${ENGINE_TITLES[measurement.engine]}: p99 of introspection while people sign in, at most`;
      return { what, aim: `${AT_MOST} ×`, measured: ratioText(found), reached: found.median <= AT_MOST };
    }),
  ...overload.map((measurement): Aim => {
    const found = keptAt(measurement, 3);
    const { engine, workload } = measurement;
    const what = `${ENGINE_TITLES[engine]}: good answers of ${workload} at three times the capacity, of the peak, at least`;
    return { what, aim: `${AT_LEAST}`, measured: ratioText(found), reached: found.median >= AT_LEAST };
  }),
];

/** The whole report of the figures. */
export function figures(results: IsolationResults): string {
  const { rounds, seconds, rows, connections } = results.settings;
  const settings = `${countOf(rounds, "round")} of ${seconds} s each, ${whole.format(rows)} tokens in the database, ${whole.format(connections)} connections for an overload, medians of the rounds`;
  return sections(
    conditions(results, settings),
    aimsTable("Aims of isolation", aims(results)),
    isolationTable(results.isolation),
    overloadTable(results.overload),
  );
}

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

/** Introspection beside sign-ins may take so many times as long, for one request in a hundred. */
const AT_MOST = 3;
/** So much of the best is still answered in time at three times the capacity. */
const AT_LEAST = 0.8;

const few = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

const ENGINE_TITLES: Readonly<Record<Engine, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" };

const titleOf = (name: string, all: readonly { readonly name: string; readonly title: string }[]): string =>
  all.find((each) => each.name === name)?.title ?? name;

/** How many times as long the slowest hundredth takes with the other thing as without, round by round. */
export const slowdown = ({ rounds }: IsolationMeasurement): Spread =>
  spreadOf(rounds.map((round) => round.with.p99 / round.without.p99));

function isolationRow(measurement: IsolationMeasurement): string[] {
  const { engine, disturbance, rate, rounds } = measurement;
  const times = (side: "without" | "with", field: "p50" | "p99") =>
    milliseconds(median(rounds.map((round) => round[side][field])));
  const unit = DISTURBANCES.find(({ name }) => name === disturbance)?.unit ?? "";
  return [
    `${ENGINE_TITLES[engine]}, ${titleOf(disturbance, DISTURBANCES)}`,
    rate === null ? "full load" : `${whole.format(rate)}/s`,
    `${times("without", "p50")}, ${times("with", "p50")}`,
    times("without", "p99"),
    times("with", "p99"),
    ratioText(slowdown(measurement)),
    `${few.format(median(rounds.map(({ perSecond }) => perSecond)))} ${unit}`,
  ];
}

function levelRow(measurement: OverloadMeasurement, factor: number): string[] {
  const { engine, workload } = measurement;
  const reports = reportsAt(measurement, factor);
  const share = (count: (report: LoadReport) => number) =>
    percent(median(reports.map((report) => count(report) / report.due)));
  const times = (kind: "goodLatency" | "refusedLatency") => {
    const known = reports.map((report) => report[kind]).filter((latency) => latency !== null);
    const time = (of: "p50" | "p99") => milliseconds(median(known.map((latency) => latency[of])));
    return known.length === 0 ? "" : `${time("p50")}, ${time("p99")}`;
  };
  return [
    `${titleOf(workload, WORKLOADS)}, ${ENGINE_TITLES[engine]}`,
    `${factor} ×`,
    whole.format(median(reports.map(({ due, seconds }) => due / seconds))),
    whole.format(median(reports.map(goodput))),
    ratioText(keptAt(measurement, factor)),
    times("goodLatency"),
    share(({ refused }) => refused),
    times("refusedLatency"),
    share(({ unsent }) => unsent),
    share(({ late, failed }) => late + failed),
  ];
}

/** How far it is from what it is held to, of what was measured. */
export const aims = ({ isolation, overload }: IsolationResults): Aim[] => [
  ...isolation
    .filter(({ disturbance, rate }) => disturbance === "sign-ins" && rate !== null)
    .map((measurement): Aim => {
      const found = slowdown(measurement);
      return {
        what: `${ENGINE_TITLES[measurement.engine]}: p99 of introspection while people sign in, at most`,
        aim: `${AT_MOST} ×`,
        measured: ratioText(found),
        reached: found.median <= AT_MOST,
      };
    }),
  ...overload.map((measurement): Aim => {
    const found = keptAt(measurement, 3);
    return {
      what: `${ENGINE_TITLES[measurement.engine]}: good answers of ${measurement.workload} at three times the capacity, of the peak, at least`,
      aim: String(AT_LEAST),
      measured: ratioText(found),
      reached: found.median >= AT_LEAST,
    };
  }),
];

/** Everything that is told of the figures. */
export function figures(results: IsolationResults): string {
  const { rounds, seconds, rows, connections } = results.settings;
  const settings = `${countOf(rounds, "round")} of ${seconds} s each, ${whole.format(rows)} tokens in the database, ${whole.format(connections)} connections for an overload, medians of the rounds`;
  return sections(
    conditions(results, settings),
    aimsTable("Aims of isolation", aims(results)),
    table(
      "Introspection beside other work",
      [
        ["", "left"],
        ...["introspection", "p50 without, with", "p99 without", "p99 with", "× (lowest–highest)"],
        "the other work",
      ],
      results.isolation.map(isolationRow),
    ),
    table(
      "More than can be done",
      [
        ["", "left"],
        ...["asked, × capacity", "requests/s due", "good/s", "of the peak", "good: p50, p99"],
        ...["503", "503: p50, p99", "no connection", "late or none"],
      ],
      results.overload.flatMap((measurement) =>
        factorsOf(measurement).map((factor) => levelRow(measurement, factor)),
      ),
    ),
  );
}

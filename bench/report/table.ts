/** The figures of a run beside peers as Markdown, and the parts of all reports. */
import { judgeBudgets } from "../budgets.ts";
import { type Conditions, measurementOf, type Results, type Summary, summarize } from "../results.ts";
import type { Spread } from "../statistics.ts";

export const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 0.41, 12.3, 123. */
export const threeDigits = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

export const milliseconds = (micros: number): string => `${threeDigits(micros / 1000)} ms`;

export const ratioText = ({ median, lowest, highest }: Spread): string =>
  `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;

export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The name, the cell of a row, and the alignment. Default: right. */
export type Column<Row> = readonly [name: string, of: (row: Row) => string, alignment?: "left"];

/** A table in Markdown below a title, which may be empty. Without rows the text is empty. */
export function table<Row>(title: string, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    ...(title === "" ? [] : [`### ${title}`, ""]),
    line(columns.map(([name]) => name)),
    `|${columns.map(([, , alignment]) => (alignment === "left" ? "---" : "--:")).join("|")}|`,
    ...rows.map((row) => line(columns.map(([, of]) => of(row)))),
  ].join("\n");
}

/** A goal of Tessera. A missed goal fails no run, because a busy machine proves nothing. */
export interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly reached: boolean;
}

export const aimsTable = (title: string, aims: readonly Aim[]): string =>
  table(title, aims, [
    ["what", ({ what }) => what, "left"],
    ["aim", ({ aim }) => aim],
    ["measured", ({ measured }) => measured],
    ["reached", ({ reached }) => (reached ? "yes" : "no"), "left"],
  ]);

/** Joins the parts of a page, without the empty ones. */
export const sections = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== "").join("\n\n");

/**
 * The conditions of the measurement, for every page with figures: where, when and how. `settings`: the end of the
 * sentence.
 */
export function conditions({ date, host, takenCores }: Conditions, settings: string): string {
  const parts = [
    `${date.slice(0, 10)}, ${host.cores} cores (${host.processor}), ${host.memoryGiB} GiB`,
    `Bun ${host.bun}, Node ${host.node}`,
    `one sync of 4 KiB takes ${whole.format(host.syncMicros)} µs`,
    host.isPinned
      ? "each contender has one core, its database included, and the load generator another"
      : "load generator and servers share the cores: nothing is pinned",
    takenCores === null
      ? `a load of ${host.loadBefore} before the run`
      : `other programs took ${takenCores.toFixed(2)} of the cores meanwhile`,
    settings,
  ];
  return `${parts.join("; ")}.`;
}

const ratioOr = (spread: Spread | null): string => (spread === null ? "" : ratioText(spread));

const COLUMNS: readonly Column<{ readonly title: string; readonly summary: Summary }>[] = [
  ["", ({ title }) => title, "left"],
  ["processor time", ({ summary }) => `**${threeDigits(summary.cpuMicrosPerRequest.median)} µs**`],
  ["× bare (lowest–highest)", ({ summary }) => ratioOr(summary.cpuToBare)],
  ["requests/s", ({ summary }) => whole.format(summary.requestsPerSecond.median)],
  ["× bare (lowest–highest)", ({ summary }) => ratioOr(summary.rateToBare)],
  ["p50", ({ summary }) => milliseconds(summary.p50Micros)],
  ["p99", ({ summary }) => milliseconds(summary.p99Micros)],
  ["p99.9", ({ summary }) => milliseconds(summary.p999Micros)],
  ["memory", ({ summary }) => `${whole.format(summary.residentMiB)} MiB`],
];

/** A table for each workload. */
export function tables(results: Results): string {
  const all = results.workloads.map(({ name, title, writes }) => {
    const rows = results.contenders.flatMap((contender) => {
      const measurement = measurementOf(results, name, contender.name);
      if (measurement === null) return [];
      const kept = writes ? `, *${contender.durability}*` : "";
      return [{ title: contender.title + kept, summary: summarize(results, measurement) }];
    });
    return sections(`### ${title}`, `\`npm run bench -- --workloads ${name}\``, table("", rows, COLUMNS));
  });
  return sections(...all);
}

/** How far Tessera meets its budgets. Empty if none was measured. */
export const budgets = (results: Results): string =>
  table("Budgets", judgeBudgets(results), [
    ["workload", ({ workload }) => workload, "left"],
    ["", ({ contender }) => `\`${contender}\``, "left"],
    ["against", ({ against }) => against.map((name) => `\`${name}\``).join(" + "), "left"],
    [
      "budget",
      ({ limit }) =>
        "costAtMost" in limit ? `processor time ≤ ${limit.costAtMost} ×` : `pace ≥ ${limit.paceAtLeast} ×`,
      "left",
    ],
    ["by processor time", ({ byTime }) => ratioText(byTime)],
    ["by requests/s", ({ byRate }) => ratioOr(byRate)],
    ["kept", ({ isKept }) => (isKept ? "yes" : "no"), "left"],
  ]);

/** The whole report of the figures. */
export function figures(results: Results): string {
  const { rounds, seconds, connections } = results.settings;
  const settings = `${countOf(rounds, "round")} of ${seconds} s each, ${connections} connections, medians of the rounds`;
  return sections(conditions(results, settings), budgets(results), tables(results));
}

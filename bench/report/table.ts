/** The figures of a run beside peers as Markdown, and what all reports are made of. */
import { type JudgedBudget, judgeBudgets } from "../budgets.ts";
import { type Conditions, measurementOf, type Results, type Summary, summarize } from "../results.ts";
import type { Spread } from "../statistics.ts";

export const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Three digits that count: 0.41 ms, 12.3 ms, 123 ms. */
export const milliseconds = (micros: number): string => `${threeDigits(micros / 1000)} ms`;

export const threeDigits = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

export const ratioText = ({ median, lowest, highest }: Spread): string =>
  `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;

export type Column = readonly [name: string, alignment?: "left"];

/** A table in Markdown; empty without rows. Columns are aligned to the right unless they say otherwise. */
export function table(
  title: string,
  columns: readonly (string | Column)[],
  rows: readonly (readonly (string | number)[])[],
): string {
  if (rows.length === 0) return "";
  const all = columns.map((column): Column => (typeof column === "string" ? [column] : column));
  return [
    ...(title === "" ? [] : [`### ${title}`, ""]),
    `| ${all.map(([name]) => name).join(" | ")} |`,
    `|${all.map(([, alignment]) => (alignment === "left" ? "---" : "--:")).join("|")}|`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}

/** What stands beside every figure: where, when and how it was measured. `settings`: the end of the sentence. */
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

/** Something that Tessera is held to. No run fails because of it: a busy machine proves nothing. */
export interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly reached: boolean;
}

export const aimsTable = (title: string, aims: readonly Aim[]): string =>
  table(
    title,
    [["what", "left"], "aim", "measured", ["reached", "left"]],
    aims.map(({ what, aim, measured, reached }) => [what, aim, measured, reached ? "yes" : "no"]),
  );

/** What belongs together of a page, with what is empty left out. */
export const sections = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== "").join("\n\n");

const COLUMNS = [
  ["", "left"],
  "processor time",
  "× bare (lowest–highest)",
  "requests/s",
  "× bare (lowest–highest)",
  "p50",
  "p99",
  "p99.9",
  "memory",
] as const satisfies readonly (string | Column)[];

const row = (title: string, summary: Summary): string[] => [
  title,
  `**${threeDigits(summary.cpuMicrosPerRequest.median)} µs**`,
  summary.cpuToBare === null ? "" : ratioText(summary.cpuToBare),
  whole.format(summary.requestsPerSecond.median),
  summary.rateToBare === null ? "" : ratioText(summary.rateToBare),
  milliseconds(summary.p50Micros),
  milliseconds(summary.p99Micros),
  milliseconds(summary.p999Micros),
  `${whole.format(summary.residentMiB)} MiB`,
];

/** A table for each workload. */
export function tables(results: Results): string {
  const all = results.workloads.map(({ name, title, writes }) => {
    const rows = results.contenders.flatMap((contender) => {
      const measurement = measurementOf(results, name, contender.name);
      if (measurement === null) return [];
      const kept = writes ? `, *${contender.durability}*` : "";
      return [row(contender.title + kept, summarize(results, measurement))];
    });
    return sections(`### ${title}`, `\`npm run bench -- --workloads ${name}\``, table("", COLUMNS, rows));
  });
  return sections(...all);
}

const budgetRow = ({ workload, contender, against, limit, byTime, byRate, isKept }: JudgedBudget) => [
  workload,
  `\`${contender}\``,
  against.map((name) => `\`${name}\``).join(" + "),
  "costAtMost" in limit ? `processor time ≤ ${limit.costAtMost} ×` : `pace ≥ ${limit.paceAtLeast} ×`,
  ratioText(byTime),
  byRate === null ? "" : ratioText(byRate),
  isKept ? "yes" : "no",
];

/** How far Tessera is from what it is held to. Empty if nothing of it was measured. */
export const budgets = (results: Results): string =>
  table(
    "Budgets",
    [
      ["workload", "left"],
      ["", "left"],
      ["against", "left"],
      ["budget", "left"],
      "by processor time",
      "by requests/s",
      ["kept", "left"],
    ],
    judgeBudgets(results).map(budgetRow),
  );

/** Everything that is told of the figures. */
export function figures(results: Results): string {
  const { rounds, seconds, connections } = results.settings;
  const settings = `${countOf(rounds, "round")} of ${seconds} s each, ${connections} connections, medians of the rounds`;
  return sections(conditions(results, settings), budgets(results), tables(results));
}

export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

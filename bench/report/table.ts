/** The figures as Markdown. */
import { judgeBudgets } from "../budgets.ts";
import { isBusy } from "../host.ts";
import { type Measurement, measurementOf, type Results, type Summary, summarize } from "../results.ts";
import type { Spread } from "../statistics.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Three digits that count: 0.41 ms, 12.3 ms, 123 ms. */
export function milliseconds(micros: number): string {
  const millis = micros / 1000;
  return `${millis.toFixed(millis < 10 ? 2 : millis < 100 ? 1 : 0)} ms`;
}

export const ratioText = ({ median, lowest, highest }: Spread): string =>
  `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;

/** With how often it is that of the limit, which a busy machine disturbs less than the time that passes. */
const cpuText = ({ cpuMicrosPerRequest, cpuToBare }: Summary): string =>
  `${whole.format(cpuMicrosPerRequest)} µs${cpuToBare === null ? "" : ` (${cpuToBare.toFixed(1)} ×)`}`;

const HEAD = [
  "| | requests/s | × bare (lowest–highest) | p50 | p99 | p99.9 | CPU per request (× bare) | memory |",
  "|---|--:|--:|--:|--:|--:|--:|--:|",
];

function row(title: string, summary: Summary): string {
  const cells = [
    title,
    whole.format(summary.requestsPerSecond.median),
    summary.toBare === null ? "" : ratioText(summary.toBare),
    milliseconds(summary.p50Micros),
    milliseconds(summary.p99Micros),
    milliseconds(summary.p999Micros),
    cpuText(summary),
    `${whole.format(summary.residentMiB)} MiB`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** A table for each workload. */
export function tables(results: Results): string {
  const sections = results.workloads.map(({ name, title, writes }) => {
    const rows = results.contenders.flatMap((contender) => {
      const measurement: Measurement | null = measurementOf(results, name, contender.name);
      if (measurement === null) return [];
      const kept = writes ? `, *${contender.durability}*` : "";
      return [row(contender.title + kept, summarize(results, measurement))];
    });
    return [`### ${title}`, "", `\`npm run bench -- --workloads ${name}\``, "", ...HEAD, ...rows].join("\n");
  });
  return sections.join("\n\n");
}

/** One sentence on where and how, which belongs to every figure. */
export function conditions({ date, host, settings }: Pick<Results, "date" | "host" | "settings">): string {
  const rounds = `${settings.rounds} ${settings.rounds === 1 ? "round" : "rounds"} of ${settings.seconds} s`;
  return [
    `${date.slice(0, 10)}, ${host.cores} cores (${host.processor}) shared by load generator and servers, ${host.memoryGiB} GiB;`,
    `Bun ${host.bun}, Node ${host.node}; one sync of 4 KiB takes ${whole.format(host.syncMicros)} µs;`,
    `${isBusy(host) ? `a busy machine, with a load of ${host.loadBefore} before the run` : "a quiet machine"};`,
    `${rounds} each, ${settings.connections} connections. Medians of the rounds.`,
  ].join(" ");
}

/** How far Tessera is from what it is held to. Empty if nothing of it was measured. */
export function budgets(results: Results): string {
  const rows = judgeBudgets(results).map(
    ({ workload, against, atLeast, measured }) =>
      `| ${workload} | ${against} | ${atLeast} × | ${ratioText(measured)} | ${measured.median >= atLeast ? "yes" : "no"} |`,
  );
  if (rows.length === 0) return "";
  const head = [
    "| workload | against | aim, at least | `tessera-sqlite` | reached |",
    "|---|---|--:|--:|---|",
  ];
  return ["### Aims", "", ...head, ...rows].join("\n");
}

/** Everything that is told of the figures. */
export const figures = (results: Results): string =>
  [conditions(results), tables(results), budgets(results)].filter((part) => part !== "").join("\n\n");

export const page = (results: Results): string =>
  `# Measured\n\nWhat is measured, and how: [performance.md](../../docs/performance.md).\n\n${figures(results)}\n`;

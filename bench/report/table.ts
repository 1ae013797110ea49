/** The figures as Markdown. */
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

const HEAD = [
  "| | requests/s | × bare (lowest–highest) | p50 | p99 | p99.9 | CPU per request | memory |",
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
    `${whole.format(summary.cpuMicrosPerRequest)} µs`,
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
export function conditions({ date, host, settings }: Results): string {
  const rounds = `${settings.rounds} ${settings.rounds === 1 ? "round" : "rounds"} of ${settings.seconds} s`;
  return [
    `${date.slice(0, 10)}, ${host.cores} cores (${host.processor}) shared by load generator and servers, ${host.memoryGiB} GiB;`,
    `Bun ${host.bun}, Node ${host.node}; one sync of 4 KiB takes ${whole.format(host.syncMicros)} µs;`,
    `${rounds} each, ${settings.connections} connections. Medians of the rounds.`,
  ].join(" ");
}

export const page = (results: Results): string =>
  `# Measured\n\n${conditions(results)}\n[What is measured, and how](../../docs/performance.md).\n\n${tables(results)}\n`;

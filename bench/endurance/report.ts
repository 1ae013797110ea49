/** The figures of an endurance run as lines, Markdown and pictures. */
import { isBusy } from "../host.ts";
import { type Line, plot } from "../report/plot.ts";
import { milliseconds } from "../report/table.ts";
import { median } from "../statistics.ts";
import type { Endurance, EnduranceResults, Sample } from "./results.ts";
import { type Judged, judge } from "./verdict.ts";

/** What the server may have after an hour under load. */
const BUDGET_BYTES = 200e6;
const IDLE_BUDGET_BYTES = 90e6;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const megabytes = (bytes: number): string => `${tenths.format(bytes / 1e6)} MB`;

/** One sample on one line, for whoever looks on. */
export function sampleLine(sample: Sample): string {
  const time = `${Math.floor(sample.seconds / 60)}:${String(Math.floor(sample.seconds % 60)).padStart(2, "0")}`;
  const { p50, p99, p999, walBytes } = sample;
  const columns = [
    time.padStart(6),
    `${whole.format(sample.requestsPerSecond).padStart(6)}/s`,
    `p50 ${milliseconds(p50).padStart(7)}  p99 ${milliseconds(p99).padStart(7)}  p99.9 ${milliseconds(p999).padStart(7)}`,
    `memory ${megabytes(sample.residentBytes).padStart(8)} (heap ${megabytes(sample.heapBytes)})`,
    `database ${megabytes(sample.databaseBytes)}${walBytes === null ? "" : ` + ${megabytes(walBytes)}`}`,
    `${whole.format(sample.rows)} rows`,
    ...(sample.descriptors === null ? [] : [`${sample.descriptors} files`]),
    `${sample.failures} failed`,
  ];
  return columns.join("  ");
}

const over = (samples: readonly Sample[], of: (sample: Sample) => number): number => median(samples.map(of));

/** One sentence on where and how. */
function conditions({ date, host, settings }: EnduranceResults): string {
  const { minutes, rate, connections, warmUpSeconds } = settings;
  return [
    `${date.slice(0, 10)}, ${host.cores} cores (${host.processor}) shared by load generator and server, ${host.memoryGiB} GiB;`,
    `Bun ${host.bun}; one sync of 4 KiB takes ${whole.format(host.syncMicros)} µs;`,
    `${isBusy(host) ? `a busy machine, with a load of ${host.loadBefore} before the run` : "a quiet machine"};`,
    `${minutes} min each, of which the first ${whole.format(warmUpSeconds)} s are warm-up and count in the pictures, the requests and the most only;`,
    `${rate === null ? "as many operations as the server could do" : `${whole.format(rate)} operations per second`}, ${connections} connections.`,
  ].join(" ");
}

const LOAD_HEAD = [
  "| | requests | requests/s | p50 | p99 | p99.9 | cores: server | cores: load | not as they must be |",
  "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
];

function loadRow(run: Endurance, judged: readonly Sample[]): string {
  const cells = [
    run.title,
    whole.format(run.samples.reduce((sum, { requests }) => sum + requests, 0)),
    whole.format(over(judged, ({ requestsPerSecond }) => requestsPerSecond)),
    milliseconds(over(judged, ({ p50 }) => p50)),
    milliseconds(over(judged, ({ p99 }) => p99)),
    milliseconds(over(judged, ({ p999 }) => p999)),
    over(judged, ({ serverCores }) => serverCores).toFixed(2),
    over(judged, ({ generatorCores }) => generatorCores).toFixed(2),
    whole.format(run.samples.reduce((sum, { failures }) => sum + failures, 0)),
  ];
  return `| ${cells.join(" | ")} |`;
}

const TREND_HEAD = [
  "| | first third | last third | slope per hour | noise | over the time: rise (allowed) | verdict |",
  "|---|--:|--:|--:|--:|--:|---|",
];

function trendRow(title: string, trend: Judged, text: (value: number) => string): string {
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${text(Math.abs(value))}`;
  const cells = [
    title,
    text(trend.first),
    text(trend.last),
    signed(trend.slope * 3600),
    text(trend.noise),
    `${signed(trend.rise)} (${text(trend.allowed)})`,
    trend.outcome,
  ];
  return `| ${cells.join(" | ")} |`;
}

const STATE_HEAD = [
  `| | idle (aim: ${megabytes(IDLE_BUDGET_BYTES)}) | most (aim: ${megabytes(BUDGET_BYTES)}) | in use after the warm-up | in use at the end | database + WAL | rows | open files |`,
  "|---|--:|--:|--:|--:|--:|--:|--:|",
];

function stateRow(run: Endurance): string {
  const last = run.samples.at(-1);
  const most = Math.max(...run.samples.map(({ peakBytes }) => peakBytes));
  const live = ({ heapBytes, objects }: Endurance["liveAtEnd"]) =>
    `${megabytes(heapBytes)}, ${whole.format(objects)} objects`;
  const wal = last?.walBytes ?? null;
  const cells = [
    run.title,
    megabytes(run.idleBytes),
    megabytes(most),
    live(run.liveAfterWarmUp),
    live(run.liveAtEnd),
    `${megabytes(last?.databaseBytes ?? 0)}${wal === null ? "" : ` + ${megabytes(wal)}`}`,
    whole.format(last?.rows ?? 0),
    last?.descriptors ?? "",
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Everything that is told of the figures. */
export function figures(results: EnduranceResults): string {
  const { runs, settings } = results;
  const judgedOf = ({ samples }: Endurance) =>
    samples.filter(({ seconds }) => seconds > settings.warmUpSeconds);
  const trends = runs.flatMap((run) => {
    const { memory, p99 } = judge(run, settings);
    return [
      trendRow(`${run.title}: memory`, memory, megabytes),
      trendRow(`${run.title}: p99`, p99, milliseconds),
    ];
  });
  const failures = runs.flatMap(({ title, reasons }) => reasons.map((reason) => `- ${title}: ${reason}`));
  return [
    conditions(results),
    [...LOAD_HEAD, ...runs.map((run) => loadRow(run, judgedOf(run)))].join("\n"),
    [...TREND_HEAD, ...trends].join("\n"),
    [...STATE_HEAD, ...runs.map(stateRow)].join("\n"),
    ...(failures.length === 0 ? [] : [failures.join("\n")]),
  ].join("\n\n");
}

export const page = (results: EnduranceResults): string =>
  `# Endurance\n\nWhat is measured, and how: [performance.md](../../docs/performance.md#endurance).\n\n${figures(results)}\n`;

const TIME = { label: "minutes", format: (value: number) => String(value) } as const;

const lineOf = (name: string, samples: readonly Sample[], of: (sample: Sample) => number): Line => ({
  name,
  points: samples.map((sample) => [sample.seconds / 60, of(sample)]),
});

export const memoryPlot = ({ runs }: EnduranceResults): string =>
  plot({
    title: "Memory under mixed load",
    note: "The resident memory of the server's process (the least of each interval), and the heap of JavaScript in it.",
    x: TIME,
    y: { label: "MB", covers: [0] },
    lines: runs.flatMap(({ contender, samples }) => [
      lineOf(contender, samples, ({ residentBytes }) => residentBytes / 1e6),
      lineOf(`${contender}: heap`, samples, ({ heapBytes }) => heapBytes / 1e6),
    ]),
    limits: [{ name: "aim", y: BUDGET_BYTES / 1e6 }],
  });

export const p99Plot = ({ runs, settings }: EnduranceResults): string =>
  plot({
    title: "Latency under mixed load",
    note: `The slowest of 100 requests and the middle one, in each ${whole.format(settings.sampleSeconds)} seconds.`,
    x: TIME,
    y: { label: "ms", scale: "log" },
    lines: runs.flatMap(({ contender, samples }) => [
      lineOf(`${contender}: p99`, samples, ({ p99 }) => p99 / 1000),
      lineOf(`${contender}: p50`, samples, ({ p50 }) => p50 / 1000),
    ]),
  });

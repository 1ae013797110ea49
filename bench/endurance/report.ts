/** The figures of an endurance run as lines, Markdown and pictures. */
import { type Line, plot } from "../report/plot.ts";
import { conditions, milliseconds, sections, table, whole } from "../report/table.ts";
import { median } from "../statistics.ts";
import type { Endurance, EnduranceResults, Sample } from "./results.ts";
import { type Judged, judge } from "./verdict.ts";

/** The server's memory budget after an hour under load. */
const BUDGET_BYTES = 200e6;
const IDLE_BUDGET_BYTES = 90e6;

const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const megabytes = (bytes: number): string => `${tenths.format(bytes / 1e6)} MB`;

const databaseText = ({ databaseBytes, walBytes }: Sample): string =>
  megabytes(databaseBytes) + (walBytes === null ? "" : ` + ${megabytes(walBytes)}`);

/** One sample on one line, for people who watch the run. */
export function sampleLine(sample: Sample): string {
  const { seconds, requestsPerSecond, p50, p99, p999, residentBytes, heapBytes } = sample;
  const time = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const times = [p50, p99, p999].map((micros) => milliseconds(micros).padStart(7));
  return [
    time.padStart(6),
    `${whole.format(requestsPerSecond).padStart(6)}/s`,
    `p50, p99, p99.9 ${times.join(" ")}`,
    `memory ${megabytes(residentBytes).padStart(8)} (heap ${megabytes(heapBytes)})`,
    `database ${databaseText(sample)}, ${whole.format(sample.rows)} rows`,
    ...(sample.descriptors === null ? [] : [`${sample.descriptors} files`]),
    `${sample.failures} failed`,
  ].join("  ");
}

type Field = { [Name in keyof Sample]: Sample[Name] extends number ? Name : never }[keyof Sample];

/** The whole report of the figures. */
export function figures(results: EnduranceResults): string {
  const { runs, settings } = results;
  const { minutes, rate, connections, warmUpSeconds } = settings;
  const load =
    rate === null
      ? "as many operations as the server could do"
      : `${whole.format(rate)} operations per second`;
  const time = `${minutes} min each, of which the first ${whole.format(warmUpSeconds)} s are warm-up and count in the pictures, the requests and the most only`;
  const over = (run: Endurance, field: Field) =>
    median(run.samples.filter(({ seconds }) => seconds > warmUpSeconds).map((sample) => sample[field]));
  const sum = ({ samples }: Endurance, field: Field) =>
    whole.format(samples.reduce((all, sample) => all + sample[field], 0));
  const failures = runs.flatMap(({ title, reasons }) => reasons.map((reason) => `- ${title}: ${reason}`));
  return sections(
    conditions(results, `${time}; ${load}, ${connections} connections`),
    table("", runs, [
      ["", ({ title }) => title, "left"],
      ["requests", (run) => sum(run, "requests")],
      ["requests/s", (run) => whole.format(over(run, "requestsPerSecond"))],
      ["p50", (run) => milliseconds(over(run, "p50"))],
      ["p99", (run) => milliseconds(over(run, "p99"))],
      ["p99.9", (run) => milliseconds(over(run, "p999"))],
      ["cores: server", (run) => over(run, "serverCores").toFixed(2)],
      ["cores: load", (run) => over(run, "generatorCores").toFixed(2)],
      ["not as they must be", (run) => sum(run, "failures")],
    ]),
    trendTable(results),
    stateTable(runs),
    failures.join("\n"),
  );
}

interface TrendRow extends Judged {
  readonly title: string;
  readonly text: (value: number) => string;
}

function trendTable({ runs, settings }: EnduranceResults): string {
  const rows = runs.flatMap((run): TrendRow[] => {
    const { memory, p99 } = judge(run, settings);
    return [
      { title: `${run.title}: memory`, text: megabytes, ...memory },
      { title: `${run.title}: p99`, text: milliseconds, ...p99 },
    ];
  });
  const signed = ({ text }: TrendRow, value: number) => `${value < 0 ? "−" : "+"}${text(Math.abs(value))}`;
  return table("", rows, [
    ["", ({ title }) => title, "left"],
    ["first third", ({ text, first }) => text(first)],
    ["last third", ({ text, last }) => text(last)],
    ["slope per hour", (row) => signed(row, row.slope * 3600)],
    ["noise", ({ text, noise }) => text(noise)],
    ["over the time: rise (allowed)", (row) => `${signed(row, row.rise)} (${row.text(row.allowed)})`],
    ["verdict", ({ outcome }) => outcome, "left"],
  ]);
}

function stateTable(runs: readonly Endurance[]): string {
  const live = ({ heapBytes, objects }: Endurance["liveAtEnd"]) =>
    `${megabytes(heapBytes)}, ${whole.format(objects)} objects`;
  const last = ({ samples }: Endurance, text: (sample: Sample) => string) => {
    const sample = samples.at(-1);
    return sample === undefined ? "" : text(sample);
  };
  const most = ({ samples }: Endurance) => Math.max(...samples.map(({ peakBytes }) => peakBytes));
  return table("", runs, [
    ["", ({ title }) => title, "left"],
    [`idle (aim: ${megabytes(IDLE_BUDGET_BYTES)})`, ({ idleBytes }) => megabytes(idleBytes)],
    [`most (aim: ${megabytes(BUDGET_BYTES)})`, (run) => megabytes(most(run))],
    ["in use after the warm-up", ({ liveAfterWarmUp }) => live(liveAfterWarmUp)],
    ["in use at the end", ({ liveAtEnd }) => live(liveAtEnd)],
    ["database + WAL", (run) => last(run, databaseText)],
    ["rows", (run) => last(run, ({ rows }) => whole.format(rows))],
    ["open files", (run) => last(run, ({ descriptors }) => String(descriptors ?? ""))],
  ]);
}

const TIME = { label: "minutes", format: (value: number) => String(value) } as const;

const lineOf = (name: string, samples: readonly Sample[], field: Field, unit: number): Line => ({
  name,
  points: samples.map((sample) => [sample.seconds / 60, sample[field] / unit]),
});

export const memoryPlot = ({ runs }: EnduranceResults): string =>
  plot({
    title: "Memory under mixed load",
    note: "The resident memory of the server's process (the least of each interval), and the heap of JavaScript in it.",
    x: TIME,
    y: { label: "MB", covers: [0] },
    lines: runs.flatMap(({ contender, samples }) => [
      lineOf(contender, samples, "residentBytes", 1e6),
      lineOf(`${contender}: heap`, samples, "heapBytes", 1e6),
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
      lineOf(`${contender}: p99`, samples, "p99", 1000),
      lineOf(`${contender}: p50`, samples, "p50", 1000),
    ]),
  });

/** The figures of an endurance run as lines, Markdown and pictures. */
import { type Line, plot } from "../report/plot.ts";
import { conditions, milliseconds, sections, table, whole } from "../report/table.ts";
import { median } from "../statistics.ts";
import type { Endurance, EnduranceResults, Sample } from "./results.ts";
import { type Judged, judge } from "./verdict.ts";

/** What the server may have after an hour under load. */
const BUDGET_BYTES = 200e6;
const IDLE_BUDGET_BYTES = 90e6;

const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const megabytes = (bytes: number): string => `${tenths.format(bytes / 1e6)} MB`;

const databaseText = ({ databaseBytes, walBytes }: Sample): string =>
  megabytes(databaseBytes) + (walBytes === null ? "" : ` + ${megabytes(walBytes)}`);

/** One sample on one line, for those who look on. */
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

const over = (samples: readonly Sample[], field: Field): number =>
  median(samples.map((sample) => sample[field]));

const sum = ({ samples }: Endurance, field: Field): number =>
  samples.reduce((all, sample) => all + sample[field], 0);

function loadRow(run: Endurance, judged: readonly Sample[]): string[] {
  return [
    run.title,
    whole.format(sum(run, "requests")),
    whole.format(over(judged, "requestsPerSecond")),
    milliseconds(over(judged, "p50")),
    milliseconds(over(judged, "p99")),
    milliseconds(over(judged, "p999")),
    over(judged, "serverCores").toFixed(2),
    over(judged, "generatorCores").toFixed(2),
    whole.format(sum(run, "failures")),
  ];
}

function trendRow(title: string, trend: Judged, text: (value: number) => string): string[] {
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${text(Math.abs(value))}`;
  return [
    title,
    text(trend.first),
    text(trend.last),
    signed(trend.slope * 3600),
    text(trend.noise),
    `${signed(trend.rise)} (${text(trend.allowed)})`,
    trend.outcome,
  ];
}

function stateRow(run: Endurance): string[] {
  const last = run.samples.at(-1);
  const live = ({ heapBytes, objects }: Endurance["liveAtEnd"]) =>
    `${megabytes(heapBytes)}, ${whole.format(objects)} objects`;
  return [
    run.title,
    megabytes(run.idleBytes),
    megabytes(Math.max(...run.samples.map(({ peakBytes }) => peakBytes))),
    live(run.liveAfterWarmUp),
    live(run.liveAtEnd),
    last === undefined ? "" : databaseText(last),
    whole.format(last?.rows ?? 0),
    String(last?.descriptors ?? ""),
  ];
}

/** Everything that is told of the figures. */
export function figures(results: EnduranceResults): string {
  const { runs, settings } = results;
  const { minutes, rate, connections, warmUpSeconds } = settings;
  const judgedOf = ({ samples }: Endurance) => samples.filter(({ seconds }) => seconds > warmUpSeconds);
  const trends = runs.flatMap((run) => {
    const { memory, p99 } = judge(run, settings);
    return [
      trendRow(`${run.title}: memory`, memory, megabytes),
      trendRow(`${run.title}: p99`, p99, milliseconds),
    ];
  });
  const load =
    rate === null
      ? "as many operations as the server could do"
      : `${whole.format(rate)} operations per second`;
  const time = `${minutes} min each, of which the first ${whole.format(warmUpSeconds)} s are warm-up and count in the pictures, the requests and the most only`;
  return sections(
    conditions(results, `${time}; ${load}, ${connections} connections`),
    table(
      "",
      [
        ["", "left"],
        ...["requests", "requests/s", "p50", "p99", "p99.9", "cores: server", "cores: load"],
        "not as they must be",
      ],
      runs.map((run) => loadRow(run, judgedOf(run))),
    ),
    table(
      "",
      [
        ["", "left"],
        ...["first third", "last third", "slope per hour", "noise", "over the time: rise (allowed)"],
        ["verdict", "left"],
      ],
      trends,
    ),
    table(
      "",
      [
        ["", "left"],
        `idle (aim: ${megabytes(IDLE_BUDGET_BYTES)})`,
        `most (aim: ${megabytes(BUDGET_BYTES)})`,
        ...["in use after the warm-up", "in use at the end", "database + WAL", "rows", "open files"],
      ],
      runs.map(stateRow),
    ),
    runs.flatMap(({ title, reasons }) => reasons.map((reason) => `- ${title}: ${reason}`)).join("\n"),
  );
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

/** The figures of a run as Markdown and as a plot. */
import { plot } from "../report/plot.ts";
import {
  type Aim,
  aimsTable,
  conditions,
  countOf,
  milliseconds,
  ratioText,
  sections,
  table,
  threeDigits,
  whole,
} from "../report/table.ts";
import { type Figure, figuresOf, measurementOf, summarize } from "../results.ts";
import { median, ratios, type Spread, spreadOf } from "../statistics.ts";
import { type CleanUpRound, contenderName, type GrowthResults, INTROSPECTION, ISSUING } from "./results.ts";

const MEGABYTE = 1_000_000;
const MEBIBYTE = 1024 ** 2;

/** Introspection with the most tokens must keep at least this share of the pace with the fewest. */
const LEAST_PACE = 0.85;
/** A start with more tokens may take up to this many times as long: two starts alike differ as much. */
const AS_FAST = 1.1;
const START_MILLIS = 150;
const IDLE_MEGABYTES = 90;

const sizesOf = ({ stored }: GrowthResults): number[] => stored.map(({ tokens }) => tokens);
/** The smallest size, with which the others are compared. */
const leastOf = (results: GrowthResults): number => Math.min(...sizesOf(results));
const mostOf = (results: GrowthResults): number => Math.max(...sizesOf(results));
const timesLeast = (results: GrowthResults): string => `× ${whole.format(leastOf(results))} tokens`;

/** A figure of one contender as a multiple of another's, round by round. */
const ratioOf = (results: GrowthResults, workload: string, figure: Figure, of: string, to: string): Spread =>
  spreadOf(ratios(figuresOf(results, workload, of, figure), figuresOf(results, workload, to, figure)));

/** By processor time: the pace with this many tokens as a share of the pace with the fewest. */
function paceOf(results: GrowthResults, workload: string, tokens: number): Spread {
  const [least, own] = [contenderName(leastOf(results)), contenderName(tokens)];
  return ratioOf(results, workload, "cpuMicrosPerRequest", least, own);
}

const startsOf = ({ starts }: GrowthResults, tokens: number, of: "millis" | "residentMiB"): Spread =>
  spreadOf(starts.find((each) => each.tokens === tokens)?.rounds.map((round) => round[of]) ?? []);

/** The time of a start as a multiple of that with the smallest size, in the same rounds. */
const startRatio = (results: GrowthResults, tokens: number): Spread => {
  const [own = [], least = []] = [tokens, leastOf(results)].map((size) =>
    results.starts.find((each) => each.tokens === size)?.rounds.map(({ millis }) => millis),
  );
  return spreadOf(ratios(own, least));
};

function loadTable(results: GrowthResults, workload: string, title: string): string {
  const rows = sizesOf(results).flatMap((tokens) => {
    const measurement = measurementOf(results, workload, contenderName(tokens));
    return measurement === null ? [] : [{ tokens, summary: summarize(results, measurement) }];
  });
  const rate = (tokens: number, to: string) =>
    ratioText(ratioOf(results, workload, "requestsPerSecond", contenderName(tokens), to));
  return table(title, rows, [
    ["stored tokens", ({ tokens }) => whole.format(tokens)],
    ["processor time", ({ summary }) => `**${threeDigits(summary.cpuMicrosPerRequest.median)} µs**`],
    [`pace by it, ${timesLeast(results)}`, ({ tokens }) => ratioText(paceOf(results, workload, tokens))],
    ["requests/s", ({ summary }) => whole.format(summary.requestsPerSecond.median)],
    ["× bare (lowest–highest)", ({ tokens }) => rate(tokens, "bare")],
    [timesLeast(results), ({ tokens }) => rate(tokens, contenderName(leastOf(results)))],
    ["p50", ({ summary }) => milliseconds(summary.p50Micros)],
    ["p99", ({ summary }) => milliseconds(summary.p99Micros)],
    ["read from disk per request", ({ summary }) => `${whole.format(summary.diskBytesPerRequest ?? 0)} B`],
    ["memory after", ({ summary }) => `${whole.format(summary.residentMiB)} MiB`],
  ]);
}

function startTable(results: GrowthResults): string {
  const start = (tokens: number) => {
    const { median, lowest, highest } = startsOf(results, tokens, "millis");
    return `${whole.format(median)} ms (${whole.format(lowest)}–${whole.format(highest)})`;
  };
  return table("Start, memory and disk", results.stored, [
    ["stored tokens", ({ tokens }) => whole.format(tokens)],
    ["start to first answer (lowest–highest)", ({ tokens }) => start(tokens)],
    [timesLeast(results), ({ tokens }) => ratioText(startRatio(results, tokens))],
    ["memory, idle", ({ tokens }) => `${whole.format(startsOf(results, tokens, "residentMiB").median)} MiB`],
    ["database", ({ fileBytes }) => `${whole.format(fileBytes / MEGABYTE)} MB`],
    ["bytes per token", ({ fileBytes, tokens }) => whole.format(fileBytes / tokens)],
    ["time of filling", ({ fillSeconds }) => `${whole.format(fillSeconds)} s`],
  ]);
}

function cleanUpTable({ cleanUps }: GrowthResults): string {
  type Row = GrowthResults["cleanUps"][number];
  const of = ({ rounds }: Row, value: (round: CleanUpRound) => number) => median(rounds.map(value));
  const waited = (row: Row, value: (round: CleanUpRound) => number) => milliseconds(of(row, value) * 1000);
  return table("Clean-up", cleanUps, [
    ["stored tokens", ({ tokens }) => whole.format(tokens)],
    [
      "what has expired",
      ({ expired }) => (expired === "together" ? "as people leave them" : "scattered among living ones"),
      "left",
    ],
    ["rows", (row) => whole.format(of(row, ({ rows }) => rows))],
    ["time", (row) => `${of(row, ({ seconds }) => seconds).toFixed(1)} s`],
    ["rows/s", (row) => whole.format(of(row, ({ rows, seconds }) => rows / seconds))],
    ["introspection meanwhile, p99", (row) => waited(row, ({ p99Millis }) => p99Millis)],
    ["the longest", (row) => waited(row, ({ longestMillis }) => longestMillis)],
    ["the longest before", (row) => waited(row, ({ longestBeforeMillis }) => longestBeforeMillis)],
  ]);
}

/** Tessera's goals as it grows. */
export function aims(results: GrowthResults): Aim[] {
  const [least, most] = [leastOf(results), mostOf(results)];
  const atMost = (what: string, limit: number, unit: string, value: number): Aim => {
    const aim = `${limit} ${unit} at most`;
    return { what, aim, measured: `${whole.format(value)} ${unit}`, reached: value <= limit };
  };
  const ofSizes = [...new Set([least, most])].flatMap((tokens) => {
    const idle = (startsOf(results, tokens, "residentMiB").median * MEBIBYTE) / MEGABYTE;
    const start = startsOf(results, tokens, "millis").median;
    return [
      atMost(`start, ${whole.format(tokens)} tokens`, START_MILLIS, "ms", start),
      atMost(`memory, idle, ${whole.format(tokens)} tokens`, IDLE_MEGABYTES, "MB", idle),
    ];
  });
  if (least === most) return ofSizes;
  const against = `${whole.format(most)} tokens, against ${whole.format(least)}`;
  const [pace, start] = [paceOf(results, INTROSPECTION, most), startRatio(results, most)];
  return [
    {
      what: `introspection, ${against}`,
      aim: `${LEAST_PACE} × at least`,
      measured: ratioText(pace),
      reached: pace.median >= LEAST_PACE,
    },
    {
      what: `start, ${against}`,
      aim: `${AS_FAST} × at most`,
      measured: ratioText(start),
      reached: start.median <= AS_FAST,
    },
    ...ofSizes,
  ];
}

/** The whole report of the figures. */
export function figures(results: GrowthResults): string {
  const { rounds, seconds, connections, starts } = results.settings;
  const settings = `${countOf(rounds, "round")} of ${seconds} s each, ${connections} connections, ${countOf(starts, "start")}, medians`;
  return sections(
    conditions(results, settings),
    aimsTable("Aims of growth", aims(results)),
    loadTable(results, INTROSPECTION, "Introspection of stored tokens"),
    loadTable(results, ISSUING, "Issuing by client credentials"),
    startTable(results),
    cleanUpTable(results),
  );
}

/** Below 1 is slower for all lines. So the line of the start shows its pace, not its time. */
export function growthPlot(results: GrowthResults): string {
  const line = (name: string, pace: (tokens: number) => number) => ({
    name,
    points: sizesOf(results).map((tokens) => [tokens, pace(tokens)] as const),
  });
  return plot({
    title: "Growth",
    note: `Pace with more tokens stored, as a share of that with ${whole.format(leastOf(results))}. Below 1 is slower.`,
    x: { label: "stored access tokens", scale: "log", format: (value) => whole.format(value) },
    y: { label: "share", covers: [0, 1.2], format: (value) => value.toFixed(1) },
    lines: [
      line("introspection", (tokens) => paceOf(results, INTROSPECTION, tokens).median),
      line("issuing", (tokens) => paceOf(results, ISSUING, tokens).median),
      line("start", (tokens) => 1 / startRatio(results, tokens).median),
    ],
    limits: [{ name: "aim of introspection", y: LEAST_PACE }],
  });
}

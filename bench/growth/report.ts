/** The figures of a run as Markdown, and the plot of them. */
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

/** Introspection with the most tokens has at least so much of the pace with the fewest. */
const LEAST_PACE = 0.85;
/** A start that takes so much longer than with the fewest tokens is not slower: two starts alike differ as much. */
const AS_FAST = 1.1;

const sizesOf = ({ stored }: GrowthResults): number[] => stored.map(({ tokens }) => tokens);
/** The smallest size; the others are compared with it. */
const leastOf = (results: GrowthResults): number => Math.min(...sizesOf(results));
const mostOf = (results: GrowthResults): number => Math.max(...sizesOf(results));

/** Requests per second, or paces by processor time, as a multiple of those of another contender in the same rounds. */
function paceOf(
  results: GrowthResults,
  workload: string,
  tokens: number,
  against: string,
  figure: Figure,
): Spread {
  const [own, others] = [contenderName(tokens), against].map((name) =>
    figuresOf(results, workload, name, figure),
  );
  const isRate = figure === "requestsPerSecond";
  return spreadOf(isRate ? ratios(own ?? [], others ?? []) : ratios(others ?? [], own ?? []));
}

/** By processor time. */
const paceToLeast = (results: GrowthResults, workload: string, tokens: number): Spread =>
  paceOf(results, workload, tokens, contenderName(leastOf(results)), "cpuMicrosPerRequest");

const startsOf = ({ starts }: GrowthResults, tokens: number, of: "millis" | "residentMiB"): number[] =>
  starts.find((each) => each.tokens === tokens)?.rounds.map((round) => round[of]) ?? [];

/** The time of a start as a multiple of that of the smallest size, in the same rounds. */
const startRatio = (results: GrowthResults, tokens: number): Spread =>
  spreadOf(ratios(startsOf(results, tokens, "millis"), startsOf(results, leastOf(results), "millis")));

function loadTable(results: GrowthResults, workload: string, title: string): string {
  const least = `× ${whole.format(leastOf(results))} tokens`;
  const rows = sizesOf(results).flatMap((tokens) => {
    const measurement = measurementOf(results, workload, contenderName(tokens));
    if (measurement === null) return [];
    const summary = summarize(results, measurement);
    const rate = (against: string) => paceOf(results, workload, tokens, against, "requestsPerSecond");
    return [
      [
        whole.format(tokens),
        `**${threeDigits(summary.cpuMicrosPerRequest.median)} µs**`,
        ratioText(paceToLeast(results, workload, tokens)),
        whole.format(summary.requestsPerSecond.median),
        ratioText(rate("bare")),
        ratioText(rate(contenderName(leastOf(results)))),
        milliseconds(summary.p50Micros),
        milliseconds(summary.p99Micros),
        summary.diskBytesPerRequest === null ? "" : `${whole.format(summary.diskBytesPerRequest)} B`,
        `${whole.format(summary.residentMiB)} MiB`,
      ],
    ];
  });
  const columns = [
    ...["stored tokens", "processor time", `pace by it, ${least}`, "requests/s", "× bare (lowest–highest)"],
    ...[least, "p50", "p99", "read from disk per request", "memory after"],
  ];
  return table(title, columns, rows);
}

function startTable(results: GrowthResults): string {
  const rows = results.stored.map(({ tokens, fileBytes, fillSeconds }) => {
    const start = spreadOf(startsOf(results, tokens, "millis"));
    return [
      whole.format(tokens),
      `${whole.format(start.median)} ms (${whole.format(start.lowest)}–${whole.format(start.highest)})`,
      ratioText(startRatio(results, tokens)),
      `${whole.format(median(startsOf(results, tokens, "residentMiB")))} MiB`,
      `${whole.format(fileBytes / MEGABYTE)} MB`,
      whole.format(fileBytes / tokens),
      `${whole.format(fillSeconds)} s`,
    ];
  });
  const columns = [
    ...[
      "stored tokens",
      "start to first answer (lowest–highest)",
      `× ${whole.format(leastOf(results))} tokens`,
    ],
    ...["memory, idle", "database", "bytes per token", "time of filling"],
  ];
  return table("Start, memory and disk", columns, rows);
}

function cleanUpTable({ cleanUps }: GrowthResults): string {
  const rows = cleanUps.map(({ tokens, expired, rounds }) => {
    const of = (value: (round: CleanUpRound) => number) => median(rounds.map(value));
    return [
      whole.format(tokens),
      expired === "together" ? "as people leave them" : "scattered among living ones",
      whole.format(of(({ rows }) => rows)),
      `${of(({ seconds }) => seconds).toFixed(1)} s`,
      whole.format(of(({ rows, seconds }) => rows / seconds)),
      ...[
        of(({ p99Millis }) => p99Millis),
        of(({ longestMillis }) => longestMillis),
        of(({ longestBeforeMillis }) => longestBeforeMillis),
      ].map((millis) => milliseconds(millis * 1000)),
    ];
  });
  return table(
    "Clean-up",
    [
      ...(["stored tokens", ["what has expired", "left"], "rows", "time", "rows/s"] as const),
      ...["introspection meanwhile, p99", "the longest", "the longest before"],
    ],
    rows,
  );
}

/** What Tessera is held to as it grows. */
export function aims(results: GrowthResults): Aim[] {
  const [least, most] = [leastOf(results), mostOf(results)];
  const larger: Aim[] = [];
  if (least !== most) {
    const against = `${whole.format(most)} tokens, against ${whole.format(least)}`;
    const [pace, start] = [paceToLeast(results, INTROSPECTION, most), startRatio(results, most)];
    larger.push(
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
    );
  }
  const atMost = (what: string, limit: number, unit: string, value: number): Aim => ({
    what,
    aim: `${limit} ${unit} at most`,
    measured: `${whole.format(value)} ${unit}`,
    reached: value <= limit,
  });
  const ofSizes = [...new Set([least, most])].flatMap((tokens) => {
    const idle = (median(startsOf(results, tokens, "residentMiB")) * MEBIBYTE) / MEGABYTE;
    return [
      atMost(`start, ${whole.format(tokens)} tokens`, 150, "ms", median(startsOf(results, tokens, "millis"))),
      atMost(`memory, idle, ${whole.format(tokens)} tokens`, 90, "MB", idle),
    ];
  });
  return [...larger, ...ofSizes];
}

/** Everything that is told of the figures. */
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

/** All lines go the same way: below 1 is slower. So that of the start shows its pace, and not its time. */
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
      line("introspection", (tokens) => paceToLeast(results, INTROSPECTION, tokens).median),
      line("issuing", (tokens) => paceToLeast(results, ISSUING, tokens).median),
      line("start", (tokens) => 1 / startRatio(results, tokens).median),
    ],
    limits: [{ name: "aim of introspection", y: LEAST_PACE }],
  });
}

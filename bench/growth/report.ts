/** The figures of a run as Markdown, and the plot of them. */
import { plot } from "../report/plot.ts";
import { conditions, milliseconds, ratioText } from "../report/table.ts";
import { type Measurement, measurementOf, type Round, summarize } from "../results.ts";
import { ratios, type Spread, spreadOf } from "../statistics.ts";
import { type CleanUpRound, contenderName, type GrowthResults, INTROSPECTION, ISSUING } from "./results.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const MEGABYTE = 1_000_000;
const MEBIBYTE = 1024 ** 2;

/** Of the smallest size; the others are compared with it. */
const leastOf = ({ stored }: GrowthResults): number => Math.min(...stored.map(({ tokens }) => tokens));
const mostOf = ({ stored }: GrowthResults): number => Math.max(...stored.map(({ tokens }) => tokens));

const measured = (results: GrowthResults, workload: string, contender: string): Measurement => {
  const found = measurementOf(results, workload, contender);
  if (found === null) throw new Error(`${contender} was not measured under ${workload}.`);
  return found;
};

const ratesOf = (results: GrowthResults, workload: string, contender: string): number[] =>
  measured(results, workload, contender).rounds.map((round: Round) => round.requestsPerSecond);

/** Requests per second as a multiple of those of the smallest size, in the same rounds. */
const paceOf = (results: GrowthResults, workload: string, tokens: number): Spread =>
  spreadOf(
    ratios(
      ratesOf(results, workload, contenderName(tokens)),
      ratesOf(results, workload, contenderName(leastOf(results))),
    ),
  );

const toBareOf = (results: GrowthResults, workload: string, tokens: number): Spread =>
  spreadOf(ratios(ratesOf(results, workload, contenderName(tokens)), ratesOf(results, workload, "bare")));

const startMillis = ({ starts }: GrowthResults, tokens: number): number[] =>
  starts.find((each) => each.tokens === tokens)?.rounds.map(({ millis }) => millis) ?? [];

const idleMiB = ({ starts }: GrowthResults, tokens: number): Spread =>
  spreadOf(starts.find((each) => each.tokens === tokens)?.rounds.map(({ residentMiB }) => residentMiB) ?? []);

/** The time of a start as a multiple of that of the smallest size, in the same rounds. */
const startRatio = (results: GrowthResults, tokens: number): Spread =>
  spreadOf(ratios(startMillis(results, tokens), startMillis(results, leastOf(results))));

const rowOf = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function loadTable(results: GrowthResults, workload: string, title: string): string {
  const least = whole.format(leastOf(results));
  const rows = results.stored.map(({ tokens }) => {
    const summary = summarize(results, measured(results, workload, contenderName(tokens)));
    return rowOf(
      whole.format(tokens),
      whole.format(summary.requestsPerSecond.median),
      ratioText(toBareOf(results, workload, tokens)),
      ratioText(paceOf(results, workload, tokens)),
      milliseconds(summary.p50Micros),
      milliseconds(summary.p99Micros),
      `${whole.format(summary.cpuMicrosPerRequest)} µs`,
      summary.diskBytesPerRequest === null ? "" : `${whole.format(summary.diskBytesPerRequest)} B`,
      `${whole.format(summary.residentMiB)} MiB`,
    );
  });
  return [
    `### ${title}`,
    "",
    `| stored tokens | requests/s | × bare (lowest–highest) | × ${least} tokens | p50 | p99 | CPU per request | read from disk per request | memory after |`,
    "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...rows,
  ].join("\n");
}

function startTable(results: GrowthResults): string {
  const least = whole.format(leastOf(results));
  const rows = results.stored.map(({ tokens, fileBytes, fillSeconds }) => {
    const start = spreadOf(startMillis(results, tokens));
    return rowOf(
      whole.format(tokens),
      `${whole.format(start.median)} ms (${whole.format(start.lowest)}–${whole.format(start.highest)})`,
      ratioText(startRatio(results, tokens)),
      `${whole.format(idleMiB(results, tokens).median)} MiB`,
      `${whole.format(fileBytes / MEGABYTE)} MB`,
      whole.format(fileBytes / tokens),
      `${whole.format(fillSeconds)} s`,
    );
  });
  return [
    "### Start, memory and disk",
    "",
    `| stored tokens | start to first answer (lowest–highest) | × ${least} tokens | memory, idle | database | bytes per token | time of filling |`,
    "|--:|--:|--:|--:|--:|--:|--:|",
    ...rows,
  ].join("\n");
}

function cleanUpTable({ cleanUps }: GrowthResults): string {
  const rows = cleanUps.map(({ tokens, expired, rounds }) => {
    const of = (value: (round: CleanUpRound) => number) => spreadOf(rounds.map(value)).median;
    const waited = (millis: number) => milliseconds(millis * 1000);
    return rowOf(
      whole.format(tokens),
      expired === "together" ? "as people leave them" : "scattered among living ones",
      whole.format(of(({ rows }) => rows)),
      `${of(({ seconds }) => seconds).toFixed(1)} s`,
      whole.format(of(({ rows, seconds }) => rows / seconds)),
      waited(of(({ p99Millis }) => p99Millis)),
      waited(of(({ longestMillis }) => longestMillis)),
      waited(of(({ longestBeforeMillis }) => longestBeforeMillis)),
    );
  });
  return [
    "### Clean-up",
    "",
    "| stored tokens | what has expired | rows | time | rows/s | introspection meanwhile, p99 | the longest | the longest before |",
    "|--:|---|--:|--:|--:|--:|--:|--:|",
    ...rows,
  ].join("\n");
}

interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** A start that takes so much longer than with the fewest tokens is not slower: two starts alike differ as much. */
const AS_FAST = 1.1;

/** What Tessera is held to as it grows. No run fails because of them: a busy machine proves nothing. */
export function aims(results: GrowthResults): Aim[] {
  const [least, most] = [leastOf(results), mostOf(results)];
  const sizes = [...new Set([least, most])];
  const atLeast = (what: string, limit: number, spread: Spread): Aim => ({
    what,
    aim: `${limit} × at least`,
    measured: ratioText(spread),
    reached: spread.median >= limit,
  });
  const atMost = (what: string, limit: number, unit: string, value: number): Aim => ({
    what,
    aim: `${limit} ${unit} at most`,
    measured: `${whole.format(value)} ${unit}`,
    reached: value <= limit,
  });
  const medianStart = (tokens: number) => spreadOf(startMillis(results, tokens)).median;
  const larger =
    least === most
      ? []
      : [
          atLeast(
            `introspection, ${whole.format(most)} tokens, against ${whole.format(least)}`,
            0.85,
            paceOf(results, INTROSPECTION, most),
          ),
          {
            what: `start, ${whole.format(most)} tokens, against ${whole.format(least)}`,
            aim: `${AS_FAST} × at most`,
            measured: ratioText(startRatio(results, most)),
            reached: startRatio(results, most).median <= AS_FAST,
          },
        ];
  return [
    ...sizes.map((tokens) =>
      atLeast(
        `issuing, ${whole.format(tokens)} tokens, against bare`,
        0.45,
        toBareOf(results, ISSUING, tokens),
      ),
    ),
    ...larger,
    ...sizes.map((tokens) => atMost(`start, ${whole.format(tokens)} tokens`, 150, "ms", medianStart(tokens))),
    ...sizes.map((tokens) =>
      atMost(
        `memory, idle, ${whole.format(tokens)} tokens`,
        90,
        "MB",
        (idleMiB(results, tokens).median * MEBIBYTE) / MEGABYTE,
      ),
    ),
  ];
}

function aimTable(results: GrowthResults): string {
  const rows = aims(results).map(({ what, aim, measured: value, reached }) =>
    rowOf(what, aim, value, reached ? "yes" : "no"),
  );
  return ["### Aims of growth", "", "| what | aim | measured | reached |", "|---|--:|--:|---|", ...rows].join(
    "\n",
  );
}

/** Everything that is told of the figures. */
export const figures = (results: GrowthResults): string =>
  [
    conditions(results),
    loadTable(results, INTROSPECTION, "Introspection of stored tokens"),
    loadTable(results, ISSUING, "Issuing by client credentials"),
    startTable(results),
    cleanUpTable(results),
    aimTable(results),
  ].join("\n\n");

export const page = (results: GrowthResults): string =>
  `# Measured growth\n\nWhat is measured, and how: [performance.md](../../docs/performance.md#growth).\n\n${figures(results)}\n`;

/** All lines go the same way: below 1 is slower. So that of the start shows its pace, and not its time. */
export function growthPlot(results: GrowthResults): string {
  const sizes = results.stored.map(({ tokens }) => tokens);
  const line = (name: string, pace: (tokens: number) => number) => ({
    name,
    points: sizes.map((tokens) => [tokens, pace(tokens)] as const),
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
    limits: [{ name: "aim of introspection", y: 0.85 }],
  });
}

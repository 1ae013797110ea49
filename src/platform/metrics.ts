/**
 * Numbers about the running program, and the text in which Prometheus reads them. A number is a cell that its owner keeps and adds to,
 * so that counting costs an addition. Everything else happens when the numbers are read.
 */

/**
 * How the numbers of several processes become one: `sum` adds them, `each` keeps them apart by the label `process`, and `one` is
 * known to the first process alone.
 */
type Across = "sum" | "each" | "one";

export interface MetricEntry {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** The names of the labels, in the order of their values. */
  readonly labels: readonly string[];
  readonly across: Across;
}

/** One number, or one histogram, at one moment. It is plain data, so that processes can send it to each other. */
export interface Reading {
  readonly metric: string;
  /** The labels as text: `route="/auth/token",status="2xx"`. Empty if there are none. */
  readonly labels: string;
  /** The number; of a histogram the sum of what was observed. */
  readonly value: number;
  /** Of a histogram: how many observations each bucket has, by itself. The last bucket has no bound. */
  readonly counts?: readonly number[];
}

/** A number to add to. */
export interface Cell {
  value: number;
}

/** The upper bounds of the buckets, in seconds. Each has a fraction, so that both formats write it alike. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/** How long something took, in buckets. */
export class Durations {
  readonly counts: number[] = Array.from({ length: BUCKETS.length + 1 }, () => 0);
  sum = 0;

  observe(millis: number): void {
    const seconds = millis / 1000;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }

  reading(metric: string, labels = ""): Reading {
    return { metric, labels, value: this.sum, counts: [...this.counts] };
  }
}

/**
 * The most series that a counter has. Label values come from closed vocabularies, so this is never reached; if a vocabulary turns out
 * to be open, the memory and the monitoring stay bounded.
 */
const MOST_SERIES = 1000;

const OTHER = "other";

/** A counter with labels. */
export class Counter {
  readonly #cells = new Map<string, Cell>();
  readonly #most: number;

  constructor(
    readonly metric: string,
    readonly names: readonly string[],
    most = MOST_SERIES,
  ) {
    this.#most = most;
  }

  /** The cell of these values of the labels, which the caller may keep. */
  cell(...values: readonly string[]): Cell {
    const labels = labelText(this.names, values);
    const known = this.#cells.get(labels);
    if (known !== undefined) return known;
    // One place stays for what does not fit.
    if (this.#cells.size >= this.#most - 1 && values.some((value) => value !== OTHER))
      return this.cell(...this.names.map(() => OTHER));
    const fresh: Cell = { value: 0 };
    this.#cells.set(labels, fresh);
    return fresh;
  }

  readings(): Reading[] {
    return [...this.#cells].map(([labels, { value }]) => ({ metric: this.metric, labels, value }));
  }
}

/** Labels as text. A value is escaped, so that none can end its quotes and write a series of its own. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, index) => `${name}="${escapeLabel(values[index] ?? "")}"`).join(",");
}

const escapeLabel = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

/** Adds readings of the same series: those of several processes. Those of `each` must have their process in the labels. */
export function sumReadings(readings: Iterable<Reading>): Reading[] {
  const sums = new Map<string, Reading>();
  for (const reading of readings) {
    const key = `${reading.metric} ${reading.labels}`;
    const known = sums.get(key);
    sums.set(key, known === undefined ? reading : addReadings(known, reading));
  }
  return [...sums.values()];
}

const addReadings = (one: Reading, other: Reading): Reading => ({
  ...one,
  value: one.value + other.value,
  ...(one.counts && { counts: one.counts.map((count, index) => count + (other.counts?.[index] ?? 0)) }),
});

/** The same readings, with the process in the labels of those metrics that are kept apart. */
export const ofProcess = (
  table: Readonly<Record<string, MetricEntry>>,
  readings: readonly Reading[],
  process: number,
): Reading[] =>
  readings.map((reading) =>
    table[reading.metric]?.across === "each"
      ? {
          ...reading,
          labels: [labelText(["process"], [String(process)]), reading.labels].filter(Boolean).join(","),
        }
      : reading,
  );

/** Exposition format 0.0.4, which every Prometheus reads, and OpenMetrics 1.0. */
export type ExpositionFormat = "text" | "openmetrics";

export const EXPOSITION_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The format for a request with this `Accept`. */
export const formatFor = (accept: string | null): ExpositionFormat =>
  accept?.includes("application/openmetrics-text") ? "openmetrics" : "text";

/** Writes the readings of the metrics in the table, in the order of the table. Others are left out. */
export function writeMetrics(
  table: Readonly<Record<string, MetricEntry>>,
  readings: readonly Reading[],
  format: ExpositionFormat,
): string {
  const byMetric = Map.groupBy(readings, ({ metric }) => metric);
  const lines: string[] = [];
  for (const [metric, { kind, help }] of Object.entries(table)) {
    const own = byMetric.get(metric);
    if (own === undefined) continue;
    // OpenMetrics names the family of a counter without its suffix.
    const family = format === "openmetrics" && kind === "counter" ? metric.replace(/_total$/, "") : metric;
    lines.push(`# HELP ${family} ${escapeHelp(help)}`, `# TYPE ${family} ${kind}`);
    for (const reading of own) lines.push(...samplesOf(reading));
  }
  if (format === "openmetrics") lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

const sample = (name: string, labels: string, value: number): string =>
  `${name}${labels === "" ? "" : `{${labels}}`} ${value}`;

function samplesOf({ metric, labels, value, counts }: Reading): string[] {
  if (counts === undefined) return [sample(metric, labels, value)];
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    const bound = BUCKETS[index];
    const le = bound === undefined ? "+Inf" : Number.isInteger(bound) ? `${bound}.0` : String(bound);
    return sample(`${metric}_bucket`, [labels, `le="${le}"`].filter(Boolean).join(","), total);
  });
  return [...buckets, sample(`${metric}_sum`, labels, value), sample(`${metric}_count`, labels, total)];
}

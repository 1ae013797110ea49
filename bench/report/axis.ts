/** One axis of a plot: its range, the places of values, and its ticks. */

export interface Axis {
  readonly label: string;
  /** Equal steps are equal differences (`linear`, the default), or equal ratios (`log`, for values above 0). */
  readonly scale?: "linear" | "log";
  /** Values that the axis covers in any case. */
  readonly covers?: readonly number[];
  /** Formats the label of a value. */
  readonly format?: (value: number) => string;
}

export interface Scale {
  /** Where a value lies between the two ends of the axis: 0 and 1. */
  place(value: number): number;
  /** The values of the labels, in ascending order. */
  readonly ticks: readonly number[];
}

/** The approximate number of ticks on a linear axis. */
const TICKS = 6;

/** The scale for at least one value. */
export function createScale({ scale = "linear", covers = [] }: Axis, values: readonly number[]): Scale {
  const all = [...values, ...covers].filter(Number.isFinite);
  const least = all.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = all.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  if (least > most) throw new Error("An axis needs a value.");
  if (scale === "linear") return linear(least, most);
  if (least <= 0) throw new Error(`A logarithmic axis has no place for ${least}.`);
  const decades = linear(Math.log10(least), Math.log10(most), 1);
  return {
    place: (value) => decades.place(Math.log10(value)),
    ticks: decades.ticks.map((exponent) => 10 ** exponent),
  };
}

/** The ends are ticks: both values are widened to the next. */
function linear(least: number, most: number, leastStep = 0): Scale {
  const step = Math.max(leastStep, roundStep((most - least || Math.abs(most) || 1) / TICKS));
  const first = Math.floor(least / step + ROUNDING);
  const last = Math.max(first + 1, Math.ceil(most / step - ROUNDING));
  return {
    place: (value) => (value / step - first) / (last - first),
    ticks: Array.from({ length: last - first + 1 }, (_, index) =>
      Number(((first + index) * step).toFixed(9)),
    ),
  };
}

/** A value this close to a tick, because of floating-point arithmetic, needs no further tick. */
const ROUNDING = 1e-9;

/** The next of 1, 2, 5, 10, 20, 50, … */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5].find((factor) => step <= factor * power * (1 + ROUNDING)) ?? 10);
}

/** Summaries over the rounds. They use the median, because a busy moment of the machine spoils single rounds. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median, with the range of the rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  lowest: Math.min(...values),
  highest: Math.max(...values),
});

/** Ratios round by round: both figures were measured within moments, so other work of the machine cancels out. */
export const ratios = (values: readonly number[], base: readonly number[]): number[] =>
  values.flatMap((value, index) => {
    const other = base[index];
    return other === undefined ? [] : [value / other];
  });

/** The change of a figure over time, robust against outliers. */
export interface Trend {
  /** From the first point to the last. */
  readonly seconds: number;
  /** Theil–Sen: the median of the slopes between all pairs of points. Per second. */
  readonly slope: number;
  /** The slope times the whole time. */
  readonly rise: number;
  /** How far the points lie from their line: the median distance, scaled to a standard deviation. */
  readonly noise: number;
  /** The medians of the first and of the last third. */
  readonly first: number;
  readonly last: number;
}

/** The trend of points in the order of time: seconds and a value. Throws for fewer than three. */
export function trendOf(points: readonly (readonly [seconds: number, value: number])[]): Trend {
  const [begin] = points;
  const end = points.at(-1);
  if (begin === undefined || end === undefined || points.length < 3)
    throw new Error("A trend needs three points.");
  const slopes = points.flatMap(([seconds, value], index) =>
    points.slice(index + 1).map(([later, other]) => (other - value) / (later - seconds)),
  );
  const slope = median(slopes);
  const offset = median(points.map(([seconds, value]) => value - slope * seconds));
  const distances = points.map(([seconds, value]) => Math.abs(value - slope * seconds - offset));
  const third = Math.ceil(points.length / 3);
  const valuesOf = (some: typeof points) => some.map(([, value]) => value);
  const seconds = end[0] - begin[0];
  return {
    seconds,
    slope,
    rise: slope * seconds,
    noise: MAD_TO_DEVIATION * median(distances),
    first: median(valuesOf(points.slice(0, third))),
    last: median(valuesOf(points.slice(-third))),
  };
}

/** For a normal distribution, the standard deviation is this times the median distance. */
const MAD_TO_DEVIATION = 1.4826;

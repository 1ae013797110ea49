/** Sums over the rounds. The median, because a machine that does something else for a moment spoils single rounds. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median with what the rounds were between. */
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

/** Ratios round by round: both were measured within moments, so what the machine does besides falls out. */
export const ratios = (values: readonly number[], base: readonly number[]): number[] =>
  values.flatMap((value, index) => {
    const other = base[index];
    return other === undefined ? [] : [value / other];
  });

/**
 * Whether two requests can be told apart by their times. They take turns in a random order, so that other work of the
 * machine affects both alike. The ratio of their medians within one run counts, and only if it is beyond the bound in
 * every one of several runs.
 *
 * The power of this test over three runs, by simulation of times whose logarithms have a standard deviation of 0.5 (a
 * machine under load; at rest it is half of that):
 *
 * - 400 samples, bound 1.5: a request that takes 1.75 times as long as another is found in all of 400 trials, one that
 *   takes 1.25 times as long in none of 1000.
 * - 12 samples, bound 3: ten times as long is found in all of 4000 trials, six times in 99 of 100. Two requests that
 *   take the same time are beyond the bound in one of 40,000 runs, so never in three.
 *
 * Differences below the bound stay unnoticed: an early return that saves half of the work is found, one that saves a
 * tenth is not. The tests that use this function check it by planting early returns.
 */
export type Ask = () => Promise<unknown>;

export interface TimingOptions {
  readonly rounds: number;
  /** Two kinds are told apart if the ratio of their medians is beyond this, in either direction. */
  readonly bound: number;
}

const RUNS = 3;
const WARM_UP_ROUNDS = 3;

/** The kinds that their times tell apart from the first one, with the ratio of their medians to its median. */
export async function toldApartByTime(
  kinds: Readonly<Record<string, Ask>>,
  { rounds, bound }: TimingOptions,
): Promise<Record<string, number>> {
  await mediansOf(kinds, WARM_UP_ROUNDS);
  let suspects: Record<string, number> = {};
  for (let run = 1; run <= RUNS; run += 1) {
    const [[, first = 0] = [], ...others] = await mediansOf(kinds, rounds);
    const beyond = others
      .map(([name, median]) => [name, median / first] as const)
      .filter(([name, ratio]) => (ratio > bound || ratio < 1 / bound) && (run === 1 || name in suspects));
    suspects = Object.fromEntries(beyond);
    if (beyond.length === 0) break;
  }
  return suspects;
}

async function mediansOf(
  kinds: Readonly<Record<string, Ask>>,
  rounds: number,
): Promise<readonly (readonly [string, number])[]> {
  const measured = Object.entries(kinds).map(([name, ask]) => ({ name, ask, millis: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    const order = measured.map((kind) => ({ kind, at: Math.random() })).sort((one, two) => one.at - two.at);
    for (const { kind } of order) {
      const startedAt = performance.now();
      await kind.ask();
      kind.millis.push(performance.now() - startedAt);
    }
  }
  return measured.map(({ name, millis }) => [name, medianOf(millis)]);
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

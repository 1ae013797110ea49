/**
 * Whether two requests can be told apart by the time they take. Both are sent by turns, in an order that chance decides,
 * so that whatever else the machine does meets both alike; what counts is the ratio of the medians within one run, and
 * only a ratio that shows in every one of several runs.
 *
 * What this finds, by simulation of times whose logarithms have a standard deviation of 0.5 (a machine under load; at rest
 * it is half of that), over the three runs: with 400 samples and a bound of 1.5, a request that takes 1.75 times as long
 * as another is found in all of 400 trials, and one that takes 1.25 times as long in none of 1000. With 12 samples and a
 * bound of 3, ten times as long is found in all of 4000, six times in 99 of 100; two that take the same are beyond the
 * bound in one of 40,000 runs, so in three together never. What is below the bound is not seen: to save half of the work
 * is found, to save a tenth of it is not. The tests that use this check it with early returns that they plant.
 */
export type Ask = () => Promise<unknown>;

export interface TimingOptions {
  readonly rounds: number;
  /** Beyond this ratio of medians, one way or the other, two kinds are told apart. */
  readonly bound: number;
}

const RUNS = 3;
const WARM_UP_ROUNDS = 3;

/** The kinds whose times tell them apart from the first one, with the ratio of their medians to its. Empty: none. */
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

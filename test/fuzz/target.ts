/**
 * What is fuzzed: a table of targets that the suite runs for a moment (*.test.ts) and `npm run fuzz` for as long as one
 * likes. Every case comes from the seed, so that a find can be had again.
 */
import fc from "fast-check";
import { figure } from "../support/figures.ts";
import { scaled } from "../support/scale.ts";

export interface Run {
  readonly seed: number;
  readonly cases: number;
  /** After so long no more is tried, and a find is not made smaller any more. */
  readonly seconds: number;
}

export interface Target {
  readonly name: string;
  /** How many cases a run of the suite tries. */
  readonly cases: number;
  /**
   * Returns how many cases were tried. Throws an error that tells the smallest input found, and the command that finds
   * it again.
   */
  run(run: Run): Promise<number>;
}

/** What cases of a target share, such as a server, made anew for each run. */
interface Shared<Setting> {
  open(): Promise<Setting>;
  close(setting: Setting): Promise<void>;
}

/** A target of which every case is one input that must not make `check` throw. */
export function property<Case>(
  name: string,
  cases: number,
  input: fc.Arbitrary<Case>,
  check: (value: Case) => void | Promise<void>,
): Target {
  return sharing(
    name,
    cases,
    { open: async () => null, close: async () => {} },
    () => input,
    (_, value) => check(value),
  );
}

/** The same, with something that all cases of a run share, and that inputs may be made of. */
export function sharing<Setting, Case>(
  name: string,
  cases: number,
  shared: Shared<Setting>,
  inputOf: (setting: Setting) => fc.Arbitrary<Case>,
  check: (setting: Setting, value: Case) => void | Promise<void>,
): Target {
  return {
    name,
    cases,
    async run({ seed, cases: numRuns, seconds }) {
      const setting = await shared.open();
      try {
        const tried = fc.asyncProperty(inputOf(setting), async (value) => check(setting, value));
        const details = await fc.check(tried, {
          seed,
          numRuns,
          interruptAfterTimeLimit: seconds * 1000,
        });
        if (!details.failed) return details.numRuns;
        const again = `npm run fuzz -- --target "${name}" --seed ${seed} --cases ${numRuns}`;
        const report = await fc.asyncDefaultReportMessage(details);
        throw new Error(`${name}\nFind it again with: ${again}\n${report}`, { cause: details.errorInstance });
      } finally {
        await shared.close(setting);
      }
    },
  };
}

/** Well within what the runner gives a test, so that a find is told. */
const SECONDS = 40;

/** The seed of this run: TESSERA_FUZZ_SEED, or any. */
export const newSeed = (): number => {
  const given = process.env.TESSERA_FUZZ_SEED;
  return given === undefined ? Math.floor(Math.random() * 0x7fff_ffff) : Number(given);
};

/** Runs the targets of one test file, and tells in the end what was tried. */
export function createRunner(what: string) {
  const seed = newSeed();
  let tried = 0;
  let finds = 0;
  return {
    async run(target: Target): Promise<void> {
      const cases = scaled(target.cases);
      // Until it has come to its end.
      finds += 1;
      tried += await target.run({ seed, cases, seconds: SECONDS });
      finds -= 1;
    },
    tell: () =>
      figure(
        `${tried} ${what}, from the seed ${seed}: ${finds === 0 ? "no find" : `finds in ${finds} targets`}`,
      ),
  };
}

/**
 * The targets of fuzzing. The suite runs them briefly (*.test.ts), and `npm run fuzz` for any time. Every case comes
 * from the seed, so that a find can be reproduced.
 */
import fc from "fast-check";
import { figure } from "../support/figures.ts";
import { scaled } from "../support/scale.ts";

export interface Run {
  readonly seed: number;
  readonly cases: number;
  /** After this time, no more cases run, and a find is not shrunk further. */
  readonly seconds: number;
}

export interface Target {
  readonly name: string;
  /** The cases in a run of the suite. */
  readonly cases: number;
  /** Returns the number of cases. Throws an error with the smallest failing input and the command to repeat it. */
  run(run: Run): Promise<number>;
}

/** An object that cases of a target share, such as a server. Each run makes a new one. */
interface Shared<Setting> {
  open(): Promise<Setting>;
  close(setting: Setting): Promise<void>;
}

/** A target whose cases are inputs for which `check` must not throw. */
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

/** The same, with an object that all cases of a run share, and from which inputs may be made. */
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

/** Well below the runner's time limit for a test, so that a find is reported. */
const SECONDS = 40;

/** The seed of this run: TESSERA_FUZZ_SEED, or a random one. */
export const newSeed = (): number => {
  const given = process.env.TESSERA_FUZZ_SEED;
  return given === undefined ? Math.floor(Math.random() * 0x7fff_ffff) : Number(given);
};

/** Runs the targets of one test file, and reports the cases at the end. */
export function createRunner(what: string) {
  const seed = newSeed();
  let tried = 0;
  let finds = 0;
  return {
    async run(target: Target): Promise<void> {
      const cases = scaled(target.cases);
      // Counts as a find until the run ends without one.
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

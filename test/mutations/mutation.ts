/**
 * Mutations: defences taken out of src/, one at a time. `npm run mutate` applies each and runs the tests that are said to
 * fail then; a mutation that no test notices is a test that is missing. What the last whole run found is in results.json.
 */
import type { Claim } from "../support/proves.ts";

/** A place in the source and what stands there instead. */
export interface Change {
  /** Below src/. */
  readonly file: string;
  /** A text that is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutation extends Change {
  /** What the defence is for: threats, and rules of specifications, as tests claim them. */
  readonly against: readonly [Claim, ...Claim[]];
  /** Which defence is taken out, in words that no other mutation has. */
  readonly what: string;
  /** Further places, where a second defence stands behind the first. */
  readonly also?: readonly Change[];
  /** The test files to run, below test/. */
  readonly tests: readonly [string, ...string[]];
  /** Only the tests whose names match, where a file has many slow ones. A regular expression. */
  readonly only?: string;
}

/**
 * Mutations: defences taken out of src/, one at a time. `npm run mutate` applies each and runs the tests that should
 * fail then. A mutation that no test notices shows that a test is missing. results.json has the results of the last
 * run.
 *
 * A mutation finds its place in the syntax tree, so that it outlives new names, line breaks and moves inside its
 * folder. place.ts says how. A missing or ambiguous place fails `npm test`.
 */
import type { Claim } from "../support/proves.ts";

/** A place in the source and its replacement. */
export interface Change {
  /** A file or a folder below src/. In a folder the place may be in any file. "." is all of src/. */
  readonly in: string;
  /**
   * The function, constant, class, method or member around the place: "redeemCode". If that is ambiguous, the names
   * from the outside in: "codeMethods redeemCode".
   */
  readonly within?: string;
  readonly match: Matcher;
  /**
   * What stands there instead. `$&` is what was matched, `$NAME` and `$$$NAME` what stood in their place; in a `text` there
   * is only `$&`.
   *
   * What leaves a defence out fits wherever it stands: `false` for a condition, `undefined` for a call, `;` for a `throw`.
   * The empty text is for statements, members and elements; a comma goes with it.
   */
  readonly replace: string;
}

/**
 * What the place looks like. White space, comments and line breaks do not count.
 *
 * - A statement or an expression. `$NAME` stands for any part of the tree, `$$$NAME` for any number of arguments,
 *   statements or members: `if ($CODE.usedAt !== null) return null`.
 * - `entry`: one member of an object literal: `iss: $ISSUER`.
 * - `attribute`: one attribute of a JSX element: `value={$VALUE}`.
 * - `text`: part of one string, template literal, regular expression or JSX text. For SQL, mostly.
 */
export type Matcher =
  | string
  | { readonly entry: string }
  | { readonly attribute: string }
  | { readonly text: string };

export interface Mutation extends Change {
  /** The purpose of the defence: threats, and rules of specifications, as tests claim them. */
  readonly against: readonly [Claim, ...Claim[]];
  /** The name of the missing defence, unique among mutations. */
  readonly what: string;
  /**
   * Further places, if a second defence stands behind the first. Each is searched in the source after the previous
   * changes.
   */
  readonly also?: readonly Change[];
  /** The test files to run, below test/. The one that notices first comes first. */
  readonly tests: readonly [string, ...string[]];
  /** A regular expression that selects tests by name, for files with many slow ones. */
  readonly only?: string;
}

/**
 * The rows of the ledger: what a specification demands of an authorization server, or what has broken others, one row
 * each. A test claims a row by its name (test/support/proves.ts), and docs/conformance.md and docs/threats.md are made
 * from both by `npm run docs`, so that neither can say what no test shows.
 */

/** RFC 2119, without the permissions: MAY binds nobody. REQUIRED and SHALL are MUST, RECOMMENDED is SHOULD. */
export type Level = "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT";

export interface Row {
  /** The section, and which of its statements this is: "4.1.2-3". A threat has a number only. */
  readonly id: string;
  /** Null for a threat. */
  readonly level: Level | null;
  /** The statement, in a few words. */
  readonly statement: string;
  /** What this server does, in a few words. */
  readonly does: string;
  /** Why it does otherwise than the statement says. */
  readonly deviation?: string;
  /** Why there is nothing to prove: what this server does not offer, or what a test cannot show. */
  readonly notApplicable?: string;
}

/** All that one document says, in the order in which it says it. */
export interface Ledger {
  /** As tests name it: "RFC 6749". */
  readonly source: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

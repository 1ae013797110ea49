/**
 * The rows of the ledger: one row for each requirement of a specification on an authorization server, or for each class
 * of faults that has broken others. A test claims a row by its name (test/support/proves.ts). `npm run docs` makes
 * docs/conformance.md and docs/threats.md from rows and claims, so that both pages claim only what a test shows.
 */

/** RFC 2119, without the permissions: MAY does not bind. REQUIRED and SHALL are MUST, RECOMMENDED is SHOULD. */
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
  /** Why the server deviates from the statement. */
  readonly deviation?: string;
  /** Why there is nothing to prove: the server does not offer the feature, or a test cannot show it. */
  readonly notApplicable?: string;
}

/** The statements of one document, in its order. */
export interface Ledger {
  /** Its name in tests: "RFC 6749". */
  readonly source: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

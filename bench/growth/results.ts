/** The results of `npm run bench:growth`. */
import type { Conditions, Measurement, Settings } from "../results.ts";
import type { Expired } from "./database.ts";

/** One start of the server. */
export interface StartRound {
  /** From the start of the process to the end of its first answer, which is an introspection of a stored token. */
  readonly millis: number;
  /** After the server was idle for a while. */
  readonly residentMiB: number;
}

/** One clean-up of a known number of rows. */
export interface CleanUpRound {
  readonly rows: number;
  readonly seconds: number;
  /** The longest introspection during the removal of rows, and before it. */
  readonly longestMillis: number;
  readonly longestBeforeMillis: number;
  /** The 99th percentile during the removal of rows. */
  readonly p99Millis: number;
}

export interface GrowthResults extends Conditions {
  readonly settings: Settings & { readonly starts: number; readonly expired: number };
  /** The database of each size, before any measurement. */
  readonly stored: readonly {
    readonly tokens: number;
    readonly fileBytes: number;
    readonly fillSeconds: number;
  }[];
  readonly starts: readonly { readonly tokens: number; readonly rounds: readonly StartRound[] }[];
  /** The contenders are `bare` and `contenderName` of each size. */
  readonly measurements: readonly Measurement[];
  readonly cleanUps: readonly {
    readonly tokens: number;
    readonly expired: Expired;
    readonly rounds: readonly CleanUpRound[];
  }[];
}

export const INTROSPECTION = "introspection-mix";
export const ISSUING = "client-credentials";

/** The name of a size among the contenders. */
export const contenderName = (tokens: number): string => `tokens-${tokens}`;

/** What a run of `npm run bench:growth` writes down. */
import type { Conditions, Measurement, Settings } from "../results.ts";
import type { Expired } from "./database.ts";

/** One start of the server. */
export interface StartRound {
  /** From the start of the process to the end of its first answer, which is an introspection of a stored token. */
  readonly millis: number;
  /** When it had been left alone for a while. */
  readonly residentMiB: number;
}

/** One clean-up of a known number of rows. */
export interface CleanUpRound {
  readonly rows: number;
  readonly seconds: number;
  /** The longest that an introspection took while rows were removed, and before that. */
  readonly longestMillis: number;
  readonly longestBeforeMillis: number;
  /** 99 of 100 took no longer while rows were removed. */
  readonly p99Millis: number;
}

export interface GrowthResults extends Conditions {
  readonly settings: Settings & { readonly starts: number; readonly expired: number };
  /** The database of each size, before anything was measured on it. */
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

/** What a size is called among the contenders. */
export const contenderName = (tokens: number): string => `tokens-${tokens}`;

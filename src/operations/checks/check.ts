/**
 * What a check of a deployment is. Each checks one thing from where it runs, and says in words what it found and how to cure it. The
 * table of all checks is in index.ts. `tessera doctor` runs them beside the server or without it; pages run those that the server
 * can answer by itself.
 */
import type { Configuration } from "../../configuration/schema.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ServerKeys } from "../../platform/keys.ts";
import type { ReadPeerCertificate } from "../../platform/peer-certificate.ts";
import type { OpenSmtp } from "../../platform/smtp.ts";
import type { Issuer } from "../../protocol/issuer.ts";
import type { Store } from "../../store/contract.ts";
import type { KeyFiles } from "../key-files.ts";
import type { SeenRequest } from "../self-test.ts";
import type { TrustedIssuers } from "../trusted-issuers.ts";

/**
 * `ok`: as it should be. `note`: it deserves a word, and nothing need be done. `warning`: it works, and it will not, or it is
 * unsafe. `failure`: people or applications meet it now. `skipped`: there is nothing to check, or not from here.
 */
export type CheckState = "ok" | "note" | "warning" | "failure" | "skipped";

export interface Finding {
  readonly state: CheckState;
  /** What was found: sentences. */
  readonly words: string;
  /** What the operator can do: sentences. Null where nothing need be done. */
  readonly cure: string | null;
}

export const ok = (words: string): Finding => ({ state: "ok", words, cure: null });
export const note = (words: string, cure: string | null = null): Finding => ({ state: "note", words, cure });
export const warning = (words: string, cure: string): Finding => ({ state: "warning", words, cure });
export const failure = (words: string, cure: string): Finding => ({ state: "failure", words, cure });
/** What was found; if it is nothing, that all is well, in these words. */
export const foundOr = (words: string, found: readonly (Finding | false)[]): readonly Finding[] => {
  const findings = found.filter((each) => each !== false);
  return findings.length > 0 ? findings : [ok(words)];
};

export const skipped = (words: string): Finding => ({ state: "skipped", words, cure: null });

/** The server that runs on this data, as far as it is known here. */
export interface KnownServer {
  /** Its version. */
  readonly program: string;
  readonly pid: number;
  /** In seconds since the epoch. */
  readonly startedAt: number;
}

/** The answer of the self-test, or why there is none. */
export type Seen =
  | {
      readonly request: SeenRequest;
      /** The cookies of the answer as they arrived (`Set-Cookie`); null if the answer is not known. */
      readonly cookies: readonly string[] | null;
    }
  | { readonly finding: Finding };

/** A file that the program reads, and what it is, as the rest of a sentence: "the configuration file". */
export interface NamedFile {
  readonly file: string;
  readonly what: string;
}

/** What the checks look at. What is null cannot be asked from here, and the checks that need it are skipped. */
export interface CheckContext {
  readonly configuration: Configuration;
  readonly issuer: Issuer;
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: ServerKeys;
  readonly keyFiles: KeyFiles;
  /** The version of this program. */
  readonly program: string;
  readonly fetch: ((url: string, init?: RequestInit) => Promise<Response>) | null;
  /** How a request to the issuer's address arrives at the server. Called once. */
  readonly see: (() => Promise<Seen>) | null;
  readonly peerCertificate: ReadPeerCertificate | null;
  readonly openSmtp: OpenSmtp | null;
  /** For fetching their keys. */
  readonly trustedIssuers: TrustedIssuers | null;
  /** The server on this data: null if none runs, undefined if that is not known from here. */
  readonly server: KnownServer | null | undefined;
  /** Files beside those that the configuration names. */
  readonly files: readonly NamedFile[];
}

/** The answer at the place of the metadata. */
export interface MetadataAnswer {
  readonly response: Response;
  readonly text: string;
  /** The moment halfway between the question and the answer, in milliseconds. */
  readonly askedMillis: number;
}

/** What several checks need, found once for all of them. */
export interface Shared {
  readonly seen: () => Promise<Seen>;
  /** The metadata of the issuer (OpenID Connect Discovery). Throws what the client throws. */
  readonly metadata: () => Promise<MetadataAnswer>;
}

export interface Check {
  readonly id: string;
  /** What is checked, as people read it: "Issuer answers". */
  readonly title: string;
  /** What it checks and what it means for people, for the guide: a sentence or two. */
  readonly about: string;
  /** What an operator does about it, for the guide, in Markdown. A finding has a cure of its own, for what was found. */
  readonly cure: string;
  run(context: CheckContext, shared: Shared): Promise<readonly Finding[]> | readonly Finding[];
}

/** How long an answer may take. */
const TIMEOUT_MILLIS = 10_000;

/** A request that follows no redirect and ends in time. */
export const ask = (
  { fetch }: { readonly fetch: NonNullable<CheckContext["fetch"]> },
  url: string,
  init: RequestInit = {},
): Promise<Response> =>
  fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MILLIS), ...init });

export const errorCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : error instanceof Error
      ? error.message
      : String(error);

/** `in 3 days`, `for 2 hours`: a length of time in its largest unit. */
export function lengthOfTime(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const count = Math.floor(Math.abs(seconds) / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

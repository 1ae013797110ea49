/**
 * Passwords that were in breaches, looked up in a list by the range of their digests, as Have I Been Pwned offers it. The
 * other side learns the first 20 bits of a SHA-1, which hundreds of passwords in its list share, and never the password. Only
 * an operator who names the list has it looked up.
 */
import { createHash } from "node:crypto";
import type { Log } from "../platform/log.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";

export interface BreachedPasswords {
  has(password: string): Promise<boolean>;
}

export interface BreachedPasswordsOptions {
  /** The beginning of a digest is appended to it. */
  readonly rangeUrl: string;
  readonly outbound: Outbound;
  readonly log: Log;
}

/** A person waits for it. */
const TIMEOUT_MILLIS = 2000;

/** A range has some thousand lines of 40 characters. */
const MOST_BYTES = 1024 * 1024;

const PREFIX = 5;

/**
 * A list that does not answer lets the password pass: otherwise its failure would keep people from changing a password that
 * others know. The shipped list has been asked before.
 */
export const createBreachedPasswords = ({
  rangeUrl,
  outbound,
  log,
}: BreachedPasswordsOptions): BreachedPasswords => ({
  async has(password) {
    const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
    const [prefix, suffix] = [digest.slice(0, PREFIX), digest.slice(PREFIX)];
    try {
      const { text } = await outbound.send({
        purpose: "passwords",
        url: `${rangeUrl.replace(/\/$/, "")}/${prefix}`,
        // The other side fills up its answer, so that its length does not tell which range it was.
        headers: { "Add-Padding": "true" },
        types: ["text/plain"],
        maximumBytes: MOST_BYTES,
        timeoutMillis: TIMEOUT_MILLIS,
      });
      return text.split(/\r?\n/).some((line) => isEntry(line, suffix));
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      log.warn("a new password could not be looked up in the list of breaches: it was accepted", {
        cause: error.message,
        setting: "passwords.breached_range_url",
      });
      return false;
    }
  },
});

/** Lines that only fill up have the count 0. */
function isEntry(line: string, suffix: string): boolean {
  const [found = "", count = ""] = line.split(":");
  return found.trim().toUpperCase() === suffix && Number(count) > 0;
}

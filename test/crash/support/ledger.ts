/**
 * The clients' knowledge of their tokens, from answers alone. Acknowledged changes must hold after any crash. If no
 * answer came, either state is right; but an ended token never becomes alive.
 */

export type Client = "web" | "service" | "strict";
export type Standing = "alive" | "ended" | "unsure";

/** One authorization, from its code to its last token; or one token that a client got for itself. */
export interface Family {
  readonly client: Client;
  readonly code: string | null;
  readonly accessTokens: string[];
  /** Oldest first: each was exchanged for the next. A strict client keeps its only one. */
  readonly refreshTokens: string[];
  isRedeemed: boolean;
  isEnded: boolean;
  /** Whether a step has changed it since the last check of the whole family. */
  isTouched: boolean;
  /** A step without an answer, which may have happened. Its client repeats it before any other step. */
  open: Step | null;
}

/**
 * Does a step for a family and records the result. False if no answer came, so that the step may have happened.
 * `again`: it may have happened before.
 */
export type Step = (family: Family, again: boolean) => Promise<boolean>;

export class Ledger {
  readonly families: Family[] = [];
  /** All violations, in words. */
  readonly violations: string[] = [];
  readonly counts = { acknowledged: 0, unanswered: 0, unavailable: 0, checked: 0 };
  readonly #standings = new Map<string, Standing>();

  newFamily(client: Client, code: string | null): Family {
    return {
      client,
      code,
      accessTokens: [],
      refreshTokens: [],
      isRedeemed: false,
      isEnded: false,
      isTouched: true,
      open: null,
    };
  }

  /** Records the tokens of an answer to a client. */
  keep(family: Family, body: Readonly<Record<string, unknown>>): void {
    const { access_token: accessToken, refresh_token: refreshToken } = body;
    // A repeated answer says nothing about the present state of its tokens.
    if (typeof accessToken === "string" && !family.accessTokens.includes(accessToken)) {
      family.accessTokens.push(accessToken);
      this.note(accessToken, "alive");
    }
    if (typeof refreshToken === "string" && !family.refreshTokens.includes(refreshToken)) {
      family.refreshTokens.push(refreshToken);
      this.note(refreshToken, "alive");
    }
  }

  note(token: string, standing: Standing): void {
    // An ended token stays ended.
    if (this.#standings.get(token) !== "ended") this.#standings.set(token, standing);
  }

  noteAll(family: Family, standing: Standing): void {
    for (const token of [...family.accessTokens, ...family.refreshTokens]) this.note(token, standing);
    if (standing === "ended") family.isEnded = true;
  }

  /** Compares the server's answer about a token with the ledger. */
  compare(token: string, active: boolean): void {
    this.counts.checked += 1;
    const standing = this.#standings.get(token);
    if (standing === "alive" && !active) this.violation("an acknowledged token is missing", token);
    if (standing === "ended" && active) this.violation("a token that had ended is alive", token);
    if (!active) this.note(token, "ended");
  }

  violation(what: string, detail: unknown): void {
    // A fault causes many violations; a few are enough to read.
    if (this.violations.length < 20)
      this.violations.push(`${what}: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
  }
}

/**
 * What clients know of their tokens, from answers alone: what was acknowledged must be so, whatever crashed since.
 * Where no answer came, either may be; but what was once seen ended never comes back.
 */

export type Client = "web" | "service";
export type Standing = "alive" | "ended" | "unsure";

/** One authorization, from its code to its last token; or one token that a client has for itself. */
export interface Family {
  readonly client: Client;
  readonly code: string | null;
  readonly accessTokens: string[];
  /** Oldest first: each was used up for the next. */
  readonly refreshTokens: string[];
  isRedeemed: boolean;
  isEnded: boolean;
  /** Whether anything was done since it was last looked at as a whole. */
  isTouched: boolean;
  /** The step whose answer never came: it may have happened. Its client tries it again before anything else. */
  open: Step | null;
}

/**
 * Does something for a family and writes down what is known then. False if no answer came, so that it is not known
 * whether it happened. `again`: it may have happened before.
 */
export type Step = (family: Family, again: boolean) => Promise<boolean>;

export class Ledger {
  readonly families: Family[] = [];
  /** Everything that should not have been, in words. */
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

  /** Tokens that a client was given. */
  keep(family: Family, body: Readonly<Record<string, unknown>>): void {
    const { access_token: accessToken, refresh_token: refreshToken } = body;
    // What is known already was told again: that says nothing of how it is by now.
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
    // Ended is for good.
    if (this.#standings.get(token) !== "ended") this.#standings.set(token, standing);
  }

  noteAll(family: Family, standing: Standing): void {
    for (const token of [...family.accessTokens, ...family.refreshTokens]) this.note(token, standing);
    if (standing === "ended") family.isEnded = true;
  }

  /** Compares what the server says of a token with what is known. */
  compare(token: string, active: boolean): void {
    this.counts.checked += 1;
    const standing = this.#standings.get(token);
    if (standing === "alive" && !active) this.violation("an acknowledged token is missing", token);
    if (standing === "ended" && active) this.violation("a token that had ended is alive", token);
    if (!active) this.note(token, "ended");
  }

  violation(what: string, detail: unknown): void {
    // A fault shows everywhere; some are enough to read.
    if (this.violations.length < 20)
      this.violations.push(`${what}: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
  }
}

/**
 * What the store promises about one grant, as a machine that does one thing at a time. Whatever many clients do at once
 * on many nodes must look as if this machine had done it, each operation at one moment between its request and its
 * answer. The machine knows no time: nothing expires during a test, and the retry window is either closed or stays open.
 *
 * Tokens have names here, given in the order in which the clients came to know them: a1, a2 access tokens, r1, r2
 * refresh tokens.
 */
export type Operation =
  /** The authorization code of the grant is redeemed. */
  | { readonly kind: "redeem" }
  | { readonly kind: "refresh"; readonly refreshToken: string }
  | { readonly kind: "introspect"; readonly token: string }
  /** An access token ends alone; a refresh token takes the whole grant with it. */
  | { readonly kind: "revoke"; readonly token: string };

export type Answer =
  | { readonly kind: "issued"; readonly accessToken: string; readonly refreshToken: string }
  /** invalid_grant */
  | { readonly kind: "refused" }
  | { readonly kind: "active" }
  | { readonly kind: "inactive" }
  /** 200 of the revocation endpoint, which says nothing of what there was to revoke. */
  | { readonly kind: "done" };

export interface GrantState {
  /** Once it is true it stays so, and nothing of the grant is alive. */
  readonly revoked: boolean;
  readonly codeUsed: boolean;
  readonly accessTokens: ReadonlyMap<string, "alive" | "ended">;
  /** Each refresh token with its successor: null while it is unused, UNNAMED when no client was told. */
  readonly successors: ReadonlyMap<string, string | null>;
  /** Each refresh token with the access token that was issued together with it. */
  readonly companions: ReadonlyMap<string, string>;
}

/** The successor that was handed out in an answer that got lost. A retry tells its name. */
const UNNAMED = "?";

export const NEW_GRANT: GrantState = {
  revoked: false,
  codeUsed: false,
  accessTokens: new Map(),
  successors: new Map(),
  companions: new Map(),
};

export interface ModelOptions {
  /** Whether a used refresh token gets the same answer again, for as long as its successor is unused. */
  readonly retries: boolean;
}

/**
 * The state after the operation, if the machine in this state gives that answer; null if it does not. A lost answer
 * (null) may have been any.
 */
export function step(
  state: GrantState,
  operation: Operation,
  answer: Answer | null,
  { retries }: ModelOptions,
): GrantState | null {
  switch (operation.kind) {
    case "redeem":
      if (state.revoked) return refused(state, answer);
      // RFC 6749 §4.1.2: a second use ends what the first one began.
      if (state.codeUsed) return refused(revoke(state), answer);
      return issue({ ...state, codeUsed: true }, null, answer);

    case "refresh": {
      const successor = state.successors.get(operation.refreshToken);
      if (state.revoked || successor === undefined) return refused(state, answer);
      if (successor === null) return issue(state, operation.refreshToken, answer);
      const isRetry = retries && (successor === UNNAMED || state.successors.get(successor) === null);
      // RFC 9700 §4.14.2: one of the two users may be a thief.
      return isRetry
        ? issueAgain(state, operation.refreshToken, successor, answer)
        : refused(revoke(state), answer);
    }

    case "introspect":
      return answer === null || answer.kind === (isAlive(state, operation.token) ? "active" : "inactive")
        ? state
        : null;

    case "revoke":
      if (answer !== null && answer.kind !== "done") return null;
      if (state.successors.has(operation.token)) return revoke(state);
      return state.accessTokens.has(operation.token) ? endAccessToken(state, operation.token) : state;
  }
}

function isAlive({ revoked, accessTokens, successors }: GrantState, token: string): boolean {
  return !revoked && (accessTokens.get(token) === "alive" || successors.get(token) === null);
}

const refused = (state: GrantState, answer: Answer | null): GrantState | null =>
  answer === null || answer.kind === "refused" ? state : null;

const revoke = (state: GrantState): GrantState => (state.revoked ? state : { ...state, revoked: true });

const endAccessToken = (state: GrantState, token: string): GrantState => ({
  ...state,
  accessTokens: new Map(state.accessTokens).set(token, "ended"),
});

/** New tokens, which nobody has had before. They take the place of `predecessor`, if there is one. */
function issue(state: GrantState, predecessor: string | null, answer: Answer | null): GrantState | null {
  if (answer === null) return predecessor === null ? state : succeed(state, predecessor, UNNAMED);
  if (answer.kind !== "issued" || state.successors.has(answer.refreshToken)) return null;
  const issued = withTokens(state, answer.accessToken, answer.refreshToken);
  return issued === null || predecessor === null ? issued : succeed(issued, predecessor, answer.refreshToken);
}

/** The same answer as before: nothing new is issued, and nothing that has ended comes back. */
function issueAgain(
  state: GrantState,
  predecessor: string,
  successor: string,
  answer: Answer | null,
): GrantState | null {
  if (answer === null) return state;
  if (answer.kind !== "issued") return null;
  if (successor === UNNAMED) return issue(state, predecessor, answer);
  const isSame = answer.refreshToken === successor && answer.accessToken === state.companions.get(successor);
  return isSame ? state : null;
}

const succeed = (state: GrantState, predecessor: string, successor: string): GrantState => ({
  ...state,
  successors: new Map(state.successors).set(predecessor, successor),
});

function withTokens(state: GrantState, accessToken: string, refreshToken: string): GrantState | null {
  if (state.accessTokens.has(accessToken)) return null;
  return {
    ...state,
    accessTokens: new Map(state.accessTokens).set(accessToken, "alive"),
    successors: new Map(state.successors).set(refreshToken, null),
    companions: new Map(state.companions).set(refreshToken, accessToken),
  };
}

/** Equal for states that answer everything alike from here on. */
export function stateKey({ revoked, codeUsed, accessTokens, successors, companions }: GrantState): string {
  if (revoked) return "revoked";
  const written = (entries: Iterable<readonly [string, unknown]>) =>
    [...entries].map(([name, value]) => `${name}=${value}`).toSorted();
  return [
    codeUsed ? "used" : "open",
    ...written(accessTokens),
    ...written(successors),
    ...written(companions),
  ].join(" ");
}

/**
 * The store's promises about one grant, as a sequential machine. Any number of concurrent clients on any number of
 * nodes must get answers that this machine could give, with each operation at one moment between its request and its
 * answer. The machine knows no time: nothing expires during a test, and the retry window is either closed or stays
 * open.
 *
 * Tokens have names in the order in which the clients learned them: a1, a2 for access tokens, r1, r2 for refresh
 * tokens.
 */
export type Operation =
  /** Redeems the grant's authorization code. */
  | { readonly kind: "redeem" }
  | { readonly kind: "refresh"; readonly refreshToken: string }
  | { readonly kind: "introspect"; readonly token: string }
  /** An access token ends alone; a refresh token ends the whole grant. */
  | { readonly kind: "revoke"; readonly token: string };

export type Answer =
  | { readonly kind: "issued"; readonly accessToken: string; readonly refreshToken: string }
  /** invalid_grant */
  | { readonly kind: "refused" }
  | { readonly kind: "active" }
  | { readonly kind: "inactive" }
  /** 200 from the revocation endpoint, which does not say whether the token existed. */
  | { readonly kind: "done" };

export interface GrantState {
  /** Once true it stays true, and nothing of the grant is alive. */
  readonly revoked: boolean;
  readonly codeUsed: boolean;
  readonly accessTokens: ReadonlyMap<string, "alive" | "ended">;
  /** Each refresh token with its successor: null while it is unused, UNNAMED if no client knows the successor. */
  readonly successors: ReadonlyMap<string, string | null>;
  /** Each refresh token with the access token of the same answer. */
  readonly companions: ReadonlyMap<string, string>;
}

/** A successor whose answer was lost. A retry reveals its name. */
const UNNAMED = "?";

export const NEW_GRANT: GrantState = {
  revoked: false,
  codeUsed: false,
  accessTokens: new Map(),
  successors: new Map(),
  companions: new Map(),
};

export interface ModelOptions {
  /** Whether a used refresh token gets the same answer again while its successor is unused. */
  readonly retries: boolean;
}

/**
 * The state after the operation, if the machine gives that answer in this state; null if it does not. A lost answer
 * (null) may be any.
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
      // RFC 6749 §4.1.2: a second use revokes what the first one issued.
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

/** New tokens that no client has had before. They replace `predecessor`, if there is one. */
function issue(state: GrantState, predecessor: string | null, answer: Answer | null): GrantState | null {
  if (answer === null) return predecessor === null ? state : succeed(state, predecessor, UNNAMED);
  if (answer.kind !== "issued" || state.successors.has(answer.refreshToken)) return null;
  const issued = withTokens(state, answer.accessToken, answer.refreshToken);
  return issued === null || predecessor === null ? issued : succeed(issued, predecessor, answer.refreshToken);
}

/** The same answer as before: no new token, and no ended token becomes alive. */
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

/** Equal keys for states that answer all further operations alike. */
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

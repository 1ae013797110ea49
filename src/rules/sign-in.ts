/** The steps of a sign-in, and their record in a session: OpenID Connect Core §2 (`auth_time`, `amr`, `acr`). */
import type { SessionRecord } from "../store/tables.ts";

/** One proof of who a person is. */
export interface SignInStep {
  /** RFC 8176 §2. */
  readonly method: string;
}

export const PASSWORD: SignInStep = { method: "pwd" };

/** The steps that every person must take to sign in. */
const REQUIRED: readonly SignInStep[] = [PASSWORD];

/** `acr`: the one level that every sign-in reaches. */
export const AUTHENTICATION_LEVEL = "1";

export type Authentication = Pick<SessionRecord, "authenticationMethods" | "authenticationLevel">;

/** The authentication that these steps amount to; null while a step is missing. */
export function authenticationBy(done: readonly SignInStep[]): Authentication | null {
  if (!REQUIRED.every((step) => done.includes(step))) return null;
  return {
    authenticationMethods: done.map(({ method }) => method),
    authenticationLevel: AUTHENTICATION_LEVEL,
  };
}

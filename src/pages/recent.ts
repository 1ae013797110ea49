/**
 * Acts that decide who gets in, or that are hard to undo, need a sign-in that is not long ago, and as good as one that the person can
 * give: an open browser is not enough for them, and neither is a stolen password where a second factor means something.
 */
import { isLevelDemanded } from "../operations/client-access.ts";
import type { Context } from "../operations/context.ts";
import { findWaysIn } from "../operations/second-factor.ts";
import type { SignedIn } from "../operations/sessions.ts";
import { seeOther } from "../platform/http.ts";
import { reaches } from "../protocol/authentication-level.ts";
import { levelOfPerson } from "../rules/client-access.ts";
import { hasSecondFactor } from "../rules/sign-in.ts";
import { pagePath } from "./urls.ts";

/**
 * What the sign-in lacks for such an act. `recent`: it is older than `lifetimes.recent_sign_in_seconds`. `level`: the person has a
 * second factor and did not use it. A passkey alone counts as one only where some access demands it: elsewhere a person who has
 * lost the device takes it out with the password (THREATS 83).
 */
export async function lacks(
  context: Context,
  { session, account }: SignedIn,
): Promise<"recent" | "level" | null> {
  const { clock, configuration } = context;
  if (clock.seconds() - session.authenticatedAt > configuration.lifetimes.recent_sign_in_seconds)
    return "recent";
  if (reaches(session.authenticationLevel, "2")) return null;
  const ways = await findWaysIn(context, account);
  const counts = hasSecondFactor(ways) && (ways.hasTotp || (await isLevelDemanded(context, account)));
  return counts ? "level" : null;
}

/** The way to the sign-in page, or to the step that is missing, and back to this page of ours; null if nothing is. */
export async function askRecentSignIn(
  context: Context,
  signedIn: SignedIn,
  path: `/${string}`,
): Promise<Response | null> {
  const lacking = await lacks(context, signedIn);
  if (lacking === null) return null;
  const query = { return_to: pagePath(context.issuer, path), step_up: lacking === "level" ? "1" : null };
  return seeOther(pagePath(context.issuer, "/login", query));
}

/**
 * The way to the step that is missing where the operator demands a second factor of this person for everything
 * (`sign_in.second_factor_for`): managing the server is no less than an application. Null if the sign-in is as good as that.
 */
export function askDemandedLevel(
  { issuer, levelPolicy }: Context,
  { session, account }: SignedIn,
  path: `/${string}`,
): Response | null {
  if (reaches(session.authenticationLevel, levelOfPerson(levelPolicy, account))) return null;
  return seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, path), step_up: "1" }));
}

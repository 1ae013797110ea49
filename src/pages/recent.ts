/** Acts that are hard to undo need a sign-in that is not long ago: an open browser is not enough for them. */
import type { Context } from "../operations/context.ts";
import type { SignedIn } from "../operations/sessions.ts";
import { seeOther } from "../platform/http.ts";
import { pagePath } from "./urls.ts";

/** Whether the person signed in within `lifetimes.recent_sign_in_seconds`. */
export const isRecent = ({ clock, configuration }: Context, { session }: SignedIn): boolean =>
  clock.seconds() - session.authenticatedAt <= configuration.lifetimes.recent_sign_in_seconds;

/** The way to the sign-in page and back to this page of ours; null if the sign-in is recent. */
export const askRecentSignIn = (context: Context, signedIn: SignedIn, path: `/${string}`): Response | null =>
  isRecent(context, signedIn)
    ? null
    : seeOther(pagePath(context.issuer, "/login", { return_to: pagePath(context.issuer, path) }));

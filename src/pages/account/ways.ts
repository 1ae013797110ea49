/** The ways in which a person can sign in, as the security page lists them. Each is a row here, and a page of its own. */
import type { Context } from "../../operations/context.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { PageFrame } from "../frame.ts";
import { passkeysRow } from "../passkeys.tsx";
import { secondFactorRow } from "../second-factor.tsx";
import type { Way, WayRow } from "./way.ts";

const password: Way = (_context, { texts: { account }, path }, { account: { passwordHash } }) => ({
  label: account.ways.password,
  state: passwordHash === null ? account.ways.passwordNone : account.ways.passwordSet,
  href: passwordHash === null ? null : path("/account/password"),
});

/** In the order of the page. */
const WAYS: readonly Way[] = [password, passkeysRow, secondFactorRow];

export const waysToSignIn = async (
  context: Context,
  frame: PageFrame,
  signedIn: SignedIn,
): Promise<WayRow[]> =>
  (await Promise.all(WAYS.map((way) => way(context, frame, signedIn)))).filter((row) => row !== null);

/** The ways in which a person can sign in, as the security page lists them. Each is a row here, and a page of its own. */
import type { Context } from "../../operations/context.ts";
import { findTotp } from "../../operations/second-factor.ts";
import { countRecoveryCodes } from "../../operations/second-factor-changes.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { PageFrame } from "../frame.ts";

export interface WayRow {
  readonly label: string;
  /** What there is of it now, in a few words: "Set", "2 passkeys". */
  readonly state: string;
  /** The page on which the person changes it; null if there is none. */
  readonly href: string | null;
}

/** The row of one way; null for a way that this server does not offer. */
type Way = (context: Context, frame: PageFrame, signedIn: SignedIn) => WayRow | null | Promise<WayRow | null>;

const password: Way = (_context, { texts: { account }, path }, { account: { passwordHash } }) => ({
  label: account.ways.password,
  state: passwordHash === null ? account.ways.passwordNone : account.ways.passwordSet,
  href: passwordHash === null ? null : path("/account/password"),
});

const secondFactor: Way = async (context, { texts: { account }, path }, { account: { subject } }) => {
  const isOn = (await findTotp(context, subject)) !== null;
  const { secondFactor: label, secondFactorOff, secondFactorOn } = account.ways;
  return {
    label,
    state: isOn ? secondFactorOn(await countRecoveryCodes(context, subject)) : secondFactorOff,
    href: path("/account/second-factor"),
  };
};

/** In the order of the page. */
const WAYS: readonly Way[] = [password, secondFactor];

export const waysToSignIn = async (
  context: Context,
  frame: PageFrame,
  signedIn: SignedIn,
): Promise<WayRow[]> =>
  (await Promise.all(WAYS.map((way) => way(context, frame, signedIn)))).filter((row) => row !== null);

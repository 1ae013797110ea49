/** A way in which a person can sign in, as a row of the security page. */
import type { Context } from "../../operations/context.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { PageFrame } from "../frame.ts";

export interface WayRow {
  readonly label: string;
  /** What there is of it now, in a few words: "Set", "2 passkeys". */
  readonly state: string;
  /** The page on which the person changes it; null if there is none. */
  readonly href: string | null;
  /** Whether the person should look at it: few recovery codes are left, for example. Default: no. */
  readonly warns?: boolean;
}

/** The row of one way; null for a way that this server does not offer. */
export type Way = (
  context: Context,
  frame: PageFrame,
  signedIn: SignedIn,
) => WayRow | null | Promise<WayRow | null>;

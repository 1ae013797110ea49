/** How people sign in: their devices and codes, their sessions, and the links that are handed to them. */
import type { CredentialId, SubjectId } from "../../protocol/identifiers.ts";
import { boolean, bytes, integer, list, orNull, type Row, table, text } from "../declare.ts";
import { authentication, digest, id, product } from "./columns.ts";

/** Passkeys: keys of a person's devices (WebAuthn Level 3). */
export const passkeys = table("passkeys", {
  columns: {
    /** As the device named it: up to 1,023 bytes. */
    credentialId: bytes<CredentialId>(),
    subject: text<SubjectId>(),
    /** As the person named it, or the name of its kind. */
    name: text(),
    /** A COSE key. */
    publicKey: bytes(),
    /** The signature counter of the device; 0 for those that have none. */
    counter: integer(),
    /** WebAuthn §5.8.4: how a browser may reach the device. */
    transports: list(),
    /** The kind of device, as a UUID; zeros if it does not say. */
    aaguid: text(),
    /** Whether the device lists it, so that it works without a user name. */
    discoverable: boolean(),
    /** Whether it is on other devices of the person too. */
    backedUp: boolean(),
    createdAt: integer(),
    usedAt: orNull(integer()),
  },
  key: ["credentialId"],
  indexes: [["subject"]],
  updated: true,
});
export type PasskeyRecord = Row<typeof passkeys>;

/** The app of a person that makes one-time passwords (RFC 6238). */
export const totps = table("totps", {
  columns: {
    subject: text<SubjectId>(),
    /** The shared secret, sealed with a key of the server. */
    sealedSecret: bytes(),
    /** The last step of time whose password was used: RFC 6238 §5.2 wants each to count once. */
    lastStep: integer(),
    /** How many steps the clock of the app is ahead of this server's; negative: behind. */
    drift: integer(),
    createdAt: integer(),
  },
  key: ["subject"],
  updated: true,
});
export type TotpRecord = Row<typeof totps>;

/** Codes for a person who has lost the second factor. Each is good once. */
export const recoveryCodes = table("recovery_codes", {
  columns: {
    /** Keyed, because a code is short enough to be guessed. */
    digest: digest(),
    subject: text<SubjectId>(),
    createdAt: integer(),
    usedAt: orNull(integer()),
  },
  key: ["digest"],
  indexes: [["subject"]],
  updated: true,
});
export type RecoveryCodeRecord = Row<typeof recoveryCodes>;

/** What a person answered on one device about a sign-in on another (rules/sign-in-approval.ts). */
export const signInApprovals = table("sign_in_approvals", {
  columns: {
    /** The identifier of the question, which only the link to it has until then. */
    id: id(),
    subject: text<SubjectId>(),
    /** The revision of the account at the answer. */
    accountRevision: integer(),
    answer: text<"approved" | "denied">(),
    /** The session in which the person answered. */
    session: id(),
    /** When the person signed in there: an approval is no newer sign-in than that. */
    authenticatedAt: integer(),
    expiresAt: integer(),
    usedAt: orNull(integer()),
  },
  indexes: [["subject"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type SignInApprovalRecord = Row<typeof signInApprovals>;

/** A person who is signed in, in one browser. */
export const sessions = table("sessions", {
  columns: {
    id: id(),
    digest: digest(),
    subject: text<SubjectId>(),
    /** Stays the same when the person signs in again in this browser. Applications know it in a form of their own (`sid`). */
    continuity: id(),
    /** Where the person signed in, and with what, as the page of their account shows it. */
    address: text(),
    ...product,
    ...authentication,
    createdAt: integer(),
    lastSeenAt: integer(),
    /** The end of the session, even if it is used. */
    expiresAt: integer(),
  },
  indexes: [["subject"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type SessionRecord = Row<typeof sessions>;

/** The link that creates the first administrator: a new one takes the place of the one before. */
export const setupLinks = table("setup_links", {
  columns: {
    /** `administrator`. */
    name: text(),
    id: id(),
    digest: digest(),
    expiresAt: integer(),
  },
  key: ["name"],
  expires: "expiresAt",
});
export type SetupLinkRecord = Row<typeof setupLinks>;

/**
 * What a link is for. `invitation`: making an account. `registration`: the same, for a person who asked for it themselves.
 * `reset`: a new password. `sign_in`: one sign-in. `sign_in_code`: the same with a code that a person types; its uses are the attempts.
 * `verify_email`: the proof that an address is the person's.
 */
export type LinkKind = "invitation" | "registration" | "reset" | "sign_in" | "sign_in_code" | "verify_email";

/** Links that are handed to people: each is a secret that is good for so many uses, until it expires. */
export const links = table("links", {
  columns: {
    id: id(),
    digest: digest(),
    kind: text<LinkKind>(),
    /** Whose account it is about; null for a link that makes one. */
    subject: orNull(text<SubjectId>()),
    /** The address that the account gets. */
    email: orNull(text()),
    /** Whether the link went to that address by mail and nowhere else, so that its use proves the address. */
    provesEmail: boolean(),
    /** What the page proposes for a new account. */
    username: orNull(text()),
    name: orNull(text()),
    /** The groups of a new account. */
    groups: list(),
    administrator: boolean(),
    /** How often it may be used in all. */
    uses: integer(),
    usesLeft: integer(),
    /** The page of this server to open afterwards, checked; null for the account page. */
    returnTo: orNull(text()),
    /** Who made it: `operator:root`, `person:acc_…`, or `stranger`. */
    createdBy: text(),
    createdAt: integer(),
    expiresAt: integer(),
  },
  indexes: [["kind", "createdAt", "id"], ["subject"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type LinkRecord = Row<typeof links>;

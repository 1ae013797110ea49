/**
 * Checked values carry a brand. Only the function that checks a value gives it the brand, so code cannot pass an unchecked
 * value where a checked one is needed.
 */
import { foldName } from "./names.ts";

declare const brand: unique symbol;
export type Branded<Value, Name extends string> = Value & {
  readonly [brand]: { readonly [Key in Name]: true };
};

/** An identifier of a client that exists (RFC 6749 §2.2). */
export type ClientId = Branded<string, "ClientId">;
/** A redirect URI that is registered for the client at hand (RFC 6749 §3.1.2). */
export type RedirectUri = Branded<string, "RedirectUri">;
/** One scope token with legal characters (RFC 6749 §3.3). */
export type Scope = Branded<string, "Scope">;
/** A resource indicator: an absolute URI without a fragment (RFC 8707 §2). */
export type ResourceIndicator = Branded<string, "ResourceIndicator">;
/** An S256 code challenge: 43 base64url characters (RFC 7636 §4.2). */
export type CodeChallenge = Branded<string, "CodeChallenge">;
/** The 16-byte time-ordered identifier of a stored row. */
export type RecordId = Branded<Uint8Array, "RecordId">;
/** The 16 random bytes that identify a person's picture. */
export type PictureId = Branded<Uint8Array, "PictureId">;
/** The identifier of a passkey (WebAuthn §4, "Credential ID"). */
export type CredentialId = Branded<Uint8Array, "CredentialId">;
/** The SHA-256 of a credential's secret part. The secret itself is never stored. */
export type SecretDigest = Branded<Uint8Array, "SecretDigest">;
/** A person's stable identifier, `acc_…`. Never equal to a client identifier (RFC 9700 §4.15). */
export type SubjectId = Branded<string, "SubjectId">;

/** RFC 6749 appendix A.1: a client identifier has printable ASCII characters. */
export const hasClientIdCharacters = (text: string): boolean => /^[\x20-\x7E]+$/.test(text);

/** RFC 6750 §2.1: a bearer token has only these characters; clients cannot send others. */
export const hasBearerCharacters = (text: string): boolean => /^[A-Za-z0-9\-._~+/]+=*$/.test(text);

/** The form in which user names are compared. */
export const foldUsername = (username: string): string => foldName(username);

/**
 * Whether a text has the form of an identifier under which clients know people: their own, or a pairwise one (`rules/subject.ts`). Case does
 * not matter, because it does not in user names, which must not look so.
 */
export const hasSubjectForm = (text: string): boolean =>
  /^(?:acc_[a-z0-9_-]{22}|pw_[a-z0-9_-]{43})$/.test(foldName(text));

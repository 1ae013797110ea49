/**
 * Credentials: everything secret that this server hands out has one shape,
 * `prefix + base64url(16-byte time-ordered id ‖ 32 random bytes)`.
 *
 * The prefix names the type, so that secret scanners find leaks and a credential at the wrong door is refused before
 * any look-up. The row is found by the id; only the SHA-256 of the secret is stored. 48 bytes are 64 base64url
 * characters with no spare bits, so no two texts stand for the same credential.
 */
import type { Clock } from "../platform/clock.ts";
import { type RandomBytes, timeOrderedId } from "../platform/random.ts";
import { sameBytes } from "../platform/same-text.ts";
import type { RecordId, SecretDigest } from "../protocol/identifiers.ts";

export const CREDENTIAL_PREFIXES = {
  access_token: "tat_",
  refresh_token: "trt_",
  authorization_code: "tac_",
  device_code: "tdc_",
  client_secret: "tcs_",
  session: "tss_",
  setup_link: "tsl_",
  link: "tlk_",
  initial_access_token: "trg_",
  registration_access_token: "tra_",
  pushed_request: "tpr_",
  auth_req_id: "tbr_",
} as const;

export type CredentialKind = keyof typeof CREDENTIAL_PREFIXES;

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const DIGEST_BYTES = 32;
const TEXT = /^[A-Za-z0-9\-_]{64}$/;
/** A credential or a JWT within another text, even if its end is cut off. `newsletter_sender` and the like do not match. */
const WITHIN =
  /t(?:at|rt|ac|dc|cs|ss|sl|lk|rg|ra|pr|br)_[A-Za-z0-9\-_]{20,}|eyJ[A-Za-z0-9\-_]{10,}\.[A-Za-z0-9\-_]*(?:\.[A-Za-z0-9\-_]*)?/g;

/** A new credential: its text goes to the client, once; the rest is stored. */
export interface MintedCredential {
  readonly text: string;
  readonly id: RecordId;
  readonly digest: SecretDigest;
}

/** A credential from a request. Its form is right; only the store can tell whether it exists. */
export interface PresentedCredential {
  readonly id: RecordId;
  readonly secret: Uint8Array;
}

/** `shard`: the shard of the rows that this one belongs to. */
export const mintCredential = (
  kind: CredentialKind,
  clock: Clock,
  random: RandomBytes,
  shard?: number,
): MintedCredential => assembleCredential(kind, newRecordId(clock, random, shard), random(SECRET_BYTES));

/** Makes a credential of known parts, such as the derived successor of a refresh token. */
export function assembleCredential(kind: CredentialKind, id: RecordId, secret: Uint8Array): MintedCredential {
  const bytes = new Uint8Array(ID_BYTES + SECRET_BYTES);
  bytes.set(id);
  bytes.set(secret, ID_BYTES);
  const text = CREDENTIAL_PREFIXES[kind] + bytes.toBase64({ alphabet: "base64url" });
  return { text, id, digest: digestSecret(secret) };
}

/** Null if the text is not of this kind or form, so that this server cannot have issued it. */
export function parseCredential(kind: CredentialKind, text: string): PresentedCredential | null {
  const prefix = CREDENTIAL_PREFIXES[kind];
  if (!text.startsWith(prefix)) return null;
  const encoded = text.slice(prefix.length);
  if (!TEXT.test(encoded)) return null;
  const bytes = Uint8Array.fromBase64(encoded, { alphabet: "base64url" });
  // Copies: for views of the bytes the runtime would have to make an ArrayBuffer, which takes longer.
  return { id: bytes.slice(0, ID_BYTES) as Uint8Array as RecordId, secret: bytes.slice(ID_BYTES) };
}

/** The text as it may be logged: everything that looks like a credential is replaced. */
export const withoutCredentials = (text: string): string => text.replace(WITHIN, "…");

export const digestSecret = (secret: Uint8Array | string): SecretDigest =>
  Bun.SHA256.hash(secret, new Uint8Array(DIGEST_BYTES)) as Uint8Array as SecretDigest;

/** Compares in constant time. */
export function secretMatches(secret: Uint8Array | string, digest: SecretDigest): boolean {
  return sameBytes(digestSecret(secret), digest);
}

/** A row's id as text, for `jti`, the command line and links. Not secret. */
export const recordIdText = (id: RecordId): string =>
  id.toBase64({ alphabet: "base64url", omitPadding: true });

/** The id that a text names; null if it names none. */
export function parseRecordId(text: string): RecordId | null {
  if (!/^[A-Za-z0-9\-_]{21}[AQgw]$/.test(text)) return null;
  return new Uint8Array(Buffer.from(text, "base64url")) as Uint8Array as RecordId;
}

export const newRecordId = (clock: Clock, random: RandomBytes, shard?: number): RecordId =>
  timeOrderedId(clock, random, shard) as Uint8Array as RecordId;

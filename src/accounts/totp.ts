/** One-time passwords (RFC 6238) and recovery codes as values: making, sealing and recognising them. */
import { Secret, TOTP } from "otpauth";
import type { ServerKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { SecretDigest } from "../protocol/identifiers.ts";
import { TOTP_DIGITS, TOTP_SECONDS, TOTP_WINDOW } from "../protocol/totp.ts";
import type { TotpRecord } from "../store/tables/sign-in.ts";

/** RFC 4226 §4 R6: 160 bits. */
const SECRET_BYTES = 20;

export const newTotpSecret = (random: RandomBytes): Uint8Array => random(SECRET_BYTES);

export const sealTotp = (keys: ServerKeys, subject: string, secret: Uint8Array): Uint8Array =>
  keys.seal("one-time passwords", subject, secret);

/** Throws if this server did not seal it for this person. */
export const openTotp = (
  keys: ServerKeys,
  { subject, sealedSecret }: Pick<TotpRecord, "subject" | "sealedSecret">,
): Uint8Array => keys.unseal("one-time passwords", subject, sealedSecret);

const generator = (secret: Uint8Array, issuer: string, label: string): TOTP =>
  new TOTP({
    issuer,
    label,
    algorithm: "SHA1",
    digits: TOTP_DIGITS,
    period: TOTP_SECONDS,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  });

/** Names are longer in the text of a QR code, up to twelve characters for one, and the code must stay readable for a phone. */
const LABEL_CHARACTERS = 192;

/** As much of a name as fits. */
function clip(name: string): string {
  let kept = "";
  for (const character of name) {
    if (encodeURIComponent(kept + character).length > LABEL_CHARACTERS) break;
    kept += character;
  }
  return kept;
}

/** What an app reads from a QR code: `otpauth://totp/…`. */
export const totpUri = (secret: Uint8Array, issuer: string, label: string): string =>
  generator(secret, clip(issuer), clip(label)).toString();

/** The secret as a person types it into an app: base32. */
export const totpText = (secret: Uint8Array): string =>
  new Secret({ buffer: new Uint8Array(secret).buffer }).base32;

export const totpFromText = (base32: string): Uint8Array => new Uint8Array(Secret.fromBase32(base32).buffer);

/**
 * The step of time whose password this is; null if it is none around now. `drift`: by how many steps the app's clock is known to be
 * ahead. A clock that was set right meanwhile is no reason to lock its person out, so the steps around this server's time count too.
 */
export function stepOfCode(
  secret: Uint8Array,
  code: string,
  now: number,
  drift: number,
  window = TOTP_WINDOW,
): number | null {
  const totp = generator(secret, "", "");
  const step = Math.floor(now / TOTP_SECONDS);
  for (const ahead of new Set([drift, 0])) {
    const timestamp = (step + ahead) * TOTP_SECONDS * 1000;
    const delta = totp.validate({ token: code, timestamp, window });
    if (delta !== null) return step + ahead + delta;
  }
  return null;
}

/** What the app shows at this time, for tests and for the demonstration of a sign-in. */
export const codeAt = (secret: Uint8Array, now: number): string =>
  generator(secret, "", "").generate({ timestamp: now * 1000 });

/** Letters and digits that people do not mix up. */
const RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
/** 31^12: 59 bits. */
const RECOVERY_CHARACTERS = 12;

/** A recovery code as a person reads it: `abcd-efgh-jkmn`. */
export function newRecoveryCode(random: RandomBytes): string {
  let text = "";
  while (text.length < RECOVERY_CHARACTERS) {
    // A byte beyond the last whole run of the alphabet would make some letters likelier than others.
    for (const byte of random(RECOVERY_CHARACTERS))
      if (byte < 248 && text.length < RECOVERY_CHARACTERS)
        text += RECOVERY_ALPHABET[byte % RECOVERY_ALPHABET.length] ?? "";
  }
  return text.replaceAll(/(.{4})(?=.)/g, "$1-");
}

export interface TypedCode {
  readonly kind: "totp" | "recovery_code";
  /** Without spaces and dashes, in lower case. */
  readonly text: string;
}

/** What a person typed, by its length; null if it is neither. */
export function normalizeCode(typed: string): TypedCode | null {
  const text = typed
    .normalize("NFKC")
    .replaceAll(/[\s\p{Pd}]+/gu, "")
    .toLowerCase();
  if (/^[0-9]+$/.test(text) && text.length === TOTP_DIGITS) return { kind: "totp", text };
  return /^[0-9a-z]+$/.test(text) && text.length === RECOVERY_CHARACTERS
    ? { kind: "recovery_code", text }
    : null;
}

/** The digest is keyed: the database alone does not tell the code. */
export const codeDigest = (keys: ServerKeys, subject: string, text: string): SecretDigest =>
  keys.mac("recovery code", subject, text) as SecretDigest;

/** The digests under which a code may be kept: people keep codes for longer than the server keeps a key. */
export const codeDigests = (
  keys: ServerKeys,
  subject: string,
  text: string,
): readonly [SecretDigest, ...SecretDigest[]] => [
  codeDigest(keys, subject, text),
  ...keys.formerMacs("recovery code", subject, text).map((mac) => mac as SecretDigest),
];

/** WebAuthn Level 3: what a browser sends of a passkey, read and checked for its form. accounts/passkeys.ts verifies it. */
import * as v from "valibot";
import type { CredentialId } from "./identifiers.ts";

/** WebAuthn §4: the longest identifier of a passkey, in bytes. */
export const CREDENTIAL_ID_BYTES = 1023;

/** §6.5.2 and RFC 9053: EdDSA, ES256 and RS256, which the devices of people have; the first that one can is taken. */
export const PASSKEY_ALGORITHMS = [-8, -7, -257] as const;

const base64url = (bytes: number) =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(Math.ceil((bytes * 4) / 3)), v.regex(/^[A-Za-z0-9_-]+$/));

const clientDataJSON = base64url(4096);
const userHandle = base64url(64);

const assertion = v.object({
  id: base64url(CREDENTIAL_ID_BYTES),
  type: v.literal("public-key"),
  response: v.object({
    clientDataJSON,
    authenticatorData: base64url(8192),
    signature: base64url(8192),
    userHandle: v.optional(userHandle),
  }),
});

const attestation = v.object({
  id: base64url(CREDENTIAL_ID_BYTES),
  type: v.literal("public-key"),
  /** §5.1: whether the device is a part of the one with the browser. */
  attachment: v.optional(v.nullable(v.string())),
  /** §10.1.3, `credProps`: whether the device lists it; missing if the browser does not know. */
  discoverable: v.optional(v.nullable(v.boolean())),
  response: v.object({
    clientDataJSON,
    attestationObject: base64url(32_768),
    transports: v.optional(
      v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z-]{1,20}$/))), v.maxLength(8)),
      [],
    ),
  }),
});

const clientData = v.object({
  type: v.string(),
  challenge: v.string(),
  origin: v.string(),
  crossOrigin: v.optional(v.boolean(), false),
});

/** §5.8.1: what the browser says of the ceremony. The device has signed it. */
export type ClientData = v.InferOutput<typeof clientData>;

interface Sent {
  readonly credentialId: CredentialId;
  readonly clientData: ClientData;
}

/** The answer of a passkey to a challenge (§5.2.2). */
export interface Assertion extends Sent {
  readonly json: v.InferOutput<typeof assertion>;
}

/** A new passkey (§5.2.1). */
export interface Attestation extends Sent {
  readonly json: v.InferOutput<typeof attestation>;
}

/** The bytes of a text in base64url, which has only its characters. */
export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(text, "base64url"));

export const toBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

/** The identifier that a text names; null if it names none. */
export function parseCredentialId(text: string): CredentialId | null {
  if (!v.is(base64url(CREDENTIAL_ID_BYTES), text)) return null;
  const bytes = fromBase64url(text);
  // One identifier has one text.
  return toBase64url(bytes) === text ? (bytes as Uint8Array as CredentialId) : null;
}

/** Null if the text is no answer of a passkey. */
export const parseAssertion = (text: string): Assertion | null => parseSent(assertion, text);

/** Null if the text is no new passkey. */
export const parseAttestation = (text: string): Attestation | null => parseSent(attestation, text);

function parseSent<
  Json extends { readonly id: string; readonly response: { readonly clientDataJSON: string } },
>(schema: v.GenericSchema<unknown, Json>, text: string): (Sent & { readonly json: Json }) | null {
  const sent = v.safeParse(schema, parseJson(text));
  if (!sent.success) return null;
  const { id, response } = sent.output;
  const credentialId = parseCredentialId(id);
  const data = v.safeParse(
    clientData,
    parseJson(Buffer.from(response.clientDataJSON, "base64url").toString("utf8")),
  );
  if (credentialId === null || !data.success) return null;
  return { credentialId, clientData: data.output, json: sent.output };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

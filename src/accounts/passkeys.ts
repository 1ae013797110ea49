/**
 * Passkeys (WebAuthn Level 3) as values: challenges, what a browser is asked, and what it answers.
 *
 * A challenge is not stored. It carries its identifier, its end and a MAC over the browser's cookie, its purpose and the person it
 * is for, so another browser, another purpose or another person cannot answer it. The commit that follows the answer stores the
 * identifier, so it counts once.
 */
import { newRecordId } from "../credentials/credential.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { sameText } from "../platform/same-text.ts";
import { foldUsername, type RecordId } from "../protocol/identifiers.ts";
import { hasUnseen, isBlank } from "../protocol/names.ts";
import {
  type Assertion,
  type Attestation,
  fromBase64url,
  PASSKEY_ALGORITHMS,
  toBase64url,
} from "../protocol/webauthn.ts";
import type { PasskeyRecord } from "../store/tables/sign-in.ts";
import { algorithmOf, isUsableKey } from "./passkey-key.ts";

/** This server, as a relying party (WebAuthn §4). */
export interface RelyingParty {
  /** Where its pages are. */
  readonly origin: string;
  /** The RP ID: passkeys belong to it. */
  readonly domain: string;
}

/** `setup`: a new one of the account that the setup link makes. */
export type ChallengePurpose = "sign_in" | "register" | "setup";

/** What a challenge is bound to. */
export interface ChallengeBinding {
  readonly cookieValue: string;
  readonly purpose: ChallengePurpose;
  /** The person who is to answer; empty if any may. */
  readonly subject: string;
}

/** A challenge that this server made, as the store keeps it once it was answered. */
export interface OpenedChallenge {
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}

interface Making {
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

const ID_BYTES = 16;
const EXPIRY_BYTES = 6;
const CHALLENGE_BYTES = ID_BYTES + EXPIRY_BYTES + 32;

const challengeMac = (
  keys: ServerKeys,
  { cookieValue, purpose, subject }: ChallengeBinding,
  head: Uint8Array,
): Uint8Array => keys.mac("passkey challenge", cookieValue, purpose, subject, head);

/** A new challenge, good for `seconds`: base64url. */
export function newChallenge(
  { keys, clock, random }: Making,
  binding: ChallengeBinding,
  seconds: number,
): string {
  const head = Buffer.alloc(ID_BYTES + EXPIRY_BYTES);
  head.set(newRecordId(clock, random));
  head.writeUIntBE(clock.seconds() + seconds, ID_BYTES, EXPIRY_BYTES);
  return toBase64url(Buffer.concat([head, challengeMac(keys, binding, head)]));
}

/** Null unless this server made it for this browser, purpose and person, and it has not expired. */
export function openChallenge(
  keys: ServerKeys,
  binding: ChallengeBinding,
  challenge: string,
  now: EpochSeconds,
): OpenedChallenge | null {
  const bytes = Buffer.from(challenge, "base64url");
  if (bytes.length !== CHALLENGE_BYTES) return null;
  const head = bytes.subarray(0, ID_BYTES + EXPIRY_BYTES);
  const mac = toBase64url(bytes.subarray(ID_BYTES + EXPIRY_BYTES));
  if (!sameText(mac, toBase64url(challengeMac(keys, binding, head)))) return null;
  const expiresAt = head.readUIntBE(ID_BYTES, EXPIRY_BYTES);
  if (expiresAt <= now) return null;
  return { id: new Uint8Array(head.subarray(0, ID_BYTES)) as Uint8Array as RecordId, expiresAt };
}

/** The `user.id` of a person's passkeys (§5.4.3): the subject, which is random and says nothing of the person. */
export const userHandleOf = (subject: string): string => toBase64url(Buffer.from(subject));

/** §5.8.3: which passkeys a ceremony is about. `transports` is left out where strangers read it. */
export interface Descriptor {
  readonly type: "public-key";
  readonly id: string;
  readonly transports?: readonly string[];
}

export const descriptorOf = ({
  credentialId,
  transports,
}: Pick<PasskeyRecord, "credentialId" | "transports">): Descriptor => ({
  type: "public-key",
  id: toBase64url(credentialId),
  ...(transports.length > 0 && { transports }),
});

/** How many passkeys of a name strangers are told at most: names with more would stand out. */
export const NAMED_PASSKEYS = 3;

/**
 * Those of a person's passkeys that strangers are told: first those that no device lists, which work by their name only, then the
 * newest.
 */
export const namedPasskeys = (own: readonly PasskeyRecord[]): PasskeyRecord[] =>
  own
    .toSorted(
      (one, other) =>
        Number(one.discoverable) - Number(other.discoverable) || other.createdAt - one.createdAt,
    )
    .slice(0, NAMED_PASSKEYS);

/** How long identifiers of real passkeys are, in bytes. */
const DECOY_BYTES = [16, 20, 32, 32, 48, 64, 64, 64] as const;

/**
 * §14.6.2: identifiers for a name without passkeys, so that strangers cannot tell it from a name with some. They are the same each
 * time, as real ones are: up to `NAMED_PASSKEYS` for a name.
 */
export function decoysOf(keys: ServerKeys, name: string): Descriptor[] {
  const [lengths = 0, count = 0] = keys.mac("decoy passkeys", "shape", foldUsername(name));
  return Array.from({ length: Math.max(1, NAMED_PASSKEYS - (count % 4)) }, (_, index) => {
    const length = DECOY_BYTES[(lengths + index) % DECOY_BYTES.length] ?? 32;
    const halves = ["first", "second"].map((half) =>
      keys.mac("decoy passkeys", half, String(index), foldUsername(name)),
    );
    return { type: "public-key", id: toBase64url(Buffer.concat(halves).subarray(0, length)) };
  });
}

/** The most characters of the name of a passkey. */
export const PASSKEY_NAME_CHARACTERS = 60;

/** Whether a passkey may have the name. */
export const isPasskeyName = (name: string): boolean =>
  !isBlank(name) && !hasUnseen(name) && [...name].length <= PASSKEY_NAME_CHARACTERS;

/** Whether the passkey is a key that one plugs in or holds to the device, rather than a part of a device or a password manager. */
export const isSecurityKey = ({ transports }: Pick<PasskeyRecord, "transports">): boolean =>
  transports.some((way) => ["usb", "nfc", "ble", "smart-card"].includes(way)) &&
  !transports.some((way) => way === "internal" || way === "hybrid");

/** The library takes 100 ms and 24 MB, so a server loads it for the first ceremony. */
const library = () => import("@simplewebauthn/server");
const helpers = () => import("@simplewebauthn/server/helpers");

/** What a passkey proved. */
export interface ProvedPasskey {
  /** Whether the device asked for a PIN, a finger or a face. */
  readonly isPersonVerified: boolean;
  readonly counter: number;
  readonly isBackedUp: boolean;
}

/** Keys that no one has, one of each algorithm, so that a check for an unknown passkey takes as long as another. */
const NO_KEYS: ReadonlyMap<number, Uint8Array> = new Map(
  [
    [-8, "pAEBAycgBiFYILYY5Jwys4yUKneaersMM8hHig8fF5vT-zNQz9az-tv0"],
    [
      -7,
      "pQECAyYgASFYIKYisy_qBV3ZScMEVCq3d02Fuyk3h4R2FftoOcY8hURSIlgghoGyyGqLB_LQ1d7E8XO4tmoy9BbEAHvxOSJRDABlbrI",
    ],
    [
      -257,
      "pAEDAzkBACBZAQDZH_vapmViYDQ0Opnii672KNIrVFixiD3EyeNoxVSCMMmVUGP0pQRmjVtMt-H2WdaaSMp_9XJVu9uEwqvDRQUMneyV10i4LQkVp29aQ0yrkgMYDy02ft4hsLGTVSoSOngSL0t1wPLRXT5giMKAwWrWYPPTBtLiL8wc2cnJMKd2p_kI02TRML6opm7q4wv9eb5apSqkyctPea79XErzAxdK7DhRUN_6nrpTguJyTdARV8jdaZpjMF8QauHi4gdTgvsYUgt4LBE2-0uwGTjqqtntIcBhamR_GbhD40A42JW4TkNqU87IjAKOwqu5GCPvTUSPXgAIVevsTrSD0a0pbmH_IUMBAAE",
    ],
  ].map(([algorithm, key]) => [Number(algorithm), fromBase64url(String(key))]),
);

/**
 * The members of a stored key; null if it was spoiled. The library encoded it when it was registered, so one that was cut off is another
 * than what is read from it.
 */
async function readKey(publicKey: Uint8Array): Promise<ReadonlyMap<unknown, unknown> | null> {
  const { decodeCredentialPublicKey, isoCBOR } = await helpers();
  try {
    const read: unknown = decodeCredentialPublicKey(new Uint8Array(publicKey));
    return read instanceof Map && Buffer.compare(isoCBOR.encode(read), publicKey) === 0 ? read : null;
  } catch {
    return null;
  }
}

/** Whether a key can be read and used. One that cannot verifies nothing, so its passkey is no way in. */
export async function isReadableKey(publicKey: Uint8Array): Promise<boolean> {
  const key = await readKey(publicKey);
  return key !== null && isUsableKey(key);
}

/** A key to check an answer against. */
interface KeyToCheck {
  readonly key: Uint8Array;
  /** Whether it is the key of the passkey. */
  readonly isOwn: boolean;
}

/**
 * The keys against which an answer is checked: one of each algorithm, in the same order each time. That of the passkey stands for its
 * algorithm. An RSA key takes another time than an elliptic curve, and strangers get the identifiers of the passkeys of a name, which may
 * be made up (`decoysOf`). If the time told the algorithm, it would tell which of them are real (THREATS 34). What is left is a longer RSA
 * key than the 2048 bits that devices have: some microseconds, within which the answers of a server vary anyway.
 */
export async function keysToCheck(publicKey: Uint8Array | null): Promise<KeyToCheck[]> {
  const read = await readKey(publicKey ?? new Uint8Array());
  const algorithm = read === null ? null : algorithmOf(read);
  return Promise.all(
    [...NO_KEYS].map(async ([each, key]) => {
      const own = each === algorithm ? publicKey : null;
      // Also of a key of no one, for the time that it takes.
      const isReadable = await isReadableKey(own ?? key);
      return own !== null && isReadable ? { key: own, isOwn: true } : { key, isOwn: false };
    }),
  );
}

/**
 * §7.2: verifies an answer against the public key of its passkey; null if it is not good. `publicKey`: null for an unknown passkey,
 * whose answer is never good, as is that of one whose key is spoiled. The rule compares the counters (rules/passkey.ts).
 */
export async function verifyAssertion(
  party: RelyingParty,
  assertion: Assertion,
  publicKey: Uint8Array | null,
): Promise<ProvedPasskey | null> {
  let proved: ProvedPasskey | null = null;
  for (const { key, isOwn } of await keysToCheck(publicKey)) {
    const found = await verifyAgainst(party, assertion, key);
    if (isOwn) proved = found;
  }
  return proved;
}

async function verifyAgainst(
  { origin, domain }: RelyingParty,
  { json, clientData }: Assertion,
  key: Uint8Array,
): Promise<ProvedPasskey | null> {
  const { verifyAuthenticationResponse } = await library();
  const { id, type, response } = json;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { id, rawId: id, type, response, clientExtensionResults: {} },
      expectedChallenge: clientData.challenge,
      expectedOrigin: origin,
      expectedRPID: domain,
      credential: { id, publicKey: new Uint8Array(key), counter: 0 },
      requireUserVerification: false,
    });
    // Our pages are in no frame.
    if (!verified || clientData.crossOrigin) return null;
    return {
      isPersonVerified: authenticationInfo.userVerified,
      counter: authenticationInfo.newCounter,
      isBackedUp: authenticationInfo.credentialBackedUp,
    };
  } catch {
    // The library throws for what does not fit, and for what it cannot read.
    return null;
  }
}

/** A new passkey, verified. */
export type NewPasskey = Pick<
  PasskeyRecord,
  "credentialId" | "publicKey" | "counter" | "transports" | "aaguid" | "discoverable" | "backedUp"
>;

/**
 * §8.7: the object without the device's statement about its own kind. The server asks for none, and makes nothing of one. The library
 * would follow the addresses in the certificates of a statement before it knows whose they are (THREATS 20).
 */
async function withoutStatement(attestationObject: string): Promise<string> {
  const { decodeAttestationObject, isoCBOR } = await helpers();
  const authData = decodeAttestationObject(new Uint8Array(fromBase64url(attestationObject))).get("authData");
  const members: [string, string | Uint8Array | Map<string, number>][] = [
    ["fmt", "none"],
    ["attStmt", new Map<string, number>()],
    ["authData", authData],
  ];
  return toBase64url(isoCBOR.encode(new Map(members)));
}

/** §7.1: verifies a new passkey; null if it is not good. */
export async function verifyAttestation(
  { origin, domain }: RelyingParty,
  { json, clientData, credentialId }: Attestation,
): Promise<NewPasskey | null> {
  const { verifyRegistrationResponse } = await library();
  const { id, type, response, attachment, discoverable } = json;
  const { transports } = response;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type,
        response: {
          clientDataJSON: response.clientDataJSON,
          attestationObject: await withoutStatement(response.attestationObject),
        },
        clientExtensionResults: {},
      },
      expectedChallenge: clientData.challenge,
      expectedOrigin: origin,
      expectedRPID: domain,
      requireUserVerification: false,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (!verified || registrationInfo === undefined || clientData.crossOrigin) return null;
    const { credential, aaguid, credentialBackedUp } = registrationInfo;
    if (!(await isReadableKey(credential.publicKey))) return null;
    // The device signed this identifier; the one beside it is the browser's word.
    if (credential.id !== toBase64url(credentialId)) return null;
    return {
      credentialId,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports,
      aaguid,
      // A passkey of the device itself is always listed there.
      discoverable: discoverable ?? (attachment === "platform" || transports.includes("internal")),
      backedUp: credentialBackedUp,
    };
  } catch {
    return null;
  }
}

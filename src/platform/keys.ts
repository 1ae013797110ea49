/** The keys that the server derives from its own secret. operations/server-key.ts says where the secret is kept. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** The uses of the secret. Each purpose has a key of its own, so that the output for one does not fit another. */
export type KeyPurpose =
  | "refresh successor"
  | "refreshed access token"
  | "user code"
  | "form"
  | "code of a form"
  | "code of a pushed request"
  | "session of a form"
  | "step of a form"
  | "typed in a form"
  | "network"
  | "known browser"
  | "signing keys"
  | "one-time passwords"
  | "recovery code"
  | "sign-in code"
  | "cursor"
  | "idempotent answer"
  | "passkey challenge"
  | "decoy passkeys"
  | "session of an application"
  | "pairwise subject"
  | "mail"
  | "ping"
  | "self-test"
  | "audit seal"
  | "dpop nonce"
  | "grant of an id token";

export interface ServerKeys {
  /** HMAC-SHA-256 under the key of this purpose: 32 bytes. */
  mac(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): Uint8Array;
  /** Encrypts under the key of this purpose (AES-256-GCM). What is sealed about one thing does not open as about another. */
  seal(purpose: KeyPurpose, about: string, plain: Uint8Array): Uint8Array;
  /** Throws if neither this secret nor a former one sealed it, or not about this. */
  unseal(purpose: KeyPurpose, about: string, sealed: Uint8Array): Uint8Array;
  /** As `mac` was under the former secrets, the last one first: for what people and databases keep for longer than a secret lives. */
  formerMacs(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): readonly Uint8Array[];
  /** The same under this secret; null if that sealed it already, or no secret opens it. */
  reseal(purpose: KeyPurpose, about: string, sealed: Uint8Array): Uint8Array | null;
}

/**
 * What others know and compare for longer than any secret lives: the first secret determines it for good. None of it gives access:
 * applications know people and sessions by these names, and the decoys must stay those of the name that was typed.
 */
const LASTING: ReadonlySet<KeyPurpose> = new Set([
  "pairwise subject",
  "session of an application",
  "decoy passkeys",
]);

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** How long the secret is, in bytes. */
export const SERVER_SECRET_BYTES = 32;

/** Tells whether two processes have the same secret, and reveals nothing else about it: 32 bytes. */
export const secretFingerprint = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update("tessera fingerprint").update(secret).digest());

/** `former`: the secrets that this one took the place of, the last one first. */
export function serverKeys(secret: Uint8Array, former: readonly Uint8Array[] = []): ServerKeys {
  const keys = keysOf(secret);
  const others = former.map(keysOf);
  const first = others.at(-1);
  if (first === undefined) return { ...keys, formerMacs: () => [], reseal: () => null };
  return {
    mac: (purpose, ...parts) => (LASTING.has(purpose) ? first : keys).mac(purpose, ...parts),
    seal: keys.seal,
    unseal(purpose, about, sealed) {
      for (const each of [keys, ...others.slice(0, -1)]) {
        try {
          return each.unseal(purpose, about, sealed);
        } catch {
          // Another one sealed it.
        }
      }
      return first.unseal(purpose, about, sealed);
    },
    formerMacs: (purpose, ...parts) => others.map((each) => each.mac(purpose, ...parts)),
    reseal(purpose, about, sealed) {
      try {
        keys.unseal(purpose, about, sealed);
        return null;
      } catch {
        for (const each of others) {
          try {
            return keys.seal(purpose, about, each.unseal(purpose, about, sealed));
          } catch {
            // Another one sealed it, or none.
          }
        }
        return null;
      }
    },
  };
}

function keysOf(secret: Uint8Array): Pick<ServerKeys, "mac" | "seal" | "unseal"> {
  const keys = new Map<KeyPurpose, Uint8Array>();
  const keyFor = (purpose: KeyPurpose): Uint8Array => {
    let key = keys.get(purpose);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync("sha256", secret, "", `tessera ${purpose}`, 32));
      keys.set(purpose, key);
    }
    return key;
  };
  return {
    mac(purpose, ...parts) {
      // The object of node:crypto is a stream: with it a refresh, which needs three, takes a tenth more processor time.
      const hmac = new Bun.CryptoHasher("sha256", keyFor(purpose));
      for (const part of parts) {
        const bytes = typeof part === "string" ? Buffer.from(part) : part;
        // The length comes before each part, so that ("ab", "c") and ("a", "bc") differ.
        hmac.update(`${bytes.length}:`).update(bytes);
      }
      return new Uint8Array(hmac.digest());
    },
    seal(purpose, about, plain) {
      // NIST SP 800-38D §8.2.2: a random nonce is safe for some billions of messages. There are a few keys.
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", keyFor(purpose), nonce).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final()]);
      return new Uint8Array(Buffer.concat([sealed, cipher.getAuthTag()]));
    },
    unseal(purpose, about, sealed) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", keyFor(purpose), nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(about))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
      return new Uint8Array(Buffer.concat([plain, decipher.final()]));
    },
  };
}

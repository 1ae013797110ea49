/** The keys that the server derives from its own secret. operations/server-key.ts says where the secret is kept. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** The uses of the secret. Each purpose has a key of its own, so that the output for one does not fit another. */
export type KeyPurpose =
  | "refresh successor"
  | "refreshed access token"
  | "user code"
  | "form"
  | "code of a form"
  | "session of a form"
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
  | "audit seal";

export interface ServerKeys {
  /** HMAC-SHA-256 under the key of this purpose: 32 bytes. */
  mac(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): Uint8Array;
  /** Encrypts under the key of this purpose (AES-256-GCM). What is sealed about one thing does not open as about another. */
  seal(purpose: KeyPurpose, about: string, plain: Uint8Array): Uint8Array;
  /** Throws if this secret did not seal it, or not about this. */
  unseal(purpose: KeyPurpose, about: string, sealed: Uint8Array): Uint8Array;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** How long the secret is, in bytes. */
export const SERVER_SECRET_BYTES = 32;

/** Tells whether two processes have the same secret, and reveals nothing else about it: 32 bytes. */
export const secretFingerprint = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update("tessera fingerprint").update(secret).digest());

export function serverKeys(secret: Uint8Array): ServerKeys {
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

/** The keys that the server derives from its own secret. operations/server-key.ts says where the secret is kept. */
import { createHash, hkdfSync } from "node:crypto";

/** The uses of the secret. Each purpose has a key of its own, so that the output for one does not fit another. */
export type KeyPurpose =
  | "refresh successor"
  | "refreshed access token"
  | "user code"
  | "form"
  | "code of a form"
  | "network"
  | "known browser";

export interface ServerKeys {
  /** HMAC-SHA-256 under the key of this purpose: 32 bytes. */
  mac(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): Uint8Array;
}

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
  };
}

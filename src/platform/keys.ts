/** The server's own secret: made at first start, kept in a file that only its owner can read. */
import { createHmac, hkdfSync } from "node:crypto";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "./configuration-error.ts";
import type { RandomBytes } from "./random.ts";

/** What the secret is used for. Each purpose has a key of its own, so that no output of one fits another. */
export type KeyPurpose = "refresh successor" | "user code" | "form";

export interface ServerKeys {
  /** HMAC-SHA-256 under the key of this purpose: 32 bytes. */
  mac(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): Uint8Array;
}

const FILE = "server.key";
const LENGTH = 32;

/** Whether a server was started on this data folder before. */
export const hasServerKeys = (dataFolder: string): boolean => existsSync(join(dataFolder, FILE));

/** Loads the secret from the data folder, or makes it. A damaged file stops the start: a new key would end every refresh token. */
export function loadServerKeys(dataFolder: string, random: RandomBytes): ServerKeys {
  const file = join(dataFolder, FILE);
  if (!existsSync(file)) {
    writeFileSync(file, `${Buffer.from(random(LENGTH)).toString("base64url")}\n`, {
      mode: 0o600,
      flag: "wx",
    });
  }
  const secret = Buffer.from(readFileSync(file, "utf8").trim(), "base64url");
  if (secret.length !== LENGTH) {
    throw new ConfigurationError(
      `${file} is damaged: it must hold 32 bytes as base64url. Restore it from a backup; if it is lost, delete it, and everybody signs in to their applications again.`,
    );
  }
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return serverKeys(secret);
}

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
      const hmac = createHmac("sha256", keyFor(purpose));
      for (const part of parts) {
        const bytes = typeof part === "string" ? Buffer.from(part) : part;
        // Lengths stand before parts, so that ("ab", "c") and ("a", "bc") differ.
        hmac.update(`${bytes.length}:`).update(bytes);
      }
      return new Uint8Array(hmac.digest());
    },
  };
}

/**
 * Files in the format of age (age-encryption.org/v1), in which anyone with the program `age` can read them too. The library is loaded
 * with the first of them.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

/** For whom a file is encrypted. */
export type AgeRecipients = { readonly recipients: readonly string[] } | { readonly passphrase: string };

/** Who opens a file. `identities`: the lines of an identity file. */
export type AgeIdentities = { readonly identities: readonly string[] } | { readonly passphrase: string };

/** The file cannot be decrypted. The message is the rest of a sentence that begins with the name of the file. */
export class AgeError extends Error {
  override readonly name = "AgeError";
}

const HEADER = "age-encryption.org/v1\n";
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

/** `passphrase`: only a passphrase opens it. Null for a file in another format. */
export function ageKind(file: string): "recipients" | "passphrase" | "armor" | null {
  const beginning = Buffer.alloc(256);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, beginning, 0, beginning.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const text = beginning.toString("latin1");
  if (text.startsWith(ARMOR)) return "armor";
  if (!text.startsWith(HEADER)) return null;
  return text.startsWith(`${HEADER}-> scrypt `) ? "passphrase" : "recipients";
}

/** The identities of a file in the format of age-keygen. Empty if it has none. */
export const identityLines = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith("AGE-SECRET-KEY-"));

/** Encrypts a file into another, which exists. Throws AgeError for a recipient that is none. */
export async function encryptFile(from: string, to: string, whom: AgeRecipients): Promise<void> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  if ("passphrase" in whom) encrypter.setPassphrase(whom.passphrase);
  else {
    for (const recipient of whom.recipients) {
      try {
        encrypter.addRecipient(recipient);
      } catch {
        throw new AgeError(`${recipient} is no recipient of age`);
      }
    }
  }
  await writeStream(await encrypter.encrypt(Bun.file(from).stream()), to);
}

/** Decrypts a file into another, which exists. Throws AgeError if it cannot. What was written then is a part of the file. */
export async function decryptFile(from: string, to: string, who: AgeIdentities): Promise<void> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  if ("passphrase" in who) decrypter.addPassphrase(who.passphrase);
  else {
    for (const identity of who.identities) {
      try {
        decrypter.addIdentity(identity);
      } catch {
        // Its text is a secret.
        throw new AgeError("cannot be opened: a line of the identity file is no identity of age");
      }
    }
  }
  let plain: ReadableStream<Uint8Array>;
  try {
    plain = await decrypter.decrypt(Bun.file(from).stream());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AgeError(
      /no identity matched/.test(reason)
        ? "passphrase" in who
          ? "does not open with this passphrase"
          : "is encrypted for others than this identity"
        : `is no complete file of age (${reason})`,
    );
  }
  try {
    await writeStream(plain, to);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
    throw new AgeError("is damaged: a part of it is not what was written");
  }
}

async function writeStream(stream: ReadableStream<Uint8Array>, to: string): Promise<void> {
  const file = await open(to, "r+");
  try {
    await file.truncate(0);
    let position = 0;
    for await (const chunk of stream) {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

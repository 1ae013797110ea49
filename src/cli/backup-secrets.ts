/** For whom a backup is encrypted, and who opens it. */
import { closeSync, existsSync, readFileSync, rmSync } from "node:fs";
import type { Configuration } from "../configuration/schema.ts";
import {
  AgeError,
  type AgeIdentities,
  type AgeRecipients,
  ageKind,
  decryptFile,
  identityLines,
} from "../platform/age.ts";
import { createPrivateFile } from "../store/sqlite/files.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";

/** A passphrase is tried on the thief's machine, not on this one. */
const SHORTEST_PASSPHRASE = 12;

export interface EncryptionOptions {
  readonly recipient?: readonly string[];
  readonly passphrase?: boolean;
}

/** Null: the backup is not encrypted. */
export async function recipientsOf(
  { recipient, passphrase = false }: EncryptionOptions,
  { backup }: Pick<Configuration, "backup">,
  io: Io,
): Promise<AgeRecipients | null> {
  if (passphrase && recipient !== undefined) {
    throw new CommandError("A backup is for recipients, or has a passphrase. Leave one of the two out.");
  }
  if (passphrase) return { passphrase: await newPassphrase(io) };
  const recipients = recipient ?? backup.recipients;
  return recipients.length === 0 ? null : { recipients };
}

async function newPassphrase(io: Io): Promise<string> {
  if (!io.asksPerson) {
    throw new CommandError(
      "A passphrase is asked for at a terminal. Without one use recipients: --recipient age1…, whose identity age-keygen makes.",
    );
  }
  const passphrase = await io.askHidden("Passphrase for the backup: ");
  if ([...passphrase].length < SHORTEST_PASSPHRASE) {
    throw new CommandError(`Take ${SHORTEST_PASSPHRASE} characters or more, such as five random words.`);
  }
  if ((await io.askHidden("Once more: ")) !== passphrase) {
    throw new CommandError("The two are not the same. Nothing was written.");
  }
  return passphrase;
}

export interface DecryptionOptions {
  readonly identity?: string;
}

/**
 * Calls back with a file that is not encrypted: the backup itself, or `draft`, which exists meanwhile. Throws CommandError that
 * says which identity or passphrase is missing or wrong.
 */
export async function withPlain<Result>(
  file: string,
  draft: string,
  options: DecryptionOptions,
  io: Io,
  use: (plain: string, isEncrypted: boolean) => Promise<Result> | Result,
): Promise<Result> {
  const kind = ageKind(file);
  if (kind === null) return use(file, false);
  if (kind === "armor") {
    throw new CommandError(
      `${file} is in age's text format. Make it binary first: age -d ${file} > plain.backup`,
    );
  }
  const who = await identitiesOf(file, kind, options, io);
  rmSync(draft, { force: true });
  try {
    closeSync(createPrivateFile(draft));
    await decryptFile(file, draft, who);
    return await use(draft, true);
  } catch (error) {
    if (error instanceof AgeError) throw new CommandError(`${file} ${error.message}.`);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

async function identitiesOf(
  file: string,
  kind: "recipients" | "passphrase",
  { identity }: DecryptionOptions,
  io: Io,
): Promise<AgeIdentities> {
  if (kind === "passphrase") {
    if (!io.asksPerson) throw new CommandError(`${file} has a passphrase, which is asked for at a terminal.`);
    return { passphrase: await io.askHidden("Passphrase of the backup: ") };
  }
  if (identity === undefined) {
    throw new CommandError(
      `${file} is encrypted. Name the file with the identity that opens it: --identity key.txt`,
    );
  }
  if (!existsSync(identity)) throw new CommandError(`There is no file ${identity}.`);
  const identities = identityLines(readFileSync(identity, "utf8"));
  if (identities.length > 0) return { identities };
  throw new CommandError(
    `${identity} has no identity of age (AGE-SECRET-KEY-…). If it has a passphrase itself: age -d ${identity} > key.txt`,
  );
}

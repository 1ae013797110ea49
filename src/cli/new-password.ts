/** The password that an operator gives a person: generated, typed, piped, or as the hash that another server kept. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { createCommonPasswords } from "../accounts/common-passwords.ts";
import { createNewPasswords, type NewPasswordFault, type PasswordOwner } from "../accounts/new-password.ts";
import { passwordHashFault } from "../accounts/password-hashes.ts";
import { createPasswords } from "../accounts/passwords.ts";
import type { Configuration } from "../configuration/schema.ts";
import { hashKind, unsendable } from "../configuration/secrets.ts";
import type { RandomBytes } from "../platform/random.ts";
import { decodeUtf8 } from "../platform/text-bytes.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { type CommonOptions, withCommonOptions } from "./workspace.ts";

export interface PasswordOptions extends CommonOptions {
  readonly generate?: boolean;
  readonly passwordStdin?: boolean;
  /** "-" is standard input. */
  readonly passwordHashFile?: string;
}

export const withPasswordOptions = (command: Command): Command =>
  withCommonOptions(command)
    .option("--generate", "make a password and show it once")
    .option("--password-stdin", "read the password from standard input")
    .option(
      "--password-hash-file <file>",
      "take over the hash that another server kept; - is standard input",
    );

export const PASSWORD_HELP = `
Without --generate the command asks for the password on the terminal, without showing it; in a script it reads standard
input. A weak password is taken with a warning; people who choose their own must choose another.

A hash of argon2, bcrypt, scrypt, PBKDF2 or salted SHA is taken over as it is, and renewed when the person signs in.`;

export interface NewPassword {
  readonly passwordHash: string;
  /** A password that was made here, and is shown once. */
  readonly shown: string | null;
}

/** Throws CommandError for a password or a hash that cannot be the person's. */
export async function readNewPassword(
  owner: PasswordOwner,
  options: PasswordOptions,
  configuration: Configuration,
  io: Io,
): Promise<NewPassword> {
  const given = [options.generate, options.passwordStdin, options.passwordHashFile !== undefined];
  if (given.filter(Boolean).length > 1) {
    throw new CommandError("Give only one of --generate, --password-stdin and --password-hash-file.");
  }
  if (options.passwordHashFile !== undefined) {
    return { passwordHash: await readHashFile(options.passwordHashFile, io), shown: null };
  }
  const password = options.generate
    ? generatePassword(io.random)
    : await chosenPassword(owner, options, configuration, io);
  const { limits } = configuration;
  const passwords = createPasswords({
    checksAtOnce: limits.password_checks_at_once,
    checksWaiting: limits.password_checks_waiting,
    maximumBytes: limits.password_bytes,
  });
  return { passwordHash: await passwords.hash(password), shown: options.generate ? password : null };
}

async function readHashFile(file: string, io: Io): Promise<string> {
  const where = file === "-" ? "on standard input" : `in ${file}`;
  const hash = (file === "-" ? await io.readStdin() : readText(file)).trim();
  const fault = passwordHashFault(hash);
  // The hash itself is not repeated: it may be a password.
  if (fault !== null) throw new CommandError(`The hash ${where} ${fault}. Nothing was changed.`);
  return hash;
}

function readText(file: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new CommandError(`${file} cannot be read. Name a file with the hash, or - for standard input.`);
  }
  const text = decodeUtf8(bytes);
  return typeof text === "string" ? text : "";
}

/** Reads or asks for a password that is long enough, and warns of one that is weak. */
async function chosenPassword(
  owner: PasswordOwner,
  options: PasswordOptions,
  configuration: Configuration,
  io: Io,
): Promise<string> {
  const password = await readPassword(owner.username, options, io);
  const kind = hashKind(password);
  if (kind !== null) {
    throw new CommandError(
      `This is a hash (${kind}), not a password. To take it over, use --password-hash-file; --generate makes a new password.`,
    );
  }
  const { minimum_password_characters, password_bytes } = configuration.limits;
  const newPasswords = createNewPasswords({
    configuration,
    common: createCommonPasswords(),
    breached: null,
  });
  const fault = await newPasswords.fault(password, owner);
  if (fault === "too_short") {
    throw new CommandError(
      `The password is too short. It needs at least ${minimum_password_characters} characters; --generate makes a good one.`,
    );
  }
  if (fault === "too_long") {
    throw new CommandError(
      `The password is too long. It may have at most ${password_bytes} bytes; --generate makes a good one.`,
    );
  }
  if (fault !== null) {
    io.err(
      `This password is weak: ${WEAKNESSES[fault]}. It was set all the same; --generate makes a good one.\n`,
    );
  }
  return password;
}

/** In words that follow "it". */
const WEAKNESSES: Readonly<Record<Exclude<NewPasswordFault, "too_short" | "too_long">, string>> = {
  own_username: "it is the person's user name",
  own_email: "it is the person's e-mail address or a part of it",
  server_name: "it is the name of this server",
  run: "it repeats one pattern, or one character follows the other",
  common: "many people have it or one like it, so attackers try it first",
  breached: "it was in a data breach",
};

async function readPassword(username: string, options: PasswordOptions, io: Io): Promise<string> {
  if (options.passwordStdin || !io.asksPerson) return passwordLine(await io.readStdin());
  const password = await io.askHidden(`Password for ${username}: `);
  if ((await io.askHidden("The same again: ")) === password) return password;
  throw new CommandError("The two passwords differ. Nothing was changed; try again.");
}

/**
 * The one line of the input. Its end is not part of the password; everything else is, spaces too. Throws CommandError if
 * there is a character that a person cannot type.
 */
function passwordLine(input: string): string {
  const password = input.replace(/\r?\n$/, "");
  const lines = password.split(/\r\n|\r|\n/).length;
  if (lines > 1) {
    throw new CommandError(
      `Standard input has ${lines} lines, and a password is one line. Nothing was changed.`,
    );
  }
  const fault = unsendable(password);
  if (fault !== null) throw new CommandError(`The password on standard input ${fault} Nothing was changed.`);
  return password;
}

// No letters or digits that look alike (Crockford's base 32), so that it can be read out and typed.
const PASSWORD_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** 100 random bits in five groups: `k3v9-…`. */
function generatePassword(random: RandomBytes): string {
  const letters = [...random(20)].map((byte) => PASSWORD_ALPHABET[byte % PASSWORD_ALPHABET.length]).join("");
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

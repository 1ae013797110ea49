/**
 * The rule for a new password, wherever one is chosen. Length counts (NIST SP 800-63B §3.1.1.2), and the password must not be
 * one that an attacker tries first: a common one, the person's own name, or one that was in a breach. Rules about kinds of
 * characters make passwords worse, so there are none.
 */
import type { Configuration } from "../configuration/schema.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import type { BreachedPasswords } from "./breached-passwords.ts";
import type { CommonPasswords } from "./common-passwords.ts";

export type NewPasswordFault =
  | "too_short"
  | "too_long"
  /** The user name, the e-mail address, or what stands before its @. */
  | "own_username"
  | "own_email"
  /** The name of this server or its host. */
  | "server_name"
  /** One piece over and over, or characters that follow each other. */
  | "run"
  /** One of the list that ships with the program, or little more than that. */
  | "common"
  /** One of the list that the operator has it looked up in. */
  | "breached";

/** The person who will have the password. */
export interface PasswordOwner {
  readonly username: string;
  readonly email: string | null;
}

export interface NewPasswords {
  /** Null for a good password. */
  fault(password: string, owner: PasswordOwner): Promise<NewPasswordFault | null>;
}

export interface NewPasswordsOptions {
  readonly configuration: Pick<Configuration, "limits" | "issuer" | "appearance">;
  readonly common: CommonPasswords;
  /** Null: passwords are not looked up in breaches. */
  readonly breached: BreachedPasswords | null;
}

export function createNewPasswords({ configuration, common, breached }: NewPasswordsOptions): NewPasswords {
  const serverWords = wordsOfServer(configuration);
  return {
    async fault(password, { username, email }) {
      const length = lengthFault(configuration, password);
      if (length !== null) return length;
      const folded = foldUsername(password);
      if (consistsOf(folded, [username])) return "own_username";
      if (email !== null && consistsOf(folded, [email, beforeAt(email)])) return "own_email";
      if (consistsOf(folded, serverWords)) return "server_name";
      if (isRun(folded)) return "run";
      for (const text of [folded, ...stemOf(folded)]) if (await common.has(text)) return "common";
      return (await breached?.has(password.normalize("NFKC"))) ? "breached" : null;
    },
  };
}

/** The part of the rule that holds for every password, also for those that an operator sets. */
export function lengthFault(
  { limits }: Pick<Configuration, "limits">,
  password: string,
): "too_short" | "too_long" | null {
  if (Buffer.byteLength(password) > limits.password_bytes) return "too_long";
  // Characters as a person counts them, in the form that is hashed.
  return [...password.normalize("NFKC")].length < limits.minimum_password_characters ? "too_short" : null;
}

/** So few digits and signs behind a common password are no hindrance: "sunshine2024!". */
const SHORT_TAIL = 5;

/** The password without the digits and signs at its end, if they say little. */
function stemOf(folded: string): string[] {
  const stem = folded.replace(/[^\p{L}]+$/u, "");
  const tail = folded.slice(stem.length);
  return tail !== "" && (tail.length <= SHORT_TAIL || isRun(tail)) ? [stem] : [];
}

const beforeAt = (email: string): string => email.replace(/@.*$/s, "");

/** A part of the host that is shorter says too little: "auth" and "www" are part of many words. */
const LEAST_LABEL = 5;

function wordsOfServer({ issuer, appearance }: NewPasswordsOptions["configuration"]): string[] {
  const { hostname } = new URL(issuer);
  // The last label is a domain of many, such as "com".
  const labels = hostname.split(".").slice(0, -1);
  return [
    appearance.name,
    appearance.name.replace(/\s/g, ""),
    hostname,
    ...labels.filter((label) => label.length >= LEAST_LABEL),
  ];
}

/** Whether the password is one of the words, once or several times, with nothing behind it but digits and signs. */
const consistsOf = (folded: string, words: readonly string[]): boolean =>
  words
    .map(foldUsername)
    .some((word) => word !== "" && folded.startsWith(word) && !/\p{L}/u.test(folded.replaceAll(word, "")));

/** The longest piece of which repetitions count as one. */
const PIECE = 4;

/** Whether it repeats a short piece, or counts up or down: "abababab", "1234567890", "zyxwvuts". */
function isRun(folded: string): boolean {
  const characters = [...folded];
  for (let piece = 1; piece <= PIECE && piece < characters.length; piece += 1) {
    if (characters.every((character, index) => character === characters[index % piece])) return true;
  }
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  return [1, -1].some((step) =>
    codes.every((code, index) => index === 0 || follows(codes[index - 1] ?? 0, code, step)),
  );
}

const [ZERO, NINE] = [48, 57];

/** After 9 comes 0, as on a keyboard. */
const follows = (before: number, code: number, step: number): boolean =>
  code - before === step ||
  (step === 1 && before === NINE && code === ZERO) ||
  (step === -1 && before === ZERO && code === NINE);

/**
 * Secrets of the configuration. Each is written as itself or as a reference to an environment variable, a file or a
 * credential of systemd. The references are replaced by what they refer to before the schema checks the values, so the
 * rest of the program knows only texts. A text that was changed on its way is refused: a line break at its end or quotes
 * around it would become part of the secret, and the other side would not send them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expandHome } from "../platform/home.ts";
import { decodeUtf8, hasReplacement } from "../platform/text-bytes.ts";
import { isTable, type Mistake, nameOf, type Table } from "./mistakes.ts";
import type { SettingPath } from "./settings.ts";
import { SECRET_DIGEST } from "./values.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Every setting that is a secret, as its path. `*` stands for each entry of a list. */
export const SECRET_PLACES: readonly (readonly string[])[] = [
  ["server_key"],
  ["former_server_keys", "*"],
  ["database", "url"],
  ["mail", "password"],
  ["metrics", "token"],
  ["telemetry", "headers", "*", "value"],
  ["webhooks", "*", "secrets", "*"],
  ["registration", "initial_access_tokens", "*"],
  ["clients", "*", "secrets", "*"],
  ["people", "*", "password"],
  ["people", "*", "password_hash"],
];

/** The members of a reference. */
const KINDS = ["env", "file", "credential"] as const;
type Kind = (typeof KINDS)[number];
const isKind = (name: string): name is Kind => KINDS.some((kind) => kind === name);

/** Whether a value is a table with members of references and no others. */
export const isReference = (value: unknown): value is Table =>
  isTable(value) && Object.keys(value).length > 0 && Object.keys(value).every(isKind);

export interface SecretSources {
  readonly env: Environment;
  /** Whether the value at the path came from a variable or a flag, not from the file. */
  readonly isFromOutside: (path: SettingPath) => boolean;
}

/** Replaces the references in the tree by their texts. Returns the faults of all secrets. */
export function resolveSecrets(tree: Table, sources: SecretSources): Mistake[] {
  const mistakes: Mistake[] = [];
  for (const place of SECRET_PLACES) {
    for (const { container, step, path } of valuesAt(tree, place)) {
      const value = container[step];
      const tell = (text: string) => mistakes.push({ path, text: `${nameOf(path, tree)}: ${text}` });
      if (isReference(value)) {
        const read = readReference(value, sources.env);
        if ("fault" in read) {
          tell(read.fault);
          continue;
        }
        const fault = changeOnTheWay(read.text);
        if (fault !== null) tell(`${read.where} ${fault}`);
        container[step] = read.text;
      } else if (typeof value === "string" && value !== "") {
        const fault = sources.isFromOutside(path) ? changeOnTheWay(value) : unsendable(value);
        if (fault !== null) tell(`the value ${fault}`);
      }
    }
  }
  return mistakes;
}

/** Where the secrets of a configuration file stand. */
export interface SecretsOfFile {
  /** Whether the file itself has one. The digest of a secret is none. */
  readonly areWritten: boolean;
  /** The files that it refers to, also by a variable with the name of a file. */
  readonly files: readonly string[];
}

/** `tree`: the file as it was read, with its references. */
export function secretsOfFile(tree: Table, env: Environment): SecretsOfFile {
  const values = SECRET_PLACES.flatMap((place) =>
    [...valuesAt(tree, place)].map(({ container, step }) => container[step]),
  );
  const files = values.filter(isReference).flatMap(({ file, env: name, credential }) => {
    if (typeof file === "string") return [file];
    if (typeof credential === "string") return [join(env.CREDENTIALS_DIRECTORY ?? "", credential)];
    const named = typeof name === "string" ? env[`${name}_FILE`] : undefined;
    return named === undefined ? [] : [named];
  });
  return {
    areWritten: values.some(
      (value) => typeof value === "string" && value !== "" && !SECRET_DIGEST.test(value),
    ),
    files: files.map((file) => expandHome(file, env.HOME)),
  };
}

interface Found {
  readonly container: Record<string | number, unknown>;
  readonly step: string | number;
  readonly path: SettingPath;
}

function* valuesAt(here: unknown, place: readonly string[], path: SettingPath = []): Generator<Found> {
  const [step, ...rest] = place;
  if (step === undefined || typeof here !== "object" || here === null) return;
  const container = here as Record<string | number, unknown>;
  const steps: (string | number)[] = step !== "*" ? [step] : Array.isArray(here) ? [...here.keys()] : [];
  for (const next of steps) {
    if (rest.length === 0) yield { container, step: next, path: [...path, next] };
    else yield* valuesAt(container[next], rest, [...path, next]);
  }
}

/** A text and its origin, in words that begin a sentence, or the sentence that says why there is none. */
type Read = { readonly text: string; readonly where: string } | { readonly fault: string };

function readReference(reference: Table, env: Environment): Read {
  const [[kind, name] = ["", ""], another] = Object.entries(reference);
  if (another !== undefined) return { fault: "name one of env, file and credential, not several." };
  if (typeof name !== "string" || name === "") return { fault: `${kind} must be a text that is not empty.` };
  if (kind === "env") return readVariable(name, env);
  if (kind === "file") return readFile(name, `the file ${name}`, env);
  return readCredential(name, env);
}

function readVariable(name: string, env: Environment): Read {
  const text = env[name];
  const file = env[`${name}_FILE`];
  if (text && file) return { fault: `the environment has both ${name} and ${name}_FILE. Keep one of them.` };
  if (text) return { text, where: `the environment variable ${name}` };
  if (file) return readFile(file, `the file ${file} (${name}_FILE)`, env);
  return {
    fault: `the environment variable ${name} is not set. Set it, or write the secret another way.`,
  };
}

/** systemd makes the folder for a unit with LoadCredential=, and names it in the environment. */
function readCredential(name: string, env: Environment): Read {
  const folder = env.CREDENTIALS_DIRECTORY;
  if (/[/\\]/.test(name) || name === "." || name === "..") {
    return { fault: `a credential is named without a folder, and ${JSON.stringify(name)} has one.` };
  }
  if (!folder) {
    return {
      fault: `there is no credential ${name}, because CREDENTIALS_DIRECTORY is not set. systemd sets it for a unit with LoadCredential=${name}:/path/to/the/secret.`,
    };
  }
  return readFile(join(folder, name), `the credential ${name} (${join(folder, name)})`, env);
}

/** Faults of a file that exists, so its name is no secret. */
const PATH_FAULTS: Readonly<Record<string, string>> = {
  EISDIR: "is a folder",
  EACCES: "may not be read by this user",
};

/** Unlike a secret, such a path can be repeated. */
const HAS_FOLDER = /^(~|\.{0,2})[/\\]|^[A-Za-z]:\\/;

function readFile(path: string, where: string, env: Environment): Read {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(expandHome(path, env.HOME));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!(code in PATH_FAULTS) && !HAS_FOLDER.test(path)) {
      return {
        fault:
          "there is no such file. Its name is not repeated here, because the secret may stand where a path belongs. Write the path with its folder: /run/secrets/name or ./name.",
      };
    }
    return {
      fault: `${where} ${PATH_FAULTS[code] ?? (code === "ENOENT" ? "does not exist" : `cannot be read (${code})`)}.`,
    };
  }
  const text = decodeUtf8(bytes);
  if (typeof text !== "string") {
    return { fault: `${where} is not UTF-8 (line ${text.line}, column ${text.column}).` };
  }
  return text === "" ? { fault: `${where} is empty.` } : { text, where };
}

/** What was added to a secret on its way, as the rest of a sentence; null if nothing was. */
function changeOnTheWay(text: string): string | null {
  if (/^[ \t\u00A0]|[ \t\u00A0]$/.test(text)) {
    const end = /^[ \t\u00A0]/.test(text) ? "begins" : "ends";
    return `${end} with a blank, which would be part of the secret. Remove it.`;
  }
  if (/^(["'`]).*\1$/s.test(text)) {
    return "stands in quotes, which would be part of the secret. Remove them.";
  }
  return unsendable(text);
}

/** The characters of a text that no other side sends, as the rest of a sentence; null if there are none. */
export function unsendable(text: string): string | null {
  if (hasReplacement(text)) return "is not UTF-8. Write it in UTF-8, or without such characters.";
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length > 1 && lines.slice(1).every((line) => line === "")) {
    const kind = text.includes("\r\n") ? " (CR LF)" : text.includes("\r") ? " (CR)" : "";
    return `ends with a line break${kind}, which would be part of the secret. Remove it: echo writes one, printf %s does not.`;
  }
  if (lines.length > 1) return `has ${lines.length} lines. A secret is one line.`;
  const control = /\p{Cc}/u.exec(text);
  if (control === null) return null;
  const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `has a control character (U+${code}) at position ${control.index + 1}. Remove it.`;
}

const HASHES: readonly (readonly [RegExp, string])[] = [
  [/^\$2[abxy]?\$/, "bcrypt"],
  [/^(\$argon2|argon2(id|i|d)?\$)/, "argon2"],
  [/^(\$pbkdf2|pbkdf2(_sha\d+)?[$:])/i, "PBKDF2"],
  [/^(\$7\$|\$scrypt\$|scrypt[:$])/i, "scrypt"],
  [/^\$g?y\$/, "yescrypt"],
  [/^\$(1|5|6|apr1|md5|sha1)\$/, "crypt"],
  [/^(md5|sha\d+)\$/i, "a salted digest"],
  [
    /^\{(s?sha\d*|s?md5|[\w-]*crypt|argon2\w*|pbkdf2[\w-]*|cleartext|plain|noop)(\.\w+)?\}/i,
    "a hash with its scheme in braces",
  ],
];

/** The kind of hash that a text is, as other servers keep passwords and secrets; null if it is none. */
export const hashKind = (text: string): string | null =>
  HASHES.find(([pattern]) => pattern.test(text))?.[1] ?? null;

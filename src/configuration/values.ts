/** The kinds of values that the configuration is declared with: texts, numbers, tables, URLs, secrets. */
import * as v from "valibot";
import { issuerFault } from "../protocol/issuer.ts";
import { isScope } from "../protocol/scope.ts";

export const YEAR_SECONDS = 365 * 86_400;

/** The words of a setting that the schema itself cannot express. */
export type SettingWords = {
  readonly description?: string;
  /** The allowed values, where the schema cannot describe them. */
  readonly allowed?: string;
  /** Never printed: the value is a secret or may contain one. */
  readonly secret?: boolean;
  /** The default in words, where it depends on other settings. */
  readonly fallback?: string;
};

/** A step of a pipe that changes nothing. */
export const words = <Input>(all: SettingWords) => v.metadata<Input, SettingWords>(all);

/** A table with these members and no others. The library alone would accept a list too. */
export const table = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.custom<v.InferInput<v.StrictObjectSchema<Entries, undefined>>>((value) => !Array.isArray(value)),
    v.strictObject(entries),
  );

export const wholeNumber = (minimum: number, maximum: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(minimum), v.maxValue(maximum));
/** Characters are code points here; the library's plain length counts most emoji twice. */
export const text = (maximum: number) => v.pipe(v.string(), v.minLength(1), v.maxCodePoints(maximum));
export const someText = v.pipe(v.string(), v.minLength(1));

export const count = (description: string, fallback: number, minimum = 1, maximum = 1_000_000_000) =>
  v.pipe(v.optional(wholeNumber(minimum, maximum), fallback), v.description(description));
export const seconds = (description: string, fallback: number, minimum = 1, maximum = 10 * YEAR_SECONDS) =>
  count(description, fallback, minimum, maximum);

export const identifier = text(200);
export const scopeToken = v.pipe(
  v.string(),
  v.check(isScope, "a name without spaces, quotes or backslashes (RFC 6749 §3.3)"),
  v.maxCodePoints(200),
);

/** A secret that is given as its digest. */
export const SECRET_DIGEST = /^sha256:([0-9a-f]{64})$/i;

/** A secret is given as itself, as a digest (`sha256:` and 64 hexadecimal digits), or as `{ env = "NAME" }`. */
export const secretReference = v.pipe(
  v.union([text(500), table({ env: someText })]),
  words({
    secret: true,
    allowed: 'the secret, "sha256:" and 64 hexadecimal digits, or { env = "NAME" }',
  }),
);

/** A password is given as itself, or as `{ env = "NAME" }`. */
export const passwordReference = v.pipe(
  v.union([text(4096), table({ env: someText })]),
  words({ secret: true, allowed: 'the password, or { env = "NAME" }' }),
);

export const issuerUrl = v.pipe(
  v.string(),
  v.maxCodePoints(500),
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed ? issuerFault(dataset.value) : null;
    if (fault !== null) addIssue({ message: fault });
  }),
);

export const databaseUrl = v.pipe(
  v.string(),
  v.maxCodePoints(2000),
  v.check(
    (value) => URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol) && isDecodable(value),
    "of the form postgres://user:password@host:5432/database",
  ),
  words({ secret: true, allowed: "a URL of the form postgres://user:password@host:5432/database" }),
);

function isDecodable(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** The kinds of values that the configuration is declared with: texts, numbers, tables, URLs, secrets. */
import * as v from "valibot";
import { splitTarget } from "../platform/http.ts";
import { isListenHost } from "../platform/network.ts";
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

/** A setting that may be left out, without a default of its own. */
export const optional = <const Schema extends v.GenericSchema>(schema: Schema, all: SettingWords) =>
  v.pipe(v.optional(schema), words(all));

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
/** RFC 5646, as far as languages of pages need it: `de`, `pt-BR`. */
export const language = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language tag such as de or pt-BR"),
);

/** Words that people read: one text for all languages, or a table with a text for each language. */
export const peopleWords = (maximum: number) =>
  v.union([
    text(maximum),
    v.pipe(
      v.record(language, text(maximum)),
      v.check(
        (texts) => Object.keys(texts).length > 0,
        'a text, or a table with at least one language: { en = "Mail" }',
      ),
    ),
  ]);
/** Words for `allowed`: a text, or one for each language. */
export const byLanguage = (english: string, german: string): string =>
  `a table by language: { en = ${JSON.stringify(english)}, de = ${JSON.stringify(german)} }`;
export const someText = v.pipe(v.string(), v.minLength(1));

export const count = (description: string, fallback: number, minimum = 1, maximum = 1_000_000_000) =>
  v.pipe(v.optional(wholeNumber(minimum, maximum), fallback), v.description(description));
/** The longest that a setting lets anything live. */
export const LONGEST_SECONDS = 10 * YEAR_SECONDS;

export const seconds = (description: string, fallback: number, minimum = 1, maximum = LONGEST_SECONDS) =>
  count(description, fallback, minimum, maximum);

export const identifier = text(200);
/** The claims and their sources: protocol/claim-mapping.ts has the rules. */
export const claimMapping = v.record(v.string(), v.union([v.string(), v.record(v.string(), v.string())]));
/** As `groupNameFault` (accounts/profile.ts) allows it, as far as a text can say. */
export const groupName = v.pipe(text(100), v.regex(/^\S+$/, "the name of a group, without spaces"));
export const scopeToken = v.pipe(
  v.string(),
  v.check(isScope, "a name without spaces, quotes or backslashes (RFC 6749 §3.3)"),
  v.maxCodePoints(200),
);

/** A domain, without a port. */
export const domainName = v.pipe(
  v.string(),
  v.maxLength(253),
  v.regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    "a domain in lower case and in ASCII, such as example.org",
  ),
);

/** The host of an address, and its port if it has one of its own. */
export const webHost = v.pipe(
  v.string(),
  v.maxLength(255),
  v.regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[0-9]{1,5})?$/,
    "a domain in lower case and in ASCII, such as example.org",
  ),
);

/** A secret that is given as its digest. */
export const SECRET_DIGEST = /^sha256:([0-9a-f]{64})$/i;

/** The address of a listener. IPv6 addresses may stand in brackets, as in URLs. */
export const listenHost = v.pipe(
  v.string(),
  v.check(
    isListenHost,
    "localhost, an address (127.0.0.1, ::1), 0.0.0.0 or :: for all, or a host name; the port has a setting of its own",
  ),
);

/** secrets.ts has replaced every reference by its text before the schema sees it, so the output has only texts. */
const reference = v.pipe(
  table({
    env: v.optional(someText),
    file: v.optional(someText),
    credential: v.optional(someText),
  }),
  v.rawTransform<Record<string, unknown>, never>(({ addIssue, NEVER }) => {
    addIssue({ message: "a reference of which the text is known" });
    return NEVER;
  }),
);

export const REFERENCES = '{ env = "NAME" }, { file = "PATH" } or { credential = "NAME" }';

/** A secret may be given as itself or as a reference. */
const orReference = <const Text extends v.GenericSchema<string, string>>(secret: Text) =>
  v.union([secret, reference]);

/** A secret is given as itself, as a digest (`sha256:` and 64 hexadecimal digits), or as a reference. */
export const secretText = v.pipe(
  orReference(text(500)),
  words({ secret: true, allowed: `the secret, "sha256:" and 64 hexadecimal digits, ${REFERENCES}` }),
);

/** A secret of a form of its own, given as itself or as a reference. `fits`: whether a text has the form. */
export const secretOf = (fits: (text: string) => boolean, form: string) =>
  orReference(v.pipe(text(500), v.check(fits, form)));

/** A password is given as itself, or as a reference. */
export const passwordText = v.pipe(
  orReference(text(4096)),
  words({ secret: true, allowed: `the password, ${REFERENCES}` }),
);

/** The hash of a password, as another server keeps it. accounts/password-hashes.ts has the forms. */
export const passwordHashText = v.pipe(
  orReference(text(500)),
  words({ secret: true, allowed: `the hash, ${REFERENCES}` }),
);

/** The server's own secret. */
export const serverKey = orReference(
  v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, "32 random bytes as base64url: 43 characters")),
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
  orReference(
    v.pipe(
      v.string(),
      v.maxCodePoints(2000),
      v.rawCheck(({ dataset, addIssue }) => {
        const fault = dataset.typed ? databaseUrlFault(dataset.value) : null;
        if (fault !== null) addIssue({ message: fault });
      }),
    ),
  ),
  words({
    secret: true,
    allowed: `a URL of the form postgres://user:password@host:5432/database, ${REFERENCES}`,
  }),
);

const DATABASE_URL_FORM = "of the form postgres://user:password@host:5432/database";

/** What the URL must be instead; null if it can be used. Never repeats a part of it, since any part may be the password. */
function databaseUrlFault(url: string): string | null {
  if (!/^postgres(ql)?:\/\//i.test(url)) return DATABASE_URL_FORM;
  if (hasUnencodedCharacters(url) || !URL.canParse(url)) {
    return `${DATABASE_URL_FORM}. In the user name and the password, write @ as %40, # as %23, / as %2F, ? as %3F and % as %25`;
  }
  return null;
}

/** Such a character in the password would end the host, or make a part of the password the host. */
function hasUnencodedCharacters(url: string): boolean {
  const [, authority = "", rest = ""] = /^\w+:\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  const { path, query } = splitTarget(rest);
  // PostgreSQL's URLs have no fragment.
  if (authority.split("@").length > 2 || rest.includes("#") || path.includes("@")) return true;
  const isNoParameter = (text: string) => text.includes("@") && !/^[\w.]+=/.test(text);
  if (!authority.includes("@") && (path === "" ? query.includes("@") : query.split("&").some(isNoParameter)))
    return true;
  return [authority, path].some((part) => /%(?![0-9a-f]{2})/i.test(part)) || !isDecodable(authority + path);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * RFC 9396: `authorization_details`, a list of objects that say what a client wants to do. The operator declares their types. This file
 * reads the list and compares objects with their types; rules/authorization-details.ts says who may ask for what.
 */

import { OAuthError } from "./errors.ts";
import type { ResourceIndicator } from "./identifiers.ts";
import { isJsonObject } from "./json.ts";
import { isShownWhole } from "./names.ts";
import { type PeopleWords, wordsIn } from "./people-words.ts";

/** The kinds of values that a field may have. `texts` is a list of texts. */
export const DETAIL_KINDS = ["text", "texts", "number", "boolean"] as const;
type DetailKind = (typeof DETAIL_KINDS)[number];

/** §2: an object of the list. Every field of it is one that its type declares. */
export interface AuthorizationDetail {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface DetailField {
  /** The names on the way to the value, with dots between them: `instructedAmount.amount`. */
  readonly name: string;
  readonly label: PeopleWords;
  readonly kind: DetailKind;
  readonly required: boolean;
  /** The texts that it may have, with the words for each; null if it may have any. */
  readonly values: ReadonlyMap<string, PeopleWords> | null;
}

export interface DetailType {
  readonly type: string;
  readonly title: PeopleWords;
  /** The APIs that understand it. No token for other APIs has it. */
  readonly resources: readonly ResourceIndicator[];
  /** In the order in which people read them. */
  readonly fields: readonly DetailField[];
  /** Whether a person who allowed exactly the same is not asked again. */
  readonly remembered: boolean;
  /** Whether clients may use it that describe themselves. */
  readonly selfRegistered: boolean;
}

/** The bounds of a list: it travels in an address, is shown on one page, and goes into each token. */
export const LONGEST_DETAILS_BYTES = 4096;
export const MOST_DETAILS = 10;
const MOST_ITEMS = 20;
export const LONGEST_TEXT = 200;
/** The list, an object, two objects inside it, and a list of texts. */
const DEEPEST = 5;

/** The objects of the parameter. Their fields are not checked yet. Throws `authorization_details_malformed`. */
export function parseAuthorizationDetails(text: string): readonly AuthorizationDetail[] {
  if (Buffer.byteLength(text) > LONGEST_DETAILS_BYTES)
    throw malformed(`it has more than ${LONGEST_DETAILS_BYTES} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed("it is no JSON");
  }
  if (!Array.isArray(parsed)) throw malformed("it is no list of JSON");
  if (parsed.length === 0) throw malformed("its list is empty");
  if (parsed.length > MOST_DETAILS) throw malformed(`its list has more than ${MOST_DETAILS} entries`);
  if (!isShallow(parsed, DEEPEST)) throw malformed(`it is nested more than ${DEEPEST} deep`);
  const details = parsed.map((each: unknown) => {
    if (!isDetail(each)) throw malformed("each entry is an object with a type, which is a text");
    return each;
  });
  if (new Set(details.map(canonical)).size < details.length) throw malformed("an entry is there twice");
  return details;
}

const isDetail = (value: unknown): value is AuthorizationDetail =>
  isJsonObject(value) && Object.hasOwn(value, "type") && typeof value.type === "string";

const isShallow = (value: unknown, depth: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1)));

const malformed = (why: string): OAuthError =>
  new OAuthError("authorization_details_malformed", {
    description: `The parameter 'authorization_details' is not valid: ${why}.`,
  });

/**
 * §5: what is wrong with an object of this type; null if nothing is. Each value can be shown to a person whole, so nothing is granted
 * that the page does not say.
 */
export function detailFault(
  { fields }: DetailType,
  { type: _, ...members }: AuthorizationDetail,
): string | null {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const faultIn = (members: Readonly<Record<string, unknown>>, prefix: string): string | null => {
    for (const [member, value] of Object.entries(members)) {
      const name = prefix + member;
      const shown = `'${name.slice(0, 80)}'`;
      // A dot is only between names.
      const field = member.includes(".") ? undefined : byName.get(name);
      const isOuter = !member.includes(".") && fields.some((each) => each.name.startsWith(`${name}.`));
      if (field === undefined && !isOuter) return `its type has no field ${shown}`;
      if (field === undefined) {
        if (!isJsonObject(value) || Object.keys(value).length === 0)
          return `the field ${shown} is no object with fields`;
        const fault = faultIn(value, `${name}.`);
        if (fault !== null) return fault;
        continue;
      }
      const fault = valueFault(field, value);
      if (fault !== null) return `the field ${shown} ${fault}`;
    }
    return null;
  };
  const missing = fields.find(({ name, required }) => required && !hasValue(members, name));
  return faultIn(members, "") ?? (missing === undefined ? null : `the field '${missing.name}' is missing`);
}

const hasValue = (members: Readonly<Record<string, unknown>>, name: string): boolean =>
  valueAt(members, name) !== undefined;

function valueAt(members: Readonly<Record<string, unknown>>, name: string): unknown {
  let value: unknown = members;
  for (const step of name.split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function valueFault({ kind, values }: DetailField, value: unknown): string | null {
  switch (kind) {
    case "text":
      return textFault(value, values);
    case "texts":
      if (!Array.isArray(value) || value.length === 0) return "is no list of texts";
      if (value.length > MOST_ITEMS) return `has more than ${MOST_ITEMS} texts`;
      return value.map((each: unknown) => textFault(each, values)).find((fault) => fault !== null) ?? null;
    case "number":
      // JSON has larger numbers, which would be stored as another value.
      return typeof value === "number" && Number.isFinite(value) ? null : "is no number";
    case "boolean":
      return typeof value === "boolean" ? null : "is neither true nor false";
  }
}

function textFault(value: unknown, values: DetailField["values"]): string | null {
  if (typeof value !== "string") return "is no text";
  if (values !== null) return values.has(value) ? null : "has a value that its type does not name";
  if ([...value].length > LONGEST_TEXT) return `has more than ${LONGEST_TEXT} characters`;
  return isShownWhole(value) ? null : "has characters that a page cannot show, or needless spaces";
}

/** One text for each meaning: the order of members does not count. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

export interface ShownDetail {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly values: readonly (string | boolean)[] }[];
}

/** An object in words, in the order of its type. `type`: undefined if the operator took it away since. */
export function detailInWords(
  type: DetailType | undefined,
  detail: AuthorizationDetail,
  language: string,
): ShownDetail {
  if (type === undefined) return { title: detail.type, rows: [] };
  const rows = type.fields.flatMap(({ name, label, values }) => {
    const value = valueAt(detail, name);
    if (value === undefined) return [];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    const inWords = (each: unknown): string | boolean =>
      typeof each === "boolean" ? each : wordsIn(values?.get(String(each)) ?? String(each), language);
    return [{ label: wordsIn(label, language), values: all.map(inWords) }];
  });
  return { title: wordsIn(type.title, language), rows };
}

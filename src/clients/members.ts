/** Reading the members of client metadata: each function refuses a member of the wrong kind, and says which one it is. */
import { OAuthError } from "../protocol/errors.ts";

/** Client metadata as a client or the operator wrote it. */
export type Members = Readonly<Record<string, unknown>>;

/** Null and the empty string count as left out: several clients send them. */
export const isAbsent = (value: unknown): value is undefined | null | "" =>
  value === undefined || value === null || value === "";

export function readString(members: Members, name: string): string | null {
  const value = members[name];
  if (isAbsent(value)) return null;
  return typeof value === "string" ? checkText(value, name) : refuse(`${name} must be a string.`);
}

/** An address for people: any http or https URL. */
export function readWebUrl(members: Members, name: string): string | null {
  const text = readString(members, name);
  if (text === null) return null;
  // What cannot be seen belongs in no address: a terminal would obey it, and a page would turn around.
  const fine = /^https?:\/\/[^\s\\<>"\p{Cc}\p{Cf}]+$/u.test(text) && URL.canParse(text);
  return fine ? text : refuse(`${name} must be an http or https URL.`);
}

/** Half a character of UTF-16 would not come back from the store as it was. */
function checkText(text: string, name: string): string {
  if (text.length > 2000) return refuse(`${name} is too long.`);
  return text.isWellFormed() ? text : refuse(`${name} is not well-formed Unicode.`);
}

export function readStrings(members: Members, name: string): string[] | null {
  const value = members[name];
  if (isAbsent(value)) return null;
  if (!Array.isArray(value) || value.length > 50)
    return refuse(`${name} must be an array of at most 50 strings.`);
  const strings: string[] = [];
  for (const item of value) {
    if (typeof item !== "string") return refuse(`${name} must be an array of strings.`);
    if (item !== "") strings.push(checkText(item, name));
  }
  return strings;
}

/** RFC 7591 §2 has JSON booleans; some programs write them as text. */
export function readBoolean(members: Members, name: string): boolean {
  const value = members[name];
  if (isAbsent(value) || value === false || value === "false") return false;
  return value === true || value === "true" || refuse(`${name} must be true or false.`);
}

/** Seconds, not negative. */
export function readSeconds(members: Members, name: string): number | null {
  const value = members[name];
  if (isAbsent(value)) return null;
  const seconds = typeof value === "string" && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
  if (typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds >= 0) return seconds;
  return refuse(`${name} must be a whole number of seconds, 0 or more.`);
}

/** Throws `client_metadata_refused` with these words. */
export function refuse(description: string): never {
  throw new OAuthError("client_metadata_refused", { description });
}

/** OpenID Connect Registration §2: these use the https scheme. */
export function readHttpsUrl(members: Members, name: string): string | null {
  const text = readString(members, name);
  if (text === null) return null;
  return isPlainUrl(text, ["https:"]) ? text : refuse(`${name} must be an https URL without a fragment.`);
}

/** A URL of printable ASCII with one of these schemes, without a fragment and without a user. */
export const isPlainUrl = (text: string, schemes: readonly string[]): boolean => {
  if (!/^[\x21-\x7E]+$/.test(text) || /[\\"<>^`{|}#]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return schemes.includes(protocol) && username === "" && password === "";
};

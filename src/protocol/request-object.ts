/**
 * Request objects (RFC 9101 §2.1, OpenID Connect Core §6): a JWT of which the claims are the parameters of an authorization
 * request. This file reads its form. Whether it may be believed is a question for rules/request-object.ts.
 */
import { OAuthError } from "./errors.ts";
import { Parameters } from "./parameters.ts";

/**
 * The longest request object, in characters. It travels in an address on its way through the sign-in page, and the listener
 * takes 16 kB of address and headers.
 */
export const LONGEST_REQUEST_OBJECT = 12_288;

/** No parameter is nested this deep. */
const DEEPEST = 16;

/** RFC 9101 §4, OpenID Connect Core §6.1: the type that RFC 9101 gave, and those that name no kind of JWT. */
const TYPES = ["oauth-authz-req+jwt", "jwt"];

type JsonObject = Readonly<Record<string, unknown>>;

export interface RequestObject {
  /** The compact form, as it came. */
  readonly text: string;
  /** `none` if it is not signed. */
  readonly algorithm: string;
  readonly kid: string | undefined;
  readonly claims: JsonObject;
}

/** Reads the form of a request object. It proves nothing yet. Throws OAuthError. */
export function parseRequestObject(text: string): RequestObject {
  if (text.length > LONGEST_REQUEST_OBJECT)
    throw malformed(`it has more than ${LONGEST_REQUEST_OBJECT} characters`);
  const parts = text.split(".");
  // RFC 7516 §3.1: an encrypted one has five parts.
  if (parts.length === 5) throw new OAuthError("request_object_encrypted");
  const [header = "", payload = "", signature = ""] = parts;
  if (parts.length !== 3) throw malformed("it is no JWT in the compact form");
  const { alg, kid, typ, crit, b64, zip } = parseObject(header, "header");
  if (typeof alg !== "string") throw malformed("its header names no alg");
  if (kid !== undefined && typeof kid !== "string") throw malformed("kid in its header is no text");
  // RFC 7515 §4.1.11: a header that must be understood, and that this server does not know.
  if (crit !== undefined || b64 !== undefined || zip !== undefined)
    throw malformed("its header has crit, b64 or zip");
  if (typ !== undefined && !isKnownType(typ))
    throw malformed("typ in its header must be oauth-authz-req+jwt, JWT or absent");
  if ((alg === "none") !== (signature === ""))
    throw malformed("alg in its header does not fit its signature");
  return { text, algorithm: alg, kid, claims: parseObject(payload, "body") };
}

/** RFC 7515 §4.1.9: a media type, for which case does not count, and which may leave out "application/". */
const isKnownType = (typ: unknown): boolean =>
  typeof typ === "string" && TYPES.includes(typ.toLowerCase().replace(/^application\//, ""));

function parseObject(encoded: string, part: string): JsonObject {
  const text = decodeBase64url(encoded);
  if (text === null) throw malformed(`its ${part} is not base64url of UTF-8`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed(`its ${part} is no JSON`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw malformed(`its ${part} is no JSON object`);
  const { names, depth } = outlineOf(text);
  if (depth > DEEPEST) throw malformed(`its ${part} is nested more than ${DEEPEST} deep`);
  // RFC 7519 §4: claim names are unique. RFC 6749 §3.1: so are parameters.
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw malformed(`its ${part} has the member '${repeated.slice(0, 40)}' twice`);
  return { ...parsed };
}

function decodeBase64url(encoded: string): string | null {
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(encoded, "base64url"));
  } catch {
    return null;
  }
}

/** The names of the members of a JSON object, repeated ones too, which `JSON.parse` drops; and how deep the text is nested. */
export function outlineOf(json: string): { readonly names: readonly string[]; readonly depth: number } {
  const names: string[] = [];
  let level = 0;
  let depth = 0;
  for (const [token, name] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (name !== undefined) {
      if (level === 1) names.push(String(JSON.parse(name)));
    } else if (token === "{" || token === "[") depth = Math.max(depth, ++level);
    else if (token === "}" || token === "]") level -= 1;
  }
  return { names, depth };
}

type Reading = (value: unknown) => readonly string[] | null;

const text: Reading = (value) => (typeof value === "string" ? [value] : null);
const textOrNumber: Reading = (value) => (Number.isSafeInteger(value) ? [String(value)] : text(value));
const textOrTexts: Reading = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === "string") ? value : text(value);
const textOrObject: Reading = (value) =>
  typeof value === "object" && value !== null ? [JSON.stringify(value)] : text(value);

/** The parameters of an authorization request that this server reads, each with the JSON that it may be. */
const READINGS: ReadonlyMap<string, Reading> = new Map([
  ...[
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "login_hint",
    "id_token_hint",
    "ui_locales",
  ].map((name): [string, Reading] => [name, text]),
  // RFC 9101 §4: "Numerical values MUST be included as JSON numbers".
  ["max_age", textOrNumber],
  // RFC 8707 §2: several resources are a list.
  ["resource", textOrTexts],
  // OpenID Connect Core §6.1: these are objects of JSON, not texts with JSON in them.
  ["claims", textOrObject],
  ["registration", textOrObject],
]);

/** The parameters that a request object has. As in a query, empty and unknown ones are not there. Throws OAuthError. */
export function parametersIn({ claims }: Pick<RequestObject, "claims">): Parameters {
  const values = new Map<string, readonly string[]>();
  for (const [name, read] of READINGS) {
    if (!Object.hasOwn(claims, name)) continue;
    const found = read(claims[name]);
    if (found === null) throw malformed(`its member '${name}' has the wrong type`);
    if (!found.every((value) => value.isWellFormed() && !value.includes("\0")))
      throw malformed(`its member '${name}' has characters that are none`);
    const sent = found.filter((value) => value !== "");
    if (sent.length > 0) values.set(name, sent);
  }
  return new Parameters(values);
}

const malformed = (why: string): OAuthError =>
  new OAuthError("request_object_malformed", { description: `The request object is not valid: ${why}.` });

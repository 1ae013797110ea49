/**
 * Request objects (RFC 9101 §2.1, OpenID Connect Core §6): a JWT of which the claims are the parameters of an authorization
 * request. This file reads its form. Whether it may be believed is a question for rules/request-object.ts.
 */
import { OAuthError } from "./errors.ts";
import { hasType, type Jws, JwsFault, parseJws } from "./jws.ts";
import { Parameters } from "./parameters.ts";

/**
 * The longest request object, in characters. It travels in an address on its way through the sign-in page, and the listener
 * takes 16 kB of address and headers.
 */
export const LONGEST_REQUEST_OBJECT = 12_288;

/** RFC 9101 §4, OpenID Connect Core §6.1: the type that RFC 9101 gave, and those that name no kind of JWT. */
const TYPES = ["oauth-authz-req+jwt", "jwt"];

export type RequestObject = Pick<Jws, "text" | "algorithm" | "kid" | "claims">;

/** Reads the form of a request object. It proves nothing yet. Throws OAuthError. */
export function parseRequestObject(text: string): RequestObject {
  let object: Jws;
  try {
    object = parseJws(text, LONGEST_REQUEST_OBJECT);
  } catch (error) {
    if (!(error instanceof JwsFault)) throw error;
    throw error.isEncrypted ? new OAuthError("request_object_encrypted") : malformed(error.words);
  }
  if (object.typ !== undefined && !hasType(object, ...TYPES))
    throw malformed("typ in its header must be oauth-authz-req+jwt, JWT or absent");
  return object;
}

type Reading = (value: unknown) => readonly string[] | null;

const text: Reading = (value) => (typeof value === "string" ? [value] : null);
const textOrNumber: Reading = (value) => (Number.isSafeInteger(value) ? [String(value)] : text(value));
const textOrTexts: Reading = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === "string") ? value : text(value);
const textOrObject: Reading = (value) =>
  typeof value === "object" && value !== null ? [JSON.stringify(value)] : text(value);

/** The parameters of a request, each with the JSON that it may be. */
export type Readings = ReadonlyMap<string, Reading>;

/** The parameters of an authorization request that this server reads, each with the JSON that it may be. */
const READINGS: Readings = new Map([
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
    "dpop_jkt",
    "prompt",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "acr_values",
  ].map((name): [string, Reading] => [name, text]),
  // RFC 9101 §4: "Numerical values MUST be included as JSON numbers".
  ["max_age", textOrNumber],
  // RFC 8707 §2: several resources are a list.
  ["resource", textOrTexts],
  // OpenID Connect Core §6.1: these are objects of JSON, not texts with JSON in them.
  ["claims", textOrObject],
  ["registration", textOrObject],
  // RFC 9396 §2: a list of objects.
  ["authorization_details", textOrObject],
]);

/** CIBA §7.1 and §7.1.1: the same for requests to people in the back channel. */
export const BACKCHANNEL_READINGS: Readings = new Map([
  ...[
    "scope",
    "client_notification_token",
    "acr_values",
    "login_hint_token",
    "id_token_hint",
    "login_hint",
    "binding_message",
    "user_code",
  ].map((name): [string, Reading] => [name, text]),
  ["requested_expiry", textOrNumber],
  ["resource", textOrTexts],
  ["authorization_details", textOrObject],
]);

/** The parameters that a request object has. As in a query, empty and unknown ones are not there. Throws OAuthError. */
export function parametersIn(
  { claims }: Pick<RequestObject, "claims">,
  readings: Readings = READINGS,
): Parameters {
  const values = new Map<string, readonly string[]>();
  for (const [name, read] of readings) {
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

/**
 * Claims of the operator's own, and where their values come from. A source is one of these texts, or a table that names
 * values and who gets each: `{ admin = "group:admins", viewer = "everyone" }`, of which the first that fits counts.
 * A client that acts for itself (RFC 6749 §4.4) is no person: only `value:` and `client` give it a claim.
 *
 * - `attribute:quota`: the person's attribute of that name.
 * - `group:admins`: true for members of the group, false for others.
 * - `email`, `groups` …: the standard claim of that name.
 * - `value:gold`: this value, for every person and for the client itself.
 */
import { type FactValue, readFactValue } from "./fact-value.ts";

/** The values, and who gets each: `group:NAME`, `everyone` (every person), or `client` (the client for itself). */
export type ClaimChoices = Readonly<Record<string, string>>;
export type ClaimSource = string | ClaimChoices;
/** Claims by their names. */
export type ClaimMapping = Readonly<Record<string, ClaimSource>>;

/**
 * Names with a meaning of their own in ID tokens, access tokens, userinfo and introspection (RFC 7519 §4.1, OpenID Connect
 * Core §2 and §5.6.2, RFC 8693 §4, RFC 7800, RFC 9068, RFC 7662).
 */
const RESERVED: ReadonlySet<string> = new Set(
  [
    "iss sub aud exp iat nbf jti nonce auth_time acr amr azp at_hash c_hash s_hash sid events toe act may_act cnf",
    "scope client_id active token_type authorization_details sub_id sub_jwk grant_id _claim_names _claim_sources",
  ].flatMap((names) => names.split(" ")),
);

/** Facts that are told together with the word that they are verified. */
const WITH_PROOF: readonly string[] = ["email", "email_verified", "phone_number", "phone_number_verified"];

/** The most claims of one mapping. */
export const MAPPING_CLAIMS = 50;

/** The most bytes, as JSON, of all claims of a person that come from mappings. */
export const MAPPED_BYTES = 16_384;

/** Why a claim may not have this name, in words that follow "it"; null if it may. */
export function claimNameFault(name: string, source: ClaimSource): string | null {
  if (!/^[A-Za-z0-9_.:/-]{1,200}$/.test(name) || name === "__proto__")
    return "is not the name of a claim: letters, digits and _ . : / -, 200 characters at most";
  if (RESERVED.has(name)) return "is a claim of the protocol itself. Choose another name";
  if (WITH_PROOF.includes(name) && name !== source)
    return "is told together with whether it is verified, so it cannot have another source";
  return null;
}

const GROUP = /^group:(\S{1,100})$/u;
const ATTRIBUTE = /^attribute:([A-Za-z][A-Za-z0-9_.-]{0,99})$/;

/** The group that a text names as `group:NAME`; null if it names none. */
export const groupIn = (text: string): string | null => GROUP.exec(text)?.[1] ?? null;

/** The attribute that a text names as `attribute:NAME`; null if it names none. */
export const attributeIn = (text: string): string | null => ATTRIBUTE.exec(text)?.[1] ?? null;

const FIXED = /^value:(.{1,1000})$/su;

/** The value that a text gives as `value:…`; null if it gives none. */
export function fixedValueIn(text: string): FactValue | null {
  const value = FIXED.exec(text)?.[1];
  return value === undefined ? null : readFactValue(value);
}

/** Why a source is not allowed, in words that follow "it"; null if it is allowed. */
export function claimSourceFault(source: ClaimSource, standardClaims: readonly string[]): string | null {
  if (typeof source === "string") {
    const isKnown =
      fixedValueIn(source) !== null ||
      (groupIn(source) ?? attributeIn(source) ?? standardClaims.includes(source));
    return isKnown
      ? null
      : "is no source: write attribute:NAME, group:NAME, value:TEXT or the name of a standard claim";
  }
  const choices = Object.entries(source);
  if (choices.length === 0) return "has no value";
  // A number as a name would lose its place in the order.
  if (choices.some(([value]) => /^\d+$/.test(value))) return "has a number for a value: use an attribute";
  const wrong = choices.find(([, who]) => who !== "everyone" && who !== "client" && groupIn(who) === null);
  return wrong === undefined ? null : `names '${wrong[1]}', which is none of everyone, client and group:NAME`;
}

/** A list of names as a mapping: each is a standard claim, or else the attribute of that name. */
export const namedClaims = (names: readonly string[], standardClaims: readonly string[]): ClaimMapping =>
  Object.fromEntries(names.map((name) => [name, standardClaims.includes(name) ? name : `attribute:${name}`]));

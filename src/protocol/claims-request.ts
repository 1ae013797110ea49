/** OpenID Connect Core §5.5: the parameter `claims`, in which a client asks for individual claims about the person. */

import { OAuthError } from "./errors.ts";
import { isJsonObject } from "./json.ts";

/** §5.5.1: what a client asks of one claim. */
export interface ClaimRequest {
  readonly essential: boolean;
  /** The values that the client wants, the preferred first. Null if any will do. */
  readonly values: readonly unknown[] | null;
}

/** By the names of the claims. It is stored as JSON. */
export type RequestedClaims = Readonly<Record<string, ClaimRequest>>;

export interface ClaimsRequest {
  readonly userinfo: RequestedClaims;
  readonly idToken: RequestedClaims;
}

const LONGEST_BYTES = 4096;
/** The request, a member, a claim, and its values. */
const DEEPEST = 4;
const MOST_NAMES = 40;
const LONGEST_NAME = 100;

/** Parses the parameter. It ignores unknown members, names that are too long, and names beyond the 40th. Throws `parameter_invalid`. */
export function parseClaimsRequest(text: string): ClaimsRequest {
  if (Buffer.byteLength(text) > LONGEST_BYTES) throw invalid(`it has more than ${LONGEST_BYTES} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid("it is no JSON");
  }
  if (!isJsonObject(parsed)) throw invalid("it is no JSON object");
  if (!isShallow(parsed, DEEPEST)) throw invalid(`it is nested more than ${DEEPEST} deep`);
  if (!isStorable(parsed)) throw invalid("it has characters that are none");
  return {
    userinfo: readClaims("userinfo", memberOf(parsed, "userinfo")),
    idToken: readClaims("id_token", memberOf(parsed, "id_token")),
  };
}

function readClaims(member: string, claims: unknown): RequestedClaims {
  if (claims === undefined || claims === null) return {};
  if (!isJsonObject(claims)) throw invalid(`${member} is no object`);
  const named = Object.entries(claims).filter(([name]) => name.length <= LONGEST_NAME);
  // `fromEntries` defines the names, so that none of them can be a prototype.
  return Object.fromEntries(
    named.slice(0, MOST_NAMES).map(([name, claim]) => [name, readClaim(member, claim)]),
  );
}

function readClaim(member: string, claim: unknown): ClaimRequest {
  if (claim === null) return { essential: false, values: null };
  if (!isJsonObject(claim)) throw invalid(`each claim of ${member} is null or an object`);
  const essential = memberOf(claim, "essential") ?? false;
  if (typeof essential !== "boolean") throw invalid(`essential in ${member} is true or false`);
  const value = memberOf(claim, "value");
  if (value !== undefined) return { essential, values: [value] };
  const values = memberOf(claim, "values");
  if (values !== undefined && !Array.isArray(values)) throw invalid(`values in ${member} is a list`);
  return { essential, values: values ?? null };
}

const memberOf = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const isShallow = (value: unknown, depth: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1)));

/** No store takes U+0000, or half a character. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner));
};

const invalid = (why: string): OAuthError =>
  new OAuthError("parameter_invalid", { description: `The parameter 'claims' is not valid: ${why}.` });

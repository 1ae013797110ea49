/**
 * RFC 7515 §7.1: the compact form of what a client or another issuer signed: request objects, client assertions, DPoP proofs,
 * assertions as grants. This file reads the form. It proves nothing: whether a key signed it is a question for keys/verify.ts,
 * and whether it may be believed is one for the rule of its kind.
 */

type JsonObject = Readonly<Record<string, unknown>>;

export interface Jws {
  /** The compact form, as it came. */
  readonly text: string;
  /** `none` if it is not signed. */
  readonly algorithm: string;
  readonly kid: string | undefined;
  /** As it came. `undefined` if there is none. */
  readonly typ: string | undefined;
  /** The whole header, for kinds that read more of it. */
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** The text is no such JWS. `words` say why, and begin after the name of its kind: "its header names no alg". */
export class JwsFault extends Error {
  override readonly name = "JwsFault";
  constructor(
    readonly words: string,
    /** RFC 7516 §3.1: it has the form of an encrypted JWT. */
    readonly isEncrypted = false,
  ) {
    super(words);
  }
}

/** Nothing that is read here is nested this deep. */
const DEEPEST = 16;

/**
 * Reads the form. Nothing is decoded before the length is known (THREATS 39), and a header that must be understood and is not, or
 * that would compress the body, is refused. Throws JwsFault.
 */
export function parseJws(text: string, longest: number): Jws {
  if (text.length > longest) throw new JwsFault(`it has more than ${longest} characters`);
  const parts = text.split(".", 6);
  if (parts.length === 5) throw new JwsFault("it is encrypted", true);
  const [head = "", body = "", signature = ""] = parts;
  if (parts.length !== 3) throw new JwsFault("it is no JWT in the compact form");
  const header = parseObject(head, "header");
  const { alg, kid, typ, crit, b64, zip } = header;
  if (typeof alg !== "string") throw new JwsFault("its header names no alg");
  if (kid !== undefined && typeof kid !== "string") throw new JwsFault("kid in its header is no text");
  // RFC 7515 §4.1.11: a header that must be understood, and that this server does not know.
  if (crit !== undefined || b64 !== undefined || zip !== undefined)
    throw new JwsFault("its header has crit, b64 or zip");
  if (typ !== undefined && typeof typ !== "string") throw new JwsFault("typ in its header is no text");
  if ((alg === "none") !== (signature === ""))
    throw new JwsFault("alg in its header does not fit its signature");
  return { text, algorithm: alg, kid, typ, header, claims: parseObject(body, "body") };
}

/** RFC 7515 §4.1.9: a media type, for which case does not count, and which may leave out "application/". */
export const hasType = ({ typ }: Pick<Jws, "typ">, ...types: readonly string[]): boolean =>
  typ !== undefined && types.includes(typ.toLowerCase().replace(/^application\//, ""));

/** Whether the object has the member itself. A member of its prototype is none. */
export const hasClaim = (claims: JsonObject, name: string): boolean => Object.hasOwn(claims, name);

/** RFC 7519 §2: a NumericDate, in seconds. Null if the claim is none, or is not there (THREATS 36). */
export function timeClaim(claims: JsonObject, name: string): number | null {
  const time = hasClaim(claims, name) ? claims[name] : undefined;
  return typeof time === "number" && Number.isFinite(time) && time >= 0 ? time : null;
}

/** RFC 7519 §4.1.3: the audiences, of which a text is one. Members that are no text name none. */
export function audiencesOf(claims: JsonObject): readonly string[] {
  const { aud } = claims;
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return all.filter((each) => typeof each === "string");
}

function parseObject(encoded: string, part: string): JsonObject {
  const text = decodeBase64url(encoded);
  if (text === null) throw new JwsFault(`its ${part} is not base64url of UTF-8`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new JwsFault(`its ${part} is no JSON`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new JwsFault(`its ${part} is no JSON object`);
  const { names, depth } = outlineOf(text);
  if (depth > DEEPEST) throw new JwsFault(`its ${part} is nested more than ${DEEPEST} deep`);
  // RFC 7519 §4: claim names are unique.
  const repeated = repeatedIn(names);
  if (repeated !== undefined)
    throw new JwsFault(`its ${part} has the member '${repeated.slice(0, 40)}' twice`);
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

/** The first name that was there before; undefined if there is none. A stranger's object has thousands, so each is looked at once. */
export function repeatedIn(names: Iterable<string>): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
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

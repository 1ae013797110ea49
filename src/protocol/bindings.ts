/**
 * The bindings: how an access token is tied to those who may use it. An entry says what the client and the API see of it;
 * operations/proofs.ts says how a request proves it. A token has one binding from its first moment to its last (THREATS 85).
 */
import type { Branded } from "./identifiers.ts";
import { isJsonObject } from "./json.ts";

/**
 * What a request with the token must prove: the member of `cnf` (RFC 7800 §3.1) and its value, as "jkt:0Zc…". It is a text, because most
 * tokens have none, and a column without a value costs nothing.
 */
export type Confirmation = Branded<string, "Confirmation">;

/** A confirmation that this request has proved, and whose proof no other request can use again. Only `Possession.use` gives it. */
export type Proven = Branded<Confirmation, "Proven">;

export interface Binding {
  /** RFC 6749 §5.1, and RFC 7662 §2.2: `token_type`. */
  readonly tokenType: "Bearer" | "DPoP";
  /** The authentication scheme with which an API gets the token. */
  readonly scheme: "Bearer" | "DPoP";
  /** The member of `cnf`; null if there is none. */
  readonly member: "jkt" | "x5t#S256" | null;
}

/** RFC 6750: a token works for every holder. */
export const BEARER = { tokenType: "Bearer", scheme: "Bearer", member: null } as const satisfies Binding;

/** RFC 9449 §6: the thumbprint (RFC 7638) of the key that signs the proofs. */
export const DPOP = { tokenType: "DPoP", scheme: "DPoP", member: "jkt" } as const satisfies Binding;

/** RFC 8705 §3: the thumbprint of the certificate of TLS. The token keeps its scheme: the connection proves the key. */
export const MTLS = { tokenType: "Bearer", scheme: "Bearer", member: "x5t#S256" } as const satisfies Binding;

export const BINDINGS: readonly Binding[] = [BEARER, DPOP, MTLS];

/** The bindings that need a proof. */
export type BoundMember = Exclude<Binding["member"], null>;

export const confirmationOf = (member: BoundMember, value: string): Confirmation =>
  `${member}:${value}` as Confirmation;

/** The binding of a token with this confirmation. */
export function bindingOf(confirmation: Confirmation | null): Binding {
  if (confirmation === null) return BEARER;
  const [member] = confirmation.split(":", 1);
  const binding = BINDINGS.find((each) => each.member === member);
  if (binding === undefined) throw new Error(`No binding has the member ${member}.`);
  return binding;
}

/** The thumbprint of the key or of the certificate. */
export const thumbprintIn = (confirmation: Confirmation): string =>
  confirmation.slice(confirmation.indexOf(":") + 1);

/** RFC 7800 §3.1: the claim, for JWTs and introspection. */
export const cnfOf = (confirmation: Confirmation): Readonly<Record<string, string>> => ({
  [confirmation.slice(0, confirmation.indexOf(":"))]: thumbprintIn(confirmation),
});

/** The confirmation that such a claim of another issuer stands for. Null if it is none, or names more than one thing. */
export function confirmationIn(cnf: unknown): Confirmation | null {
  const [named, another] = isJsonObject(cnf) ? Object.entries(cnf) : [];
  if (named === undefined || another !== undefined) return null;
  const binding = BINDINGS.find(({ member }) => member === named[0]);
  const member = binding?.member ?? null;
  return member === null ? null : confirmationOf(member, String(named[1]));
}

/** RFC 7638: a SHA-256 thumbprint as base64url. The last of the 43 characters carries four bits. */
export const isThumbprint = (text: string): boolean => /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);

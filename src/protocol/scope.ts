/** RFC 6749 §3.3: scope is a list of case-sensitive names, separated by spaces; their order does not matter. */
import { OAuthError } from "./errors.ts";
import type { Scope } from "./identifiers.ts";

const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

export const isScope = (text: string): text is Scope => SCOPE_TOKEN.test(text);

/** Bounds the work that a request can cause; real requests name far fewer scopes. */
const MAXIMUM_NAMES = 100;

/**
 * Parses a `scope` parameter and drops doubles. Clients join lists carelessly, so several spaces separate like one, and
 * spaces alone name nothing. Throws `scope_malformed`.
 */
export function parseScope(text: string): Scope[] {
  // A space at the beginning makes one empty name.
  const names = text.split(/ +/, MAXIMUM_NAMES + 2).filter((name) => name !== "");
  if (names.length > MAXIMUM_NAMES) {
    throw new OAuthError("scope_malformed", { description: `scope has more than ${MAXIMUM_NAMES} names.` });
  }
  const scope = new Set<Scope>();
  for (const name of names) {
    if (!isScope(name)) throw new OAuthError("scope_malformed");
    scope.add(name);
  }
  return [...scope];
}

export const formatScope = (scope: readonly Scope[]): string => scope.join(" ");

/** The first of `wanted` that `allowed` lacks; undefined if it has them all. */
export const firstMissing = <Item>(wanted: readonly Item[], allowed: readonly Item[]): Item | undefined =>
  wanted.find((item) => !allowed.includes(item));

export const isSubset = <Item>(some: readonly Item[], all: readonly Item[]): boolean =>
  firstMissing(some, all) === undefined;

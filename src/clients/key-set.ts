/** RFC 7517: the public keys of a client or of an issuer, as its metadata or its `jwks_uri` gives them. */
import { isJsonObject } from "../protocol/json.ts";
import { hasPrivateMembers, publicJwkFault, publicMembersOf, sizeFault } from "../protocol/public-jwk.ts";
import type { ClientJwk, ClientKeySet } from "../store/tables/clients.ts";

/** Each key costs a client's request a look, and the database room. */
const MOST_KEYS = 20;

/** What of a key set counts. */
export interface KeySetLimits {
  readonly mostKeys: number;
  /** The values of `use` of keys that sign. */
  readonly uses: readonly string[];
}

const LIMITS: KeySetLimits = { mostKeys: MOST_KEYS, uses: ["sig"] };
/** The most characters of a key, its certificates included. */
const KEY_CHARACTERS = 6000;

/** What is kept of a key. Other members could be anything. */
const KEPT_MEMBERS = [
  ...["kty", "kid", "use", "key_ops", "alg", "crv", "x", "y", "n", "e"],
  ...["x5c", "x5t", "x5t#S256"],
];

/**
 * The keys that this server can use; there may be none. RFC 7517 §5: it leaves out keys of kinds that it does not know. Throws what `refuse`
 * throws, with words for the maker of the client.
 */
export function checkKeySet(
  value: unknown,
  refuse: (fault: string) => never,
  { mostKeys, uses }: KeySetLimits = LIMITS,
): ClientKeySet {
  const keys = isJsonObject(value) ? value.keys : undefined;
  if (!Array.isArray(keys))
    return refuse('it must be a JSON object with an array "keys" (RFC 7517 section 5)');
  if (keys.length > mostKeys) return refuse(`it has more than ${mostKeys} keys`);
  const usable: ClientJwk[] = [];
  for (const key of keys as readonly unknown[]) {
    const known = usableKey(key, uses, refuse);
    if (known !== null) usable.push(known);
  }
  // FAPI 2.0 §5.4.3: keys of different kinds may share a kid. The algorithm of a signature then says which one is meant.
  const names = usable.flatMap(({ kid, kty, crv, alg }) =>
    kid === undefined ? [] : [JSON.stringify([kid, kty, crv, alg])],
  );
  if (new Set(names).size < names.length) return refuse("two of its keys have the same kid");
  return { keys: usable };
}

function usableKey(
  key: unknown,
  uses: readonly string[],
  refuse: (fault: string) => never,
): ClientJwk | null {
  if (!isJsonObject(key)) return refuse("a key is not a JSON object");
  if (hasPrivateMembers(key)) {
    return refuse(
      "a key has private members. It is known to others now: make a new key pair, and register its public part only",
    );
  }
  if (JSON.stringify(key).length > KEY_CHARACTERS)
    return refuse(`a key is longer than ${KEY_CHARACTERS} characters`);
  if (key.kid !== undefined && typeof key.kid !== "string") return refuse("the kid of a key is not a string");
  // Keys that encrypt may stand beside those that sign.
  if (key.use !== undefined && !uses.includes(String(key.use))) return null;
  const members = publicMembersOf(key);
  if (members === null) return null;
  const size = sizeFault(members);
  if (size !== null) return refuse(`an RSA key ${size}`);
  return publicJwkFault(members) === null ? kept(key) : null;
}

const kept = (key: Readonly<Record<string, unknown>>): ClientJwk =>
  Object.fromEntries(KEPT_MEMBERS.flatMap((name) => (Object.hasOwn(key, name) ? [[name, key[name]]] : [])));

/** The issuers that the operator trusts, their keys, and whether one of them signed a token. */
import { readFileSync } from "node:fs";
import { checkKeySet, type KeySetLimits } from "../clients/key-set.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { TrustedIssuerSettings } from "../configuration/trust-schema.ts";
import { isSignedWith } from "../keys/verify.ts";
import type { SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Outbound } from "../platform/outbound.ts";
import type { Jws } from "../protocol/jws.ts";
import type { ClientKeySet } from "../store/tables/clients.ts";
import { createKeySets, discoveryUrl, KeySetError, type KeySource } from "./key-sets.ts";

/** The longest token of an issuer that is read. Those of Kubernetes have some 1,500 characters. */
export const LONGEST_FOREIGN_TOKEN = 16_384;

/** Issuers of many tenants publish more keys than a client does. SPIFFE calls the use of its keys its own name. */
const LIMITS: KeySetLimits = { mostKeys: 50, uses: ["sig", "jwt-svid"] };

export interface TrustedIssuer extends Omit<TrustedIssuerSettings, "audience"> {
  readonly audience: readonly string[];
}

export interface TrustedIssuers {
  readonly all: readonly TrustedIssuer[];
  /** Compared byte for byte: with a slash at its end it is another issuer. */
  named(issuer: string): TrustedIssuer | null;
  /** Null if this issuer signed it, with an algorithm that it may use; else why it does not count, in words for the client. */
  signatureFault(issuer: TrustedIssuer, jws: Jws): Promise<string | null>;
  /** Where its keys are, in words: an address, or a file. */
  placeOfKeys(issuer: TrustedIssuer): string;
  /** Gets its keys now. Throws KeySetError, whose `cause` is for the operator. */
  fetchKeys(issuer: TrustedIssuer): Promise<ClientKeySet>;
}

interface Parts {
  readonly configuration: Pick<Configuration, "issuer" | "trusted_issuers">;
  readonly outbound: Outbound;
  readonly steadyClock: SteadyClock;
  readonly log: Log;
}

/** Reads the files with keys. Throws KeySetError if one of them is no key set; `tessera serve` has checked them before. */
export function createTrustedIssuers({ configuration, ...parts }: Parts): TrustedIssuers {
  const all = configuration.trusted_issuers.map(
    (declared): TrustedIssuer => ({ ...declared, audience: declared.audience ?? [configuration.issuer] }),
  );
  const byName = new Map(all.map((each) => [each.issuer, each]));
  const keySets = createKeySets(parts, { noun: "issuer", purpose: "issuers", most: 1000, limits: LIMITS });
  const sources = new Map(all.map((each) => [each.issuer, sourceOf(each)]));
  const sourceFor = ({ issuer }: TrustedIssuer): KeySource => {
    const source = sources.get(issuer);
    if (source === undefined) throw new KeySetError("The issuer is not trusted.");
    return source;
  };
  return {
    all,
    named: (issuer) => byName.get(issuer) ?? null,
    async signatureFault(issuer, { text, algorithm: alg, kid }) {
      // RFC 8725 §3.1: before any key is looked for. `none` and HMAC are in no list (THREATS 35).
      if (!issuer.algorithms.some((each) => each === alg)) return "its algorithm is not one of this issuer";
      let key: CryptoKey;
      try {
        key = await keySets.find(issuer.issuer, sourceFor(issuer), {
          alg,
          ...(kid !== undefined && { kid }),
        });
      } catch (error) {
        if (error instanceof KeySetError) return lowerFirst(error.words.replace(/\.$/, ""));
        throw error;
      }
      return (await isSignedWith(key, alg, text)) ? null : "its signature is not one of this issuer";
    },
    placeOfKeys: ({ issuer, jwks_uri, jwks_file }) => jwks_file ?? jwks_uri ?? discoveryUrl(issuer),
    fetchKeys: (issuer) => keySets.fetchNow(issuer.issuer, sourceFor(issuer)),
  };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function sourceOf({
  issuer,
  jwks_uri,
  jwks_file,
}: Pick<TrustedIssuerSettings, "issuer" | "jwks_uri" | "jwks_file">): KeySource {
  if (jwks_file !== undefined) return { keys: readKeyFile(jwks_file) };
  return jwks_uri === undefined ? { discovery: issuer } : { jwksUri: jwks_uri };
}

/** Throws KeySetError, with words for the operator. */
export function readKeyFile(file: string): ClientKeySet {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new KeySetError(`The file ${file} cannot be read, or is not JSON.`);
  }
  const keys = checkKeySet(
    parsed,
    (fault) => {
      throw new KeySetError(`The file ${file} is not allowed: ${fault}.`);
    },
    LIMITS,
  );
  if (keys.keys.length === 0) throw new KeySetError(`The file ${file} has no key that this server can use.`);
  return keys;
}

/** The faults of the files with keys, for a start. */
export const trustedIssuerFaults = ({
  trusted_issuers: issuers,
}: Pick<Configuration, "trusted_issuers">): string[] =>
  issuers.flatMap(({ jwks_file }, index) => {
    if (jwks_file === undefined) return [];
    try {
      readKeyFile(jwks_file);
      return [];
    } catch (error) {
      if (error instanceof KeySetError) return [`trusted_issuers.${index}.jwks_file: ${error.words}`];
      throw error;
    }
  });

/** What is wrong with the keys of an issuer; null if some can verify what it signs. In words for the operator. */
export async function keysFault(
  issuers: Pick<TrustedIssuers, "fetchKeys">,
  issuer: TrustedIssuer,
): Promise<{ readonly keys: ClientKeySet | null; readonly fault: string | null }> {
  try {
    const keys = await issuers.fetchKeys(issuer);
    const usable = keys.keys.filter(
      ({ alg }) => alg === undefined || issuer.algorithms.some((each) => each === alg),
    );
    return {
      keys,
      fault: usable.length > 0 ? null : "None of its keys is for an algorithm that it may use (algorithms).",
    };
  } catch (error) {
    if (error instanceof KeySetError) return { keys: null, fault: error.cause };
    throw error;
  }
}

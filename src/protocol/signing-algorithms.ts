/** The algorithms of signatures, and the keys that each needs (RFC 7518 §3.1, RFC 8037 §3.1). All are asymmetric. */

/** What a key is: its `kty`, and the `crv` of those that have one. */
export interface KeyKind {
  readonly keyType: "RSA" | "EC" | "OKP";
  readonly curve: "P-256" | "P-384" | "P-521" | "Ed25519" | null;
}

interface AlgorithmEntry extends KeyKind {
  readonly algorithm: string;
}

/**
 * Those with which this server signs: every resource server can verify. Keys of one kind can sign with each other's algorithms; the
 * server keeps a key for each algorithm all the same (RFC 8725 §3.1).
 */
export const SIGNING_ALGORITHMS = [
  { algorithm: "RS256", keyType: "RSA", curve: null },
  { algorithm: "RS384", keyType: "RSA", curve: null },
  { algorithm: "RS512", keyType: "RSA", curve: null },
  { algorithm: "PS256", keyType: "RSA", curve: null },
  { algorithm: "ES256", keyType: "EC", curve: "P-256" },
  { algorithm: "ES384", keyType: "EC", curve: "P-384" },
  { algorithm: "ES512", keyType: "EC", curve: "P-521" },
  { algorithm: "EdDSA", keyType: "OKP", curve: "Ed25519" },
] as const satisfies readonly AlgorithmEntry[];

export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]["algorithm"];

export const SIGNING_NAMES: readonly SigningAlgorithm[] = SIGNING_ALGORITHMS.map(
  ({ algorithm }) => algorithm,
);

/**
 * Those that this server verifies, from all who sign: clients, in assertions, request objects and DPoP proofs, and trusted issuers.
 *
 * RFC 9864 §2.2: `Ed25519` is EdDSA by the name of its curve, and `EdDSA` is deprecated. Both count, each where a client or an issuer
 * named it. This server signs with the name EdDSA, which is the one that clients know (FAPI 2.0 §5.4.1).
 */
export const VERIFYING_ALGORITHMS = [
  ...SIGNING_ALGORITHMS,
  { algorithm: "PS384", keyType: "RSA", curve: null },
  { algorithm: "PS512", keyType: "RSA", curve: null },
  { algorithm: "Ed25519", keyType: "OKP", curve: "Ed25519" },
] as const satisfies readonly AlgorithmEntry[];

export type VerifyingAlgorithm = (typeof VERIFYING_ALGORITHMS)[number]["algorithm"];

export const VERIFYING_NAMES: readonly VerifyingAlgorithm[] = VERIFYING_ALGORITHMS.map(
  ({ algorithm }) => algorithm,
);

/** The kinds of keys that verify with one of the algorithms. */
export const isKnownKind = (keyType: unknown, curve: unknown): boolean =>
  VERIFYING_ALGORITHMS.some((each) => each.keyType === keyType && each.curve === curve);

/** The hash of an algorithm (RFC 7518 §3.1). Ed25519 hashes with SHA-512 (RFC 8032 §5.1). */
export const hashOf = (algorithm: SigningAlgorithm): "sha256" | "sha384" | "sha512" =>
  algorithm.endsWith("256") ? "sha256" : algorithm.endsWith("384") ? "sha384" : "sha512";

/** OpenID Connect Core §15.1: every OpenID provider supports RS256, and clients expect it by default. */
export const DEFAULT_SIGNING_ALGORITHM: SigningAlgorithm = "RS256";

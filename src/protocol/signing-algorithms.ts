/** The algorithms that sign tokens (RFC 7518 §3.1, RFC 8037 §3.1). All are asymmetric: every resource server can verify. */

export interface SigningAlgorithmEntry {
  readonly algorithm: string;
  /** Keys of one family can sign with each other's algorithms; the server keeps a key for each algorithm all the same (RFC 8725 §3.1). */
  readonly keyType: "RSA" | "EC" | "OKP";
}

export const SIGNING_ALGORITHMS = [
  { algorithm: "RS256", keyType: "RSA" },
  { algorithm: "RS384", keyType: "RSA" },
  { algorithm: "RS512", keyType: "RSA" },
  { algorithm: "PS256", keyType: "RSA" },
  { algorithm: "ES256", keyType: "EC" },
  { algorithm: "ES384", keyType: "EC" },
  { algorithm: "ES512", keyType: "EC" },
  { algorithm: "EdDSA", keyType: "OKP" },
] as const satisfies readonly SigningAlgorithmEntry[];

export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]["algorithm"];

/** The hash of an algorithm (RFC 7518 §3.1). Ed25519 hashes with SHA-512 (RFC 8032 §5.1). */
export const hashOf = (algorithm: SigningAlgorithm): "sha256" | "sha384" | "sha512" =>
  algorithm.endsWith("256") ? "sha256" : algorithm.endsWith("384") ? "sha384" : "sha512";

/** OpenID Connect Core §15.1: every OpenID provider supports RS256, and clients expect it by default. */
export const DEFAULT_SIGNING_ALGORITHM: SigningAlgorithm = "RS256";

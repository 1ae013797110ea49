/**
 * How clients prove who they are, by the names of RFC 7591 §2 and OpenID Connect Core §9. What each one does: clients/authentication-methods.ts,
 * operations/client-proofs.ts.
 */

interface MethodEntry {
  readonly method: string;
  /** What the client proves itself with. `none`: it only names itself. */
  readonly credential: "secret" | "key" | "certificate" | "none";
}

/** In the order in which the metadata document names them: libraries often take the first that they know. */
const CLIENT_AUTHENTICATION = [
  { method: "client_secret_basic", credential: "secret" },
  { method: "client_secret_post", credential: "secret" },
  { method: "private_key_jwt", credential: "key" },
  { method: "tls_client_auth", credential: "certificate" },
  { method: "self_signed_tls_client_auth", credential: "certificate" },
  { method: "none", credential: "none" },
] as const satisfies readonly MethodEntry[];

export type ClientAuthenticationMethod = (typeof CLIENT_AUTHENTICATION)[number]["method"];

export const CLIENT_AUTHENTICATION_NAMES = CLIENT_AUTHENTICATION.map(({ method }) => method);

export const isClientAuthenticationMethod = (name: string): name is ClientAuthenticationMethod =>
  CLIENT_AUTHENTICATION_NAMES.some((method) => method === name);

const CREDENTIALS: Readonly<Record<string, MethodEntry["credential"]>> = Object.fromEntries(
  CLIENT_AUTHENTICATION.map(({ method, credential }) => [method, credential]),
);

const credentialOf = (method: ClientAuthenticationMethod): MethodEntry["credential"] =>
  CREDENTIALS[method] ?? "none";

/** RFC 6749 §2.1: whether clients with this method prove who they are. Those with another one are public, and only name themselves. */
export const provesClient = (method: ClientAuthenticationMethod): boolean => credentialOf(method) !== "none";

/** The methods with which a client shows that it has a private key, and sends no secret. */
export const KEY_METHODS: readonly string[] = CLIENT_AUTHENTICATION.flatMap(({ method, credential }) =>
  credential === "key" || credential === "certificate" ? [method] : [],
);

/** Whether clients with this method prove themselves by the certificate of their TLS (RFC 8705 §2). */
export const usesCertificate = (method: ClientAuthenticationMethod): boolean =>
  credentialOf(method) === "certificate";

/** Whether this server must know keys of the client. */
export const needsKeys = (method: ClientAuthenticationMethod): boolean =>
  method === "private_key_jwt" || method === "self_signed_tls_client_auth";

/** Whether clients with this method have secrets. Those with another one have none. */
export const usesSecret = (method: ClientAuthenticationMethod): boolean => credentialOf(method) === "secret";

/** The token endpoint below the issuer. Some clients make their assertions for its URL. */
export const TOKEN_PATH = "/auth/token";
/** The same for requests to people (CIBA §7.1). */
export const BACKCHANNEL_PATH = "/auth/backchannel";

/** The parameters of a request with which the client proves itself. */
export const CLIENT_PROOFS: readonly string[] = [
  "client_secret",
  "client_assertion",
  "client_assertion_type",
];

/** RFC 7523 §2.2. */
export const JWT_BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * RFC 6749 §2.3, RFC 7591 §2: how a client identifies itself and proves it. Authentication, registration and metadata
 * read this table.
 */
import { timingSafeEqual } from "node:crypto";
import { digestSecret } from "../credentials/credential.ts";
import type { ClientCertificate } from "../keys/client-certificate.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { SPIFFE_ASSERTION } from "../protocol/assertions.ts";
import {
  JWT_BEARER_ASSERTION,
  type ClientAuthenticationMethod as MethodName,
  provesClient,
  usesSecret,
} from "../protocol/client-authentication.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { type Jws, JwsFault, parseJws } from "../protocol/jws.ts";
import { decodeFormComponent } from "../protocol/parameters.ts";
import { VERIFYING_NAMES, type VerifyingAlgorithm } from "../protocol/signing-algorithms.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

/** The parts of a request with which clients authenticate. */
export interface AuthenticatingRequest {
  /** The `Authorization` header. */
  readonly header: string | null;
  /** The `client_id` parameter. */
  readonly clientId: string | undefined;
  /** The `client_secret` parameter. */
  readonly clientSecret: string | undefined;
  /** The `client_assertion` parameter. */
  readonly assertion: string | undefined;
  /** The `client_assertion_type` parameter. */
  readonly assertionType: string | undefined;
  /** The certificate of the client's TLS, as a trusted proxy passes it on. */
  readonly certificate: ClientCertificateFacts | null;
}

/** What is known of a certificate, once it was read. */
export type ClientCertificateFacts = ClientCertificate & { readonly isTrusted: boolean };

/**
 * The request without the channels that hold nothing. Libraries send a secret that they do not have as an empty text, and
 * some send the access token of another request everywhere. Neither is an attempt to authenticate (RFC 6749 §2.3).
 * Throws `client_id_mismatch`.
 */
export function withoutEmptyChannels(request: AuthenticatingRequest): AuthenticatingRequest {
  const { clientId } = request;
  const header = request.header === null || isBlank(request.header) ? null : request.header;
  // RFC 6750: a bearer token authenticates no client. Without client_id or an assertion the header is all there is, so it is refused.
  const isNamed = clientId !== undefined || request.assertion !== undefined;
  if (header !== null && isNamed && /^(bearer|dpop)( |$)/i.test(header)) return { ...request, header: null };
  const named = header === null ? null : namedByBasic(header);
  if (named === null) return header === request.header ? request : { ...request, header };
  if (named !== "" && clientId !== undefined && clientId !== named)
    throw new OAuthError("client_id_mismatch");
  return { ...request, header: null, clientId: clientId ?? (named || undefined) };
}

/** RFC 9110 §5.6.3: spaces and tabs around a value do not belong to it. */
const isBlank = (header: string): boolean => /^[ \t]*$/.test(header);

/** The client that Basic names without a secret, or the empty text if it names none; null for any other header. */
function namedByBasic(header: string): string | null {
  // Almost every header has a secret, and is not decoded twice: base64 of a text that ends with a colon ends like this.
  if (!/[6og]={0,2} *$/.test(header)) return null;
  const text = decodeBasic(header);
  if (text === null || text.indexOf(":") !== text.length - 1) return null;
  try {
    return decodeFormComponent(text.slice(0, -1));
  } catch {
    return null;
  }
}

/** The client only names itself. Its registration says whether its certificate must prove it. */
export interface NoCredentials {
  readonly kind: "none";
  readonly clientId: string;
  readonly certificate: ClientCertificateFacts | null;
}

export interface SecretCredentials {
  readonly kind: "secret";
  readonly clientId: string;
  /** One digest for each reading of the secret. */
  readonly secretDigests: readonly Uint8Array[];
}

/** RFC 7523 §2.2: what the client signed with its own key. Nothing in it is proven yet. */
export interface AssertionCredentials {
  readonly kind: "assertion";
  readonly clientId: string;
  readonly assertion: Jws;
}

/** RFC 7523 §2.2 for a workload: what an issuer other than the client signed. Nothing in it is proven yet. */
export interface WorkloadCredentials {
  readonly kind: "workload";
  /** For the log: the client that the request names; the empty text if it names none. */
  readonly clientId: string;
  /** The `client_id` parameter. */
  readonly named: string | undefined;
  readonly assertion: Jws;
}

/** The client that a request names, and what proves it. operations/client-proofs.ts has the proof of each kind. */
export type Credentials = NoCredentials | SecretCredentials | AssertionCredentials | WorkloadCredentials;

/** One for each client that the request may mean: two if its identifier reads in two ways. */
export type Readings = readonly [Credentials, ...Credentials[]];

/** How long the proof holds: until `secretExpiresAt`, or for good if that is null. */
export interface Proof {
  readonly secretExpiresAt: EpochSeconds | null;
}

export interface ClientAuthenticationMethod {
  readonly method: MethodName;
  /** RFC 8414 §2: the algorithms of its signatures. Empty for methods that sign nothing. */
  readonly signingAlgorithms: readonly VerifyingAlgorithm[];
  /** Whether the configuration has what it needs. Default: it needs nothing. */
  isOffered?(configuration: CertificateSettings): boolean;
  /** RFC 6749 §5.2: a client that used the Authorization header is answered with its scheme. */
  readonly challenge: "Basic" | undefined;
  isUsedBy(request: AuthenticatingRequest): boolean;
  /**
   * The credentials of this method in one text. Requests with equal texts present the same credentials. Null for credentials that
   * count once, which are never remembered.
   */
  textOf(request: AuthenticatingRequest): string | null;
  /** Throws OAuthError if the credentials cannot be read or contradict each other. */
  read(request: AuthenticatingRequest): Readings;
}

const usesAssertion = ({ assertion, assertionType }: AuthenticatingRequest): boolean =>
  assertion !== undefined || assertionType !== undefined;

const basic: ClientAuthenticationMethod = {
  method: "client_secret_basic",
  signingAlgorithms: [],
  challenge: "Basic",
  isUsedBy: ({ header }) => header !== null,
  textOf: ({ header }) => header ?? "",
  read({ header, clientId: requestedId }) {
    const [first, ...others] = parseBasic(header ?? "")
      .filter(({ clientId }) => requestedId === undefined || requestedId === clientId)
      .map(
        ({ clientId, secret }): SecretCredentials => ({
          kind: "secret",
          clientId,
          secretDigests: [digestSecret(secret)],
        }),
      );
    if (first === undefined) throw new OAuthError("client_id_mismatch");
    const [second] = others;
    if (second?.clientId !== first.clientId) return [first, ...others];
    return [{ ...first, secretDigests: [...first.secretDigests, ...second.secretDigests] }];
  },
};

const post: ClientAuthenticationMethod = {
  method: "client_secret_post",
  signingAlgorithms: [],
  challenge: undefined,
  isUsedBy: ({ clientSecret }) => clientSecret !== undefined,
  textOf: ({ clientId, clientSecret }) => JSON.stringify([clientId, clientSecret]),
  read({ clientId, clientSecret }) {
    if (clientId === undefined || clientSecret === undefined)
      throw new OAuthError("client_authentication_missing");
    return [{ kind: "secret", clientId, secretDigests: [digestSecret(clientSecret)] }];
  },
};

const assertion: ClientAuthenticationMethod = {
  method: "private_key_jwt",
  signingAlgorithms: VERIFYING_NAMES,
  challenge: undefined,
  isUsedBy: usesAssertion,
  textOf: () => null,
  read: (request) => [readAssertion(request)],
};

/** What of the configuration says which certificates count. */
export interface CertificateSettings {
  readonly client_certificates?: { readonly authorities?: string | undefined } | undefined;
}

/**
 * RFC 8705 §2: the client names itself by `client_id`, as a public one does, and its TLS proves it. So `none` reads the request, and
 * operations/client-proofs.ts asks for what the client is registered for.
 */
const byCertificate = (
  method: MethodName,
  isOffered: (configuration: CertificateSettings) => boolean,
): ClientAuthenticationMethod => ({
  method,
  signingAlgorithms: [],
  isOffered,
  challenge: undefined,
  isUsedBy: () => false,
  textOf: none.textOf,
  read: none.read,
});

const none: ClientAuthenticationMethod = {
  method: "none",
  signingAlgorithms: [],
  challenge: undefined,
  isUsedBy: (request) =>
    request.header === null &&
    request.clientSecret === undefined &&
    !usesAssertion(request) &&
    request.clientId !== undefined,
  textOf: ({ clientId, certificate }) =>
    JSON.stringify(certificate === null ? [clientId] : [clientId, certificate.thumbprint]),
  read({ clientId, certificate }) {
    if (clientId === undefined) throw new OAuthError("client_authentication_missing");
    return [{ kind: "none", clientId, certificate }];
  },
};

/** RFC 6749 §2.1: a client that cannot keep a secret and only names itself. */
export const isPublic = ({
  tokenEndpointAuthMethod,
}: Pick<ClientRecord, "tokenEndpointAuthMethod">): boolean => !provesClient(tokenEndpointAuthMethod);

/** Whether the client proves who it is with a secret. A client with a key has none, so that nothing less than the key opens its door. */
export const hasSecrets = ({
  tokenEndpointAuthMethod,
}: Pick<ClientRecord, "tokenEndpointAuthMethod">): boolean => usesSecret(tokenEndpointAuthMethod);

export const CLIENT_AUTHENTICATION_METHODS: readonly ClientAuthenticationMethod[] = [
  basic,
  post,
  assertion,
  byCertificate("tls_client_auth", ({ client_certificates: its }) => its?.authorities !== undefined),
  byCertificate("self_signed_tls_client_auth", ({ client_certificates: its }) => its !== undefined),
  none,
];

/** The methods for which the configuration has what they need. */
export const offeredMethods = (configuration: CertificateSettings): readonly ClientAuthenticationMethod[] =>
  CLIENT_AUTHENTICATION_METHODS.filter(({ isOffered }) => isOffered?.(configuration) ?? true);

/** A client that only names itself is right if it is public. */
export function proveByName(client: ClientRecord): Reason | Proof {
  if (isPublic(client)) return { secretExpiresAt: null };
  return hasSecrets(client) ? "client_secret_missing" : "client_assertion_missing";
}

/** A client with a secret may send it in either way: libraries try one and then the other. */
export function proveBySecret(
  client: ClientRecord,
  { secretDigests }: SecretCredentials,
  now: EpochSeconds,
): Reason | Proof {
  if (!hasSecrets(client)) return "client_method_not_registered";
  let proof: Proof | null = null;
  // Every digest is compared with every secret, so the time does not tell which of them matched.
  for (const { digest, expiresAt } of client.secrets) {
    const isLive = expiresAt === null || expiresAt > now;
    for (const secretDigest of secretDigests) {
      if (timingSafeEqual(secretDigest, digest) && isLive) proof = { secretExpiresAt: expiresAt };
    }
  }
  return proof ?? "client_secret_wrong";
}

/** The longest assertion that is read. Some programs put their chain of certificates into the header. */
const LONGEST_ASSERTION = 16_384;

/**
 * RFC 7521 §4.2, RFC 7523 §3: the assertion, and the client that it is of. Throws `client_assertion_malformed`, with words that depend
 * on nothing but the request.
 */
function readAssertion({
  clientId,
  assertion: text,
  assertionType,
}: AuthenticatingRequest): AssertionCredentials | WorkloadCredentials {
  if (assertionType !== JWT_BEARER_ASSERTION && assertionType !== SPIFFE_ASSERTION)
    throw malformed(`client_assertion_type must be ${JWT_BEARER_ASSERTION}`);
  if (text === undefined) throw malformed("client_assertion is missing");
  let read: Jws;
  try {
    read = parseJws(text, LONGEST_ASSERTION);
  } catch (error) {
    if (!(error instanceof JwsFault)) throw error;
    throw malformed(error.words);
  }
  const { iss, sub } = read.claims;
  // RFC 7523 §3: "For client authentication, the subject MUST be the client_id"; OpenID Connect Core §9: iss too.
  // What another issuer signed is the token of a workload, if that issuer is trusted.
  if (assertionType === SPIFFE_ASSERTION || typeof sub !== "string" || sub === "" || iss !== sub)
    return { kind: "workload", clientId: clientId ?? "", named: clientId, assertion: read };
  // Not every database can look for U+0000, or for half a character of UTF-16, which JSON can write.
  if (!sub.isWellFormed() || /\0|\uFFFD/.test(sub)) throw malformed("sub is no client_id");
  // RFC 7521 §4.2: "the client_id parameter MUST identify the client that is identified by the assertion".
  if (clientId !== undefined && clientId !== sub) throw new OAuthError("client_id_mismatch");
  return { kind: "assertion", clientId: sub, assertion: read };
}

const malformed = (why: string): OAuthError =>
  new OAuthError("client_assertion_malformed", {
    description: `The client assertion cannot be read: ${why}.`,
  });

/** The text of a Basic header; null if it is none. */
function decodeBasic(header: string): string | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  try {
    return STRICT_UTF8.decode(Uint8Array.fromBase64(encoded));
  } catch {
    return null;
  }
}

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface BasicReading {
  readonly clientId: string;
  readonly secret: string;
}

/**
 * RFC 6749 §2.3.1: base64 of form-encoded client_id, a colon, form-encoded secret. Many clients leave the form encoding
 * out. So credentials that another encoding changes are read twice: as the RFC says, and as they are. The number of
 * readings depends only on the request, never on what is stored.
 */
function parseBasic(header: string): BasicReading[] {
  const malformed = () => new OAuthError("client_credentials_malformed", { challenge: "Basic" });
  const text = decodeBasic(header);
  const colon = text?.indexOf(":") ?? -1;
  // Not every database can look for U+0000.
  if (text === null || colon < 1 || /\0|\uFFFD|%00/.test(text)) throw malformed();
  const raw = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) };
  const decoded = decodedReading(raw);
  if (decoded === null) return [raw];
  return decoded.clientId === raw.clientId && decoded.secret === raw.secret ? [raw] : [decoded, raw];
}

/** Null if it is no form encoding: an unencoded "%" has no two digits behind it. */
function decodedReading({ clientId, secret }: BasicReading): BasicReading | null {
  try {
    return { clientId: decodeFormComponent(clientId), secret: decodeFormComponent(secret) };
  } catch {
    return null;
  }
}

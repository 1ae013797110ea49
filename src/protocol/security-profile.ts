/**
 * The strict profile: what FAPI 2.0 Security Profile and FAPI 2.0 Message Signing demand of a client, as questions about the facts
 * of the client. Everything that acts for a client asks here, so that a client of a profile meets its rules at every door.
 * A client may also be held to a single rule by a member of its own.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { KEY_METHODS } from "./client-authentication.ts";
import { isLoopback } from "./redirect-uri.ts";
import type { SigningAlgorithm } from "./signing-algorithms.ts";

/**
 * `fapi-2.0`: FAPI 2.0 Security Profile. `fapi-2.0-message-signing`: the same, and requests and answers of the authorization
 * endpoint are signed (FAPI 2.0 Message Signing §5.3 and §5.4).
 */
export const SECURITY_PROFILES = ["fapi-2.0", "fapi-2.0-message-signing"] as const;

export type SecurityProfile = (typeof SECURITY_PROFILES)[number];

interface Profiled {
  readonly securityProfile: SecurityProfile | null;
}

/** FAPI 2.0 §5.4.1: the algorithms of everything that is signed for a client of a profile, or by it. */
export const STRICT_ALGORITHMS: readonly SigningAlgorithm[] = ["PS256", "ES256", "EdDSA"];

/** FAPI 2.0 §5.3.2.1: the ways in which a client of a profile proves who it is. */
export const STRICT_AUTHENTICATION_METHODS = KEY_METHODS;

const isStrict = ({ securityProfile }: Profiled): boolean => securityProfile !== null;

const signsMessages = ({ securityProfile }: Profiled): boolean =>
  securityProfile === "fapi-2.0-message-signing";

/** RFC 9126 §4, FAPI 2.0 §5.3.2.2: whether the client's requests count only if they were pushed. `everyone`: the operator's setting. */
export const needsPushedRequests = (
  client: Profiled & { readonly requirePushedAuthorizationRequests: boolean },
  everyone: boolean,
): boolean => everyone || client.requirePushedAuthorizationRequests || isStrict(client);

/** RFC 9700 §2.1.1, FAPI 2.0 §5.3.2.2. */
export const needsPkce = (client: Profiled & { readonly requirePkce: boolean }, isPublic: boolean): boolean =>
  client.requirePkce || isPublic || isStrict(client);

/** FAPI 2.0 §5.3.2.2: the redirect URI stands in the request, even if the client has only one. */
export const needsRedirectUri = isStrict;

/** FAPI 2.0 §5.3.2.1: client assertions are for the issuer, as a string, and for nothing else. */
export const needsIssuerAsAudience = isStrict;

/** FAPI 2.0 §5.3.2.1: whether the client gets only tokens that are bound to a key of it. */
export const needsBoundTokens = isStrict;

/** RFC 9101 §10.5, FAPI Message Signing §5.3.1. */
export const needsSignedRequests = (
  client: Profiled & { readonly requireSignedRequestObject: boolean },
): boolean => client.requireSignedRequestObject || signsMessages(client);

/** CIBA §7.1.1, FAPI-CIBA §5.2.2: whether each request of the client to a person must be signed. */
export const needsSignedAuthentication = (
  client: Profiled & {
    readonly requireSignedRequestObject: boolean;
    readonly backchannelAuthenticationRequestSigningAlg: string | null;
  },
): boolean =>
  isStrict(client) ||
  client.requireSignedRequestObject ||
  client.backchannelAuthenticationRequestSigningAlg !== null;

/** FAPI Message Signing §5.4.1: whether answers of the authorization endpoint must be signed. */
export const needsSignedAnswers = signsMessages;

/** Whether a client of a profile may sign so. RFC 9864 §2.2: `Ed25519` is EdDSA with that curve. */
export const isStrong = (algorithm: string): boolean =>
  algorithm === "Ed25519" || STRICT_ALGORITHMS.some((strict) => strict === algorithm);

/** The algorithms among these with which the client may sign, and with which this server may sign for it. */
export const allowedAlgorithms = <Algorithm extends string>(
  client: Profiled,
  algorithms: readonly Algorithm[],
): readonly Algorithm[] => (isStrict(client) ? algorithms.filter(isStrong) : algorithms);

/** Whether this server can sign for the client at all. The operator may drop the last strong algorithm long after the registration. */
export const canSignFor = (client: Profiled, offered: readonly string[]): boolean =>
  allowedAlgorithms(client, offered).length > 0;

/** FAPI 2.0 §5.3.2.1: whether the client keeps its refresh token when it uses it (rules/refresh-token.ts). */
export const keepsRefreshTokens = isStrict;

/** FAPI 2.0 §5.3.2.1: a code lives for 60 seconds at most. */
export const codeSeconds = (client: Profiled, configured: number): number =>
  isStrict(client) ? Math.min(configured, 60) : configured;

/** FAPI Message Signing §5.3.1: how long before now nbf may be, and how long after nbf exp may be. */
const LONGEST_REQUEST_SECONDS = 3600;

/**
 * FAPI Message Signing §5.3.1: what is wrong with the times and the audience of a request object of a client of the profile. Null:
 * nothing, or the client has another profile. The rules for every request object (rules/request-object.ts) hold beside it.
 */
export function signedRequestFault(
  client: Profiled,
  {
    notBefore,
    expiresAt,
    aud,
  }: {
    readonly notBefore: EpochSeconds | null;
    readonly expiresAt: EpochSeconds | null;
    readonly aud: unknown;
  },
  now: EpochSeconds,
): string | null {
  if (!signsMessages(client)) return null;
  if (aud === undefined) return "it has no aud";
  if (notBefore === null) return "it has no nbf";
  if (expiresAt === null) return "it has no exp";
  if (notBefore < now - LONGEST_REQUEST_SECONDS) return "its nbf is more than 60 minutes ago";
  return expiresAt > notBefore + LONGEST_REQUEST_SECONDS
    ? "its exp is more than 60 minutes after its nbf"
    : null;
}

/** The metadata of a client, as far as a profile has a say in it. */
export interface ProfiledMetadata extends Profiled {
  readonly tokenEndpointAuthMethod: string;
  readonly redirectUris: readonly string[];
  readonly jwks: unknown;
  readonly jwksUri: string | null;
  readonly idTokenSignedResponseAlg: string | null;
  readonly userinfoSignedResponseAlg: string | null;
  readonly requestObjectSigningAlg: string | null;
  readonly authorizationSignedResponseAlg: string | null;
  readonly introspectionSignedResponseAlg: string | null;
  readonly tokenEndpointAuthSigningAlg: string | null;
  readonly backchannelAuthenticationRequestSigningAlg: string | null;
}

/** Why the client cannot have its profile, in words for the operator; null if it can. `offered`: the algorithms that this server signs with. */
export function profileFault(client: ProfiledMetadata, offered: readonly string[]): string | null {
  const { securityProfile: profile } = client;
  if (profile === null) return null;
  if (!STRICT_AUTHENTICATION_METHODS.includes(client.tokenEndpointAuthMethod))
    return `security_profile '${profile}' needs a client that proves itself with a key: token_endpoint_auth_method is one of ${STRICT_AUTHENTICATION_METHODS.join(", ")}.`;
  const plain = client.redirectUris.find((uri) => uri.startsWith("http:") && !isLoopback(uri));
  if (plain !== undefined)
    return `security_profile '${profile}' allows no redirect URI with http: '${plain.slice(0, 200)}'.`;
  for (const [member, algorithm] of [
    ["id_token_signed_response_alg", client.idTokenSignedResponseAlg],
    ["userinfo_signed_response_alg", client.userinfoSignedResponseAlg],
    ["request_object_signing_alg", client.requestObjectSigningAlg],
    ["authorization_signed_response_alg", client.authorizationSignedResponseAlg],
    ["introspection_signed_response_alg", client.introspectionSignedResponseAlg],
    ["token_endpoint_auth_signing_alg", client.tokenEndpointAuthSigningAlg],
    ["backchannel_authentication_request_signing_alg", client.backchannelAuthenticationRequestSigningAlg],
  ] as const) {
    if (algorithm !== null && allowedAlgorithms(client, [algorithm]).length === 0)
      return `security_profile '${profile}' allows ${STRICT_ALGORITHMS.join(", ")}; ${member} is ${algorithm}.`;
  }
  if (!canSignFor(client, offered))
    return `security_profile '${profile}' needs ${STRICT_ALGORITHMS.join(", ")}, and this server signs with none of them. Add one to signing.algorithms.`;
  if (signsMessages(client) && client.jwks === null && client.jwksUri === null)
    return `security_profile '${profile}' needs the keys of the client: jwks or jwks_uri.`;
  return null;
}

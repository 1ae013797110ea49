/**
 * OpenID Connect Dynamic Client Registration 1.0 §2, and the members of RP-Initiated and Back-Channel Logout 1.0:
 * the metadata of a client that signs people in.
 */

import { needsKeys } from "../protocol/client-authentication.ts";
import { OAuthError } from "../protocol/errors.ts";
import { isAtOrigin, type RedirectUriFreedoms, redirectUriFault } from "../protocol/redirect-uri.ts";
import { sectorFault } from "../protocol/sector.ts";
import {
  allowedAlgorithms,
  canSignFor,
  SECURITY_PROFILES,
  type SecurityProfile,
} from "../protocol/security-profile.ts";
import {
  DEFAULT_SIGNING_ALGORITHM,
  type SigningAlgorithm,
  VERIFYING_NAMES,
  type VerifyingAlgorithm,
} from "../protocol/signing-algorithms.ts";
import type { ClientKeySet, ClientRecord } from "../store/tables/clients.ts";
import { checkKeySet } from "./key-set.ts";
import {
  isAbsent,
  isPlainUrl,
  type Members,
  readBoolean,
  readHttpsUrl,
  readSeconds,
  readString,
  readStrings,
  refuse,
} from "./members.ts";

export type OpenIdMetadata = Pick<
  ClientRecord,
  | "idTokenSignedResponseAlg"
  | "userinfoSignedResponseAlg"
  | "introspectionSignedResponseAlg"
  | "subjectType"
  | "sectorIdentifierUri"
  | "defaultMaxAge"
  | "requireAuthTime"
  | "defaultAcrValues"
  | "initiateLoginUri"
  | "postLogoutRedirectUris"
  | "backchannelLogoutUri"
  | "backchannelLogoutSessionRequired"
  | "jwks"
  | "jwksUri"
  | "requestObjectSigningAlg"
  | "requireSignedRequestObject"
  | "tokenEndpointAuthSigningAlg"
  | "requirePushedAuthorizationRequests"
  | "authorizationSignedResponseAlg"
  | "securityProfile"
  | "idTokenClaims"
  | "firstParty"
>;

interface OpenIdPolicy {
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  readonly mayBeFirstParty: boolean;
  readonly mayCallHttp: boolean;
  readonly narrows: boolean;
  readonly hasWorkloads?: boolean;
  readonly privateUseSchemes: readonly string[];
  readonly redirectUriFreedoms?: RedirectUriFreedoms;
  readonly ownOrigins: ReadonlySet<string>;
  readonly keptRedirectUris?: readonly string[];
}

/** The algorithm of a client that names none: RS256 if the server has a key for it, else the first that is configured. */
export const defaultSigningAlgorithm = (configured: readonly SigningAlgorithm[]): SigningAlgorithm =>
  configured.includes(DEFAULT_SIGNING_ALGORITHM)
    ? DEFAULT_SIGNING_ALGORITHM
    : (configured[0] ?? DEFAULT_SIGNING_ALGORITHM);

/**
 * A client of a profile believes strong signatures alone, so the server signs nothing for it with another algorithm, and does nothing
 * for it either: tokens would be lost that it could not hand out. Throws `profile_algorithm_missing`.
 */
export function requireSignable(
  client: Pick<ClientRecord, "clientId" | "securityProfile">,
  { algorithms }: { readonly algorithms: readonly SigningAlgorithm[] },
): void {
  if (!canSignFor(client, algorithms))
    throw new OAuthError("profile_algorithm_missing", { clientId: client.clientId });
}

/** RFC 9701 §6: the algorithm of introspection that is signed for the client, if the server still has keys for it. */
export const introspectionAlgorithm = (
  client: Pick<ClientRecord, "introspectionSignedResponseAlg" | "securityProfile">,
  { algorithms }: { readonly algorithms: readonly SigningAlgorithm[] },
): SigningAlgorithm | null => {
  const { introspectionSignedResponseAlg: named } = client;
  const allowed = allowedAlgorithms(client, algorithms);
  if (named === null) return allowed.length === 0 ? null : defaultSigningAlgorithm(allowed);
  return allowed.includes(named) ? named : null;
};

/**
 * One that the configuration dropped since the registration gives way to the default, of those that the client's profile allows. Throws
 * `profile_algorithm_missing` if there is none: another algorithm would be a way around the profile.
 */
function algorithmFor(
  client: Pick<ClientRecord, "securityProfile">,
  named: SigningAlgorithm | null,
  configured: readonly SigningAlgorithm[],
): SigningAlgorithm {
  const allowed = allowedAlgorithms(client, configured);
  if (allowed.length === 0) throw new OAuthError("profile_algorithm_missing");
  return named !== null && allowed.includes(named) ? named : defaultSigningAlgorithm(allowed);
}

/** The algorithm of the client's ID tokens. */
export const idTokenAlgorithm = (
  client: Pick<ClientRecord, "idTokenSignedResponseAlg" | "securityProfile">,
  { algorithms }: { readonly algorithms: readonly SigningAlgorithm[] },
): SigningAlgorithm => algorithmFor(client, client.idTokenSignedResponseAlg, algorithms);

/** RFC 9068 §2.1: the algorithm of signed access tokens, and of what the client takes to other servers. */
export const accessTokenAlgorithm = (
  client: Pick<ClientRecord, "securityProfile">,
  { algorithms }: { readonly algorithms: readonly SigningAlgorithm[] },
): SigningAlgorithm => algorithmFor(client, null, algorithms);

/** Those of all clients: the ones of a profile may have another. */
export const accessTokenAlgorithms = (signing: {
  readonly algorithms: readonly SigningAlgorithm[];
}): readonly SigningAlgorithm[] => [
  ...new Set(
    [null, ...SECURITY_PROFILES]
      .map((securityProfile) => ({ securityProfile }))
      .filter((client) => canSignFor(client, signing.algorithms))
      .map((client) => accessTokenAlgorithm(client, signing)),
  ),
];

/** JARM §3: the algorithm of signed answers of the authorization endpoint. */
export const answerAlgorithm = (
  client: Pick<ClientRecord, "authorizationSignedResponseAlg" | "securityProfile">,
  { algorithms }: { readonly algorithms: readonly SigningAlgorithm[] },
): SigningAlgorithm => algorithmFor(client, client.authorizationSignedResponseAlg, algorithms);

/** Throws `client_metadata_refused`. */
export function checkOpenIdMetadata(
  members: Members,
  {
    redirectUris,
    grantTypes,
    tokenEndpointAuthMethod,
  }: Pick<ClientRecord, "redirectUris" | "grantTypes" | "tokenEndpointAuthMethod">,
  policy: OpenIdPolicy,
): OpenIdMetadata {
  refuseEncryption(members, policy);
  const keys = readKeys(members, policy);
  const subjectType = readSubjectType(members, policy);
  const sectorIdentifierUri = readHttpsUrl(members, "sector_identifier_uri");
  if (subjectType === "pairwise") {
    const fault = sectorFault(
      { redirectUris, sectorIdentifierUri, grantTypes, jwksUri: keys.jwksUri },
      !policy.mayBeFirstParty,
    );
    if (fault !== null) refuse(fault);
  }
  return {
    idTokenSignedResponseAlg: readAlgorithm(
      members,
      "id_token_signed_response_alg",
      policy.signingAlgorithms,
      policy,
    ),
    userinfoSignedResponseAlg: readAlgorithm(
      members,
      "userinfo_signed_response_alg",
      policy.signingAlgorithms,
      policy,
    ),
    introspectionSignedResponseAlg: readAlgorithm(
      members,
      "introspection_signed_response_alg",
      policy.signingAlgorithms,
      policy,
    ),
    subjectType,
    sectorIdentifierUri,
    defaultMaxAge: readSeconds(members, "default_max_age"),
    requireAuthTime: readBoolean(members, "require_auth_time"),
    defaultAcrValues: readAcrValues(members),
    initiateLoginUri: readHttpsUrl(members, "initiate_login_uri"),
    postLogoutRedirectUris: readPostLogoutUris(members, policy),
    backchannelLogoutUri: readCalledUrl(members, "backchannel_logout_uri", policy),
    backchannelLogoutSessionRequired: readBoolean(members, "backchannel_logout_session_required"),
    ...keys,
    requestObjectSigningAlg: readAlgorithm(members, "request_object_signing_alg", VERIFYING_NAMES, policy),
    requireSignedRequestObject: readRequireSigned(members, keys),
    tokenEndpointAuthSigningAlg: readAssertionAlgorithm(members, keys, tokenEndpointAuthMethod, policy),
    requirePushedAuthorizationRequests: readBoolean(members, "require_pushed_authorization_requests"),
    authorizationSignedResponseAlg: readAlgorithm(
      members,
      "authorization_signed_response_alg",
      policy.signingAlgorithms,
      policy,
    ),
    securityProfile: readSecurityProfile(members),
    idTokenClaims: readIdTokenClaims(members, policy),
    firstParty: readFirstParty(members, policy),
  };
}

/** Members that say the default are left out; so a client reads what it chose. */
export const describeOpenId = (client: OpenIdMetadata): Record<string, unknown> => ({
  id_token_signed_response_alg: client.idTokenSignedResponseAlg,
  userinfo_signed_response_alg: client.userinfoSignedResponseAlg,
  introspection_signed_response_alg: client.introspectionSignedResponseAlg,
  subject_type: client.subjectType === "public" ? null : client.subjectType,
  sector_identifier_uri: client.sectorIdentifierUri,
  default_max_age: client.defaultMaxAge,
  require_auth_time: client.requireAuthTime || null,
  default_acr_values: client.defaultAcrValues.length > 0 ? client.defaultAcrValues : null,
  initiate_login_uri: client.initiateLoginUri,
  post_logout_redirect_uris: client.postLogoutRedirectUris.length > 0 ? client.postLogoutRedirectUris : null,
  backchannel_logout_uri: client.backchannelLogoutUri,
  backchannel_logout_session_required: client.backchannelLogoutSessionRequired || null,
  jwks: client.jwks,
  jwks_uri: client.jwksUri,
  request_object_signing_alg: client.requestObjectSigningAlg,
  require_signed_request_object: client.requireSignedRequestObject || null,
  token_endpoint_auth_signing_alg: client.tokenEndpointAuthSigningAlg,
  require_pushed_authorization_requests: client.requirePushedAuthorizationRequests || null,
  authorization_signed_response_alg: client.authorizationSignedResponseAlg,
  security_profile: client.securityProfile,
  id_token_claims: client.idTokenClaims === "granted" ? null : client.idTokenClaims,
  first_party: client.firstParty || null,
});

/** Tokens and answers are signed, never encrypted: they travel over TLS, and no application that was looked at needs it. */
const ENCRYPTED = [
  "id_token_encrypted_response_alg",
  "id_token_encrypted_response_enc",
  "userinfo_encrypted_response_alg",
  "userinfo_encrypted_response_enc",
  "introspection_encrypted_response_alg",
  "introspection_encrypted_response_enc",
  "request_object_encryption_alg",
  "request_object_encryption_enc",
  "authorization_encrypted_response_alg",
  "authorization_encrypted_response_enc",
];

function refuseEncryption(members: Members, { narrows }: OpenIdPolicy): void {
  const named = ENCRYPTED.find((name) => !isAbsent(members[name]));
  if (named !== undefined && !narrows)
    refuse(`${named} is not supported: this server encrypts nothing beyond TLS. Leave it out.`);
}

/** `none` is never exchanged: a client that reads unsigned ID tokens would not check a signature. */
function readAlgorithm<Algorithm extends VerifyingAlgorithm>(
  members: Members,
  name: string,
  offered: readonly Algorithm[],
  { narrows }: OpenIdPolicy,
): Algorithm | null {
  const named = readString(members, name);
  if (named === null) return null;
  const found = offered.find((algorithm) => algorithm === named);
  if (found !== undefined) return found;
  if (named === "none" && name === "id_token_signed_response_alg")
    return refuse("id_token_signed_response_alg is 'none', but this server signs every ID token.");
  return narrows ? null : refuse(`${name} '${named}' is not supported; use ${offered.join(", ")}.`);
}

function readSubjectType(members: Members, { narrows }: OpenIdPolicy): OpenIdMetadata["subjectType"] {
  const named = readString(members, "subject_type");
  if (named === null || named === "public") return "public";
  if (named === "pairwise") return named;
  return narrows ? "public" : refuse("subject_type must be 'public' or 'pairwise'.");
}

/** An address that this server calls. Back-Channel Logout §2.2: it may have http where the client has a secret. */
function readCalledUrl(members: Members, name: string, { mayCallHttp }: OpenIdPolicy): string | null {
  if (!mayCallHttp) return readHttpsUrl(members, name);
  const text = readString(members, name);
  if (text === null) return null;
  return isPlainUrl(text, ["https:", "http:"])
    ? text
    : refuse(`${name} must be an https or http URL without a fragment.`);
}

/** They are checked as redirect URIs: an open one would lead people anywhere. */
function readPostLogoutUris(members: Members, policy: OpenIdPolicy): string[] {
  const uris = readStrings(members, "post_logout_redirect_uris") ?? [];
  for (const uri of uris.filter((each) => !policy.keptRedirectUris?.includes(each))) {
    const fault = isAtOrigin(uri, policy.ownOrigins)
      ? "it is an address of this server itself"
      : redirectUriFault(uri, policy.privateUseSchemes, policy.redirectUriFreedoms);
    if (fault !== null)
      refuse(`The URI '${uri.slice(0, 200)}' of post_logout_redirect_uris is not allowed: ${fault}.`);
  }
  return [...new Set(uris)];
}

/** A space separates them in `acr_values`, so none has one. */
function readAcrValues(members: Members): string[] {
  const values = readStrings(members, "default_acr_values") ?? [];
  if (values.some((value) => !/^[\x21-\x7E]+$/.test(value)))
    refuse("default_acr_values must be texts of printable ASCII characters without spaces.");
  return [...new Set(values)];
}

/** RFC 7591 §2: the two forms of the key set exclude each other. */
function readKeys(
  members: Members,
  policy: OpenIdPolicy,
): { readonly jwks: ClientKeySet | null; readonly jwksUri: string | null } {
  const isInline = !isAbsent(members.jwks);
  if (isInline && !isAbsent(members.jwks_uri)) refuse("jwks and jwks_uri exclude each other.");
  return {
    jwks: isInline ? readKeySet(members.jwks, policy) : null,
    jwksUri: readCalledUrl(members, "jwks_uri", policy),
  };
}

/** RFC 9101 §10.5. Without keys no request of the client could be accepted. It is never registered as less: the client relies on it. */
function readRequireSigned(
  members: Members,
  { jwks, jwksUri }: Pick<OpenIdMetadata, "jwks" | "jwksUri">,
): boolean {
  const isRequired = readBoolean(members, "require_signed_request_object");
  if (isRequired && jwks === null && jwksUri === null)
    refuse("require_signed_request_object needs the keys of the client: jwks or jwks_uri.");
  return isRequired;
}

/** It is never registered as less: the client relies on it. */
function readSecurityProfile(members: Members): SecurityProfile | null {
  const named = readString(members, "security_profile");
  if (named === null) return null;
  return (
    SECURITY_PROFILES.find((profile) => profile === named) ??
    refuse(`security_profile '${named.slice(0, 40)}' is not known; use ${SECURITY_PROFILES.join(" or ")}.`)
  );
}

/**
 * OpenID Connect Registration §2: the algorithm of client assertions. It is never registered as another one: a client that named it
 * could not authenticate. Without a key to sign with, it says nothing.
 */
function readAssertionAlgorithm(
  members: Members,
  { jwks, jwksUri }: Pick<OpenIdMetadata, "jwks" | "jwksUri">,
  method: ClientRecord["tokenEndpointAuthMethod"],
  { hasWorkloads = false }: OpenIdPolicy,
): VerifyingAlgorithm | null {
  if (method === "none" && hasWorkloads)
    refuse("A client with workloads proves who it is: its token_endpoint_auth_method cannot be 'none'.");
  // A client that its platform vouches for needs no key of its own.
  const isVouchedFor = method === "private_key_jwt" && hasWorkloads;
  if (needsKeys(method) && jwks === null && jwksUri === null && !isVouchedFor)
    refuse(`token_endpoint_auth_method '${method}' needs the keys of the client: jwks or jwks_uri.`);
  if (method !== "private_key_jwt") return null;
  const named = readString(members, "token_endpoint_auth_signing_alg");
  if (named === null) return null;
  const found = VERIFYING_NAMES.find((algorithm) => algorithm === named);
  return (
    found ??
    refuse(`token_endpoint_auth_signing_alg '${named}' is not supported; use ${VERIFYING_NAMES.join(", ")}.`)
  );
}

/** Some programs send an empty set, and some only keys for encryption. */
function readKeySet(value: unknown, { narrows }: OpenIdPolicy): ClientKeySet | null {
  const set = checkKeySet(value, (fault) => refuse(`jwks is not allowed: ${fault}.`));
  if (set.keys.length > 0) return set;
  return narrows
    ? null
    : refuse(`jwks has no key that this server can use. It verifies ${VERIFYING_NAMES.join(", ")}.`);
}

function readIdTokenClaims(members: Members, { narrows }: OpenIdPolicy): OpenIdMetadata["idTokenClaims"] {
  const named = readString(members, "id_token_claims");
  if (named === null || named === "granted") return "granted";
  if (named === "minimal") return named;
  return narrows ? "granted" : refuse("id_token_claims must be 'granted' or 'minimal'.");
}

/** Only the operator says which applications are its own. A stranger's word for it is no more than an unknown member. */
function readFirstParty(members: Members, { mayBeFirstParty, narrows }: OpenIdPolicy): boolean {
  if (!mayBeFirstParty && narrows) return false;
  const firstParty = readBoolean(members, "first_party");
  if (firstParty && !mayBeFirstParty)
    refuse(
      "A client that registered itself cannot be first-party. Add it yourself: tessera client add --help",
    );
  return firstParty;
}

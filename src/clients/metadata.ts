/**
 * RFC 7591 §2: client metadata. Every client passes through this one check, whether it comes from the configuration,
 * the command line or the registration endpoint; only the policy differs.
 */
import { impliedScope } from "../protocol/catalogue.ts";
import {
  type ClientAuthenticationMethod,
  isClientAuthenticationMethod,
} from "../protocol/client-authentication.ts";
import { OAuthError } from "../protocol/errors.ts";
import {
  CIBA_GRANT,
  DEVICE_CODE_GRANT,
  type GrantType,
  isGrantType,
  TOKEN_EXCHANGE_GRANT,
} from "../protocol/grant-types.ts";
import type { RedirectUri, Scope } from "../protocol/identifiers.ts";
import { foldName, hasStackedMarks, hasUnseen, isBlank } from "../protocol/names.ts";
import { isAtOrigin, type RedirectUriFreedoms, redirectUriFault } from "../protocol/redirect-uri.ts";
import { firstMissing, formatScope, isSubset, parseScope } from "../protocol/scope.ts";
import { profileFault } from "../protocol/security-profile.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import type { ClientRecord, ClientRules } from "../store/tables/clients.ts";
import { checkBackchannelMetadata, describeBackchannel } from "./backchannel-metadata.ts";
import { checkBindingMetadata, describeBinding } from "./binding-metadata.ts";
import { describeCertificateName, readCertificateName } from "./certificate-metadata.ts";
import { checkLocalized, describeLocalized } from "./localized.ts";
import {
  isAbsent,
  type Members,
  readSeconds,
  readString,
  readStrings,
  readWebUrl,
  refuse,
} from "./members.ts";
import { checkOpenIdMetadata, describeOpenId } from "./openid-metadata.ts";

/** A client's metadata, checked and with the defaults of RFC 7591 §2. */
export type ClientMetadata = Omit<
  ClientRecord,
  | "clientId"
  | "number"
  | "revision"
  | "source"
  | "secrets"
  | "createdAt"
  | "usedAt"
  | "unusedFrom"
  | "initialAccess"
  | "vouchedAt"
  | "disabledAt"
  | "disabledBy"
  | "registrationToken"
  | "document"
  | keyof ClientRules
>;

export interface MetadataPolicy {
  /** The scopes a client may be registered for. */
  readonly allowedScope: readonly Scope[];
  /** The scopes of a client that names none. */
  readonly defaultScope: readonly Scope[];
  /** How clients may prove who they are. */
  readonly authenticationMethods: readonly ClientAuthenticationMethod[];
  /** The grant types a client may be registered for. */
  readonly allowedGrantTypes: readonly GrantType[];
  /** Private-use schemes without a domain that redirect URIs may have. */
  readonly privateUseSchemes: readonly string[];
  /** Default: none. */
  readonly redirectUriFreedoms?: RedirectUriFreedoms;
  /** The origins of this server itself, to which no redirect URI may lead. */
  readonly ownOrigins: ReadonlySet<string>;
  /** Names that belong to the operator, in the form of `foldName`. */
  readonly reservedNames: ReadonlySet<string>;
  /** The redirect URIs that the client has already. They stay even if the policy has become stricter. Default: none. */
  readonly keptRedirectUris?: readonly string[];
  /** A client of the operator may have no grant type: it only introspects. */
  readonly mayHaveNoGrantType: boolean;
  /** The longest that its refresh tokens may be left unused. */
  readonly longestRefreshSeconds: number;
  /** Whether tokens of workloads authenticate the client, so that it needs no keys. Default: no. */
  readonly hasWorkloads?: boolean;
  /** The algorithms with which this server signs. */
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  /** The types of authorization details that the client may use. Default: none. */
  readonly allowedDetailTypes?: readonly string[];
  /** The operator may vouch for a client so far that people are not asked before it gets access. */
  readonly mayBeFirstParty: boolean;
  /** Whether addresses that this server itself calls may have http. The guard against inner networks holds anyway. */
  readonly mayCallHttp: boolean;
  /**
   * RFC 7591 §2 and §3.2.1: the server may register less than a client asks for, and answers with what it registered.
   * Programs name all that they could use anywhere. An operator who names what is not there has made a mistake.
   */
  readonly narrows: boolean;
}

/** Throws `client_metadata_refused`, `redirect_uri_refused` or `software_statement_unsupported`. */
export function checkClientMetadata(input: unknown, policy: MetadataPolicy): ClientMetadata {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new OAuthError("body_malformed");
  const members: Members = { ...input };
  if (!isAbsent(members.software_statement)) throw new OAuthError("software_statement_unsupported");
  const tokenEndpointAuthMethod = readAuthenticationMethod(members, policy);
  const grantTypes = readGrantTypes(members, policy, tokenEndpointAuthMethod);
  const redirectUris = readRedirectUris(members, grantTypes, policy);
  checkResponseTypes(members, grantTypes, policy);
  const scope = readScope(members, "scope", policy.allowedScope, policy) ?? policy.defaultScope;
  const openId = checkOpenIdMetadata(members, { redirectUris, grantTypes, tokenEndpointAuthMethod }, policy);
  const backchannel = checkBackchannelMetadata(members, { ...openId, grantTypes });
  const fault = profileFault(
    { ...openId, ...backchannel, redirectUris, tokenEndpointAuthMethod },
    policy.signingAlgorithms,
  );
  if (fault !== null) refuse(fault);
  return {
    ...openId,
    ...backchannel,
    ...checkBindingMetadata(members, policy),
    localized: checkLocalized(members, policy, (words) => readName(words, policy)),
    clientName: readName(members, policy),
    clientUri: readWebUrl(members, "client_uri"),
    logoUri: isDroppedLogo(members, policy) ? null : readWebUrl(members, "logo_uri"),
    tosUri: readWebUrl(members, "tos_uri"),
    policyUri: readWebUrl(members, "policy_uri"),
    contacts: readStrings(members, "contacts") ?? [],
    softwareId: readString(members, "software_id"),
    softwareVersion: readString(members, "software_version"),
    refreshTokenSeconds: readRefreshSeconds(members, policy),
    applicationType: readApplicationType(members, policy),
    redirectUris,
    grantTypes,
    tokenEndpointAuthMethod,
    tlsClientAuthName: readCertificateName(members, tokenEndpointAuthMethod),
    scope,
    defaultScope: readScope(members, "default_scope", scope, policy) ?? impliedScope(scope),
    authorizationDetailsTypes: readDetailTypes(members, policy),
  };
}

/** The stored metadata, as RFC 7591 §3.2.1 returns it. */
export function describeClient(client: ClientRecord): Record<string, unknown> {
  const described: Record<string, unknown> = {
    client_id: client.clientId,
    client_id_issued_at: client.createdAt,
    client_name: client.clientName,
    client_uri: client.clientUri,
    logo_uri: client.logoUri,
    tos_uri: client.tosUri,
    policy_uri: client.policyUri,
    contacts: client.contacts.length > 0 ? client.contacts : null,
    software_id: client.softwareId,
    software_version: client.softwareVersion,
    application_type: client.applicationType,
    redirect_uris: client.redirectUris.length > 0 ? client.redirectUris : null,
    grant_types: client.grantTypes,
    response_types: responseTypesFor(client.grantTypes),
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    scope: client.scope.length > 0 ? formatScope(client.scope) : null,
    default_scope: hasImpliedDefault(client) ? null : formatScope(client.defaultScope),
    authorization_details_types:
      client.authorizationDetailsTypes.length > 0 ? client.authorizationDetailsTypes : null,
    refresh_token_seconds: client.refreshTokenSeconds,
    ...describeOpenId(client),
    ...describeBackchannel(client),
    ...describeCertificateName(client),
    ...describeBinding(client),
    ...describeLocalized(client),
  };
  for (const [name, value] of Object.entries(described)) if (value === null) delete described[name];
  return described;
}

/** Whether the metadata say nothing of their own about requests without a scope. */
export function hasImpliedDefault({
  scope,
  defaultScope,
}: Pick<ClientRecord, "scope" | "defaultScope">): boolean {
  const implied = impliedScope(scope);
  return isSubset(implied, defaultScope) && isSubset(defaultScope, implied);
}

/** RFC 7591 §2.1: the code response type belongs to the authorization code grant, and to no other. */
const responseTypesFor = (grantTypes: readonly GrantType[]): readonly "code"[] =>
  grantTypes.includes("authorization_code") ? ["code"] : [];

function readGrantTypes(
  members: Members,
  policy: MetadataPolicy,
  method: ClientAuthenticationMethod,
): GrantType[] {
  const named = readStrings(members, "grant_types") ?? ["authorization_code"];
  const grantTypes = new Set<GrantType>();
  const faults: string[] = [];
  for (const name of named) {
    const fault = grantTypeFault(name, policy, method);
    if (fault !== null) faults.push(fault);
    else if (isGrantType(name)) grantTypes.add(name);
  }
  const issuesRefreshTokens = [...grantTypes].some(
    (grantType) =>
      grantType === "authorization_code" || grantType === DEVICE_CODE_GRANT || grantType === CIBA_GRANT,
  );
  if (!issuesRefreshTokens && grantTypes.delete("refresh_token"))
    faults.push(
      "The grant type 'refresh_token' needs 'authorization_code', the device grant or the CIBA grant beside it.",
    );
  const [fault] = faults;
  if (fault !== undefined && (!policy.narrows || grantTypes.size === 0)) refuse(fault);
  if (grantTypes.size === 0 && !policy.mayHaveNoGrantType) refuse("grant_types is empty.");
  return [...grantTypes];
}

/** Why the client cannot have the grant type; null if it can. */
function grantTypeFault(
  name: string,
  policy: MetadataPolicy,
  method: ClientAuthenticationMethod,
): string | null {
  if (!isGrantType(name)) return `The grant type '${name}' is not supported; see grant_types_supported.`;
  if (!policy.allowedGrantTypes.includes(name))
    return `The grant type '${name}' is not open to clients that register themselves.`;
  // RFC 6749 §4.4: only confidential clients may act for themselves.
  if (method === "none" && name === "client_credentials")
    return "client_credentials needs a client that proves who it is; token_endpoint_auth_method is 'none'.";
  // RFC 8693 §2.1: a thief of a token could otherwise turn it into others.
  if (method === "none" && name === TOKEN_EXCHANGE_GRANT)
    return "Token exchange needs a client that proves who it is; token_endpoint_auth_method is 'none'.";
  // CIBA §7.1: otherwise any stranger could ask people in the name of the client.
  if (method === "none" && name === CIBA_GRANT)
    return "CIBA needs a client that proves who it is; token_endpoint_auth_method is 'none'.";
  return null;
}

/** A method is never exchanged for another one: the client would prove itself less well than it said. */
function readAuthenticationMethod(
  members: Members,
  { authenticationMethods: offered }: MetadataPolicy,
): ClientAuthenticationMethod {
  const name = readString(members, "token_endpoint_auth_method") ?? "client_secret_basic";
  if (isClientAuthenticationMethod(name) && offered.includes(name)) return name;
  if (isClientAuthenticationMethod(name))
    return refuse(
      `token_endpoint_auth_method '${name}' is not offered here: the operator must set client_certificates first.`,
    );
  // RFC 7591 §2 would let a client sign with its secret. That takes the secret itself.
  if (name === "client_secret_jwt")
    return refuse(
      "token_endpoint_auth_method 'client_secret_jwt' is not supported: this server keeps only digests of secrets. Use private_key_jwt with a key of the client.",
    );
  return refuse(`token_endpoint_auth_method '${name}' is not supported; use ${offered.join(", ")}.`);
}

function readRedirectUris(
  members: Members,
  grantTypes: readonly GrantType[],
  policy: MetadataPolicy,
): RedirectUri[] {
  const uris = readStrings(members, "redirect_uris") ?? [];
  for (const uri of uris.filter((each) => !policy.keptRedirectUris?.includes(each))) {
    const fault = isAtOrigin(uri, policy.ownOrigins)
      ? "it is an address of this server itself"
      : redirectUriFault(uri, policy.privateUseSchemes, policy.redirectUriFreedoms);
    if (fault !== null) {
      throw new OAuthError("redirect_uri_refused", {
        description: `The redirect URI '${uri.slice(0, 200)}' is not allowed: ${fault}.`,
      });
    }
  }
  if (uris.length === 0 && grantTypes.includes("authorization_code")) {
    throw new OAuthError("redirect_uri_refused", {
      description: "redirect_uris is missing; the grant type 'authorization_code' needs at least one.",
    });
  }
  return [...new Set(uris)] as RedirectUri[];
}

function checkResponseTypes(
  members: Members,
  grantTypes: readonly GrantType[],
  { narrows }: MetadataPolicy,
): void {
  const named = readStrings(members, "response_types");
  if (named === null) return;
  const wanted = responseTypesFor(grantTypes);
  // Narrowing leaves `code` where it belongs, so only a client that needs it and did not name it is refused.
  for (const name of narrows ? [] : named) {
    if (name !== "code") refuse(`The response type '${name}' is not supported; only 'code' is.`);
    if (wanted.length === 0)
      refuse("The response type 'code' must be registered along with the grant type 'authorization_code'.");
  }
  if (wanted.length > 0 && !named.includes("code")) {
    const [other] = named;
    refuse(
      other === undefined
        ? "The grant type 'authorization_code' must be registered along with the response type 'code'."
        : `The response type '${other}' is not supported; only 'code' is.`,
    );
  }
}

function readScope(
  members: Members,
  name: string,
  allowed: readonly Scope[],
  { narrows }: MetadataPolicy,
): Scope[] | null {
  const named = parseScopeMember(readString(members, name) ?? "", name);
  if (named.length === 0) return null;
  const scope = named.filter((entry) => allowed.includes(entry));
  const refused = firstMissing(named, scope);
  if (refused !== undefined && (!narrows || scope.length === 0))
    refuse(`The scope '${refused}' does not exist here or is not open to this client.`);
  return scope;
}

/** RFC 9396 §10. */
function readDetailTypes(members: Members, { allowedDetailTypes = [], narrows }: MetadataPolicy): string[] {
  const named = [...new Set(readStrings(members, "authorization_details_types") ?? [])];
  const refused = named.find((type) => !allowedDetailTypes.includes(type));
  if (refused !== undefined && !narrows)
    refuse(
      `The type '${refused.slice(0, 100)}' of authorization_details_types does not exist here or is not open to this client.`,
    );
  return named.filter((type) => allowedDetailTypes.includes(type));
}

function parseScopeMember(text: string, name: string): Scope[] {
  try {
    return parseScope(text);
  } catch {
    return refuse(`${name} must be scope names separated by spaces.`);
  }
}

function readName(members: Members, { reservedNames }: MetadataPolicy): string | null {
  const name = readString(members, "client_name");
  if (name === null) return null;
  if (name.length > 100) refuse("client_name is longer than 100 characters.");
  // Invisible characters, and those that reverse the text, could make one name look like another.
  if (hasUnseen(name)) refuse("client_name has invisible or control characters.");
  if (hasStackedMarks(name)) refuse("client_name has more marks on a letter than any writing needs.");
  if (isBlank(name)) refuse("client_name has nothing that can be read.");
  if (reservedNames.has(foldName(name)))
    refuse("client_name is the name of this server or of an application of its operator. Choose another.");
  return name;
}

function readApplicationType(members: Members, { narrows }: MetadataPolicy): "web" | "native" | null {
  const type = readString(members, "application_type");
  if (type === null || type === "web" || type === "native") return type;
  return narrows ? null : refuse("application_type must be 'web' or 'native'.");
}

/** A client may leave its refresh tokens less time, and only the operator gives more. */
function readRefreshSeconds(
  members: Members,
  { longestRefreshSeconds: longest, narrows }: MetadataPolicy,
): number | null {
  const seconds = readSeconds(members, "refresh_token_seconds");
  if (seconds === null || (seconds >= 1 && seconds <= longest)) return seconds;
  return narrows && seconds > longest ? null : refuse(`refresh_token_seconds must be from 1 to ${longest}.`);
}

/** Some programs send their logo itself. No page shows logos of clients, so it is not worth a refusal. */
const isDroppedLogo = ({ logo_uri }: Members, { narrows }: MetadataPolicy): boolean =>
  narrows && typeof logo_uri === "string" && /^data:/i.test(logo_uri);

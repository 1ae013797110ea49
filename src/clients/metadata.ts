/**
 * RFC 7591 §2: client metadata. Every client passes through this one check, whether it comes from the configuration,
 * the command line or the registration endpoint; only the policy differs.
 */
import { OAuthError } from "../protocol/errors.ts";
import { type GrantType, isGrantType } from "../protocol/grant-types.ts";
import type { RedirectUri, Scope } from "../protocol/identifiers.ts";
import { foldName, hasStackedMarks, hasUnseen } from "../protocol/names.ts";
import { isAtOrigin, redirectUriFault } from "../protocol/redirect-uri.ts";
import { firstMissing, formatScope, isSubset, parseScope } from "../protocol/scope.ts";
import type { ClientAuthenticationMethod, ClientRecord } from "../store/tables.ts";
import { CLIENT_AUTHENTICATION_METHODS } from "./authentication-methods.ts";

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
  | "vouchedAt"
  | "disabledAt"
  | "disabledBy"
  | "requirePkce"
  | "accessTokenSeconds"
>;

export interface MetadataPolicy {
  /** The scopes a client may be registered for. */
  readonly allowedScope: readonly Scope[];
  /** The scopes of a client that names none. */
  readonly defaultScope: readonly Scope[];
  /** The grant types a client may be registered for. */
  readonly allowedGrantTypes: readonly GrantType[];
  /** Private-use schemes without a domain that redirect URIs may have. */
  readonly privateUseSchemes: readonly string[];
  /** The origins of this server itself, to which no redirect URI may lead. */
  readonly ownOrigins: ReadonlySet<string>;
  /** Names that belong to the operator, in the form of `foldName`. */
  readonly reservedNames: ReadonlySet<string>;
  /** A client of the operator may have no grant type: it only introspects. */
  readonly mayHaveNoGrantType: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** Throws `client_metadata_refused`, `redirect_uri_refused` or `software_statement_unsupported`. */
export function checkClientMetadata(input: unknown, policy: MetadataPolicy): ClientMetadata {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new OAuthError("body_malformed");
  const members: Members = { ...input };
  if ((members.software_statement ?? null) !== null) throw new OAuthError("software_statement_unsupported");
  // RFC 7591 §2: the two forms of the key set exclude each other. This server uses neither, so it keeps neither.
  if ((members.jwks ?? null) !== null && (members.jwks_uri ?? null) !== null)
    refuse("jwks and jwks_uri exclude each other.");

  const grantTypes = readGrantTypes(members, policy);
  const tokenEndpointAuthMethod = readAuthenticationMethod(members, grantTypes);
  const redirectUris = readRedirectUris(members, grantTypes, policy);
  checkResponseTypes(members, grantTypes);
  const scope = readScope(members, "scope", policy.allowedScope) ?? policy.defaultScope;
  return {
    clientName: readName(members, policy),
    clientUri: readWebUrl(members, "client_uri"),
    logoUri: readWebUrl(members, "logo_uri"),
    tosUri: readWebUrl(members, "tos_uri"),
    policyUri: readWebUrl(members, "policy_uri"),
    contacts: readStrings(members, "contacts") ?? [],
    softwareId: readString(members, "software_id"),
    softwareVersion: readString(members, "software_version"),
    applicationType: readApplicationType(members),
    redirectUris,
    grantTypes,
    tokenEndpointAuthMethod,
    scope,
    defaultScope: readScope(members, "default_scope", scope) ?? scope,
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
    default_scope: isSubset(client.scope, client.defaultScope) ? null : formatScope(client.defaultScope),
  };
  for (const [name, value] of Object.entries(described)) if (value === null) delete described[name];
  return described;
}

/** RFC 7591 §2.1: the code response type belongs to the authorization code grant, and to no other. */
const responseTypesFor = (grantTypes: readonly GrantType[]): readonly "code"[] =>
  grantTypes.includes("authorization_code") ? ["code"] : [];

function readGrantTypes(members: Members, policy: MetadataPolicy): GrantType[] {
  const named = readStrings(members, "grant_types");
  if (named === null) return readGrantTypes({ grant_types: ["authorization_code"] }, policy);
  const grantTypes: GrantType[] = [];
  for (const name of named) {
    if (!isGrantType(name)) refuse(`The grant type '${name}' is not supported; see grant_types_supported.`);
    if (!policy.allowedGrantTypes.includes(name))
      refuse(`The grant type '${name}' is not open to clients that register themselves.`);
    if (!grantTypes.includes(name)) grantTypes.push(name);
  }
  if (grantTypes.length === 0 && !policy.mayHaveNoGrantType) refuse("grant_types is empty.");
  const issuesRefreshTokens = grantTypes.some(
    (grantType) => grantType !== "refresh_token" && grantType !== "client_credentials",
  );
  if (grantTypes.includes("refresh_token") && !issuesRefreshTokens) {
    refuse("The grant type 'refresh_token' needs 'authorization_code' or the device grant beside it.");
  }
  return grantTypes;
}

function readAuthenticationMethod(
  members: Members,
  grantTypes: readonly GrantType[],
): ClientAuthenticationMethod {
  const name = readString(members, "token_endpoint_auth_method") ?? "client_secret_basic";
  const method = CLIENT_AUTHENTICATION_METHODS.find((known) => known.method === name)?.method;
  if (method === undefined) {
    refuse(
      `token_endpoint_auth_method '${name}' is not supported; use ${CLIENT_AUTHENTICATION_METHODS.map((known) => known.method).join(", ")}.`,
    );
  }
  // RFC 6749 §4.4: only confidential clients may act for themselves.
  if (method === "none" && grantTypes.includes("client_credentials")) {
    refuse("client_credentials needs a client with a secret; token_endpoint_auth_method is 'none'.");
  }
  return method;
}

function readRedirectUris(
  members: Members,
  grantTypes: readonly GrantType[],
  policy: MetadataPolicy,
): RedirectUri[] {
  const uris = readStrings(members, "redirect_uris") ?? [];
  for (const uri of uris) {
    const fault = isAtOrigin(uri, policy.ownOrigins)
      ? "it is an address of this server itself"
      : redirectUriFault(uri, policy.privateUseSchemes);
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

function checkResponseTypes(members: Members, grantTypes: readonly GrantType[]): void {
  const named = readStrings(members, "response_types");
  if (named === null) return;
  for (const name of named) {
    if (name !== "code") refuse(`The response type '${name}' is not supported; only 'code' is.`);
  }
  const wanted = responseTypesFor(grantTypes);
  if (wanted.length > 0 && !named.includes("code")) {
    refuse("The grant type 'authorization_code' must be registered along with the response type 'code'.");
  }
  if (wanted.length === 0 && named.includes("code")) {
    refuse("The response type 'code' must be registered along with the grant type 'authorization_code'.");
  }
}

function readScope(members: Members, name: string, allowed: readonly Scope[]): Scope[] | null {
  const text = readString(members, name);
  if (text === null) return null;
  const scope = parseScopeMember(text, name);
  const refused = firstMissing(scope, allowed);
  if (refused !== undefined)
    refuse(`The scope '${refused}' does not exist here or is not open to this client.`);
  return scope;
}

function parseScopeMember(text: string, name: string): Scope[] {
  try {
    return parseScope(text);
  } catch {
    return refuse(`${name} must be scope names separated by single spaces.`);
  }
}

function readName(members: Members, { reservedNames }: MetadataPolicy): string | null {
  const name = readString(members, "client_name");
  if (name === null) return null;
  if (name.length > 100) refuse("client_name is longer than 100 characters.");
  // Invisible characters, and those that reverse the text, could make one name look like another.
  if (hasUnseen(name)) refuse("client_name has invisible or control characters.");
  if (hasStackedMarks(name)) refuse("client_name has more marks on a letter than any writing needs.");
  if (name.trim() === "") refuse("client_name has nothing that can be read.");
  if (reservedNames.has(foldName(name)))
    refuse("client_name is the name of this server or of an application of its operator. Choose another.");
  return name;
}

function readApplicationType(members: Members): "web" | "native" | null {
  const type = readString(members, "application_type");
  if (type === null || type === "web" || type === "native") return type;
  return refuse("application_type must be 'web' or 'native'.");
}

function readWebUrl(members: Members, name: string): string | null {
  const text = readString(members, name);
  if (text === null) return null;
  const fine = /^https?:\/\/[^\s\\<>"]+$/.test(text) && URL.canParse(text);
  return fine ? text : refuse(`${name} must be an http or https URL.`);
}

/** Null and the empty string count as left out: several clients send them. */
function readString(members: Members, name: string): string | null {
  const value = members[name];
  if (value === undefined || value === null || value === "") return null;
  return typeof value === "string" ? checkText(value, name) : refuse(`${name} must be a string.`);
}

/** Half a character of UTF-16 would not come back from the store as it was. */
function checkText(text: string, name: string): string {
  if (text.length > 2000) return refuse(`${name} is too long.`);
  return text.isWellFormed() ? text : refuse(`${name} is not well-formed Unicode.`);
}

function readStrings(members: Members, name: string): string[] | null {
  const value = members[name];
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || value.length > 50)
    return refuse(`${name} must be an array of at most 50 strings.`);
  const strings: string[] = [];
  for (const item of value) {
    if (typeof item !== "string") return refuse(`${name} must be an array of strings.`);
    strings.push(checkText(item, name));
  }
  return strings;
}

function refuse(description: string): never {
  throw new OAuthError("client_metadata_refused", { description });
}

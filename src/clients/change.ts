/** A change of a client by the operator, checked as a new client is. */

import type { Configuration } from "../configuration/schema.ts";
import { type Catalogue, impliedScope } from "../protocol/catalogue.ts";
import { CERTIFICATE_NAME_KINDS } from "../protocol/certificate-name.ts";
import type { ClaimMapping } from "../protocol/claim-mapping.ts";
import type { ClientAuthenticationMethod } from "../protocol/client-authentication.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientRecord, ClientRules } from "../store/tables/clients.ts";
import { isPublic } from "./authentication-methods.ts";
import { changePolicy } from "./clients.ts";
import { type ClientMetadata, checkClientMetadata, describeClient, hasImpliedDefault } from "./metadata.ts";
import { checkWorkloads } from "./workloads.ts";

/** What is to change, in the words of RFC 7591. Members that are left out stay as they are; null or an empty list: none. */
export interface ClientWish {
  readonly client_name?: string;
  /** RFC 7591 §2.2: the name in another language. */
  readonly [localized: `client_name#${string}`]: string | null;
  readonly client_uri?: string | null;
  readonly logo_uri?: string | null;
  readonly tos_uri?: string | null;
  readonly policy_uri?: string | null;
  readonly contacts?: readonly string[];
  readonly redirect_uris?: readonly string[];
  readonly grant_types?: readonly string[];
  readonly token_endpoint_auth_method?: ClientAuthenticationMethod;
  readonly token_endpoint_auth_signing_alg?: string | null;
  readonly tls_client_auth_subject_dn?: string | null;
  readonly tls_client_auth_san_dns?: string | null;
  readonly tls_client_auth_san_uri?: string | null;
  readonly tls_client_auth_san_ip?: string | null;
  readonly tls_client_auth_san_email?: string | null;
  readonly scope?: readonly string[];
  /** Empty: all that it may have. */
  readonly default_scope?: readonly string[];
  readonly id_token_signed_response_alg?: string | null;
  readonly userinfo_signed_response_alg?: string | null;
  readonly introspection_signed_response_alg?: string | null;
  readonly subject_type?: string;
  readonly sector_identifier_uri?: string | null;
  readonly default_max_age?: number | null;
  readonly initiate_login_uri?: string | null;
  readonly post_logout_redirect_uris?: readonly string[];
  readonly backchannel_logout_uri?: string | null;
  /** Takes the place of `jwks_uri`, and the other way round. */
  readonly jwks?: unknown;
  readonly jwks_uri?: string | null;
  readonly request_object_signing_alg?: string | null;
  readonly require_signed_request_object?: boolean;
  readonly require_pushed_authorization_requests?: boolean;
  readonly authorization_signed_response_alg?: string | null;
  readonly backchannel_token_delivery_mode?: string | null;
  readonly backchannel_client_notification_endpoint?: string | null;
  readonly backchannel_authentication_request_signing_alg?: string | null;
  readonly security_profile?: string | null;
  readonly dpop_bound_access_tokens?: boolean;
  readonly tls_client_certificate_bound_access_tokens?: boolean;
  readonly authorization_details_types?: readonly string[];
  readonly id_token_claims?: string;
  readonly first_party?: boolean;
  readonly require_pkce?: boolean;
  /** Null: as `lifetimes.access_token_seconds` says. */
  readonly access_token_seconds?: number | null;
  /** Null: as `lifetimes.refresh_token_seconds` says. */
  readonly refresh_token_seconds?: number | null;
  /** Null: as the API says for which a token is. */
  readonly access_token_format?: ClientRecord["accessTokenFormat"];
  /** Null: any sign-in is good enough. */
  readonly minimum_acr?: ClientRecord["minimumAcr"];
  readonly allowed_groups?: readonly string[];
  readonly denied_groups?: readonly string[];
  /** In place of all that it has. */
  readonly claims?: ClaimMapping;
  /** In place of all that it has. */
  readonly workloads?: readonly unknown[];
}

/** The values of a client's row that such a change sets. */
export type ClientChanges = ClientMetadata & ClientRules;

/** Throws OAuthError as `checkClientMetadata` does, and for a public client without PKCE. */
export function changedMetadata(
  client: ClientRecord,
  wish: ClientWish,
  { configuration, catalogue }: { readonly configuration: Configuration; readonly catalogue: Catalogue },
  freedoms: { readonly allowsHttp?: boolean } = {},
): ClientChanges {
  const {
    scope,
    default_scope,
    require_pkce,
    access_token_seconds,
    access_token_format,
    minimum_acr,
    allowed_groups,
    denied_groups,
    claims,
    workloads,
    ...named
  } = wish;
  const next = workloadsOf(client, workloads);
  // The response types follow from the grant types.
  const { response_types: _, ...has } = describeClient(client);
  const checked = checkClientMetadata(
    {
      ...has,
      ...(named.jwks !== undefined && { jwks_uri: null }),
      ...(named.jwks_uri !== undefined && { jwks: null }),
      // A certificate has one name that counts: a new one takes the place of the other.
      ...(namesCertificate(named) && withoutCertificateNames(has)),
      ...named,
      scope: (scope ?? client.scope).join(" "),
      default_scope: default_scope?.join(" "),
    },
    changePolicy(client, configuration, catalogue, { ...freedoms, hasWorkloads: next.isWorkload }),
  );
  // The check takes no scope for every scope.
  const nextScope = scope !== undefined && scope.length === 0 ? [] : checked.scope;
  const changed = {
    ...checked,
    scope: scope === undefined ? client.scope : nextScope,
    requirePkce: require_pkce ?? client.requirePkce,
    accessTokenSeconds: access_token_seconds === undefined ? client.accessTokenSeconds : access_token_seconds,
    accessTokenFormat: access_token_format === undefined ? client.accessTokenFormat : access_token_format,
    minimumAcr: minimum_acr === undefined ? client.minimumAcr : minimum_acr,
    allowedGroups: allowed_groups ?? client.allowedGroups,
    deniedGroups: denied_groups ?? client.deniedGroups,
    claims: claims ?? client.claims,
    ...next,
  };
  if (isPublic(changed) && !changed.requirePkce) {
    throw new OAuthError("client_metadata_refused", {
      description: "Only a client that proves who it is can be exempt from PKCE.",
    });
  }
  return { ...changed, defaultScope: nextDefault(client, wish, changed) };
}

const certificateMembers = CERTIFICATE_NAME_KINDS.map((kind) => `tls_client_auth_${kind}` as const);

const namesCertificate = (wish: ClientWish): boolean =>
  certificateMembers.some((member) => wish[member] !== undefined && wish[member] !== null);

const withoutCertificateNames = (has: Record<string, unknown>): Record<string, null> =>
  Object.fromEntries(certificateMembers.filter((member) => member in has).map((member) => [member, null]));

/** Only an operator changes a client in this way, and only they say whose tokens authenticate it. */
function workloadsOf(
  client: ClientRecord,
  wish: ClientWish["workloads"],
): Pick<ClientRecord, "workloads" | "isWorkload"> {
  const workloads = wish === undefined ? client.workloads : checkWorkloads(wish);
  return { workloads, isWorkload: workloads.length > 0 };
}

/** A default that was not named follows the scope: all of it, or what is left of the old default. */
function nextDefault(
  client: ClientRecord,
  { default_scope }: ClientWish,
  { scope, defaultScope }: ClientMetadata,
): ClientMetadata["defaultScope"] {
  if (default_scope?.length === 0) return impliedScope(scope);
  if (default_scope !== undefined) return defaultScope.filter((name) => scope.includes(name));
  const followed = hasImpliedDefault(client) && client.scope.length > 0;
  return followed ? impliedScope(scope) : client.defaultScope.filter((name) => scope.includes(name));
}

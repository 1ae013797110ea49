/**
 * RFC 8414 (and OpenID Connect Discovery §4, for clients that look there): the metadata document. It is built from the
 * tables that drive the behaviour, so it describes exactly that behaviour.
 */
import { type ClientAuthenticationMethod, offeredMethods } from "../clients/authentication-methods.ts";
import { documentSettings } from "../clients/metadata-document.ts";
import { accessTokenAlgorithms } from "../clients/openid-metadata.ts";
import { ACCESS_TOKEN_FORMATS } from "../credentials/access-token-formats.ts";
import { GRANT_TYPE_ENTRIES } from "../grant-types/index.ts";
import { scopeClaims } from "../operations/claims.ts";
import type { Context } from "../operations/context.ts";
import { type Handler, NO_SNIFFING, type Route } from "../platform/http.ts";
import { ID_JAG_PROFILE, ID_JAG_TOKEN_TYPE } from "../protocol/assertions.ts";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { provesClient } from "../protocol/client-authentication.ts";
import { DELIVERY_MODES } from "../protocol/delivery-modes.ts";
import { isManagementScope } from "../protocol/management-scopes.ts";
import { metadataPaths } from "../protocol/metadata-paths.ts";
import { CODE_CHALLENGE_METHODS } from "../protocol/pkce.ts";
import { listedResources } from "../protocol/protected-resource.ts";
import { VERIFYING_NAMES } from "../protocol/signing-algorithms.ts";
import { UI_LOCALES } from "../protocol/ui-locales.ts";
import { claimNames } from "../rules/claims.ts";
import { promptValues, RESPONSE_TYPES } from "./authorization-request.ts";
import { ENDPOINT_PATHS } from "./paths.ts";
import { RESPONSE_MODES } from "./response-mode.ts";

/** OpenID Connect Discovery §3: the claims of the ID token itself. Those about the person are in rules/claims.ts. */
const TOKEN_CLAIMS = [
  "sub",
  "iss",
  "aud",
  "exp",
  "iat",
  "auth_time",
  "nonce",
  "amr",
  "acr",
  "at_hash",
  "sid",
];

const methodsOf = (entries: readonly ClientAuthenticationMethod[]): string[] =>
  entries.map(({ method }) => method);

const algorithmsOf = (entries: readonly ClientAuthenticationMethod[]): string[] => [
  ...new Set(entries.flatMap(({ signingAlgorithms }) => signingAlgorithms)),
];

/** RFC 8705 §5: the endpoints that a client calls itself, at the address where the proxy asks for certificates. */
const ALIASED = [
  "token_endpoint",
  "revocation_endpoint",
  "introspection_endpoint",
  "device_authorization_endpoint",
  "pushed_authorization_request_endpoint",
  "backchannel_authentication_endpoint",
  "userinfo_endpoint",
];

const aliasesAt = (
  url: string,
  document: Readonly<Record<string, unknown>>,
  { origin }: Pick<Context["issuer"], "origin">,
): Record<string, string> =>
  Object.fromEntries(
    ALIASED.flatMap((name) => {
      const address = document[name];
      return typeof address === "string" ? [[name, url + address.slice(origin.length)]] : [];
    }),
  );

function metadataDocument({
  configuration,
  issuer,
  catalogue,
}: Pick<Context, "configuration" | "issuer" | "catalogue">): Record<string, unknown> {
  const { lifetimes, registration } = configuration;
  const { url } = issuer;
  const methods = offeredMethods(configuration);
  const provingMethods = methods.filter(({ method }) => provesClient(method));
  const document: Record<string, unknown> = {
    issuer: issuer.identifier,
    authorization_endpoint: url(ENDPOINT_PATHS.authorize),
    token_endpoint: url(ENDPOINT_PATHS.token),
    // RFC 9126 §5.
    pushed_authorization_request_endpoint: url(ENDPOINT_PATHS.pushedAuthorizationRequest),
    require_pushed_authorization_requests: configuration.require_pushed_authorization_requests,
    device_authorization_endpoint: url(ENDPOINT_PATHS.deviceAuthorization),
    // CIBA §4.
    backchannel_authentication_endpoint: url(ENDPOINT_PATHS.backchannelAuthentication),
    backchannel_token_delivery_modes_supported: DELIVERY_MODES,
    backchannel_authentication_request_signing_alg_values_supported: VERIFYING_NAMES,
    backchannel_user_code_parameter_supported: false,
    introspection_endpoint: url(ENDPOINT_PATHS.introspection),
    revocation_endpoint: url(ENDPOINT_PATHS.revocation),
    registration_endpoint: registration.mode === "off" ? undefined : url(ENDPOINT_PATHS.registration),
    // draft-ietf-oauth-client-id-metadata-document §5.
    client_id_metadata_document_supported: documentSettings(configuration).mode !== "off",
    userinfo_endpoint: url(ENDPOINT_PATHS.userinfo),
    jwks_uri: url(ENDPOINT_PATHS.jwks),
    // OpenID Connect RP-Initiated Logout §2.1.
    end_session_endpoint: url(ENDPOINT_PATHS.endSession),
    // Back-Channel Logout §2.1: logout tokens always name the session.
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    // RFC 8414 §2 lets a server leave some out: clients that ask for all that they read here have no use for these.
    scopes_supported: catalogue.scopes.map((entry) => entry.name).filter((name) => !isManagementScope(name)),
    response_types_supported: RESPONSE_TYPES,
    response_modes_supported: RESPONSE_MODES.map(({ mode }) => mode),
    grant_types_supported: GRANT_TYPE_ENTRIES.filter(
      ({ isOffered }) => isOffered?.(configuration) ?? true,
    ).map(({ grantType }) => grantType),
    // ID-JAG, Authorization Server Metadata. Neither says which issuers or audiences there are.
    authorization_grant_profiles_supported: configuration.trusted_issuers.some(({ people }) =>
      people?.profiles.includes("id-jag"),
    )
      ? [ID_JAG_PROFILE]
      : [],
    identity_chaining_requested_token_types_supported:
      configuration.id_jag_audiences.length > 0 ? [ID_JAG_TOKEN_TYPE] : [],
    token_endpoint_auth_methods_supported: methodsOf(methods),
    token_endpoint_auth_signing_alg_values_supported: algorithmsOf(methods),
    revocation_endpoint_auth_methods_supported: methodsOf(methods),
    revocation_endpoint_auth_signing_alg_values_supported: algorithmsOf(methods),
    // A public client may not look at tokens.
    introspection_endpoint_auth_methods_supported: methodsOf(provingMethods),
    introspection_endpoint_auth_signing_alg_values_supported: algorithmsOf(provingMethods),
    // RFC 9701 §7.
    introspection_signing_alg_values_supported: configuration.signing.algorithms,
    code_challenge_methods_supported: CODE_CHALLENGE_METHODS,
    // RFC 9207 §3.
    authorization_response_iss_parameter_supported: true,
    // RFC 9728 §4.
    protected_resources: listedResources(catalogue, configuration.unknown_resources),
    // OpenID Connect Discovery §3.
    subject_types_supported: ["public", "pairwise"],
    id_token_signing_alg_values_supported: configuration.signing.algorithms,
    userinfo_signing_alg_values_supported: configuration.signing.algorithms,
    // JARM §4.
    authorization_signing_alg_values_supported: configuration.signing.algorithms,
    acr_values_supported: AUTHENTICATION_LEVELS,
    claim_types_supported: ["normal"],
    claims_supported: [...TOKEN_CLAIMS, ...claimNames({ scopes: scopeClaims(configuration.claims.scopes) })],
    // Prompt Create §4.2.
    prompt_values_supported: promptValues(configuration),
    // RFC 9449 §5.1.
    dpop_signing_alg_values_supported: configuration.dpop.signing_algorithms,
    // RFC 9101 §10.5, OpenID Connect Discovery §3.
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: ["none", ...VERIFYING_NAMES],
    // RFC 9101 §10.5: a client may demand it of itself.
    require_signed_request_object: false,
    // RFC 9396 §10.
    authorization_details_types_supported: catalogue.detailTypes.map(({ type }) => type),
    // OpenID Connect Discovery §3: without this member, request_uri would count as supported.
    request_uri_parameter_supported: false,
    claims_parameter_supported: true,
    ui_locales_supported: UI_LOCALES,
    service_documentation: url("/help/errors"),
    // RFC 8414 §2 allows further members: these give lifetimes in seconds and the format of access tokens.
    access_token_expires_in: lifetimes.access_token_seconds,
    refresh_token_expires_in: lifetimes.refresh_token_seconds,
    authorization_code_expires_in: lifetimes.authorization_code_seconds,
    device_code_expires_in: lifetimes.device_code_seconds,
    access_token_formats_supported: ACCESS_TOKEN_FORMATS.map(({ format }) => format),
    access_token_signing_alg_values_supported: accessTokenAlgorithms(configuration.signing),
  };
  // RFC 8705 §3.3.
  if (configuration.client_certificates !== undefined)
    document.tls_client_certificate_bound_access_tokens = true;
  const { url: mtlsUrl } = configuration.client_certificates ?? {};
  if (mtlsUrl !== undefined) document.mtls_endpoint_aliases = aliasesAt(mtlsUrl, document, issuer);
  // RFC 8414 §3.2: "Claims with zero elements MUST be omitted".
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) delete document[name];
  }
  return document;
}

/** The document, at every path where clients look. */
export function metadataRoutes(context: Context): { readonly root: Route[]; readonly below: Route[] } {
  const headers = new Headers({
    "Content-Type": "application/json",
    "Cache-Control": "public, max-age=300",
    ...NO_SNIFFING,
  });
  const serving = (content: unknown): ((path: string) => Route) => {
    const body = JSON.stringify(content);
    const GET: Handler = () => new Response(body, { headers });
    return (path) => ({ path, audience: "programs", cors: "everyone", methods: { GET } });
  };
  const route = serving(metadataDocument(context));
  const { root, below } = metadataPaths(context.issuer.path);
  return { root: root.map(route), below: below.map(route) };
}

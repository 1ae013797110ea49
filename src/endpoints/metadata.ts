/**
 * RFC 8414 (and OpenID Connect Discovery §4, for clients that look there): the metadata document.
 * It is built from the tables that drive the behaviour, so it tells exactly what runs.
 */
import {
  CLIENT_AUTHENTICATION_METHODS,
  CONFIDENTIAL_AUTHENTICATION_METHODS,
} from "../clients/authentication-methods.ts";
import type { Context } from "../context.ts";
import { ACCESS_TOKEN_FORMATS } from "../credentials/issue.ts";
import { GRANTS } from "../grants/index.ts";
import { type Handler, NO_SNIFFING, type Route } from "../platform/http.ts";
import { issuerPath } from "../protocol/issuer.ts";
import { CODE_CHALLENGE_METHODS } from "../protocol/pkce.ts";
import { PROMPTS, RESPONSE_MODES, RESPONSE_TYPES } from "./authorization-request.ts";
import { ENDPOINT_PATHS } from "./paths.ts";

function metadataDocument({
  configuration,
  catalogue,
}: Pick<Context, "configuration" | "catalogue">): Record<string, unknown> {
  const { issuer, lifetimes, registration } = configuration;
  const url = (path: string) => issuer + path;
  const document: Record<string, unknown> = {
    issuer,
    authorization_endpoint: url(ENDPOINT_PATHS.authorize),
    token_endpoint: url(ENDPOINT_PATHS.token),
    device_authorization_endpoint: url(ENDPOINT_PATHS.deviceAuthorization),
    introspection_endpoint: url(ENDPOINT_PATHS.introspection),
    revocation_endpoint: url(ENDPOINT_PATHS.revocation),
    registration_endpoint: registration.mode === "off" ? undefined : url(ENDPOINT_PATHS.registration),
    userinfo_endpoint: url(ENDPOINT_PATHS.userinfo),
    scopes_supported: catalogue.scopes.map((entry) => entry.name),
    response_types_supported: RESPONSE_TYPES,
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: GRANTS.map((grant) => grant.grantType),
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
    introspection_endpoint_auth_methods_supported: CONFIDENTIAL_AUTHENTICATION_METHODS,
    code_challenge_methods_supported: CODE_CHALLENGE_METHODS,
    // RFC 9207 §3.
    authorization_response_iss_parameter_supported: true,
    prompt_values_supported: PROMPTS,
    // OpenID Connect Core §6: the defaults would promise request_uri.
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
    service_documentation: url("/help/errors"),
    // RFC 8414 §2 allows more members: how long things live, in seconds, and what access tokens are.
    access_token_expires_in: lifetimes.access_token_seconds,
    refresh_token_expires_in: lifetimes.refresh_token_seconds,
    authorization_code_expires_in: lifetimes.authorization_code_seconds,
    device_code_expires_in: lifetimes.device_code_seconds,
    access_token_formats_supported: ACCESS_TOKEN_FORMATS.map(({ format }) => format),
    access_token_signing_alg_values_supported: ACCESS_TOKEN_FORMATS.flatMap(
      (entry) => entry.signingAlgorithms,
    ),
  };
  // RFC 8414 §3.2: "Claims with zero elements MUST be omitted".
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) delete document[name];
  }
  return document;
}

/** RFC 8414 §3.1: the path of the issuer goes behind the well-known name; discovery puts it before. Both answer. */
export function metadataRoutes(context: Context): { readonly root: Route[]; readonly below: Route[] } {
  const body = JSON.stringify(metadataDocument(context));
  const headers = new Headers({
    "Content-Type": "application/json",
    "Cache-Control": "public, max-age=300",
    ...NO_SNIFFING,
  });
  const GET: Handler = () => new Response(body, { headers });
  const route = (at: string): Route => ({
    path: at,
    audience: "programs",
    cors: "everyone",
    methods: { GET },
  });
  const path = issuerPath(context.configuration.issuer);
  const names = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
  return {
    root: path === "" ? [] : names.map((name) => route(name + path)),
    below: names.map(route),
  };
}

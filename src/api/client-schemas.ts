/** Clients in the management API: the members of RFC 7591 and OpenID Connect Registration, and what the operator alone says. */

import * as v from "valibot";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { ACCESS_TOKEN_FORMAT_NAMES } from "../protocol/catalogue.ts";
import { CLIENT_AUTHENTICATION_NAMES } from "../protocol/client-authentication.ts";
import { DELIVERY_MODES } from "../protocol/delivery-modes.ts";
import { SECURITY_PROFILES } from "../protocol/security-profile.ts";
import { CLIENT_SOURCES } from "../store/tables/clients.ts";
import { time } from "./schemas.ts";

const texts = v.array(v.string());
const timeOrNull = v.nullable(time);

const LOCALIZED = /^(client_name|client_uri|logo_uri|tos_uri|policy_uri)#./;

/** The fault of a member that no entry describes; null for a text in a language: "client_name#de". */
function otherFault(name: string, value: unknown): string | null {
  if (!LOCALIZED.test(name)) return "There is no such member here";
  return value === null || typeof value === "string" ? null : "It must be a text, or null for none";
}

/** The members of an object, and beside them those of RFC 7591 §2.2: "client_name#de". */
export const withLanguages = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.objectWithRest(entries, v.unknown()),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input: Record<string, unknown> = dataset.value;
      for (const [key, value] of Object.entries(input)) {
        const message = Object.hasOwn(entries, key) ? null : otherFault(key, value);
        const path = { type: "object", origin: "key", input, key, value } as const;
        if (message !== null) addIssue({ message, path: [path] });
      }
    }),
  );

const claimMapping = v.pipe(
  v.record(v.string(), v.union([v.string(), v.record(v.string(), v.string())])),
  v.description("Claims of your own for this client, and their sources (docs/claims.md)."),
);

const workloads = v.pipe(
  v.array(v.looseObject({ issuer: v.string(), subject: v.string() })),
  v.description("Workloads whose tokens of a trusted issuer authenticate it (docs/workloads.md)."),
);

const SPACED = "Names with spaces between them.";
const scope = v.pipe(v.string(), v.description(SPACED));

export const secretSchema = v.pipe(v.strictObject({ id: v.string(), created_at: time }), v.title("Secret"));

const described = {
  client_id: v.string(),
  client_id_issued_at: v.number(),
  client_name: v.optional(v.string()),
  client_uri: v.optional(v.string()),
  logo_uri: v.optional(v.string()),
  tos_uri: v.optional(v.string()),
  policy_uri: v.optional(v.string()),
  contacts: v.optional(texts),
  software_id: v.optional(v.string()),
  software_version: v.optional(v.string()),
  application_type: v.optional(v.picklist(["web", "native"])),
  redirect_uris: v.optional(texts),
  grant_types: texts,
  response_types: texts,
  token_endpoint_auth_method: v.string(),
  scope: v.optional(scope),
  id_token_signed_response_alg: v.optional(v.string()),
  userinfo_signed_response_alg: v.optional(v.string()),
  introspection_signed_response_alg: v.optional(v.string()),
  subject_type: v.optional(v.string()),
  sector_identifier_uri: v.optional(v.string()),
  default_max_age: v.optional(v.number()),
  require_auth_time: v.optional(v.boolean()),
  default_acr_values: v.optional(texts),
  initiate_login_uri: v.optional(v.string()),
  post_logout_redirect_uris: v.optional(texts),
  backchannel_logout_uri: v.optional(v.string()),
  backchannel_logout_session_required: v.optional(v.boolean()),
  jwks: v.optional(v.looseObject({ keys: v.array(v.looseObject({})) })),
  jwks_uri: v.optional(v.string()),
  request_object_signing_alg: v.optional(v.string()),
  require_signed_request_object: v.optional(v.boolean()),
  dpop_bound_access_tokens: v.optional(v.boolean()),
  tls_client_certificate_bound_access_tokens: v.optional(v.boolean()),
  token_endpoint_auth_signing_alg: v.optional(v.string()),
  tls_client_auth_subject_dn: v.optional(v.string()),
  tls_client_auth_san_dns: v.optional(v.string()),
  tls_client_auth_san_uri: v.optional(v.string()),
  tls_client_auth_san_ip: v.optional(v.string()),
  tls_client_auth_san_email: v.optional(v.string()),
  require_pushed_authorization_requests: v.optional(v.boolean()),
  authorization_signed_response_alg: v.optional(v.string()),
  backchannel_token_delivery_mode: v.optional(v.string()),
  backchannel_client_notification_endpoint: v.optional(v.string()),
  backchannel_authentication_request_signing_alg: v.optional(v.string()),
  security_profile: v.optional(v.string()),
  authorization_details_types: v.optional(texts),
  id_token_claims: v.optional(v.string()),
  first_party: v.optional(v.boolean()),
  default_scope: scope,
  refresh_token_seconds: v.optional(v.number()),
  require_pkce: v.boolean(),
  access_token_seconds: v.nullable(v.number()),
  access_token_format: v.nullable(v.picklist(ACCESS_TOKEN_FORMAT_NAMES)),
  minimum_acr: v.nullable(v.picklist(AUTHENTICATION_LEVELS)),
  allowed_groups: texts,
  denied_groups: texts,
  claims: claimMapping,
  workloads,
  source: v.picklist(CLIENT_SOURCES),
  created_at: time,
  used_at: timeOrNull,
  vouched_at: timeOrNull,
  disabled_at: timeOrNull,
  document_fetched_at: v.optional(
    v.pipe(time, v.description("When its metadata document was last fetched, or was found to be the same.")),
  ),
  secrets: v.pipe(
    v.array(secretSchema),
    v.description("Their ids. A secret itself is shown once, when it is made."),
  ),
};

export const clientSchema = v.pipe(withLanguages(described), v.title("Client"));

const clientSecret = v.pipe(v.string(), v.description("Shown once."));

/** With the secret of a client that has a new one. */
export const madeClientSchema = v.pipe(
  withLanguages({ ...described, client_secret: v.optional(clientSecret) }),
  v.title("ClientWithSecret"),
);

export const madeSecretSchema = v.strictObject({ id: v.string(), client_secret: clientSecret });

const text = v.optional(v.nullable(v.string()));
const list = v.optional(texts);
const flag = v.optional(v.boolean());

/** What can be written of a client. Members that are left out stay as they are, or have their default; null takes one away. */
export const clientFacts = {
  client_name: v.optional(v.string()),
  client_uri: text,
  logo_uri: text,
  tos_uri: text,
  policy_uri: text,
  contacts: list,
  software_id: text,
  software_version: text,
  application_type: v.optional(v.nullable(v.picklist(["web", "native"]))),
  redirect_uris: list,
  grant_types: v.optional(
    v.pipe(
      texts,
      v.description(
        "Default: authorization_code and refresh_token with a redirect URI, else client_credentials for a client that proves who it is.",
      ),
    ),
  ),
  token_endpoint_auth_method: v.optional(
    v.picklist(CLIENT_AUTHENTICATION_NAMES, `must be one of ${CLIENT_AUTHENTICATION_NAMES.join(", ")}`),
  ),
  token_endpoint_auth_signing_alg: text,
  tls_client_auth_subject_dn: text,
  tls_client_auth_san_dns: text,
  tls_client_auth_san_uri: text,
  tls_client_auth_san_ip: text,
  tls_client_auth_san_email: text,
  scope: v.optional(
    v.pipe(
      v.string(),
      v.description(
        `${SPACED} Left out: all that exist, but introspect and those of management. Empty: none.`,
      ),
    ),
  ),
  default_scope: v.optional(
    v.pipe(
      v.string(),
      v.description(`${SPACED} What it gets when it asks for nothing. Empty: all it may have.`),
    ),
  ),
  id_token_signed_response_alg: text,
  userinfo_signed_response_alg: text,
  introspection_signed_response_alg: text,
  subject_type: v.optional(v.picklist(["public", "pairwise"])),
  sector_identifier_uri: text,
  default_max_age: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))),
  require_auth_time: flag,
  default_acr_values: list,
  initiate_login_uri: text,
  post_logout_redirect_uris: list,
  backchannel_logout_uri: text,
  backchannel_logout_session_required: flag,
  jwks: v.optional(v.nullable(v.looseObject({}))),
  jwks_uri: text,
  request_object_signing_alg: text,
  require_signed_request_object: flag,
  tls_client_certificate_bound_access_tokens: flag,
  require_pushed_authorization_requests: flag,
  authorization_signed_response_alg: text,
  backchannel_token_delivery_mode: v.optional(v.nullable(v.picklist(DELIVERY_MODES))),
  backchannel_client_notification_endpoint: text,
  backchannel_authentication_request_signing_alg: text,
  security_profile: v.optional(v.nullable(v.picklist(SECURITY_PROFILES))),
  dpop_bound_access_tokens: v.optional(
    v.pipe(v.boolean(), v.description("It gets tokens only with a DPoP proof, bound to its key (RFC 9449).")),
  ),
  authorization_details_types: list,
  id_token_claims: v.optional(v.picklist(["granted", "minimal"])),
  first_party: v.optional(
    v.pipe(v.boolean(), v.description("Your own application: people are not asked before it gets access.")),
  ),
  require_pkce: flag,
  access_token_seconds: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger()))),
  refresh_token_seconds: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1)))),
  access_token_format: v.optional(v.nullable(v.picklist(ACCESS_TOKEN_FORMAT_NAMES))),
  minimum_acr: v.optional(v.nullable(v.picklist(AUTHENTICATION_LEVELS))),
  allowed_groups: v.optional(
    v.pipe(texts, v.description("Only their members may use it; empty: all people.")),
  ),
  denied_groups: list,
  claims: v.optional(claimMapping),
  workloads: v.optional(workloads),
  allow_http_redirects: v.optional(
    v.pipe(v.boolean(), v.description("Whether redirect URIs of this request may have http on a network.")),
  ),
};

export const changedClientBody = withLanguages(clientFacts);

export const newClientBody = withLanguages({
  client_id: v.optional(v.pipe(v.string(), v.description("Default: a generated one."))),
  ...clientFacts,
});

export type ChangedClientBody = v.InferOutput<typeof changedClientBody>;
export type NewClientBody = v.InferOutput<typeof newClientBody>;

/** The settings of a declared client. */

import * as v from "valibot";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { ACCESS_TOKEN_FORMAT_NAMES } from "../protocol/catalogue.ts";
import { CLIENT_AUTHENTICATION_NAMES } from "../protocol/client-authentication.ts";
import { DELIVERY_MODES } from "../protocol/delivery-modes.ts";
import { GRANT_TYPES, SHORT_GRANTS } from "../protocol/grant-types.ts";
import { hasClientIdCharacters } from "../protocol/identifiers.ts";
import { SECURITY_PROFILES } from "../protocol/security-profile.ts";
import { SIGNING_NAMES, VERIFYING_NAMES } from "../protocol/signing-algorithms.ts";
import { workloadDeclaration } from "./trust-schema.ts";
import {
  claimMapping,
  groupName,
  identifier,
  LONGEST_SECONDS,
  optional,
  peopleWords,
  scopeToken,
  secretText,
  someText,
  table,
  wholeNumber,
  words,
  YEAR_SECONDS,
} from "./values.ts";

export const accessTokenSeconds = (description: string) =>
  optional(wholeNumber(1, YEAR_SECONDS), { description, fallback: "lifetimes.access_token_seconds" });

export const clientDeclaration = table({
  client_id: v.pipe(
    identifier,
    v.check(hasClientIdCharacters, "printable ASCII characters (RFC 6749 appendix A.1)"),
    v.description("The identifier of the client."),
  ),
  client_name: optional(peopleWords(100), {
    allowed: 'a text of 1 to 100 characters, or a table by language: { en = "Photos", de = "Fotos" }',
    description: "Its name, as people read it. The first language is the default.",
  }),
  client_uri: optional(v.string(), { description: "Its home page." }),
  logo: optional(someText, {
    fallback: "the first letter of its name",
    description:
      "A file (svg, png, jpeg or webp) with its logo. This server shows it on the consent and account pages.",
  }),
  logo_uri: optional(v.string(), {
    description: "The address of its logo, for other programs. Pages load nothing from other sites.",
  }),
  tos_uri: optional(v.string(), { description: "Its terms of service." }),
  policy_uri: optional(v.string(), { description: "Its privacy policy." }),
  contacts: optional(v.array(v.string()), { description: "E-mail addresses of those responsible for it." }),
  redirect_uris: v.pipe(
    v.optional(v.array(v.string()), []),
    v.description(
      "Where people may be sent back to, compared byte for byte (the port of a loopback URI may vary).",
    ),
  ),
  grant_types: optional(v.array(v.string()), {
    allowed: `${GRANT_TYPES.join(", ")}; in short: ${Object.keys(SHORT_GRANTS).join(", ")}`,
    fallback: "code and refresh with a redirect URI, else client_credentials with a secret or a key",
    description: "The grants it may use.",
  }),
  token_endpoint_auth_method: optional(v.string(), {
    allowed: CLIENT_AUTHENTICATION_NAMES.join(", "),
    fallback: "client_secret_basic with a secret, private_key_jwt with workloads, else none",
    description:
      "How it proves who it is. private_key_jwt: with a signature; it needs its keys, and has no secret. tls_client_auth and self_signed_tls_client_auth: with a certificate; they need client_certificates.",
  }),
  tls_client_auth_subject_dn: optional(v.string(), {
    description: "For tls_client_auth: the subject of its certificate, as CN=client,O=Example (RFC 4514).",
  }),
  tls_client_auth_san_dns: optional(v.string(), {
    description: "For tls_client_auth, in place of the subject: a host name in its certificate.",
  }),
  tls_client_auth_san_uri: optional(v.string(), {
    description: "For tls_client_auth, in place of the subject: a URI in its certificate.",
  }),
  tls_client_auth_san_ip: optional(v.string(), {
    description: "For tls_client_auth, in place of the subject: an IP address in its certificate.",
  }),
  tls_client_auth_san_email: optional(v.string(), {
    description: "For tls_client_auth, in place of the subject: an e-mail address in its certificate.",
  }),
  token_endpoint_auth_signing_alg: optional(v.picklist(VERIFYING_NAMES), {
    fallback: "any",
    description: "The one algorithm of its client assertions (private_key_jwt).",
  }),
  secrets: v.pipe(
    v.optional(v.array(secretText), []),
    words({
      secret: true,
      description: "Its secrets. Several can live at once, so that they can be rolled without an outage.",
    }),
  ),
  scope: optional(v.array(scopeToken), {
    fallback: "all that exist",
    description: "The scopes it may have.",
  }),
  default_scope: optional(v.array(scopeToken), {
    fallback: "all that it may have",
    description: "The scopes it gets when it asks for none.",
  }),
  require_pkce: v.pipe(
    v.optional(v.boolean(), true),
    v.description("Off only for a confidential client that cannot do PKCE, one at a time."),
  ),
  allow_http_redirects: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether its redirect URIs may have http on a network. Only for an intranet without TLS."),
  ),
  access_token_seconds: accessTokenSeconds("How long its access tokens live."),
  refresh_token_seconds: optional(wholeNumber(1, LONGEST_SECONDS), {
    fallback: "lifetimes.refresh_token_seconds",
    description: "A refresh token of it that is not used for this long expires.",
  }),
  access_token_format: optional(v.picklist(ACCESS_TOKEN_FORMAT_NAMES), {
    fallback: "resources.access_token_format of the API that a token is for; opaque for this server alone",
    description:
      "The format of its access tokens, for one API or for this server alone. Tokens for several APIs are opaque.",
  }),
  first_party: optional(v.boolean(), {
    fallback: "false",
    description: "Your own application: people are not asked before it gets access.",
  }),
  post_logout_redirect_uris: optional(v.array(v.string()), {
    fallback: "none",
    description: "Where people may be sent after a sign-out, compared byte for byte.",
  }),
  backchannel_logout_uri: optional(v.string(), {
    description: "Where this server tells it that a person signed out.",
  }),
  backchannel_logout_session_required: optional(v.boolean(), {
    fallback: "false",
    description: "Whether those notices must name the session.",
  }),
  id_token_claims: optional(v.picklist(["granted", "minimal"]), {
    fallback: "granted",
    description:
      "What its ID tokens say. granted: all that its scopes grant; minimal: who signed in, and the rest is at userinfo.",
  }),
  id_token_signed_response_alg: optional(v.picklist(SIGNING_NAMES), {
    fallback: "RS256 if it is among signing.algorithms, else the first of them",
    description: "The algorithm that signs its ID tokens, one of signing.algorithms.",
  }),
  userinfo_signed_response_alg: optional(v.picklist(SIGNING_NAMES), {
    fallback: "JSON, unsigned",
    description: "The algorithm that signs what userinfo answers it.",
  }),
  introspection_signed_response_alg: optional(v.picklist(SIGNING_NAMES), {
    fallback: "RS256 if it is among signing.algorithms, else the first of them",
    description:
      "The algorithm that signs what introspection answers it, when it asks for a signed answer (RFC 9701).",
  }),
  subject_type: optional(v.picklist(["public", "pairwise"]), {
    fallback: "public",
    description:
      "public: every application knows a person under one identifier; pairwise: the applications of each host have their own.",
  }),
  sector_identifier_uri: optional(v.string(), {
    description:
      "An https URL whose host pairwise identifiers are for, if its redirect URIs do not all have the same host.",
  }),
  default_max_age: optional(wholeNumber(0, YEAR_SECONDS), {
    fallback: "no limit",
    description: "How old a sign-in may be, in seconds, before it is asked for again.",
  }),
  require_auth_time: optional(v.boolean(), {
    fallback: "false",
    description: "Whether its ID tokens must say when the person signed in.",
  }),
  default_acr_values: optional(v.array(someText), {
    fallback: "none",
    description: "The levels of sign-in that it asks for when a request names none, the preferred first.",
  }),
  initiate_login_uri: optional(v.string(), {
    description: "An https URL at which a sign-in that begins elsewhere is started.",
  }),
  request_object_signing_alg: optional(v.picklist(VERIFYING_NAMES), {
    fallback: "any, and unsigned",
    description: "The one algorithm with which its request objects may be signed.",
  }),
  require_signed_request_object: optional(v.boolean(), {
    fallback: "false",
    description:
      "Whether each of its authorization requests must be a signed request object (RFC 9101). It needs its keys.",
  }),
  tls_client_certificate_bound_access_tokens: optional(v.boolean(), {
    fallback: "false",
    description:
      "Whether it gets tokens only with a certificate, bound to it (RFC 8705). It needs client_certificates.",
  }),
  require_pushed_authorization_requests: optional(v.boolean(), {
    fallback: "false",
    description: "Whether its authorization requests count only if it pushed them (RFC 9126).",
  }),
  authorization_signed_response_alg: optional(v.picklist(SIGNING_NAMES), {
    fallback: "as its ID tokens by default",
    description: "The algorithm of signed answers, which it gets with response_mode=jwt (JARM).",
  }),
  backchannel_token_delivery_mode: optional(v.picklist(DELIVERY_MODES), {
    fallback: "poll",
    description:
      "How an application with the grant type ciba learns that a person has answered: it polls, or it gets a ping too. docs/agents.md",
  }),
  backchannel_client_notification_endpoint: optional(v.string(), {
    description: 'The https address that gets the pings, for backchannel_token_delivery_mode = "ping".',
  }),
  backchannel_authentication_request_signing_alg: optional(v.picklist(VERIFYING_NAMES), {
    fallback: "its requests to people are not signed",
    description:
      "The algorithm with which it signs each of its requests to people; those that it does not sign are refused. It needs its keys.",
  }),
  security_profile: optional(v.picklist(SECURITY_PROFILES), {
    description:
      "A set of strict rules to which it is held: pushed requests, PKCE, bound tokens, keys instead of secrets. docs/strict-profile.md",
  }),
  authorization_details_types: optional(v.array(someText), {
    fallback: "none",
    description:
      "The types of authorization details that it may ask people for, each declared in [[authorization_details_types]] (RFC 9396).",
  }),
  dpop_bound_access_tokens: optional(v.boolean(), {
    fallback: "false",
    description: "Whether it gets tokens only with a DPoP proof, bound to its key (RFC 9449).",
  }),
  jwks_file: optional(someText, {
    description: "A JSON file with its public keys (a JWK set), or its certificates in PEM.",
  }),
  jwks_uri: optional(v.string(), { description: "Where its public keys are. This server fetches them." }),
  minimum_acr: optional(v.picklist(AUTHENTICATION_LEVELS), {
    fallback: "any sign-in",
    description: "2: only for sign-ins with a second factor, which people are asked for.",
  }),
  allowed_groups: optional(v.array(groupName), {
    fallback: "all people",
    description: "The groups whose members may use it.",
  }),
  denied_groups: optional(v.array(groupName), {
    description: "The groups whose members may not use it, even if they are in an allowed one.",
  }),
  claims: optional(claimMapping, {
    allowed:
      'a table of claims: { quota = "attribute:quota", admin = "group:admins", tier = "value:gold", role = { editor = "group:editors", viewer = "everyone", robot = "client" } }',
    description:
      "Claims of your own for this application, and their sources. The tokens that it gets for itself have those of value: and client.",
  }),
  workloads: optional(v.array(workloadDeclaration), {
    fallback: "none",
    description:
      "Workloads whose tokens of a trusted issuer authenticate it, in place of a secret: docs/workloads.md.",
  }),
});

export type ClientDeclaration = v.InferOutput<typeof clientDeclaration>;

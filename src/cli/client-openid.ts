/** The options of `client add` and `client set` for applications that sign people in: OpenID Connect. */
import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { ClientWish } from "../clients/change.ts";
import { keySetIn } from "../keys/client-certificate.ts";
import { CERTIFICATE_NAME_KINDS, type CertificateName } from "../protocol/certificate-name.ts";
import { sectorOf } from "../protocol/sector.ts";
import { SECURITY_PROFILES } from "../protocol/security-profile.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { CommandError } from "./command-error.ts";
import { duration } from "./output.ts";

export interface OpenIdOptions {
  readonly idTokenAlg?: string;
  readonly idTokenClaims?: string;
  readonly userinfoAlg?: string;
  readonly introspectionAlg?: string;
  readonly subjectType?: string;
  readonly sectorUri?: string;
  readonly postLogoutUri?: readonly string[];
  readonly backchannelLogout?: string;
  readonly loginPage?: string;
  /** Commander turns null into a text. */
  readonly maxAge?: number | "none";
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly requestObjectAlg?: string;
  readonly requireSignedRequests?: boolean;
  readonly dpop?: boolean;
  readonly bindCertificate?: boolean;
  readonly authAlg?: string;
  /** A kind of name in a certificate, and the name: `subject_dn=CN=…`. */
  readonly certificate?: CertificateName;
  readonly requirePushedRequests?: boolean;
  readonly answerAlg?: string;
  readonly delivery?: string;
  readonly pingUrl?: string;
  readonly askingAlg?: string;
  readonly profile?: string;
  readonly detailsType?: readonly string[];
  readonly firstParty?: boolean;
}

function parseMaxAge(value: string): number | "none" {
  if (value === "") return "none";
  const seconds = Number(value);
  if (Number.isSafeInteger(seconds) && seconds >= 0) return seconds;
  throw new InvalidArgumentError("Write a whole number of seconds, 0 or more.");
}

function parseCertificate(value: string): CertificateName {
  const [, name = "", text = ""] = /^([a-z_]+)=(.+)$/s.exec(value) ?? [];
  const kind = CERTIFICATE_NAME_KINDS.find((each) => each === name);
  if (kind === undefined)
    throw new InvalidArgumentError(
      `Write the kind of name, = and the name. The kinds: ${CERTIFICATE_NAME_KINDS.join(", ")}.`,
    );
  return { kind, value: text };
}

/** `none`: words that follow where an empty text takes a value away. `collectUri`: collects a repeatable option. */
export const withOpenIdOptions = (
  command: Command,
  none: string,
  collectUri: (value: string, earlier?: readonly string[]) => string[],
): Command =>
  command
    .option(
      "--post-logout-uri <uri>",
      `where people may be sent after a sign-out; repeatable${none}`,
      collectUri,
    )
    .option("--backchannel-logout <url>", `where this server tells it that a person signed out${none}`)
    .option(
      "--id-token-claims <which>",
      "granted (default): all that its scopes grant; minimal: only who signed in; the rest is at userinfo",
    )
    .option("--id-token-alg <algorithm>", `signs its ID tokens, such as ES256 (default: RS256)${none}`)
    .option("--userinfo-alg <algorithm>", `signs what userinfo answers it (default: unsigned JSON)${none}`)
    .option(
      "--introspection-alg <algorithm>",
      `signs what introspection answers it, when it asks for a signed answer (default: RS256)${none}`,
    )
    .option(
      "--subject-type <type>",
      "public (default): every application knows a person under one identifier; pairwise: each host has its own",
    )
    .option("--sector-uri <url>", `the host that pairwise identifiers are for, if it has several${none}`)
    .option(
      "--max-age <seconds>",
      `a sign-in older than this is asked for again (default_max_age)${none}`,
      parseMaxAge,
    )
    .option("--login-page <url>", `where a sign-in that begins here is started (initiate_login_uri)${none}`)
    .option("--jwks <file>", `a JSON file with its public keys (JWK set), or its certificates in PEM${none}`)
    .option("--jwks-uri <url>", `where its public keys are; this server fetches them${none}`)
    .option(
      "--request-object-alg <algorithm>",
      `the one algorithm that may sign its requests, such as ES256 (default: any, and unsigned)${none}`,
    )
    .option(
      "--bind-certificate",
      "give it only tokens that are bound to the certificate of its TLS (RFC 8705); needs client_certificates",
    )
    .option(
      "--dpop",
      "give it tokens only with a DPoP proof: they work with its key alone, and are of no use to a thief (RFC 9449)",
    )
    .option("--require-signed-requests", "refuse its authorization requests that it did not sign (RFC 9101)")
    .option(
      "--auth-alg <algorithm>",
      `the one algorithm of its assertions with --auth private_key_jwt, such as ES256 (default: any)${none}`,
    )
    .option(
      "--certificate <kind=name>",
      "its certificate with --auth tls_client_auth: subject_dn=CN=client,O=Example, or san_dns, san_uri, san_ip, san_email",
      parseCertificate,
    )
    .option("--require-pushed-requests", "refuse its authorization requests that it did not push (RFC 9126)")
    .option(
      "--answer-alg <algorithm>",
      `the algorithm of signed answers, for response_mode=jwt (default: as its ID tokens by default)${none}`,
    )
    .option(
      "--delivery <mode>",
      "how it learns that a person has answered, with --grant ciba: poll (default), or ping to --ping-url",
    )
    .option("--ping-url <url>", `the https address that gets the pings of --delivery ping${none}`)
    .option(
      "--asking-alg <algorithm>",
      `the algorithm with which it signs each of its requests to people, with --grant ciba (default: unsigned)${none}`,
    )
    .option("--profile <profile>", `a set of strict rules: ${SECURITY_PROFILES.join(" or ")}${none}`)
    .option(
      "--details-type <type>",
      `a type of authorization details that it may ask people for; repeatable${none}`,
      collectUri,
    )
    .option("--first-party", "your own application: people are not asked before it gets access");

const nullIfEmpty = (text: string): string | null => (text === "" ? null : text);

/** The members of client metadata that the options name. Throws CommandError for a file that cannot be read. */
export const openIdMembers = (options: OpenIdOptions): ClientWish => ({
  ...(options.postLogoutUri !== undefined && { post_logout_redirect_uris: options.postLogoutUri }),
  ...(options.backchannelLogout !== undefined && {
    backchannel_logout_uri: nullIfEmpty(options.backchannelLogout),
  }),
  ...(options.idTokenClaims !== undefined && { id_token_claims: options.idTokenClaims }),
  ...(options.idTokenAlg !== undefined && { id_token_signed_response_alg: nullIfEmpty(options.idTokenAlg) }),
  ...(options.userinfoAlg !== undefined && {
    userinfo_signed_response_alg: nullIfEmpty(options.userinfoAlg),
  }),
  ...(options.introspectionAlg !== undefined && {
    introspection_signed_response_alg: nullIfEmpty(options.introspectionAlg),
  }),
  ...(options.subjectType !== undefined && { subject_type: options.subjectType }),
  ...(options.sectorUri !== undefined && { sector_identifier_uri: nullIfEmpty(options.sectorUri) }),
  ...(options.maxAge !== undefined && { default_max_age: options.maxAge === "none" ? null : options.maxAge }),
  ...(options.loginPage !== undefined && { initiate_login_uri: nullIfEmpty(options.loginPage) }),
  ...(options.jwks !== undefined && { jwks: options.jwks === "" ? null : readKeySetFile(options.jwks) }),
  ...(options.jwksUri !== undefined && { jwks_uri: nullIfEmpty(options.jwksUri) }),
  ...(options.requestObjectAlg !== undefined && {
    request_object_signing_alg: nullIfEmpty(options.requestObjectAlg),
  }),
  ...(options.requireSignedRequests !== undefined && {
    require_signed_request_object: options.requireSignedRequests,
  }),
  ...(options.bindCertificate !== undefined && {
    tls_client_certificate_bound_access_tokens: options.bindCertificate,
  }),
  ...(options.dpop !== undefined && { dpop_bound_access_tokens: options.dpop }),
  ...(options.authAlg !== undefined && { token_endpoint_auth_signing_alg: nullIfEmpty(options.authAlg) }),
  ...(options.certificate !== undefined && {
    [`tls_client_auth_${options.certificate.kind}`]: options.certificate.value,
  }),
  ...(options.requirePushedRequests !== undefined && {
    require_pushed_authorization_requests: options.requirePushedRequests,
  }),
  ...(options.answerAlg !== undefined && {
    authorization_signed_response_alg: nullIfEmpty(options.answerAlg),
  }),
  ...(options.delivery !== undefined && {
    backchannel_token_delivery_mode: nullIfEmpty(options.delivery),
  }),
  ...(options.pingUrl !== undefined && {
    backchannel_client_notification_endpoint: nullIfEmpty(options.pingUrl),
  }),
  ...(options.askingAlg !== undefined && {
    backchannel_authentication_request_signing_alg: nullIfEmpty(options.askingAlg),
  }),
  ...(options.profile !== undefined && { security_profile: nullIfEmpty(options.profile) }),
  ...(options.detailsType !== undefined && { authorization_details_types: options.detailsType }),
  ...(options.firstParty !== undefined && { first_party: options.firstParty }),
});

function readKeySetFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new CommandError(`The file ${file} cannot be read. --jwks takes a JSON file with a JWK set.`);
  }
  try {
    return keySetIn(text);
  } catch {
    throw new CommandError(
      `The file ${file} is neither JSON nor PEM. --jwks takes a JSON file with a JWK set, {"keys": […]}, or certificates in PEM.`,
    );
  }
}

/** The facts for `client show`; null where the client has the default. */
export const openIdFacts = (client: ClientRecord): Readonly<Record<string, string | null>> => ({
  "first party": client.firstParty ? "yes: people are not asked before it gets access" : null,
  "after sign-out": client.postLogoutRedirectUris.join(", ") || null,
  "sign-out notices": client.backchannelLogoutUri ?? null,
  "ID tokens":
    [
      client.idTokenSignedResponseAlg === null ? null : `signed with ${client.idTokenSignedResponseAlg}`,
      client.idTokenClaims === "minimal" ? "minimal claims" : null,
    ]
      .filter((words) => words !== null)
      .join(", ") || null,
  userinfo:
    client.userinfoSignedResponseAlg === null ? null : `signed with ${client.userinfoSignedResponseAlg}`,
  introspection:
    client.introspectionSignedResponseAlg === null
      ? null
      : `signed with ${client.introspectionSignedResponseAlg} when it asks for that`,
  "subject type": client.subjectType === "pairwise" ? "pairwise" : null,
  sector: client.sectorIdentifierUri,
  "sign-in at most": client.defaultMaxAge === null ? null : `${duration(client.defaultMaxAge)} old`,
  "login page": client.initiateLoginUri,
  requests:
    [
      client.requireSignedRequestObject ? "signed only" : null,
      client.requirePushedAuthorizationRequests ? "pushed only" : null,
      client.requestObjectSigningAlg === null ? null : `signed with ${client.requestObjectSigningAlg}`,
    ]
      .filter((words) => words !== null)
      .join(", ") || null,
  certificate:
    client.tlsClientAuthName === null
      ? null
      : `${client.tlsClientAuthName.kind}=${client.tlsClientAuthName.value}`,
  tokens:
    [
      client.dpopBoundAccessTokens ? "bound to its key (DPoP), none without a proof" : null,
      client.tlsClientCertificateBoundAccessTokens ? "bound to its certificate" : null,
    ]
      .filter((words) => words !== null)
      .join(", ") || null,
  assertions:
    client.tokenEndpointAuthSigningAlg === null ? null : `signed with ${client.tokenEndpointAuthSigningAlg}`,
  answers:
    client.authorizationSignedResponseAlg === null
      ? null
      : `signed with ${client.authorizationSignedResponseAlg} if it asks for response_mode=jwt`,
  "asks people":
    client.backchannelTokenDeliveryMode === null
      ? null
      : [
          client.backchannelTokenDeliveryMode === "ping"
            ? `pinged at ${client.backchannelClientNotificationEndpoint}`
            : "polls for the answer",
          client.backchannelAuthenticationRequestSigningAlg === null
            ? null
            : `requests signed with ${client.backchannelAuthenticationRequestSigningAlg}`,
        ]
          .filter((words) => words !== null)
          .join(", "),
  profile: client.securityProfile,
  details: client.authorizationDetailsTypes.join(", ") || null,
  keys: client.jwksUri ?? (client.jwks === null ? null : `${client.jwks.keys.length} of its own`),
});

/** What a change of these members means for the application and its people. */
export function openIdConsequences(before: ClientRecord, client: ClientRecord): string[] {
  const words: string[] = [];
  if (sectorOf(before) !== sectorOf(client) || before.subjectType !== client.subjectType) {
    if (client.subjectType === "pairwise" || before.subjectType === "pairwise")
      words.push(
        "It knows every person under another identifier (sub) from now on, and may take them for new people.",
      );
  }
  if (before.idTokenSignedResponseAlg !== client.idTokenSignedResponseAlg)
    words.push(
      `New ID tokens are signed with ${client.idTokenSignedResponseAlg ?? "the default algorithm"}. It must expect that.`,
    );
  if (!before.requireSignedRequestObject && client.requireSignedRequestObject)
    words.push("Authorization requests that it did not sign are refused from now on.");
  if (!before.tlsClientCertificateBoundAccessTokens && client.tlsClientCertificateBoundAccessTokens)
    words.push(
      "Token requests without a certificate are refused from now on. Bearer tokens that it has work until they expire.",
    );
  if (before.tlsClientCertificateBoundAccessTokens && !client.tlsClientCertificateBoundAccessTokens)
    words.push("It may get bearer tokens. Tokens that are bound to its certificate stay bound.");
  if (!before.requirePushedAuthorizationRequests && client.requirePushedAuthorizationRequests)
    words.push("Authorization requests that it did not push are refused from now on.");
  if (before.securityProfile !== client.securityProfile)
    words.push(
      client.securityProfile === null
        ? "It is held to no strict profile any more."
        : `It is held to the profile ${client.securityProfile} from now on: docs/strict-profile.md says what it must do.`,
    );
  if (!before.dpopBoundAccessTokens && client.dpopBoundAccessTokens)
    words.push(
      "Token requests without a DPoP proof are refused from now on. Bearer tokens that it has work until they expire.",
    );
  if (before.dpopBoundAccessTokens && !client.dpopBoundAccessTokens)
    words.push("It may get bearer tokens. Tokens that are bound to its key stay bound.");
  if (before.requestObjectSigningAlg !== client.requestObjectSigningAlg)
    words.push(
      client.requestObjectSigningAlg === null
        ? "Its requests may be signed with any algorithm."
        : `Requests that it signs with another algorithm than ${client.requestObjectSigningAlg} are refused from now on.`,
    );
  if (before.tokenEndpointAuthSigningAlg !== client.tokenEndpointAuthSigningAlg)
    words.push(
      client.tokenEndpointAuthSigningAlg === null
        ? "Its assertions may be signed with any algorithm."
        : `Assertions that it signs with another algorithm than ${client.tokenEndpointAuthSigningAlg} are refused from now on.`,
    );
  if (before.backchannelTokenDeliveryMode === null && client.backchannelTokenDeliveryMode !== null)
    words.push(
      "It may ask people who are elsewhere (CIBA) from now on. Only for an application that you know.",
    );
  const { backchannelAuthenticationRequestSigningAlg: askingAlg } = client;
  if (before.backchannelAuthenticationRequestSigningAlg !== askingAlg && askingAlg !== null)
    words.push(`Requests to people that it does not sign with ${askingAlg} are refused from now on.`);
  if (!before.firstParty && client.firstParty)
    words.push("People are not asked any more before it gets access. Only for an application of your own.");
  if (before.firstParty && !client.firstParty) words.push("People are asked before it gets access.");
  return words;
}

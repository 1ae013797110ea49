/** What the conformance suite of the OpenID Foundation asks of a provider, by the parts of its plans: discovery and keys, registration, the authorization endpoint, tokens, logout, FAPI 2.0. */
import type { Ledger } from "./row.ts";

export const OIDF: Ledger = {
  source: "OIDF",
  title: "The conformance suite of the OpenID Foundation (5.2.4)",
  rows: [
    {
      id: "1-1",
      level: "MUST",
      statement: "The document: issuer, https endpoints, types of members, openid among the scopes",
      does: "As asked; the suite warns of the members for lifetimes and formats, which RFC 8414 allows",
    },
    {
      id: "1-2",
      level: "MUST",
      statement: "subject_types_supported, RS256 for ID tokens and userinfo",
      does: "public and pairwise; RS256 by default, and others beside it",
    },
    {
      id: "1-3",
      level: "MUST",
      statement:
        "claims_supported, code_challenge_methods_supported, what is said of request, request_uri and claims is true",
      does: "It is",
    },
    {
      id: "1-4",
      level: "MUST",
      statement: "jwks_uri: public keys, each with its own kid, RSA of 2048 bits or more",
      does: "As asked",
    },
    {
      id: "1-5",
      level: "MUST",
      statement: "server-rotate-keys: the new key is there without a restart, and the old one still",
      does: "A key is published before it signs, and stays until its last token has expired",
    },
    {
      id: "1-6",
      level: "MUST",
      statement: "A new kid of a client is found within 60 seconds",
      does: "An unknown kid fetches the keys again, at most once a minute",
    },
    {
      id: "2-1",
      level: "MUST",
      statement:
        "201, application/json, client_id, a secret with its expiry, both of the registration token and its URI",
      does: "As asked",
    },
    {
      id: "2-2",
      level: "MUST",
      statement:
        "Accept what the plans send: contacts, keys, algorithms, addresses for logout and login, a query in redirect URIs, implicit among the grant types",
      does: "Registers what it has, and narrows the rest away",
    },
    {
      id: "2-3",
      level: "MUST",
      statement:
        "registration-sector-bad, redirect-uri-regfrag, init-login-nohttps: refuse a sector document without a redirect URI, a fragment, an initiate_login_uri without TLS",
      does: "invalid_client_metadata, invalid_redirect_uri",
    },
    {
      id: "2-4",
      level: "MUST",
      statement: "Clients of the basic plan register and send no PKCE",
      does: "With registration.require_pkce = false, for clients with a secret",
    },
    {
      id: "2-5",
      level: "MUST",
      statement: "Dynamic: clients register for private_key_jwt",
      does: "With keys in the registration or at jwks_uri, and no secret",
    },
    {
      id: "2-6",
      level: "MUST",
      statement: "init-login: the provider opens initiate_login_uri with iss",
      does: "A link with iss and without login_hint and target_link_uri, which the application may leave out",
    },
    {
      id: "3-1",
      level: "MUST",
      statement:
        "GET and POST; the order of parameters and scopes means nothing; unknown parameters, display, locales, acr_values and login_hint are no error",
      does: "As asked",
    },
    {
      id: "3-2",
      level: "MUST",
      statement:
        "ensure-registered-redirect-uri, redirect-uri-query-…: compared exactly; otherwise a page. Without response_type an error",
      does: "As asked",
    },
    {
      id: "3-3",
      level: "MUST",
      statement:
        "prompt-none-not-logged-in, prompt-none-logged-in, max-age-10000: an error, or a code without a page and the same sub and auth_time",
      does: "As asked",
    },
    { id: "3-4", level: "MUST", statement: "prompt-login, max-age-1: ask again", does: "Asks" },
    {
      id: "3-5",
      level: "MUST",
      statement: "id-token-hint with prompt=none: answered at once, also if it has expired",
      does: "Answers",
    },
    {
      id: "3-6",
      level: "MUST",
      statement: "nonce of 64 and state of 128 characters come back; none if none was sent",
      does: "As they came",
    },
    {
      id: "3-7",
      level: "SHOULD",
      statement: "claims-essential: name at userinfo, and not in the ID token",
      does: "As asked",
    },
    {
      id: "3-8",
      level: "SHOULD",
      statement: "scope-email and its like: claims at userinfo, and not in the ID token",
      does: "With id_token_claims = minimal. By default the ID token has them too, of which the suite warns",
    },
    {
      id: "3-9",
      level: "MUST",
      statement: "A code of 128 bits, iss in every answer, no code beside an error, nothing in the fragment",
      does: "256 bits; as asked",
    },
    {
      id: "3-10",
      level: "MUST",
      statement:
        "A request object without a signature: rightly used, also with another redirect_uri inside; request_uri: refused as not supported",
      does: "What is inside counts; request_uri_not_supported",
    },
    {
      id: "3-11",
      level: "SHOULD",
      statement: "registration-logo-uri, -policy-uri, -tos-uri: the first page shows them",
      does: "The consent page shows links to policy and terms; a logo is shown for declared clients only",
      deviation:
        "a picture of another host tells that host who signs in; an operator gives a logo to a declared client",
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "iss, aud, exp, iat, sub, nonce, kid, RS256, at_hash, acr",
      does: "As asked",
    },
    {
      id: "4-2",
      level: "MUST",
      statement: "All claims of profile, email, address and phone, in their types",
      does: "As the operator filled them in; a fact that is missing is left out",
    },
    {
      id: "4-3",
      level: "MUST",
      statement:
        "The token answer: no-store, JSON, token_type, expires_in of at most a year; the secret in the header or the body",
      does: "As asked",
    },
    {
      id: "4-4",
      level: "MUST",
      statement: "codereuse, codereuse-30seconds: invalid_grant, and the first access token is dead",
      does: "As asked",
    },
    {
      id: "4-5",
      level: "MUST",
      statement:
        "refresh-token: iss, sub, aud and auth_time stay, iat is newer; another client gets invalid_grant",
      does: "As asked",
    },
    {
      id: "4-6",
      level: "MUST",
      statement: "userinfo-get, -post-header, -post-body: the sub of the ID token",
      does: "As asked",
    },
    {
      id: "4-7",
      level: "MUST",
      statement: "userinfo-rs256: signed, with iss and aud, without a nonce",
      does: "As asked",
    },
    {
      id: "4-8",
      level: "MUST",
      statement: "idtoken-unsigned: alg none, if a client may register it",
      does: "Refused: no token is unsigned",
    },
    {
      id: "5-1",
      level: "MUST",
      statement:
        "end_session: a good hint, a registered address and a state: back there, the state as it was, the session gone",
      does: "As asked",
    },
    {
      id: "5-2",
      level: "MUST NOT",
      statement: "A redirect for an address that is not registered or has more in its query",
      does: "A page",
    },
    {
      id: "5-3",
      level: "MUST NOT",
      statement: "A redirect for a hint with alg none, of another signer, or without a hint",
      does: "A question",
    },
    {
      id: "5-4",
      level: "MUST",
      statement: "No parameters, a state alone, no address: signed out, and a page that says so",
      does: "Asks without a hint; then says so",
    },
    {
      id: "5-5",
      level: "MUST",
      statement:
        "Back-channel: a form with logout_token; iss, aud, iat, jti, events, sub and sid, no nonce; before the redirect",
      does: "As asked",
    },
    {
      id: "5-6",
      level: "MUST",
      statement: "Front-channel logout and check_session_iframe",
      does: "Neither",
      deviation:
        "front-channel logout and session management are not offered: both need cookies of this server in a frame of another site, which browsers withhold",
    },
    {
      id: "6-1",
      level: "MUST",
      statement: "Discovery: PAR, DPoP, JARM, mTLS, and PS256 or ES256 beside RS256",
      does: "As asked, in both documents",
    },
    {
      id: "6-2",
      level: "MUST",
      statement:
        "PAR alone: bound to the client, in time, used up by finishing; what stands beside request_uri does not count",
      does: "As asked; 90 seconds",
    },
    {
      id: "6-3",
      level: "MUST",
      statement: "S256 and no plain; response_type code alone",
      does: "invalid_request, unsupported_response_type",
    },
    {
      id: "6-4",
      level: "MUST",
      statement: "Client assertions: strong algorithm, sub, aud, times",
      does: "invalid_client",
    },
    {
      id: "6-5",
      level: "MUST",
      statement:
        "A code lives for a minute, belongs to its client, and counts once; tokens need a holder of a key",
      does: "As asked",
    },
    {
      id: "6-6",
      level: "MUST",
      statement:
        "DPoP at PAR, token endpoint and resource, with everything that may and that may not be in a proof",
      does: "As asked; a proof counts once",
    },
    {
      id: "6-7",
      level: "MUST",
      statement:
        "The resource takes no token from the query; tokens of 128 bits; refresh tokens are not rotated",
      does: "As asked; x-fapi-interaction-id is ignored",
    },
    {
      id: "6-8",
      level: "MUST",
      statement:
        "A refusal comes by redirect with state and iss; every claim of claims_supported can be asked for",
      does: "As asked",
    },
    {
      id: "6-9",
      level: "MUST",
      statement: "TLS 1.2 with four suites, and 1.3; a Date in each answer",
      does: "Where the server speaks TLS itself; else the proxy does",
    },
    {
      id: "7-1",
      level: "MUST",
      statement:
        "Request objects: nbf, exp, aud, strong algorithm, the client's own key, no request_uri inside",
      does: "invalid_request_object, or invalid_request",
    },
    {
      id: "7-2",
      level: "MUST",
      statement:
        "JARM: response alone; iss, aud, exp of ten minutes at most, kid, strong algorithm; errors too",
      does: "As asked; five minutes",
    },
  ],
};

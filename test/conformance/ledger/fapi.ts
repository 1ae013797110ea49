/** FAPI 2.0 Security Profile and FAPI 2.0 Message Signing: what an authorization server must do for a client of the strict profile. */
import type { Ledger } from "./row.ts";

export const FAPI: Ledger = {
  source: "FAPI 2.0",
  title: "FAPI 2.0 Security Profile",
  rows: [
    {
      id: "5.3.2.1-3",
      level: "MUST",
      statement: "Only confidential clients",
      does: "A client that proves nothing, or by a secret, cannot have the profile",
    },
    {
      id: "5.3.2.1-4",
      level: "MUST",
      statement: "Only sender-constrained access tokens",
      does: "invalid_dpop_proof without a proof",
    },
    {
      id: "5.3.2.1-6",
      level: "MUST",
      statement: "Clients authenticate by mTLS or private_key_jwt",
      does: "Others cannot have the profile",
    },
    {
      id: "5.3.2.1-9",
      level: "MUST NOT",
      statement: "Refresh tokens are rotated, except in extraordinary circumstances, and then with a retry",
      does: "Each use gives a successor. A client that lost the answer gets the same one again within lifetimes.refresh_retry_window_seconds",
      deviation:
        "One rule for all refresh tokens: a thief who copies one is found out. The retry is the one that note 1 asks for.",
    },
    {
      id: "5.3.2.1-11",
      level: "MUST",
      statement: "Authorization codes live for 60 seconds at most",
      does: "Also where lifetimes.authorization_code_seconds is longer",
    },
    {
      id: "5.3.2.1-12",
      level: "MUST",
      statement: "DPoP: codes are bound to the key (RFC 9449 §10.1)",
      does: "By a proof at the PAR endpoint, by dpop_jkt, or by both, which must agree",
    },
    {
      id: "5.3.2.2-1",
      level: "MUST",
      statement: "response_type is code",
      does: "For every client",
    },
    {
      id: "5.3.2.2-3",
      level: "MUST",
      statement: "Authorization requests that were not pushed are rejected",
      does: "invalid_request, with words",
    },
    {
      id: "5.3.2.2-4",
      level: "MUST",
      statement: "Pushed requests without client authentication are rejected",
      does: "invalid_client",
    },
    {
      id: "5.3.2.2-5",
      level: "MUST",
      statement: "PKCE with S256",
      does: "No setting of the client exempts it",
    },
    {
      id: "5.3.2.2-6",
      level: "MUST",
      statement: "redirect_uri is in the pushed request",
      does: "invalid_request without it, also from a client with a single one",
    },
    {
      id: "5.3.2.2-7",
      level: "MUST",
      statement: "iss is in the answer (RFC 9207)",
      does: "For every client",
    },
    {
      id: "5.3.2.2-8",
      level: "MUST NOT",
      statement: "Redirect URIs have http, except on the loopback interface",
      does: "They cannot be registered for the profile",
    },
    {
      id: "5.3.2.2-12",
      level: "MUST",
      statement: "request_uri expires in less than 600 seconds",
      does: "90 seconds by default, 599 at most",
    },
    {
      id: "5.3.2.2-14",
      level: "MUST",
      statement: "A nonce of 64 characters is taken",
      does: "Up to 500",
    },
    {
      id: "5.4.1-2",
      level: "MUST",
      statement: "JWTs are signed with PS256, ES256 or EdDSA",
      does: "By the client and for it: request objects, ID tokens, answers",
    },
  ],
};

export const FAPI_SIGNING: Ledger = {
  source: "FAPI Signing",
  title: "FAPI 2.0 Message Signing",
  rows: [
    {
      id: "5.3.1-1",
      level: "MUST",
      statement: "Signed request objects at the PAR endpoint are required",
      does: "invalid_request without one",
    },
    {
      id: "5.3.1-2",
      level: "MUST",
      statement: "aud is the issuer, or has it",
      does: "It must be there",
    },
    {
      id: "5.3.1-3",
      level: "MUST",
      statement: "nbf is there, at most 60 minutes ago",
      does: "Up to 30 seconds ahead too",
    },
    {
      id: "5.3.1-4",
      level: "MUST",
      statement: "exp is there, at most 60 minutes after nbf",
      does: "It must",
    },
    {
      id: "5.3.1-5",
      level: "MUST",
      statement: "typ may be oauth-authz-req+jwt",
      does: "Taken, and not asked for",
    },
    {
      id: "5.4.1-1",
      level: "MUST",
      statement: "Answers are signed (JARM)",
      does: "A request without such a response_mode is refused",
    },
  ],
};

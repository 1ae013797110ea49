/** The two extensions of MCP authorization: client credentials, and enterprise-managed authorization. */
import type { Ledger } from "./row.ts";

export const MCP_CLIENT_CREDENTIALS: Ledger = {
  source: "MCP Client Credentials",
  title: "Model Context Protocol: OAuth Client Credentials Extension",
  rows: [
    {
      id: "flow-1",
      level: "MUST",
      statement: "Credentials are pre-registered; dynamic registration is not used",
      does: "No client that registered itself, and none with a metadata document, gets this grant type",
    },
    {
      id: "authentication-1",
      level: "MUST",
      statement: "The client authenticates with a JWT (recommended) or a secret",
      does: "private_key_jwt, client_secret_basic and client_secret_post; invalid_client without",
    },
    {
      id: "authentication-2",
      level: "MUST",
      statement: "client_id may be left out beside an assertion: its sub names the client",
      does: "Takes it from there; another client_id is refused",
    },
    {
      id: "authentication-3",
      level: "MUST",
      statement: "A secret may be in the request content, beside client_id, resource and scope",
      does: "client_secret_post, for a client that is registered for it or for basic",
    },
    {
      id: "metadata-1",
      level: "MUST",
      statement: "token_endpoint_auth_methods_supported has private_key_jwt or client_secret_basic",
      does: "Both",
    },
    {
      id: "metadata-2",
      level: "MUST",
      statement: "token_endpoint_auth_signing_alg_values_supported is there",
      does: "The asymmetric algorithms",
    },
    {
      id: "security-1",
      level: "MUST",
      statement: "The security considerations of OAuth 2.1 and RFC 7523 are followed",
      does: "The token is for one MCP server and a scope of the client; an assertion counts once and for this issuer",
    },
  ],
};

export const MCP_ENTERPRISE: Ledger = {
  source: "MCP Enterprise",
  title: "Model Context Protocol: Enterprise-Managed Authorization",
  rows: [
    {
      id: "4-1",
      level: "MUST",
      statement:
        "requested_token_type, audience, resource, subject_token and its type are sent to the identity provider",
      does: "Takes each; without resource the assertion is for all that the operator declared of the audience",
    },
    {
      id: "4-2",
      level: "MUST",
      statement: "A client that authenticates for single sign-on authenticates for the exchange too",
      does: "invalid_client without; public clients have no exchange",
    },
    {
      id: "4.1-1",
      level: "MUST",
      statement: "The subject token is valid, and its audience is the client that asks",
      does: "invalid_request for another client's, a forged or an old one (RFC 8693 §2.2.2)",
    },
    {
      id: "4.2-1",
      level: "MUST",
      statement: "issued_token_type, access_token and token_type N_A are in the answer; scope if it differs",
      does: "All of them, and expires_in; Cache-Control: no-store",
    },
    {
      id: "4.3-1",
      level: "MUST",
      statement: "iss, sub, aud, resource, client_id, jti, exp and iat are in the assertion",
      does: "All; resource if the operator declared resources for the audience",
    },
    {
      id: "4.3-2",
      level: "MUST",
      statement: "typ is oauth-id-jag+jwt",
      does: "In every assertion",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "The client authenticates at the authorization server of the MCP server",
      does: "invalid_client without",
    },
    {
      id: "5.1-1",
      level: "MUST",
      statement: "The assertion is processed as RFC 7521 §5.2 says, and its typ is oauth-id-jag+jwt",
      does: "invalid_grant for another type, a wrong signature, an unknown issuer, a second use",
    },
    {
      id: "5.1-2",
      level: "MUST",
      statement: "aud is the issuer of the authorization server",
      does: "invalid_grant for another one",
    },
    {
      id: "5.1-3",
      level: "MUST",
      statement: "client_id is the client that authenticated",
      does: "invalid_grant for another one",
    },
    {
      id: "5.2-1",
      level: "MUST",
      statement: "The answer is a token response",
      does: "Of what the assertion and both operators allow; no refresh token",
    },
  ],
};

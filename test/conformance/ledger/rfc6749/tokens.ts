/** RFC 6749, sections 5 to 8: issuing, refreshing and using access tokens; extensions. */
import type { Row } from "../row.ts";

export const TOKENS: readonly Row[] = [
  { id: "5.1-1", level: "MUST", statement: "access_token is REQUIRED", does: "there" },
  { id: "5.1-2", level: "MUST", statement: "token_type is REQUIRED", does: "Bearer" },
  { id: "5.1-3", level: "SHOULD", statement: "expires_in is RECOMMENDED", does: "always there, as a number" },
  {
    id: "5.1-4",
    level: "SHOULD",
    statement: "else communicate the lifetime otherwise",
    does: "expires_in is always there",
    notApplicable: "expires_in is always there",
  },
  {
    id: "5.1-5",
    level: "MUST",
    statement: "scope is REQUIRED if it differs from the requested one",
    does: "in every response, except that of a token without any",
  },
  {
    id: "5.1-6",
    level: "MUST",
    statement: "Cache-Control: no-store and Pragma: no-cache with tokens and credentials",
    does: "on all token responses, and on refusals",
  },
  {
    id: "5.1-7",
    level: "SHOULD",
    statement: "document the size of values",
    does: "docs/code-flow.md: 68 characters",
  },
  {
    id: "5.2-1",
    level: "MUST",
    statement: "error is REQUIRED: one of the codes",
    does: "those of the section and of its extensions",
  },
  {
    id: "5.2-2",
    level: "MUST",
    statement: "401 and a challenge of the scheme for a failed attempt by the Authorization header",
    does: "401 and a Basic challenge",
  },
  {
    id: "5.2-3",
    level: "MUST NOT",
    statement: "characters in error outside of the set",
    does: "a fixed vocabulary",
  },
  {
    id: "5.2-4",
    level: "MUST NOT",
    statement: "characters in error_description outside of the set",
    does: "every other character becomes a question mark, or an apostrophe",
  },
  {
    id: "5.2-5",
    level: "MUST",
    statement: "error_uri is a URI-reference of the set",
    does: "the address of the help page, and an anchor",
  },
  {
    id: "6-1",
    level: "MUST",
    statement: "grant_type is REQUIRED and is refresh_token",
    does: "else invalid_request, unsupported_grant_type",
  },
  { id: "6-2", level: "MUST", statement: "refresh_token is REQUIRED", does: "else invalid_request" },
  {
    id: "6-3",
    level: "MUST NOT",
    statement: "a scope that was not granted",
    does: "invalid_scope, and the refresh token stays valid",
  },
  {
    id: "6-4",
    level: "MUST",
    statement: "clients with credentials authenticate",
    does: "else invalid_client, and the refresh token stays valid",
  },
  {
    id: "6-5",
    level: "MUST",
    statement: "require client authentication of clients with credentials",
    does: "else invalid_client, and the refresh token stays valid",
  },
  {
    id: "6-6",
    level: "MUST",
    statement:
      "authenticate the client if authentication is included, and ensure that the refresh token was issued to it",
    does: "invalid_grant for another client's token, in the words for an unknown token",
  },
  {
    id: "6-7",
    level: "MUST",
    statement: "validate the refresh token",
    does: "by its digest, its lifetime, its use and its grant",
  },
  {
    id: "6-8",
    level: "MUST",
    statement: "a new refresh token has the scope of its predecessor",
    does: "the scope is the grant's, even if the access token has a narrower one",
  },
  {
    id: "7-1",
    level: "MUST",
    statement:
      "a resource server checks that the access token is valid, not expired, and covers the resource",
    does: "userinfo, the one resource of this server, checks all of it",
  },
  {
    id: "7.2-1",
    level: "SHOULD",
    statement: "a resource server informs the client of the error",
    does: "in the challenge, and as JSON",
  },
  {
    id: "8.2-1",
    level: "SHOULD",
    statement: "vendor-specific parameters have a prefix",
    does: "the only one at the authorization and token endpoints begins with tessera_",
  },
  {
    id: "8.2-2",
    level: "MUST",
    statement: "names of parameters conform to the ABNF",
    does: "the server's own one has lower-case letters and underscores",
  },
  {
    id: "8.5-1",
    level: "MUST",
    statement: "error codes of registered extensions are registered",
    does: "Tessera defines no codes of its own",
  },
  {
    id: "8.5-2",
    level: "MUST",
    statement: "error codes conform to the ABNF",
    does: "a fixed vocabulary, all of which conforms",
  },
  {
    id: "8.5-3",
    level: "SHOULD",
    statement: "vendor-specific error codes have an identifying prefix",
    does: "there are none",
    notApplicable: "Tessera defines no codes of its own",
  },
];

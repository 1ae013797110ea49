/** RFC 9068: JSON Web Token (JWT) Profile for OAuth 2.0 Access Tokens. */
import type { Ledger } from "./row.ts";

export const RFC_9068: Ledger = {
  source: "RFC 9068",
  title: "JWT Profile for OAuth 2.0 Access Tokens",
  rows: [
    {
      id: "2.1-1",
      level: "MUST",
      statement: "JWT access tokens are signed, not with none",
      does: "With a key of the key set; one without a signature opens nothing",
    },
    { id: "2.1-2", level: "SHOULD", statement: "The algorithm is asymmetric", does: "All are" },
    { id: "2.1-3", level: "MUST", statement: "RS256 is among the algorithms", does: "The default" },
    {
      id: "2.1-4",
      level: "MUST",
      statement: "typ is at+jwt, without application/",
      does: "It is; another type is no access token here",
    },
    {
      id: "2.2-1",
      level: "MUST",
      statement: "iss, exp, aud, sub, client_id, iat and jti",
      does: "All of them",
    },
    {
      id: "2.2-2",
      level: "SHOULD",
      statement: "sub is the person where one agreed",
      does: "As in the ID token of the client",
    },
    {
      id: "2.2-3",
      level: "SHOULD",
      statement: "sub is the client where no person did",
      does: "The client_id",
    },
    {
      id: "2.2.2-1",
      level: "SHOULD",
      statement: "Attributes of the person have their registered names",
      does: "The operator's claims of its own scopes, and groups; neither name nor address",
    },
    {
      id: "2.2.3-1",
      level: "SHOULD",
      statement: "scope, if the request had one",
      does: "The scope that was given",
    },
    {
      id: "2.2.3-2",
      level: "MUST",
      statement: "Each scope has a meaning for the audience",
      does: "Narrows the scope to what the audience uses",
    },
    {
      id: "2.2.3.1-1",
      level: "SHOULD",
      statement: "groups, roles and entitlements are the names for authorization",
      does: "groups; the operator may map others",
    },
    { id: "3-1", level: "SHOULD", statement: "aud is the resource of the request", does: "It is" },
    {
      id: "3-2",
      level: "MUST NOT",
      statement: "A JWT whose rights are ambiguous",
      does: "A token for several APIs stays opaque",
    },
    {
      id: "3-3",
      level: "MUST",
      statement: "Without resource, a default audience",
      does: "The APIs that use the scopes, else this server",
    },
    { id: "3-4", level: "SHOULD", statement: "The default follows from scope", does: "It does" },
    {
      id: "3-5",
      level: "SHOULD",
      statement: "Scopes of several APIs without resource are refused with invalid_scope",
      does: "One opaque token for all of them",
      deviation:
        "the scopes are unambiguous at introspection, and a client that names no resource would find no way out of a refusal",
    },
    { id: "4-1", level: "SHOULD", statement: "Metadata has issuer and jwks_uri", does: "Both" },
    { id: "4-2", level: "MUST", statement: "RFC 8414 and Discovery say the same", does: "One document" },
    {
      id: "4-3",
      level: "MUST",
      statement: "A resource server checks typ, iss, aud, signature and exp",
      does: "Userinfo, introspection and revocation check a JWT and its row",
    },
    {
      id: "4-4",
      level: "MUST",
      statement: "A token that fails gets invalid_token",
      does: "It does at userinfo",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "Distinct resources have distinct audiences",
      does: "The identifiers of the configuration, each once",
    },
  ],
};

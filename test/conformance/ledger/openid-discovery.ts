/** OpenID Connect Discovery 1.0, with errata set 2. */
import { NO_REQUEST_URIS } from "./openid-core/words.ts";
import type { Ledger } from "./row.ts";
import { NO_TLS, TLS } from "./tls.ts";

export const OPENID_DISCOVERY: Ledger = {
  source: "OpenID Discovery",
  title: "OpenID Connect Discovery 1.0",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "The issuer is the href of the link with the rel of the issuer",
      does: "It is",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "The issuer of WebFinger is https, without query and fragment",
      does: "The issuer of the metadata; the configuration refuses a query and a fragment",
      deviation: NO_TLS,
    },
    { id: "2-3", level: "SHOULD", statement: "rel narrows the answer", does: "It does" },
    {
      id: "2-4",
      level: "SHOULD",
      statement: "Scripts of other sites may ask WebFinger",
      does: "CORS for every site",
    },
    { id: "2-5", level: "MUST", statement: "WebFinger needs TLS", does: TLS, deviation: NO_TLS },
    {
      id: "3-1",
      level: "MUST",
      statement: "issuer: equal to that of WebFinger and to iss of ID tokens",
      does: "All three are one value",
    },
    {
      id: "3-2",
      level: "MUST",
      statement: "authorization_endpoint, token_endpoint and jwks_uri",
      does: "There",
    },
    { id: "3-3", level: "MUST", statement: "All addresses are https", does: TLS, deviation: NO_TLS },
    { id: "3-4", level: "SHOULD", statement: "userinfo_endpoint", does: "There" },
    {
      id: "3-5",
      level: "SHOULD",
      statement: "registration_endpoint",
      does: "There, unless registration is off",
    },
    {
      id: "3-6",
      level: "MUST NOT",
      statement: "The key set has private or symmetric keys",
      does: "Public members only",
    },
    {
      id: "3-7",
      level: "MUST",
      statement: "use, if there are keys for signing and for encryption",
      does: "Always sig",
    },
    {
      id: "3-8",
      level: "MUST",
      statement: "The bare key is there beside a certificate",
      does: "Publishes no certificates",
      notApplicable: "the key set has no certificates",
    },
    {
      id: "3-9",
      level: "MUST",
      statement: "The scope openid is supported",
      does: "It is, and scopes_supported has it",
    },
    {
      id: "3-10",
      level: "SHOULD",
      statement: "scopes_supported, with those of OpenID Core",
      does: "profile, email, phone, address, offline_access",
    },
    { id: "3-11", level: "MUST", statement: "response_types_supported", does: "code" },
    {
      id: "3-12",
      level: "MUST",
      statement: "Dynamic: the response types id_token and id_token token, the grant type implicit",
      does: "code, and what the grant types say",
      deviation:
        "RFC 9700 §2.1.2 advises against tokens in addresses; every current client has the code flow",
    },
    { id: "3-13", level: "MUST", statement: "subject_types_supported", does: "public and pairwise" },
    {
      id: "3-14",
      level: "MUST",
      statement: "id_token_signing_alg_values_supported has RS256",
      does: "It does, unless the operator drops RS256, with a warning in the guide",
    },
    { id: "3-15", level: "MUST NOT", statement: "none for ID tokens", does: "No algorithm none exists" },
    {
      id: "3-16",
      level: "SHOULD",
      statement: "Request objects may be unsigned or signed with RS256",
      does: "They may, and with each other algorithm that the server knows; the metadata names them",
    },
    {
      id: "3-17",
      level: "SHOULD",
      statement: "token_endpoint_auth_signing_alg_values_supported has RS256, and never none",
      does: "It has, and every other asymmetric algorithm that the server knows",
    },
    { id: "3-18", level: "SHOULD", statement: "claims_supported", does: "Every claim that may be told" },
    {
      id: "3-19",
      level: "MUST",
      statement: "request_uris are registered if require_request_uri_registration says so",
      does: "Refuses request_uri",
      notApplicable: NO_REQUEST_URIS,
    },
    {
      id: "3-20",
      level: "SHOULD",
      statement: "The endpoints for clients allow CORS",
      does: "Token, userinfo, keys, metadata, registration, revocation",
    },
    { id: "3-21", level: "SHOULD NOT", statement: "CORS at the authorization endpoint", does: "None" },
    {
      id: "4-1",
      level: "MUST",
      statement: "The document is at the issuer and /.well-known/openid-configuration",
      does: "There, and at the place of RFC 8414",
    },
    { id: "4-2", level: "SHOULD", statement: "The document allows CORS", does: "For every site" },
    {
      id: "4.1-1",
      level: "MUST",
      statement: "A final slash of the issuer is removed before the path",
      does: "Issuers have none, except that of a bare host",
    },
    { id: "4.2-1", level: "MUST", statement: "200, application/json, a JSON object", does: "It is" },
    { id: "4.2-2", level: "MUST", statement: "Members without elements are left out", does: "They are" },
    {
      id: "4.3-1",
      level: "MUST",
      statement: "issuer is the address under which the document was found",
      does: "Whatever the headers of the request say",
    },
    { id: "7.1-1", level: "MUST", statement: "TLS is supported", does: TLS, deviation: NO_TLS },
  ],
};

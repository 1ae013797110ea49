/** RFC 9101: JWT-Secured Authorization Request (JAR). */
import type { Ledger } from "./row.ts";

const BY_VALUE = "request objects are taken by value only; the server refuses request_uri";

export const RFC_9101: Ledger = {
  source: "RFC 9101",
  title: "JWT-Secured Authorization Request",
  rows: [
    {
      id: "4-1",
      level: "MUST",
      statement: "The request object has all parameters of the request",
      does: "One that is signed and has response_type is the whole request. One without is a part, as OpenID Connect Core §6.1 allows",
    },
    {
      id: "4-2",
      level: "MUST NOT",
      statement: "request and request_uri are in the request object",
      does: "invalid_request_object",
    },
    {
      id: "4-3",
      level: "SHOULD",
      statement: "A signed object has iss and aud",
      does: "If they are there, iss must be the client_id, and aud must name the issuer",
    },
    {
      id: "4-4",
      level: "MUST",
      statement: "Names and texts are JSON strings, numbers JSON numbers, in UTF-8",
      does: "Refuses other types and other bytes; takes max_age as a text too",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "request or request_uri, and client_id, are in the query",
      does: "Asks for no other parameter beside a whole request",
    },
    {
      id: "5-2",
      level: "MUST",
      statement: "client_id in the query matches that in the object",
      does: "invalid_request_object",
    },
    {
      id: "5-3",
      level: "MUST NOT",
      statement: "request and request_uri come together",
      does: "request_uri_not_supported; invalid_request on the page if it is one of a pushed request",
    },
    {
      id: "5-4",
      level: "MUST",
      statement: "Only the parameters in the object are used, although the query repeats them",
      does: "Nothing in the query counts beside a whole request, nor what the object leaves out",
    },
    {
      id: "5.2-1",
      level: "MUST",
      statement: "request_uri: an https URL or a URN, and the object behind it",
      does: "Refuses request_uri",
      notApplicable: BY_VALUE,
    },
    {
      id: "6.1-1",
      level: "MUST",
      statement: "Encrypted objects are decrypted; if that fails: invalid_request_object",
      does: "Decrypts none, and answers invalid_request_object. The metadata names no algorithm for encryption",
    },
    {
      id: "6.2-1",
      level: "MUST",
      statement: "The signature is validated with a key of the client and the alg of the header",
      does: "Takes the key of jwks or jwks_uri that fits kid and alg; each key serves its own kind of algorithm",
    },
    {
      id: "6.2-2",
      level: "MUST",
      statement: "kid, if present, names the key that is used",
      does: "An unknown kid is refused",
    },
    {
      id: "6.2-3",
      level: "MUST",
      statement: "invalid_request_object if the key is not the client's, or the signature is wrong",
      does: "So it does; to an address of the client that is beside the object, else on a page",
    },
    {
      id: "6.3-1",
      level: "MUST",
      statement: "Only the parameters in the object are used",
      does: "As 5-4",
    },
    {
      id: "6.3-2",
      level: "MUST",
      statement: "client_id in the query and in the object are identical",
      does: "A whole request without client_id is refused too",
    },
    {
      id: "6.3-3",
      level: "MUST",
      statement: "An error if the validation fails (RFC 7519 §4.1: exp and nbf too)",
      does: "exp, nbf and iat may be absent; the clocks may differ by 30 seconds. An object may expire while the person is on the server's pages, for an hour",
    },
    {
      id: "10.5-1",
      level: "MUST",
      statement: "require_signed_request_object: requests without a signed object are refused",
      does: "As a member of a client, which needs its keys then. An object that is not the whole request is refused too. The server demands it of no other client, and its metadata says so",
    },
    {
      id: "10.8-1",
      level: "SHOULD",
      statement: "One kind of JWT is not taken for another",
      does: "typ is oauth-authz-req+jwt, JWT or absent; an object with sub = client_id, as a client assertion has, is refused",
    },
  ],
};

/** RFC 9396: OAuth 2.0 Rich Authorization Requests. */
import type { Ledger } from "./row.ts";

export const RFC_9396: Ledger = {
  source: "RFC 9396",
  title: "Rich Authorization Requests",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "authorization_details is a JSON list of objects, each with a type",
      does: "Nothing else is accepted: as a parameter, in a pushed request, in a request object, and of a device",
    },
    {
      id: "3-1",
      level: "MUST",
      statement: "It may take the place of scope",
      does: "A request with details and without scope is not given the client's default scope",
    },
    {
      id: "3.1-1",
      level: "MUST",
      statement: "Both are processed together if both are there",
      does: "The person allows both, and the token has both",
    },
    {
      id: "3.2-1",
      level: "MUST",
      statement: "resource has no influence on how the details of an authorization request are processed",
      does: "The APIs of the details come beside the named ones",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "Unknown types, unknown fields, wrong kinds, invalid values and missing fields are refused",
      does: "Compares each object with its type, which the operator declares",
    },
    {
      id: "5-2",
      level: "MUST",
      statement: "The error is invalid_authorization_details",
      does: "With a description that names the type and the field",
    },
    {
      id: "6-1",
      level: "MUST",
      statement: "A token request may ask for some of the granted details",
      does: "Also each refresh; the next one has all again",
    },
    {
      id: "6-2",
      level: "MUST",
      statement: "Details that were not granted are refused",
      does: "An object counts if it is the same as a granted one, whatever the order of its members",
    },
    {
      id: "6-3",
      level: "MUST",
      statement: "Details of a token request are not ignored where they cannot be granted",
      does: "Refuses them with grant types in which no person allows anything, and in an exchange",
    },
    {
      id: "7-1",
      level: "MUST",
      statement: "The answer has the details of the access token",
      does: "As they were granted; the server adds nothing to them",
    },
    {
      id: "9.1-1",
      level: "SHOULD",
      statement: "A JWT access token has the claim authorization_details, restricted to its audience",
      does: "Those of types that the API of the token understands",
    },
    {
      id: "9.2-1",
      level: "MUST",
      statement: "Introspection has the details that the resource server may see",
      does: "Those of types that the API understands; the client sees all of its token",
    },
    {
      id: "10-1",
      level: "SHOULD",
      statement: "authorization_details_types_supported",
      does: "All declared types; missing if there is none",
    },
    {
      id: "10-2",
      level: "MUST",
      statement: "authorization_details_types: the types that the client uses",
      does: "A client may use no others; one that describes itself only those that are open to it",
    },
    {
      id: "11.4-1",
      level: "SHOULD",
      statement: "Large requests are considered",
      does: "Ten objects and 4096 bytes at most, which fit into an address; they may be pushed",
    },
    {
      id: "12-1",
      level: "MUST",
      statement: "The values are shown safely: they come from the client",
      does: "As text, and whole: a value that a page could not show as it is is refused",
    },
  ],
};

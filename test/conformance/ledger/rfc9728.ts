/** RFC 9728: OAuth 2.0 Protected Resource Metadata. The part of the authorization server, and the documents that it makes. */
import type { Ledger } from "./row.ts";
import { NO_TLS } from "./tls.ts";

export const RFC_9728: Ledger = {
  source: "RFC 9728",
  title: "OAuth 2.0 Protected Resource Metadata",
  rows: [
    {
      id: "1.2-1",
      level: "MUST",
      statement: "A resource identifier is an https URL without a fragment",
      does: "Makes documents for http too, with a warning beyond this machine; makes none for a URN",
      deviation: NO_TLS,
    },
    {
      id: "2-1",
      level: "MUST",
      statement: "resource in the document",
      does: "The identifier, as it is declared",
    },
    {
      id: "2-2",
      level: "SHOULD",
      statement: "scopes_supported in the document",
      does: "The scopes of the resource; left out if it takes any",
    },
    {
      id: "2-3",
      level: "SHOULD",
      statement: "resource_name in the document",
      does: "Its name, if it has one",
    },
    {
      id: "2-4",
      level: "MUST NOT",
      statement: "resource_signing_alg_values_supported has none",
      does: "The configuration takes asymmetric algorithms only",
    },
    {
      id: "2-5",
      level: "MUST",
      statement: "dpop_bound_access_tokens_required says that the resource always requires bound tokens",
      does: "As the operator says of the resource. This server then issues no bearer token for it",
    },
    {
      id: "2.1-1",
      level: "SHOULD",
      statement: "A name in several languages is there without a language tag too",
      does: "The first language is the one without a tag",
    },
    {
      id: "3-1",
      level: "MUST",
      statement: "The document is at the address with the well-known suffix between host and path",
      does: "`tessera resource show` names that address, the API and the console too; the guard in examples/ serves it there",
    },
    {
      id: "3.2-1",
      level: "MUST",
      statement: "The answer is 200 and application/json",
      does: "The guard in examples/ answers so",
    },
    {
      id: "3.2-2",
      level: "MUST",
      statement: "Members without values are left out",
      does: "They are",
    },
    {
      id: "3.3-1",
      level: "MUST",
      statement: "resource is identical to the identifier from which the address was made",
      does: "Both are the configured text",
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "protected_resources lists resources, or is left out if they cannot be enumerated",
      does: 'Lists those of the configuration that have a web address and are not kept back (`listed`); left out with `unknown_resources = "accept"`',
    },
    {
      id: "5.1-1",
      level: "MUST",
      statement: "resource_metadata in a challenge is the address of the document",
      does: "In each challenge of the guard in examples/",
    },
    {
      id: "7.4-1",
      level: "SHOULD",
      statement: "The authorization server supports audience-restricted tokens (RFC 8707)",
      does: "Every token has an audience, and a request can choose it",
    },
    {
      id: "7.6-1",
      level: "SHOULD",
      statement: "The lists of both sides agree",
      does: "Both come from the same declaration, and authorization_servers is the issuer",
    },
  ],
};

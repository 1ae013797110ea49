/** RFC 9207: Authorization Server Issuer Identification. */
import type { Ledger } from "./row.ts";
import { NO_TLS } from "./tls.ts";

export const RFC_9207: Ledger = {
  source: "RFC 9207",
  title: "Authorization Server Issuer Identification",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "iss in every authorization response, error responses too",
      does: "In all of them, also after a page that asks before the redirect",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "Its value is an https URL without query or fragment",
      does: "The start refuses an issuer with a query or a fragment, or with a scheme other than https and http",
      deviation: NO_TLS,
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "The issuer identifier is provided to clients",
      does: "In the metadata, at its well-known addresses",
    },
    {
      id: "2.3-2",
      level: "MUST",
      statement: "issuer in the metadata is identical to iss",
      does: "Both are the configured text, whatever the host and scheme of the request",
    },
    {
      id: "2.3-3",
      level: "MUST",
      statement: "authorization_response_iss_parameter_supported is true in the metadata",
      does: "It is",
    },
    {
      id: "2.4-1",
      level: "MUST",
      statement: "iss is identical to the iss claim of an ID token from the authorization endpoint",
      does: "There are no ID tokens",
      notApplicable: "no ID tokens",
    },
  ],
};

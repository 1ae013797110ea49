/** RFC 8707: Resource Indicators. */
import type { Ledger } from "./row.ts";

export const RFC_8707: Ledger = {
  source: "RFC 8707",
  title: "Resource Indicators",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "resource is an absolute URI",
      does: "Another value: `invalid_target`, at the authorization, token and device authorization endpoints",
    },
    {
      id: "2-2",
      level: "MUST NOT",
      statement: "It includes a fragment",
      does: "`invalid_target`",
    },
    {
      id: "2-3",
      level: "SHOULD NOT",
      statement: "It includes a query",
      does: "Taken as it is",
      deviation: "The section allows it for some uses, and only the client and its API can judge these",
    },
    {
      id: "2-4",
      level: "SHOULD",
      statement: "Access tokens are restricted to the indicated resources",
      does: "Introspection returns them in `aud`, no other resource server sees the token as active, and userinfo refuses it",
    },
  ],
};

/** RFC 7662: Token Introspection. */
import type { Ledger } from "./row.ts";

export const RFC_7662: Ledger = {
  source: "RFC 7662",
  title: "Token Introspection",
  rows: [],
};

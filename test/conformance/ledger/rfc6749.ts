/** RFC 6749: The OAuth 2.0 Authorization Framework. */
import type { Ledger } from "./row.ts";

export const RFC_6749: Ledger = {
  source: "RFC 6749",
  title: "The OAuth 2.0 Authorization Framework",
  rows: [],
};

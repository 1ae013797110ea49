/** RFC 8252: OAuth 2.0 for Native Apps. */
import type { Ledger } from "./row.ts";

export const RFC_8252: Ledger = {
  source: "RFC 8252",
  title: "OAuth 2.0 for Native Apps",
  rows: [],
};

/** RFC 9700: Best Current Practice for OAuth 2.0 Security. */
import type { Ledger } from "./row.ts";

export const RFC_9700: Ledger = {
  source: "RFC 9700",
  title: "Best Current Practice for OAuth 2.0 Security",
  rows: [],
};

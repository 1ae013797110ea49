/** RFC 7636: Proof Key for Code Exchange. */
import type { Ledger } from "./row.ts";

export const RFC_7636: Ledger = {
  source: "RFC 7636",
  title: "Proof Key for Code Exchange",
  rows: [],
};

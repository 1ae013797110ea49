/** RFC 6750: Bearer Token Usage. */
import type { Ledger } from "./row.ts";

export const RFC_6750: Ledger = {
  source: "RFC 6750",
  title: "Bearer Token Usage",
  rows: [],
};

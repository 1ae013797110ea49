/** RFC 8707: Resource Indicators. */
import type { Ledger } from "./row.ts";

export const RFC_8707: Ledger = {
  source: "RFC 8707",
  title: "Resource Indicators",
  rows: [],
};

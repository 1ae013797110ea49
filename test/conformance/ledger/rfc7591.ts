/** RFC 7591: Dynamic Client Registration. */
import type { Ledger } from "./row.ts";

export const RFC_7591: Ledger = {
  source: "RFC 7591",
  title: "Dynamic Client Registration",
  rows: [],
};

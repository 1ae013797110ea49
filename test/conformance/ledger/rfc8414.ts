/** RFC 8414: Authorization Server Metadata. */
import type { Ledger } from "./row.ts";

export const RFC_8414: Ledger = {
  source: "RFC 8414",
  title: "Authorization Server Metadata",
  rows: [],
};

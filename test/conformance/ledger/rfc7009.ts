/** RFC 7009: Token Revocation. */
import type { Ledger } from "./row.ts";

export const RFC_7009: Ledger = {
  source: "RFC 7009",
  title: "Token Revocation",
  rows: [],
};

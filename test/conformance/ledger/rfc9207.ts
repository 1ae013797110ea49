/** RFC 9207: Authorization Server Issuer Identification. */
import type { Ledger } from "./row.ts";

export const RFC_9207: Ledger = {
  source: "RFC 9207",
  title: "Authorization Server Issuer Identification",
  rows: [],
};

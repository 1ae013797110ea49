/** RFC 8628: Device Authorization Grant. */
import type { Ledger } from "./row.ts";

export const RFC_8628: Ledger = {
  source: "RFC 8628",
  title: "Device Authorization Grant",
  rows: [],
};

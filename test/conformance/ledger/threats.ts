/** Classes of faults that have broken real authorization servers. The numbers are stable. */
import type { Ledger } from "./row.ts";

export const THREATS: Ledger = {
  source: "threat",
  title: "What has broken others",
  rows: [],
};

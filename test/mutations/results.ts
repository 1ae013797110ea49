/** The results of the last recorded run of the mutations (`npm run mutate -- --record`). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

export const RESULTS_FILE = join(import.meta.dir, "results.json");

const results = v.array(
  v.object({
    what: v.string(),
    /** The digest of the source that the mutation was applied to (digest.ts). */
    source: v.string(),
    /** The day of the run, in UTC: "2026-11-22". */
    date: v.string(),
    /** Tests that failed, as the runner names them. Those that claim the missing defence come first. */
    failed: v.array(v.string()),
  }),
);

/** The result of one mutation. */
export type Found = v.InferOutput<typeof results>[number];

/** Empty if nothing was recorded. */
export const readResults = (): Found[] =>
  existsSync(RESULTS_FILE) ? v.parse(results, JSON.parse(readFileSync(RESULTS_FILE, "utf8"))) : [];

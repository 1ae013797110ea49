/** What the last recorded run of the mutations found (`npm run mutate -- --record`). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

export const RESULTS_FILE = join(import.meta.dir, "results.json");

const results = v.object({
  date: v.string(),
  found: v.array(v.object({ what: v.string(), seconds: v.number(), failed: v.array(v.string()) })),
});

export type Results = v.InferOutput<typeof results>;
/** What became of one mutation: tests that failed, as the runner names them; first those that claim what was taken out. */
export type Found = Results["found"][number];

/** Null if none was recorded. */
export const readResults = (): Results | null =>
  existsSync(RESULTS_FILE) ? v.parse(results, JSON.parse(readFileSync(RESULTS_FILE, "utf8"))) : null;

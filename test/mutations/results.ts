/** What the last recorded run of the mutations found (`npm run mutate -- --record`). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

export const RESULTS_FILE = join(import.meta.dir, "results.json");

const results = z.object({
  date: z.string(),
  found: z.array(z.object({ what: z.string(), seconds: z.number(), failed: z.array(z.string()) })),
});

export type Results = z.infer<typeof results>;
/** What became of one mutation: tests that failed, as the runner names them; first those that claim what was taken out. */
export type Found = Results["found"][number];

/** Null if none was recorded. */
export const readResults = (): Results | null =>
  existsSync(RESULTS_FILE) ? results.parse(JSON.parse(readFileSync(RESULTS_FILE, "utf8"))) : null;

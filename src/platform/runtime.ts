/** How the program starts its own runtime again, for worker processes. */
import { join } from "node:path";

/**
 * Bun would read `.env` and `bunfig.toml` of the current folder, and run the code that a `bunfig.toml` names. The current
 * folder may be another project's, so nothing in it configures the runtime. bin/tessera.mjs and package.json have the
 * same flags for the first process.
 */
export const RUNTIME_FLAGS: readonly string[] = [
  "--no-env-file",
  `--config=${join(import.meta.dir, "../../bin/bunfig.toml")}`,
  "--no-install",
];

/** How the program starts its own runtime again: further processes, and threads. */
import { join } from "node:path";

/**
 * Bun would read `.env` and `bunfig.toml` of the current folder, and run the code that a `bunfig.toml` names. The current
 * folder may be another project's, so nothing in it configures the runtime. bin/tessera.mjs and package.json have the
 * same flags for the first process; tools/build.ts builds them into the executable.
 */
export const RUNTIME_FLAGS: readonly string[] = [
  "--no-env-file",
  `--config=${join(import.meta.dir, "../../bin/bunfig.toml")}`,
  "--no-install",
];

/** Whether this program is the one executable of `npm run build` (decision 54). */
export const IS_EXECUTABLE = Bun.isStandaloneExecutable;

/** How people call the program. */
export const PROGRAM = IS_EXECUTABLE ? "tessera" : "npx tessera";

const MAIN = join(import.meta.dir, "../main.ts");

/** The command that runs this program again, with these arguments. */
export const ownCommand = (...args: string[]): string[] =>
  IS_EXECUTABLE ? [process.execPath, ...args] : [process.execPath, ...RUNTIME_FLAGS, MAIN, ...args];

/** The files of `src/` that run in threads of their own. The executable has each of them as an entry of its own. */
export const THREADS = ["store/sqlite/sync-worker.ts", "store/sqlite/backup-worker.ts"] as const;

/** The URL of a thread's file. In the executable all code is one file, in the folder that is `src/` to its threads. */
export const threadUrl = (file: (typeof THREADS)[number]): URL =>
  new URL(`${IS_EXECUTABLE ? "./" : "../"}${file}`, import.meta.url);

/**
 * `npm run build`: makes `dist/tessera`, the whole program in one executable for the kind of machine that builds it
 * (decision 54). `--into FOLDER` takes another folder. The same source, packages and name give the same bytes.
 */
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { THREADS } from "../src/platform/runtime.ts";

const root = join(import.meta.dir, "..");
const { into = join(root, "dist") } = parseArgs({ options: { into: { type: "string" } } }).values;
const outfile = resolve(into, "tessera");
mkdirSync(into, { recursive: true });

// The first entry is the program. The name of a thread's file within the executable is its path from `root`.
const { success, logs } = await Bun.build({
  entrypoints: ["main.ts", ...THREADS].map((file) => join(root, "src", file)),
  root: join(root, "src"),
  target: "bun",
  // The functions lie in the file as the engine's own code, so that a start neither parses nor compiles them (decision 54).
  bytecode: true,
  format: "esm",
  // Names stay as they are, so that an error shows where it comes from. Shorter names would save 1.4 % of the size.
  minify: false,
  // As the runtime flags of src/platform/runtime.ts: no file of the current folder configures the program.
  compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
  throw: false,
});
for (const log of logs) console.error(log);
if (!success) process.exit(1);
console.log(`${outfile}: ${(statSync(outfile).size / 2 ** 20).toFixed(0)} MiB`);

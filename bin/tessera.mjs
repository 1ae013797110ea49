#!/usr/bin/env node
/** `tessera`, wherever it is called from: runs the pinned Bun with the program, and passes on signals and exit code. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bun = [
  join(root, "node_modules", "bun", "bin", "bun.exe"),
  join(root, "..", "bun", "bin", "bun.exe"),
].find(existsSync);
if (bun === undefined) {
  console.error(
    `Tessera is not installed completely. Run 'npm start' in ${root} once; it installs what is missing.`,
  );
  process.exit(1);
}

const args = [join(root, "src", "main.ts"), ...process.argv.slice(2)];
const child = spawn(bun, args, { stdio: "inherit" });

// Ctrl-C reaches the child by itself, as it is in the same process group; a signal to this process alone does not.
const forwarded = ["SIGTERM", "SIGINT", "SIGHUP"];
for (const signal of forwarded) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`Bun could not be started: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const name of forwarded) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});

#!/usr/bin/env node
/**
 * `tessera`, wherever it is called from: runs the pinned Bun with the program, and passes on signals and exit code. To the
 * system the two are one process: the server stops when this one is gone for any reason.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Without a listener, Node opens a debugger at SIGUSR1. To this program neither signal means anything.
for (const signal of ["SIGUSR1", "SIGUSR2"]) process.on(signal, () => {});

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

// Bun would read .env and bunfig.toml of the current folder, and run the code that a bunfig.toml names. The current folder
// may be another project's. src/platform/runtime.ts has the same flags for the workers.
const flags = ["--no-env-file", `--config=${join(root, "bin", "bunfig.toml")}`, "--no-install"];
// These variables load code into Bun or open its debugger.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== "BUN_OPTIONS" && !name.startsWith("BUN_INSPECT")),
);
// src/cli/stop-request.ts reads it: the server stops when its parent is not this process any more.
env._TESSERA_LAUNCHER = String(process.pid);

const args = [...flags, join(root, "src", "main.ts"), ...process.argv.slice(2)];
const child = spawn(bun, args, { stdio: "inherit", env });

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
  for (const name of [...forwarded, "SIGUSR1", "SIGUSR2"]) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});

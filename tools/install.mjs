/**
 * Installs missing packages: `npm start` and `npm test` call it first, so that a fresh clone needs no other command. When
 * nothing is missing it only reads the lock file and some small files, and sends no request.
 * Its argument may be a folder with a package of its own, such as test/interop/mcp.
 * It runs on Node, because Bun may be missing too.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** The C library of this machine, looked up at its first use. */
let libc;
const startOnly = process.argv.includes("--omit=dev");
const below = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
/** The folder of the package. */
const home = join(root, below ?? "");

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`Tessera needs Node 20 or newer to install itself; this is ${process.versions.node}.`);

const packages = Object.entries(readJson(join(home, "package-lock.json"))?.packages ?? {}).filter(
  ([path]) => path !== "",
);
const missing = packages.filter((entry) => isWanted(entry) && !isInstalled(entry));

if (missing.length > 0) install();
else finishBun();

function isWanted([, entry]) {
  const { dev, devOptional, os, cpu } = entry;
  if (startOnly && (dev || devOptional)) return false;
  return (
    matches(os, process.platform) &&
    matches(cpu, process.arch) &&
    (entry.libc === undefined || matches(entry.libc, libcName()))
  );
}

/** The lists of package.json: `linux`, or `!win32`. */
function matches(list, value) {
  if (list === undefined || value === null) return true;
  return list.includes(value) || (list.some((item) => item.startsWith("!")) && !list.includes(`!${value}`));
}

function libcName() {
  if (process.platform !== "linux") return null;
  if (libc === undefined) {
    // By default the report looks up names on the network.
    process.report.excludeNetwork = true;
    libc = process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
  }
  return libc;
}

function isInstalled([path, { version, optional }]) {
  const manifest = join(home, path, "package.json");
  // npm leaves out an optional package that does not fit this machine; that is its decision.
  if (optional && !existsSync(manifest)) return true;
  return readJson(manifest)?.version === version;
}

function install() {
  // An installation with development tools keeps them, even if only the server starts.
  const hasTools = packages.some(([path, { dev }]) => dev && existsSync(join(home, path, "package.json")));
  const omit = startOnly && !hasTools ? ["--omit=dev"] : [];
  console.log(
    `Installing what is needed${below === undefined ? "" : ` in ${below}`} (${missing.length} ${missing.length === 1 ? "package" : "packages"}) …`,
  );
  const npm = process.env.npm_execpath;
  // Not `npm ci`, which begins by deleting everything, also under a server that is running. Without --save, `install`
  // takes exactly what the lock file says and leaves it as it is.
  const args = [
    "install",
    "--no-save",
    ...omit,
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--loglevel=error",
  ];
  const options = { cwd: home, stdio: ["ignore", "ignore", "inherit"] };
  const result = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (result.status !== 0) {
    fail("Installing failed; the lines above say why. Check the network, then run the same command again.");
  }
  finishBun();
}

/** The package `bun` installs the program with an install script. Some machines forbid those; then we run it. */
function bunWorks() {
  try {
    return statSync(join(root, "node_modules", "bun", "bin", "bun.exe")).size > 1_000_000;
  } catch {
    return false;
  }
}

function finishBun() {
  if (home !== root || bunWorks()) return;
  try {
    execFileSync(process.execPath, ["install.js"], {
      cwd: join(root, "node_modules", "bun"),
      stdio: "ignore",
    });
  } catch {}
  if (!bunWorks()) fail("Bun could not be put in place. Delete node_modules and try again.");
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

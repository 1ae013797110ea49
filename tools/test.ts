/**
 * `npm test`: types, style, then every test. Arguments go to the test runner: `npm test -- test/store`.
 * Ends with one line, `N passed, N failed`, and a status that says the same.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import sparticuz from "@sparticuz/chromium";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const CHECKS: readonly Step[] = [
  { name: "types", command: ["node_modules/.bin/tsc", "--noEmit"] },
  { name: "style", command: ["node_modules/.bin/biome", "check", "."] },
];

const root = new URL("..", import.meta.url).pathname;

async function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([...command], { cwd: root, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  let output = "";
  const pass = async (stream: ReadableStream<Uint8Array>, to: NodeJS.WriteStream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      output += text;
      to.write(text);
    }
  };
  await Promise.all([pass(child.stdout, process.stdout), pass(child.stderr, process.stderr)]);
  return { code: await child.exited, output };
}

const MEMORY = "/dev/shm";
const GIBIBYTE = 2 ** 30;
/** Several times what a run was seen to need. */
const NEEDED_GIBIBYTES = 4;

/** Whether the system has files in memory, with room for those of the tests, and with the right to run programs there. */
function hasRoomInMemory(): boolean {
  if (process.platform !== "linux") return false;
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const [, , kind, options = ""] =
    mounts.map((line) => line.split(" ")).findLast(([, at]) => at === MEMORY) ?? [];
  if (kind !== "tmpfs" || options.split(",").includes("noexec")) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return Math.min(bavail * bsize, freemem()) > NEEDED_GIBIBYTES * GIBIBYTE;
}

/**
 * The folder for everything that the tests write. In memory, if that is possible: each of their databases is synced at every
 * commit, and the tests would wait for the disk most of the time. A TMPDIR that is set stays the place.
 */
async function makeFolder(): Promise<string> {
  // The package unpacks it at the first use. Two files of tests that do so at once get half of it.
  const chromium = await sparticuz.executablePath();
  const isInMemory = process.env.TMPDIR === undefined && hasRoomInMemory();
  const folder = mkdtempSync(join(isInMemory ? MEMORY : tmpdir(), "tessera-tests-"));
  // PostgreSQL runs as another user if the tests run as root.
  chmodSync(folder, 0o755);
  symlinkSync(chromium, join(folder, "chromium"));
  // test/store/postgres/programs.ts keeps there what all files share.
  mkdirSync(join(folder, "tessera-shared"));
  return folder;
}

/** The files that take longest, so that none of them begins when the others end. The order is all that matters. */
const LONGEST = [
  "faults/faults",
  "browser/accessibility",
  "race/postgres",
  "browser/screenshots",
  "adversary/34-timing",
  "accounts/sign-in",
  "race/sqlite",
  "bench",
  "browser/mails",
  "crash/mail",
  "pages/passkeys",
  "accounts/password-hashes",
  "store/postgres/stuck",
  "crash/sqlite",
  "crash/postgres",
  "operations/mail",
  "accounts/known-browser",
  "cli/bad-databases",
].map((name) => `test/${name}.test.ts`);

/** For the runner, which begins with the slowest of the files whose times it knows: a time for each file. */
function writeTimes(file: string): void {
  const found = [...new Bun.Glob("test/**/*.test.ts").scanSync(root)].filter(
    (path) => !path.includes("node_modules"),
  );
  const times = found.map((path) => [path, 1000 * (2 + LONGEST.toReversed().indexOf(path))]);
  writeFileSync(file, JSON.stringify({ version: 1, files: Object.fromEntries(times) }));
}

/** The last number before the word on a line of its own, as the runner's summary has it. */
const count = (output: string, word: string): number =>
  Number([...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))].at(-1)?.[1] ?? 0);

let passed = 0;
let failed = 0;
const filters = process.argv.slice(2);
for (const { name, command } of filters.length > 0 ? [] : CHECKS) {
  console.log(`── ${name}`);
  const { code } = await run(command);
  if (code === 0) passed += 1;
  else failed += 1;
}
console.log("── tests");
const folder = await makeFolder();
const removeFolder = () => rmSync(folder, { recursive: true, force: true });
process.on("exit", removeFolder);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
// Two files at a time: many of them wait for processes, sockets and clocks.
const times = join(folder, "times.json");
writeTimes(times);
const tests = await run(
  [process.execPath, "test", "--timeout", "60000", "--parallel=2", `--timings=${times}`, ...filters],
  { ...process.env, TMPDIR: folder },
);
passed += count(tests.output, "pass");
failed += count(tests.output, "fail");
// A runner that dies, or a file that cannot be loaded, is a failure even if no test says so.
if (tests.code !== 0 && count(tests.output, "fail") === 0) failed += 1;
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

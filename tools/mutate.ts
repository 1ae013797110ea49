/**
 * `npm run mutate`: takes the defences out of the source, one at a time, and looks whether a test fails. The mutations
 * are data in test/mutations/. Everything happens in a copy; the source stays as it is.
 */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { MUTATIONS } from "../test/mutations/index.ts";
import type { Mutation } from "../test/mutations/mutation.ts";
import { applied, readSource } from "../test/mutations/place.ts";
import { type Found, RESULTS_FILE, readResults } from "../test/mutations/results.ts";
import { readProofs } from "./conformance.ts";
import { failedProofs } from "./mutations.ts";

const root = join(import.meta.dir, "..");

const HELP = `npm run mutate -- [--only <text>] [--jobs <number>] [--record] [--list]

Takes the defences of the server out, one at a time, and runs the tests that should notice. A mutation is caught if one
of them fails, and has SURVIVED if none does: then a test is missing. It works on a copy in a temporary folder.

  --only <text>     only mutations against this threat or rule ("threat 8", "RFC 6749 4.1.3-8"), in this file or
                    folder of src/, or with this text in what they take out; may be given several times
  --jobs <number>   how many to run at a time (default: 1)
  --record          writes what was found into test/mutations/results.json, from which docs/security.md is made
  --list            shows the mutations and runs nothing

Ends with status 1 if a mutation survived, or if a test fails without any. A new mutation is an entry in
test/mutations/: what is taken out, where, and which tests are to fail.

Examples:
  npm run mutate -- --only "threat 8"
  npm run mutate -- --only grants/refresh-token.ts --jobs 2`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    jobs: { type: "string", default: "1" },
    record: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

/** Longer than any test file takes, so that a mutation that makes the server hang ends too. */
const PATIENCE_MILLIS = 600_000;
/** What no test of a mutation needs, or what is too large to copy. */
const LEFT_OUT = [".git", "data", "bench/results", "docs/images"];

/** Of the tests that failed, how many are written down. */
const KEPT = 5;
const proofs = readProofs();

interface Run {
  readonly code: number | null;
  /** The names of the tests that failed, as the runner prints them. */
  readonly failed: readonly string[];
  readonly output: string;
}

const folders: string[] = [];
const running = new Set<Bun.Subprocess>();

function cleanUp(): void {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function copyOfSource(): string {
  const folder = mkdtempSync(join(tmpdir(), "tessera-mutations-"));
  folders.push(folder);
  cpSync(root, folder, {
    recursive: true,
    filter: (from) => basename(from) !== "node_modules" && !LEFT_OUT.includes(relative(root, from)),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function runTests(folder: string, tests: readonly string[], only?: string): Promise<Run> {
  const filter = only === undefined ? [] : ["-t", only];
  const files = tests.map((file) => `./test/${file}`);
  const child = Bun.spawn([process.execPath, "test", "--timeout", "60000", ...filter, ...files], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: PATIENCE_MILLIS,
  });
  running.add(child);
  const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const code = await child.exited;
  running.delete(child);
  const output = texts.join("\n");
  const failed = [...output.matchAll(/^\(fail\) (.+?)(?: \[[\d.]+m?s\])?$/gm)].map(([, name = ""]) => name);
  return { code, failed: failed.filter((name) => name !== "(unnamed)"), output };
}

/** Changes the copy. What it returns puts everything back. */
function change(folder: string, mutation: Mutation): () => void {
  const source = readSource(join(folder, "src"));
  const changed = applied(source, [mutation, ...(mutation.also ?? [])]);
  for (const [file, text] of changed) writeFileSync(join(folder, "src", file), text);
  return () => {
    for (const file of changed.keys()) writeFileSync(join(folder, "src", file), source.text(file));
  };
}

async function tryMutation(folder: string, mutation: Mutation): Promise<Found> {
  const began = performance.now();
  const restore = change(folder, mutation);
  try {
    const { failed, code, output } = await runTests(folder, mutation.tests, mutation.only);
    if (failed.length === 0 && code !== 0) {
      console.log(`the tests of “${mutation.what}” could not run:\n${output.slice(-3000)}`);
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    return { what: mutation.what, seconds, failed: tellingFirst(mutation, failed).slice(0, KEPT) };
  } finally {
    restore();
  }
}

/** Those that claim what was taken out come first. */
function tellingFirst({ against }: Mutation, failed: readonly string[]): string[] {
  const telling = new Set(against.flatMap((claim) => failedProofs(claim, failed, proofs)));
  return [...telling, ...new Set(failed.filter((name) => !telling.has(name)))];
}

/** Hands the items to as many workers as there are folders. */
async function inParallel<Item>(
  places: readonly string[],
  items: readonly Item[],
  work: (folder: string, item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  await Promise.all(
    places.map(async (folder) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(folder, item);
    }),
  );
}

const matches = (mutation: Mutation, text: string): boolean =>
  mutation.against.some((claim) => claim === text) ||
  `${mutation.in}/`.startsWith(`${text}/`) ||
  mutation.what.includes(text);

/**
 * Each file of tests once, without any mutation: one that fails by itself would show nothing. Returns those that do, twice
 * in a row: on a machine that does other things too, a test may run out of time once.
 */
async function findRed(places: readonly string[], chosen: readonly Mutation[]): Promise<Set<string>> {
  const filters = new Map<string, Set<string | undefined>>();
  for (const { tests, only } of chosen) {
    for (const file of tests) filters.set(file, (filters.get(file) ?? new Set()).add(only));
  }
  const red = new Set<string>();
  let done = 0;
  await inParallel(places, [...filters], async (folder, [file, only]) => {
    const names = [...only].filter((one) => one !== undefined);
    const filter = names.length < only.size ? undefined : names.map((one) => `(?:${one})`).join("|");
    const isGreen = async (): Promise<boolean> => {
      const { code, failed, output } = await runTests(folder, [file], filter);
      const green = code === 0 && /^ *[1-9]\d* pass$/m.test(output);
      if (!green)
        console.log(`${file} fails without a mutation: ${failed.join("; ") || output.slice(-2000)}`);
      return green;
    };
    if (!(await isGreen()) && !(await isGreen())) red.add(file);
    done += 1;
    console.log(`${done}/${filters.size} ${file} without a mutation`);
  });
  return red;
}

const minutesSince = (began: number): number => Math.round((performance.now() - began) / 60_000);

/** What was found before and not looked for again stays. */
function record(found: readonly Found[]): void {
  const byName = new Map([...(readResults()?.found ?? []), ...found].map((one) => [one.what, one]));
  const results = {
    date: new Date().toISOString().slice(0, 10),
    found: MUTATIONS.flatMap(({ what }) => byName.get(what) ?? []),
  };
  writeFileSync(RESULTS_FILE, `${JSON.stringify(results, null, 1)}\n`);
}

async function main(): Promise<number> {
  const chosen = MUTATIONS.filter(
    (one) => options.only.length === 0 || options.only.some((text) => matches(one, text)),
  );
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (chosen.length === 0) {
    console.log(`No mutation matches ${options.only.join(", ")}. All of them: npm run mutate -- --list`);
    return 1;
  }
  if (options.list) {
    for (const { against, in: path, what } of chosen) console.log(`${against.join(", ")}: ${what} (${path})`);
    return 0;
  }
  const jobs = Math.max(1, Math.min(chosen.length, Number.parseInt(options.jobs, 10) || 1));
  const places = Array.from({ length: jobs }, copyOfSource);
  const red = await findRed(places, chosen);
  const possible = chosen.filter(({ tests }) => !tests.some((file) => red.has(file)));
  const began = performance.now();
  const found: Found[] = [];
  await inParallel(places, possible, async (folder, mutation) => {
    const result = await tryMutation(folder, mutation);
    found.push(result);
    if (options.record) record(found);
    const verdict = result.failed.length > 0 ? "caught  " : "SURVIVED";
    const place = `${String(found.length).padStart(3)}/${possible.length}`;
    console.log(
      `${place} ${verdict} ${String(result.seconds).padStart(4)} s  ${mutation.against[0]}: ${mutation.what}`,
    );
  });
  const survived = found.filter(({ failed }) => failed.length === 0);
  console.log(
    `\n${found.length} mutations, ${found.length - survived.length} caught, ${survived.length} survived, ${minutesSince(began)} min`,
  );
  for (const { what } of survived) console.log(`  SURVIVED ${what}`);
  if (possible.length < chosen.length) console.log(`  ${chosen.length - possible.length} could not be tried`);
  return survived.length === 0 && possible.length === chosen.length ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });
}
try {
  process.exitCode = await main();
} finally {
  cleanUp();
}

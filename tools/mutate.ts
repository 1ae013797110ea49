/**
 * `npm run mutate`: removes the defences from the source, one at a time, and checks that a test fails. The mutations are
 * data in test/mutations/. The tool works on copies; the source stays as it is.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sourceDigest } from "../test/mutations/digest.ts";
import { MUTATIONS } from "../test/mutations/index.ts";
import type { Mutation } from "../test/mutations/mutation.ts";
import { applied, readSource } from "../test/mutations/place.ts";
import { type Found, RESULTS_FILE, readResults } from "../test/mutations/results.ts";
import { readProofs } from "./conformance.ts";
import { Baseline, copyOfSource, named, removeCopies, runTests } from "./mutation-tests.ts";
import { failedProofs } from "./mutations.ts";

const HELP = `npm run mutate -- [--only <text>] [--jobs <number>] [--record] [--list] [--digest]

Removes the defences of the server, one at a time, and runs the tests that should notice. A mutation is caught if one of
them fails, and has SURVIVED if none does: then a test is missing. It works on a copy in a temporary folder.

  --only <text>     only mutations against this threat or rule ("threat 8", "RFC 6749 4.1.3-8"), in this file or
                    folder of src/, or with this text in their description; repeatable
  --jobs <number>   how many to run at a time (default: 1)
  --record          writes the results into test/mutations/results.json, from which docs/security.md is made
  --list            shows the mutations and runs nothing
  --digest          prints the digest of the source, and how many recorded results belong to it

First it runs the test that noticed a mutation the last time. If that one passes, it runs all tests that the mutation
names. It ends with status 1 if a mutation survived or has lost its place, or if a test fails without a mutation. A new
mutation is an entry in test/mutations/: what it removes, where, and which tests must fail.

Examples:
  npm run mutate -- --only "threat 8"
  npm run mutate -- --only rules/refresh-token.ts --jobs 2`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    jobs: { type: "string", default: "1" },
    record: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    digest: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

/** How many failed tests are recorded. */
const KEPT = 5;
/** For how many mutations the noticing tests run together without a mutation: their names must fit into one command. */
const CHECKED_TOGETHER = 100;
const proofs = readProofs();
const before = new Map(readResults().map((one) => [one.what, one.failed]));
/** The tests that noticed the mutation the last time. One is enough, unless the results are recorded. */
const knownTests = ({ what }: Mutation): readonly string[] =>
  (before.get(what) ?? []).slice(0, options.record ? KEPT : 1);

/** Changes the copy. Returns a function that restores it. */
function change(folder: string, mutation: Mutation): () => void {
  const source = readSource(join(folder, "src"));
  const changed = applied(source, [mutation, ...(mutation.also ?? [])]);
  for (const [file, text] of changed) writeFileSync(join(folder, "src", file), text);
  return () => {
    for (const file of changed.keys()) writeFileSync(join(folder, "src", file), source.text(file));
  };
}

/**
 * Runs first the test that noticed the mutation the last time. If it passes, runs all tests that the mutation names, file by
 * file, until one fails that claims the removed defence. Returns the names of the failed tests, those first.
 */
async function tryMutation(folder: string, mutation: Mutation, baseline: Baseline): Promise<string[]> {
  const restore = change(folder, mutation);
  // Results that are not recorded need not be complete.
  const flags = options.record ? [] : ["--bail=1"];
  const failedIn = async (files: readonly string[], only: string | undefined): Promise<string[]> => {
    const { failed, trouble } = await runTests(folder, { files, only }, flags);
    if (trouble !== null) console.log(`the tests of “${mutation.what}” could not run:\n${trouble}`);
    return failed.filter((name) => !baseline.red.has(name));
  };
  try {
    const known = knownTests(mutation);
    const failed = known.length === 0 ? [] : await failedIn(mutation.tests, named(known));
    const isEnough = options.record ? telling(mutation, failed).length > 0 : failed.length > 0;
    if (!isEnough) {
      for (const file of mutation.tests) {
        await baseline.check({ files: [file], only: mutation.only });
        failed.push(...(await failedIn([file], mutation.only)));
        if (telling(mutation, failed).length > 0) break;
      }
    }
    return [...new Set([...telling(mutation, failed), ...failed])].slice(0, KEPT);
  } finally {
    restore();
  }
}

/** The failed tests that claim the removed defence. */
const telling = ({ against }: Mutation, failed: readonly string[]): string[] =>
  against.flatMap((claim) => failedProofs(claim, failed, proofs));

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

const root = join(import.meta.dir, "..");
const source = readSource(join(root, "src"));

/** The files that the mutation changes. Null, with a line that says why, if it does not fit the source. */
function filesOf(mutation: Mutation): readonly string[] | null {
  try {
    return [...applied(source, [mutation, ...(mutation.also ?? [])]).keys()];
  } catch (error) {
    console.log(`LOST ITS PLACE “${mutation.what}”: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

const matches = ({ against, what }: Mutation, files: readonly string[], text: string): boolean =>
  against.some((claim) => claim === text) ||
  files.some((file) => `${file}/`.startsWith(`${text}/`)) ||
  what.includes(text);

/** Runs the tests that should notice, without a mutation. */
async function checkNoticingTests(baseline: Baseline, chosen: readonly Mutation[]): Promise<void> {
  const known = chosen.filter((mutation) => knownTests(mutation).length > 0);
  for (let at = 0; at < known.length; at += CHECKED_TOGETHER) {
    const some = known.slice(at, at + CHECKED_TOGETHER);
    const files = [...new Set(some.flatMap(({ tests }) => tests))];
    const names = [...new Set(some.flatMap(knownTests))];
    await baseline.check({ files, only: named(names) });
    console.log(`${at + some.length}/${known.length} without a mutation: ${names.length} tests`);
  }
}

/** Records the results. Earlier results of other mutations stay, with the digest of their source. */
function record(found: readonly Found[]): void {
  const byName = new Map([...readResults(), ...found].map((one) => [one.what, one]));
  const results = MUTATIONS.flatMap(({ what }) => byName.get(what) ?? []);
  writeFileSync(RESULTS_FILE, `${JSON.stringify(results, null, 1)}\n`);
}

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.digest) {
    const digest = sourceDigest(root);
    const results = readResults();
    const current = results.filter((one) => one.source === digest);
    console.log(`${digest} (${current.length} of ${results.length} results are made from this source)`);
    return 0;
  }
  const fitting = MUTATIONS.map((mutation) => ({ mutation, files: filesOf(mutation) }));
  const chosen = fitting.flatMap(({ mutation, files }) => {
    if (files === null) return [];
    const isWanted = options.only.some((text) => matches(mutation, files, text));
    if (options.only.length > 0 && !isWanted) return [];
    if (options.list) console.log(`${mutation.against.join(", ")}: ${mutation.what} (${files.join(", ")})`);
    return [mutation];
  });
  if (chosen.length === 0) {
    console.log(`No mutation matches ${options.only.join(", ")}. All of them: npm run mutate -- --list`);
    return 1;
  }
  const lost = fitting.filter(({ files }) => files === null).length;
  if (options.list) return lost === 0 ? 0 : 1;
  const jobs = Math.max(1, Math.min(chosen.length, Number.parseInt(options.jobs, 10) || 1));
  const pristine = copyOfSource();
  const places = Array.from({ length: jobs }, () => copyOfSource(pristine));
  const baseline = new Baseline(pristine);
  const digest = sourceDigest(pristine);
  const date = new Date().toISOString().slice(0, 10);
  const began = performance.now();
  const secondsSince = (time: number): number => Math.round((performance.now() - time) / 1000);
  await checkNoticingTests(baseline, chosen);
  const found: Found[] = [];
  await inParallel(places, chosen, async (folder, mutation) => {
    const { what, against } = mutation;
    const start = performance.now();
    const failed = await tryMutation(folder, mutation, baseline);
    found.push({ what, source: digest, date, failed });
    if (options.record) record(found);
    const verdict = failed.length > 0 ? "caught  " : "SURVIVED";
    const place = `${String(found.length).padStart(3)}/${chosen.length}`;
    console.log(`${place} ${verdict} ${String(secondsSince(start)).padStart(4)} s  ${against[0]}: ${what}`);
  });
  const survived = found.filter(({ failed }) => failed.length === 0);
  console.log(
    `\n${found.length} mutations, ${found.length - survived.length} caught, ${survived.length} survived, ${secondsSince(began)} s`,
  );
  if (lost > 0) console.log(`  ${lost} have lost their places; see above`);
  for (const { what } of survived) console.log(`  SURVIVED ${what}`);
  for (const name of baseline.red) console.log(`  fails without a mutation, and was not counted: ${name}`);
  for (const file of baseline.broken) console.log(`  could not run without a mutation: ${file}`);
  return lost + survived.length + baseline.red.size + baseline.broken.size === 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    removeCopies();
    process.exit(130);
  });
}
try {
  process.exitCode = await main();
} finally {
  removeCopies();
}

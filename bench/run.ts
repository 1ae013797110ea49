/** The frame of all measurements: the folder, the cores, an end without leftovers, and the place of the results. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommanderError } from "commander";
import { allowedCores, type Cores, planCores } from "./cores.ts";
import { describeHost, isInMemory } from "./host.ts";
import { type COMMON, type OptionsOf, parseOptions, type Readings } from "./options.ts";
import { look, takenBetween } from "./others.ts";
import { performancePages } from "./pages.ts";
import { type Pictures, resultsText, type Section, whyNotPublished } from "./report/publish.ts";
import type { Conditions } from "./results.ts";

/** The arguments of a measurement. */
export interface Setting extends Pick<Conditions, "date" | "host"> {
  /** An empty folder, which is removed after the run. */
  readonly folder: string;
  readonly cores: Cores;
  readonly say: (text: string) => void;
  /** The cores that other programs have taken since the start of the run; null if the system does not report it. */
  readonly takenCores: () => number | null;
}

type Common = typeof COMMON;

export interface Bench<All extends Readings & Common, Results extends Conditions> {
  readonly section: Section;
  /** The name of the script in package.json. */
  readonly command: string;
  readonly description: string;
  readonly options: All;
  measure(options: OptionsOf<All>, setting: Setting): Promise<Results>;
  figures(results: Results): string;
  pictures(results: Results): Pictures;
  /** Whether the command succeeds. Default: yes. */
  passes?(results: Results): boolean;
}

/** Returns the exit status. */
export async function runBench<All extends Readings & Common, Results extends Conditions>(
  bench: Bench<All, Results>,
  args: readonly string[],
): Promise<number> {
  try {
    const options = parseOptions(bench, args);
    const { folder, output, publish: isPublished }: OptionsOf<Common> = options;
    const results = await inFolder(resolve(folder), (setting) => bench.measure(options, setting));
    const [figures, pictures] = [bench.figures(results), bench.pictures(results)];
    console.log(`\n${figures}\n`);
    if (output !== null) {
      const files = Object.entries(pictures).map(([name, text]) => [`${name}.svg`, text]);
      const json = [`${bench.section}.json`, resultsText(results)];
      await write(resolve(output), [json, [`${bench.section}.md`, `${figures}\n`], ...files]);
    }
    const refusal = isPublished ? whyNotPublished(results) : null;
    if (refusal !== null) throw new Error(refusal);
    if (isPublished) await publish(bench.section, resultsText(results));
    return (bench.passes?.(results) ?? true) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function inFolder<Results>(
  parent: string,
  measure: (setting: Setting) => Promise<Results>,
): Promise<Results> {
  const folder = mkdtempSync(join(parent, "tessera-bench-"));
  // The contenders end with the run, however it ends, and its folder is removed.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  // PostgreSQL runs as another user, who may not read this folder, and makes its own on the same disk.
  process.env.TMPDIR = parent;
  const say = (text: string) => void process.stdout.write(text);
  if (isInMemory(folder))
    say(`${parent} is in memory: syncing costs nothing there. --folder names one on a disk.\n`);
  const cores = planCores(allowedCores());
  if (cores.generator === null) say("Nothing is pinned: that takes taskset and two cores.\n");
  const date = new Date().toISOString();
  const host = describeHost(folder, cores.generator !== null);
  const begun = look();
  const takenCores = () => takenBetween(begun, look());
  try {
    return await measure({ date, host, folder, cores, say, takenCores });
  } finally {
    remove();
  }
}

async function publish(section: Section, results: string): Promise<void> {
  const root = join(import.meta.dir, "..");
  await Bun.write(join(root, `bench/results/${section}.json`), results);
  for (const [name, make] of Object.entries(performancePages))
    await Bun.write(join(root, "docs", name), make());
}

async function write(folder: string, files: readonly (readonly string[])[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name = "", text = ""] of files) await Bun.write(join(folder, name), text);
  console.log(`Written to ${folder}.`);
}

/** What all measurements have in common: a folder, the cores, an end that leaves nothing behind, and a place for results. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommanderError } from "commander";
import { allowedCores, type Cores, planCores } from "./cores.ts";
import { describeHost, isInMemory } from "./host.ts";
import type { CommonOptions } from "./options.ts";
import { look, takenBetween } from "./others.ts";
import { type Pictures, publish, resultsText, type Section, whyNotPublished } from "./report/publish.ts";
import type { Conditions } from "./results.ts";
import { findWrk, HOW_TO_INSTALL } from "./wrk.ts";

/** What a measurement is given. */
export interface Setting extends Pick<Conditions, "date" | "host"> {
  /** Empty, and gone when the run is over. */
  readonly folder: string;
  readonly cores: Cores;
  readonly say: (text: string) => void;
  /** How many cores other programs have taken since the run began; null where the system does not tell. */
  readonly takenCores: () => number | null;
}

export interface Bench<Options extends CommonOptions, Results extends Conditions> {
  readonly section: Section;
  /** Throws CommanderError. */
  parse(args: readonly string[]): Options;
  measure(options: Options, setting: Setting): Promise<Results>;
  figures(results: Results): string;
  pictures(results: Results): Pictures;
  /** Whether the command succeeds; it does if there is nothing to say. */
  passes?(results: Results): boolean;
}

/** Returns the exit status. */
export async function runBench<Options extends CommonOptions, Results extends Conditions>(
  bench: Bench<Options, Results>,
  args: readonly string[],
): Promise<number> {
  try {
    const options = bench.parse(args);
    if (findWrk() === null) throw new Error(HOW_TO_INSTALL);
    const results = await inFolder(bench, options);
    const figures = bench.figures(results);
    console.log(`\n${figures}\n`);
    if (options.output !== undefined) await write(bench, results, resolve(options.output));
    const refusal = options.publish === true ? whyNotPublished(results) : null;
    if (refusal !== null) throw new Error(refusal);
    if (options.publish === true) await publish(bench.section, results, figures, bench.pictures(results));
    return (bench.passes?.(results) ?? true) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function inFolder<Options extends CommonOptions, Results extends Conditions>(
  bench: Bench<Options, Results>,
  options: Options,
): Promise<Results> {
  const folder = mkdtempSync(join(resolve(options.folder), `tessera-bench-${bench.section}-`));
  // However it ends: the contenders end with it, and nothing stays behind.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  // PostgreSQL makes a folder of its own, as a user who may not look into this one; it belongs on the same disk.
  process.env.TMPDIR = resolve(options.folder);
  const say = (text: string) => void process.stdout.write(text);
  if (isInMemory(folder))
    say(`${options.folder} is in memory: syncing costs nothing there. --folder names one on a disk.\n`);
  const cores = planCores(allowedCores());
  if (cores.generator === null) say("Nothing is pinned: that takes taskset and two cores.\n");
  const date = new Date().toISOString();
  const host = describeHost(folder, cores.generator !== null);
  const begun = look();
  const takenCores = () => takenBetween(begun, look());
  try {
    return await bench.measure(options, { date, host, folder, cores, say, takenCores });
  } finally {
    remove();
  }
}

async function write<Results extends Conditions>(
  { section, figures, pictures }: Pick<Bench<CommonOptions, Results>, "section" | "figures" | "pictures">,
  results: Results,
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await Bun.write(join(folder, `${section}.json`), resultsText(results));
  await Bun.write(join(folder, `${section}.md`), `${figures(results)}\n`);
  for (const [name, text] of Object.entries(pictures(results)))
    await Bun.write(join(folder, `${name}.svg`), text);
  console.log(`Written to ${folder}.`);
}

/** `npm run bench:growth`: what changes as more and more tokens are stored, and what does not. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemIo } from "../../src/cli/io.ts";
import { startProgress } from "../../src/cli/progress.ts";
import { bare } from "../contenders/bare.ts";
import { describeHost, isBusy, isInMemory } from "../host.ts";
import { measureAll, type Started } from "../measure.ts";
import { createProgress } from "../progress.ts";
import { publish } from "../report/publish.ts";
import type { Measurement } from "../results.ts";
import { findWrk, HOW_TO_INSTALL } from "../wrk.ts";
import { cleanUpOnce } from "./cleaning.ts";
import { sizeTitle, startOn, workloadNamed } from "./contenders.ts";
import { buildDatabase, type Expired, type GrownDatabase } from "./database.ts";
import { CommanderError, type GrowthOptions, parseOptions } from "./options.ts";
import { figures, growthPlot, page } from "./report.ts";
import {
  contenderName,
  type GrowthResults,
  type GrowthSettings,
  INTROSPECTION,
  ISSUING,
  type StartRound,
} from "./results.ts";
import { startOnce } from "./starts.ts";

type Say = (text: string) => void;

const EXPIRED: readonly Expired[] = ["together", "scattered"];
/** Each takes seconds, and gives the longest wait of many. */
const MOST_CLEAN_UPS = 3;

async function run(options: GrowthOptions): Promise<GrowthResults> {
  const folder = mkdtempSync(join(resolve(options.folder), "tessera-growth-"));
  // However it ends: the servers end with it, and nothing stays behind.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const say: Say = (text) => void process.stdout.write(text);
  if (isInMemory(folder))
    say(`${options.folder} is in memory: syncing costs nothing there. --folder names one on a disk.\n\n`);
  try {
    const host = describeHost(folder);
    if (isBusy(host)) say(`The machine is busy (load ${host.loadBefore}): expect figures that vary.\n\n`);
    const date = new Date().toISOString();
    const { seconds, rounds, connections, threads, tokens, starts, expired } = options;
    const settings: GrowthSettings = { seconds, rounds, connections, threads, tokens, starts, expired };
    const databases = await build(options, folder, say);
    return {
      format: 1,
      date,
      host,
      settings,
      stored: databases.map(({ tokens: stored, fileBytes, fillSeconds }) => ({
        tokens: stored,
        fileBytes,
        fillSeconds,
      })),
      starts: await measureStarts(databases, settings, say),
      measurements: await measureLoad(databases, settings, options.warmUp, folder, say),
      cleanUps: await measureCleanUps(databases, settings, say),
    };
  } finally {
    remove();
  }
}

async function build(options: GrowthOptions, folder: string, say: Say): Promise<GrownDatabase[]> {
  const databases: GrownDatabase[] = [];
  for (const tokens of options.sizes) {
    say(`Storing ${sizeTitle(tokens)}.\n`);
    const shown = startProgress(systemIo, { label: "Storing", unit: "rows", json: false });
    databases.push(
      await buildDatabase({
        folder: join(folder, contenderName(tokens)),
        tokens,
        sample: options.tokens,
        progress: (done) => shown.show(done, tokens),
      }),
    );
    shown.end();
  }
  return databases;
}

async function measureStarts(
  databases: readonly GrownDatabase[],
  { starts }: GrowthSettings,
  say: Say,
): Promise<GrowthResults["starts"]> {
  say("\nStarting on each in turn:");
  const measured = databases.map(({ tokens }) => ({ tokens, rounds: [] as StartRound[] }));
  for (let round = 0; round <= starts; round += 1) {
    say(round === 0 ? " (warm-up)" : ` ${round}`);
    for (const [index, database] of databases.entries()) {
      const start = await startOnce(database, round);
      if (round > 0) measured[index]?.rounds.push(start);
    }
  }
  say("\n");
  return measured;
}

async function measureLoad(
  databases: readonly GrownDatabase[],
  settings: GrowthSettings,
  warmUpSeconds: number,
  folder: string,
  say: Say,
): Promise<Measurement[]> {
  say("\n");
  const started: Started[] = [];
  try {
    started.push({ contender: bare, running: await bare.start(join(folder, bare.name)) });
    for (const database of databases) started.push(await startOn(database));
    // What is issued is stored too, so introspection comes first.
    const workloads = [INTROSPECTION, ISSUING].map(workloadNamed);
    const progress = createProgress(started.length * workloads.length * (settings.rounds + 1), say);
    return await measureAll({ started, workloads, settings, warmUpSeconds, folder, progress });
  } finally {
    await Promise.allSettled(started.map(({ running }) => running.stop()));
  }
}

async function measureCleanUps(
  databases: readonly GrownDatabase[],
  { expired, rounds }: GrowthSettings,
  say: Say,
): Promise<GrowthResults["cleanUps"]> {
  const all = EXPIRED.flatMap((how) =>
    databases.map((database) => ({ database, how, rounds: [] as Awaited<ReturnType<typeof cleanUpOnce>>[] })),
  );
  say("\n");
  for (let round = 1; round <= Math.min(rounds, MOST_CLEAN_UPS); round += 1) {
    for (const { database, how, rounds: measured } of all) {
      say(`Clean-up ${round} with ${sizeTitle(database.tokens)}, ${how}: `);
      const cleanUp = await cleanUpOnce(database, how, expired);
      measured.push(cleanUp);
      say(
        `${Math.round(cleanUp.rows / cleanUp.seconds)} rows/s, the longest wait ${Math.round(cleanUp.longestMillis)} ms\n`,
      );
    }
  }
  return all.map(({ database: { tokens }, how, rounds: measured }) => ({
    tokens,
    expired: how,
    rounds: measured,
  }));
}

async function write(results: GrowthResults, options: GrowthOptions): Promise<void> {
  const output = resolve(options.output ?? join(import.meta.dir, "../results"));
  mkdirSync(output, { recursive: true });
  const name = `growth-${results.date.slice(0, 10)}-${results.host.kind}.json`;
  await Bun.write(join(output, name), `${JSON.stringify(results, null, 2)}\n`);
  await Bun.write(join(output, "growth.md"), page(results));
  await Bun.write(join(output, "growth.svg"), growthPlot(results));
  if (options.publish) await publish("growth", figures(results), growthPlot(results));
  console.log(`\n${page(results)}\nWritten to ${output}: ${name}, growth.md, growth.svg.`);
}

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (findWrk() === null) throw new Error(HOW_TO_INSTALL);
    await write(await run(options), options);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));

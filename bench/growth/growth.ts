/** `npm run bench:growth`: what changes as more and more tokens are stored, and what does not. */
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { bare } from "../contenders/bare.ts";
import { startOn } from "../cores.ts";
import { measureAll, type Started } from "../measure.ts";
import { above, type LoadOptions, newCommand, withLoad } from "../options.ts";
import { Patience } from "../others.ts";
import { createProgress } from "../progress.ts";
import type { Measurement } from "../results.ts";
import type { Bench, Setting } from "../run.ts";
import { workloadNamed } from "../workloads.ts";
import { cleanUpOnce } from "./cleaning.ts";
import { serveUnderLoad, sizeTitle, startOnce } from "./contenders.ts";
import { buildDatabase, type Expired, type GrownDatabase } from "./database.ts";
import { figures, growthPlot } from "./report.ts";
import {
  type CleanUpRound,
  contenderName,
  type GrowthResults,
  INTROSPECTION,
  ISSUING,
  type StartRound,
} from "./results.ts";

interface GrowthOptions extends LoadOptions {
  /** Numbers of stored tokens, least first. */
  readonly sizes: readonly number[];
  readonly starts: number;
  readonly expired: number;
  readonly tokens: number;
}

const SIZES = [10_000, 1_000_000, 10_000_000];
const EXPIRED: readonly Expired[] = ["together", "scattered"];
/** Each takes seconds, and gives the longest wait of many. */
const MOST_CLEAN_UPS = 3;

/** Reads numbers separated by commas, such as `10000,1e6`. Each counts once, in the order of size. */
export function parseSizes(text: string): readonly number[] {
  const sizes = text.split(",").map((size) => (size.trim() === "" ? Number.NaN : Number(size)));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new InvalidArgumentError("Sizes are whole numbers from 1 on, separated by commas: 10000,1e6.");
  }
  return [...new Set(sizes)].sort((one, other) => one - other);
}

const parse = (args: readonly string[]): GrowthOptions => {
  const { sizes = SIZES, ...options } = withLoad(
    newCommand("bench:growth", "Measures Tessera on the embedded database with more and more tokens in it."),
  )
    .option(
      "--sizes <numbers>",
      "how many active access tokens, separated by commas (default: 10000,1000000,10000000, which take 5.5 GB)",
      parseSizes,
    )
    .option("--starts <number>", "how often the server is started on each size", above(1, true), 11)
    .option("--expired <number>", "how many expired tokens each clean-up is given", above(100, true), 20_000)
    .option("--tokens <number>", "how many of the stored tokens are introspected", above(1, true), 100_000)
    .addHelpText(
      "after",
      `
At each size: introspection of stored tokens and client_credentials beside a bare handler, the time from the start of the
process to its first answer, memory, bytes on disk per token, and clean-up.

Examples:
  npm run bench:growth                                   10 thousand, 1 million and 10 million tokens: about 20 minutes
  npm run bench:growth -- --sizes 10000,1000000          without the longest part
  npm run bench:growth -- --sizes 10000,100000 --rounds 2 --seconds 1 --starts 3     in a minute, roughly`,
    )
    .parse([...args], { from: "user" })
    .opts<Omit<GrowthOptions, "sizes"> & { sizes?: readonly number[] }>();
  return { ...options, sizes };
};

async function measure(options: GrowthOptions, setting: Setting): Promise<GrowthResults> {
  const { date, host, takenCores } = setting;
  const { seconds, rounds, connections, threads, tokens, starts, expired } = options;
  const databases = await build(options, setting);
  const results = {
    settings: { seconds, rounds, connections, threads, tokens, starts, expired },
    stored: databases.map(({ tokens, fileBytes, fillSeconds }) => ({ tokens, fileBytes, fillSeconds })),
    starts: await measureStarts(databases, starts, setting),
    measurements: await measureLoad(databases, options, setting),
    cleanUps: await measureCleanUps(databases, options, setting),
  };
  return { date, host, takenCores: takenCores(), ...results };
}

async function build(options: GrowthOptions, { folder, say }: Setting): Promise<GrownDatabase[]> {
  const databases: GrownDatabase[] = [];
  for (const tokens of options.sizes) {
    say(`Storing ${sizeTitle(tokens)}:`);
    let tenths = 0;
    const progress = (done: number) => {
      for (; tenths < Math.floor((10 * done) / tokens); tenths += 1) say(` ${tenths + 1}0 %`);
    };
    const own = join(folder, contenderName(tokens));
    databases.push(await buildDatabase({ folder: own, tokens, sample: options.tokens, progress }));
    say("\n");
  }
  return databases;
}

async function measureStarts(
  databases: readonly GrownDatabase[],
  starts: number,
  { say }: Setting,
): Promise<GrowthResults["starts"]> {
  say("Starting on each in turn:");
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
  options: GrowthOptions,
  { folder, cores, say }: Setting,
): Promise<Measurement[]> {
  const started: Started[] = [];
  const own = cores.forContender(1);
  try {
    started.push({ contender: bare, running: await startOn(own, () => bare.start(join(folder, bare.name))) });
    for (const database of databases) started.push(await startOn(own, () => serveUnderLoad(database)));
    return await measureAll({
      started,
      // What is issued is stored too, so introspection comes first.
      workloads: [INTROSPECTION, ISSUING].map(workloadNamed),
      settings: options,
      warmUpSeconds: options.warmUp,
      patience: new Patience(options.patience),
      core: cores.generator,
      folder,
      progress: createProgress(say),
    });
  } finally {
    await Promise.allSettled(started.map(({ running }) => running.stop()));
  }
}

async function measureCleanUps(
  databases: readonly GrownDatabase[],
  { expired, rounds }: GrowthOptions,
  { say }: Setting,
): Promise<GrowthResults["cleanUps"]> {
  const all = EXPIRED.flatMap((how) =>
    databases.map((database) => ({ database, how, measured: [] as CleanUpRound[] })),
  );
  for (let round = 1; round <= Math.min(rounds, MOST_CLEAN_UPS); round += 1) {
    for (const { database, how, measured } of all) {
      const cleanUp = await cleanUpOnce(database, how, expired);
      measured.push(cleanUp);
      say(
        `Clean-up ${round} with ${sizeTitle(database.tokens)}, ${how}: ${Math.round(cleanUp.rows / cleanUp.seconds)} rows/s\n`,
      );
    }
  }
  return all.map(({ database, how, measured }) => {
    return { tokens: database.tokens, expired: how, rounds: measured };
  });
}

export const growth: Bench<GrowthOptions, GrowthResults> = {
  section: "growth",
  parse,
  measure,
  figures,
  pictures: (results) => ({ growth: growthPlot(results) }),
};

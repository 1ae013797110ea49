/** `npm run bench:growth`: whether figures change as more tokens are stored. */
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { bare } from "../contenders/bare.ts";
import { startOn } from "../cores.ts";
import { measureAll, type Started } from "../measure.ts";
import { COMMON, count, LOAD, type OptionsOf } from "../options.ts";
import { Patience } from "../others.ts";
import type { Measurement } from "../results.ts";
import type { Bench, Setting } from "../run.ts";
import { workloadNamed } from "../workloads.ts";
import { requireWrk } from "../wrk.ts";
import { cleanUpOnce } from "./cleaning.ts";
import { serveUnderLoad, sizeTitle, startOnce } from "./contenders.ts";
import { buildDatabase, type Expired, type GrownDatabase } from "./database.ts";
import { figures, growthPlot } from "./report.ts";
import { type CleanUpRound, contenderName, type GrowthResults, INTROSPECTION, ISSUING } from "./results.ts";

const EXPIRED: readonly Expired[] = ["together", "scattered"];
/** Each takes seconds, and gives the longest of many waits. */
const MOST_CLEAN_UPS = 3;

/** Parses numbers separated by commas, such as `10000,1e6`. Drops doubles and sorts by size. */
export function parseSizes(text: string): readonly number[] {
  const sizes = text.split(",").map((size) => (size.trim() === "" ? Number.NaN : Number(size)));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new InvalidArgumentError("Sizes are whole numbers from 1 on, separated by commas: 10000,1e6.");
  }
  return [...new Set(sizes)].sort((one, other) => one - other);
}

const OPTIONS = {
  sizes: {
    words: "how many active access tokens, separated by commas; ten million take 5 GB",
    value: "numbers",
    read: parseSizes,
    otherwise: [10_000, 1_000_000, 10_000_000] as readonly number[],
    shown: "10000,1e6,1e7",
  },
  starts: count("how often the server is started on each size", 11),
  expired: count("how many expired access tokens each clean-up is given", 20_000, 100),
  tokens: count("how many of the stored tokens are introspected", 100_000),
  ...LOAD,
  ...COMMON,
};

type Options = OptionsOf<typeof OPTIONS>;

async function measure(options: Options, setting: Setting): Promise<GrowthResults> {
  const { date, host, takenCores } = setting;
  const { seconds, rounds, connections, tokens, starts, expired } = options;
  requireWrk();
  const databases = await build(options, setting);
  const results = {
    settings: { seconds, rounds, connections, tokens, starts, expired },
    stored: databases.map(({ tokens, fileBytes, fillSeconds }) => ({ tokens, fileBytes, fillSeconds })),
    starts: await measureStarts(databases, starts, setting),
    measurements: await measureLoad(databases, options, setting),
    cleanUps: await measureCleanUps(databases, options, setting),
  };
  return { date, host, takenCores: takenCores(), ...results };
}

async function build(options: Options, { folder, say }: Setting): Promise<GrownDatabase[]> {
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
  say(`Starting ${starts} times on each in turn.\n`);
  const all = databases.map((database) => ({
    database,
    rounds: [] as Awaited<ReturnType<typeof startOnce>>[],
  }));
  // The first is a warm-up, and does not count.
  for (let round = 0; round <= starts; round += 1)
    for (const { database, rounds } of all) rounds.push(await startOnce(database, round));
  return all.map(({ database: { tokens }, rounds }) => ({ tokens, rounds: rounds.slice(1) }));
}

async function measureLoad(
  databases: readonly GrownDatabase[],
  options: Options,
  { folder, cores, say }: Setting,
): Promise<Measurement[]> {
  const started: Started[] = [];
  const own = cores.forContender(1);
  try {
    started.push({ contender: bare, running: await startOn(own, () => bare.start(join(folder, bare.name))) });
    for (const database of databases) started.push(await startOn(own, () => serveUnderLoad(database)));
    // Introspection comes first, because issued tokens are stored.
    const workloads = [INTROSPECTION, ISSUING].map(workloadNamed);
    const { warmUp, patience } = options;
    const limits = { settings: options, warmUpSeconds: warmUp, patience: new Patience(patience) };
    return await measureAll({ ...limits, started, workloads, core: cores.generator, folder, say });
  } finally {
    await Promise.allSettled(started.map(({ running }) => running.stop()));
  }
}

async function measureCleanUps(
  databases: readonly GrownDatabase[],
  { expired, rounds: count }: Options,
  { say }: Setting,
): Promise<GrowthResults["cleanUps"]> {
  const all = EXPIRED.flatMap((how) =>
    databases.map((database) => ({ database, how, rounds: [] as CleanUpRound[] })),
  );
  for (let round = 1; round <= Math.min(count, MOST_CLEAN_UPS); round += 1) {
    for (const { database, how, rounds } of all) {
      say(`Clean-up ${round} with ${sizeTitle(database.tokens)}, ${how}.\n`);
      rounds.push(await cleanUpOnce(database, how, expired));
    }
  }
  return all.map(({ database: { tokens }, how, rounds }) => ({ tokens, expired: how, rounds }));
}

export const growth: Bench<typeof OPTIONS, GrowthResults> = {
  section: "growth",
  command: "bench:growth",
  description: "Measures Tessera on the embedded database with more and more tokens in it.",
  options: OPTIONS,
  measure,
  figures,
  pictures: (results) => ({ growth: growthPlot(results) }),
};

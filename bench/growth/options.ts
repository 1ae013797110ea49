/** The command line of `npm run bench:growth`. */
import { cpus, tmpdir } from "node:os";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { above } from "../options.ts";

export interface GrowthOptions {
  /** Numbers of stored tokens, least first. */
  readonly sizes: readonly number[];
  readonly seconds: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly starts: number;
  readonly expired: number;
  readonly connections: number;
  readonly threads: number;
  readonly tokens: number;
  /** Where the databases lie while it runs. */
  readonly folder: string;
  /** Where the results go; bench/results if it is not named. */
  readonly output?: string;
  readonly publish?: boolean;
}

const SIZES = [10_000, 1_000_000, 10_000_000];

/** Reads numbers separated by commas, such as `10000,1e6`. Each counts once, in the order of size. */
export function parseSizes(text: string): readonly number[] {
  const sizes = text.split(",").map((size) => (size.trim() === "" ? Number.NaN : Number(size)));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new InvalidArgumentError("Sizes are whole numbers from 1 on, separated by commas: 10000,1e6.");
  }
  return [...new Set(sizes)].sort((one, other) => one - other);
}

/** Throws CommanderError, after its words have been written. */
export function parseOptions(args: readonly string[]): GrowthOptions {
  const program = new Command("npm run bench:growth --")
    .description("Measures Tessera on the embedded database with more and more tokens in it.")
    .exitOverride()
    .option(
      "--sizes <numbers>",
      "how many active access tokens, separated by commas (default: 10000,1000000,10000000)",
      parseSizes,
      undefined,
    )
    .option("--seconds <number>", "how long each round lasts", above(0.1, false), 2)
    .option(
      "--warm-up <number>",
      "seconds of load before the first round, which count for nothing",
      above(0.1, false),
      1,
    )
    .option("--rounds <number>", "how often each size has its turn", above(1, true), 5)
    .option("--starts <number>", "how often the server is started on each size", above(1, true), 11)
    .option(
      "--expired <number>",
      "how many expired access tokens each clean-up is given",
      above(100, true),
      20_000,
    )
    .option("--connections <number>", "how many connections wrk keeps open", above(1, true), 32)
    .option(
      "--threads <number>",
      "how many threads wrk has",
      above(1, true),
      Math.max(1, Math.floor(cpus().length / 4)),
    )
    .option(
      "--tokens <number>",
      "how many of the stored tokens are introspected, in random order",
      above(1, true),
      100_000,
    )
    .option(
      "--folder <path>",
      "where the databases lie meanwhile, 5.5 GB for 10 million tokens: on a disk, or syncing costs nothing",
      tmpdir(),
    )
    .option("--output <path>", "where the results go (default: bench/results)")
    .option("--publish", "also write the figures and the plot of docs/performance.md")
    .addHelpText(
      "after",
      `
What is measured, at each size: introspection of the stored tokens and issuing by client_credentials, both beside a bare
handler; the time from the start of the process to its first answer; memory; bytes on disk per token; and clean-up.

Examples:
  npm run bench:growth                                   10 thousand, 1 million and 10 million tokens: about 15 minutes
  npm run bench:growth -- --sizes 10000,1000000          without the longest part
  npm run bench:growth -- --sizes 10000,100000 --rounds 2 --seconds 1 --starts 3     in a minute, roughly

For figures that can be trusted: nothing else on the machine, and several rounds. Ratios hold across machines.`,
    );
  program.parse([...args], { from: "user" });
  const { sizes = SIZES, ...options } = program.opts<
    Omit<GrowthOptions, "sizes"> & { sizes?: readonly number[] }
  >();
  return { ...options, sizes };
}

export { CommanderError };

/** The command line of `npm run bench`. */
import { cpus, tmpdir } from "node:os";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Contender } from "./contenders/contender.ts";
import { CONTENDERS } from "./contenders/index.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

export interface BenchOptions {
  readonly contenders: readonly Contender[];
  readonly workloads: readonly Workload[];
  readonly seconds: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly connections: number;
  readonly threads: number;
  readonly tokens: number;
  /** Where the databases lie while it runs. */
  readonly folder: string;
  /** Where the results go; bench/results if it is not named. */
  readonly output?: string;
  readonly publish?: boolean;
}

/** Names with their titles, for the help. */
export const listOf = (named: readonly { readonly name: string; readonly title: string }[]): string =>
  named.map(({ name, title }) => `  ${name.padEnd(24)}${title}`).join("\n");

/** Reads names separated by commas, in the order of `all`. */
export const choose =
  <Named extends { readonly name: string }>(all: readonly Named[]) =>
  (text: string): readonly Named[] => {
    const names = text.split(",").map((name) => name.trim());
    const unknown = names.filter((name) => !all.some((each) => each.name === name));
    if (unknown.length > 0) {
      throw new InvalidArgumentError(
        `There is no ${unknown.join(", ")}. There are ${all.map(({ name }) => name).join(", ")}.`,
      );
    }
    return all.filter(({ name }) => names.includes(name));
  };

/** Reads a number that is not less. */
export const above = (least: number, isWhole: boolean) => (text: string) => {
  const number = Number(text);
  if (text.trim() === "" || !(number >= least) || (isWhole && !Number.isInteger(number))) {
    throw new InvalidArgumentError(`It is a ${isWhole ? "whole " : ""}number from ${least} on.`);
  }
  return number;
};

/** Throws CommanderError, after its words have been written. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const program = new Command("npm run bench --")
    .description("Measures Tessera beside its limit and its peers, on this machine, over loopback.")
    .exitOverride()
    .addOption(
      new Option("--contenders <names>", "who takes part, separated by commas")
        .argParser(choose(CONTENDERS))
        .default(CONTENDERS, "all"),
    )
    .addOption(
      new Option("--workloads <names>", "what is measured, separated by commas")
        .argParser(choose(WORKLOADS))
        .default(WORKLOADS, "all"),
    )
    .option("--seconds <number>", "how long each round lasts", above(0.1, false), 2)
    .option(
      "--warm-up <number>",
      "seconds of load before the first round, which count for nothing",
      above(0.1, false),
      1,
    )
    .option("--rounds <number>", "how often each contender has its turn", above(1, true), 5)
    .option("--connections <number>", "how many connections wrk keeps open", above(1, true), 32)
    .option(
      "--threads <number>",
      "how many threads wrk has",
      above(1, true),
      Math.max(1, Math.floor(cpus().length / 4)),
    )
    .option("--tokens <number>", "how many tokens introspection-mix has", above(1, true), 100_000)
    .option(
      "--folder <path>",
      "where the databases lie meanwhile: on a disk, or syncing costs nothing",
      tmpdir(),
    )
    .option("--output <path>", "where the results go (default: bench/results)")
    .option("--publish", "also write the figures and the chart of docs/performance.md")
    .addHelpText(
      "after",
      `
Contenders:
${listOf(CONTENDERS)}

Workloads:
${listOf(WORKLOADS)}

Examples:
  npm run bench                                            everything: about 15 minutes
  npm run bench -- --rounds 3 --seconds 1                  everything, roughly
  npm run bench -- --workloads introspection --contenders bare,tessera-sqlite

For figures that can be trusted: nothing else on the machine, and several rounds. The ratio to \`bare\` holds across
machines; requests per second do not. An answer that is not as it must be ends the run.`,
    );
  program.parse([...args], { from: "user" });
  return program.opts<BenchOptions>();
}

export { CommanderError };

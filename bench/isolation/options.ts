/** The command line of `npm run bench:isolation`. */
import { tmpdir } from "node:os";
import { Command, CommanderError, Option } from "commander";
import { above, choose, listOf } from "../options.ts";
import { WORKLOADS, type Workload } from "../workloads.ts";
import { DISTURBANCES, type Disturbance } from "./disturbances.ts";
import { ENGINES } from "./subject.ts";

export interface IsolationOptions {
  readonly engines: typeof ENGINES;
  readonly beside: readonly Disturbance[];
  readonly overload: readonly Workload[];
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly rows: number;
  readonly folder: string;
  readonly output?: string;
  readonly publish?: boolean;
}

const OVERLOADED = WORKLOADS.filter(({ name }) =>
  ["introspection", "client-credentials", "refresh"].includes(name),
);
const NOTHING = { name: "none", title: "nothing" };

/** As `choose`, where `none` is nothing. */
const chooseOrNone =
  <Named extends { readonly name: string; readonly title: string }>(all: readonly Named[]) =>
  (text: string): readonly Named[] =>
    text === NOTHING.name ? [] : choose(all)(text);

/** Throws CommanderError, after its words have been written. */
export function parseOptions(args: readonly string[]): IsolationOptions {
  const program = new Command("npm run bench:isolation --")
    .description(
      "Measures how long introspection takes while the server has something else to do, and how much is answered in time when more is asked than can be done.",
    )
    .exitOverride()
    .addOption(
      new Option("--engines <names>", "databases, separated by commas")
        .argParser(choose(ENGINES))
        .default(ENGINES, "all"),
    )
    .addOption(
      new Option("--beside <names>", "what goes on beside introspection, or none")
        .argParser(chooseOrNone(DISTURBANCES))
        .default(DISTURBANCES, "all"),
    )
    .addOption(
      new Option("--overload <names>", "what more is asked of than can be done, or none")
        .argParser(chooseOrNone(OVERLOADED))
        .default(OVERLOADED, "all"),
    )
    .option("--seconds <number>", "how long each look lasts", above(0.1, false), 3)
    .option("--rounds <number>", "how often everything has its turn", above(1, true), 3)
    .option("--connections <number>", "how many connections an overload has", above(1, true), 2000)
    .option(
      "--rows <number>",
      "how many tokens are in the database, and how many are cleaned up",
      above(1, true),
      100_000,
    )
    .option(
      "--folder <path>",
      "where the databases lie meanwhile: on a disk, or syncing costs nothing",
      tmpdir(),
    )
    .option("--output <path>", "where the results go (default: bench/results)")
    .option("--publish", "also write the figures of docs/performance.md")
    .addHelpText(
      "after",
      `
Engines:
${listOf(ENGINES)}

Beside introspection:
${listOf(DISTURBANCES)}

Overload, at one, two and three times the capacity:
${listOf(OVERLOADED)}

Examples:
  npm run bench:isolation                                     everything: about 15 minutes
  npm run bench:isolation -- --engines sqlite --rounds 1      everything of one database, roughly
  npm run bench:isolation -- --beside sign-ins --overload none --rounds 5
  npm run bench:isolation -- --beside none --overload refresh --connections 4000

For figures that can be trusted: nothing else on the machine. Ratios within a round hold better than times.`,
    );
  program.parse([...args], { from: "user" });
  return program.opts<IsolationOptions>();
}

export { CommanderError };

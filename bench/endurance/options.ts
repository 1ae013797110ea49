/** The command line of `npm run bench:endurance`. */
import { tmpdir } from "node:os";
import { Command, CommanderError, Option } from "commander";
import { above, choose, listOf } from "../options.ts";
import { CONTENDERS, type Contender } from "./server.ts";

export interface EnduranceOptions {
  readonly contenders: readonly Contender[];
  readonly minutes: number;
  readonly rate: number;
  readonly connections: number;
  readonly hour?: boolean;
  readonly saturated?: boolean;
  /** Where the databases lie while it runs. */
  readonly folder: string;
  /** Where the results go; bench/results if it is not named. */
  readonly output?: string;
  readonly publish?: boolean;
}

/** Throws CommanderError, after its words have been written. */
export function parseOptions(args: readonly string[]): EnduranceOptions {
  const program = new Command("npm run bench:endurance --")
    .description(
      "Keeps Tessera under mixed load, and says whether its memory and its latency stay what they are.",
    )
    .exitOverride()
    .addOption(
      new Option("--contenders <names>", "who is measured, one after the other, separated by commas")
        .argParser(choose(CONTENDERS))
        .default(
          CONTENDERS.filter(({ name }) => name === "sqlite"),
          "sqlite",
        ),
    )
    .option("--minutes <number>", "how long the load lasts", above(0.05, false), 2)
    .option("--hour", "the same as --minutes 60")
    .option("--rate <number>", "operations per second, whether or not answers come", above(1, false), 500)
    .option("--saturated", "as many as the server can do, instead of --rate")
    .option("--connections <number>", "how many connections are kept open", above(1, true), 32)
    .option(
      "--folder <path>",
      "where the databases lie meanwhile: on a disk, or syncing costs nothing",
      tmpdir(),
    )
    .option("--output <path>", "where the results go (default: bench/results)")
    .option("--publish", "also write the figures and the pictures of docs/performance.md")
    .addHelpText(
      "after",
      `
Contenders:
${listOf(CONTENDERS)}

Examples:
  npm run bench:endurance                                    two minutes on the embedded database
  npm run bench:endurance -- --hour --contenders sqlite,postgres
  npm run bench:endurance -- --minutes 10 --saturated

The exit status is not 0 if any request was answered otherwise than it must be, or if memory grew.`,
    );
  program.parse([...args], { from: "user" });
  return program.opts<EnduranceOptions>();
}

export { CommanderError };

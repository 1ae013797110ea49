/** What the command lines of all measurements have in common. */
import { cpus, tmpdir } from "node:os";
import { Command, InvalidArgumentError } from "commander";

export interface CommonOptions {
  /** Where the databases lie while it runs. */
  readonly folder: string;
  /** Where the results go. */
  readonly output?: string;
  readonly publish?: boolean;
}

/** What is said of a load by wrk. */
export interface LoadOptions extends CommonOptions {
  readonly seconds: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly patience: number;
  readonly connections: number;
  readonly threads: number;
}

interface Named {
  readonly name: string;
  readonly title: string;
}

/** Names with their titles, for the help. */
export const listOf = (named: readonly Named[]): string =>
  named.map(({ name, title }) => `  ${name.padEnd(24)}${title}`).join("\n");

/** Reads names separated by commas, in the order of `all`. */
export const choose =
  <Each extends Named>(all: readonly Each[]) =>
  (text: string): readonly Each[] => {
    const names = text.split(",").map((name) => name.trim());
    const unknown = names.filter((name) => !all.some((each) => each.name === name));
    if (unknown.length > 0) {
      throw new InvalidArgumentError(
        `There is no ${unknown.join(", ")}. There are ${all.map(({ name }) => name).join(", ")}.`,
      );
    }
    return all.filter(({ name }) => names.includes(name));
  };

/** As `choose`, where `none` is nothing. */
export const chooseOrNone =
  <Each extends Named>(all: readonly Each[]) =>
  (text: string): readonly Each[] =>
    text === "none" ? [] : choose(all)(text);

/** Reads a number that is not less. */
export const above = (least: number, isWhole: boolean) => (text: string) => {
  const number = Number(text);
  if (text.trim() === "" || !(number >= least) || (isWhole && !Number.isInteger(number))) {
    throw new InvalidArgumentError(`It is a ${isWhole ? "whole " : ""}number from ${least} on.`);
  }
  return number;
};

/** A command with the options that all have. It throws CommanderError after its words have been written. */
export const newCommand = (name: string, description: string): Command =>
  new Command(`npm run ${name} --`)
    .description(description)
    .exitOverride()
    .option(
      "--folder <path>",
      "where the databases lie meanwhile: on a disk, or syncing costs nothing",
      tmpdir(),
    )
    .option("--output <path>", "also write the results, the figures and the pictures into this folder")
    .option("--publish", "also write them into docs/performance.md, if the machine was quiet");

/** Adds the options of a load by wrk. */
export const withLoad = (command: Command): Command =>
  command
    .option("--seconds <number>", "how long each round lasts", above(0.1, false), 2)
    .option("--warm-up <number>", "seconds of load before the first round", above(0.1, false), 1)
    .option("--rounds <number>", "how often each has its turn", above(1, true), 5)
    .option(
      "--patience <minutes>",
      "how long it may wait for a quiet moment and measure again what other programs disturbed, in all",
      above(0, false),
      10,
    )
    .option("--connections <number>", "how many connections wrk keeps open", above(1, true), 32)
    .option(
      "--threads <number>",
      "how many threads wrk has",
      above(1, true),
      Math.max(1, Math.floor(cpus().length / 4)),
    );

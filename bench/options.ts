/** The command lines of all measurements: for each option its help, its parser and its default. */
import { tmpdir } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";

interface Reading<Value> {
  readonly words: string;
  /** The placeholder for the value in the help; a flag has none. */
  readonly value?: string;
  readonly read?: (text: string) => Value;
  readonly otherwise: Value;
  /** The default in words. */
  readonly shown?: string;
}

export type Readings = Readonly<Record<string, Reading<unknown>>>;

export type OptionsOf<All> = {
  readonly [Name in keyof All]: All[Name] extends Reading<infer Value> ? Value : never;
};

interface Named {
  readonly name: string;
}

/** The named ones, in the order of `all`; `none` for an empty list. Default: all of `chosen`. */
export function names<Each extends Named>(
  words: string,
  all: readonly Each[],
  chosen = all,
): Reading<readonly Each[]> {
  const list = all.map(({ name }) => name).join(", ");
  const read = (text: string) => {
    if (text === "none") return [];
    const wanted = text.split(",").map((name) => name.trim());
    const unknown = wanted.filter((name) => !all.some((each) => each.name === name));
    if (unknown.length > 0)
      throw new InvalidArgumentError(`There is no ${unknown.join(", ")}. There are ${list}.`);
    return all.filter(({ name }) => wanted.includes(name));
  };
  const shown = chosen === all ? "all" : chosen.map(({ name }) => name).join(",");
  return {
    words: `${words}: ${list}, separated by commas, or none`,
    value: "names",
    read,
    otherwise: chosen,
    shown,
  };
}

/** A number of at least `least`. */
const above = (words: string, otherwise: number, least: number, isWhole: boolean): Reading<number> => ({
  words,
  value: "number",
  read(text) {
    const number = Number(text);
    if (text.trim() === "" || !(number >= least) || (isWhole && !Number.isInteger(number)))
      throw new InvalidArgumentError(`It is a ${isWhole ? "whole " : ""}number from ${least} on.`);
    return number;
  },
  otherwise,
});

export const count = (words: string, otherwise: number, least = 1) => above(words, otherwise, least, true);
export const amount = (words: string, otherwise: number, least = 0) => above(words, otherwise, least, false);
export const flag = (words: string): Reading<boolean> => ({ words, otherwise: false });
export const path = <Otherwise>(words: string, otherwise: Otherwise): Reading<string | Otherwise> => {
  return { words, value: "path", read: (text) => text, otherwise };
};

/** The options that all measurements have. */
export const COMMON = {
  folder: path("where the databases lie meanwhile: on a disk, or syncing costs nothing", tmpdir()),
  output: path("also write the results, the figures and the pictures into this folder", null),
  publish: flag("also write them into docs/performance.md, if the machine was quiet"),
};

/** The options of a load by wrk. */
export const LOAD = {
  seconds: amount("how long each round lasts, in seconds", 2, 0.1),
  warmUp: amount("how long the load is on before the first round, in seconds", 1, 0.1),
  rounds: count("how often each has its turn", 5),
  patience: amount(
    "how many minutes it may wait in all for quiet moments, to measure again what other programs disturbed",
    10,
  ),
  connections: count("how many connections wrk keeps open", 32),
};

/** Throws CommanderError, after commander has written the message. */
export function parseOptions<All extends Readings>(
  { command, description, options }: { command: string; description: string; options: All },
  args: readonly string[],
): OptionsOf<All> {
  const program = new Command(`npm run ${command} --`).description(description).exitOverride();
  for (const [name, { words, value, read, otherwise, shown }] of Object.entries(options)) {
    const dashed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const option = new Option(`--${dashed}${value === undefined ? "" : ` <${value}>`}`, words);
    if (read !== undefined) option.argParser(read);
    program.addOption(option.default(otherwise, otherwise === null ? "none" : shown));
  }
  return program.parse([...args], { from: "user" }).opts<OptionsOf<All>>();
}

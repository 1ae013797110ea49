/** What most commands begin with: the configuration and the store, opened the same way as the server opens them. */
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { type Command, Option } from "commander";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { type ConfigurationFlags, loadConfiguration } from "../configuration/sources.ts";
import { type Catalogue, createCatalogue } from "../protocol/catalogue.ts";
import type { Store } from "../store/contract.ts";
import { databaseFile, isEmbedded, openStore } from "../store/open.ts";
import { withDemo } from "./demo.ts";
import type { Io } from "./io.ts";

export interface Workspace {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  readonly store: Store;
}

/** The flags that every command takes, as commander hands them over. */
export interface CommonOptions extends ConfigurationFlags {
  readonly json?: boolean;
}

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

type ConfigurationFlag = keyof ConfigurationFlags;

/** The flags of the configuration, and what `serve` says of them. */
const CONFIGURATION_FLAGS: readonly (readonly [ConfigurationFlag, string, string])[] = [
  ["config", "--config <file>", "configuration file (default: tessera.toml if it exists)"],
  ["issuer", "--issuer <url>", "who this server is: the URL that clients know"],
  ["data", "--data <folder>", "where the embedded database lives (default: ./data)"],
  ["host", "--host <address>", "address to listen on (default: localhost)"],
  ["port", "--port <number>", "port to listen on (default: 8080)"],
  ["workers", "--workers <number>", "how many processes share the work (default: 1)"],
  ["demo", "--demo", "with a person and clients to try every flow; never in production"],
  ["set", "--set <key=value>", "any other setting; repeatable"],
];

/** Which of the flags help shows; the others are taken too, so that one set of flags fits every command. */
interface ShownFlags {
  readonly shown: readonly ConfigurationFlag[];
  /** What `--issuer` means to this command. */
  readonly issuer?: string;
}

function addConfigurationFlags(command: Command, { shown, issuer }: ShownFlags): Command {
  command.optionsGroup("Settings (tessera config settings lists them all):");
  for (const [name, flags, description] of CONFIGURATION_FLAGS) {
    const words = name === "issuer" ? (issuer ?? description) : description;
    const option = new Option(flags, words).hideHelp(!shown.includes(name));
    command.addOption(name === "set" ? option.argParser(collect) : option);
  }
  return command;
}

/** Adds the flags of the configuration and shows them all: for what is about the server as a whole. */
export const withConfigurationOptions = (command: Command): Command =>
  addConfigurationFlags(command, { shown: CONFIGURATION_FLAGS.map(([name]) => name) });

/** Adds those flags and `--json`. Options that are added after this are listed first in the help. */
export const withCommonOptions = (
  command: Command,
  shown: ShownFlags = { shown: ["config", "data", "set"] },
): Command =>
  addConfigurationFlags(command.option("--json", "print JSON, for scripts"), shown).optionsGroup("Options:");

/** Reads the configuration from every source; with `demo`, what the demonstration declares is part of it. */
export const readConfiguration = (flags: ConfigurationFlags, io: Io): Configuration =>
  loadConfiguration({ env: io.env, flags, extend: (configuration) => withDemo(configuration) });

/**
 * Makes the data folder, for its owner only. One that is there is taken as it is, unless others may write to it: they
 * could put a database of theirs in place of ours. Ours is tightened; another's is refused.
 */
export function makeDataFolder({ data }: Configuration): "fine" | "tightened" {
  requireNoFile(data);
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ConfigurationError(
      `The data folder ${data} cannot be made (${reason}). Make it and give it to this user, or choose another with --data.`,
    );
  }
  const user = process.getuid?.();
  // Windows has no such modes; there the folder inherits who may use it.
  if (user === undefined) return "fine";
  const { mode, uid } = statSync(data);
  const isShared = (mode & STICKY) !== 0;
  const isOurs = uid === user && !isShared;
  if ((mode & (isOurs ? GROUP_WRITES | OTHERS_WRITE : OTHERS_WRITE)) === 0) return "fine";
  if (!isOurs) {
    throw new ConfigurationError(
      `Everybody on this machine may write to the data folder ${data}, and it is ${isShared ? "a shared folder" : "another user's"}. Give Tessera a folder of its own: --data.`,
    );
  }
  chmodSync(data, 0o700);
  return "tightened";
}

function requireNoFile(data: string): void {
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  throw new ConfigurationError(`${data} is a file, not a folder. Choose another with --data.`);
}

// A folder of another owner that our group may write to is how volumes are handed to containers.
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
/** Marks folders that are meant for everybody, such as /tmp. Nobody else could use them if they were tightened. */
const STICKY = 0o1000;

/** Opens the store for one command, and closes it whatever happens. The server may be running meanwhile. */
export async function inWorkspace<Result>(
  flags: ConfigurationFlags,
  io: Io,
  { mayCreate = false }: { readonly mayCreate?: boolean },
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const configuration = readConfiguration(flags, io);
  if (isEmbedded(configuration)) {
    requireNoFile(configuration.data);
    const isNew = !existsSync(databaseFile(configuration));
    if (isNew && mayCreate) io.err(`Made a new database in ${configuration.data}.\n`);
    if (!isNew || mayCreate) makeDataFolder(configuration);
  }
  const store = await openStore(configuration, { create: mayCreate });
  try {
    return await work({ configuration, catalogue: createCatalogue(configuration), store });
  } finally {
    await store.close();
  }
}

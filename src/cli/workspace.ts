/** The beginning of most commands: the configuration and the store, opened in the same way as the server does. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import type { Configuration } from "../configuration/schema.ts";
import {
  type ConfigurationFlags,
  type LoadedConfiguration,
  loadWithSources,
} from "../configuration/sources.ts";
import { activityRecorder } from "../operations/activities.ts";
import { auditRecorder } from "../operations/audit.ts";
import { createEvents, type Events, logEvents } from "../operations/events.ts";
import { createLinkMails } from "../operations/link-mails.ts";
import type { LinkMails } from "../operations/links.ts";
import { mailEvents } from "../operations/mail.ts";
import { findServerKeys } from "../operations/server-key.ts";
import { webhookEvents } from "../operations/webhooks.ts";
import type { Clock } from "../platform/clock.ts";
import { createLog } from "../platform/log.ts";
import type { RandomBytes } from "../platform/random.ts";
import { type Catalogue, createCatalogue } from "../protocol/catalogue.ts";
import type { Act } from "../rules/events.ts";
import type { Store } from "../store/contract.ts";
import { databaseFile, isEmbedded, openStore } from "../store/open.ts";
import { requireAccess } from "./data-access.ts";
import { makeDataFolder, requireNoFile } from "./data-folder.ts";
import { withDemo } from "./demo.ts";
import type { Io } from "./io.ts";
import { operatorAct } from "./operator.ts";

export interface Workspace {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly events: Events;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Sends links by mail; null if this server sends none. */
  readonly linkMails: LinkMails | null;
  /** The operator who gave the command. */
  readonly act: Act;
}

/** The flags that every command takes, as commander hands them over. */
export interface CommonOptions extends ConfigurationFlags {
  readonly json?: boolean;
}

/** For an option that may be given several times. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

type ConfigurationFlag = keyof ConfigurationFlags;

/** The flags of the configuration, in the words of `serve`. */
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

/** The flags that the help shows. Commands accept the others too, so that one set of flags fits every command. */
interface ShownFlags {
  readonly shown: readonly ConfigurationFlag[];
  /** The meaning of `--issuer` for this command. */
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

/** Adds the flags of the configuration and shows them all, for commands about the server as a whole. */
export const withConfigurationOptions = (command: Command): Command =>
  addConfigurationFlags(command, { shown: CONFIGURATION_FLAGS.map(([name]) => name) });

/** Adds those flags and `--json`. Options that are added after this are listed first in the help. */
export const withCommonOptions = (
  command: Command,
  shown: ShownFlags = { shown: ["config", "data", "set"] },
): Command =>
  addConfigurationFlags(command.option("--json", "print JSON, for scripts"), shown).optionsGroup("Options:");

/** Reads the configuration from every source; with `demo` it includes the declarations of the demonstration. */
export const readConfiguration = (flags: ConfigurationFlags, io: Io): Configuration =>
  readWithSources(flags, io).configuration;

/** The configuration, and where each setting was written. */
export const readWithSources = (flags: ConfigurationFlags, io: Io): LoadedConfiguration =>
  loadWithSources({ env: io.env, flags, extend: (configuration) => withDemo(configuration) });

/**
 * Keeps what a command does to people, and logs its events, unless a person reads standard error: the person gets other words. The
 * mails that the events ask for wait for the server.
 */
export function eventsOf(configuration: Configuration, io: Io): Events {
  const { log, mail } = configuration;
  return createEvents([
    ...(io.drawsProgress ? [] : [logEvents(createLog({ ...log, write: (line) => io.err(line) }))]),
    auditRecorder({ clock: io.clock, random: io.random, configuration }),
    activityRecorder({ clock: io.clock, random: io.random, configuration }),
    ...(mail === undefined ? [] : [mailEvents(io, mail)]),
    ...(configuration.webhooks.length === 0
      ? []
      : [webhookEvents({ clock: io.clock, random: io.random, configuration })]),
  ]);
}

/** The sender of a running server finds the mails; without one they wait for the next start. */
async function linkMailsOf(configuration: Configuration, store: Store, io: Io): Promise<LinkMails | null> {
  if (configuration.mail === undefined) return null;
  const { clock, random } = io;
  const { keys } = await findServerKeys({ configuration, store, random });
  return createLinkMails({ configuration, clock, random, keys }, () => undefined);
}

/** Opens the store for one command, and always closes it. The server may be running meanwhile. */
export async function inWorkspace<Result>(
  flags: ConfigurationFlags,
  io: Io,
  { mayCreate = false }: { readonly mayCreate?: boolean },
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const configuration = readConfiguration(flags, io);
  if (isEmbedded(configuration)) {
    requireAccess(configuration);
    requireNoFile(configuration.data);
    const isNew = !existsSync(databaseFile(configuration));
    if (isNew && mayCreate) io.err(`Made a new database in ${configuration.data}.\n`);
    if (!isNew || mayCreate) makeDataFolder(configuration);
  }
  const store = await openStore(configuration, { create: mayCreate });
  try {
    return await work({
      configuration,
      catalogue: createCatalogue(configuration),
      store,
      events: eventsOf(configuration, io),
      clock: io.clock,
      random: io.random,
      linkMails: await linkMailsOf(configuration, store, io),
      act: operatorAct(),
    });
  } finally {
    await store.close();
  }
}

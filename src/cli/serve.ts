/** `tessera serve`: opens everything, applies what is declared, listens, says where things are, and stops in order. */
import type { Command } from "commander";
import { applyDeclaredPeople } from "../accounts/people.ts";
import { applyDeclaredClients } from "../clients/declared.ts";
import { defaultIssuer } from "../configuration/checks.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { ConfigurationFlags } from "../configuration/sources.ts";
import { type Fetch, type Listening, listen } from "../platform/listen.ts";
import { createLog, type Log } from "../platform/log.ts";
import { createServer, type Server } from "../server.ts";
import type { Store } from "../store/contract.ts";
import { isEmbedded, openStore } from "../store/open.ts";
import { findServerKeys } from "../store/server-key.ts";
import type { HeldLock } from "../store/sqlite/lock.ts";
import { banner } from "./banner.ts";
import { lockDataFolder, makeDataFolder } from "./data-folder.ts";
import { requireDemoPerson, settleDemoPerson } from "./demo.ts";
import { createFirstClient, createSetupLink } from "./first-start.ts";
import type { Io } from "./io.ts";
import { counted } from "./output.ts";
import { requireStartable, startWarnings } from "./start-checks.ts";
import { listenForStop } from "./stop-request.ts";
import { Workers } from "./workers.ts";
import { readConfiguration, withConfigurationOptions } from "./workspace.ts";

export function addServeCommand(program: Command, io: Io): void {
  withConfigurationOptions(program.command("serve").description("start the server"))
    .addHelpText(
      "after",
      `
Examples:
  tessera serve                              on http://localhost:8080, data in ./data
  tessera serve --demo                       with a person and clients to try every flow
  tessera serve --workers 4                  four processes on one port and one database
  DATABASE_URL=postgres://… tessera serve    on PostgreSQL, as one of any number of nodes
  tessera serve --issuer https://auth.example.org --host 127.0.0.1 --set trusted_proxies=loopback`,
    )
    .action(async (flags: ConfigurationFlags) => {
      // From the beginning, so that whoever asks while it starts is heard when it has.
      const stop = listenForStop(io.env);
      try {
        const running = await startServing(flags, io);
        await stop.asked;
        await stopInOrder(running, io);
      } finally {
        stop.cancel();
      }
    });
}

export interface Running {
  readonly configuration: Configuration;
  readonly listening: Listening;
  readonly server: Server;
  readonly log: Log;
  /** Lets the requests under way finish, then closes the store. Resolves to how many had to be cut off. */
  stop(): Promise<number>;
}

/** Starts the server and prints the banner. Whatever fails, nothing is left open. */
export async function startServing(flags: ConfigurationFlags, io: Io): Promise<Running> {
  const loaded = readConfiguration(flags, io);
  requireStartable(loaded);
  const log = createLog({
    level: loaded.log.level,
    format: loaded.log.format,
    write: (line) => io.err(line),
  });

  // The ports come first, so that one that cannot be had leaves no trace; then the lock of the data folder, so that of
  // two starts on the same data only one changes anything. A request that comes before all is ready waits for it.
  const ready = Promise.withResolvers<Fetch>();
  ready.promise.catch(() => {});
  let answer: Fetch = async (request, addressOf) => (await ready.promise)(request, addressOf);
  const listening = await listen({
    configuration: loaded,
    fetch: (request, addressOf) => answer(request, addressOf),
    log,
    sharing: loaded.workers > 1 ? "first" : "no",
  });
  const configuration = withActualPort(loaded, listening);
  let lock: HeldLock | null = null;
  let store: Store | null = null;
  let server: Server | null = null;
  // This process is one of them.
  const workers = new Workers({ count: configuration.workers - 1, env: io.env, log });
  try {
    if (isEmbedded(configuration)) lock = takeDataFolder(configuration, log);
    store = await openStore(configuration, { warn: log.warn });
    const { keys, wereThere } = await findServerKeys({ configuration, store, random: io.random });
    server = createServer({
      configuration,
      store,
      keys,
      log,
      clock: io.clock,
      random: io.random,
      ...(configuration.workers > 1 && { peers: workers }),
    });
    const { context } = server;
    // What can refuse the start does so before anything is changed; the declared clients are checked as they begin.
    await requireDemoPerson(context);
    await applyDeclaredClients(context);
    await settleDemoPerson(context);
    await applyDeclaredPeople(context);
    await warnOfUnknownClients(configuration, store, log);
    for (const warning of startWarnings(configuration)) log.warn(warning);

    const setupLink = await createSetupLink(context);
    const firstClient = (await isUnused(store, wereThere)) ? await createFirstClient(context) : null;
    await workers.start(configuration);
    listening.publish(await server.fixedAnswers());
    answer = server.fetch;
    ready.resolve(server.fetch);
    io.out(banner({ configuration, listening, wasStartedBefore: wereThere, setupLink, firstClient }));
  } catch (error) {
    ready.reject(error);
    await listening.stop(0);
    await workers.stop();
    await server?.close();
    await store?.close();
    lock?.release();
    throw error;
  }
  const opened = { server, store, lock };
  return {
    configuration,
    listening,
    server,
    log,
    async stop() {
      const cutOff = await Promise.all([
        listening.stop(configuration.limits.stop_seconds * 1000),
        workers.stop(),
      ]);
      await opened.server.close();
      await opened.store.close();
      opened.lock?.release();
      return cutOff[0] + cutOff[1];
    },
  };
}

/** Nobody else uses the folder from here on. */
function takeDataFolder(configuration: Configuration, log: Log): HeldLock {
  if (makeDataFolder(configuration) === "tightened") {
    log.warn("others could write to the data folder; now only its owner can use it", {
      data: configuration.data,
    });
  }
  return lockDataFolder(configuration);
}

/** With port 0 the issuer is known only now, unless it was configured. */
function withActualPort(configuration: Configuration, { ports }: Listening): Configuration {
  const listeners = configuration.listen.map((entry, index) => ({
    ...entry,
    port: ports[index] ?? entry.port,
  }));
  const wasDerived = configuration.issuer === defaultIssuer(configuration.listen);
  return {
    ...configuration,
    listen: listeners,
    issuer: wasDerived ? defaultIssuer(listeners) : configuration.issuer,
  };
}

/**
 * Whether there is nothing to get a token with, and nobody who has begun to use the server. The demonstration is gone
 * by now; people who were added before the first start are no sign of use.
 */
const isUnused = async (store: Store, wasStartedBefore: boolean): Promise<boolean> =>
  !(await store.hasClients()) && (!wasStartedBefore || (await store.listAccounts()).length === 0);

/** A client may be added later, so a name that nobody has yet is no mistake; but it is often a misspelt one. */
async function warnOfUnknownClients({ resources }: Configuration, store: Store, log: Log): Promise<void> {
  for (const resource of resources) {
    for (const client of resource.introspection_clients) {
      if ((await store.findClient(client)) === null) {
        log.warn("a resource names a client that does not exist", { resource: resource.identifier, client });
      }
    }
  }
}

async function stopInOrder(running: Running, io: Io): Promise<void> {
  io.out("Stopping: requests under way may finish.\n");
  const cutOff = await running.stop();
  io.out(
    cutOff === 0
      ? "Stopped.\n"
      : `Stopped. ${counted(cutOff, "request")} took too long and had to be cut off.\n`,
  );
}

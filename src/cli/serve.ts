/** `tessera serve`: opens everything, applies the declarations, listens, prints the banner, and stops in order. */
import type { Command } from "commander";
import { version } from "../../package.json";
import { defaultIssuer } from "../configuration/checks.ts";
import type { Configuration } from "../configuration/schema.ts";
import { type ConfigurationFlags, kubernetesVariables } from "../configuration/sources.ts";
import { findClient, hasClients } from "../operations/clients.ts";
import {
  applyDeclaredClients,
  applyDeclaredPeople,
  requireDeclaredGroups,
  requireStillDeclared,
} from "../operations/declarations.ts";
import { applyDocumentPolicy } from "../operations/document-blocks.ts";
import { listAccounts } from "../operations/people.ts";
import { findServerKeys } from "../operations/server-key.ts";
import { requireUsableKeys } from "../operations/signing-keys.ts";
import { type Fetch, type Listening, listen } from "../platform/listen.ts";
import type { Log } from "../platform/log.ts";
import { TOKEN_EXCHANGE_GRANT } from "../protocol/grant-types.ts";
import { commonHeaders, createServer, type Server, servedPaths } from "../server.ts";
import type { Store } from "../store/contract.ts";
import { isEmbedded, openStore } from "../store/open.ts";
import type { HeldLock } from "../store/sqlite/lock.ts";
import { banner } from "./banner.ts";
import { type FolderUser, lockDataFolder, makeDataFolder } from "./data-folder.ts";
import { demoClients, requireDemoPerson, settleDemoPerson } from "./demo.ts";
import { createFirstClient, makeSetupLink } from "./first-start.ts";
import type { Io } from "./io.ts";
import { countedBy, metricsListener, metricsOf } from "./metrics.ts";
import { counted } from "./output.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import { readKeyFilesAgain } from "./reload.ts";
import { requireStartable, startWarnings } from "./start-checks.ts";
import { ignoreOtherSignals, listenForReload, listenForStop } from "./stop-request.ts";
import { observed } from "./telemetry.ts";
import { Workers } from "./workers.ts";
import { readWithSources, withConfigurationOptions } from "./workspace.ts";

export function addServeCommand(program: Command, io: Io): void {
  withConfigurationOptions(program.command("serve").description("start the server"))
    .optionsGroup("Options:")
    .option("--prune", "remove the clients and people that the configuration does not declare any more")
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
    .action(async (flags: ServeFlags) => {
      // From the beginning, so that a stop request during the start takes effect after it.
      const stop = listenForStop(io.env);
      // A reload during the start has nothing to do: the start reads everything.
      let reload = () => {};
      const endReload = listenForReload(() => reload());
      ignoreOtherSignals();
      try {
        const running = await startServing(flags, io);
        reload = running.reload;
        await stop.asked;
        await stopInOrder(running, io);
      } finally {
        stop.cancel();
        endReload();
      }
    });
}

interface ServeFlags extends ConfigurationFlags {
  readonly prune?: boolean;
}

export interface Running {
  readonly configuration: Configuration;
  readonly listening: Listening;
  readonly server: Server;
  readonly log: Log;
  /** Reads again what can change while the server runs, in all processes, and logs what this leaves out. */
  reload(): void;
  /** Lets open requests finish, then closes the store. Resolves to how many requests were cut off. */
  stop(): Promise<number>;
}

/** Starts the server and prints the banner. A failed start leaves nothing open. */
export async function startServing(flags: ServeFlags, io: Io): Promise<Running> {
  const { configuration: loaded, settingSources } = readWithSources(flags, io);
  await requireStartable(loaded);
  let metrics: ProcessMetrics | null = null;
  const { log, telemetry } = await observed(loaded, io, (signal, count) =>
    metrics?.counts.dropped(signal, count),
  );
  const ofKubernetes = kubernetesVariables(io.env);
  if (ofKubernetes.length > 0) {
    log.debug("ignored variables that Kubernetes sets for a service", { variables: ofKubernetes.join(" ") });
  }

  // The ports come first, so that a start without its port changes nothing. The lock of the data folder comes next, so that
  // only one of two starts on the same data changes anything. A request that comes before all is ready waits.
  const ready = Promise.withResolvers<Pick<Server, "fetch" | "elsewhere" | "only">>();
  ready.promise.catch(() => {});
  let answers: Record<"fetch" | "elsewhere", Fetch> = {
    fetch: async (...request) => (await ready.promise).fetch(...request),
    elsewhere: async (...request) => (await ready.promise).elsewhere(...request),
  };
  const listening = await listen({
    configuration: loaded,
    paths: servedPaths(loaded),
    fetch: (...request) => answers.fetch(...request),
    elsewhere: (...request) => answers.elsewhere(...request),
    headers: commonHeaders(loaded),
    log,
    sharing: loaded.workers > 1 ? "first" : "no",
  });
  // This process counts as one of the workers.
  const workers = new Workers({ count: loaded.workers - 1, env: io.env, log });
  metrics = await metricsOf(loaded, { peers: workers });
  const metricsListening = await metricsListener(loaded, metrics, ready.promise, log).catch(async (error) => {
    await listening.stop(0);
    throw error;
  });
  if (metrics !== null) workers.gatherWith(metrics.gather);
  const configuration = withActualPort(loaded, listening);
  let lock: HeldLock | null = null;
  let store: Store | null = null;
  let server: Server | null = null;
  try {
    if (isEmbedded(configuration)) {
      const me = { program: version, startedAt: io.clock.seconds(), urls: listening.urls };
      lock = takeDataFolder(configuration, me, log);
    }
    store = await openStore(configuration, { warn: log.warn });
    const { keys, wereThere } = await findServerKeys({ configuration, store, random: io.random });
    server = createServer({
      configuration,
      settingSources,
      store,
      keys,
      log,
      clock: io.clock,
      random: io.random,
      ...(configuration.workers > 1 && { peers: workers }),
      ...(metrics && { metrics: countedBy(metrics) }),
      ...(telemetry && { telemetry }),
    });
    metrics?.watch(server, true);
    const { context } = server;
    const declarations = { demoClients: demoClients(configuration), prunes: flags.prune ?? false };
    // Checks that can refuse the start run before any change; applyDeclaredClients begins with its own.
    await requireStillDeclared(context, declarations);
    await requireDeclaredGroups(context);
    await requireDemoPerson(context);
    await requireUsableKeys(context);
    await applyDeclaredClients(context, declarations);
    await applyDocumentPolicy(context);
    await settleDemoPerson(context);
    await applyDeclaredPeople(context, declarations);
    await context.signingKeys.keepUp();
    await warnOfUnknownClients(configuration, store, log);
    for (const warning of await startWarnings(configuration, io.clock)) log.warn(warning);

    const setupLink = await makeSetupLink(context);
    const firstClient = (await isUnused(store, wereThere)) ? await createFirstClient(context) : null;
    await workers.start({ configuration, settingSources });
    await server.publishTo(listening.publish);
    answers = server;
    ready.resolve(server);
    io.out(
      banner({
        configuration,
        listening,
        metricsUrl: metricsListening?.url ?? null,
        wasStartedBefore: wereThere,
        setupLink,
        firstClient,
      }),
    );
  } catch (error) {
    ready.reject(error);
    await listening.stop(0);
    await metricsListening?.stop();
    await workers.stop();
    await server?.close();
    metrics?.close();
    await telemetry?.close();
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
    reload() {
      listening.rereadCertificates();
      metricsListening?.rereadCertificates();
      void readKeyFilesAgain(opened.server.context);
      workers.reload();
      log.info("SIGHUP: certificates and key files are read again; every other change needs a restart");
    },
    async stop() {
      const cutOff = await Promise.all([
        listening.stop(configuration.limits.stop_seconds * 1000),
        workers.stop(),
      ]);
      await metricsListening?.stop();
      metrics?.close();
      await opened.server.close();
      await telemetry?.close();
      await opened.store.close();
      opened.lock?.release();
      return cutOff[0] + cutOff[1];
    },
  };
}

/** From here on, no other server uses the folder. */
function takeDataFolder(configuration: Configuration, me: FolderUser, log: Log): HeldLock {
  if (makeDataFolder(configuration) === "tightened") {
    log.warn("others could write to the data folder; now only its owner can use it", {
      data: configuration.data,
    });
  }
  return lockDataFolder(configuration, me);
}

/** With port 0 the issuer is known only now, unless it is configured. */
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
 * Whether there are no clients, and no person has begun to use the server. The demonstration is removed by now. People
 * who were added before the first start are no sign of use.
 */
const isUnused = async (store: Store, wasStartedBefore: boolean): Promise<boolean> =>
  !(await hasClients({ store })) &&
  (!wasStartedBefore || (await listAccounts({ store }, { limit: 1 })).length === 0);

/** An unknown client may be added later, so it is no error; but it is often misspelt. */
async function warnOfUnknownClients(
  { resources, introspection, token_exchange }: Configuration,
  store: Store,
  log: Log,
): Promise<void> {
  for (const client of introspection.trusted_clients) {
    if ((await findClient({ store }, client)) === null)
      log.warn("introspection.trusted_clients names a client that does not exist", { client });
  }
  for (const resource of resources) {
    for (const client of resource.introspection_clients) {
      if ((await findClient({ store }, client)) === null) {
        log.warn("a resource names a client that does not exist", { resource: resource.identifier, client });
      }
    }
  }
  for (const { client: clientId } of token_exchange) {
    const client = await findClient({ store }, clientId);
    if (client === null) log.warn("token_exchange names a client that does not exist", { client: clientId });
    else if (!client.grantTypes.includes(TOKEN_EXCHANGE_GRANT))
      log.warn("token_exchange names a client without the grant type exchange: it cannot use the rule", {
        client: clientId,
      });
  }
}

async function stopInOrder(running: Running, io: Io): Promise<void> {
  io.out("Stopping. Open requests may finish.\n");
  const cutOff = await running.stop();
  io.out(
    cutOff === 0
      ? "Stopped.\n"
      : `Stopped. ${counted(cutOff, "request")} took too long and had to be cut off.\n`,
  );
}

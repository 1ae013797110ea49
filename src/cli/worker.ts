/** `tessera worker`: a process that `serve --workers` starts. It only answers requests; its parent does all other work. */
import type { Command } from "commander";
import type { LoadedConfiguration } from "../configuration/sources.ts";
import { findServerKeys } from "../operations/server-key.ts";
import { listen } from "../platform/listen.ts";
import type { Reading } from "../platform/metrics.ts";
import type { PeerMessage } from "../platform/peers.ts";
import { commonHeaders, createServer, servedPaths } from "../server.ts";
import { openStore } from "../store/open.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { countedBy, metricsOf } from "./metrics.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import { readKeyFilesAgain } from "./reload.ts";
import { ignoreOtherSignals } from "./stop-request.ts";
import { observed } from "./telemetry.ts";
import { type FromWorker, STOP_GRACE_MILLIS, type ToWorker } from "./workers.ts";

export function addWorkerCommand(program: Command, io: Io): void {
  program
    .command("worker", { hidden: true })
    .description("one of the processes of serve --workers")
    .action(() => runWorker(io));
}

async function runWorker(io: Io): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) {
    throw new CommandError(
      "This command is for the program itself. Start several processes with: tessera serve --workers 4",
    );
  }
  const tell = (message: FromWorker) => void send(message);
  const start = Promise.withResolvers<LoadedConfiguration>();
  const stop = Promise.withResolvers<void>();
  let onPeer: (message: PeerMessage) => void = () => {};
  let onReload = () => {};
  let onMeasure = (_id: number) => {};
  const gathering = new Map<number, (readings: readonly Reading[]) => void>();
  process.on("message", (message: ToWorker) => {
    if (message.type === "start") start.resolve(message);
    if (message.type === "peer") onPeer(message.message);
    if (message.type === "reload") onReload();
    if (message.type === "measure") onMeasure(message.id);
    if (message.type === "gathered") {
      gathering.get(message.id)?.(message.readings);
      gathering.delete(message.id);
    }
    if (message.type === "stop") stop.resolve();
  });
  let patienceMillis = 0;
  process.on("disconnect", () => {
    // The parent process is gone, and with it the lock of the data folder and the only process that would end this one if
    // it did not stop by itself.
    setTimeout(() => process.exit(1), patienceMillis).unref();
    stop.resolve();
  });
  ignoreOtherSignals();
  // The whole group may get the signal; the parent tells its workers what to do.
  process.on("SIGHUP", () => {});
  process.on("SIGTERM", stop.resolve);
  process.on("SIGINT", stop.resolve);

  const { configuration, settingSources } = await start.promise;
  patienceMillis = configuration.limits.stop_seconds * 1000 + STOP_GRACE_MILLIS;
  let metrics: ProcessMetrics | null = null;
  const { log, telemetry } = await observed(configuration, io, (signal, count) =>
    metrics?.counts.dropped(signal, count),
  );
  const store = await openStore(configuration, { create: false });
  const { keys } = await findServerKeys({ configuration, store, random: io.random });
  // The first process knows the numbers of all. It answers always, within a bounded time.
  let asked = 0;
  const gather = () =>
    new Promise<readonly Reading[]>((resolve) => {
      const id = ++asked;
      gathering.set(id, resolve);
      tell({ type: "gather", id });
    });
  metrics = await metricsOf(configuration, { gather });
  const server = createServer({
    configuration,
    settingSources,
    store,
    keys,
    log,
    clock: io.clock,
    random: io.random,
    cleansUp: false,
    ...(metrics && { metrics: countedBy(metrics) }),
    ...(telemetry && { telemetry }),
    peers: {
      tell: (message) => tell({ type: "peer", message }),
      listen: (listener) => {
        onPeer = listener;
      },
    },
  });
  metrics?.watch(server, false);
  onMeasure = (id) =>
    void metrics?.counts.read().then((readings) => tell({ type: "measured", id, readings }));
  const listening = await listen({
    configuration,
    paths: servedPaths(configuration),
    fetch: server.fetch,
    elsewhere: server.elsewhere,
    headers: commonHeaders(configuration),
    log,
    sharing: "joins",
  });
  await server.publishTo(listening.publish);
  onReload = () => {
    listening.rereadCertificates();
    void readKeyFilesAgain(server.context);
  };
  tell({ type: "ready" });
  await stop.promise;
  const cutOff = await listening.stop(configuration.limits.stop_seconds * 1000);
  await server.close();
  metrics?.close();
  await telemetry?.close();
  await store.close();
  if (process.connected) tell({ type: "stopped", cutOff });
  process.disconnect?.();
}

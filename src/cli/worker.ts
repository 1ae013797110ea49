/** `tessera worker`: what `serve --workers` starts. Takes requests; what is done once is done by the process that started it. */
import type { Command } from "commander";
import type { Configuration } from "../configuration/schema.ts";
import { listen } from "../platform/listen.ts";
import { createLog } from "../platform/log.ts";
import type { PeerMessage } from "../platform/peers.ts";
import { createServer } from "../server.ts";
import { openStore } from "../store/open.ts";
import { findServerKeys } from "../store/server-key.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import type { FromWorker, ToWorker } from "./workers.ts";

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
      "This is for the program itself. Start several processes by: tessera serve --workers 4",
    );
  }
  const tell = (message: FromWorker) => void send(message);
  const start = Promise.withResolvers<Configuration>();
  const stop = Promise.withResolvers<void>();
  let onPeer: (message: PeerMessage) => void = () => {};
  process.on("message", (message: ToWorker) => {
    if (message.type === "start") start.resolve(message.configuration);
    if (message.type === "peer") onPeer(message.message);
    if (message.type === "stop") stop.resolve();
  });
  // The process that started this one is gone, and with it the lock of the data folder.
  process.on("disconnect", stop.resolve);
  process.on("SIGTERM", stop.resolve);
  process.on("SIGINT", stop.resolve);

  const configuration = await start.promise;
  const log = createLog({ ...configuration.log, write: (line) => io.err(line) });
  const store = await openStore(configuration, { create: false });
  const { keys } = await findServerKeys({ configuration, store, random: io.random });
  const server = createServer({
    configuration,
    store,
    keys,
    log,
    clock: io.clock,
    random: io.random,
    cleansUp: false,
    peers: {
      tell: (message) => tell({ type: "peer", message }),
      listen: (listener) => {
        onPeer = listener;
      },
    },
  });
  const listening = await listen({ configuration, fetch: server.fetch, log, sharing: "joins" });
  listening.publish(await server.fixedAnswers());
  tell({ type: "ready" });
  await stop.promise;
  const cutOff = await listening.stop(configuration.limits.stop_seconds * 1000);
  await server.close();
  await store.close();
  if (process.connected) tell({ type: "stopped", cutOff });
  process.disconnect?.();
}

/** The thread that waits for the disk. */
import { fdatasyncSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { FromSyncWorker } from "./sync.ts";

const tell = (message: FromSyncWorker) => parentPort?.postMessage(message);

parentPort?.on("message", (descriptor: number) => {
  try {
    fdatasyncSync(descriptor);
    tell({ type: "synced" });
  } catch (error) {
    tell({ type: "synced", fault: error instanceof Error ? error.message : String(error) });
  }
});
tell({ type: "ready" });

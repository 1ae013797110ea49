/** Writes a backup in a thread, so that the program can report the progress. */
import { statSync } from "node:fs";
import { threadUrl } from "../../platform/runtime.ts";
import { DatabaseRefused, StoreUnavailable } from "../contract.ts";
import type { Backup, BackupFacts, BackupReport } from "./backup.ts";

export interface BackupOrder {
  readonly database: string;
  /** An existing, empty file. */
  readonly file: string;
  readonly facts: BackupFacts;
}

export type FromBackupWorker =
  | { readonly type: "copying"; readonly bytes: number }
  | { readonly type: "checked"; readonly bytes: number; readonly all: number }
  | { readonly type: "written"; readonly backup: Backup }
  | { readonly type: "failed"; readonly message: string; readonly isRefusal: boolean };

export interface BackupProgress {
  /** `bytes` of about `all` are written. */
  copied(bytes: number, all: number): void;
  checked: BackupReport["checked"];
}

const LOOK_MILLIS = 100;

/** As `writeBackup`, in a thread of its own. */
export function writeBackupAside(order: BackupOrder, progress: BackupProgress): Promise<Backup> {
  const worker = new Worker(threadUrl("store/sqlite/backup-worker.ts").href);
  const { promise, resolve, reject } = Promise.withResolvers<Backup>();
  let looking: Timer | undefined;
  worker.onmessage = ({ data }: MessageEvent<FromBackupWorker>) => {
    switch (data.type) {
      case "copying":
        looking = setInterval(
          () => progress.copied(Math.min(sizeOf(order.file), data.bytes), data.bytes),
          LOOK_MILLIS,
        );
        return;
      case "checked":
        clearInterval(looking);
        return progress.checked(data.bytes, data.all);
      case "written":
        return resolve(data.backup);
      case "failed":
        return reject(
          data.isRefusal ? new DatabaseRefused(data.message) : new StoreUnavailable(data.message),
        );
    }
  };
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(order);
  return promise.finally(() => {
    clearInterval(looking);
    worker.terminate();
  });
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

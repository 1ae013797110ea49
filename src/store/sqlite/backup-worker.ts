/** The thread that writes a backup: SQLite works synchronously, and the program reports the progress meanwhile. */
import { DatabaseRefused } from "../contract.ts";
import { writeBackup } from "./backup.ts";
import type { BackupOrder, FromBackupWorker } from "./backup-thread.ts";

declare const self: Worker;

const tell = (message: FromBackupWorker) => postMessage(message);

self.onmessage = ({ data }: MessageEvent<BackupOrder>) => {
  try {
    const backup = writeBackup(data.database, data.file, data.facts, {
      copying: (bytes) => tell({ type: "copying", bytes }),
      checked: (bytes, all) => tell({ type: "checked", bytes, all }),
    });
    tell({ type: "written", backup });
  } catch (error) {
    // Errors lose their class between threads.
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: "failed", message, isRefusal: error instanceof DatabaseRefused });
  }
};

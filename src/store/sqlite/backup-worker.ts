/** The thread that writes a backup: SQLite works synchronously, and the program wants to say how far it is. */
import { DatabaseRefused } from "../contract.ts";
import { writeBackup } from "./backup.ts";
import type { BackupOrder, FromBackupWorker } from "./backup-thread.ts";

declare const self: Worker;

const tell = (message: FromBackupWorker) => postMessage(message);

self.onmessage = ({ data }: MessageEvent<BackupOrder>) => {
  try {
    const backup = writeBackup(data.database, data.file, data.facts, {
      copying: (bytes) => tell({ type: "copying", bytes }),
      checked: (rows, all) => tell({ type: "checked", rows, all }),
    });
    tell({ type: "written", backup });
  } catch (error) {
    // Errors lose their class on the way.
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: "failed", message, isRefusal: error instanceof DatabaseRefused });
  }
};

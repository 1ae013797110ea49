/** What commands say of a backup. */

import { isoTime } from "../platform/clock.ts";
import type { Backup } from "../store/sqlite/backup.ts";
import { counted, decimal } from "./output.ts";

/** `3 people, 2 clients and 14 grants`. */
export function summary({ tables }: Backup): string {
  const rows = (name: string) => tables.find(({ table }) => table === name)?.rows ?? 0;
  const people = rows("accounts") === 1 ? "1 person" : `${decimal(rows("accounts"))} people`;
  return `${people}, ${counted(rows("clients"), "client")} and ${counted(rows("grants"), "grant")}`;
}

export const describeBackup = (backup: Backup) => ({
  created_at: isoTime(backup.createdAt),
  program: backup.program,
  issuer: backup.issuer,
  server_key: backup.serverKey,
  tables: backup.tables,
  sha256: backup.sha256,
});

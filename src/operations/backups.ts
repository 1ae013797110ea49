/** What the database knows of its own backups: when `tessera backup` made the last one. */
import { put, row, type Store } from "../store/contract.ts";
import { type BackupRecord, backups } from "../store/tables.ts";

const LAST = "last";
const PLAN = { last: row(backups, { name: "$name" }) };

/** The last backup that `tessera backup` made; null if it made none. After a restore: the last one before that backup. */
export const findLastBackup = async ({ store }: { readonly store: Store }): Promise<BackupRecord | null> =>
  (await store.look(PLAN, { name: LAST })).last;

/** Notes that a backup was made. */
export async function noteBackup(
  { store }: { readonly store: Store },
  backup: Omit<BackupRecord, "name">,
): Promise<void> {
  await store.commit({ changes: [put(backups, { name: LAST, ...backup })] });
}

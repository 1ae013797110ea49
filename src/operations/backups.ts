/**
 * What the database knows of its own backups. So rotation deletes no file that this database did not write, whatever else is in the
 * folder and whatever its name is; and status and doctor know how old the last backup is.
 */
import type { RecordId } from "../protocol/identifiers.ts";
import type { Act, Event } from "../rules/events.ts";
import { insert, remove, type Store } from "../store/contract.ts";
import { type BackupRecord, backups } from "../store/tables/server.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { allPages, collect } from "./paging.ts";

interface BackupContext {
  readonly store: Store;
}

/** The last backup that `tessera backup` made; null if it made none. After a restore: the last one before that backup. */
export async function findLastBackup({ store }: BackupContext): Promise<BackupRecord | null> {
  const [last] = await store.list(backups, { order: ["madeAt", "id"], descending: true, limit: 1 });
  return last ?? null;
}

/** The backups that this database knows, the newest first. */
export const findBackups = ({ store }: BackupContext): Promise<BackupRecord[]> =>
  collect(allPages((page) => store.list(backups, { ...page, order: ["madeAt", "id"], descending: true })));

/** Notes that a backup was made, with the event of it, and forgets those that are gone. */
export const noteBackup = (
  context: DecideContext,
  act: Act,
  backup: BackupRecord,
  event: Event,
  gone: readonly RecordId[] = [],
): Promise<void> =>
  outcomeOf(context, act, async () => ({
    outcome: undefined,
    changes: [insert(backups, backup), ...gone.map((id) => remove(backups, { id }))],
    events: [event],
  }));

/** Forgets a backup whose file was deleted. */
export async function forgetBackup({ store }: BackupContext, { id }: BackupRecord): Promise<void> {
  await store.commit({ changes: [remove(backups, { id })] });
}

/** Which backups stay: `backup --keep`. It deletes only files that this database wrote, and that are still what it wrote. */
import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { findBackups, forgetBackup } from "../operations/backups.ts";
import { fileDigest } from "../platform/file-digest.ts";
import type { Store } from "../store/contract.ts";
import type { BackupRecord } from "../store/tables/server.ts";

export interface Rotation {
  readonly removed: readonly string[];
  /** Files that stay although their time is over, each with the reason as the rest of a sentence. */
  readonly left: readonly { readonly file: string; readonly reason: string }[];
}

/** Deletes the backups of the folder beyond the last `keep`, the one just made among them. */
export async function keepLast(store: Store, folder: string, keep: number): Promise<Rotation> {
  const inFolder = (await findBackups({ store })).flatMap((backup) =>
    backup.file !== null && dirname(backup.file) === folder && existsSync(backup.file)
      ? [{ ...backup, file: backup.file }]
      : [],
  );
  const removed: string[] = [];
  const left: { file: string; reason: string }[] = [];
  for (const backup of inFolder.slice(keep)) {
    const reason = await reasonToStay(backup);
    if (reason !== null) {
      left.push({ file: backup.file, reason });
      continue;
    }
    rmSync(backup.file);
    await forgetBackup({ store }, backup);
    removed.push(backup.file);
  }
  return { removed, left };
}

async function reasonToStay({
  file,
  bytes,
  sha256,
}: BackupRecord & { readonly file: string }): Promise<string | null> {
  try {
    const facts = statSync(file);
    if (!facts.isFile() || facts.size !== bytes) return "it is not what was written there";
    return Buffer.compare(await fileDigest(file), sha256) === 0 ? null : "it is not what was written there";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Files that are either complete or absent, even after a crash of the program or the machine. */
import {
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseRefused, type StoreFigures } from "../contract.ts";

/** Waits until the file's content is on disk. */
export function syncFile(file: string): void {
  syncPath(file, "r+");
}

/** Waits until the names in the folder are on disk, since a rename is not durable before that. */
export function syncFolder(folder: string): void {
  // Windows cannot open folders, and keeps renames without this.
  if (process.platform !== "win32") syncPath(folder, "r");
}

function syncPath(path: string, flags: "r" | "r+"): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The errors of link(2) on file systems without links. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Gives a complete file its name, in one step. False, and nothing changed, if the name is taken: unlike a rename, a link
 * never replaces a file that was made meanwhile.
 */
export function publish(from: string, to: string): boolean {
  syncFile(from);
  try {
    linkSync(from, to);
    rmSync(from);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return false;
    if (!NO_LINKS.has(code)) throw error;
    // A dangling link takes the name too.
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
    renameSync(from, to);
  }
  syncFolder(dirname(to));
  return true;
}

/**
 * Makes a file that only its owner may read, and returns its descriptor; throws if the name is taken. If root makes it in
 * the folder of another user, that user becomes the owner, or the server could no longer open it. Only a new file changes
 * its owner: an existing one could be the user's link to any other file.
 */
export function createPrivateFile(file: string): number {
  const descriptor = openSync(file, "wx", 0o600);
  if (process.geteuid?.() !== 0) return descriptor;
  const { uid, gid } = statSync(dirname(file));
  try {
    if (uid !== 0) fchownSync(descriptor, uid, gid);
  } catch {
    // Some containers and network file systems do not allow this. Then root owns the file, and SQLite's logs too.
  }
  return descriptor;
}

/** Makes the file if it does not exist. It does not even open an existing one. */
export function ensurePrivateFile(file: string): void {
  try {
    if (!existsSync(file)) closeSync(createPrivateFile(file));
  } catch (error) {
    // Another program has made it meanwhile.
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** The name of a complete restored database until it replaces the previous one (restore.ts). */
export const restoredFile = (database: string): string => `${database}.restored`;

/** Throws DatabaseRefused while a restore is unfinished: the files in place may be of both databases. */
export function requireNoRestore(database: string): void {
  if (!existsSync(restoredFile(database))) return;
  throw new DatabaseRefused(
    `A restore of ${database} was interrupted before the restored database was in its place. Finish it: tessera restore`,
  );
}

/**
 * Checks the same before a database is opened, and returns the check to run when it is open and locked. A restore between
 * the two may have moved the opened database away, and SQLite would then remove the log of the new one. A later restore
 * finds the lock.
 */
export function requireNoRestoreMeanwhile(database: string): () => void {
  requireNoRestore(database);
  const before = numberOf(database);
  return () => {
    requireNoRestore(database);
    // After the other check: a restore is over only when the new database is in its place.
    if (numberOf(database) === before) return;
    throw new DatabaseRefused(`${database} was replaced while it was being opened. Try again.`);
  };
}

/** The inode number of the file, which it keeps when it is renamed. */
function numberOf(file: string): bigint | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

/** The space that the database takes, and that its disk has for the user of the program. Null if the system does not tell. */
export async function diskFigures(file: string): Promise<StoreFigures["disk"]> {
  const sizeOf = async (path: string) => (await stat(path).catch(() => null))?.size ?? 0;
  try {
    const { bavail, blocks, bsize } = await statfs(dirname(file));
    return {
      database: await sizeOf(file),
      log: await sizeOf(`${file}-wal`),
      free: bavail * bsize,
      size: blocks * bsize,
    };
  } catch {
    return null;
  }
}

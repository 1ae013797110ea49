/** Files that are whole or not there, whatever happens to the program or the machine. */
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
import { dirname } from "node:path";
import { DatabaseRefused } from "../contract.ts";

/** Waits until the file's content is on disk. */
export function syncFile(file: string): void {
  syncPath(file, "r+");
}

/** Waits until the names in the folder are on disk: a rename is not before that. */
export function syncFolder(folder: string): void {
  // Windows opens no folders, and keeps renames without.
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

/** What link(2) says on file systems that have no links. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Gives a complete file its name, at once and for good. False, and nothing changed, if the name is taken: unlike a
 * rename, a link never takes the place of a file that came meanwhile.
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
    // A link that leads nowhere is there too.
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
    renameSync(from, to);
  }
  syncFolder(dirname(to));
  return true;
}

/**
 * Makes a file that only its owner may read, and returns its descriptor; throws if the name is taken. What root makes in
 * the folder of another user is that user's, or the server could not open it any more. Only what is new is given away:
 * the user could have put a link there to any other file.
 */
export function createPrivateFile(file: string): number {
  const descriptor = openSync(file, "wx", 0o600);
  if (process.geteuid?.() !== 0) return descriptor;
  const { uid, gid } = statSync(dirname(file));
  try {
    if (uid !== 0) fchownSync(descriptor, uid, gid);
  } catch {
    // In some containers, and over some networks, root may not. Then it is root's, and so are SQLite's logs.
  }
  return descriptor;
}

/** The same unless the file is there. One that is there is not even opened. */
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

/** Where a restored database waits, complete, until it has taken the place of the one before (restore.ts). */
export const restoredFile = (database: string): string => `${database}.restored`;

/** Throws DatabaseRefused while a restore is neither done nor undone: what is in place now may be half of each. */
export function requireNoRestore(database: string): void {
  if (!existsSync(restoredFile(database))) return;
  throw new DatabaseRefused(
    `A restore of ${database} was interrupted before the restored database was in its place. Finish it: tessera restore`,
  );
}

/**
 * Asks the same before a database is opened, and returns what asks again when it is open and locked. A restore that came
 * between the two may have moved away what was opened, whose log SQLite would then remove from beside the new one. One
 * that comes later finds the lock.
 */
export function requireNoRestoreMeanwhile(database: string): () => void {
  requireNoRestore(database);
  const before = numberOf(database);
  return () => {
    requireNoRestore(database);
    // After the other question: a restore is over only when the new database is in its place.
    if (numberOf(database) === before) return;
    throw new DatabaseRefused(`${database} was replaced while it was being opened. Try again.`);
  };
}

/** What a file keeps when it is renamed. */
function numberOf(file: string): bigint | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

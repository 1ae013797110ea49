/** Trouble with the file, its folder or its disk: the errors that mean it, and advice for the operator. */
import { SQLiteError } from "bun:sqlite";
import { DatabaseRefused, StoreUnavailable } from "../contract.ts";

const NOT_WRITABLE =
  "This user must be able to write to the folder and to the files in it: change their owner, mount it writable, or choose another folder with --data.";
const NO_SPACE =
  "Free some space on its disk. Nothing that was confirmed is lost, and a running server goes on by itself.";

/** Ordinary writes are refused: a part of the reserve is in use (reserve.ts). */
export const onlyEndsAccess = (): StoreUnavailable =>
  new StoreUnavailable("the disk is full, and the space that is left is kept for ending access", {
    advice: NO_SPACE,
  });
const DISK = "Look at the disk: whether it is full, limited or failing.";
const LOCKED =
  "Another program holds its lock, such as an open SQLite shell or a backup that has not ended. End that program, then try again.";
const DAMAGED =
  "It is damaged, or no database. Stop the server, keep the file, and put a backup in its place.";

/** SQLite's primary result codes for trouble that is no bug of the program, with advice. */
const ADVICE: ReadonlyMap<number, string> = new Map([
  [3, NOT_WRITABLE], // PERM
  [5, LOCKED], // BUSY
  [6, LOCKED], // LOCKED
  [7, "Give the server more memory."], // NOMEM
  [8, NOT_WRITABLE], // READONLY
  [10, DISK], // IOERR
  [11, DAMAGED], // CORRUPT
  [13, NO_SPACE], // FULL
  [14, NOT_WRITABLE], // CANTOPEN
  [15, LOCKED], // PROTOCOL
  [26, DAMAGED], // NOTADB
]);

const BUSY: ReadonlySet<number> = new Set([5, 6]);
/** Waiting does not help against these. */
const LASTING: ReadonlySet<number> = new Set([11, 26]);

/** The same for the codes of system calls that prepare the file. */
const SYSTEM_ADVICE: Readonly<Record<string, string>> = {
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: NOT_WRITABLE,
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
};

/** The low byte of an extended code is the primary code; null if the error is not SQLite's. */
const codeOf = (error: unknown): number | null => (error instanceof SQLiteError ? error.errno & 0xff : null);

/** Another process holds the lock: worth trying again. */
export const isBusy = (error: unknown): boolean => BUSY.has(codeOf(error) ?? -1);

/** FULL, and the extended codes IOERR_WRITE (a quota, a limit on files) and IOERR_SHMSIZE, among others. */
const OUT_OF_ROOM: ReadonlySet<number> = new Set([13, 778, 4874]);

/** The disk has no room for what was written. */
export const isOutOfRoom = (error: unknown): boolean =>
  error instanceof SQLiteError && OUT_OF_ROOM.has(error.errno);

/** CONSTRAINT_PRIMARYKEY and CONSTRAINT_UNIQUE, among the extended codes. */
const UNIQUE: ReadonlySet<number> = new Set([1555, 2067]);

/** Another row has the same unique value. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof SQLiteError && UNIQUE.has(error.errno);

/** They include ERROR: a damaged schema is often readable but makes no sense. */
const DAMAGE: ReadonlySet<number> = new Set([
  1, // ERROR
  11, // CORRUPT
  24, // FORMAT
  26, // NOTADB
]);

/** SQLite finds the file damaged. */
export const isDamaged = (error: unknown): boolean => DAMAGE.has(codeOf(error) ?? -1);

/** Advice for the operator; empty for other errors. */
export const adviceFor = (error: unknown): string => ADVICE.get(codeOf(error) ?? -1) ?? "";

/** Turns trouble with disk, locks or file into StoreUnavailable; the error of a bug stays as it is. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || !ADVICE.has(codeOf(error) ?? -1)) return error;
  return new StoreUnavailable(`the database cannot answer: ${error.message}`, {
    cause: error,
    advice: adviceFor(error),
  });
}

/** The same while a file is opened: the message names the file, and errors of the system count too. */
export function asOpeningError(error: unknown, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const systemCode = "syscall" in error && "code" in error ? String(error.code) : null;
  if (systemCode === "EISDIR") {
    return new DatabaseRefused(
      `${file} is a folder, but should be a file. Move it away, or choose another data folder with --data.`,
    );
  }
  const code = codeOf(error);
  if (systemCode === null && !ADVICE.has(code ?? -1)) return error;
  if (LASTING.has(code ?? -1)) {
    return new DatabaseRefused(`${file} cannot be used: ${error.message}. ${DAMAGED}`, { cause: error });
  }
  const advice = systemCode === null ? adviceFor(error) : (SYSTEM_ADVICE[systemCode] ?? "");
  return new StoreUnavailable(`${file}: ${error.message}`, { cause: error, advice });
}

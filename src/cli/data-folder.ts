/** The folder of the embedded database: made for its owner only, and used by one server at a time. */
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { version } from "../../package.json";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Clock } from "../platform/clock.ts";
import { isEmbedded } from "../store/open.ts";
import { type HeldLock, type LockHolder, type LockState, lockState, takeLock } from "../store/sqlite/lock.ts";
import { CommandError } from "./command-error.ts";
import { requireAccess } from "./data-access.ts";

/**
 * Makes the data folder, for its owner only. Other users with write access could replace the database. So this tightens
 * an existing folder of this user, and refuses a folder of another. Throws CommandError if this user may not use the
 * database in it.
 */
export function makeDataFolder({ data }: Pick<Configuration, "data">): "fine" | "tightened" {
  requireAccess({ data });
  requireNoFile(data);
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ConfigurationError(
      `The data folder ${data} cannot be created (${reason}). Create it for this user, or choose another with --data.`,
    );
  }
  const user = process.getuid?.();
  // Windows has no such modes; there the folder inherits its permissions.
  if (user === undefined) return "fine";
  const { mode, uid } = statSync(data);
  const isShared = (mode & STICKY) !== 0;
  const isOurs = uid === user && !isShared;
  if ((mode & (isOurs ? GROUP_WRITES | OTHERS_WRITE : OTHERS_WRITE)) === 0) return "fine";
  if (!isOurs) {
    throw new ConfigurationError(
      `Every user of this machine may write to the data folder ${data}, and it is ${isShared ? "a shared folder" : "another user's"}. Give Tessera a folder of its own: --data.`,
    );
  }
  chmodSync(data, 0o700);
  return "tightened";
}

/** Throws ConfigurationError if a file stands where the folder belongs. */
export function requireNoFile(data: string): void {
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  throw new ConfigurationError(`${data} is a file, not a folder. Choose another with --data.`);
}

// Containers get volumes as folders of another owner to which our group may write.
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
/** Marks folders for all users, such as /tmp. Tightening one would shut out the others. */
const STICKY = 0o1000;

/** What a process says of itself while it has the data folder. */
export type FolderUser = Pick<LockHolder, "program" | "startedAt" | "urls">;

/** A command that uses the folder alone for a while. */
export const commandAt = (clock: Clock): FolderUser => ({
  program: version,
  startedAt: clock.seconds(),
  urls: [],
});

/**
 * Takes the lock of the data folder, for as long as this process lives. Commands that work beside a server take no lock.
 * Throws CommandError that names the process with the lock.
 */
export function lockDataFolder(
  { data, issuer }: Pick<Configuration, "data" | "issuer">,
  me: FolderUser,
): HeldLock {
  const result = takeLock(lockFile(data), { pid: process.pid, issuer, ...me });
  if (result.taken) return result;
  const { holder } = result;
  const who = holder === null ? "" : ` (process ${holder.pid}, ${holder.issuer})`;
  throw new CommandError(
    `Another Tessera${who} is using the data folder ${resolve(data)}. Stop it, or choose another folder: --data ./other.`,
  );
}

const lockFile = (data: string): string => join(data, "serve.lock");

/** The lock of the data folder, which the server has while it runs. */
export const folderLock = ({ data }: Pick<Configuration, "data">): LockState => lockState(lockFile(data));

/** The server that uses the embedded database of the configuration; null if none runs, or its name cannot be read. */
export function runningServer(configuration: Pick<Configuration, "data" | "database">): LockHolder | null {
  if (!isEmbedded(configuration)) return null;
  const lock = folderLock(configuration);
  return lock.held && lock.holder !== null && lock.holder.urls.length > 0 ? lock.holder : null;
}

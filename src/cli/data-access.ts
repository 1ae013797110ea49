/** Whether this user may use the data folder. To another user its files look as if they did not exist. */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Configuration } from "../configuration/schema.ts";
import { shellWord } from "../platform/permissions.ts";
import { databaseFile } from "../store/open.ts";
import { CommandError } from "./command-error.ts";

/**
 * Throws CommandError if this user may not read and write the database. It names the owner, or the cure if that is this user.
 * A missing database is no fault here.
 */
export function requireAccess(configuration: Pick<Configuration, "data">): void {
  const file = resolve(databaseFile(configuration));
  if (!isRefused(file)) return;
  const refusing = nearestVisible(file);
  const facts = statSync(refusing);
  if (facts.uid === process.getuid?.()) {
    const modes = facts.isDirectory() ? "u+rwx" : "u+rw";
    throw new CommandError(
      `This user may not use the database ${file}: ${refusing} is yours, but its permissions refuse it. Allow it: chmod ${modes} ${shellWord(refusing)}`,
    );
  }
  const owner = nameOf(facts.uid);
  throw new CommandError(
    `This user may not use the database ${file}: ${refusing} belongs to ${owner}. Run the command as that user: sudo -u ${shellWord(owner)} tessera …`,
  );
}

function isRefused(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return false;
  } catch (error) {
    return codeOf(error) === "EACCES";
  }
}

/** The file, or the innermost folder around it that this user can see. */
function nearestVisible(path: string): string {
  try {
    statSync(path);
    return path;
  } catch (error) {
    if (codeOf(error) !== "EACCES") throw error;
    return nearestVisible(dirname(path));
  }
}

/** The name of a user; the number if this machine has no name for it. */
function nameOf(uid: number): string {
  const entry = passwd().find(([, , id]) => id === String(uid));
  return entry?.[0] ?? `#${uid}`;
}

function passwd(): string[][] {
  try {
    return readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : null);

/** Whether this user may use the data folder. To another user its files look as if they did not exist. */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Configuration } from "../configuration/schema.ts";
import { databaseFile } from "../store/open.ts";
import { CommandError } from "./command-error.ts";

/** Throws CommandError that names the owner, if this user may not read and write the database. A missing one is no fault here. */
export function requireAccess(configuration: Pick<Configuration, "data">): void {
  const file = resolve(databaseFile(configuration));
  if (!isRefused(file)) return;
  const owned = nearestVisible(file);
  const owner = nameOf(statSync(owned).uid);
  throw new CommandError(
    `This user may not use the database ${file}: ${owned} belongs to ${owner}. Run the command as that user: sudo -u ${owner} tessera …`,
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

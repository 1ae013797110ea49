/** One server per data folder. Other commands work beside it and take no lock. */
import { join, resolve } from "node:path";
import type { Configuration } from "../configuration/schema.ts";
import { type HeldLock, takeLock } from "../store/sqlite/lock.ts";
import { CommandError } from "./command-error.ts";

/** Takes the lock of the data folder, for as long as this process lives. Throws CommandError that names who has it. */
export function lockDataFolder({ data, issuer }: Pick<Configuration, "data" | "issuer">): HeldLock {
  const result = takeLock(join(data, "serve.lock"), { pid: process.pid, issuer });
  if (result.taken) return result;
  const { holder } = result;
  const who = holder === null ? "" : ` (process ${holder.pid}, ${holder.issuer})`;
  throw new CommandError(
    `Another Tessera${who} is using the data folder ${resolve(data)}. Stop it, or choose another folder: --data ./other.`,
  );
}

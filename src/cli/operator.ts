/** The operator who gives a command, for the log. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { Act } from "../rules/events.ts";

/** The operator is the user of this process. */
export const operatorAct = (): Act => ({ actor: { kind: "operator", id: userName() }, origin: null });

/** Does not ask the runtime, which believes the environment: a user can set that at will. */
function userName(): string {
  const user = process.getuid?.();
  // Windows has no user numbers.
  return user === undefined ? userInfo().username : (nameOf(user) ?? String(user));
}

/** Null for a user without a local name, as in many containers. */
function nameOf(user: number): string | null {
  try {
    const entries = readFileSync("/etc/passwd", "utf8").split("\n");
    const entry = entries.map((line) => line.split(":")).find(([, , id]) => id === String(user));
    return entry?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Gives background work, such as the checking of passwords, a lower priority than requests. */
import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Each step of nice is worth about a quarter: at 10 a thread gets a tenth of a core that a request wants too. */
const NICE = 10;

/** The names that the runtime gives to the threads of its pool. */
const POOL_THREAD = /^Bun Pool /;

const TASKS = "/proc/self/task";

/**
 * Lowers the priority of the runtime's background threads that exist now; the runtime makes more as it needs them. It works
 * on Linux, where each thread has a priority of its own, and does nothing elsewhere.
 */
export function createYielding(): () => void {
  const lowered = new Set<string>();
  return () => {
    if (process.platform !== "linux") return;
    try {
      for (const task of readdirSync(TASKS)) {
        // A new thread gets its name a moment after it is listed; the next call finds it.
        if (lowered.has(task) || !POOL_THREAD.test(readFileSync(`${TASKS}/${task}/comm`, "utf8"))) continue;
        setPriority(Number(task), NICE);
        lowered.add(task);
      }
    } catch {
      // A thread ended meanwhile, or the system does not allow this. Then the threads keep their priority.
    }
  };
}

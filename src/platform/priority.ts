/** Work that can wait, such as the checking of passwords, leaves the processor to the requests when both want it. */
import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Each step of nice is worth about a quarter: at 10 they get a tenth of a core that a request wants too, and not none. */
const NICE = 10;

/** How the runtime calls the threads of its pool. */
const POOL_THREAD = /^Bun Pool /;

const TASKS = "/proc/self/task";

/**
 * Lowers the priority of the threads on which the runtime does its work in the background, those that there are by now;
 * it makes them as they are needed. On Linux, where each thread has a priority of its own; elsewhere nothing happens.
 */
export function createYielding(): () => void {
  const lowered = new Set<string>();
  return () => {
    if (process.platform !== "linux") return;
    try {
      for (const task of readdirSync(TASKS)) {
        // A new thread gets its name a moment after it is listed: then it is found the next time.
        if (lowered.has(task) || !POOL_THREAD.test(readFileSync(`${TASKS}/${task}/comm`, "utf8"))) continue;
        setPriority(Number(task), NICE);
        lowered.add(task);
      }
    } catch {
      // A thread ended meanwhile, or this is not allowed here. Then they are as important as the rest.
    }
  };
}

/** Password checks take only the processor time that requests leave. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { createPasswords } from "../../src/accounts/passwords.ts";

const threads = () =>
  readdirSync("/proc/self/task").map((id) => ({
    name: readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim(),
    nice: getPriority(Number(id)),
  }));

// On other systems threads have no priority of their own.
test.skipIf(process.platform !== "linux")(
  "the threads that check passwords yield to the one that answers",
  async () => {
    const passwords = createPasswords({ checksAtOnce: 2, checksWaiting: 10, maximumBytes: 100 });
    const own = getPriority();
    // A thread gets its name a moment after it is made, so the second check finds it.
    for (let turn = 0; turn < 2; turn += 1)
      await Promise.all([passwords.verify("a", null), passwords.verify("b", null)]);
    const pool = threads().filter(({ name }) => name.startsWith("Bun Pool"));
    expect(pool.length).toBeGreaterThan(0);
    for (const { nice } of pool) expect(nice).toBe(10);
    expect(getPriority()).toBe(own);
  },
);

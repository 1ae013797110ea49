/** Password checks take only the processor time that requests leave. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { createPasswords, type PasswordAsker } from "../../src/accounts/passwords.ts";
import { proves } from "../support/proves.ts";

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

const stranger = (source: string): PasswordAsker => ({ source, isKnown: false });

test(proves("a flood from one network leaves room in the queue for others", "threat 60"), async () => {
  const passwords = createPasswords({ checksAtOnce: 1, checksWaiting: 8, maximumBytes: 100 });
  const hash = await passwords.hash("a password");
  const flood = Array.from({ length: 100 }, () =>
    passwords.verify("a guess", null, stranger("203.0.113.0/24")).then(
      () => "checked",
      (error: Error) => error.name,
    ),
  );
  expect(await passwords.verify("a password", hash, stranger("198.51.100.0/24"))).toBe(true);
  const checked = (await Promise.all(flood)).filter((outcome) => outcome === "checked");
  // One ran, and of the eight places in the queue the flood gave up one.
  expect(checked).toHaveLength(8);
});

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { RecordId } from "../../../src/protocol/identifiers.ts";
import { Connection } from "../../../src/store/sqlite/driver.ts";
import { openSqliteStore } from "../acts.ts";

import { NOW } from "../records.ts";
import { authorize, createParties } from "../suite/setting.ts";
import { withDatabaseFile } from "./temporary.ts";

const start = (script: string, file: string) =>
  Bun.spawn([process.execPath, join(import.meta.dir, "processes", script), file], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });

async function* linesOf(output: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of output) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** Starts this many processes on one database, waits until all are ready, and sends each the same line. */
async function race(file: string, count: number, line: string): Promise<string[]> {
  const racers = Array.from({ length: count }, () => start("redeem.ts", file)).map((racer) => ({
    racer,
    lines: linesOf(racer.stdout),
  }));
  const next = async ({ lines }: (typeof racers)[number]) => String((await lines.next()).value);
  expect(await Promise.all(racers.map(next))).toEqual(Array(count).fill("ready"));
  for (const { racer } of racers) {
    racer.stdin.write(`${line}\n`);
    racer.stdin.flush();
  }
  const results = await Promise.all(racers.map(next));
  expect(await Promise.all(racers.map(({ racer }) => racer.exited))).toEqual(Array(count).fill(0));
  return results;
}

describe("several processes on one database", () => {
  test(
    "of eight redemptions of a code by two processes, one is issued",
    () =>
      withDatabaseFile(async (file) => {
        const store = await openSqliteStore({ file });
        const parties = await createParties(store);
        const codes = await Promise.all(Array.from({ length: 200 }, () => authorize(store, parties)));
        const ids = codes.map(({ code }) => code.id.toHex());

        const results = await race(file, 2, JSON.stringify(ids));

        const [first = [], second = []] = results.map((text): string[][] => JSON.parse(text));
        const expected = ["issued", ...Array(7).fill("replayed")];
        for (const index of ids.keys()) {
          expect([...(first[index] ?? []), ...(second[index] ?? [])].toSorted()).toEqual(expected);
        }
        // Every code was replayed, so no grant is left.
        expect(await store.listGrants({}, NOW)).toEqual([]);
        await store.close();
      }),
    20_000,
  );

  test(
    "processes that create one database together all open it",
    () =>
      withDatabaseFile(async (file) => {
        expect(await race(file, 3, "[]")).toEqual(["[]", "[]", "[]"]);
      }),
    20_000,
  );

  test(
    "what was acknowledged is there after the process was killed",
    () =>
      withDatabaseFile(async (file) => {
        const victim = start("issue-until-killed.ts", file);
        const acknowledged: string[] = [];
        for await (const line of linesOf(victim.stdout)) {
          acknowledged.push(line);
          if (acknowledged.length === 500) victim.kill("SIGKILL");
        }
        await victim.exited;
        expect(victim.signalCode).toBe("SIGKILL");

        const store = await openSqliteStore({ file });
        for (const hex of acknowledged) {
          const id = Uint8Array.fromHex(hex) as Uint8Array as RecordId;
          expect(await store.findActiveAccessToken(id, NOW)).not.toBeNull();
        }
        await store.close();
        const connection = new Connection(file);
        expect(connection.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
        connection.close();
      }),
    20_000,
  );
});

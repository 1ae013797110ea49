import { describe, expect, test } from "bun:test";
import { StoreBusy, StoreUnavailable } from "../../../src/store/contract.ts";
import { Connection, ensureDatabaseFile, openReader, openWriter } from "../../../src/store/sqlite/driver.ts";
import { GroupReads } from "../../../src/store/sqlite/reader.ts";
import { GroupCommit, type GroupCommitOptions } from "../../../src/store/sqlite/writer.ts";
import { withDatabaseFile } from "./temporary.ts";

/** A table of numbers, a writer of it, and a second connection that looks at what is committed. */
async function withWriter(
  use: (parts: {
    connection: Connection;
    other: Connection;
    writes: GroupCommit;
    insert: (n: number) => number;
    committed: () => number[];
    file: string;
  }) => Promise<void>,
  options: Partial<GroupCommitOptions> = {},
): Promise<void> {
  await withDatabaseFile(async (file) => {
    ensureDatabaseFile(file);
    const connection = openWriter(file);
    connection.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY, text TEXT)");
    const other = new Connection(file);
    const numbers = other.query<{ n: number }, []>("SELECT n FROM numbers ORDER BY n");
    const writes = new GroupCommit(connection, options);
    await use({
      connection,
      other,
      writes,
      insert: connection.command<[number]>("INSERT INTO numbers (n) VALUES (?)"),
      committed: () => numbers.all().map(({ n }) => n),
      file,
    });
    await writes.close();
    other.close();
    connection.close();
  });
}

const statuses = async (promises: Promise<unknown>[]) =>
  (await Promise.allSettled(promises)).map(({ status }) => status);

describe("group commit", () => {
  test("writes of one turn share one transaction", () =>
    withWriter(async ({ writes, insert, committed }) => {
      const [, seenBetween] = await Promise.all([
        writes.write(() => [insert(1), insert(2)]),
        writes.write(() => committed()),
        writes.write(() => insert(3)),
      ]);
      expect(seenBetween).toEqual([]);
      expect(committed()).toEqual([1, 2, 3]);
    }));

  test("each write gets its own answer", () =>
    withWriter(async ({ writes }) => {
      const answers = await Promise.all(["a", "b", "c"].map((answer) => writes.write(() => answer)));
      expect(answers).toEqual(["a", "b", "c"]);
    }));

  test("more writes than fit into one transaction are all done", () =>
    withWriter(async ({ writes, insert, committed }) => {
      const numbers = Array.from({ length: 1500 }, (_, n) => n);
      await Promise.all(numbers.map((n) => writes.write(() => insert(n))));
      expect(committed()).toEqual(numbers);
    }));

  test("a write that fails is undone alone, and its neighbours are committed", () =>
    withWriter(async ({ writes, insert, committed }) => {
      const mistake = new Error("a mistake");
      const failing = writes.write(() => {
        insert(10);
        throw mistake;
      });
      const outcomes = await statuses([
        writes.write(() => insert(1)),
        failing,
        writes.write(() => insert(1)),
        writes.write(() => insert(2)),
      ]);
      expect(outcomes).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      await expect(failing).rejects.toBe(mistake);
      expect(committed()).toEqual([1, 2]);
    }));

  test("a mistake of the program is not called unavailability", () =>
    withWriter(async ({ writes, insert }) => {
      await writes.write(() => insert(1));
      await expect(writes.write(() => insert(1))).rejects.not.toBeInstanceOf(StoreUnavailable);
    }));

  test("when the commit fails, all of its writes fail and none is stored", () =>
    withWriter(async ({ connection, writes, insert, committed }) => {
      connection.execute("PRAGMA foreign_keys = ON");
      connection.execute(
        "CREATE TABLE children (parent INTEGER REFERENCES numbers DEFERRABLE INITIALLY DEFERRED)",
      );
      const orphan = connection.command<[]>("INSERT INTO children VALUES (99)");
      const promises = [
        writes.write(() => insert(1)),
        writes.write(() => orphan()),
        writes.write(() => insert(2)),
      ];
      for (const { reason } of await rejections(promises)) expect(reason).toBeInstanceOf(StoreUnavailable);
      expect(committed()).toEqual([]);
      await writes.write(() => insert(3));
      expect(committed()).toEqual([3]);
    }));

  test("a full disk fails what does not fit, and nothing is half stored", () =>
    withWriter(async ({ connection, writes, insert, committed }) => {
      connection.execute("PRAGMA max_page_count = 12");
      const large = connection.command<[number, string]>("INSERT INTO numbers VALUES (?, ?)");
      const fits = writes.write(() => insert(1));
      const tooLarge = writes.write(() => large(2, "x".repeat(100_000)));
      const [first] = await statuses([fits, tooLarge]);
      await expect(tooLarge).rejects.toBeInstanceOf(StoreUnavailable);
      expect(committed()).toEqual(first === "fulfilled" ? [1] : []);
      await writes.write(() => insert(3));
      expect(committed()).toContain(3);
    }));

  test("another process's transaction is waited for", () =>
    withWriter(async ({ other, writes, insert, committed }) => {
      other.execute("BEGIN IMMEDIATE");
      const waiting = writes.write(() => insert(1));
      // The first attempt is made in the coming turn, before this.
      setTimeout(() => other.execute("COMMIT"), 1);
      await waiting;
      expect(committed()).toEqual([1]);
    }));

  test("a transaction that does not end makes the store unavailable", async () => {
    await withWriter(
      async ({ other, writes, insert, committed }) => {
        other.execute("BEGIN IMMEDIATE");
        const promises = [1, 2].map((n) => writes.write(() => insert(n)));
        for (const { reason } of await rejections(promises)) expect(reason).toBeInstanceOf(StoreUnavailable);
        other.execute("COMMIT");
        await writes.write(() => insert(3));
        expect(committed()).toEqual([3]);
      },
      { lockAttempts: 1 },
    );
  });
});

describe("more writes than can be done in time", () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);

  test("are refused at once and leave nothing, those that fit are done, and then there is room again", () =>
    withWriter(async ({ writes, insert, committed }) => {
      const numbers = numbered(3000);
      const outcomes = statuses(numbers.map((n) => writes.write(() => insert(n))));
      // Before anything is written.
      await expect(writes.write(() => insert(9999))).rejects.toBeInstanceOf(StoreBusy);
      expect(committed()).toEqual([]);
      const settled = await outcomes;
      const fulfilled = numbers.filter((n) => settled[n] === "fulfilled");
      expect(fulfilled.length).toBeGreaterThanOrEqual(512);
      expect(fulfilled.length).toBeLessThan(3000);
      expect(committed()).toEqual(fulfilled);
      await writes.write(() => insert(9999));
      expect(committed()).toContain(9999);
    }));

  test("leave room for what is urgent", () =>
    withWriter(async ({ writes, insert, committed }) => {
      const rest = statuses(numbered(3000).map((n) => writes.write(() => insert(n))));
      await expect(writes.write(() => insert(9998))).rejects.toBeInstanceOf(StoreBusy);
      expect(() => writes.requireRoom()).toThrow(StoreBusy);
      await writes.write(() => insert(9999), "urgent");
      expect(committed()).toContain(9999);
      expect(await rest).toContain("rejected");
    }));

  test("are not counted any more when no transaction could begin", () =>
    withWriter(
      async ({ other, writes, insert, committed }) => {
        other.execute("BEGIN IMMEDIATE");
        const first = await Promise.allSettled(numbered(1000).map((n) => writes.write(() => insert(n))));
        expect(first.every(({ status }) => status === "rejected")).toBe(true);
        other.execute("COMMIT");
        await Promise.all(numbered(512).map((n) => writes.write(() => insert(n))));
        expect(committed()).toHaveLength(512);
      },
      { lockAttempts: 1 },
    ));
});

describe("group reads", () => {
  test("see what another process committed, even after they were asked for in this turn", () =>
    withWriter(async ({ file, other }) => {
      const { reads, count, close } = reader(file);
      const first = reads.read(count);
      other.execute("INSERT INTO numbers (n) VALUES (1)");
      expect(await Promise.all([first, reads.read(count)])).toEqual([1, 1]);
      close();
    }));

  test("that are asked for in one turn share one moment", () =>
    withWriter(async ({ file, other }) => {
      const { reads, count, close } = reader(file);
      const first = reads.read(() => {
        const found = count();
        other.execute("INSERT INTO numbers (n) VALUES (1)");
        return found;
      });
      expect(await Promise.all([first, reads.read(count)])).toEqual([0, 0]);
      expect(await reads.read(count)).toBe(1);
      close();
    }));

  test("hold no snapshot when they are answered, so the log can start over", () =>
    withWriter(async ({ file, other, writes, insert }) => {
      const { reads, count, close } = reader(file);
      await writes.write(() => insert(1));
      await reads.read(count);
      expect(other.query("PRAGMA wal_checkpoint(TRUNCATE)").get()).toMatchObject({ busy: 0 });
      close();
    }));

  test("are answered when the store closes, if they were asked for before", () =>
    withWriter(async ({ file }) => {
      const { reads, count, close } = reader(file);
      const before = reads.read(count);
      close();
      expect(await before).toBe(0);
      await expect(reads.read(count)).rejects.toBeInstanceOf(StoreUnavailable);
    }));

  test("one that fails leaves the others of its turn alone", () =>
    withWriter(async ({ file }) => {
      const { reads, count, close } = reader(file);
      const mistake = new Error("a mistake");
      const failing = reads.read(() => {
        throw mistake;
      });
      expect(await reads.read(count)).toBe(0);
      await expect(failing).rejects.toBe(mistake);
      close();
    }));

  test("cannot write", () =>
    withWriter(async ({ file }) => {
      const connection = openReader(file);
      expect(() => connection.execute("INSERT INTO numbers (n) VALUES (1)")).toThrow("readonly");
      connection.close();
    }));
});

function reader(file: string) {
  const connection = openReader(file);
  const reads = new GroupReads(connection);
  const rows = connection.query<{ found: number }, []>("SELECT count(*) AS found FROM numbers");
  return {
    reads,
    count: () => rows.get()?.found,
    close() {
      reads.close();
      connection.close();
    },
  };
}

async function rejections(promises: Promise<unknown>[]): Promise<PromiseRejectedResult[]> {
  const results = await Promise.allSettled(promises);
  const rejected = results.filter((result) => result.status === "rejected");
  expect(rejected).toHaveLength(promises.length);
  return rejected;
}

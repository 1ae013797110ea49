import { describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../../src/store/contract.ts";
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
    const writes = new GroupCommit(connection, { beforeBatch: () => {}, ...options });
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
  test("writes of one turn share one transaction", async () => {
    let batches = 0;
    const countBatches = () => {
      batches += 1;
    };
    await withWriter(
      async ({ writes, insert, committed }) => {
        await Promise.all([1, 2, 3].map((n) => writes.write(() => insert(n))));
        expect(batches).toBe(1);
        expect(committed()).toEqual([1, 2, 3]);
      },
      { beforeBatch: countBatches },
    );
  });

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

describe("group reads", () => {
  test("end with their turn: what another process committed is seen in the next", () =>
    withWriter(async ({ file, other, committed }) => {
      const { reads, count, close } = reader(file);
      expect(await reads.read(count)).toBe(0);
      other.execute("INSERT INTO numbers (n) VALUES (1)");
      await nextTurn();
      expect(await reads.read(count)).toBe(1);
      expect(committed()).toEqual([1]);
      close();
    }));

  test("hold no snapshot after their turn, so the log can start over", () =>
    withWriter(async ({ file, other, writes, insert }) => {
      const { reads, count, close } = reader(file);
      await writes.write(() => insert(1));
      await reads.read(count);
      await nextTurn();
      expect(other.query("PRAGMA wal_checkpoint(TRUNCATE)").get()).toMatchObject({ busy: 0 });
      close();
    }));

  test("ending them lets the same turn see what was committed since", () =>
    withWriter(async ({ file, other }) => {
      const { reads, count, close } = reader(file);
      const before = reads.read(count);
      other.execute("INSERT INTO numbers (n) VALUES (1)");
      reads.end();
      const after = reads.read(count);
      expect([await before, await after]).toEqual([0, 1]);
      close();
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

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

async function rejections(promises: Promise<unknown>[]): Promise<PromiseRejectedResult[]> {
  const results = await Promise.allSettled(promises);
  const rejected = results.filter((result) => result.status === "rejected");
  expect(rejected).toHaveLength(promises.length);
  return rejected;
}

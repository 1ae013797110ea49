import { describe, expect, test } from "bun:test";
import { StoreBusy, StoreUnavailable } from "../../../src/store/contract.ts";
import { Connection, ensureDatabaseFile, openWriter } from "../../../src/store/sqlite/driver.ts";
import { GroupReads } from "../../../src/store/sqlite/reader.ts";
import { GroupCommit, type GroupCommitOptions } from "../../../src/store/sqlite/writer.ts";
import { withDatabaseFile } from "./temporary.ts";

/** A table of numbers, a writer for it, and a second connection that sees committed rows. */
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
      // The first attempt comes before this timer.
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
      // Before any write.
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
        const first = await Promise.allSettled(numbered(1500).map((n) => writes.write(() => insert(n))));
        expect(first.every(({ status }) => status === "rejected")).toBe(true);
        other.execute("COMMIT");
        await Promise.all(numbered(1500).map((n) => writes.write(() => insert(n))));
        expect(committed()).toHaveLength(1500);
      },
      { lockAttempts: 1 },
    ));
});

describe("group commit with the sync beside it", () => {
  /** Syncs that end when the test lets them. */
  function syncs() {
    const pending: PromiseWithResolvers<void>[] = [];
    let count = 0;
    return {
      sync: () => {
        count += 1;
        const next = Promise.withResolvers<void>();
        pending.push(next);
        return next.promise;
      },
      async begun(expected: number) {
        while (count < expected) await nextTurn();
        for (let turn = 0; turn < 5; turn += 1) await nextTurn();
        expect(count).toBe(expected);
      },
      end: () => pending.shift()?.resolve(),
      fail: () => pending.shift()?.reject(new Error("EIO")),
    };
  }

  test("what is on its way to the disk takes room until it is there", async () => {
    const disk = syncs();
    await withWriter(
      async ({ writes, insert }) => {
        const first = statuses(Array.from({ length: 512 }, (_, n) => writes.write(() => insert(n))));
        await disk.begun(1);
        const more = Array.from({ length: 1489 }, (_, n) => writes.write(() => insert(1000 + n)));
        await expect(more.at(-1)).rejects.toBeInstanceOf(StoreBusy);
        const rest = statuses(more);
        for (let batch = 1; batch <= 4; batch += 1) {
          disk.end();
          if (batch < 4) await disk.begun(batch + 1);
        }
        expect(await first).not.toContain("rejected");
        expect((await rest).filter((status) => status === "rejected")).toHaveLength(1);
      },
      { sync: disk.sync },
    );
  });

  test("no answer leaves before the sync has ended, a failure's neither", async () => {
    const disk = syncs();
    await withWriter(
      async ({ writes, insert, committed }) => {
        const settled: string[] = [];
        const good = writes.write(() => insert(1)).then(() => settled.push("good"));
        const bad = writes.write(() => insert(1)).catch(() => settled.push("bad"));
        await disk.begun(1);
        expect(committed()).toEqual([1]);
        expect(settled).toEqual([]);
        disk.end();
        await Promise.all([good, bad]);
        expect(settled).toEqual(["good", "bad"]);
      },
      { sync: disk.sync },
    );
  });

  test("what arrives during a sync shares the next", async () => {
    const disk = syncs();
    await withWriter(
      async ({ writes, insert, committed }) => {
        const first = writes.write(() => insert(1));
        await disk.begun(1);
        const later = [writes.write(() => insert(2)), writes.write(() => insert(3))];
        await disk.begun(1);
        expect(committed()).toEqual([1]);
        disk.end();
        await first;
        await disk.begun(2);
        disk.end();
        await Promise.all(later);
        expect(committed()).toEqual([1, 2, 3]);
      },
      { sync: disk.sync },
    );
  });

  test("reads are answered during a sync", async () => {
    const disk = syncs();
    await withWriter(
      async ({ connection, writes, insert }) => {
        const reads = new GroupReads(connection);
        const writing = writes.write(() => insert(1));
        await disk.begun(1);
        const rows = connection.query<{ found: number }, []>("SELECT count(*) AS found FROM numbers");
        expect(await reads.read(() => rows.get()?.found)).toBe(1);
        disk.end();
        await writing;
        reads.close();
      },
      { sync: disk.sync },
    );
  });

  test("after a sync that failed nothing is acknowledged any more", async () => {
    const disk = syncs();
    await withWriter(
      async ({ writes, insert, committed }) => {
        expect(() => writes.requireWritable()).not.toThrow();
        const outcomes = statuses([writes.write(() => insert(1)), writes.write(() => insert(2))]);
        await disk.begun(1);
        const waiting = writes.write(() => insert(3));
        disk.fail();
        expect(await outcomes).toEqual(["rejected", "rejected"]);
        await expect(waiting).rejects.toBeInstanceOf(StoreUnavailable);
        await expect(writes.write(() => insert(4))).rejects.toThrow("did not keep");
        expect(() => writes.requireWritable()).toThrow(StoreUnavailable);
        expect(committed()).toEqual([1, 2]);
        await disk.begun(1);
      },
      { sync: disk.sync },
    );
  });

  test("closing waits for the sync", async () => {
    const disk = syncs();
    await withWriter(
      async ({ writes, insert }) => {
        let closed = false;
        const writing = writes.write(() => insert(1));
        await disk.begun(1);
        const closing = writes.close().then(() => {
          closed = true;
        });
        await nextTurn();
        expect(closed).toBe(false);
        disk.end();
        await Promise.all([writing, closing]);
      },
      { sync: disk.sync },
    );
  });
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

  test("change nothing, whatever they do", () =>
    withWriter(async ({ connection, insert, committed }) => {
      const reads = new GroupReads(connection);
      expect(await reads.read(() => insert(1))).toBe(1);
      expect(committed()).toEqual([]);
      reads.close();
    }));

  test("and writes take turns on one connection, and none sees half of another", () =>
    withWriter(async ({ connection, writes, insert, committed }) => {
      const reads = new GroupReads(connection);
      const rows = connection.query<{ found: number }, []>("SELECT count(*) AS found FROM numbers");
      const seen: (number | undefined)[] = [];
      const work: Promise<unknown>[] = [];
      for (let n = 0; n < 100; n += 2) {
        work.push(writes.write(() => [insert(n), insert(n + 1)]));
        work.push(reads.read(() => seen.push(rows.get()?.found)));
        if (n % 10 === 0) await Bun.sleep(0);
      }
      await Promise.all(work);
      expect(seen.filter((found) => (found ?? 1) % 2 === 1)).toEqual([]);
      expect(committed()).toHaveLength(100);
      reads.close();
    }));
});

function reader(file: string) {
  const connection = openWriter(file);
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

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function rejections(promises: Promise<unknown>[]): Promise<PromiseRejectedResult[]> {
  const results = await Promise.allSettled(promises);
  const rejected = results.filter((result) => result.status === "rejected");
  expect(rejected).toHaveLength(promises.length);
  return rejected;
}

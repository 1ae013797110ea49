import { describe, expect, test } from "bun:test";
import { insert, row, type Store } from "../../../../src/store/contract.ts";
import { type OpenContract, useContract } from "./setting.ts";
import { type Box, findBox, lids, newBox, newOwner, owners, places, store } from "./tables.ts";

const LID = { lid: row(lids, { id: "$id" }) };

export function expirySuite(open: OpenContract): void {
  describe("the clean-up", () => {
    const { store: own, other } = useContract(open);
    const expiring = (...times: (number | null)[]) =>
      store(own(), ...times.map((expiresAt) => newBox({ expiresAt })));
    const labelsLeft = async (rows: Box[]): Promise<(number | null)[]> => {
      const found = await Promise.all(rows.map((box) => findBox(own(), box)));
      return found.flatMap((box) => (box === null ? [] : [box.expiresAt]));
    };
    /** Removes the rows of other tests. */
    const begin = async () => {
      await own().expire({ boxes: 1e12, places: 1e12 }, 10_000);
    };

    test("removes rows whose time has come, to the second, and none that have no time", async () => {
      await begin();
      const rows = await expiring(99, 100, 101, null);
      expect(await own().expire({ boxes: 98 }, 10)).toBe(0);
      expect(await own().expire({ boxes: 100 }, 10)).toBe(2);
      expect(await labelsLeft(rows)).toEqual([101, null]);
      expect(await own().expire({ boxes: 100 }, 10)).toBe(0);
      expect(await own().expire({ boxes: 1e12 }, 10)).toBe(1);
      expect(await labelsLeft(rows)).toEqual([null]);
    });

    test("removes no more than the limit at a time, what has expired first before the rest", async () => {
      await begin();
      const rows = await expiring(5, 3, 1, 4, 2);
      expect(await own().expire({ boxes: 100 }, 2)).toBe(2);
      expect(await labelsLeft(rows)).toEqual([5, 3, 4]);
      expect(await own().expire({ boxes: 100 }, 2)).toBe(2);
      expect(await labelsLeft(rows)).toEqual([5]);
      expect(await own().expire({ boxes: 100 }, 2)).toBe(1);
      expect(await own().expire({ boxes: 100 }, 2)).toBe(0);
    });

    test("removes so many of each table, each up to its own time, and nothing of those without one", async () => {
      await begin();
      const rows = await expiring(10, 20, 30);
      const shelves = ["1", "2", "3"];
      const changes = shelves.map((shelf) =>
        insert(places, { aisle: "expiring", shelf, floor: 1, emptyFrom: 10 * Number(shelf) }),
      );
      await own().commit({ changes: [...changes, insert(owners, newOwner())] });
      const owned = await own().list(owners, { limit: 1000 });
      const shelvesLeft = async () =>
        (await own().list(places, { where: { aisle: "expiring" }, limit: 9 })).map(({ shelf }) => shelf);

      expect(await own().expire({ places: 10 }, 10)).toBe(1);
      expect([await labelsLeft(rows), await shelvesLeft()]).toEqual([
        [10, 20, 30],
        ["2", "3"],
      ]);
      expect(await own().expire({ boxes: 20, places: 30, owners: 1e12, nothing: 1e12 }, 1)).toBe(2);
      expect([await labelsLeft(rows), await shelvesLeft()]).toEqual([[20, 30], ["3"]]);
      expect(await own().expire({ boxes: 20, places: 30, owners: 1e12 }, 10)).toBe(2);
      expect([await labelsLeft(rows), await shelvesLeft()]).toEqual([[30], []]);
      expect(await own().list(owners, { limit: 1000 })).toEqual(owned);
    });

    test("takes along what goes with a row, beyond the limit, and counts it", async () => {
      await begin();
      const rows = await expiring(1, 2, 100);
      await own().commit({ changes: rows.map(({ id }) => insert(lids, { id, colour: "red" })) });
      const lidsLeft = async () => {
        const found = await Promise.all(rows.map(({ id }) => own().look(LID, { id })));
        return found.map(({ lid }) => lid !== null);
      };
      expect(await own().expire({ boxes: 50 }, 1)).toBe(2);
      expect(await lidsLeft()).toEqual([false, true, true]);
      expect(await own().expire({ boxes: 50 }, 10)).toBe(2);
      expect(await lidsLeft()).toEqual([false, false, true]);
      // It is removed only with its row.
      expect(await own().expire({ lids: 1e12 }, 10)).toBe(0);
      expect(await lidsLeft()).toEqual([false, false, true]);
    });

    test("by two nodes at once removes and counts each row once", async () => {
      await begin();
      await expiring(...Array.from({ length: 60 }, (_, index) => index));
      const cleanUp = async (on: Store): Promise<number> => {
        let removed = 0;
        for (let call = 0; call < 20; call += 1) removed += await on.expire({ boxes: 100 }, 7);
        return removed;
      };
      const counts = await Promise.all([cleanUp(own()), cleanUp(other())]);
      expect(counts[0] + counts[1]).toBe(60);
    });
  });
}

import { describe, expect, test } from "bun:test";
import { hold, insert, sweep, update } from "../../../../src/store/contract.ts";
import { byKey } from "./order.ts";
import { type OpenContract, useContract } from "./setting.ts";
import { type Box, boxes, findBox, lids, newBox, newOwner, owners, store } from "./tables.ts";

export function sweepSuite(open: OpenContract): void {
  describe("a sweep", () => {
    const { store: own, other } = useContract(open);
    /** Some boxes of one owner. */
    const stored = async (count: number, fields: Partial<Box> = {}) => {
      const { name } = newOwner();
      const rows = Array.from({ length: count }, () => newBox({ owner: name, ...fields }));
      return { owner: name, rows: await store(own(), ...rows) };
    };
    const sweepBoxes = async (where: Partial<Box>, set: Partial<Box> | null) =>
      own().commit({ changes: [], sweeps: [sweep(boxes, where, set)] });
    const swept = (...rows: Box[][]) => ({ outcome: "committed", swept: rows.map(byKey) }) as const;
    const inOrder = (outcome: Awaited<ReturnType<typeof sweepBoxes>>) =>
      outcome.outcome === "stale" ? outcome : { ...outcome, swept: outcome.swept.map(byKey) };

    test("changes all rows with its values, and answers them as they are now", async () => {
      const { owner, rows } = await stored(3, { sealedAt: null, picture: new Uint8Array([1]) });
      const [sealed] = await store(own(), newBox({ owner, sealedAt: 1 }));
      const bystanders = await stored(1);
      const set = { sealedAt: 9, tags: [], contents: new Map([["x", 1]]), isFragile: true };
      const outcome = await sweepBoxes({ owner, sealedAt: null }, set);
      expect(inOrder(outcome)).toEqual(swept(rows.map((box) => ({ ...box, ...set }))));
      for (const box of rows) expect(await findBox(own(), box)).toEqual({ ...box, ...set });
      for (const box of [sealed, ...bystanders.rows])
        expect(box && (await findBox(own(), box))).toEqual(box ?? null);
    });

    test("removes all rows with its values, and answers them as they were", async () => {
      const { owner, rows } = await stored(3);
      const bystanders = await stored(1);
      expect(inOrder(await sweepBoxes({ owner }, null))).toEqual(swept(rows));
      for (const box of rows) expect(await findBox(own(), box)).toBeNull();
      for (const box of bystanders.rows) expect(await findBox(own(), box)).toEqual(box);
    });

    test("that finds nothing is committed", async () => {
      expect(await sweepBoxes({ owner: "nobody" }, null)).toEqual(swept([]));
      expect(await sweepBoxes({ owner: "nobody" }, { weight: 1 })).toEqual(swept([]));
      expect(await sweepBoxes({ owner: "no\0body" }, { weight: 1 })).toEqual(swept([]));
    });

    test("tells null from what is there", async () => {
      const { rows } = await stored(2, { sealedAt: 12_345 });
      const [none] = await store(own(), newBox({ owner: null, sealedAt: 12_345 }));
      expect(inOrder(await sweepBoxes({ owner: null, sealedAt: 12_345 }, { weight: 5 }))).toEqual(
        swept(none === undefined ? [] : [{ ...none, weight: 5 }]),
      );
      for (const box of rows) expect((await findBox(own(), box))?.weight).toBe(1);
    });

    test("without values is of all rows", async () => {
      await own().commit({ changes: [insert(lids, { id: newBox().id, colour: "red" })] });
      await own().commit({ changes: [], sweeps: [sweep(lids, {}, { colour: "white" })] });
      const all = await own().list(lids, { limit: 10_000 });
      expect(new Set(all.map(({ colour }) => colour))).toEqual(new Set(["white"]));
    });

    test("comes after the changes and the sweeps before it, and finds what they made", async () => {
      const { owner, rows } = await stored(2);
      const made = newBox({ owner, weight: 3 });
      const outcome = await own().commit({
        changes: [insert(boxes, made)],
        sweeps: [
          sweep(boxes, { owner }, { weight: 4 }),
          sweep(boxes, { owner, weight: 3 }, null),
          sweep(boxes, { owner, weight: 4 }, { sealedAt: 1 }),
        ],
      });
      const changed = [...rows, made].map((box) => ({ ...box, weight: 4 }));
      const sealed = changed.map((box) => ({ ...box, sealedAt: 1 }));
      expect(inOrder(outcome)).toEqual(swept(changed, [], sealed));
    });

    test("finds what was committed on another node", async () => {
      const { owner, rows } = await stored(1);
      const theirs = newBox({ owner });
      await other().commit({ changes: [insert(boxes, theirs)] });
      expect(inOrder(await sweepBoxes({ owner }, null))).toEqual(swept([...rows, theirs]));
    });

    test("does nothing, and neither do the changes, if the commit is stale", async () => {
      const { owner, rows } = await stored(2);
      const [first] = rows;
      const row = newOwner({ name: owner });
      await own().commit({ changes: [insert(owners, row)] });
      const sweeps = [sweep(boxes, { owner }, null), sweep(owners, { name: owner }, { revision: 99 })];
      for (const guard of [
        hold(owners, { name: owner }, { revision: 2 }),
        update(owners, { name: owner }, { revision: 2 }, { revision: 3 }),
        insert(boxes, newBox({ label: first?.label ?? "" })),
      ]) {
        const outcome = await own().commit({
          changes: [insert(lids, { id: newBox().id, colour: owner }), guard],
          sweeps,
        });
        expect(outcome).toEqual({ outcome: "stale" });
      }
      for (const box of rows) expect(await findBox(own(), box)).toEqual(box);
      expect(await own().list(owners, { where: { name: owner }, limit: 2 })).toEqual([row]);
      expect(await own().list(lids, { where: { colour: owner }, limit: 2 })).toEqual([]);
    });

    test("of one commit misses nothing that another makes while it holds the row that the first changes", async () => {
      for (let round = 0; round < 10; round += 1) {
        const owner = newOwner();
        const { name } = owner;
        await own().commit({ changes: [insert(owners, owner)] });
        const fill = async (index: number) => {
          const on = index % 2 === 0 ? own() : other();
          await Bun.sleep(index % 5);
          return on.commit({
            changes: [hold(owners, { name }, { revision: 1 }), insert(boxes, newBox({ owner: name }))],
          });
        };
        const empty = async () => {
          await Bun.sleep(2);
          const changes = [update(owners, { name }, { revision: 1 }, { revision: 2 })];
          return other().commit({ changes, sweeps: [sweep(boxes, { owner: name }, null)] });
        };
        const filled = Array.from({ length: 40 }, (_, index) => fill(index));
        const emptied = await empty();
        const outcomes = await Promise.all(filled);
        expect(emptied.outcome).toBe("committed");
        const committed = outcomes.filter(({ outcome }) => outcome === "committed").length;
        expect(emptied.outcome === "committed" ? emptied.swept[0]?.length : null).toBe(committed);
        expect(await own().list(boxes, { where: { owner: name }, limit: 100 })).toEqual([]);
      }
    });
  });
}

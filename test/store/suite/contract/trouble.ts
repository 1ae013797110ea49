import { describe, expect, test } from "bun:test";
import { insert, StoreUnavailable, sweep, update } from "../../../../src/store/contract.ts";
import { type OpenContract, useContract } from "./setting.ts";
import { BOX, boxes, CONTRACT_SCHEMA, findBox, newBox, store } from "./tables.ts";

export function troubleSuite(open: OpenContract): void {
  describe("a row that Tessera cannot have written", () => {
    const { setting, store: own } = useContract(open);
    const damages = [
      ["no JSON", "{"],
      ["JSON of another form", '{"a":1}'],
    ] as const;
    const damaged = async (contents: string) => {
      const [box, neighbour] = await store(own(), newBox({ owner: "damaged" }), newBox());
      if (box === undefined || neighbour === undefined) throw new Error("no boxes");
      await setting().execute(`UPDATE boxes SET contents = '${contents}' WHERE label = '${box.label}'`);
      return { box, neighbour };
    };
    /** The error names the table and the column, and has advice. */
    const expectTold = async (failing: Promise<unknown>) => {
      const error = await failing.then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StoreUnavailable);
      if (!(error instanceof StoreUnavailable)) return;
      expect(error.message).toBe("a row of boxes cannot be read: its contents is not what Tessera wrote");
      expect(error.advice).toContain("Restore a backup");
    };

    for (const [what, contents] of damages) {
      test(`(${what}) makes the store unavailable for what reads it, and for nothing else`, async () => {
        const { box, neighbour } = await damaged(contents);
        const looks = [own().look(BOX, { id: box.id }), findBox(own(), neighbour)] as const;
        await expectTold(looks[0]);
        expect(await looks[1]).toEqual(neighbour);
        await expectTold(own().list(boxes, { where: { label: box.label }, limit: 3 }));
        expect(await own().list(boxes, { where: { label: neighbour.label }, limit: 3 })).toEqual([neighbour]);
        const wanted = { box: { table: boxes, by: { id: "$id" }, columns: ["label"] } } as const;
        expect(await own().look(wanted, { id: box.id })).toEqual({ box: { label: box.label } });
      });

      test(`(${what}) is not swept, nor is anything with it, and commits beside it are done`, async () => {
        const { box, neighbour } = await damaged(contents);
        const sweeping = own().commit({
          changes: [update(boxes, { id: neighbour.id }, {}, { weight: 44 })],
          sweeps: [sweep(boxes, { label: box.label }, { weight: 45 })],
        });
        const beside = newBox();
        const commit = own().commit({ changes: [insert(boxes, beside)] });
        await expectTold(sweeping);
        expect((await commit).outcome).toBe("committed");
        expect(await findBox(own(), beside)).toEqual(beside);
        expect(await findBox(own(), neighbour)).toEqual(neighbour);
        const repaired = '[["spoons",6]]';
        await setting().execute(`UPDATE boxes SET contents = '${repaired}' WHERE label = '${box.label}'`);
        expect(await findBox(own(), box)).toEqual(box);
      });
    }
  });

  describe("a store that is closed", () => {
    test("has finished what was under way, and refuses the rest", async () => {
      const { store: own, another, close } = await open(CONTRACT_SCHEMA);
      const witness = await another();
      const [seen] = await store(own, newBox());
      const box = newBox();
      const commit = own.commit({ changes: [insert(boxes, box)] });
      const look = own.look(BOX, { id: seen?.id ?? null });
      const list = own.list(boxes, { where: { label: seen?.label ?? "" }, limit: 1 });
      const expire = own.expire({ boxes: 1 }, 1);
      await own.close();
      expect((await commit).outcome).toBe("committed");
      expect((await look).box).toEqual(seen ?? null);
      expect(await list).toEqual(seen === undefined ? [] : [seen]);
      expect(await expire).toBe(0);
      expect(await findBox(witness, box)).toEqual(box);

      await expect(own.commit({ changes: [insert(boxes, newBox())] })).rejects.toBeInstanceOf(
        StoreUnavailable,
      );
      await expect(own.look(BOX, { id: box.id })).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(own.list(boxes, { limit: 1 })).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(own.expire({ boxes: 1 }, 1)).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(own.ping()).rejects.toBeInstanceOf(StoreUnavailable);
      await witness.close();
      await close();
    });

    test("may be closed again", async () => {
      const { store: own, close } = await open(CONTRACT_SCHEMA);
      await own.ping();
      await own.close();
      await own.close();
      await close();
    });
  });
}

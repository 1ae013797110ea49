import { describe, expect, test } from "bun:test";
import { insert, put, row, update } from "../../../../src/store/contract.ts";
import { newId } from "../../records.ts";
import { type OpenContract, useContract } from "./setting.ts";
import { BOX, type Box, boxes, findBox, lids, newBox, newOwner, owners, places, store } from "./tables.ts";

/** An owner's favourite box, and its lid. */
const BEST = {
  owner: row(owners, { name: "$name" }),
  box: row(boxes, { id: "owner.bestBoxId" }),
  lid: row(lids, { id: "box.id" }),
};

export function lookSuite(open: OpenContract): void {
  describe("a look", () => {
    const { store: own, other } = useContract(open);

    const boxesOfEachKind: [string, Partial<Box>][] = [
      ["with something in every column", { owner: "ada", picture: newId(), sealedAt: 7, expiresAt: 8 }],
      ["with nothing where there may be nothing", {}],
      [
        "with empty values",
        { owner: "", tags: [], contents: new Map(), picture: new Uint8Array(), weight: 0 },
      ],
      ["that is fragile", { isFragile: true }],
      ["whose numbers are large", { weight: 2 ** 53 - 1, sealedAt: -(2 ** 53 - 1) }],
      ["whose texts are of all languages", { owner: "Zoë ✉ 🗝 \u{10FFFF}", tags: ["é", "漢字", "🗝"] }],
      ["whose texts are full of signs", { owner: `'";--\\%_\n\t\u0001`, tags: [`"{},\\`, "NULL"] }],
      ["whose contents are full of signs", { contents: new Map([["a\0b\u2028'\"\\", 1]]) }],
      ["whose bytes are of every value", { picture: Uint8Array.from({ length: 256 }, (_, byte) => byte) }],
    ];
    for (const [which, fields] of boxesOfEachKind) {
      test(`finds a row ${which} as it was stored`, async () => {
        const box = newBox(fields);
        await store(own(), box);
        expect(await findBox(own(), box)).toEqual(box);
      });
    }

    test("finds a row by its key of several columns, and by columns that are unique", async () => {
      const place = { aisle: "a", shelf: "2", floor: 3, emptyFrom: 0 };
      const box = newBox();
      await own().commit({ changes: [insert(places, place), insert(boxes, box)] });
      const plan = {
        place: row(places, { aisle: "$aisle", shelf: "$shelf" }),
        box: row(boxes, { label: "$label" }),
      };
      const found = { aisle: "a", shelf: "2", label: box.label };
      expect(await own().look(plan, found)).toEqual({ place, box });
      expect(await own().look(plan, { ...found, shelf: "3" })).toEqual({ place: null, box });
      expect(await own().look(plan, { ...found, label: "a" })).toEqual({ place, box: null });
    });

    test("finds rows that hang on rows", async () => {
      const box = newBox();
      const owner = newOwner({ bestBoxId: box.id });
      const lid = { id: box.id, colour: "green" };
      await own().commit({ changes: [insert(owners, owner), insert(boxes, box), insert(lids, lid)] });
      expect(await own().look(BEST, { name: owner.name })).toEqual({ owner, box, lid });
    });

    test("finds null for a row that does not exist, and for all that hangs on it", async () => {
      const boxless = newOwner();
      const lost = newOwner({ bestBoxId: newId() });
      const lidless = newBox();
      const last = newOwner({ bestBoxId: lidless.id });
      await own().commit({
        changes: [insert(boxes, lidless), ...[boxless, lost, last].map((owner) => insert(owners, owner))],
      });
      const best = ({ name }: { name: string }) => own().look(BEST, { name });
      expect(await best({ name: "nobody" })).toEqual({ owner: null, box: null, lid: null });
      expect(await best(boxless)).toEqual({ owner: boxless, box: null, lid: null });
      expect(await best(lost)).toEqual({ owner: lost, box: null, lid: null });
      expect(await best(last)).toEqual({ owner: last, box: lidless, lid: null });
    });

    test("finds nothing for a parameter that is null, and all the rest", async () => {
      const box = newBox();
      const nameless = newBox({ owner: null });
      await store(own(), box, nameless);
      const plan = {
        owner: row(owners, { name: "$name" }),
        box: row(boxes, { id: "$id" }),
        same: row(boxes, { id: "$id", owner: "$name" }),
      };
      expect(await own().look(plan, { name: null, id: box.id })).toEqual({ owner: null, box, same: null });
      expect(await own().look(plan, { name: "x", id: null })).toEqual({ owner: null, box: null, same: null });
      // No column equals null.
      expect((await own().look(plan, { name: null, id: nameless.id })).same).toBeNull();
    });

    test("finds nothing under a text with U+0000, which no row has", async () => {
      const { name } = newOwner();
      await own().commit({ changes: [insert(owners, newOwner({ name })), insert(owners, newOwner())] });
      const plan = {
        owner: row(owners, { name: "$name" }),
        place: row(places, { aisle: "$name", shelf: "$s" }),
      };
      const found = await own().look(plan, { name: `${name}\0`, s: "\0" });
      expect(found).toEqual({ owner: null, place: null });
      expect((await own().look(plan, { name: "\0", s: "1" })).owner).toBeNull();
    });

    test("tells the columns that are wanted, and no others", async () => {
      const box = newBox({ weight: 3 });
      await store(own(), box);
      const wanted = (...columns: ("weight" | "contents" | "sealedAt" | "id")[]) =>
        own().look({ box: row(boxes, { id: "$id" }, columns) }, { id: box.id });
      expect<object>(await wanted("weight", "contents")).toEqual({
        box: { weight: 3, contents: box.contents },
      });
      expect<object>(await wanted("id")).toEqual({ box: { id: box.id } });
      // The row exists, though the column is null.
      expect<object>(await wanted("sealedAt")).toEqual({ box: { sealedAt: null } });
    });

    test("follows a column that is not wanted", async () => {
      const box = newBox({ weight: 4 });
      const owner = newOwner({ bestBoxId: box.id });
      await own().commit({ changes: [insert(owners, owner), insert(boxes, box)] });
      const plan = {
        owner: row(owners, { name: "$name" }, ["revision"]),
        box: row(boxes, { id: "owner.bestBoxId" }, ["weight"]),
      };
      const found = await own().look(plan, { name: owner.name });
      expect(found.owner?.revision).toBe(owner.revision);
      expect(found.box).toEqual({ weight: 4 });
    });

    test("finds two rows of one table, be they the same", async () => {
      const [one, two] = await store(own(), newBox(), newBox());
      const plan = { one: row(boxes, { id: "$one" }), two: row(boxes, { id: "$two" }) };
      if (one === undefined || two === undefined) throw new Error("no boxes");
      expect(await own().look(plan, { one: one.id, two: two.id })).toEqual({ one, two });
      expect(await own().look(plan, { one: one.id, two: one.id })).toEqual({ one, two: one });
    });

    test("sees what was committed before it, on every node", async () => {
      const box = newBox();
      for (let weight = 1; weight <= 50; weight += 1) {
        const [from, to] = weight % 2 === 0 ? [own(), other()] : [other(), own()];
        await from.commit({ changes: [put(boxes, { ...box, weight })] });
        expect((await findBox(to, box))?.weight).toBe(weight);
        expect((await findBox(from, box))?.weight).toBe(weight);
      }
    });

    test("sees all of its rows as they were at one moment", async () => {
      const [one, two] = await store(own(), newBox({ weight: 100 }), newBox({ weight: 0 }));
      if (one === undefined || two === undefined) throw new Error("no boxes");
      const plan = { one: row(boxes, { id: "$one" }), two: row(boxes, { id: "$two" }) };
      let isOver = false;
      const move = async () => {
        for (let weight = 100; weight >= 0; weight -= 1) {
          const changes = [
            update(boxes, { id: one.id }, {}, { weight }),
            update(boxes, { id: two.id }, {}, { weight: 100 - weight }),
          ];
          await own().commit({ changes });
        }
        isOver = true;
      };
      const sums = new Set<number>();
      const look = async () => {
        while (!isOver) {
          const found = await other().look(plan, { one: one.id, two: two.id });
          sums.add((found.one?.weight ?? 0) + (found.two?.weight ?? 0));
        }
      };
      await Promise.all([move(), look(), look()]);
      expect([...sums]).toEqual([100]);
    });

    test("asks for many rows at once, each for its own", async () => {
      const many = await store(own(), ...Array.from({ length: 30 }, () => newBox()));
      const found = await Promise.all(many.map((box) => own().look(BOX, { id: box.id })));
      expect(found.map(({ box }) => box)).toEqual(many);
    });
  });
}

import { describe, expect, test } from "bun:test";
import { insert } from "../../../../src/store/contract.ts";
import { type OpenContract, useContract } from "./setting.ts";
import { type Box, boxes, newBox, places, store } from "./tables.ts";

export function listSuite(open: OpenContract): void {
  describe("a list", () => {
    const { store: own } = useContract(open);
    let topics = 0;
    /** Boxes with an owner that distinguishes them from those of other tests. */
    const stored = async (...fields: Partial<Box>[]): Promise<Required<Pick<Box, "owner">>> => {
      topics += 1;
      const owner = `topic ${topics}`;
      await store(own(), ...fields.map((each) => newBox({ owner, ...each })));
      return { owner };
    };
    const labels = async (request: Parameters<ReturnType<typeof own>["list"]>[1]) =>
      (await own().list(boxes, request as never)).map(({ label }) => label);

    test("is of complete rows, as they were stored", async () => {
      const box = newBox({ owner: "complete", picture: new Uint8Array([1]), sealedAt: 3, isFragile: true });
      await store(own(), box);
      expect(await own().list(boxes, { where: { owner: "complete" }, limit: 5 })).toEqual([box]);
    });

    test("of no rows is empty", async () => {
      expect(await own().list(boxes, { where: { owner: "nobody" }, limit: 5 })).toEqual([]);
      expect(await own().list(boxes, { where: { owner: "no\0body" }, limit: 5 })).toEqual([]);
    });

    test("is of the rows whose columns equal what is wanted, of every kind", async () => {
      const where = await stored(
        {
          label: "first",
          weight: 5,
          isFragile: true,
          tags: ["a"],
          contents: new Map([["b", 1]]),
          sealedAt: 1,
        },
        { label: "second", picture: new Uint8Array([7]), tags: [], contents: new Map(), sealedAt: null },
      );
      const wanted: [Partial<Box>, string[]][] = [
        [{}, ["first", "second"]],
        [{ weight: 5 }, ["first"]],
        [{ isFragile: false }, ["second"]],
        [{ isFragile: true, weight: 4 }, []],
        [{ tags: ["a"] }, ["first"]],
        [{ tags: [] }, ["second"]],
        [{ contents: new Map([["b", 1]]) }, ["first"]],
        [{ picture: new Uint8Array([7]) }, ["second"]],
        [{ picture: null }, ["first"]],
        [{ sealedAt: null }, ["second"]],
        [{ sealedAt: 1 }, ["first"]],
        [{ label: "SECOND" }, []],
      ];
      for (const [values, found] of wanted) {
        expect({
          values,
          found: await labels({ where: { ...where, ...values }, order: ["label"], limit: 9 }),
        }).toEqual({ values, found });
      }
    });

    test("is of the rows above a value, which null is not, and which that value is not", async () => {
      const where = await stored(
        { label: "none", sealedAt: null, weight: 1 },
        { label: "at", sealedAt: 10, weight: 2 },
        { label: "above", sealedAt: 11, weight: 3 },
        { label: "Zebra", sealedAt: 12, weight: 4 },
      );
      const above = async (values: Partial<Box>) =>
        labels({ where, above: values, order: ["weight"], limit: 9 });
      expect(await above({ sealedAt: 10 })).toEqual(["above", "Zebra"]);
      expect(await above({ sealedAt: -1 })).toEqual(["at", "above", "Zebra"]);
      expect(await above({ sealedAt: 10, weight: 3 })).toEqual(["Zebra"]);
      // By its bytes.
      expect(await above({ label: "a" })).toEqual(["none", "at", "above"]);
    });

    test("is in the order of its key, unless another is named", async () => {
      const ids = ["0a", "ff", "7f", "80", "00"].map((byte) => Uint8Array.fromHex(byte.repeat(16)));
      const where = await stored(...ids.map((id) => ({ id })));
      const found = await own().list(boxes, { where, limit: 9 });
      expect(found.map(({ id }) => id.toHex().slice(0, 2))).toEqual(["00", "0a", "7f", "80", "ff"]);
      const pairs = [
        ["b", "1"],
        ["a", "2"],
        ["B", "1"],
        ["a", "10"],
      ] as const;
      const rows = pairs.map(([aisle, shelf]) => ({ aisle, shelf, floor: 77, emptyFrom: 0 }));
      await own().commit({ changes: rows.map((place) => insert(places, place)) });
      const listed = await own().list(places, { where: { floor: 77 }, limit: 9 });
      expect(listed.map(({ aisle, shelf }) => aisle + shelf)).toEqual(["B1", "a10", "a2", "b1"]);
    });

    test("puts texts in the order of their bytes in UTF-8, whatever language the database speaks", async () => {
      // In UTF-16, the last two have the opposite order.
      const texts = ["", "-b", "A-b", "AB", "Z", "_", "a b", "a-c", "ab", "b", "ß", "ä", "\uffff", "🗝"];
      const owner = "texts";
      await store(
        own(),
        ...texts.toReversed().map((text) => newBox({ owner, tags: [text || "0"], label: `${text}` })),
      );
      expect(await labels({ where: { owner }, order: ["label"], limit: 99 })).toEqual(texts);
      expect(await labels({ where: { owner }, order: ["tags"], limit: 99 })).toEqual(
        texts.toSpliced(0, 1).toSpliced(1, 0, ""),
      );
      expect(await labels({ where: { owner }, above: { label: "Z" }, order: ["label"], limit: 2 })).toEqual([
        "_",
        "a b",
      ]);
    });

    test("is ordered by the columns that are named, up or down, whatever their kind", async () => {
      const where = await stored(
        { label: "l1", weight: 2, isFragile: true },
        { label: "l2", weight: 10, isFragile: false },
        { label: "l3", weight: 2, isFragile: false },
      );
      const by = (order: (keyof Box & string)[], descending = false) =>
        labels({ where, order, descending, limit: 9 });
      expect(await by(["weight", "label"])).toEqual(["l1", "l3", "l2"]);
      expect(await by(["weight", "label"], true)).toEqual(["l2", "l3", "l1"]);
      expect(await by(["isFragile", "label"])).toEqual(["l2", "l3", "l1"]);
      expect(await by(["label"], true)).toEqual(["l3", "l2", "l1"]);
    });

    const orders: [string, (keyof Box & string)[], boolean][] = [
      ["its key", ["id"], false],
      ["its key, downwards", ["id"], true],
      ["a number and its key", ["weight", "id"], false],
      ["a number and a text, downwards", ["weight", "label"], true],
      ["a boolean and its key", ["isFragile", "id"], false],
    ];
    for (const [what, order, descending] of orders) {
      test(`has every row once, page after page, in the order of ${what}`, async () => {
        const where = await stored(
          ...Array.from({ length: 23 }, (_, index) => ({ weight: index % 4, isFragile: index % 3 === 0 })),
        );
        const all = await own().list(boxes, { where, order, descending, limit: 99 });
        const paged: Box[] = [];
        let after: Box | null = null;
        for (;;) {
          const page: Box[] = await own().list(boxes, { where, order, descending, after, limit: 5 });
          paged.push(...page);
          if (page.length < 5) break;
          after = page.at(-1) ?? null;
        }
        expect(paged).toEqual(all);
        expect(new Set(paged.map(({ label }) => label)).size).toBe(23);
      });
    }

    test("has no more rows than are wanted, and passes over those that are skipped", async () => {
      const where = await stored({ label: "p1" }, { label: "p2" }, { label: "p3" }, { label: "p4" });
      expect(await labels({ where, order: ["label"], limit: 2 })).toEqual(["p1", "p2"]);
      expect(await labels({ where, order: ["label"], skip: 1, limit: 2 })).toEqual(["p2", "p3"]);
      expect(await labels({ where, order: ["label"], skip: 9, limit: 2 })).toEqual([]);
      expect(await labels({ where, order: ["label"], limit: 0 })).toEqual([]);
    });
  });
}

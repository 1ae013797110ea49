import { describe, expect, test } from "bun:test";
import {
  type Change,
  check,
  hold,
  insert,
  put,
  remove,
  row,
  type Store,
  StoreUnavailable,
  update,
} from "../../../../src/store/contract.ts";
import { newId } from "../../records.ts";
import { type OpenContract, useContract } from "./setting.ts";
import {
  type Box,
  boxes,
  findBox,
  GUARDS,
  lids,
  newBox,
  newOwner,
  owners,
  places,
  store,
  tags,
} from "./tables.ts";

const COMMITTED = { outcome: "committed", swept: [] } as const;
const STALE = { outcome: "stale" } as const;
const WORKERS = 100;

/** All stored rows. */
const contentsOf = async (on: Store) => ({
  owners: await on.list(owners, { limit: 10_000 }),
  boxes: await on.list(boxes, { limit: 10_000 }),
  lids: await on.list(lids, { limit: 10_000 }),
  places: await on.list(places, { limit: 10_000 }),
});

export function commitSuite(open: OpenContract): void {
  describe("a commit", () => {
    const { store: own, other } = useContract(open);
    const commit = (...changes: Change[]) => own().commit({ changes });
    const stored = async (fields: Partial<Box> = {}): Promise<Box> => {
      const box = newBox(fields);
      await store(own(), box);
      return box;
    };

    test("of nothing is committed", async () => {
      expect(await commit()).toEqual(COMMITTED);
      expect(await own().commit({ changes: [], sweeps: [], urgent: true })).toEqual(COMMITTED);
    });

    test("inserts a row where there is none", async () => {
      const box = newBox();
      expect(await commit(insert(boxes, box))).toEqual(COMMITTED);
      expect(await findBox(own(), box)).toEqual(box);
    });

    test("is stale if the row that it inserts is there, or one with a value that is unique", async () => {
      const box = await stored();
      expect(await commit(insert(boxes, newBox({ id: box.id })))).toEqual(STALE);
      const sameLabel = newBox({ label: box.label });
      expect(await commit(insert(boxes, sameLabel))).toEqual(STALE);
      expect(await findBox(own(), box)).toEqual(box);
      expect(await findBox(own(), sameLabel)).toBeNull();
    });

    test("puts a row in the place of the one with its key, or where there is none", async () => {
      const box = newBox({ owner: "ada", sealedAt: 3 });
      const next = newBox({ id: box.id, weight: 9, contents: new Map() });
      for (const each of [box, next]) {
        expect(await commit(put(boxes, each))).toEqual(COMMITTED);
        expect(await findBox(own(), each)).toEqual(each);
      }
      const place = { aisle: "put", shelf: "1", floor: 1, emptyFrom: 0 };
      expect(await commit(put(places, place), put(places, { ...place, shelf: "2", floor: 2 }))).toEqual(
        COMMITTED,
      );
      await commit(put(places, { ...place, floor: 8 }));
      const found = await own().list(places, { where: { aisle: "put" }, limit: 10 });
      expect(found.map(({ floor }) => floor)).toEqual([8, 2]);
    });

    test("puts a row that is nothing but its key, once or again", async () => {
      const [one, other] = ["a", "b"].map((owner) => put(tags, { word: "Straße", owner }));
      if (one === undefined || other === undefined) return expect.unreachable();
      for (const changes of [[one], [one, other], [other]])
        expect(await commit(...changes)).toEqual(COMMITTED);
      expect(await own().list(tags, { limit: 10 })).toHaveLength(2);
    });

    test("is stale if another row has a value that must be unique, and is put or updated to", async () => {
      const [one, two] = [await stored(), await stored()];
      expect(await commit(put(boxes, { ...one, label: two.label }))).toEqual(STALE);
      expect(await commit(update(boxes, { id: one.id }, {}, { label: two.label }))).toEqual(STALE);
      expect(await commit(put(boxes, newBox({ label: two.label })))).toEqual(STALE);
      expect(await findBox(own(), one)).toEqual(one);
      expect(await commit(put(boxes, one))).toEqual(COMMITTED);
    });

    test("updates what it names of a row, and leaves the rest", async () => {
      const box = await stored({ owner: "ada", sealedAt: null });
      const set = { sealedAt: 5, contents: new Map([["forks", 2]]), tags: [], isFragile: true, owner: null };
      expect(await commit(update(boxes, { id: box.id }, { sealedAt: null }, set))).toEqual(COMMITTED);
      expect(await findBox(own(), box)).toEqual({ ...box, ...set });
      const bystander = await stored();
      expect(await commit(update(boxes, { id: box.id }, {}, { weight: 77 }))).toEqual(COMMITTED);
      expect((await findBox(own(), bystander))?.weight).toBe(1);
    });

    test("is stale if the row that it updates is not there or not as it was, and changes nothing", async () => {
      const box = await stored({ weight: 1, owner: "ada", sealedAt: null });
      const set = { weight: 99 };
      expect(await commit(update(boxes, { id: newId() }, {}, set))).toEqual(STALE);
      expect(await commit(update(boxes, { id: box.id }, { weight: 2 }, set))).toEqual(STALE);
      expect(await commit(update(boxes, { id: box.id }, { weight: 1, owner: "eve" }, set))).toEqual(STALE);
      expect(await commit(update(boxes, { id: box.id }, { owner: null }, set))).toEqual(STALE);
      expect(await commit(update(boxes, { id: box.id }, { sealedAt: 0 }, set))).toEqual(STALE);
      expect(await findBox(own(), box)).toEqual(box);
    });

    const likenesses: [string, Partial<Box>, Partial<Box>][] = [
      ["text", { owner: "ada" }, { owner: "Ada" }],
      ["text that may be null", { owner: null }, { owner: "" }],
      ["integer", { weight: 12 }, { weight: 13 }],
      ["boolean", { isFragile: true }, { isFragile: false }],
      ["list", { tags: ["a", "b"] }, { tags: ["b", "a"] }],
      ["empty list", { tags: [] }, { tags: ["a"] }],
      ["json", { contents: new Map([["a", 1]]) }, { contents: new Map([["a", 2]]) }],
      ["bytes", { picture: new Uint8Array([1, 2]) }, { picture: new Uint8Array([1, 3]) }],
      ["bytes that may be null", { picture: null }, { picture: new Uint8Array() }],
    ];
    for (const [act, guard] of Object.entries(GUARDS)) {
      for (const [kind, was, wasNot] of likenesses) {
        test(`can ${act} that a column of the kind ${kind} is what it was`, async () => {
          const box = await stored(was);
          const note = (expiresAt: number) => update(boxes, { id: box.id }, {}, { expiresAt });
          expect(await commit(guard(boxes, { id: box.id }, was), note(1))).toEqual(COMMITTED);
          expect(await commit(guard(boxes, { id: box.id }, wasNot), note(2))).toEqual(STALE);
          expect(await findBox(own(), box)).toEqual({ ...box, expiresAt: 1 });
        });
      }

      test(`can ${act} that a row is there`, async () => {
        const box = await stored();
        const place = { aisle: act, shelf: "1", floor: 1, emptyFrom: 0 };
        expect(await commit(guard(boxes, { id: box.id }, {}), insert(places, place))).toEqual(COMMITTED);
        const next = { ...place, shelf: "2" };
        expect(await commit(guard(boxes, { id: newId() }, {}), insert(places, next))).toEqual(STALE);
        expect(await commit(guard(places, { aisle: act, shelf: "2" }, {}))).toEqual(STALE);
        expect(await commit(guard(places, { aisle: act, shelf: "1" }, { floor: 1 }))).toEqual(COMMITTED);
      });

      test(`can ${act} what the same commit changes: it is as it was before`, async () => {
        const box = await stored({ weight: 1 });
        const changes = [
          update(boxes, { id: box.id }, { weight: 1 }, { weight: 2 }),
          guard(boxes, { id: box.id }, { weight: 1 }),
        ];
        expect(await commit(...changes)).toEqual(COMMITTED);
        expect(await commit(...changes)).toEqual(STALE);
        expect((await findBox(own(), box))?.weight).toBe(2);
      });
    }

    test("removes a row, and does not mind if there is none", async () => {
      const [box, bystander] = [await stored(), await stored()];
      expect(await commit(remove(boxes, { id: box.id }))).toEqual(COMMITTED);
      expect(await findBox(own(), box)).toBeNull();
      expect(await commit(remove(boxes, { id: box.id }))).toEqual(COMMITTED);
      expect(await findBox(own(), bystander)).toEqual(bystander);
    });

    test("finds no row under a text with U+0000", async () => {
      const owner = newOwner();
      await commit(insert(owners, owner));
      const key = { name: `${owner.name}\0` };
      for (const guard of Object.values(GUARDS)) expect(await commit(guard(owners, key, {}))).toEqual(STALE);
      expect(await commit(update(owners, key, {}, { revision: 2 }))).toEqual(STALE);
      expect(await commit(remove(owners, key))).toEqual(COMMITTED);
      expect(await own().list(owners, { where: { name: owner.name }, limit: 2 })).toEqual([owner]);
    });

    test("makes, changes and removes rows of several tables at once", async () => {
      const owner = newOwner();
      const [old, kept] = [await stored(), await stored()];
      const box = newBox();
      await commit(insert(owners, owner), insert(lids, { id: old.id, colour: "red" }));
      const outcome = await commit(
        update(owners, { name: owner.name }, { revision: 1 }, { revision: 2, bestBoxId: box.id }),
        check(boxes, { id: kept.id }, { label: kept.label }),
        remove(boxes, { id: old.id }),
        remove(lids, { id: old.id }),
        insert(boxes, box),
        put(lids, { id: box.id, colour: "blue" }),
      );
      expect(outcome).toEqual(COMMITTED);
      const plan = {
        owner: row(owners, { name: "$name" }),
        box: row(boxes, { id: "owner.bestBoxId" }),
        lid: row(lids, { id: "box.id" }),
        old: row(lids, { id: "$old" }),
      };
      expect(await own().look(plan, { name: owner.name, old: old.id })).toEqual({
        owner: { ...owner, revision: 2, bestBoxId: box.id },
        box,
        lid: { id: box.id, colour: "blue" },
        old: null,
      });
    });

    describe("that is stale does nothing at all, if", () => {
      /** Changes that could be committed, each for its own row. */
      const goodChanges = async (): Promise<Change[]> => {
        const [updated, removed, replaced, held] = [
          await stored(),
          await stored(),
          await stored(),
          await stored(),
        ];
        return [
          insert(boxes, newBox()),
          update(boxes, { id: updated.id }, {}, { weight: 50 }),
          put(boxes, { ...replaced, weight: 51 }),
          remove(boxes, { id: removed.id }),
          hold(boxes, { id: held.id }, {}),
          insert(lids, { id: newId(), colour: "black" }),
          insert(owners, newOwner()),
        ];
      };
      const failures: [string, (there: Box) => Change][] = [
        ["what it checks", ({ id }) => check(boxes, { id }, { weight: 2 })],
        ["what it holds", ({ id }) => hold(boxes, { id }, { weight: 2 })],
        ["what it updates", ({ id }) => update(boxes, { id }, { weight: 2 }, { weight: 3 })],
        ["what it inserts", ({ id }) => insert(boxes, newBox({ id }))],
        ["a unique value that it inserts", ({ label }) => insert(boxes, newBox({ label }))],
        ["a unique value that it puts", ({ label }) => put(boxes, newBox({ label }))],
        ["a unique value that it updates to", () => insert(boxes, newBox())],
      ];
      for (const [what, failure] of failures) {
        test(`${what} is not as it was, wherever that stands among its changes`, async () => {
          const there = await stored({ weight: 1 });
          const extra =
            what === "a unique value that it updates to"
              ? update(boxes, { id: (await stored()).id }, {}, { label: there.label })
              : failure(there);
          const good = await goodChanges();
          const before = await contentsOf(own());
          for (let place = 0; place <= good.length; place += 1) {
            expect(await commit(...good.toSpliced(place, 0, extra))).toEqual(STALE);
            expect(await contentsOf(own())).toEqual(before);
          }
          // Without the failing change, they are committed.
          expect(await commit(...good)).toEqual(COMMITTED);
          expect(await contentsOf(own())).not.toEqual(before);
        });
      }

      test("one row is inserted twice", async () => {
        const box = newBox();
        expect(await commit(insert(boxes, box), insert(boxes, { ...box, label: "another" }))).toEqual(STALE);
        expect(await findBox(own(), box)).toBeNull();
      });
    });

    test("that no table can hold is a mistake of the program: neither stale nor unavailability", async () => {
      const box = await stored();
      const good = newBox();
      for (const mistake of [
        insert(boxes, { ...newBox(), label: null as unknown as string }),
        update(boxes, { id: box.id }, {}, { label: null as unknown as string }),
        put(boxes, { ...box, label: null as unknown as string }),
      ]) {
        const outcome = await commit(insert(boxes, good), mistake).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(Error);
        expect(outcome).not.toBeInstanceOf(StoreUnavailable);
        expect(await findBox(own(), good)).toBeNull();
        expect(await findBox(own(), box)).toEqual(box);
      }
    });

    test("that is stale takes none along that came together with it", async () => {
      const there = await stored();
      const fresh = Array.from({ length: 20 }, () => newBox());
      const outcomes = await Promise.all(
        fresh.flatMap((box) => [
          commit(insert(boxes, box)),
          commit(insert(boxes, newBox()), insert(boxes, newBox({ label: there.label }))),
        ]),
      );
      expect(outcomes.filter(({ outcome }) => outcome === "committed")).toHaveLength(20);
      for (const box of fresh) expect(await findBox(own(), box)).toEqual(box);
    });

    test("of many at once for different rows, all are committed", async () => {
      const many = Array.from({ length: WORKERS }, () => newBox());
      const outcomes = await Promise.all(many.map((box) => commit(insert(boxes, box))));
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["committed"]));
      expect((await Promise.all(many.map((box) => findBox(own(), box)))).includes(null)).toBe(false);
    });

    const node = (index: number): Store => (index % 2 === 0 ? own() : other());
    /** Makes a hundred commits at once, on two nodes. Returns those that were committed. */
    const atOnce = async (changesOf: (index: number) => Change[]): Promise<number[]> => {
      const outcomes = await Promise.all(
        Array.from({ length: WORKERS }, (_, index) => node(index).commit({ changes: changesOf(index) })),
      );
      return outcomes.flatMap(({ outcome }, index) => (outcome === "committed" ? [index] : []));
    };

    test("of a hundred at once that want the same row as it was, one wins", async () => {
      for (let round = 0; round < 5; round += 1) {
        const box = await stored({ weight: 0 });
        const winners = await atOnce((index) => [
          update(boxes, { id: box.id }, { weight: 0 }, { weight: index + 1 }),
          insert(lids, { id: newId(), colour: `of ${box.label} by ${index}` }),
        ]);
        expect(winners).toHaveLength(1);
        expect((await findBox(own(), box))?.weight).toBe((winners[0] ?? -1) + 1);
        const left = (await own().list(lids, { limit: 10_000 })).filter(({ colour }) =>
          colour.startsWith(`of ${box.label} by`),
        );
        expect(left.map(({ colour }) => colour)).toEqual([`of ${box.label} by ${winners[0]}`]);
      }
    });

    test("of a hundred at once that insert the same row, or the same unique value, one wins", async () => {
      const [id, label] = [newId(), newBox().label];
      expect(await atOnce(() => [insert(boxes, newBox({ id }))])).toHaveLength(1);
      const winners = await atOnce((weight) => [insert(boxes, newBox({ label, weight }))]);
      expect(winners).toHaveLength(1);
      expect(await own().list(boxes, { where: { label }, limit: 9 })).toMatchObject([{ weight: winners[0] }]);
    });

    test("of many at once that note something else of a row, none undoes another's", async () => {
      const box = await stored({ weight: 0 });
      const raise = async (on: Store): Promise<void> => {
        for (;;) {
          const weight = (await findBox(on, box))?.weight ?? 0;
          const change = update(boxes, { id: box.id }, { weight }, { weight: weight + 1 });
          if ((await on.commit({ changes: [change] })).outcome === "committed") return;
        }
      };
      // So few that even a slow store refuses none of them, although they repeat their commits.
      await Promise.all(Array.from({ length: WORKERS / 2 }, (_, index) => raise(node(index))));
      expect((await findBox(own(), box))?.weight).toBe(WORKERS / 2);
    });

    test("of a hundred at once that only hold a row, all are committed", async () => {
      const box = await stored();
      expect(await atOnce(() => [hold(boxes, { id: box.id }, {}), insert(boxes, newBox())])).toHaveLength(
        WORKERS,
      );
    });

    test("of many at once that change the same rows in any order, none waits for ever", async () => {
      const three = [await stored(), await stored(), await stored()];
      const winners = await atOnce((index) => {
        const turned = [...three.slice(index % 3), ...three.slice(0, index % 3)];
        return turned.map(({ id }) => update(boxes, { id }, {}, { weight: index }));
      });
      expect(winners).toHaveLength(WORKERS);
      const weights = await Promise.all(three.map(async (box) => (await findBox(own(), box))?.weight));
      expect(new Set(weights).size).toBe(1);
    });
  });
}

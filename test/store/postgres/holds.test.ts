/**
 * The locks of commits: which commits wait for which, and what a commit sees after its wait. Each test holds a row or a
 * unique value, starts commits one after the other, each when the previous one waits, and then releases it.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type Change,
  type CommitOutcome,
  check,
  hold,
  insert,
  type Store,
  type Sweep,
  sweep,
  update,
} from "../../../src/store/contract.ts";
import { shardOf } from "../../../src/store/declare.ts";
import { openPostgresStore } from "../../../src/store/postgres/index.ts";
import { signed } from "../../../src/store/postgres/rows.ts";
import { newId } from "../records.ts";
import {
  type Box,
  boxes,
  CONTRACT_SCHEMA,
  findBox,
  lids,
  newBox,
  newOwner,
  owners,
} from "../suite/contract/tables.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let url: string;
let store: Store;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  store = await openPostgresStore({ url, declared: CONTRACT_SCHEMA });
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

type Step = () => Promise<CommitOutcome>;

/** Starts the commits in turn, each when the previous ones wait, and then releases the lock. */
async function inTurn(held: string, end: "COMMIT" | undefined, ...steps: Step[]): Promise<CommitOutcome[]> {
  const { release } = await server.hold(url, held);
  const outcomes: Promise<CommitOutcome>[] = [];
  for (const start of steps) {
    outcomes.push(start());
    await server.blocked(url, outcomes.length);
  }
  await release(end);
  return Promise.all(outcomes);
}

const commit = (changes: Change[], sweeps: Sweep[] = []): Promise<CommitOutcome> =>
  store.commit({ changes, sweeps });

const bytes = (id: Uint8Array) => `'\\x${id.toHex()}'`;
/** A commit that inserts a row with this key waits, with all of its guards' locks. */
const takeKey = (id: Uint8Array) =>
  `INSERT INTO lids (shard, id, colour) VALUES (${signed(shardOf(id))}, ${bytes(id)}, 'held')`;
const lock = (name: string) => `SELECT 1 FROM owners WHERE name = '${name}' FOR UPDATE`;

/** An owner and a new box of theirs. The commit waits for a key after it has locked the owner. */
async function filling() {
  const owner = newOwner();
  const box = newBox({ owner: owner.name });
  await commit([insert(owners, owner)]);
  const fill = (guard: Change) => () =>
    commit([guard, insert(boxes, box), insert(lids, { id: box.id, colour: "red" })]);
  const empty = () =>
    commit(
      [update(owners, { name: owner.name }, { revision: 1 }, { revision: 2 })],
      [sweep(boxes, { owner: owner.name }, { owner: null })],
    );
  return { owner, box, fill, empty };
}
const sweptIds = (outcome: CommitOutcome | undefined): unknown[] =>
  outcome?.outcome === "committed" ? (outcome.swept[0]?.map(({ id }) => id) ?? []) : [];

describe("a sweep that waits", () => {
  test("for the row that another commit holds finds what that commit makes", async () => {
    const { owner, box, fill, empty } = await filling();
    const held = hold(owners, { name: owner.name }, { revision: 1 });
    const [filled, emptied] = await inTurn(takeKey(box.id), undefined, fill(held), empty);
    expect(filled?.outcome).toBe("committed");
    expect(sweptIds(emptied)).toEqual([box.id]);
    expect((await findBox(store, box))?.owner).toBeNull();
  });

  test("for the row that another commit changes finds what that commit makes, or is stale", async () => {
    const { owner, box, fill, empty } = await filling();
    // The revision stays, so the guard of the second commit holds.
    const change = update(owners, { name: owner.name }, { revision: 1 }, { bestBoxId: box.id });
    const [filled, emptied] = await inTurn(takeKey(box.id), undefined, fill(change), empty);
    expect(filled?.outcome).toBe("committed");
    expect(sweptIds(emptied)).toEqual([box.id]);
    const [found] = await store.list(owners, { where: { name: owner.name }, limit: 1 });
    expect(found).toEqual({ ...owner, revision: 2, bestBoxId: box.id });
  });

  test("keeps out a commit that wants to hold what it changes", async () => {
    const { owner, box, fill, empty } = await filling();
    const held = hold(owners, { name: owner.name }, { revision: 1 });
    const [emptied, filled] = await inTurn(lock(owner.name), undefined, empty, fill(held));
    expect(emptied?.outcome).toBe("committed");
    expect(filled).toEqual({ outcome: "stale" });
    expect(await findBox(store, box)).toBeNull();
  });

  test("and whose guard fails by then sweeps nothing", async () => {
    const { owner, box, empty } = await filling();
    await commit([insert(boxes, box)]);
    const change = `UPDATE owners SET revision = 7 WHERE name = '${owner.name}'`;
    expect(await inTurn(change, "COMMIT", empty)).toEqual([{ outcome: "stale" }]);
    expect(await findBox(store, box)).toEqual(box);
  });

  test("for a row that another changes answers and changes it as it is by then", async () => {
    const box = newBox({ owner: "waiting", weight: 1 });
    await commit([insert(boxes, box)]);
    const change = `UPDATE boxes SET weight = 2 WHERE id = ${bytes(box.id)}`;
    const [outcome] = await inTurn(change, "COMMIT", () =>
      commit([], [sweep(boxes, { owner: "waiting" }, { sealedAt: 3 })]),
    );
    const now: Box = { ...box, weight: 2, sealedAt: 3 };
    expect(outcome).toEqual({ outcome: "committed", swept: [[now]] });
    expect(await findBox(store, box)).toEqual(now);
  });
});

describe("a commit that waits", () => {
  const stored = async (fields: Partial<Box> = {}): Promise<Box> => {
    const box = newBox(fields);
    await commit([insert(boxes, box)]);
    return box;
  };
  const setWeight = (box: Box, weight: number) =>
    `UPDATE boxes SET weight = ${weight} WHERE id = ${bytes(box.id)}`;

  for (const [act, changesOf] of [
    ["hold", ({ id }: Box, was: Partial<Box>) => [hold(boxes, { id }, was)]],
    ["update", ({ id }: Box, was: Partial<Box>) => [update(boxes, { id }, was, { sealedAt: 5 })]],
  ] as const) {
    test(`to ${act} a row is stale if that is another by then, and makes nothing`, async () => {
      const box = await stored({ weight: 1 });
      const made = newBox();
      const step = () => commit([insert(boxes, made), ...changesOf(box, { weight: 1 })]);
      expect(await inTurn(setWeight(box, 2), "COMMIT", step)).toEqual([{ outcome: "stale" }]);
      expect(await findBox(store, made)).toBeNull();
      expect(await findBox(store, box)).toEqual({ ...box, weight: 2 });
    });

    test(`to ${act} a row is committed if that is by then what it was not before`, async () => {
      // Only the row after the wait counts, though the statement's snapshot has the earlier one.
      const box = await stored({ weight: 1 });
      const step = () => commit(changesOf(box, { weight: 1 }));
      expect((await inTurn(setWeight(box, 1), "COMMIT", step))[0]?.outcome).toBe("committed");
    });

    test(`to ${act} a row keeps what another has changed of it meanwhile`, async () => {
      const box = await stored({ weight: 1, owner: "ada" });
      const step = () => commit(changesOf(box, { owner: "ada" }));
      expect((await inTurn(setWeight(box, 2), "COMMIT", step))[0]?.outcome).toBe("committed");
      const sealedAt = act === "update" ? 5 : null;
      expect(await findBox(store, box)).toEqual({ ...box, weight: 2, sealedAt });
    });

    test(`to ${act} a row is stale if that is gone by then`, async () => {
      const box = await stored();
      const step = () => commit(changesOf(box, {}));
      const removal = `DELETE FROM boxes WHERE id = ${bytes(box.id)}`;
      expect(await inTurn(removal, "COMMIT", step)).toEqual([{ outcome: "stale" }]);
      expect(await findBox(store, box)).toBeNull();
    });
  }

  test("to insert a row is stale if another has inserted it, and committed if the other has given up", async () => {
    for (const [end, outcome] of [
      ["COMMIT", "stale"],
      [undefined, "committed"],
    ] as const) {
      const id = newId();
      const step = () => commit([insert(lids, { id, colour: "blue" })]);
      expect((await inTurn(takeKey(id), end, step))[0]?.outcome).toBe(outcome);
    }
  });

  test("waits for no row that it only checks", async () => {
    const box = await stored({ weight: 1 });
    const { release } = await server.hold(url, setWeight(box, 2));
    const made = newBox();
    const outcome = await commit([check(boxes, { id: box.id }, { weight: 1 }), insert(boxes, made)]);
    expect(outcome.outcome).toBe("committed");
    await release();
  });

  test("for rows that it shares with others takes them in one order, so that none has to be undone", async () => {
    const place = await server.createDatabase();
    const crowded = await openPostgresStore({ url: place, declared: CONTRACT_SCHEMA });
    const rows = [newBox(), newBox(), newBox()];
    const owner = newOwner();
    await crowded.commit({ changes: [insert(owners, owner), ...rows.map((box) => insert(boxes, box))] });
    const guards = [
      ...rows.map(({ id }) => update(boxes, { id }, {}, { weight: 2 })),
      update(owners, { name: owner.name }, {}, { revision: 2 }),
    ];
    const outcomes = await Promise.all(
      Array.from({ length: 400 }, (_, index) => {
        const first = index % guards.length;
        return crowded.commit({ changes: [...guards.slice(first), ...guards.slice(0, first)] });
      }),
    );
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["committed"]));
    // A connection reports its deadlocks now and then, and when it ends.
    await crowded.close();
    const ask = async (sql: string) => (await server.execute(`SELECT ${sql} AS value`, place))[0]?.value;
    const others =
      "(SELECT count(*)::integer FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())";
    while ((await ask(others)) !== 0) await Bun.sleep(10);
    expect(
      await ask("(SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database())"),
    ).toBe(0);
  });
});

/** The statements and round trips of the store, counted on the wire as the client sends them. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type Change,
  check,
  hold,
  insert,
  put,
  remove,
  row,
  type Store,
  type Sweep,
  sweep,
  update,
} from "../../../src/store/contract.ts";
import { openPostgresStore } from "../../../src/store/postgres/index.ts";
import { newId } from "../records.ts";
import { boxes, CONTRACT_SCHEMA, lids, newBox, newOwner, owners, places } from "../suite/contract/tables.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let relay: Relay;
let store: Store;
beforeAll(async () => {
  server = await startPostgres();
  relay = await startRelay(server.port);
  const url = new URL(await server.createDatabase());
  url.port = String(relay.port);
  store = await openPostgresStore({ url: url.href, connections: 1, declared: CONTRACT_SCHEMA });
});
afterAll(async () => {
  await store.close();
  await relay.close();
  await server.stop();
});

/** The cost of one run. The first run on a connection also prepares the statement, in another round trip. */
async function costOf(run: () => Promise<unknown>): Promise<ReturnType<Relay["takeCounts"]>> {
  await run();
  relay.takeCounts();
  await run();
  return relay.takeCounts();
}

const ONE = { statements: 1, roundTrips: 1 };

const PLAN = {
  owner: row(owners, { name: "$name" }),
  box: row(boxes, { id: "owner.bestBoxId" }, ["label"]),
  lid: row(lids, { id: "box.id" }),
  place: row(places, { aisle: "$aisle", shelf: "$shelf" }),
};

describe("one statement and one round trip is", () => {
  const looks: Record<string, () => Promise<unknown>> = {
    "a look at one row": () => store.look({ owner: PLAN.owner }, { name: "nobody" }),
    "a look at four rows that hang on each other": () =>
      store.look(PLAN, { name: "nobody", aisle: "a", shelf: "1" }),
    "a list": () => store.list(boxes, { where: { owner: "ada" }, order: ["weight", "id"], limit: 5 }),
    "the question whether the store is well": () => store.ping(),
  };
  for (const [what, run] of Object.entries(looks)) {
    test(what, async () => {
      expect(await costOf(run)).toEqual(ONE);
    });
  }

  /** For an existing owner and box. */
  const commits: Record<string, (name: string, id: Uint8Array) => Change[]> = {
    check: (name) => [check(owners, { name }, { revision: 1 })],
    hold: (name) => [hold(owners, { name }, { revision: 1 })],
    update: (name) => [update(owners, { name }, { revision: 1 }, { bestBoxId: null })],
    insert: () => [insert(boxes, newBox())],
    put: (name) => [put(owners, newOwner({ name }))],
    remove: () => [remove(boxes, { id: newId() })],
    all: (name, id) => [
      hold(owners, { name }, { revision: 1 }),
      check(boxes, { id }, { owner: null }),
      update(boxes, { id }, { owner: null }, { weight: 2 }),
      insert(boxes, newBox()),
      put(lids, { id, colour: "red" }),
      remove(places, { aisle: "a", shelf: "1" }),
    ],
  };
  for (const [act, changesOf] of Object.entries(commits)) {
    test(`a commit (${act}), be it stale`, async () => {
      const owner = newOwner();
      const box = newBox();
      await store.commit({ changes: [insert(owners, owner), insert(boxes, box)] });
      const run = async () => {
        expect((await store.commit({ changes: changesOf(owner.name, box.id) })).outcome).toBe("committed");
      };
      expect(await costOf(run)).toEqual(ONE);
      const stale = async () => {
        const changes = [...changesOf(owner.name, box.id), check(owners, owner, { revision: 9 })];
        expect((await store.commit({ changes })).outcome).toBe("stale");
      };
      expect(await costOf(stale)).toEqual(ONE);
    });
  }
});

test("an empty commit needs no statement", async () => {
  expect(await costOf(() => store.commit({ changes: [] }))).toEqual({ statements: 0, roundTrips: 0 });
});

test("a commit with sweeps is a transaction, with a statement for the changes and one for each sweep", async () => {
  const owner = newOwner();
  await store.commit({ changes: [insert(owners, owner)] });
  const sweeps: Sweep[] = [
    sweep(boxes, { owner: owner.name }, null),
    sweep(lids, { colour: "pink" }, { colour: "red" }),
  ];
  const changes = [update(owners, { name: owner.name }, { revision: 1 }, { bestBoxId: null })];
  expect((await costOf(() => store.commit({ changes, sweeps }))).statements).toBe(5);
  expect((await costOf(() => store.commit({ changes: [], sweeps }))).statements).toBe(4);
});

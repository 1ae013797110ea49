/** What a cluster gets: it follows from the declarations and the changes, so these tests need none. */
import { describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/platform/clock.ts";
import { systemRandom, timeOrderedId } from "../../../src/platform/random.ts";
import { type Change, check, hold, insert, put, remove, update } from "../../../src/store/contract.ts";
import { findTopology } from "../../../src/store/postgres/cluster.ts";
import { Commits } from "../../../src/store/postgres/commit.ts";
import type { Database, Query, Rows } from "../../../src/store/postgres/driver.ts";
import { TABLES } from "../../../src/store/tables.ts";
import { boxes, CONTRACT_SCHEMA, lids, newBox, newOwner, owners, places } from "../suite/contract/tables.ts";

/** These have as many rows as there are people, applications, groups, days or backups, and not as many as there are requests. */
const WHOLE_ON_EVERY_NODE = [
  ...[
    "accounts",
    "sign_in_names",
    "person_words",
    "passkeys",
    "totps",
    "recovery_codes",
    "groups",
    "group_members",
  ],
  ...["clients", "client_words", "document_blocks", "revisions", "setup_links", "backups", "audit_seals"],
  ...["server_keys", "signing_keys", "retry_keys"],
];

describe("tables on a cluster", () => {
  test("a table that grows with requests has shards", () => {
    const whole = TABLES.filter(({ shard }) => shard === null).map(({ name }) => name);
    expect(whole.toSorted()).toEqual(WHOLE_ON_EVERY_NODE.toSorted());
  });

  test("a value that must be unique decides on the shard, because each piece knows only its own rows", () => {
    for (const { name, key, shard, sameShard, indexes } of TABLES.filter((table) => table.shard !== null)) {
      const deciding = [shard, sameShard];
      const unique = [key, ...indexes.filter((index) => index.unique).map(({ columns }) => columns)];
      const loose = unique.filter((columns) => !columns.some((column) => deciding.includes(column)));
      expect({ name, loose }).toEqual({ name, loose: [] });
    }
  });

  test("rows that go with others lie where they lie", () => {
    for (const { name, shard, columns, goesWith } of TABLES.filter((table) => table.goesWith !== null)) {
      const other = TABLES.find((table) => table.name === goesWith);
      expect({ name, shard }).toEqual({ name, shard: other?.shard ?? null });
      expect(Object.keys(columns)).toEqual(expect.arrayContaining([...(other?.key ?? [])]));
    }
  });

  test("each table is distributed once: with the others of its kind, or to every node", async () => {
    const { distribute } = await cluster();
    const made = distribute(TABLES).flatMap((sql) => /create_(\w+)_table\('(\w+)'/.exec(sql)?.slice(1) ?? []);
    const wanted = TABLES.flatMap(({ name, shard }) => [shard === null ? "reference" : "distributed", name]);
    expect(made).toEqual(["reference", "schema_version", ...wanted]);
    const places = distribute(TABLES).flatMap((sql) => /colocate_with => ('\w+')/.exec(sql)?.[1] ?? []);
    expect(places.filter((place) => place === "'none'").length).toBe(1);
    expect(new Set(places).size).toBe(2);
  });
});

describe("a commit on a cluster", () => {
  const anyId = () => timeOrderedId(systemClock, systemRandom);

  test("has one shard in each statement", async () => {
    const [one, other] = [newBox({ id: anyId() }), newBox({ id: anyId() })];
    const [owner, aisle] = [newOwner(), { aisle: "a", shelf: "1", floor: 1, emptyFrom: 1 }];
    const queries = await queriesOf([
      hold(owners, { name: owner.name }, { revision: 1 }),
      check(boxes, { id: one.id }, { weight: 1 }),
      update(boxes, { id: other.id }, { weight: 1 }, { weight: 2 }),
      insert(lids, { id: one.id, colour: "red" }),
      put(places, aisle),
      remove(lids, { id: other.id }),
    ]);
    const found = queries.map(({ sql, values }) => new Set(parametersOf(sql, values, "smallint")).size);
    expect(found.length).toBeGreaterThan(4);
    expect(Math.max(...found)).toBe(1);
    // The guard on a table that is on every node is in the statement of each shard.
    const guarding = queries.filter(({ sql }) => /FROM owners WHERE/.test(sql));
    expect(guarding.length).toBe(3);
    for (const { sql } of guarding) expect(sql).toContain("shard = ");
  });

  test("sends no text that PostgreSQL cannot store: the name of a lock neither", async () => {
    const key = { name: "no\0one" };
    const queries = await queriesOf([
      hold(owners, key, { revision: 1 }),
      update(owners, { name: "\0" }, { revision: 1 }, { revision: 2 }),
    ]);
    expect(queries.length).toBe(3);
    const texts = queries.flatMap(({ values }) => values).filter((value) => typeof value === "string");
    expect(texts.filter((text) => text.includes("\0"))).toEqual([]);
  });
});

const cluster = () => findTopology({ execute: async () => [{ found: 1 }] });

/** The statements of the commit, each of which succeeds. */
async function queriesOf(changes: readonly Change[]): Promise<readonly Query[]> {
  const sent: Query[] = [];
  const run = async (query: Query): Promise<Rows> => {
    sent.push(query);
    return [[true]];
  };
  const database = { run, transaction: (work: (send: typeof run) => unknown) => work(run) };
  const { parting } = await cluster();
  const commits = new Commits(database as unknown as Database, CONTRACT_SCHEMA.tables, parting);
  expect(await commits.apply({ changes })).toEqual({ outcome: "committed", swept: [] });
  return sent;
}

/** The values of the parameters of this type. */
const parametersOf = (sql: string, values: Query["values"], type: string) =>
  [...sql.matchAll(/\$(\d+)::(\w+)/g)]
    .filter((found) => found[2] === type)
    .map((found) => values[Number(found[1]) - 1]);

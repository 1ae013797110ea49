/** Faults that only a cluster could have: concurrent commits and sweeps over several shards. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/platform/clock.ts";
import { systemRandom, timeOrderedId } from "../../../src/platform/random.ts";
import { type Change, hold, insert, type Store, sweep, update } from "../../../src/store/contract.ts";
import { openPostgresStore as openPostgres } from "../../../src/store/postgres/index.ts";
import { type ActingStore, acting, openPostgresStore } from "../acts.ts";
import { NOW, newAuthorization, newConsent, newIssuance } from "../records.ts";
import { boxes, CONTRACT_SCHEMA, lids, newBox, newOwner, owners } from "../suite/contract/tables.ts";
import { createParties, FAILURE_LIMIT, isActive, issue } from "../suite/setting.ts";
import { CITUS_URL, citusAt } from "./citus.ts";
import { patient } from "./patient.ts";

/** An id with a random shard. */
const anyId = () => timeOrderedId(systemClock, systemRandom);

function clusterSuite(url: string): void {
  const citus = citusAt(url);
  const { schema, remove } = citus.newSchema();
  const contract = citus.newSchema();
  let stores: readonly [ActingStore, ActingStore];
  let plain: readonly [Store, Store];
  beforeAll(async () => {
    const options = { url, statementMillis: 20_000 };
    const [one, other] = [
      await openPostgresStore({ ...options, schema }),
      await openPostgresStore({ ...options, schema }),
    ];
    stores = [acting(patient(one)), acting(patient(other))];
    const declared = { ...options, schema: contract.schema, declared: CONTRACT_SCHEMA };
    plain = [patient(await openPostgres(declared)), patient(await openPostgres(declared))];
  });
  afterAll(async () => {
    for (const store of [...stores, ...plain]) await store.close();
    await remove();
    await contract.remove();
  });
  const of = <One>(pair: readonly [One, One], index: number): One => pair[index % 2 === 0 ? 0 : 1];

  test("tables with shards are spread together, and every worker has the others", async () => {
    const rows = await citus.execute(
      `SELECT table_name::text AS name, citus_table_type AS type, colocation_id::integer AS place FROM citus_tables
       WHERE table_name::text LIKE '${contract.schema}.%' ORDER BY 1`,
    );
    const found = rows.map(({ name, type }) => [String(name).split(".")[1], type]);
    expect(found).toEqual([
      ["boxes", "distributed"],
      ["lids", "distributed"],
      ["owners", "reference"],
      ["places", "distributed"],
      ["schema_version", "reference"],
    ]);
    expect(new Set(rows.filter(({ type }) => type === "distributed").map(({ place }) => place)).size).toBe(1);
  });

  test("programs that start together on an empty database make the tables once", async () => {
    const { schema, remove: removeTables } = citus.newSchema();
    const options = { url, schema, declared: CONTRACT_SCHEMA, statementMillis: 20_000 };
    const opened = await Promise.all(
      Array.from({ length: 4 }, async () => patient(await openPostgres(options))),
    );
    const box = newBox({ id: anyId() });
    await opened[0]?.commit({ changes: [insert(boxes, box)] });
    for (const store of opened) {
      expect(await store.list(boxes, { limit: 2 })).toEqual([box]);
      await store.close();
    }
    await removeTables();
  }, 120_000);

  test("a commit over several shards happens as a whole or not at all", async () => {
    const owner = newOwner();
    await plain[0].commit({ changes: [insert(owners, owner)] });
    const { name } = owner;
    const fill = (revision: number) => {
      const rows = Array.from({ length: 8 }, () => newBox({ id: anyId(), owner: name }));
      const changes: Change[] = rows.flatMap((box) => [
        insert(boxes, box),
        insert(lids, { id: box.id, colour: name }),
      ]);
      return plain[0].commit({ changes: [...changes, hold(owners, { name }, { revision })] });
    };
    const countOf = async () => [
      (await plain[1].list(boxes, { where: { owner: name }, limit: 99 })).length,
      (await plain[1].list(lids, { where: { colour: name }, limit: 99 })).length,
    ];
    expect((await fill(2)).outcome).toBe("stale");
    expect(await countOf()).toEqual([0, 0]);
    expect((await fill(1)).outcome).toBe("committed");
    expect(await countOf()).toEqual([8, 8]);
  });

  test("a sweep over all shards misses nothing that a commit makes while it holds the row that the sweep's commit changes", async () => {
    for (let round = 0; round < 5; round += 1) {
      const owner = newOwner();
      const { name } = owner;
      await plain[0].commit({ changes: [insert(owners, owner)] });
      const held = hold(owners, { name }, { revision: 1 });
      const fill = async (index: number) => {
        await Bun.sleep(index);
        const rows = [newBox({ id: anyId(), owner: name }), newBox({ id: anyId(), owner: name })];
        return of(plain, index).commit({ changes: [held, ...rows.map((box) => insert(boxes, box))] });
      };
      const empty = async () => {
        await Bun.sleep(30);
        const changes = [update(owners, { name }, { revision: 1 }, { revision: 2 })];
        return plain[1].commit({ changes, sweeps: [sweep(boxes, { owner: name }, null)] });
      };
      const filled = Array.from({ length: 100 }, (_, index) => fill(index));
      const emptied = await empty();
      const outcomes = await Promise.all(filled);
      const committed = outcomes.filter(({ outcome }) => outcome === "committed").length;
      expect(committed).toBeGreaterThan(0);
      expect(emptied.outcome === "committed" ? emptied.swept[0]?.length : null).toBe(2 * committed);
      expect(await plain[0].list(boxes, { where: { owner: name }, limit: 999 })).toEqual([]);
    }
  }, 120_000);

  test("a refresh token that is used 8 times at once has one successor", async () => {
    const families = await Promise.all(Array.from({ length: 10 }, () => issue(stores[0])));
    for (const { grant, issuance } of families) {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          of(stores, index).rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant)),
        ),
      );
      const kinds = outcomes.map(({ outcome }) => outcome).toSorted();
      expect(kinds).toEqual([...Array(7).fill("retried"), "rotated"]);
    }
  }, 120_000);

  test("nothing of a person survives when access is taken back while grants are made, used and renewed", async () => {
    const parties = await createParties(stores[0]);
    const { subject } = parties.account;
    const issuances: ReturnType<typeof newIssuance>[] = [];
    const live = async (index: number) => {
      await Bun.sleep(index * 2);
      const store = of(stores, index);
      const authorization = newAuthorization(parties);
      const { grant, code } = authorization;
      if ((await store.authorize({ ...authorization, consent: newConsent(grant) })) !== "authorized") return;
      const first = newIssuance(grant);
      const next = newIssuance(grant);
      issuances.push(first, next);
      await store.redeemCode(code.id, FAILURE_LIMIT, first);
      await store.rotateRefreshToken(first.refreshToken.id, 30, next);
    };
    const lives = Array.from({ length: 100 }, (_, index) => live(index));
    for (let time = 0; time < 5; time += 1) {
      await Bun.sleep(40);
      await of(stores, time).revokeAccess({ subject }, "revoked_by_person", NOW);
    }
    expect(await stores[1].disableAccount(subject, NOW)).toBe(true);
    await Promise.all(lives);
    expect(issuances.length).toBeGreaterThan(0);
    for (const { accessToken } of issuances) expect(await isActive(stores[0], accessToken)).toBe(false);
    expect(await stores[0].listGrants({ subject }, NOW)).toEqual([]);
    expect(await stores[0].listConsents(subject)).toEqual([]);
  }, 120_000);
}

describe("a cluster of Citus", () => {
  if (CITUS_URL === undefined) {
    test.skip("is not tested: TESSERA_TEST_CITUS names no coordinator (postgres://…)", () => {});
  } else {
    clusterSuite(CITUS_URL);
  }
});

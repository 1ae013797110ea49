/** Copies everything from one engine to the other and back: nothing is lost, and every row keeps its meaning. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { shardOf, sqlName } from "../../../src/store/declare.ts";
import { Connection } from "../../../src/store/sqlite/driver.ts";
import { serverKeys } from "../../../src/store/tables/keys.ts";
import { type AccountRecord, accounts } from "../../../src/store/tables/people.ts";
import { TABLES } from "../../../src/store/tables.ts";
import { digestTable, type End } from "../../../src/store/transfer/copy.ts";
import { figure } from "../../support/figures.ts";
import { everything } from "../fixtures/everything.ts";
import { askEverything } from "../fixtures/questions.ts";
import { worthSuite } from "../fixtures/worth.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { NOW, newAccessToken, newAccount, newClient, newIssuance, subjectId } from "../records.ts";
import { authorize, FAILURE_LIMIT, issue } from "../suite/setting.ts";
import {
  type Copied,
  copyBetween,
  emptyPostgres,
  emptySqlite,
  filledSqlite,
  type Place,
  postgresDatabase,
  withStore,
} from "./places.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const places: Place[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});
const keep = (place: Place): Place => {
  places.push(place);
  return place;
};

const fixture = await everything();
const { secrets, now } = fixture;
const digests = ({ comparisons }: Copied) => comparisons.map(({ target }) => target);

describe("a copy", () => {
  test("to PostgreSQL and back has the same rows, and the store says the same of everything", async () => {
    const origin = keep(await filledSqlite());
    const there = keep(await emptyPostgres(postgres));
    const back = keep(emptySqlite());
    const answers = await withStore(origin, (store) => askEverything(store, secrets, now));

    const first = await copyBetween(origin, there);
    const second = await copyBetween(there, back);

    expect([first.started, first.same, second.started, second.same]).toEqual(["new", true, "new", true]);
    expect(digests(second)).toEqual(digests(first));
    expect(digests(first).filter(({ rows }) => rows === 0)).toEqual([]);
    expect(digests(first).map(({ table }) => table)).toEqual(TABLES.map(({ name }) => name));
    for (const copy of [there, back]) {
      expect(await withStore(copy, (store) => askEverything(store, secrets, now))).toEqual(answers);
      expect(await withStore(copy, (store) => store.findServerKey())).toMatchObject({
        secret: fixture.key,
      });
    }
    figure(`${first.copied} rows of ${TABLES.length} tables to PostgreSQL and back, the same`);
  });

  test("puts every row on its shard", async () => {
    const origin = keep(await filledSqlite());
    const there = keep(await emptyPostgres(postgres));
    await copyBetween(origin, there);
    const sharded = TABLES.filter(({ shard }) => shard !== null);
    expect(sharded.length).toBeGreaterThan(5);
    for (const { name, shard } of sharded) {
      const column = sqlName(shard ?? "");
      const rows = await postgres.execute(
        `SELECT shard::integer AS shard, encode(${column}::text::bytea, 'hex') AS value, pg_typeof(${column})::text AS type FROM tessera.${name}`,
        there.where,
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { shard: stored, value, type } of rows) {
        const text = Buffer.from(String(value), "hex");
        // A two-byte signed integer.
        const wanted = shardOf(type === "text" ? text.toString() : text) - 0x8000;
        expect({ name, stored: Number(stored) }).toEqual({ name, stored: wanted });
      }
    }
  });

  test("of a token that has all of its grant, and so takes no room for it, is the token", async () => {
    const origin = keep(emptySqlite());
    const issued = await withStore(origin, async (store) => {
      const { grant, code } = await authorize(store);
      const { scope, resources } = grant;
      const issuance = { ...newIssuance(grant), accessToken: newAccessToken(grant, { scope, resources }) };
      await store.redeemCode(code.id, FAILURE_LIMIT, issuance);
      return issuance.accessToken;
    });
    const there = keep(await emptyPostgres(postgres));
    const back = keep(emptySqlite());
    const copies = [await copyBetween(origin, there), await copyBetween(there, back)];

    expect(copies.map(({ same }) => same)).toEqual([true, true]);
    for (const place of [origin, there, back]) {
      const found = await withStore(place, (store) => store.findActiveAccessToken(issued.id, NOW));
      expect(found?.token).toEqual(issued);
    }
  });

  for (const engine of ["postgresql", "sqlite"] as const) {
    describe(`on ${engine}: a server goes on with it`, () => {
      worthSuite(fixture, async () => {
        const origin = await filledSqlite();
        const there = await emptyPostgres(postgres);
        await copyBetween(origin, there);
        let place = there;
        if (engine === "sqlite") {
          place = emptySqlite();
          await copyBetween(there, place);
        }
        const store = await place.openStore();
        return {
          store,
          async close() {
            await store.close();
            origin.remove();
            place.remove();
          },
        };
      });
    });
  }

  test("puts text in one order, whatever collation the database has", async () => {
    const name = "tessera_icu";
    await postgres.execute(
      `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'`,
    );
    const there = postgresDatabase(`postgres://tessera@127.0.0.1:${postgres.port}/${name}`);
    const origin = keep(emptySqlite());
    const subjects = ["acc_a", "acc_B", "acc_c", "acc_ä", "acc_-b", "acc_b"];
    await withStore(origin, async (store) => {
      for (const subject of subjects) await store.createAccount(newAccount({ subject: subjectId(subject) }));
    });
    expect((await copyBetween(origin, there)).same).toBe(true);
    // In small batches: a wrong order would lose rows between them.
    const [one, other] = [await origin.openSource(), await there.openSource()];
    const small = (end: End): End => ({ ...end, read: (of, after) => end.read(of, after, 2) });
    expect(await digestTable(small(other), accounts)).toEqual(await digestTable(small(one), accounts));
    expect((await digestTable(small(other), accounts)).rows).toBe(subjects.length);
    await one.close();
    await other.close();
  });

  test("of a refresh token that was just used hands its successor out again, with all that belongs to it", async () => {
    const origin = keep(emptySqlite());
    const there = keep(await emptyPostgres(postgres));
    const { grant, issuance, successor } = await withStore(origin, async (store) => {
      const issued = await issue(store);
      const next = newIssuance(issued.grant, NOW + 1);
      await store.rotateRefreshToken(issued.issuance.refreshToken.id, 30, next);
      return { ...issued, successor: next.refreshToken };
    });
    await copyBetween(origin, there);
    const retry = await withStore(there, (store) =>
      store.rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant, NOW + 2)),
    );
    expect(retry).toEqual({ outcome: "retried", successor });
  });

  test("leaves the planner of PostgreSQL knowing what is there", async () => {
    const origin = keep(await filledSqlite());
    const there = keep(await emptyPostgres(postgres));
    await copyBetween(origin, there);
    const known = await postgres.execute(
      "SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'tessera'",
      there.where,
    );
    expect(known.length).toBe(TABLES.length);
  });

  test("of a refresh token whose successor was cleaned up answers its reuse as a replay", async () => {
    const origin = keep(emptySqlite());
    const there = keep(await emptyPostgres(postgres));
    const { grant, issuance } = await withStore(origin, async (store) => {
      const issued = await issue(store);
      const successor = newIssuance(issued.grant);
      await store.rotateRefreshToken(issued.issuance.refreshToken.id, 30, successor);
      return issued;
    });
    execute(origin, "DELETE FROM refresh_tokens WHERE used_at IS NULL");
    await copyBetween(origin, there);
    const retry = await withStore(there, (store) =>
      store.rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant)),
    );
    expect(retry).toEqual({ outcome: "replayed" });
  });
});

describe.each(["to PostgreSQL", "to SQLite"])("a copy %s that is interrupted", (direction) => {
  const prepare = async (): Promise<[Place, Place]> => {
    const origin = keep(await filledSqlite());
    const there = keep(await emptyPostgres(postgres));
    if (direction === "to PostgreSQL") return [origin, there];
    await copyBetween(origin, there);
    return [there, keep(emptySqlite())];
  };

  test("after any batch leaves what no server opens, and is finished by the next", async () => {
    const [from, to] = await prepare();
    let interruptions = 0;
    for (let reads = 1; ; reads += 1) {
      const copied = await copyBetween(from, to, { source: failingAfter(reads) }).catch((error: Error) => {
        expect(error.message).toBe("interrupted");
        return null;
      });
      if (copied !== null) {
        expect(copied).toMatchObject({ started: "resumed", same: true });
        break;
      }
      interruptions += 1;
      // At the first read the copy has not touched the target yet.
      if (reads > 1)
        await expect(to.openStore()).rejects.toThrow("is an unfinished copy of another database");
    }
    expect(interruptions).toBeGreaterThan(TABLES.length);
    const answers = await withStore(to, (store) => askEverything(store, secrets, now));
    expect(answers).toEqual(await withStore(from, (store) => askEverything(store, secrets, now)));
    figure(`${interruptions} copies interrupted ${direction} and gone on with`);
  });

  test("goes on after the last row that is there, and writes none twice", async () => {
    const [from, to] = await prepare();
    const written: string[] = [];
    const counting = (target: Awaited<ReturnType<Place["openTarget"]>>) => ({
      ...target,
      write: (...[of, rows, position, next]: Parameters<typeof target.write>) => {
        written.push(...rows.map((row) => `${of.name} ${JSON.stringify(row)}`));
        return target.write(of, rows, position, next);
      },
    });
    // Batches of two rows, so that the copy stops in the middle of a table.
    const small = (end: End): End => ({ ...end, read: (of, after) => end.read(of, after, 2) });
    const halfway = (end: End) => failingAfter(40)(small(end));
    await expect(copyBetween(from, to, { source: halfway, target: counting })).rejects.toThrow("interrupted");
    expect(written.length).toBeGreaterThan(20);
    const copied = await copyBetween(from, to, { source: small, target: counting });
    expect(copied.same).toBe(true);
    expect(new Set(written).size).toBe(written.length);
    expect(written.length).toBe(copied.copied);
  });

  test("is not gone on with from another source", async () => {
    const [from, to] = await prepare();
    await expect(copyBetween(from, to, { source: failingAfter(6) })).rejects.toThrow("interrupted");
    const another: (end: End) => End = (end) => ({
      ...end,
      read: async (of, after, limit) => {
        const rows = await end.read(of, after, limit);
        return of === serverKeys ? rows.map((row) => ({ ...row, fingerprint: new Uint8Array(32) })) : rows;
      },
    });
    await expect(copyBetween(from, to, { source: another })).rejects.toThrow(
      "unfinished copy of another database",
    );
  });

  test("is refused while another writes to the same target", async () => {
    const [from, to] = await prepare();
    let intruded = false;
    const intrude = (target: Awaited<ReturnType<Place["openTarget"]>>) => ({
      ...target,
      write: async (...[of, rows, position, next]: Parameters<typeof target.write>) => {
        // The other copy was faster with this batch.
        if (of.name === "clients" && !intruded) {
          intruded = true;
          expect(await target.write(of, rows, position, next)).toBe(true);
        }
        return target.write(of, rows, position, next);
      },
    });
    await expect(copyBetween(from, to, { target: intrude })).rejects.toThrow("Another copy");
    expect(await copyBetween(from, to)).toMatchObject({ started: "resumed", same: true });
  });

  test("by a change of the source is told, not usable, and begins again", async () => {
    const [from, to] = await prepare();
    const late = newAccount();
    const changing = (end: End): End => ({
      ...end,
      async read(of, after, limit) {
        // All accounts are copied by now.
        if (of.name === "codes" && after === null) await addOnce(from, late);
        return end.read(of, after, limit);
      },
    });
    const first = await copyBetween(from, to, { source: changing });
    expect(first.comparisons.filter(({ same }) => !same).map(({ source }) => source.table)).toEqual([
      "accounts",
      "sign_in_names",
      "person_words",
    ]);
    await expect(to.openStore()).rejects.toThrow("is an unfinished copy of another database");
    const second = await copyBetween(from, to);
    expect(second).toMatchObject({ started: "restarted", same: true });
    expect(await withStore(to, (store) => store.findAccount(late.subject))).toEqual(late);
  });
});

describe("the target of a copy", () => {
  test("must be empty, on both engines", async () => {
    const origin = keep(await filledSqlite());
    const used = keep(emptySqlite());
    await withStore(used, (store) => store.createClient(newClient()));
    const usedPostgres = keep(await emptyPostgres(postgres));
    await withStore(usedPostgres, (store) => store.createAccount(newAccount()));
    await expect(copyBetween(origin, usedPostgres)).rejects.toThrow("there are rows in accounts");
    const there = keep(await emptyPostgres(postgres));
    await copyBetween(origin, there);
    await expect(copyBetween(there, used)).rejects.toThrow("there are rows in clients");
    // The refused copies have changed neither.
    await withStore(used, (store) => store.ping());
    await withStore(usedPostgres, (store) => store.ping());
  });

  test("is no source while it is unfinished", async () => {
    const origin = keep(await filledSqlite());
    const there = keep(await emptyPostgres(postgres));
    await expect(copyBetween(origin, there, { source: failingAfter(4) })).rejects.toThrow("interrupted");
    await expect(there.openSource()).rejects.toThrow("is an unfinished copy");
  });
});

/** Fails after this many reads. */
function failingAfter(reads: number): (end: End) => End {
  let left = reads;
  return (end) => ({
    ...end,
    read: (of, after, limit) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("interrupted")) : end.read(of, after, limit);
    },
  });
}

async function addOnce(place: Place, account: AccountRecord): Promise<void> {
  await withStore(place, async (store) => {
    if ((await store.findAccount(account.subject)) === null) await store.createAccount(account);
  });
}

function execute({ where }: Place, sql: string): unknown[] {
  const connection = new Connection(where);
  try {
    if (sql.startsWith("SELECT")) return connection.query(sql).all();
    connection.execute(sql);
    return [];
  } finally {
    connection.close();
  }
}

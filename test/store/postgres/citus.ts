/**
 * A cluster of Citus that the environment names. Each store gets its own schema. A cluster is slower, so it may be busy
 * where one server is not. Then the tests repeat the call.
 *
 * To make and drop a schema with all tables takes seven seconds, to empty one a fifth of a second. So the stores of
 * servers take turns in schemas that stay: `test_spare_<tables>_<number>`.
 */
import { SQL } from "bun";
import { createTable } from "../../../src/store/postgres/ddl.ts";
import { openPostgresStore as openPostgres } from "../../../src/store/postgres/index.ts";
import { SCHEMA } from "../../../src/store/schema.ts";
import { acting } from "../acts.ts";
import type { OpenContract } from "../suite/contract/setting.ts";
import type { OpenedStore } from "../suite.ts";
import { patient } from "./patient.ts";

/** The URL of a database on the coordinator with the extension; undefined if there is no cluster for tests. */
export const CITUS_URL = process.env.TESSERA_TEST_CITUS;

/** The same, if the tests that start a server start it there; else undefined. */
export const SERVERS_CITUS_URL = process.env.TESSERA_TEST_SERVERS === "citus" ? CITUS_URL : undefined;

export interface Citus {
  /** Runs these statements, in a schema if one is named. */
  execute(sql: string, schema?: string): Promise<Record<string, unknown>[]>;
  /** Makes a schema's name, and a function that drops the schema. */
  newSchema(): { readonly schema: string; remove(): Promise<void> };
  /** The store is empty. */
  openStore(): Promise<OpenedStore>;
  readonly openContract: OpenContract;
}

export function citusAt(url: string): Citus {
  const execute: Citus["execute"] = async (sql, schema) => {
    const client = new SQL({ url, max: 1 });
    try {
      if (schema !== undefined) await client.unsafe(`SET search_path = ${schema}`);
      return [...(await client.unsafe(sql).simple())];
    } finally {
      await client.close();
    }
  };
  let schemas = 0;
  const newSchema = () => {
    schemas += 1;
    const schema = `test_${process.pid}_${Date.now()}_${schemas}`;
    return {
      schema,
      async remove() {
        await execute(`SET citus.multi_shard_modify_mode = sequential; DROP SCHEMA ${schema} CASCADE`);
      },
    };
  };
  return {
    execute,
    newSchema,
    async openStore() {
      const { schema, giveBack } = await takeSpare(url);
      const store = acting(patient(await openPostgres({ url, schema, statementMillis: 20_000 })));
      return {
        store,
        async close() {
          await store.close();
          await giveBack();
        },
      };
    },
    async openContract(declared) {
      const { schema, remove } = newSchema();
      const options = { url, schema, declared, statementMillis: 20_000 };
      const openPatient = async () => patient(await openPostgres(options));
      const store = await openPatient();
      return {
        store,
        another: openPatient,
        execute: (sql) => execute(sql, schema),
        async close() {
          await store.close();
          await remove();
        },
      };
    },
  };
}

/** Other declarations of the tables need other schemas. */
const DECLARED = new Bun.CryptoHasher("sha256")
  .update(SCHEMA.tables.map((table) => createTable(table, true)).join(";"))
  .digest("hex")
  .slice(0, 12);

/** Takes the first spare schema that no store uses, and empties it. The lock on its name ends with this program too. */
export async function takeSpare(url: string): Promise<{ schema: string; giveBack(): Promise<void> }> {
  const client = new SQL({ url, max: 1 });
  for (let number = 1; ; number += 1) {
    const schema = `test_spare_${DECLARED}_${number}`;
    const [turn] = await client`SELECT pg_try_advisory_lock(hashtextextended(${schema}, 0)) AS taken`;
    if (turn?.taken !== true) continue;
    const tables = SCHEMA.tables.map(({ name }) => name);
    const [found] =
      await client`SELECT count(*) AS tables FROM information_schema.tables WHERE table_schema = ${schema}`;
    // A start that was interrupted has left the version at most, and the next one goes on from there.
    if (Number(found?.tables) > tables.length)
      await client.unsafe(tables.map((name) => `DELETE FROM ${schema}.${name}`).join(";")).simple();
    return { schema, giveBack: () => client.close() };
  }
}

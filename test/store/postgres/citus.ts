/**
 * A cluster of Citus that the environment names. Each store gets its own schema, which is dropped when the store
 * closes. A cluster is slower, so it may be busy where one server is not. Then the tests repeat the call.
 */
import { SQL } from "bun";
import { openPostgresStore as openPostgres } from "../../../src/store/postgres/index.ts";
import { acting } from "../acts.ts";
import type { OpenContract } from "../suite/contract/setting.ts";
import type { OpenedStore } from "../suite.ts";
import { patient } from "./patient.ts";

/** The URL of a database on the coordinator with the extension; undefined if there is no cluster for tests. */
export const CITUS_URL = process.env.TESSERA_TEST_CITUS;

export interface Citus {
  execute(sql: string): Promise<Record<string, unknown>[]>;
  /** Makes a schema's name, and a function that drops the schema. */
  newSchema(): { readonly schema: string; remove(): Promise<void> };
  openStore(): Promise<OpenedStore>;
  readonly openContract: OpenContract;
}

export function citusAt(url: string): Citus {
  const execute: Citus["execute"] = async (sql) => {
    const client = new SQL({ url, max: 1 });
    try {
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
      const { schema, remove } = newSchema();
      const store = acting(patient(await openPostgres({ url, schema, statementMillis: 20_000 })));
      return {
        store,
        async close() {
          await store.close();
          await remove();
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
        execute: (sql) => execute(`SET search_path = ${schema}; ${sql}`),
        async close() {
          await store.close();
          await remove();
        },
      };
    },
  };
}

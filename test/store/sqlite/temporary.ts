/** Databases in temporary directories. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "../../../src/store/sqlite/driver.ts";
import { openSqliteStore as openSqlite } from "../../../src/store/sqlite/index.ts";
import { openSqliteStore } from "../acts.ts";
import type { OpenContract } from "../suite/contract/setting.ts";
import type { OpenedStore } from "../suite.ts";

/** Calls back with the name of a file that does not exist yet, in its own directory. */
export async function withDatabaseFile<Result>(use: (file: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "tessera-store-"));
  try {
    return await use(join(directory, "tessera.db"));
  } finally {
    await rm(directory, { recursive: true });
  }
}

export async function openTemporary(): Promise<OpenedStore> {
  const directory = await mkdtemp(join(tmpdir(), "tessera-store-"));
  const store = await openSqliteStore({ file: join(directory, "tessera.db") });
  return {
    store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

export const openContract: OpenContract = async (schema) => {
  const directory = await mkdtemp(join(tmpdir(), "tessera-contract-"));
  const file = join(directory, "tessera.db");
  const store = await openSqlite({ file, schema });
  return {
    store,
    another: () => openSqlite({ file, schema }),
    async execute(sql) {
      const connection = new Connection(file);
      try {
        connection.execute(sql);
      } finally {
        connection.close();
      }
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
};

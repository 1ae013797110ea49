/** Databases in directories that are removed afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../../src/store/sqlite/index.ts";
import type { OpenedStore } from "../suite.ts";

/** Calls back with the name of a file that does not exist yet, in a directory of its own. */
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

/** Sources and targets of copies: databases with the whole fixture, and empty ones, on both engines. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgresSource, openPostgresTarget } from "../../../src/store/postgres/transfer.ts";
import { withConnection } from "../../../src/store/sqlite/driver.ts";
import { openSqliteSource, openSqliteTarget } from "../../../src/store/sqlite/transfer.ts";
import {
  type Comparison,
  type CopyReport,
  copyAll,
  type End,
  type Target,
} from "../../../src/store/transfer/copy.ts";
import { type ActingStore, openPostgresStore, openSqliteStore } from "../acts.ts";
import { writeEverything } from "../fixtures/everything.ts";
import type { PostgresServer } from "../postgres/server.ts";

export interface Place {
  readonly engine: "sqlite" | "postgresql";
  /** A file or a URL. */
  readonly where: string;
  openStore(): Promise<ActingStore>;
  openSource(): Promise<End>;
  openTarget(): Promise<Target>;
  remove(): void;
}

export function sqliteFile(where: string, remove: () => void = () => {}): Place {
  return {
    engine: "sqlite",
    where,
    openStore: () => openSqliteStore({ file: where }),
    openSource: () => openSqliteSource(where),
    openTarget: () => openSqliteTarget(where),
    remove,
  };
}

export function emptySqlite(): Place {
  const folder = mkdtempSync(join(tmpdir(), "tessera-copy-"));
  return sqliteFile(join(folder, "tessera.db"), () => rmSync(folder, { recursive: true }));
}

export function postgresDatabase(url: string): Place {
  return {
    engine: "postgresql",
    where: url,
    openStore: () => openPostgresStore({ url }),
    openSource: () => openPostgresSource({ url }),
    openTarget: () => openPostgresTarget({ url }),
    // The whole server is removed after the tests.
    remove() {},
  };
}

export const emptyPostgres = async (server: PostgresServer): Promise<Place> =>
  postgresDatabase(await server.createDatabase());

/** A database with the whole fixture. */
export async function filledSqlite(): Promise<Place> {
  const place = emptySqlite();
  await writeEverything(place.where);
  return place;
}

export async function withStore<Result>(
  place: Place,
  use: (store: ActingStore) => Promise<Result>,
): Promise<Result> {
  const store = await place.openStore();
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** A test's change to one side of a copy. */
export type Meddle<Side> = (side: Side) => Side;

export interface Copied {
  readonly comparisons: readonly Comparison[];
  readonly started: Parameters<CopyReport["started"]>[0] | null;
  /** The last report. */
  readonly copied: number;
  readonly same: boolean;
}

export async function copyBetween(
  from: Place,
  to: Place,
  meddle: { readonly source?: Meddle<End>; readonly target?: Meddle<Target> } = {},
): Promise<Copied> {
  const source = await from.openSource();
  const target = await to.openTarget();
  let started: Copied["started"] = null;
  let copied = 0;
  try {
    const comparisons = await copyAll(meddle.source?.(source) ?? source, meddle.target?.(target) ?? target, {
      started: (how) => {
        started = how;
      },
      copied: (rows) => {
        copied = rows;
      },
      compared: () => {},
    });
    return { comparisons, started, copied, same: comparisons.every(({ same }) => same) };
  } finally {
    await source.close();
    await target.close();
  }
}

/** Adds thousands of access tokens, so that reading all of them takes a while. */
export function addTokens(file: string, count: number): void {
  withConnection(file, (connection) =>
    connection.execute(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      INSERT INTO access_tokens (id, digest, grant_id, client, scope, resources, issued_at, expires_at)
      SELECT unhex(printf('%012x%020x', 1800000000000 + n, n)), randomblob(32), NULL, 1, 'mail', '', 1800000000, 4000000000
      FROM numbers`),
  );
}

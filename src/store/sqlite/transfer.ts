/** The embedded database as one side of a copy. The caller has the folder's lock, so no other server changes it. */
import { DatabaseRefused } from "../contract.ts";
import { TABLES } from "../tables.ts";
import { BEGINNING, type End, type Target, type UnfinishedCopy } from "../transfer/copy.ts";
import { Commits } from "./commit.ts";
import type { Connection } from "./driver.ts";
import { openMigrated } from "./index.ts";
import { listRows } from "./list.ts";
import { hasTable, UNFINISHED_COPY } from "./migrations.ts";
import { asStoreError } from "./trouble.ts";

/** Throws the errors of the store. */
export async function openSqliteSource(file: string): Promise<End> {
  return end(await openMigrated(file));
}

/** Makes the file if it does not exist. */
export async function openSqliteTarget(file: string): Promise<Target> {
  const connection = await openMigrated(file, { mayBeUnfinished: true });
  const commits = new Commits(connection);
  const change = <Result>(work: () => Result): Result => {
    try {
      return connection.transaction(work);
    } catch (error) {
      throw asStoreError(error);
    }
  };

  return {
    ...end(connection),

    async begin(source) {
      return change(() => {
        const found = findUnfinished(connection);
        if (found !== null) return found;
        requireEmpty(connection, file);
        connection.execute(
          `CREATE TABLE ${UNFINISHED_COPY} (source TEXT NOT NULL, position TEXT NOT NULL) STRICT`,
        );
        connection.command<[string, string]>(
          `INSERT INTO ${UNFINISHED_COPY} (source, position) VALUES (?, ?)`,
        )(source, BEGINNING);
        return { source, position: BEGINNING };
      });
    },

    async write(table, rows, position, next) {
      return change(() => {
        if (!move(connection, position, next)) return false;
        const { outcome } = commits.apply({ changes: rows.map((row) => ({ act: "insert", table, row })) });
        if (outcome !== "committed")
          throw new Error(`A row of ${table.name} was there before it was copied.`);
        return true;
      });
    },

    async restart(position) {
      change(() => {
        for (const { name } of TABLES) connection.execute(`DELETE FROM ${name}`);
        connection.command<[string]>(`UPDATE ${UNFINISHED_COPY} SET position = ?`)(position);
      });
    },

    async finish() {
      change(() => connection.execute(`DROP TABLE ${UNFINISHED_COPY}`));
    },
  };
}

const end = (connection: Connection): End => ({
  count: async ({ name }) =>
    connection.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${name}`).get()?.rows ?? 0,
  read: async (table, after, limit) => listRows(connection, table, { after, limit }),
  close: async () => connection.close(),
});

function findUnfinished(connection: Connection): UnfinishedCopy | null {
  if (!hasTable(connection, UNFINISHED_COPY)) return null;
  return connection.query<UnfinishedCopy, []>(`SELECT source, position FROM ${UNFINISHED_COPY}`).get();
}

function move(connection: Connection, from: string, to: string): boolean {
  const sql = `UPDATE ${UNFINISHED_COPY} SET position = ? WHERE position = ?`;
  return connection.command<[string, string]>(sql)(to, from) === 1;
}

function requireEmpty(connection: Connection, file: string): void {
  const filled = TABLES.filter(
    ({ name }) => connection.query(`SELECT 1 FROM ${name} LIMIT 1`).get() !== null,
  );
  if (filled.length === 0) return;
  throw new DatabaseRefused(
    `${file} is in use: there are rows in ${filled.map(({ name }) => name).join(", ")}. A copy needs an empty place: choose another folder with --data.`,
  );
}

/**
 * Copies everything from one engine to the other, in batches that each are one transaction of the target. Each batch also
 * stores its position in the target, so a copy that was killed resumes there. Until both sides have been compared, the
 * target is marked as unfinished, and no store opens it.
 */
import { DatabaseRefused } from "../contract.ts";
import { columnOf, type Table } from "../declare.ts";
import { serverKeys } from "../tables/keys.ts";
import { TABLES } from "../tables.ts";
import { RowDigest, type StoredRow, type TableDigest } from "./rows.ts";

/** Large enough to make round trips cheap; some megabytes at most. */
const BATCH_ROWS = 4000;

/** One side of a copy. */
export interface End {
  count(table: Table): Promise<number>;
  /** Up to `limit` rows after the row `after`, in the order of keys: numbers and bytes by value, text by its UTF-8. */
  read(table: Table, after: StoredRow | null, limit: number): Promise<StoredRow[]>;
  close(): Promise<void>;
}

export interface Target extends End {
  /**
   * The unfinished copy into this target. An empty target gets a new one. Throws DatabaseRefused if the target contains
   * anything else.
   */
  begin(source: string): Promise<UnfinishedCopy>;
  /** Stores the rows and the position `next` in one transaction. False if the target was not at `position`. */
  write(table: Table, rows: readonly StoredRow[], position: string, next: string): Promise<boolean>;
  /** Empties it, and begins again at `position`. */
  restart(position: string): Promise<void>;
  /** Removes the mark: from now on the target is a database like any other. */
  finish(): Promise<void>;
}

export interface UnfinishedCopy {
  /** The identity of its source. */
  readonly source: string;
  readonly position: string;
}

/** The position of a copy that has copied nothing. */
export const BEGINNING = "";
/** The position after a comparison that found differences, so that the copy can only start over. */
const DIFFERENT = "different";

/** The comparison of one table. */
export interface Comparison {
  readonly source: TableDigest;
  readonly target: TableDigest;
  readonly same: boolean;
}

export interface CopyReport {
  /** How the copy begins: new, where an earlier one stopped, or anew after a difference. */
  started(how: "new" | "resumed" | "restarted"): void;
  /** `rows` of `all` are copied. */
  copied(rows: number, all: number): void;
  /** `rows` of `all`, counted on both sides, are compared. */
  compared(rows: number, all: number): void;
}

/**
 * Copies the missing rows, and compares. The target is usable if every table is the same. Otherwise the source changed
 * meanwhile, and the next copy starts over.
 */
export async function copyAll(source: End, target: Target, report: CopyReport): Promise<Comparison[]> {
  const position = await begin(await identityOf(source), target, report);
  const all = await countAll(source);
  let copied = await countAll(target);
  report.copied(copied, all);
  await copyFrom(position, source, target, (rows) => {
    copied += rows;
    report.copied(copied, all);
  });
  const comparisons = await compare(source, target, all, report);
  if (comparisons.every(({ same }) => same)) await target.finish();
  else await target.restart(DIFFERENT);
  return comparisons;
}

async function begin(identity: string, target: Target, report: CopyReport): Promise<string> {
  const { source, position } = await target.begin(identity);
  if (source !== identity) {
    throw new DatabaseRefused(
      "The target holds an unfinished copy of another database. Finish that one, or empty the target.",
    );
  }
  if (position === DIFFERENT) await target.restart(BEGINNING);
  report.started(position === DIFFERENT ? "restarted" : position === BEGINNING ? "new" : "resumed");
  return position === DIFFERENT ? BEGINNING : position;
}

/** The fingerprint of the server's key. A source without one was never used by a server. */
async function identityOf(source: End): Promise<string> {
  const [row] = await source.read(serverKeys, null, 1);
  return row?.fingerprint instanceof Uint8Array ? row.fingerprint.toHex() : "";
}

async function countAll(end: End): Promise<number> {
  let rows = 0;
  for (const table of TABLES) rows += await end.count(table);
  return rows;
}

async function copyFrom(
  beginning: string,
  source: End,
  target: Target,
  copied: (rows: number) => void,
): Promise<void> {
  let position = beginning;
  const reached = decodePosition(position);
  const first = reached === null ? 0 : TABLES.indexOf(reached.table);
  for (const table of TABLES.slice(first)) {
    let after = table === reached?.table ? reached.after : null;
    for (;;) {
      const rows = await source.read(table, after, BATCH_ROWS);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last;
      const next = encodePosition(table, after);
      if (!(await target.write(table, rows, position, next))) {
        throw new DatabaseRefused("Another copy to the same target is under way. Let that one finish.");
      }
      position = next;
      copied(rows.length);
    }
  }
}

async function compare(source: End, target: Target, rows: number, report: CopyReport): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  let compared = 0;
  const count = (more: number) => {
    compared += more;
    report.compared(compared, 2 * rows);
  };
  for (const table of TABLES) {
    const one = await digestTable(source, table, count);
    const other = await digestTable(target, table, count);
    comparisons.push({ source: one, target: other, same: one.digest === other.digest });
  }
  return comparisons;
}

export async function digestTable(
  end: End,
  table: Table,
  read: (rows: number) => void = () => {},
): Promise<TableDigest> {
  const digest = new RowDigest(table);
  let after: StoredRow | null = null;
  for (;;) {
    const rows: StoredRow[] = await end.read(table, after, BATCH_ROWS);
    const last = rows.at(-1);
    if (last === undefined) return digest.result();
    for (const row of rows) digest.add(row);
    after = last;
    read(rows.length);
  }
}

/** A position as text: the table, and the last copied key. */
function encodePosition({ name, key }: Table, after: StoredRow): string {
  const values = key.map((column) => after[column]);
  return JSON.stringify([
    name,
    ...values.map((value) => (value instanceof Uint8Array ? value.toHex() : value)),
  ]);
}

function decodePosition(position: string): { table: Table; after: StoredRow } | null {
  if (position === BEGINNING) return null;
  const [name, ...values]: unknown[] = JSON.parse(position);
  const table = TABLES.find((candidate) => candidate.name === name);
  if (table === undefined) {
    throw new DatabaseRefused(
      "The unfinished copy is of another version of Tessera. Finish it with that one.",
    );
  }
  const decoded = table.key.map((column, index) => {
    const value = values[index];
    return [column, columnOf(table, column).kind === "bytes" ? Uint8Array.fromHex(String(value)) : value];
  });
  return { table, after: Object.fromEntries(decoded) };
}

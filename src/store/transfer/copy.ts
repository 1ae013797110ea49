/**
 * Copies everything from one engine to the other, in batches that each are one transaction of the target. How far it
 * came stands in the target and changes with each batch, so a copy that was killed goes on where it was. Until both
 * sides were compared, the target is marked as unfinished, and no store opens it.
 */
import { DatabaseRefused } from "../contract.ts";
import { keyColumns, keyOf, portableValue, type Row, RowDigest, type TableDigest } from "./rows.ts";
import { PORTABLE_TABLES, type PortableTable, SERVER_KEY } from "./tables.ts";

/** Enough to make the round trips cheap; some megabytes at most. */
const BATCH_ROWS = 4000;

/** One side of a copy. */
export interface End {
  count(table: PortableTable): Promise<number>;
  /** Up to `limit` rows whose key comes after this one, in the order of keys. */
  read(table: PortableTable, after: Row | null, limit: number): Promise<Row[]>;
  /** The highest number that any client ever had: it is not given again. */
  lastClientNumber(): Promise<number>;
  close(): Promise<void>;
}

export interface Target extends End {
  /**
   * The copy that this target is the unfinished target of. An empty one becomes the target of this one.
   * Throws DatabaseRefused if there is anything else in it.
   */
  begin(source: string): Promise<UnfinishedCopy>;
  /** Stores the rows and moves on to `next`, both or neither. False if it was not at `position`. */
  write(table: PortableTable, rows: readonly Row[], position: string, next: string): Promise<boolean>;
  /** Empties it, and begins again at `position`. */
  restart(position: string): Promise<void>;
  /** Takes the mark away: from now on it is a database like any other. */
  finish(lastClientNumber: number): Promise<void>;
}

export interface UnfinishedCopy {
  /** The identity of its source. */
  readonly source: string;
  readonly position: string;
}

/** Where a copy is when nothing has been copied. */
export const BEGINNING = "";
/** Where it is when the sides turned out to be different, so that it can only begin again. */
const DIFFERENT = "different";

/** What became of one table. */
export interface Comparison {
  readonly source: TableDigest;
  readonly target: TableDigest;
  readonly same: boolean;
}

export interface CopyReport {
  /** How it begins: anew, where a copy stopped, or anew because the last one turned out to be different. */
  started(how: "new" | "resumed" | "restarted"): void;
  /** So many rows of all are copied. */
  copied(rows: number, all: number): void;
  /** So many rows of all, of both sides, are compared. */
  compared(rows: number, all: number): void;
}

/**
 * Copies what is missing, and compares. The target can be used if every table is the same; otherwise the source changed
 * meanwhile, and the next copy begins again.
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
  if (comparisons.every(({ same }) => same)) await target.finish(await source.lastClientNumber());
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

/** The fingerprint of the server's key: a server that was never started has none, and nothing that anybody would miss. */
async function identityOf(source: End): Promise<string> {
  const [row] = await source.read(SERVER_KEY, null, 1);
  const [fingerprint] = row ?? [];
  return fingerprint instanceof Uint8Array ? fingerprint.toHex() : "";
}

async function countAll(end: End): Promise<number> {
  let rows = 0;
  for (const table of PORTABLE_TABLES) rows += await end.count(table);
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
  const first = reached === null ? 0 : PORTABLE_TABLES.indexOf(reached.table);
  for (const table of PORTABLE_TABLES.slice(first)) {
    let after = table === reached?.table ? reached.after : null;
    for (;;) {
      const rows = await source.read(table, after, BATCH_ROWS);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = keyOf(table, last);
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
  for (const table of PORTABLE_TABLES) {
    const one = await digestTable(source, table, count);
    const other = await digestTable(target, table, count);
    comparisons.push({ source: one, target: other, same: one.digest === other.digest });
  }
  return comparisons;
}

export async function digestTable(
  end: End,
  table: PortableTable,
  read: (rows: number) => void = () => {},
): Promise<TableDigest> {
  const digest = new RowDigest(table.name);
  let after: Row | null = null;
  for (;;) {
    const rows: Row[] = await end.read(table, after, BATCH_ROWS);
    const last = rows.at(-1);
    if (last === undefined) return digest.result();
    for (const row of rows) digest.add(row.slice(0, table.columns.length));
    after = keyOf(table, last);
    read(rows.length);
  }
}

/** A position is text for the target: the table, and the key up to which it is copied. */
function encodePosition({ name }: PortableTable, after: Row): string {
  return JSON.stringify([
    name,
    ...after.map((value) => (value instanceof Uint8Array ? value.toHex() : value)),
  ]);
}

function decodePosition(position: string): { table: PortableTable; after: Row } | null {
  if (position === BEGINNING) return null;
  const [name, ...after]: unknown[] = JSON.parse(position);
  const table = PORTABLE_TABLES.find((candidate) => candidate.name === name);
  if (table === undefined) {
    throw new DatabaseRefused(
      "The unfinished copy is of another version of Tessera. Finish it with that one.",
    );
  }
  return {
    table,
    after: keyColumns(table).map(({ kind }, index) => {
      const value = after[index];
      return portableValue(
        kind,
        kind === "bytes" && typeof value === "string" ? Uint8Array.fromHex(value) : value,
      );
    }),
  };
}

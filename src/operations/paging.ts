/** Reads lists in pages, so that no list is in memory as a whole. */

/** A page begins after this row, in the order of the list. */
export interface Page<Row> {
  readonly limit: number;
  readonly after?: Row | null;
}

const PAGE_ROWS = 500;

/** All rows of a list, read in pages. It may miss rows that are added or removed meanwhile. */
export async function* allPages<Row>(list: (page: Page<Row>) => Promise<Row[]>): AsyncGenerator<Row> {
  let after: Row | null = null;
  for (;;) {
    const rows: Row[] = await list({ limit: PAGE_ROWS, after });
    yield* rows;
    after = rows.at(-1) ?? null;
    if (rows.length < PAGE_ROWS) return;
  }
}

/** How many rows there are; null if more than `most`. It reads no more than it needs to know that. */
export async function countUpTo(most: number, rows: AsyncIterable<unknown>): Promise<number | null> {
  let count = 0;
  for await (const _ of rows) {
    if (count === most) return null;
    count += 1;
  }
  return count;
}

/** For lists of one person or one client, which are short. */
export async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Lists in pages: every list takes `limit` and `cursor`, and answers with `items` and the cursor of the next page. */
import * as v from "valibot";
import type { Page } from "../operations/paging.ts";
import type { ServerKeys } from "../platform/keys.ts";
import { makeCursor, type Place, readCursor } from "./cursor.ts";
import type { ApiAnswer } from "./route.ts";

const MOST = 200;

const USUAL = 50;

/** The members of the query that every list has. */
export const PAGE_MEMBERS = {
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9][0-9]{0,2}$/, `limit must be a whole number from 1 to ${MOST}`),
      v.transform(Number),
      v.maxValue(MOST, `limit must be a whole number from 1 to ${MOST}`),
      v.description(`How many items the page has at most: 1 to ${MOST}. Default: ${USUAL}.`),
    ),
  ),
  cursor: v.optional(
    v.pipe(v.string(), v.maxLength(2000), v.description("Where the page begins: `next` of the page before.")),
  ),
};

/** Members beside these are filters, which a cursor is bound to. */
interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly [filter: string]: unknown;
}

/** Distinguishes the filters of one cursor from those of another. */
const filtersOf = (query: Readonly<Record<string, unknown>>): string => {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  return JSON.stringify(Object.entries(filters).sort());
};

/** The schema of a list of such items. */
export const listOf = (item: v.GenericSchema) =>
  v.strictObject({
    items: v.array(item),
    next: v.pipe(v.nullable(v.string()), v.description("The cursor of the next page; null at the end.")),
  });

/** A list, and where its page begins. */
export interface ListPage<Row> {
  readonly keys: ServerKeys;
  /** The list, which the cursor is for: its path. */
  readonly path: string;
  readonly query: PageQuery;
  /** The columns that order the list. */
  readonly placeOf: (row: Row) => Place;
  readonly rows: (page: Page<Row>) => Promise<readonly Row[]>;
}

/** A page of a list, and the cursor of the next. Throws `cursor_refused`. */
export async function readPage<Row>({
  keys,
  path,
  query,
  placeOf,
  rows,
}: ListPage<Row>): Promise<{ readonly shown: readonly Row[]; readonly next: string | null }> {
  const { limit = USUAL, cursor } = query;
  const list = `${path} ${filtersOf({ ...query })}`;
  // A list reads only the columns of its order from the row after which a page begins.
  const after = cursor === undefined ? null : (readCursor(keys, list, cursor) as unknown as Row);
  const found = await rows({ limit: limit + 1, after });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const next = found.length > limit && last !== undefined ? makeCursor(keys, list, placeOf(last)) : null;
  return { shown, next };
}

/** The answer with a page of a list. */
export async function listAnswer<Row>({
  describe,
  ...list
}: ListPage<Row> & { readonly describe: (row: Row) => unknown }): Promise<ApiAnswer> {
  const { shown, next } = await readPage(list);
  return { body: { items: await Promise.all(shown.map(describe)), next } };
}

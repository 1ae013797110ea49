/** Finds rows by the words of their names, from an index of the beginnings of words. */
import { wordsOf } from "../../protocol/words.ts";

/** What a search found. `isWhole`: nothing else matches. */
export interface FoundRows<Row> {
  readonly rows: readonly Row[];
  readonly isWhole: boolean;
}

/** A word of a row, in the order of the index. */
interface Entry {
  readonly word: string;
  readonly id: string;
}

/** The index of one kind of row, and the rows. */
export interface WordIndex<Row> {
  /** The entries after this one. */
  readonly after: (entry: Entry, limit: number) => Promise<readonly Entry[]>;
  readonly load: (id: string) => Promise<Row | null>;
  readonly words: (row: Row) => readonly string[];
}

const PAGE = 100;
/** So many rows are read at a time. */
const ROWS = 20;
/** So many entries at most. Only words that are all frequent need more, and then a further word helps. */
const MOST_READ = 1000;

/** The first rows of which some word begins with each word of the text. None for a text without words. */
export async function findByWords<Row>(
  index: WordIndex<Row>,
  text: string,
  limit: number,
): Promise<FoundRows<Row>> {
  const wanted = [...new Set(wordsOf(text))].sort((one, other) => other.length - one.length);
  const firsts = await Promise.all(wanted.map((word) => pageFrom(index, word, { word, id: "" })));
  // The rarest word leads, of several frequent ones the longest.
  const [leading] = firsts.toSorted((one, other) => one.entries.length - other.entries.length);
  if (leading === undefined) return { rows: [], isWhole: true };
  const found = new Map<string, Row>();
  const seen = new Set<string>();
  const isMeant = (row: Row): boolean => {
    const words = index.words(row);
    return wanted.every((beginning) => words.some((word) => word.startsWith(beginning)));
  };
  let page: Page | null = leading;
  for (let read = 0; page !== null; read += PAGE) {
    const { entries, word, isLast }: Page = page;
    const ids = [...new Set(entries.map(({ id }) => id))].filter((id) => !seen.has(id));
    for (let from = 0; from < ids.length; from += ROWS) {
      const some = ids.slice(from, from + ROWS);
      const rows = await Promise.all(some.map(index.load));
      for (const [at, id] of some.entries()) {
        const row = rows[at] ?? null;
        seen.add(id);
        if (row === null || !isMeant(row)) continue;
        if (found.size === limit) return { rows: [...found.values()], isWhole: false };
        found.set(id, row);
      }
    }
    const last = entries.at(-1);
    if (isLast || last === undefined) break;
    if (read >= MOST_READ) return { rows: [...found.values()], isWhole: false };
    page = await pageFrom(index, word, last);
  }
  return { rows: [...found.values()], isWhole: true };
}

interface Page {
  readonly word: string;
  readonly entries: readonly Entry[];
  readonly isLast: boolean;
}

/** The next entries that begin with the word. */
async function pageFrom<Row>(
  { after }: Pick<WordIndex<Row>, "after">,
  word: string,
  place: Entry,
): Promise<Page> {
  const following = await after(place, PAGE);
  const entries = following.filter((entry) => entry.word.startsWith(word));
  return { word, entries, isLast: entries.length < PAGE };
}

/** One after the other, each row once. `keyOf`: what tells rows apart. */
export function mergeFound<Row>(
  parts: readonly FoundRows<Row>[],
  keyOf: (row: Row) => string,
  limit: number,
): FoundRows<Row> {
  const rows = new Map(parts.flatMap((part) => part.rows.map((row) => [keyOf(row), row])));
  return {
    rows: [...rows.values()].slice(0, limit),
    isWhole: rows.size <= limit && parts.every(({ isWhole }) => isWhole),
  };
}

/** The rows of a list of more than `limit`, cut to it. */
export const firstRows = <Row>(rows: readonly Row[], limit: number): FoundRows<Row> => ({
  rows: rows.slice(0, limit),
  isWhole: rows.length <= limit,
});

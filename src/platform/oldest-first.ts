/**
 * A map that knows its oldest entry at once. A `Map` leaves a hole where an entry was deleted, and whoever asks it for its
 * first entry steps over all the holes before it: with tens of thousands of entries, thousands of holes each time that
 * the oldest has to make room.
 */
interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
  older: Entry<Value> | null;
  newer: Entry<Value> | null;
}

export class OldestFirst<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  #oldest: Entry<Value> | null = null;
  #newest: Entry<Value> | null = null;

  get size(): number {
    return this.#entries.size;
  }

  /** Null if there is none. */
  get oldestKey(): string | null {
    return this.#oldest === null ? null : this.#oldest.key;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** It is now the newest, also if it was there before. */
  set(key: string, value: Value): void {
    this.delete(key);
    const entry: Entry<Value> = { key, value, older: this.#newest, newer: null };
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#entries.set(key, entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    if (entry.older === null) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.#newest = entry.older;
    else entry.newer.older = entry.older;
  }

  /** The oldest comes first. Whoever walks may delete the entry where it stands. */
  *[Symbol.iterator](): Generator<[key: string, value: Value]> {
    for (let entry = this.#oldest; entry !== null; entry = entry.newer) yield [entry.key, entry.value];
  }
}

/**
 * A map that finds its oldest entry in constant time. A `Map` leaves a hole for each deleted entry. Its iterator steps
 * over all the holes before the first entry: thousands, in a map with tens of thousands of entries.
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

  /** Makes the entry the newest, even if the key was there before. */
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

  /** Deletes the oldest entry if there are more than `most`: for maps that grow by one entry at a time. */
  keepNewest(most: number): void {
    if (this.size > most && this.#oldest !== null) this.delete(this.#oldest.key);
  }

  /** The oldest comes first. The caller may delete the current entry. */
  *[Symbol.iterator](): Generator<[key: string, value: Value]> {
    for (let entry = this.#oldest; entry !== null; entry = entry.newer) yield [entry.key, entry.value];
  }
}

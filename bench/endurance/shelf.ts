/** A place for so many things and no more, such as tokens that are to be used later. */

export class Shelf<Thing> {
  readonly #capacity: number;
  readonly #things: Thing[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#things.length;
  }

  /** If it is full, another one is forgotten, whichever chance gives. */
  put(thing: Thing): void {
    if (this.#things.length < this.#capacity) this.#things.push(thing);
    else this.#things[this.#chance()] = thing;
  }

  /** One that is good, which stays; undefined if there is none. Those that are not and come first are forgotten. */
  look(isGood: (thing: Thing) => boolean = () => true): Thing | undefined {
    const found = this.take(isGood);
    if (found !== undefined) this.#things.push(found);
    return found;
  }

  /** The same, and it is gone from here then. */
  take(isGood: (thing: Thing) => boolean = () => true): Thing | undefined {
    while (this.#things.length > 0) {
      const at = this.#chance();
      const taken = this.#things[at];
      const last = this.#things.pop();
      if (last !== undefined && at < this.#things.length) this.#things[at] = last;
      if (taken !== undefined && isGood(taken)) return taken;
    }
    return undefined;
  }

  #chance(): number {
    return Math.floor(Math.random() * this.#things.length);
  }
}

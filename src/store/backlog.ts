/**
 * Admission: whoever would have to wait for longer than clients like to wait is refused at once (docs/decisions/0014).
 *
 * How many may wait is not a fixed number: it is what was done lately, while there was always something to do, in as
 * long as anybody should wait. So it fits a fast disk, a slow one, and a database behind a slow network. It costs a
 * comparison as long as little waits; the clock is read only beyond that.
 */
import { StoreBusy } from "./contract.ts";

/** How long what is admitted should have to wait at most. */
const PATIENCE_MILLIS = 500;

/** For how long the pace is measured before it counts. */
const MEASURED_MILLIS = 100;

/** How many may wait as long as the pace is not known. */
const ROOM_AT_FIRST = 2000;

/** How often it is told that some were refused. */
const TOLD_EVERY_MILLIS = 1000;

/**
 * `urgent`: it ends access or cleans up, or asks whether the store is well. It has twice the room, so that an overload by
 * others does not keep it out.
 */
export type Urgency = "ordinary" | "urgent";

export interface BacklogOptions {
  /** So many may always wait. */
  readonly least: number;
  /** Milliseconds from some moment on. */
  readonly now?: () => number;
}

export class Backlog {
  readonly #least: number;
  readonly #now: () => number;

  /** What has entered and not left. */
  #waiting = 0;
  #room = ROOM_AT_FIRST;
  /** The present measurement: since when, as long as more than the least waits, and how many left meanwhile. */
  #since: number | null = null;
  #left = 0;
  #untold = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor({ least, now = () => performance.now() }: BacklogOptions) {
    this.#least = least;
    this.#now = now;
  }

  /** Throws StoreBusy if there is no room. */
  requireRoom(urgency: Urgency = "ordinary"): void {
    if (this.#waiting >= this.#least) this.#requireRoom(urgency);
  }

  /** Throws StoreBusy if there is no room. Whoever entered must leave. */
  enter(urgency?: Urgency): void {
    this.requireRoom(urgency);
    this.#waiting += 1;
  }

  leave(count = 1): void {
    this.#waiting -= count;
    // Whatever made it slow is over.
    if (this.#waiting === 0) this.#room = ROOM_AT_FIRST;
    if (this.#since === null) return;
    this.#left += count;
    const now = this.#now();
    // Not just below the least: where the room is no more than that, a measurement would end as soon as it begins.
    if (this.#waiting < this.#least / 2) this.#since = null;
    else if (now - this.#since >= MEASURED_MILLIS) this.#measure(now, this.#since);
  }

  #requireRoom(urgency: Urgency): void {
    const now = this.#now();
    if (this.#since === null) {
      this.#since = now;
      this.#left = 0;
      // Nothing, or next to nothing, leaves: then nobody else would measure.
    } else if (now - this.#since > PATIENCE_MILLIS) {
      this.#measure(now, this.#since);
    }
    const share = urgency === "urgent" ? 2 : 1;
    if (this.#waiting >= share * Math.max(this.#room, this.#least)) throw this.#refusal(now);
  }

  #measure(now: number, since: number): void {
    this.#room = (this.#left * PATIENCE_MILLIS) / (now - since);
    this.#since = now;
    this.#left = 0;
  }

  #refusal(now: number): StoreBusy {
    this.#untold += 1;
    if (now - this.#toldAt < TOLD_EVERY_MILLIS) return new StoreBusy();
    const refused = this.#untold;
    this.#toldAt = now;
    this.#untold = 0;
    return new StoreBusy(refused);
  }
}

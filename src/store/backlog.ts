/**
 * Admission: a commit that would have to wait for too long is refused at once (docs/decisions/0014).
 *
 * The limit adapts: room = commits done in the last busy measurement × 500 ms / its duration. So it fits a fast disk, a
 * slow one, and a database behind a slow network. Admission costs a comparison while few commits wait; it reads the clock
 * only beyond that.
 */
import { StoreBusy } from "./contract.ts";

/** The longest time that an admitted commit should wait. */
const PATIENCE_MILLIS = 500;

/** The shortest measurement of the throughput. */
const MEASURED_MILLIS = 100;

/** The room while the throughput is unknown. */
const ROOM_AT_FIRST = 2000;

/** The shortest time between two reports of refusals. */
const TOLD_EVERY_MILLIS = 1000;

/**
 * `urgent`: the clean-up, or a check of the store. `ends_access`: a commit that ends access. Both have twice the room, so
 * that an overload does not keep them out.
 */
export type Urgency = "ordinary" | "urgent" | "ends_access";

export interface BacklogOptions {
  /** This many commits may always wait. */
  readonly least: number;
  /** Milliseconds since any fixed moment. */
  readonly now?: () => number;
}

export class Backlog {
  readonly #least: number;
  readonly #now: () => number;

  #waiting = 0;
  #room = ROOM_AT_FIRST;
  /** The current measurement, while more than `least` wait: its start, and how many commits have left since. */
  #since: number | null = null;
  #left = 0;
  #untold = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor({ least, now = () => performance.now() }: BacklogOptions) {
    this.#least = least;
    this.#now = now;
  }

  /** How many commits have entered and not left. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Throws StoreBusy if there is no room. */
  requireRoom(urgency: Urgency = "ordinary"): void {
    if (this.#waiting >= this.#least) this.#requireRoom(urgency);
  }

  /** Throws StoreBusy if there is no room. Every call that succeeds needs a call of `leave`. */
  enter(urgency?: Urgency): void {
    this.requireRoom(urgency);
    this.#waiting += 1;
  }

  leave(count = 1): void {
    this.#waiting -= count;
    // The cause of the slowness is over.
    if (this.#waiting === 0) this.#room = ROOM_AT_FIRST;
    if (this.#since === null) return;
    this.#left += count;
    const now = this.#now();
    // Half of the least: if the room is no larger than the least, a measurement would otherwise end as soon as it begins.
    if (this.#waiting < this.#least / 2) this.#since = null;
    else if (now - this.#since >= MEASURED_MILLIS) this.#measure(now, this.#since);
  }

  #requireRoom(urgency: Urgency): void {
    const now = this.#now();
    if (this.#since === null) {
      this.#since = now;
      this.#left = 0;
      // Hardly any commit leaves, so `leave` does not measure.
    } else if (now - this.#since > PATIENCE_MILLIS) {
      this.#measure(now, this.#since);
    }
    const share = urgency === "ordinary" ? 1 : 2;
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

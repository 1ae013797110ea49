/**
 * Space that is kept for commits that end access, so that they succeed on a full disk (THREATS 62): a file beside the
 * database, `tessera.db-reserve`. When such a commit finds no room, the file becomes a step shorter, and the commit runs
 * again. While the file is too short, all other writes are refused, or they would take the space. The file is made whole
 * again when there is room for it. Its length is all that processes need to know of each other.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { createPrivateFile } from "./files.ts";

export const RESERVE_BYTES = 8 * 1024 * 1024;

/**
 * How much becomes free at once. Another program on the disk may take what is free, so it is not everything. A commit needs
 * a few pages of 4 KiB.
 */
const STEP_BYTES = 1024 * 1024;

/** The shortest time between two looks at the length of the file, which another process may have changed. */
const LOOK_MILLIS = 100;

/** The shortest time between two attempts to make the file whole. */
const REFILL_MILLIS = 1000;

export class Reserve {
  /** The path of the database, which may be a link: its log, which needs the space, is beside the target. */
  readonly #database: string;
  readonly #now: () => number;
  #isShort = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #filledAt = Number.NEGATIVE_INFINITY;

  constructor(database: string, now: () => number = () => performance.now()) {
    this.#database = database;
    this.#now = now;
  }

  get #file(): string {
    return `${existsSync(this.#database) ? realpathSync(this.#database) : this.#database}-reserve`;
  }

  /**
   * Whether a part of the space was given up and could not be kept again, so that ordinary writes must wait. False if no
   * space was ever kept.
   */
  isShort(): boolean {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK_MILLIS) return this.#isShort;
    this.#lookedAt = now;
    const length = this.#length();
    this.#isShort = length !== null && length < RESERVE_BYTES;
    if (this.#isShort && now - this.#filledAt >= REFILL_MILLIS) this.keep();
    return this.#isShort;
  }

  /** Gives up a step of the space. False if there is nothing left. */
  release(): boolean {
    const length = this.#length();
    if (length === null || length === 0) return false;
    try {
      this.#open((descriptor) => {
        ftruncateSync(descriptor, Math.max(0, length - STEP_BYTES));
        // A journaling file system lends the freed blocks out only when its own log is on disk.
        fsyncSync(descriptor);
      });
    } catch {
      return false;
    }
    this.#isShort = true;
    // The next attempt to fill it up waits, so that the commit gets the space.
    this.#lookedAt = this.#now();
    this.#filledAt = this.#now();
    return true;
  }

  /** Makes the file, or makes it whole again. False, and it is as it was, if there is no room. */
  keep(): boolean {
    this.#filledAt = this.#now();
    const length = this.#length();
    if (length !== null && length >= RESERVE_BYTES) return true;
    try {
      if (length === null) this.#make();
      else this.#refill(length);
    } catch {
      return false;
    }
    this.#isShort = false;
    return true;
  }

  /** Null if there is no file that this user can see. */
  #length(): number | null {
    try {
      return statSync(this.#file, { throwIfNoEntry: false })?.size ?? null;
    } catch {
      return null;
    }
  }

  /** In one step, because other processes refuse writes while the file is short. */
  #make(): void {
    const draft = `${this.#file}.new`;
    rmSync(draft, { force: true });
    const descriptor = createPrivateFile(draft);
    try {
      this.#fill(descriptor, 0);
      renameSync(draft, this.#file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  #refill(length: number): void {
    this.#open((descriptor) => {
      try {
        this.#fill(descriptor, length);
      } catch (error) {
        ftruncateSync(descriptor, length);
        throw error;
      }
    });
  }

  /** Writes from this position to the end. Random bytes take their space even where the file system compresses. */
  #fill(descriptor: number, from: number): void {
    const { bavail, bsize } = statfsSync(dirname(this.#file));
    // A step stays free for ordinary writes, or the next one would fail at once.
    if (bavail * bsize < RESERVE_BYTES - from + STEP_BYTES) throw new Error("too little space is free");
    const bytes = randomBytes(STEP_BYTES);
    for (let position = from; position < RESERVE_BYTES; ) {
      const wanted = Math.min(STEP_BYTES, RESERVE_BYTES - position);
      const written = writeSync(descriptor, bytes, 0, wanted, position);
      if (written === 0) throw new Error("nothing could be written");
      position += written;
    }
  }

  #open(use: (descriptor: number) => void): void {
    const descriptor = openSync(this.#file, "r+");
    try {
      use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

import type { Clock } from "./clock.ts";

/** A source of unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

/** The runtime's cryptographic generator, seeded by the operating system. It saves a system call each time. */
export const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/**
 * A 16-byte identifier: 6 bytes of milliseconds, 2 bytes of shard, 8 random bytes.
 * Time comes first, so that inserts append to one leaf of the index and expired rows lie together. `shard`, from 0 to
 * 65,535, is the shard of related rows. Default: a random one.
 */
export function timeOrderedId(clock: Clock, random: RandomBytes, shard?: number): Uint8Array<ArrayBuffer> {
  const id = random(16);
  const millis = clock.millis();
  const high = Math.floor(millis / 0x1_0000_0000);
  const low = millis >>> 0;
  id[0] = high >>> 8;
  id[1] = high;
  id[2] = low >>> 24;
  id[3] = low >>> 16;
  id[4] = low >>> 8;
  id[5] = low;
  if (shard !== undefined) {
    id[6] = shard >>> 8;
    id[7] = shard;
  }
  return id;
}

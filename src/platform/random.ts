import type { Clock } from "./clock.ts";

/** Where unpredictable bytes come from. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

/** The runtime's cryptographic generator, which the operating system seeds. Asking the system itself costs a call each time. */
export const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/**
 * A 16-byte identifier: 6 bytes of milliseconds, then 10 random bytes.
 * Time comes first so that inserts append to one leaf of the index and expired rows lie together.
 */
export function timeOrderedId(clock: Clock, random: RandomBytes): Uint8Array<ArrayBuffer> {
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
  return id;
}

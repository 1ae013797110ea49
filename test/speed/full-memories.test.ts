/**
 * What is kept in memory has a most, and the oldest makes room then. That must not cost more than it did before: strangers
 * choose how many there are.
 */
import { expect, test } from "bun:test";
import { createAttemptLimit } from "../../src/platform/attempts.ts";
import { createPollPace } from "../../src/platform/poll-pace.ts";

const MOST = 20_000;
const AT_A_TIME = 500;
const clock = { seconds: () => 1_800_000_000, millis: () => 1_800_000_000_000 };

/** The median time that so many new keys take at a time. */
function medianOf(count: number, add: () => void): number {
  const times: number[] = [];
  for (let chunk = 0; chunk < count / AT_A_TIME; chunk += 1) {
    const startedAt = performance.now();
    for (let index = 0; index < AT_A_TIME; index += 1) add();
    times.push(performance.now() - startedAt);
  }
  return times.sort((one, other) => one - other)[times.length >> 1] ?? 0;
}

test.each<[string, (add: number) => void]>([
  ["attempts", attempts()],
  ["polls of devices", polls()],
])("%s are counted as fast when there is no more room", (_, add) => {
  let next = 0;
  const addNew = () => {
    next += 1;
    add(next);
  };
  const filling = medianOf(MOST, addNew);
  const full = medianOf(3 * MOST, addNew);
  // Measured: about 1. With a Map, whose first entry has to be looked for, 15 and more.
  expect(full / filling).toBeLessThan(4);
});

function attempts(): (index: number) => void {
  const limit = createAttemptLimit({ clock, limit: 5, windowSeconds: 900, maximumKeys: MOST });
  return (index) => void limit.attempt(`address ${index}`);
}

function polls(): (index: number) => void {
  const pace = createPollPace(clock, 5, MOST);
  return (index) => void pace.isTooFast(new Uint8Array(new Uint32Array([index, 0, 0, 0]).buffer));
}

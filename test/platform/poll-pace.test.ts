/** RFC 8628 §3.5 and threat class 27. */
import { describe, expect, test } from "bun:test";
import { createPollPace } from "../../src/platform/poll-pace.ts";

const DEVICE = new Uint8Array([1, 2, 3]);
const OTHER = new Uint8Array([1, 2, 4]);

function setUp(intervalSeconds = 5, maximumDevices?: number) {
  const time = { millis: 1_800_000_000_000 };
  const clock = { millis: () => time.millis, seconds: () => Math.floor(time.millis / 1000) };
  const pace = createPollPace(clock, intervalSeconds, maximumDevices);
  const after = (seconds: number, device = DEVICE): boolean => {
    time.millis += seconds * 1000;
    return pace.isTooFast(device);
  };
  return { pace, after };
}

describe("the pace of polls", () => {
  test("the first poll is never too fast", () => {
    expect(setUp().after(0)).toBe(false);
  });

  test("a device that keeps exactly to the interval is never told to slow down", () => {
    const { after } = setUp();
    expect(Array.from({ length: 50 }, () => after(5))).not.toContain(true);
  });

  test("a little slack is left for networks and timers, and no more", () => {
    const { after } = setUp();
    after(0);
    expect(after(4.6)).toBe(false);
    expect(after(4.5)).toBe(false);
    expect(after(4.4)).toBe(true);
  });

  test("each slow_down adds five seconds to this and all later intervals", () => {
    const { after } = setUp();
    after(0);
    expect(after(1)).toBe(true);
    expect(after(10)).toBe(false);
    expect(after(9)).toBe(true);
    expect(after(15)).toBe(false);
    expect(after(14)).toBe(true);
    expect(after(20)).toBe(false);
    expect(after(20)).toBe(false);
  });

  test("the wait counts from the last poll, also from one that was too fast", () => {
    const { after } = setUp();
    after(0);
    expect(after(3)).toBe(true);
    expect(after(8)).toBe(true);
    expect(after(15)).toBe(false);
  });

  test("the interval is the configured one", () => {
    const { after } = setUp(1);
    after(0);
    expect(after(1)).toBe(false);
    expect(after(0.4)).toBe(true);
    expect(after(6)).toBe(false);
  });

  test("devices do not slow each other down", () => {
    const { after } = setUp();
    after(0);
    expect(after(1, OTHER)).toBe(false);
    expect(after(4)).toBe(false);
  });

  test("a device that is done is forgotten", () => {
    const { after, pace } = setUp();
    after(0);
    pace.forget(DEVICE);
    expect(after(0)).toBe(false);
    pace.forget(OTHER);
  });

  test("space is bounded: the oldest device is forgotten first", () => {
    const { after } = setUp(5, 2);
    after(0);
    after(0, OTHER);
    after(0, new Uint8Array([9]));
    expect(after(0, OTHER)).toBe(true);
    expect(after(0)).toBe(false);
  });
});

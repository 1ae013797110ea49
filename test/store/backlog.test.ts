/** Which commits may wait, and which are refused. It uses its own clock, so any machine is fast enough. */
import { describe, expect, test } from "bun:test";
import { Backlog, type Urgency } from "../../src/store/backlog.ts";
import { StoreBusy } from "../../src/store/contract.ts";
import { proves } from "../support/proves.ts";

const LEAST = 10;

function newBacklog() {
  let now = 5_000;
  let waiting = 0;
  const refusals: number[] = [];
  const backlog = new Backlog({ least: LEAST, now: () => now });
  const enters = (urgency?: Urgency): boolean => {
    try {
      backlog.enter(urgency);
      waiting += 1;
      return true;
    } catch (error) {
      if (!(error instanceof StoreBusy)) throw error;
      refusals.push(error.refused);
      return false;
    }
  };
  const leave = (count = 1): void => {
    backlog.leave(count);
    waiting -= count;
  };
  /** Enters until a refusal, and returns how many wait then. */
  const fill = (urgency?: Urgency): number => {
    while (enters(urgency));
    return waiting;
  };
  return {
    enters,
    fill,
    leave,
    /** The reports of refusals. */
    refusals,
    pass: (millis: number) => {
      now += millis;
    },
    /** Every ten milliseconds, `each` commits leave and as many enter. */
    work: (each: number, millis: number) => {
      for (let passed = 0; passed < millis; passed += 10) {
        now += 10;
        leave(each);
        for (let count = 0; count < each; count += 1) enters();
      }
    },
  };
}

describe("before the pace is known", () => {
  test("a burst may wait, but not any number", () => {
    const { fill } = newBacklog();
    expect(fill()).toBe(2000);
  });

  test("nobody is refused for what is done by now", () => {
    const { leave, enters } = newBacklog();
    for (let count = 0; count < 10_000; count += 1) {
      expect(enters()).toBe(true);
      leave();
    }
  });
});

describe("once the pace is known", () => {
  test("as many may wait as are done in half a second", () => {
    const { fill, leave, work } = newBacklog();
    fill();
    // 300 a second.
    work(3, 200);
    leave(1900);
    expect(fill()).toBe(150);
  });

  test("a faster one lets more wait, within a fifth of a second", () => {
    const { fill, work } = newBacklog();
    fill();
    work(3, 200);
    expect(fill()).toBeLessThan(2000);
    work(50, 200);
    expect(fill()).toBe(2500);
  });

  test("the least may wait, however slow it is", () => {
    const { fill, leave, pass } = newBacklog();
    fill();
    pass(600_000);
    leave(1900);
    leave(99);
    expect(fill()).toBe(LEAST);
  });

  test("after a moment in which nothing left, a fast one lets more wait, though the queue is never empty", () => {
    const { enters, fill, leave, pass, work } = newBacklog();
    fill();
    pass(60_000);
    expect(enters()).toBe(false);
    leave(1990);
    expect(fill()).toBe(LEAST);
    work(4, 400);
    expect(fill()).toBe(200);
  });

  test("it counts for nothing once nobody waits", () => {
    const { fill, leave, pass } = newBacklog();
    fill();
    pass(60_000);
    leave(1900);
    expect(fill()).toBeLessThan(2000);
    leave(fill());
    expect(fill()).toBe(2000);
  });
});

test("when nothing leaves for half a second, nobody else may wait", () => {
  const { enters, pass } = newBacklog();
  for (let count = 0; count <= LEAST; count += 1) expect(enters()).toBe(true);
  pass(400);
  expect(enters()).toBe(true);
  pass(101);
  expect(enters()).toBe(false);
});

test(proves("what is urgent has twice the room", "RFC 7009 5-1"), () => {
  const { fill, enters } = newBacklog();
  expect(fill()).toBe(2000);
  expect(fill("urgent")).toBe(4000);
  expect(enters()).toBe(false);
});

test("how many were refused is told once a second", () => {
  const { fill, enters, pass, refusals } = newBacklog();
  fill();
  for (let count = 0; count < 7; count += 1) enters();
  pass(1000);
  enters();
  enters();
  expect(refusals).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 8, 0]);
});

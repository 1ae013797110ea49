import { expect, test } from "bun:test";
import * as rules from "../../src/rules/outbox.ts";
import { update } from "../../src/store/contract.ts";
import { logoutNotices as table } from "../../src/store/tables/waiting.ts";
import { NOW, newId } from "./facts.ts";

const row = { id: newId(), ...rules.newWaiting(NOW, NOW + 86_400), expiresAt: NOW + 86_400 };

test("the next attempt comes after ten seconds, then after twice as long, up to an hour", () => {
  expect([1, 2, 3, 9, 10, 2000].map(rules.waitAfter)).toEqual([10, 20, 40, 2560, 3600, 3600]);
});

test("an attempt is due from its time until the row is given up", () => {
  expect([NOW - 1, NOW, NOW + 86_399, NOW + 86_400].map((now) => rules.isDue(row, now))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(rules.isDue({ ...row, waits: false }, NOW)).toBe(false);
  expect(rules.isDue(null, NOW)).toBe(false);
});

test("a time that no wait leads to is due: the clock was ahead when it was written", () => {
  expect([0, 1, 3600, 7200, 7201, 86_400].map((wait) => rules.isTime(NOW + wait, NOW))).toEqual([
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
  const ahead = { ...row, nextAt: NOW + 30 * 86_400, giveUpAt: NOW + 31 * 86_400 };
  expect(rules.isDue(ahead, NOW)).toBe(true);
});

test("of several senders one takes an attempt: its number is the guard", () => {
  const set = { waits: true, attempts: 1, nextAt: NOW + 30 };
  expect(rules.take(table, row, NOW, 30)).toEqual({
    taken: { ...row, ...set },
    changes: [update(table, { id: row.id }, { attempts: 0, waits: true }, set)],
  });
});

test("a failure that may pass leaves the row waiting, unless the next attempt would come too late", () => {
  const failed = { outcome: "failed", reason: "too_slow" } as const;
  const taken = { ...row, attempts: 3 };
  expect(rules.after(taken, failed, NOW)).toEqual({
    isOver: false,
    set: { nextAt: NOW + 40, lastFault: "too_slow" },
  });
  expect(rules.after({ ...taken, giveUpAt: NOW + 40 }, failed, NOW)).toEqual({
    isOver: true,
    set: { waits: false, lastFault: "too_slow" },
  });
  expect(rules.after(taken, { outcome: "refused", reason: "status 400" }, NOW).isOver).toBe(true);
  expect(rules.after(taken, { outcome: "sent" }, NOW)).toEqual({
    isOver: true,
    set: { waits: false, lastFault: null },
  });
});

test("what an attempt came to counts only while no other attempt has begun", () => {
  const taken = { ...row, attempts: 2 };
  const set = { waits: false };
  expect(rules.settle(table, taken, taken, set)).toEqual([
    update(table, { id: row.id }, { attempts: 2, waits: true }, set),
  ]);
  for (const present of [null, { ...taken, attempts: 3 }, { ...taken, waits: false }])
    expect(rules.settle(table, taken, present, set)).toEqual([]);
});

/** The sender of what waits, with a lane that keeps its rows in memory. */
import { expect, test } from "bun:test";
import { createSender, type Lane } from "../../src/operations/outbox.ts";
import { createLog } from "../../src/platform/log.ts";
import { newWaiting } from "../../src/rules/outbox.ts";
import type { WaitingRecord } from "../../src/store/tables/waiting.ts";
import { newId } from "../rules/facts.ts";
import { proves } from "../support/proves.ts";
import { TestClock } from "../support/server.ts";

const log = createLog({ level: "silent", format: "json" });

test(proves("news that never stops keeps no row waiting", "threat 60"), async () => {
  const clock = new TestClock();
  const now = clock.seconds();
  let rows = [1, 2, 3].map(() => ({ id: newId(), ...newWaiting(now, now + 3600), expiresAt: now + 3600 }));
  let looks = 0;
  let sent = 0;
  const lane: Lane<WaitingRecord> = {
    async first() {
      looks += 1;
      if (looks > 20) return [];
      // A commit during each look, as on a server with many sign-ins.
      sender.wake();
      return rows;
    },
    giveUp: async () => expect.unreachable(),
    attempts: (found) =>
      found.map((row) => async () => {
        rows = rows.filter((each) => each !== row);
        sent += 1;
        return "done";
      }),
  };
  const sender = createSender({ clock, steadyClock: clock.steady, log }, "a row", [lane]);
  sender.start();
  await sender.sendDue();
  await sender.stop();
  expect(sent).toBe(3);
});

test("a row that comes while others are sent is found before the rest of them", async () => {
  const clock = new TestClock();
  const now = clock.seconds();
  const rowAt = (nextAt: number): WaitingRecord => ({
    id: newId(),
    ...newWaiting(now, now + 3600),
    nextAt,
    expiresAt: now + 3600,
  });
  let rows = [1, 2, 3, 4].map(() => rowAt(now));
  const sent: number[] = [];
  const lane: Lane<WaitingRecord> = {
    first: async (limit) => rows.toSorted((one, other) => one.nextAt - other.nextAt).slice(0, limit),
    giveUp: async () => expect.unreachable(),
    attempts: (found) =>
      found.map((row) => async () => {
        rows = rows.filter((each) => each !== row);
        sent.push(row.nextAt - now);
        if (sent.length === 2) {
          rows.push(rowAt(now - 60));
          sender.wake();
        }
        return "done";
      }),
  };
  const sender = createSender({ clock, steadyClock: clock.steady, log }, "a row", [lane]);
  sender.start();
  await sender.sendDue();
  await sender.stop();
  expect(sent).toEqual([0, 0, -60, 0, 0]);
});

/** The course of every act: look, decide, commit; and again if the facts have changed meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type DecideContext, decide, outcomeOf } from "../../src/operations/decide.ts";
import { createEvents } from "../../src/operations/events.ts";
import { concluded, type Decision } from "../../src/rules/decision.ts";
import { type Event, SERVER_ACT } from "../../src/rules/events.ts";
import {
  type Commit,
  check,
  insert,
  remove,
  StoreUnavailable,
  sweep,
  update,
} from "../../src/store/contract.ts";
import { revisions } from "../../src/store/tables/server.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";

let opened: OpenedStore;
let commits: Commit[];
let told: Event[];
/** Rows about the events. */
let notes: (events: readonly Event[]) => ReturnType<typeof insert>[];
let context: DecideContext;
beforeEach(async () => {
  opened = await openTemporary();
  commits = [];
  told = [];
  notes = () => [];
  const { store } = opened;
  context = {
    store: {
      ...store,
      commit(commit) {
        commits.push(commit);
        return store.commit(commit);
      },
    },
    events: createEvents([
      { changesFor: (_, events) => notes(events), tell: (_, event) => told.push(event) },
    ]),
  };
  await store.commit({ changes: [insert(revisions, { name: "x", revision: 1 })] });
});
afterEach(() => opened.close());

const X = { name: "x" };
const event = { event: "client.created" } as const;
const revisionOf = async (name = "x") =>
  (await opened.store.list(revisions, { where: { name }, limit: 1 }))[0]?.revision;
/** Another act changes the row, between the look and the commit. */
const interfere = async () => {
  const revision = (await revisionOf()) ?? 0;
  await opened.store.commit({ changes: [update(revisions, X, {}, { revision: revision + 1 })] });
};
const raise = async (): Promise<Decision<number>> => {
  const revision = (await revisionOf()) ?? 0;
  const changes = [update(revisions, X, { revision }, { revision: revision + 10 })];
  return { outcome: revision + 10, changes, events: [event] };
};

describe("an act with a guard", () => {
  const guarded = (asked: (number | undefined)[]): DecideContext => ({
    ...context,
    async guard() {
      const revision = await revisionOf();
      asked.push(revision);
      if (revision === 3) throw new Error("not any more");
      return [{ table: revisions, key: X, was: { revision } }];
    },
  });

  test.each([
    ["changes the same row", update(revisions, X, {}, { revision: 10 })],
    ["removes the same row", remove(revisions, X)],
    ["changes another row", insert(revisions, { name: "y", revision: 1 })],
  ])("that %s begins anew if the condition fails at the commit", async (_, change) => {
    const asked: (number | undefined)[] = [];
    let isFirst = true;
    await outcomeOf(guarded(asked), SERVER_ACT, async () => {
      if (isFirst) await interfere();
      isFirst = false;
      return { outcome: undefined, changes: [change] };
    });
    expect(asked).toEqual([1, 2]);
    if (change.act === "remove") expect(await revisionOf()).toBeUndefined();
  });

  test("does not happen once the guard throws, and has no commit if it changes nothing", async () => {
    const asked: (number | undefined)[] = [];
    expect(await outcomeOf(guarded(asked), SERVER_ACT, async () => concluded("nothing"))).toBe("nothing");
    expect(commits).toEqual([]);
    await interfere();
    const racing = outcomeOf(guarded(asked), SERVER_ACT, async () => {
      await interfere();
      return { outcome: undefined, changes: [insert(revisions, { name: "y", revision: 1 })] };
    });
    expect(await racing.catch(String)).toBe("Error: not any more");
    expect(await revisionOf("y")).toBeUndefined();
  });
});

describe("an act", () => {
  test("commits what was decided, and then tells of it", async () => {
    expect(await outcomeOf(context, SERVER_ACT, raise)).toBe(11);
    expect(await revisionOf()).toBe(11);
    expect(told).toEqual([event]);
    expect(commits).toHaveLength(1);
    expect(commits[0]?.urgent).toBe(false);
  });

  test("is decided anew when the facts have changed, and tells of the last decision only", async () => {
    let attempts = 0;
    const outcome = await outcomeOf(context, SERVER_ACT, async () => {
      const decision = await raise();
      attempts += 1;
      if (attempts <= 3) await interfere();
      return decision;
    });
    expect(outcome).toBe(14);
    expect(attempts).toBe(4);
    expect(told).toEqual([event]);
  });

  test("is given up when the facts change each time: the store cannot answer, and the log is told", async () => {
    let attempts = 0;
    const giving = decide(context, SERVER_ACT, async () => {
      const decision = await raise();
      attempts += 1;
      await interfere();
      return decision;
    });
    const error = await giving.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(attempts).toBe(100);
    expect(told).toEqual([{ event: "store.stale" }]);
  });

  test("that changes nothing and rests on nothing needs no commit", async () => {
    expect(await outcomeOf(context, SERVER_ACT, async () => concluded("no"))).toBe("no");
    expect(commits).toEqual([]);
  });

  test("that rests on what others have changed waits until that is on disk", async () => {
    const outcome = await outcomeOf(context, SERVER_ACT, async () => ({ outcome: "again", changes: [] }));
    expect(outcome).toBe("again");
    expect(commits).toEqual([{ changes: [], sweeps: [], urgent: false }]);
  });

  test("sweeps, and answers the rows", async () => {
    const decided = await decide(context, SERVER_ACT, async () => ({
      outcome: null,
      sweeps: [sweep(revisions, X, null)],
      urgent: true,
    }));
    expect(decided).toEqual({ outcome: null, swept: [[{ name: "x", revision: 1 }]] });
    expect(commits[0]?.urgent).toBe(true);
  });

  test("stores what tells of it in the same transaction: both or neither", async () => {
    notes = (events) => events.map(({ event: name }) => insert(revisions, { name, revision: 0 }));
    const stale = check(revisions, X, { revision: 99 });
    let attempts = 0;
    await outcomeOf(context, SERVER_ACT, async () => {
      attempts += 1;
      expect(await revisionOf(event.event)).toBeUndefined();
      const decision = await raise();
      return attempts === 1 ? { ...decision, changes: [...(decision.changes ?? []), stale] } : decision;
    });
    expect(attempts).toBe(2);
    expect(await revisionOf(event.event)).toBe(0);
    expect(await revisionOf()).toBe(11);
  });

  test("tells of nothing if the store fails", async () => {
    await opened.store.close();
    const failing = outcomeOf(context, SERVER_ACT, async () => ({
      outcome: true,
      changes: [insert(revisions, { name: "y", revision: 1 })],
      events: [event],
    }));
    await expect(failing).rejects.toBeInstanceOf(StoreUnavailable);
    expect(told).toEqual([]);
  });
});

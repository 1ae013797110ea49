/** The record of acts, on both engines: its rows, what strangers can add to it, its seals and its expiry. */
import { afterEach, describe, expect, test } from "bun:test";
import {
  type AuditFilter,
  auditFacts,
  createAuditKeeper,
  exportAudit,
  listAudit,
  sealAudit,
  sealText,
  verifyAudit,
} from "../../src/operations/audit.ts";
import { disableClient } from "../../src/operations/clients.ts";
import { createEvents } from "../../src/operations/events.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { collect } from "../../src/operations/paging.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { COUNTED_KINDS_PER_DAY, nextCountAt, OWN_ROWS_PER_DAY, SEALED_ROWS } from "../../src/rules/audit.ts";
import { type Act, actOfClient, actOfStranger, SERVER_ACT } from "../../src/rules/events.ts";
import { type Commit, insert, remove, StoreUnavailable, update } from "../../src/store/contract.ts";
import { type AuditRecord, audit, auditSeals } from "../../src/store/tables/records.ts";
import { onBothEngines } from "../adversary/engines.ts";
import { postAs, refresh, serviceToken, startDevice, textOf, tokensFor } from "../support/flows.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, startTestServer, type TestServer } from "../support/server.ts";

const OPERATOR: Act = { actor: { kind: "operator", id: "root" }, origin: null };
const ORIGIN = { address: ADDRESS, requestId: "request" };
const YEAR = 365 * 86_400;

let server: TestServer;
afterEach(() => server.close());

const rowsOf = (filter: AuditFilter = {}) =>
  listAudit(server.context, filter, { limit: 100_000, ascending: true });
const eventsOf = async (filter: AuditFilter = {}) => (await rowsOf(filter)).map(({ event }) => event);
/** The acts since the start of the server. */
async function actsOf(work: () => Promise<unknown>): Promise<AuditRecord[]> {
  const before = new Set((await rowsOf()).map(({ id }) => id.toHex()));
  await work();
  return (await rowsOf()).filter(({ id }) => !before.has(id.toHex()));
}

const group = (name: string, act: Act = OPERATOR) =>
  createGroup(server.context, act, name, null, server.clock.seconds());

/** So many acts, each in a stretch of its own that is sealed. */
async function sealed(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await group(`group-${crypto.randomUUID()}`);
    server.clock.advance(1300);
    await sealAudit(server.context);
  }
}

const verify = (kept?: Parameters<typeof verifyAudit>[1]) => verifyAudit(server.context, kept);
const faultOf = async (kept?: Parameters<typeof verifyAudit>[1]) => (await verify(kept)).fault?.what ?? null;

onBothEngines((start) => {
  test("an act has its row, with all that the event says", async () => {
    server = await start();
    server.clock.freeze();
    const person = await server.addPerson("ada");
    const [row, ...others] = (await actsOf(() => startDevice(server))).map(auditFacts);
    expect(others).toEqual([]);
    expect(row).toEqual({
      id: expect.any(String),
      time: new Date(server.clock.millis()).toISOString().replace(/\.\d+Z/, "Z"),
      event: "device.asked",
      level: "info",
      by: "client:television",
      client: "television",
      address: ADDRESS,
      request: expect.stringMatching(/^[\w-]{12}$/),
    });
    const rows = await actsOf(() => tokensFor(server, person));
    expect(rows.map(({ event }) => event)).toEqual(["consent.given", "code.issued"]);
    for (const { grantId, subject, clientId } of rows) {
      expect({ grantId: grantId?.length, subject, clientId }).toEqual({
        grantId: 16,
        subject: person.subject,
        clientId: "web" as ClientId,
      });
    }
  });

  test("tokens are in the record only if the operator says so; else a client's own use of them is counted", async () => {
    server = await start();
    const person = await server.addPerson("ada");
    const tokens = await tokensFor(server, person);
    const work = async () => {
      await serviceToken(server);
      const second = await refresh(server, textOf(tokens, "refresh_token"));
      expect(second.status).toBe(200);
      await refresh(server, textOf(tokens, "refresh_token"));
      await postAs(server, "web", "/auth/revoke", { token: textOf(tokens, "access_token") });
    };
    expect(await actsOf(work)).toEqual([]);
    const counted = await actsOf(() => server.context.audit.settled());
    expect(counted.map(({ event }) => event).toSorted()).toEqual(["refresh_token.retried", "token.revoked"]);
    await server.close();

    server = await start({ audit: { tokens: true } });
    const other = await tokensFor(server, await server.addPerson("ada"));
    await postAs(server, "web", "/auth/revoke", { token: textOf(other, "access_token") });
    expect(await eventsOf()).toEqual(expect.arrayContaining(["token.issued", "token.revoked"]));
  });

  test(
    proves("attempts of strangers are counted: a row soon, and then ever fewer", "threat 91"),
    async () => {
      server = await start();
      await addPersonWithPassword(server, "ada");
      const browser = openBrowser(server);
      const guess = async () => {
        for (let count = 0; count < 4; count += 1) await browser.signIn("ada", "a wrong password");
      };
      await guess();
      expect(await eventsOf({ kind: "sign_in" })).toEqual([]);
      await server.context.audit.settled();
      const [row, ...others] = await rowsOf({ kind: "sign_in" });
      expect(others).toEqual([]);
      expect(row).toMatchObject({
        event: "sign_in.refused",
        times: 4,
        address: ADDRESS,
        actorKind: "stranger",
      });
    },
  );

  test(
    proves(
      "a client adds so many rows in a day, and then a count; an operator as many as they like",
      "threat 91",
    ),
    async () => {
      server = await start();
      const { events, store } = server.context;
      const ask = async (act: Act, times = 1) => {
        const all = Array.from(
          { length: times },
          () => ({ event: "device.asked", client: act.actor.id ?? "" }) as const,
        );
        await store.commit({ changes: events.changesFor(act, all) });
        events.tell(act, all);
      };
      const television = actOfClient(ORIGIN, "television");
      const asked = { kind: "device.asked" };
      await ask(television, OWN_ROWS_PER_DAY + 20);
      expect(await rowsOf(asked)).toHaveLength(OWN_ROWS_PER_DAY);
      await server.context.audit.settled();
      const rows = await rowsOf(asked);
      expect(rows).toHaveLength(OWN_ROWS_PER_DAY + 1);
      expect(rows.reduce((sum, { times }) => sum + times, 0)).toBe(OWN_ROWS_PER_DAY + 20);
      // Others are not kept out.
      await ask(actOfClient(ORIGIN, "another"));
      expect(await rowsOf({ ...asked, actor: { id: "another" } })).toHaveLength(1);
      await ask(OPERATOR, OWN_ROWS_PER_DAY + 20);
      expect(await rowsOf({ actor: { kind: "operator" } })).toHaveLength(OWN_ROWS_PER_DAY + 20);
      // On the next day it may again.
      server.clock.advance(86_400);
      await ask(television);
      expect(await rowsOf({ ...asked, actor: { id: "television" } })).toHaveLength(OWN_ROWS_PER_DAY + 2);
    },
  );

  test("a list has filters and pages, in both directions", async () => {
    server = await start();
    server.clock.freeze();
    const begun = server.clock.seconds() + 100;
    server.clock.advance(100);
    for (let number = 0; number < 7; number += 1) {
      await group(`g${number}`, number % 2 === 0 ? OPERATOR : SERVER_ACT);
      server.clock.advance(10);
    }
    await disableClient(server.context, OPERATOR, "web" as ClientId, server.clock.seconds());
    const names = async (filter: AuditFilter) =>
      (await listAudit(server.context, filter, { limit: 100 })).map(
        ({ groupName, event }) => groupName ?? event,
      );
    const created = { kind: "group.created" };
    expect(await names(created)).toEqual(["g6", "g5", "g4", "g3", "g2", "g1", "g0"]);
    expect(await names({ ...created, since: begun + 20, until: begun + 50 })).toEqual(["g4", "g3", "g2"]);
    expect(await names({ ...created, actor: { kind: "server" } })).toEqual(["g5", "g3", "g1"]);
    expect(await names({ kind: "group", actor: { kind: "operator", id: "root" } })).toEqual([
      "g6",
      "g4",
      "g2",
      "g0",
    ]);
    expect(await names({ client: "web", kind: "client.disabled" })).toEqual(["client.disabled"]);
    expect(await names({ kind: "grou" })).toEqual([]);
    for (const ascending of [true, false]) {
      const found: (string | null)[] = [];
      let after: AuditRecord | null = null;
      for (;;) {
        const page: AuditRecord[] = await listAudit(
          server.context,
          { ...created, since: begun, until: begun + 60 },
          { limit: 2, after, ascending },
        );
        if (page.length === 0) break;
        found.push(...page.map(({ groupName }) => groupName));
        after = page.at(-1) ?? null;
      }
      const all = ["g0", "g1", "g2", "g3", "g4", "g5"];
      expect(found).toEqual(ascending ? all : all.toReversed());
    }
    const lines = await collect(exportAudit(server.context, { ...created, since: begun + 60 }));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ group: "g6", by: "operator:root" }]);
    expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
  });

  describe("the seals", () => {
    test(proves("fit a record that no one touched, across pauses and restarts", "threat 91"), async () => {
      server = await start();
      expect(await verify()).toMatchObject({ fault: null, seals: 0, rows: 0, last: null });
      await sealed(3);
      server.clock.advance(86_400 * 30);
      await sealed(1);
      const found = await verify();
      expect(found).toMatchObject({ fault: null, seals: 4 });
      expect(found.rows).toBeGreaterThan(4);
      expect(found.last?.number).toBe(4);
      // Nothing new, nothing to seal.
      expect(await sealAudit(server.context)).toBeNull();
      expect(await verify(found.last)).toMatchObject({ fault: null });
    });

    test("fit after a rotation of the server's key, and not with the key of another server", async () => {
      server = await start();
      const [former, current, foreign] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
      if (former === undefined || current === undefined || foreign === undefined) throw new Error("no keys");
      const sealWith = async (keys: ReturnType<typeof serverKeys>) => {
        await group(`group-${crypto.randomUUID()}`);
        server.clock.advance(1300);
        await sealAudit({ ...server.context, keys });
      };
      await sealWith(serverKeys(former));
      const rotated = serverKeys(current, [former]);
      await sealWith(rotated);
      const faultWith = async (keys: ReturnType<typeof serverKeys>) =>
        (await verifyAudit({ ...server.context, keys })).fault?.what ?? null;
      expect(await faultWith(rotated)).toBeNull();
      expect(await faultWith(serverKeys(current))).toBe("seal_changed");
      expect(await faultWith(serverKeys(current, [foreign]))).toBe("seal_changed");
    });

    test(proves("show a row that was changed, removed or added", "threat 91"), async () => {
      server = await start();
      await sealed(3);
      const { store } = server.context;
      const rows = await rowsOf({ kind: "group.created" });
      const row = rows[1];
      if (row === undefined) throw new Error("no row");
      const { id } = row;
      for (const changed of [
        { actorId: "innocent" },
        { at: row.at - 1 },
        { address: "192.0.2.1" },
        { expiresAt: 1 },
      ]) {
        await store.commit({ changes: [update(audit, { id }, {}, changed)] });
        const { fault } = await verify();
        expect(fault).toMatchObject({ what: "rows_changed", number: 2 });
        expect(fault && fault.from < row.at && row.at < fault.until).toBe(true);
        const { actorId, at, address, expiresAt } = row;
        await store.commit({ changes: [update(audit, { id }, {}, { actorId, at, address, expiresAt })] });
        expect(await faultOf()).toBeNull();
      }
      await store.commit({ changes: [remove(audit, { id })] });
      expect((await verify()).fault).toMatchObject({ what: "rows_missing", number: 2, sealed: 1, found: 0 });
      const forged = Uint8Array.from(id);
      forged[15] = (forged[15] ?? 0) ^ 1;
      const another = { ...row, id: forged as unknown as typeof id };
      await store.commit({ changes: [insert(audit, row), insert(audit, another)] });
      expect((await verify()).fault).toMatchObject({ what: "rows_added", number: 2, sealed: 1, found: 2 });
    });

    test(proves("show a seal that was changed, removed or replaced", "threat 91"), async () => {
      server = await start();
      await sealed(4);
      const { store } = server.context;
      const [first, second, , last] = await store.list(auditSeals, { limit: 10 });
      if (first === undefined || second === undefined || last === undefined) throw new Error("no seals");
      const put = (seal: typeof first) => store.commit({ changes: [insert(auditSeals, seal)] });
      const cut = (...seals: (typeof first)[]) =>
        store.commit({ changes: seals.map(({ number }) => remove(auditSeals, { number })) });
      for (const changed of [
        { count: 0 },
        { expiresFrom: 1 },
        { expiresUntil: 1 },
        { previousExpiresUntil: 1 },
        { sealedAt: 1 },
      ]) {
        await cut(second);
        await put({ ...second, ...changed });
        expect((await verify()).fault).toMatchObject({ what: "seal_changed", number: 2 });
      }
      await cut(second);
      expect((await verify()).fault).toMatchObject({ what: "seal_missing", number: 3 });
      await cut(first);
      expect((await verify()).fault).toMatchObject({ what: "beginning_missing", number: 3 });
      await put(first);
      await put(second);
      expect(await faultOf(last)).toBeNull();
      // Another key does not make them.
      const other = { ...server.context, keys: serverKeys(new Uint8Array(32).fill(1)) };
      expect((await verifyAudit(other)).fault).toMatchObject({ what: "seal_changed", number: 1 });
      // The end alone can be cut off; a seal that was kept elsewhere shows it.
      await cut(last);
      expect(await faultOf()).toBeNull();
      expect(await faultOf(last)).toBe("end_missing");
      // The server seals the same stretch again, at another time.
      await sealed(1);
      expect(await faultOf()).toBeNull();
      expect(await faultOf(last)).toBe("other_record");
    });

    test("do not wait for each other on two nodes: one of two adds the next", async () => {
      server = await start();
      await group("one");
      server.clock.advance(1300);
      await Promise.all(Array.from({ length: 4 }, () => sealAudit(server.context)));
      expect(
        (await server.context.store.list(auditSeals, { limit: 10 })).map(({ number }) => number),
      ).toEqual([1]);
      expect(await faultOf()).toBeNull();
    });

    test("leave out what may still be under way", async () => {
      server = await start();
      server.clock.freeze();
      await group("early");
      server.clock.advance(1190);
      await group("late");
      expect(await sealAudit(server.context)).toBeNull();
      server.clock.advance(20);
      const seal = await sealAudit(server.context);
      expect(seal?.number).toBe(1);
      // An act that was begun before, and whose commit comes now.
      const late = (await rowsOf({ kind: "group.created" }))[1];
      expect(late && seal && Buffer.compare(late.id, seal.untilId)).toBe(1);
      expect(await faultOf()).toBeNull();
    });

    test("are of a bounded number of rows", async () => {
      server = await start();
      server.clock.freeze();
      const { store, events } = server.context;
      const event = () => ({ event: "group.changed", group: "g" }) as const;
      for (let added = 0; added <= SEALED_ROWS; added += 500) {
        const many = Array.from({ length: 500 }, event);
        await store.commit({ changes: events.changesFor(OPERATOR, many) });
      }
      server.clock.advance(1300);
      await sealAudit(server.context);
      const seals = await store.list(auditSeals, { limit: 10 });
      expect(seals.map(({ count }) => count === SEALED_ROWS)).toEqual([true, false]);
      expect(await faultOf()).toBeNull();
    });
  });

  test(
    proves("rows and seals expire together, and the last seal stays for the next", "threat 91"),
    async () => {
      server = await start();
      const { context, clock } = server;
      await sealed(3);
      clock.advance(YEAR - 86_400);
      await sealed(1);
      const [kept] = await context.store.list(auditSeals, { order: ["number"], descending: true, limit: 1 });
      clock.advance(86_400);
      // Some are due, and not removed yet.
      expect(await faultOf()).toBeNull();
      await removeAllExpired(context);
      await sealAudit(context);
      expect((await context.store.list(auditSeals, { limit: 10 })).map(({ number }) => number)).toEqual([4]);
      expect(await verify(kept)).toMatchObject({ fault: null, seals: 1 });
      clock.advance(2 * YEAR);
      await removeAllExpired(context);
      await sealAudit(context);
      expect(await rowsOf()).toEqual([]);
      expect(await faultOf(kept)).toBeNull();
      await sealed(1);
      expect(await verify(kept)).toMatchObject({ fault: null, seals: 1 });
    },
  );

  test("the setting says how long", async () => {
    server = await start({ audit: { seconds: 86_400 } });
    await group("short");
    server.clock.advance(86_390);
    await removeAllExpired(server.context);
    expect(await eventsOf()).toContain("group.created");
    server.clock.advance(20);
    await removeAllExpired(server.context);
    expect(await eventsOf()).toEqual([]);
  });
});

describe("a record that cannot be written", () => {
  test(proves("keeps the act from happening: none is without its row", "threat 91"), async () => {
    server = await startTestServer();
    const failing = createEvents([
      {
        changesFor() {
          throw new Error("no record");
        },
      },
    ]);
    const act = createGroup({ ...server.context, events: failing }, OPERATOR, "lost", null, 0);
    await expect(act).rejects.toThrow("no record");
    expect(await eventsOf({ kind: "group" })).toEqual([]);
    expect(await group("lost")).not.toBe("taken");
  });

  test(
    proves(
      "a subscriber that fails after an act fails neither the act nor the other subscribers",
      "threat 91",
    ),
    async () => {
      server = await startTestServer();
      const told: string[] = [];
      const failed: string[] = [];
      const events = createEvents(
        [
          {
            tell() {
              throw new Error("down");
            },
          },
          { tell: (_, { event }) => told.push(event) },
        ],
        (_, { event }) => failed.push(event),
      );
      await createGroup({ ...server.context, events }, OPERATOR, "made", null, 0);
      expect(told).toEqual(["group.created"]);
      expect(failed).toEqual(["group.created"]);
    },
  );

  test("counts go on while the database is away, and are written later", async () => {
    server = await startTestServer();
    const { store } = server.context;
    let isAway = true;
    const keeper = createAuditKeeper({
      ...server.context,
      store: {
        ...store,
        commit: (commit) => (isAway ? Promise.reject(new StoreUnavailable("away")) : store.commit(commit)),
      },
    });
    const refused = () => keeper.tell?.(actOfStranger(ORIGIN), { event: "sign_in.refused" });
    refused();
    await keeper.settled();
    refused();
    isAway = false;
    await keeper.settled();
    expect(await rowsOf({ kind: "sign_in.refused" })).toMatchObject([{ times: 2 }]);
  });
});

test(
  proves("strangers' events of ever new kinds are counted by their names alone", "threat 91"),
  async () => {
    server = await startTestServer();
    const { events } = server.context;
    for (let count = 0; count < COUNTED_KINDS_PER_DAY + 300; count += 1) {
      events.tell(actOfStranger(ORIGIN), [{ event: "sign_in.refused", subject: `acc_${count}` }]);
    }
    await server.context.audit.settled();
    const rows = await rowsOf({ kind: "sign_in.refused" });
    expect(rows).toHaveLength(COUNTED_KINDS_PER_DAY + 1);
    expect(rows.filter(({ subject }) => subject === null)).toMatchObject([{ times: 300 }]);
  },
);

test(proves("an event that never stops has twelve rows a day", "threat 91"), async () => {
  server = await startTestServer();
  const { clock, context } = server;
  clock.freeze(20_000 * 86_400);
  // Its own clean-up is at once.
  const configuration = {
    ...context.configuration,
    limits: { ...context.configuration.limits, clean_up_interval_seconds: 0 },
  };
  let written = Promise.withResolvers<void>();
  const store = {
    ...context.store,
    async commit(commit: Commit) {
      const outcome = await context.store.commit(commit);
      written.resolve();
      return outcome;
    },
  };
  const keeper = createAuditKeeper({ ...context, configuration, store });
  let [now, due, rows] = [0, 0, 0];
  for (; now < 86_400; now = due) {
    written = Promise.withResolvers();
    keeper.tell?.(actOfStranger(ORIGIN), { event: "sign_in.refused" });
    await written.promise;
    rows += 1;
    // A second before the next one, nothing is written.
    due = nextCountAt(now, rows - 1);
    if (due >= 86_400) break;
    clock.advance(due - now - 1);
    keeper.tell?.(actOfStranger(ORIGIN), { event: "sign_in.refused" });
    await Bun.sleep(5);
    expect(await rowsOf({ kind: "sign_in.refused" })).toHaveLength(rows);
    clock.advance(1);
  }
  expect(rows).toBe(12 - 1);
  await keeper.settled();
  expect(await rowsOf({ kind: "sign_in.refused" })).toHaveLength(rows);
});

test("a seal can be written down", async () => {
  server = await startTestServer();
  await sealed(1);
  const { last } = await verify();
  expect(last && sealText(last)).toMatch(/^1:[0-9a-f]{64}$/);
  // The first of a day is an event, so that the log has it.
  expect(server.logged.join("")).toContain(`"audit.sealed","key":"${last && sealText(last)}"`);
});

/**
 * The record for the operator: written with the commit of each act, listed, sealed by the clean-up, and verified. Events without
 * a commit, and those beyond what one actor may add in a day, are gathered in memory and counted together, as `rules/audit.ts` says.
 */
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId, recordIdText } from "../credentials/credential.ts";
import { type Clock, type EpochSeconds, isoTime } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Log } from "../platform/log.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { ClientId, RecordId, SubjectId } from "../protocol/identifiers.ts";
import * as rules from "../rules/audit.ts";
import {
  type Act,
  type Actor,
  EVENT_TYPES,
  type Event,
  type EventName,
  SERVER_ACT,
} from "../rules/events.ts";
import { insert, type ListRequest, remove, type Store } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type AuditRecord, type AuditSealRecord, audit, auditSeals } from "../store/tables/records.ts";
import type { Events, Subscriber } from "./events.ts";
import { createDailyRoom, dayOf } from "./own-doing.ts";
import type { Page } from "./paging.ts";

// ── Recording ──────────────────────────────────────────────────────────────────────────────────────────────

interface Recording {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly configuration: Pick<Configuration, "audit">;
}

interface Keeping extends Recording {
  readonly configuration: Pick<Configuration, "audit" | "limits">;
  readonly store: Store;
  readonly log: Log;
}

/** Events of one kind that have no row yet. */
interface Gathered {
  /** The last of them. */
  readonly act: Act;
  readonly event: Event;
  readonly times: number;
  /** Not before this time. */
  readonly nextAt: EpochSeconds;
  readonly rowsToday: number;
}

export interface AuditKeeper extends Subscriber {
  /** Resolves when all that it heard of is written or given up. */
  settled(): Promise<void>;
}

/** How many rows one commit adds. */
const WRITTEN = 100;

/** The subscriber that writes the rows. What has no commit is kept in memory until the next clean-up. */
export function createAuditKeeper(context: Keeping): AuditKeeper {
  const { clock, configuration, log } = context;
  const everyMillis = configuration.limits.clean_up_interval_seconds * 1000;
  /** Events whose rows are a part of a commit that is under way. */
  const recorded = new WeakSet<Event>();
  let day = -1;
  const hasRoom = createDailyRoom(clock);
  let gathered = new Map<string, Gathered>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();

  const startDay = () => {
    const today = dayOf(clock.seconds());
    if (today === day) return;
    day = today;
    const waiting = [...gathered].filter(([, { times }]) => times > 0);
    gathered = new Map(waiting.map(([key, each]) => [key, { ...each, nextAt: 0, rowsToday: 0 }]));
  };
  const gather = (act: Act, event: Event) => {
    const full = keyOf(act, event);
    const key = gathered.has(full) || gathered.size < rules.COUNTED_KINDS_PER_DAY ? full : event.event;
    const before = gathered.get(key);
    const { event: name, reason } = event;
    gathered.set(key, {
      act,
      event: key === full ? event : { event: name, reason },
      times: (before?.times ?? 0) + 1,
      nextAt: before?.nextAt ?? 0,
      rowsToday: before?.rowsToday ?? 0,
    });
    soon();
  };
  const soon = () => {
    if (timer !== null) return;
    timer = setTimeout(() => void write(false), everyMillis);
    timer.unref();
  };
  const write = (all: boolean): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    startDay();
    const now = clock.seconds();
    const due = [...gathered].filter(([, { times, nextAt }]) => times > 0 && (all || nextAt <= now));
    for (const [key, each] of due) {
      const nextAt = rules.nextCountAt(now, each.rowsToday);
      gathered.set(key, { ...each, times: 0, nextAt, rowsToday: each.rowsToday + 1 });
    }
    if ([...gathered.values()].some(({ times }) => times > 0)) soon();
    writing = writing.then(async () => {
      for (let start = 0; start < due.length; start += WRITTEN) {
        await writeTogether(due.slice(start, start + WRITTEN), now);
      }
    });
    return writing;
  };
  const writeTogether = async (due: readonly (readonly [string, Gathered])[], now: EpochSeconds) => {
    const { seconds } = configuration.audit;
    const rows = due.map(([, { act, event, times }]) =>
      rules.auditRecord(act, event, now, seconds, auditId(context, event), times),
    );
    try {
      await context.store.commit({ changes: rows.map((row) => insert(audit, row)) });
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      log.debug("events that were counted could not be recorded; trying again at the next time", { cause });
      // They still count when the database is back.
      for (const [key, each] of due) {
        const since = gathered.get(key);
        gathered.set(key, { ...each, ...since, times: each.times + (since?.times ?? 0) });
      }
    }
  };
  return {
    changesFor(act, events, shard) {
      startDay();
      const kept = events.filter(
        (event) => rules.recordingOf(act, event, configuration.audit) === "row" && hasRoom(act, event),
      );
      for (const event of kept) recorded.add(event);
      return rowsOf(context, act, kept, shard);
    },
    tell(act, event) {
      if (recorded.delete(event) || rules.recordingOf(act, event, configuration.audit) === "none") return;
      startDay();
      gather(act, event);
    },
    settled: () => write(true),
  };
}

const rowsOf = (context: Recording, act: Act, events: readonly Event[], shard: number | undefined) =>
  events.map((event, index) => {
    const id = auditId(context, event, shard);
    // Rows of one act stay in its order.
    id[8] = index;
    return insert(
      audit,
      rules.auditRecord(act, event, context.clock.seconds(), context.configuration.audit.seconds, id),
    );
  });

/** For a command, which does a few acts and ends: each event has its row in the commit of the act. */
export const auditRecorder = (context: Recording): Subscriber => ({
  changesFor: (act, events, shard) =>
    rowsOf(
      context,
      act,
      events.filter((event) => rules.recordingOf(act, event, context.configuration.audit) === "row"),
      shard,
    ),
});

/** What counts as the same: the requests differ, and so may the addresses. */
const keyOf = ({ actor, through }: Act, { event, subject, client, reason, via }: Event): string =>
  JSON.stringify([event, actor.kind, actor.id, through, subject, client, reason, via]);

/** On a cluster, a row lies where the rows lie with which it is committed. */
function auditId({ clock, random }: Recording, { grant, subject, client }: Event, shard?: number): RecordId {
  const near = grant ?? subject ?? client;
  return newRecordId(clock, random, shard ?? (near === undefined ? undefined : shardOf(near)));
}

// ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

interface Reading {
  readonly store: Store;
}

/** Which rows. What is left out does not matter. */
export interface AuditFilter {
  readonly client?: string | undefined;
  /** The person whom the event concerns. */
  readonly subject?: string | undefined;
  readonly actor?: Partial<Actor> | undefined;
  /** An event, `session.started`, or the first part of several, `session`. */
  readonly kind?: string | undefined;
  readonly request?: string | undefined;
  /** From this time on. */
  readonly since?: EpochSeconds | undefined;
  /** Before this time. */
  readonly until?: EpochSeconds | undefined;
}

export type AuditCursor = Pick<AuditRecord, "id">;

export interface AuditPage extends Page<AuditCursor> {
  /** The oldest first. Default: the newest first. */
  readonly ascending?: boolean;
}

const SCANNED = 500;

/** A page of the record. The next one begins after its last row. */
export async function listAudit(
  { store }: Reading,
  filter: AuditFilter,
  { limit, after = null, ascending = false }: AuditPage,
): Promise<AuditRecord[]> {
  const fits = fitting(filter);
  const kinds = filter.kind === undefined ? null : rules.eventsOfKind(filter.kind);
  if (kinds?.length === 0) return [];
  const [begin, end] = [boundOf(filter.since), boundOf(filter.until)];
  const [near, far] = ascending ? [begin, end] : [end, begin];
  let from = after === null ? near : near === null ? after.id : later(after.id, near, ascending);
  const where: Partial<AuditRecord> = {
    ...(filter.client !== undefined && { clientId: filter.client as ClientId }),
    ...(filter.subject !== undefined && { subject: filter.subject as SubjectId }),
    ...(filter.request !== undefined && { requestId: filter.request }),
    ...(kinds?.length === 1 && kinds[0] !== undefined && { event: kinds[0] }),
  };
  const rows: AuditRecord[] = [];
  for (;;) {
    const request: ListRequest<(typeof audit)["columns"]> = {
      where,
      order: ["id"],
      descending: !ascending,
      after: from === null ? null : { id: from },
      ...(!ascending && far !== null && { above: { id: far } }),
      limit: SCANNED,
    };
    const found = await store.list(audit, request);
    for (const row of found) {
      if (ascending && far !== null && Buffer.compare(row.id, far) > 0) return rows;
      if (fits(row)) rows.push(row);
      if (rows.length === limit) return rows;
    }
    if (found.length < SCANNED) return rows;
    from = found.at(-1)?.id ?? null;
  }
}

/** What the database does not filter. */
function fitting({ actor, kind }: AuditFilter): (row: AuditRecord) => boolean {
  const kinds = kind === undefined ? null : new Set<string>(rules.eventsOfKind(kind));
  return ({ event, actorKind, actorId }) =>
    (kinds === null || kinds.has(event)) &&
    (actor?.kind === undefined || actor.kind === actorKind) &&
    (actor?.id === undefined || actor.id === actorId);
}

const later = (one: RecordId, other: RecordId, ascending: boolean): RecordId =>
  Buffer.compare(one, other) > 0 === ascending ? one : other;

/** Identifiers of this second and of later ones come after it, those of earlier seconds before it. */
const boundOf = (time: EpochSeconds | undefined): RecordId | null =>
  time === undefined ? null : idAt(time * 1000);

function idAt(millis: number): RecordId {
  const id = Buffer.alloc(16);
  id.writeUIntBE(Math.max(0, millis), 0, 6);
  return new Uint8Array(id) as Uint8Array as RecordId;
}

const secondsOf = (id: RecordId): EpochSeconds => Math.floor(Buffer.from(id).readUIntBE(0, 6) / 1000);

/** All rows that fit, in pages, the oldest first unless the page says otherwise. */
export async function* everyAudit(
  context: Reading,
  filter: AuditFilter,
  { after = null, ascending = true }: Partial<AuditPage> = {},
): AsyncGenerator<AuditRecord> {
  let from: AuditCursor | null = after;
  for (;;) {
    const rows: AuditRecord[] = await listAudit(context, filter, { limit: SCANNED, after: from, ascending });
    yield* rows;
    from = rows.at(-1) ?? null;
    if (rows.length < SCANNED) return;
  }
}

/** A row for programs, as JSON writes it. What it has nothing to say about is left out. */
export function auditFacts(row: AuditRecord): Readonly<Record<string, string | number>> {
  const known = EVENT_TYPES[row.event as EventName] ?? { level: "info", words: row.event };
  const facts = {
    id: recordIdText(row.id),
    time: isoTime(row.at),
    event: row.event,
    level: known.level,
    by: row.actorId === null ? row.actorKind : `${row.actorKind}:${row.actorId}`,
    through: row.through,
    subject: row.subject,
    client: row.clientId,
    group: row.groupName,
    grant: row.grantId && recordIdText(row.grantId),
    link: row.linkId && recordIdText(row.linkId),
    via: row.via,
    reason: row.reason,
    file: row.file,
    key: row.key,
    count: row.count,
    times: row.times === 1 ? null : row.times,
    address: row.address,
    request: row.requestId,
  };
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== null),
  );
}

/** JSON Lines: a line for each row, the oldest first. */
export async function* exportAudit(context: Reading, filter: AuditFilter): AsyncGenerator<string> {
  for await (const row of everyAudit(context, filter)) yield `${JSON.stringify(auditFacts(row))}\n`;
}

// ── Sealing ────────────────────────────────────────────────────────────────────────────────────────────────

interface Sealing extends Reading {
  readonly clock: Clock;
  readonly keys: Pick<ServerKeys, "mac">;
}

const NOTHING = new Uint8Array();
const BEFORE_ALL = new Uint8Array(16) as Uint8Array as RecordId;
const COLUMNS = Object.keys(audit.columns);

const sealedFacts = (seal: Omit<AuditSealRecord, "mac">): (string | Uint8Array)[] => [
  String(seal.number),
  seal.fromId,
  seal.untilId,
  String(seal.count),
  seal.digest,
  String(seal.expiresFrom),
  String(seal.expiresUntil),
  String(seal.sealedAt),
  seal.previousMac,
  String(seal.previousExpiresUntil),
];

const macOf = ({ keys }: Pick<Sealing, "keys">, seal: Omit<AuditSealRecord, "mac">): Uint8Array =>
  keys.mac("audit seal", ...sealedFacts(seal));

/** The code that the seal must have: under the key in use, or under the former one with which it was made. */
const expectedMac = (
  { keys }: { readonly keys: Pick<ServerKeys, "mac" | "formerMacs"> },
  seal: AuditSealRecord,
): Uint8Array =>
  keys.formerMacs("audit seal", ...sealedFacts(seal)).find((mac) => rules.sameBytes(mac, seal.mac)) ??
  macOf({ keys }, seal);

interface Digested {
  readonly count: number;
  readonly digest: Uint8Array;
  readonly expiresFrom: EpochSeconds;
  readonly expiresUntil: EpochSeconds;
  readonly lastId: RecordId;
}

/** Reads the rows after one identifier up to another, at most so many. */
async function digestRows(
  { store }: Reading,
  fromId: RecordId,
  untilId: RecordId,
  most = Number.POSITIVE_INFINITY,
): Promise<Digested> {
  const digest = new Bun.CryptoHasher("sha256");
  let [count, expiresFrom, expiresUntil, lastId] = [0, Number.MAX_SAFE_INTEGER, 0, fromId];
  scan: for (;;) {
    const rows = await store.list(audit, { order: ["id"], after: { id: lastId }, limit: SCANNED });
    for (const row of rows) {
      if (count === most || Buffer.compare(row.id, untilId) > 0) break scan;
      digest.update(rules.sealedText(row, COLUMNS));
      count += 1;
      expiresFrom = Math.min(expiresFrom, row.expiresAt);
      expiresUntil = Math.max(expiresUntil, row.expiresAt);
      lastId = row.id;
    }
    if (rows.length < SCANNED) break;
  }
  return { count, digest: new Uint8Array(digest.digest()), expiresFrom, expiresUntil, lastId };
}

const lastSeal = async ({ store }: Reading): Promise<AuditSealRecord | null> =>
  (await store.list(auditSeals, { order: ["number"], descending: true, limit: 1 }))[0] ?? null;

/**
 * Seals what is old enough. Any node may do it: two that seal the same stretch add the same number, and one of them succeeds. Returns
 * the last new seal.
 */
export async function sealAudit(
  context: Sealing & { readonly events: Pick<Events, "tell"> },
  mayGoOn: () => boolean = () => true,
): Promise<AuditSealRecord | null> {
  let newest: AuditSealRecord | null = null;
  while (mayGoOn()) {
    const previous = await lastSeal(context);
    const seal = await nextSeal(context, previous);
    if (seal === null) break;
    if ((await context.store.commit({ changes: [insert(auditSeals, seal)] })).outcome !== "committed") break;
    newest = seal;
    // A line a day for a collector of logs: a copy of the seal that is out of reach of the database.
    if (previous === null || dayOf(previous.sealedAt) !== dayOf(seal.sealedAt)) {
      context.events.tell(SERVER_ACT, [{ event: "audit.sealed", key: sealText(seal) }]);
    }
  }
  await removeExpiredSeals(context);
  return newest;
}

async function nextSeal(context: Sealing, previous: AuditSealRecord | null): Promise<AuditSealRecord | null> {
  const now = context.clock.seconds();
  const fromId = previous?.untilId ?? BEFORE_ALL;
  const settledId = idAt((now - rules.SETTLED_SECONDS) * 1000);
  const [first] = await context.store.list(audit, { order: ["id"], after: { id: fromId }, limit: 1 });
  if (first === undefined) return null;
  if (secondsOf(first.id) > now - rules.SETTLED_SECONDS - rules.STRETCH_SECONDS) return null;
  const { lastId, ...sealed } = await digestRows(context, fromId, settledId, rules.SEALED_ROWS);
  if (sealed.count === 0) return null;
  const seal = {
    number: (previous?.number ?? 0) + 1,
    fromId,
    untilId: sealed.count === rules.SEALED_ROWS ? lastId : settledId,
    ...sealed,
    sealedAt: now,
    previousMac: previous?.mac ?? NOTHING,
    previousExpiresUntil: previous?.expiresUntil ?? 0,
  };
  return { ...seal, mac: macOf(context, seal) };
}

/** Removes the first seals whose rows have all expired. The last seal stays: the next one follows it. */
async function removeExpiredSeals({ store, clock }: Sealing): Promise<void> {
  const now = clock.seconds();
  for (;;) {
    const seals = await store.list(auditSeals, { order: ["number"], limit: WRITTEN + 1 });
    const kept = seals.findIndex(({ expiresUntil }) => expiresUntil > now);
    const gone = seals.slice(0, kept < 0 ? -1 : kept).slice(0, WRITTEN);
    if (gone.length > 0)
      await store.commit({ changes: gone.map(({ number }) => remove(auditSeals, { number })) });
    if (gone.length < WRITTEN) return;
  }
}

/** A seal in words to keep elsewhere: `12:` and its code. */
export const sealText = ({ number, mac }: Pick<AuditSealRecord, "number" | "mac">): string =>
  `${number}:${mac.toHex()}`;

/** The number and the code of a seal that was kept elsewhere; null for a text that is none. */
export function parseSealText(text: string): Pick<AuditSealRecord, "number" | "mac"> | null {
  const [, number = "", mac = ""] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  return number === "" ? null : { number: Number(number), mac: Uint8Array.fromHex(mac) };
}

export interface AuditVerification {
  /** How many seals and sealed rows fit. */
  readonly seals: number;
  readonly rows: number;
  /** Everything before this time is sealed; null if nothing is. */
  readonly sealedUntil: EpochSeconds | null;
  readonly last: AuditSealRecord | null;
  /** The first stretch that does not fit. */
  readonly fault: {
    readonly what: rules.AuditFault;
    readonly number: number;
    readonly from: EpochSeconds;
    readonly until: EpochSeconds;
    /** How many rows there were, and are. */
    readonly sealed: number;
    readonly found: number | null;
  } | null;
}

/** Reads the whole record, and names the first stretch that does not fit its seal. `kept`: a seal that was kept elsewhere. */
export async function verifyAudit(
  context: Sealing & { readonly keys: Pick<ServerKeys, "formerMacs"> },
  kept: Pick<AuditSealRecord, "number" | "mac"> | null = null,
): Promise<AuditVerification> {
  const { store, clock } = context;
  let [seals, rows] = [0, 0];
  let previous: AuditSealRecord | null = null;
  const answer = (
    seal: AuditSealRecord | null,
    what: rules.AuditFault | null,
    found: number | null = null,
  ) => ({
    seals,
    rows,
    sealedUntil: previous === null ? null : secondsOf(previous.untilId),
    last: previous,
    fault:
      what === null
        ? null
        : {
            what,
            number: seal?.number ?? kept?.number ?? 0,
            from: secondsOf(seal?.fromId ?? previous?.untilId ?? BEFORE_ALL),
            until: seal === null ? clock.seconds() : secondsOf(seal.untilId),
            sealed: seal?.count ?? 0,
            found,
          },
  });
  for (;;) {
    const page: AuditSealRecord[] = await store.list(auditSeals, {
      order: ["number"],
      after: previous,
      limit: SCANNED,
    });
    for (const seal of page) {
      const now = clock.seconds();
      const fault = rules.chainFault(seal, previous, expectedMac(context, seal), now);
      if (fault !== null) return answer(seal, fault);
      if (kept?.number === seal.number && !rules.sameBytes(kept.mac, seal.mac))
        return answer(seal, "other_record");
      if (rules.isSealInForce(seal, now)) {
        const found = await digestRows(context, seal.fromId, seal.untilId);
        // Rows may have expired while they were read.
        const unfit = rules.isSealInForce(seal, clock.seconds()) ? rules.rowsFault(seal, found) : null;
        if (unfit !== null) return answer(seal, unfit, found.count);
        rows += found.count;
      }
      seals += 1;
      previous = seal;
    }
    if (page.length < SCANNED) break;
  }
  const isMissing = kept !== null && kept.number > (previous?.number ?? 0);
  return answer(null, isMissing ? "end_missing" : null);
}

/**
 * The record for the operator: which events have a row, what the row says, how much strangers can add to it, and what its seals prove.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, RecordId, SubjectId } from "../protocol/identifiers.ts";
import type { AuditRecord, AuditSealRecord } from "../store/tables/records.ts";
import { type Act, EVENT_TYPES, type Event, type EventName } from "./events.ts";

/** An issue of tokens has a row only if the operator wants it: otherwise the token path would write more than its tokens. */
const TOKEN_EVENTS: ReadonlySet<EventName> = new Set(["token.issued"]);

/** What a client does with tokens, as often as it likes: counted, unless the operator wants all of it. */
const TOKEN_ROUTINE: ReadonlySet<EventName> = new Set([
  "refresh_token.retried",
  "refresh_token.retried_elsewhere",
  "token.exchanged",
  "token.revoked",
]);

export interface AuditPolicy {
  /** How long a row is kept. */
  readonly seconds: number;
  /** Whether issues of tokens have rows. */
  readonly tokens: boolean;
}

/** `row`: in the commit of the act. `counted`: afterwards, together with others like it. */
export function recordingOf(
  { actor }: Act,
  { event }: Event,
  { tokens }: Pick<AuditPolicy, "tokens">,
): "row" | "counted" | "none" {
  if (tokens) return "row";
  if (TOKEN_EVENTS.has(event)) return "none";
  return TOKEN_ROUTINE.has(event) && actor.kind === "client" ? "counted" : "row";
}

/**
 * Whether a stranger, a client or a person can cause the event by themselves as often as they like: an act of a stranger, a client on
 * itself, a person on themselves. Acts of the operator and of administrators always have a row each.
 */
export function isOwnDoing({ actor }: Act, { event, client, subject }: Event): boolean {
  // `limits.tokens_per_registered_client` bounds these, and the operator has asked for all of them.
  if (TOKEN_EVENTS.has(event) || TOKEN_ROUTINE.has(event)) return false;
  switch (actor.kind) {
    case "stranger":
      return true;
    case "client":
      return client === actor.id;
    case "person":
      return subject === actor.id;
    case "operator":
    case "server":
      return false;
  }
}

/** How many rows of their own events one actor adds in a day, for each process; further events are counted together. */
export const OWN_ROWS_PER_DAY = 500;
/** The same for all strangers together, who have no name. */
export const STRANGERS_ROWS_PER_DAY = 2000;

/** The longest text of a column, in UTF-16 units. Most texts are names of ours; the others are bounded where they come in. */
const MOST_CHARACTERS = 300;

const short = (text: string | null | undefined): string | null => text?.slice(0, MOST_CHARACTERS) ?? null;

/** The row of an event. `times`: how many times it happened, the last time now. */
export const auditRecord = (
  { actor, through, origin }: Act,
  event: Event,
  now: EpochSeconds,
  keptSeconds: number,
  id: RecordId,
  times = 1,
): AuditRecord => ({
  id,
  event: event.event,
  actorKind: actor.kind,
  actorId: short(actor.id),
  through: short(through) as ClientId | null,
  subject: short(event.subject) as SubjectId | null,
  clientId: short(event.client) as ClientId | null,
  groupName: short(event.group),
  grantId: event.grant ?? null,
  linkId: event.link ?? null,
  via: short(event.via),
  reason: short(event.reason),
  file: short(event.file),
  key: short(event.key),
  count: event.count ?? null,
  times,
  address: short(origin?.address),
  requestId: short(origin?.requestId),
  at: now,
  expiresAt: now + keptSeconds,
});

/** The events that one kind names: `session.started`, or `session` for all of them. Empty if there are none. */
export const eventsOfKind = (kind: string): EventName[] =>
  (Object.keys(EVENT_TYPES) as EventName[]).filter((name) => name === kind || name.startsWith(`${kind}.`));

// ── Counting ───────────────────────────────────────────────────────────────────────────────────────────────

const MINUTE = 60;

/**
 * When the next row of an event that is counted may be written: the first at once, then a minute later, two, four and so on. So an
 * event that never stops has twelve rows in a day, and the first of them is there soon.
 */
export const nextCountAt = (now: EpochSeconds, rowsToday: number): EpochSeconds =>
  now + MINUTE * 2 ** rowsToday;

/** How many different events a process counts in a day. Beyond it they are counted by their names alone. */
export const COUNTED_KINDS_PER_DAY = 10_000;

// ── Seals ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A stretch is sealed when it is so old that no commit in it can be under way: clocks of nodes differ, and a commit may wait for a
 * database that is busy.
 */
export const SETTLED_SECONDS = 600;
/** A seal is made when its first row is this much older than that. */
export const STRETCH_SECONDS = 600;
/** The most rows under one seal, so that a look at one of them is short. */
export const SEALED_ROWS = 10_000;

/** One row as a seal has it: all columns, in their order. */
export const sealedText = (row: AuditRecord, columns: readonly string[]): string =>
  `${JSON.stringify(
    columns.map((name) => {
      const value = (row as unknown as Readonly<Record<string, unknown>>)[name];
      return value instanceof Uint8Array ? value.toHex() : value;
    }),
  )}\n`;

export type AuditFault =
  /** The seal itself was changed, or was made with another server key. */
  | "seal_changed"
  /** A seal in the middle is gone, or does not follow the one before it. */
  | "seal_missing"
  /** The first seals are gone before their time. */
  | "beginning_missing"
  /** The last seals are gone: there was one that is not there. */
  | "end_missing"
  /** The seal that was kept elsewhere is another one. */
  | "other_record"
  | "rows_missing"
  | "rows_added"
  | "rows_changed";

/** What a seal says about the seals before it. `previous`: the one before it in the table, if there is one. */
export function chainFault(
  seal: AuditSealRecord,
  previous: AuditSealRecord | null,
  mac: Uint8Array,
  now: EpochSeconds,
): AuditFault | null {
  if (!sameBytes(seal.mac, mac)) return "seal_changed";
  if (previous === null) {
    return seal.number === 1 || seal.previousExpiresUntil <= now ? null : "beginning_missing";
  }
  const follows =
    seal.number === previous.number + 1 &&
    sameBytes(seal.previousMac, previous.mac) &&
    sameBytes(seal.fromId, previous.untilId);
  return follows ? null : "seal_missing";
}

/** Whether the rows of a stretch are those that were sealed. */
export function rowsFault(
  seal: Pick<AuditSealRecord, "count" | "digest">,
  found: Pick<AuditSealRecord, "count" | "digest">,
): AuditFault | null {
  if (found.count < seal.count) return "rows_missing";
  if (found.count > seal.count) return "rows_added";
  return sameBytes(found.digest, seal.digest) ? null : "rows_changed";
}

/** Rows of an expired stretch may be gone, one after the other. */
export const isSealInForce = ({ expiresFrom }: AuditSealRecord, now: EpochSeconds): boolean =>
  now < expiresFrom;

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

/** What happened to a person, as far as the person sees it: which events, for how long, and what is kept of each. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import { type Change, insert, update } from "../store/contract.ts";
import { type ActivityRecord, activities } from "../store/tables/records.ts";
import type { Act, Event, EventName } from "./events.ts";

/**
 * The events that people see. No event of a token is among them: a client in daily use would push out everything else, and its
 * requests would cost a row each. An event that strangers cause is in `GUESSES`.
 */
export const ACTIVITIES = [
  "access.removed",
  "backchannel.approved",
  "backchannel.denied",
  "code.replayed",
  "consent.given",
  "device.approved",
  "email.changed",
  "email.verified",
  "grant.revoked",
  "group.joined",
  "group.left",
  "passkey.added",
  "passkey.removed",
  "password.changed",
  "password.removed",
  "person.changed",
  "person.created",
  "person.disabled",
  "person.enabled",
  "person.unlocked",
  "recovery_code.used",
  "recovery_codes.renewed",
  "refresh_token.replayed",
  "reset.done",
  "second_factor.added",
  "second_factor.removed",
  "session.ended",
  "session.started",
  "sessions.ended",
  "sign_in.approved",
  "sign_in.denied",
  "sign_in_link.created",
  "sign_in_link.used",
] as const satisfies readonly EventName[];

/** Events that strangers and applications cause, again and again: one row for each person, event and day. */
export const GUESSES = [
  "backchannel.asked",
  "sign_in.limited",
  "sign_in.refused",
] as const satisfies readonly EventName[];

export type ActivityName = (typeof ACTIVITIES)[number] | (typeof GUESSES)[number];
export type GuessName = (typeof GUESSES)[number];

const SHOWN: ReadonlySet<string> = new Set(ACTIVITIES);
const GUESSED: ReadonlySet<string> = new Set(GUESSES);

export const isGuess = (event: Event): event is Event & { event: GuessName; subject: string } =>
  GUESSED.has(event.event) && event.subject !== undefined;

/** A session that gives way to a newer one of the same browser is none that the person misses. */
export const isShown = ({ event, subject, reason }: Event): boolean =>
  SHOWN.has(event) && subject !== undefined && reason !== "replaced";

const DAY_SECONDS = 86_400;

/** The rows for the events of one act. `newId` makes an identifier with the shard of the person. */
export const activitiesOf = (
  act: Act,
  events: readonly Event[],
  now: EpochSeconds,
  keptSeconds: number,
  newId: (subject: string) => RecordId,
): ActivityRecord[] =>
  events
    .filter(isShown)
    .map((event) => activity(act, event, now, keptSeconds, newId(event.subject ?? ""), 1));

function activity(
  { actor, origin }: Act,
  event: Event,
  now: EpochSeconds,
  keptSeconds: number,
  id: RecordId,
  count: number,
): ActivityRecord {
  return {
    id,
    subject: (event.subject ?? null) as SubjectId | null,
    event: event.event,
    actorKind: actor.kind,
    actorId: actor.id,
    clientId: event.client ?? null,
    groupName: event.group ?? null,
    grantId: event.grant ?? null,
    via: event.via ?? null,
    reason: event.reason ?? null,
    address: origin?.address ?? "",
    requestId: origin?.requestId ?? null,
    at: now,
    count,
    expiresAt: now + keptSeconds,
  };
}

export const recordActivities = (rows: readonly ActivityRecord[]): Change[] =>
  rows.map((row) => insert(activities, row));

/** Adds attempts to the row of the day, or begins it. `earlier`: the row with that identifier. */
export function countGuesses(
  earlier: ActivityRecord | null,
  act: Act,
  event: Event,
  now: EpochSeconds,
  keptSeconds: number,
  id: RecordId,
  count: number,
): Change {
  const row = activity(act, event, now, keptSeconds, id, count);
  if (earlier === null) return insert(activities, row);
  const { at, address, requestId, expiresAt } = row;
  return update(
    activities,
    { id },
    { count: earlier.count },
    { at: Math.max(at, earlier.at), address, requestId, expiresAt, count: earlier.count + count },
  );
}

/** The beginning of the day (UTC) of a time: all guesses of the day have one row. */
export const dayOf = (now: EpochSeconds): EpochSeconds => now - (now % DAY_SECONDS);

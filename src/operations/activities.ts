/**
 * What happened to people: written with the commit of each act, listed on the page of their account, and bounded. A person has
 * about `account.activities_per_person` rows: now and then an event also removes the oldest of its person. Wrong passwords
 * are the only events that strangers cause. They have one row for each person and day, and are added to it at the next
 * clean-up, many at once: so strangers cost neither rows nor, beyond a few, commits.
 */
import { createHash } from "node:crypto";
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId } from "../credentials/credential.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import * as rules from "../rules/activity.ts";
import type { Act, Event } from "../rules/events.ts";
import { remove, row, type Store } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type ActivityRecord, activities } from "../store/tables/records.ts";
import type { Subscriber } from "./events.ts";
import { allPages, type Page } from "./paging.ts";

interface Recording {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly configuration: Pick<Configuration, "account">;
}

/** The subscriber that writes the rows. It needs no store: its rows are a part of each commit. */
export const activityRecorder = ({ clock, random, configuration: { account } }: Recording): Subscriber => ({
  changesFor: (act, events) =>
    rules.recordActivities(
      rules.activitiesOf(act, events, clock.seconds(), account.activity_seconds, (subject) =>
        newRecordId(clock, random, shardOf(subject)),
      ),
    ),
});

interface Keeping extends Recording {
  readonly configuration: Pick<Configuration, "account" | "limits">;
  readonly store: Store;
  readonly log: Log;
}

/** Wrong passwords for one person on one day. */
interface Guesses {
  /** The last of them. */
  readonly act: Act;
  readonly event: Event & { readonly subject: string };
  readonly at: EpochSeconds;
  readonly count: number;
}

export interface ActivityKeeper extends Subscriber {
  /** Resolves when all that it heard of is written or given up. */
  settled(): Promise<void>;
}

/** One event in so many removes the surplus of its person. */
const TRIMS_ONE_IN = 16;
/** How many rows one commit removes. */
const TRIMMED = 100;
/** Of how many people attempts are gathered at most; those of others are in the log only. */
const GATHERED_PEOPLE = 10_000;

/** The subscriber that counts wrong passwords and keeps the table small. It acts after the commit, and never fails an act. */
export function createActivityKeeper(context: Keeping): ActivityKeeper {
  const { random, configuration } = context;
  const everyMillis = configuration.limits.clean_up_interval_seconds * 1000;
  const crowded = new Set<SubjectId>();
  const gathered = new Map<string, Guesses>();
  const running = new Set<Promise<void>>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const run = (work: Promise<void>) => {
    const tracked = work
      .catch((error) => {
        const cause = error instanceof Error ? error.message : String(error);
        context.log.debug("what happened to a person could not be noted", { cause });
      })
      .finally(() => running.delete(tracked));
    running.add(tracked);
  };
  const soon = () => {
    if (timer !== null) return;
    timer = setTimeout(write, everyMillis);
    timer.unref();
  };
  const write = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const subject of crowded) run(trimActivities(context, subject));
    crowded.clear();
    for (const guesses of gathered.values()) run(addGuesses(context, guesses));
    gathered.clear();
  };
  return {
    tell(act, event) {
      if (rules.isGuess(event)) {
        const at = context.clock.seconds();
        const key = `${event.event} ${event.subject} ${rules.dayOf(at)}`;
        const before = gathered.get(key);
        if (before === undefined && gathered.size >= GATHERED_PEOPLE) return;
        gathered.set(key, { act, event, at, count: (before?.count ?? 0) + 1 });
        soon();
        return;
      }
      const [chance = 1] = random(1);
      if (event.subject === undefined || !rules.isShown(event) || chance % TRIMS_ONE_IN !== 0) return;
      crowded.add(event.subject as SubjectId);
      soon();
    },
    async settled() {
      write();
      await Promise.all(running);
    },
  };
}

/** The identifier of the row of a day: the same in all processes. */
function guessId(event: Event & { subject: string }, day: number): RecordId {
  const digest = createHash("sha256").update(`${event.event} ${event.subject} ${day}`).digest();
  const id = Buffer.alloc(16);
  id.writeUIntBE(day * 1000, 0, 6);
  id.writeUInt16BE(shardOf(event.subject), 6);
  digest.copy(id, 8, 0, 8);
  return new Uint8Array(id) as Uint8Array as RecordId;
}

const ACTIVITY = { activity: row(activities, { id: "$id" }) };

/** How often a count may be changed by another process meanwhile. After that it is given up. */
const ATTEMPTS = 20;

async function addGuesses(
  { store, configuration: { account } }: Keeping,
  { act, event, at, count }: Guesses,
): Promise<void> {
  const id = guessId(event, rules.dayOf(at));
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { activity } = await store.look(ACTIVITY, { id });
    const change = rules.countGuesses(activity, act, event, at, account.activity_seconds, id, count);
    if ((await store.commit({ changes: [change] })).outcome === "committed") return;
  }
}

/** Removes the oldest rows of a person who has too many. */
export async function trimActivities(
  { store, configuration: { account } }: Pick<Keeping, "store" | "configuration">,
  subject: SubjectId,
): Promise<void> {
  for (;;) {
    const surplus = await store.list(activities, {
      where: { subject },
      order: ["id"],
      descending: true,
      skip: account.activities_per_person,
      limit: TRIMMED,
    });
    if (surplus.length > 0)
      await store.commit({ changes: surplus.map(({ id }) => remove(activities, { id })) });
    if (surplus.length < TRIMMED) return;
  }
}

/** A page of what happened to a person, newest first. */
export const listActivities = (
  { store }: { readonly store: Store },
  subject: SubjectId,
  { limit, after = null }: Page<Pick<ActivityRecord, "id">>,
): Promise<ActivityRecord[]> =>
  store.list(activities, { where: { subject }, order: ["id"], descending: true, after, limit });

export const everyActivity = (
  context: { readonly store: Store },
  subject: SubjectId,
): AsyncGenerator<ActivityRecord> =>
  allPages((page: Page<ActivityRecord>) => listActivities(context, subject, page));

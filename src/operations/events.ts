/** Subscribers of events: some store rows with the commit, others are called after it. */
import { recordIdText } from "../credentials/credential.ts";
import type { Log, LogFields } from "../platform/log.ts";
import { type Act, actorText, EVENT_TYPES, type Event } from "../rules/events.ts";
import type { Change } from "../store/contract.ts";

export interface Subscriber {
  /**
   * Rows about the events. They are committed together with the changes that the events report. If it throws, the act fails before
   * anything is done: no act is without its record. `shard`: that of the changes, if they have one. Rows that may lie anywhere lie
   * there, so that one worker of a cluster does the whole commit.
   */
  changesFor?(act: Act, events: readonly Event[], shard?: number): readonly Change[];
  /** Called after the commit. The act is done, so its failure is only reported. */
  tell?(act: Act, event: Event): void;
}

export interface Events {
  changesFor(act: Act, events: readonly Event[], shard?: number): readonly Change[];
  tell(act: Act, events: readonly Event[]): void;
}

const NOTHING: readonly Change[] = [];

/** `failed`: called with what a subscriber threw after a commit. */
export function createEvents(
  subscribers: readonly Subscriber[],
  failed: (error: unknown, event: Event) => void = () => {},
): Events {
  const recorders = subscribers.flatMap(({ changesFor }) => (changesFor === undefined ? [] : [changesFor]));
  return {
    changesFor: (act, events, shard) =>
      recorders.length === 0 ? NOTHING : recorders.flatMap((changesFor) => changesFor(act, events, shard)),
    tell(act, events) {
      for (const event of events) {
        for (const subscriber of subscribers) {
          try {
            subscriber.tell?.(act, event);
          } catch (error) {
            failed(error, event);
          }
        }
      }
    },
  };
}

/** The first subscriber: a line in the log for each event. */
export const logEvents = (log: Log): Subscriber => ({
  tell(
    { actor, through, origin },
    { event, subject, client, group, grant, link, reason, file, count, key, via, workload },
  ) {
    const { level, words } = EVENT_TYPES[event];
    if (!log.writes(level)) return;
    const fields: LogFields = {
      event,
      subject,
      client,
      group,
      grant: grant === null || grant === undefined ? undefined : recordIdText(grant),
      link: link === undefined ? undefined : recordIdText(link),
      via,
      workload,
      reason,
      file,
      key,
      count,
      by: actorText(actor),
      through,
      address: origin?.address,
      request: origin?.requestId,
    };
    log[level](words, fields);
  },
});

export const noEvents: Events = createEvents([]);

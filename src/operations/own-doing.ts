/** How many rows strangers, clients and people add by themselves in a day: what they can make the server keep is bounded. */
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import { DAY_SECONDS } from "../platform/clock.ts";
import { isOwnDoing, OWN_ROWS_PER_DAY, STRANGERS_ROWS_PER_DAY } from "../rules/audit.ts";
import type { Act, Event } from "../rules/events.ts";

/** Of how many actors the rows are counted; the others share what one of them may add. */
const ACTORS = 10_000;

/** The day of a time, counted from the epoch. */
export const dayOf = (time: EpochSeconds): number => Math.floor(time / DAY_SECONDS);

/** Returns a function that counts a row for an event, and says whether there is room for it today. */
export function createDailyRoom(clock: Clock): (act: Act, event: Event) => boolean {
  let day = -1;
  let added = new Map<string, number>();
  return (act, event) => {
    if (!isOwnDoing(act, event)) return true;
    const today = dayOf(clock.seconds());
    if (today !== day) added = new Map();
    day = today;
    const { kind, id } = act.actor;
    const name = id === null ? kind : `${kind} ${id}`;
    const key = added.has(name) || added.size < ACTORS ? name : "others";
    const count = (added.get(key) ?? 0) + 1;
    added.set(key, count);
    return count <= (kind === "stranger" ? STRANGERS_ROWS_PER_DAY : OWN_ROWS_PER_DAY);
  };
}

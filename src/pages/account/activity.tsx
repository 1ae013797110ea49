/** @jsxImportSource hono/jsx */
/** What happened to a person, newest first. */
import { parseRecordId, recordIdText } from "../../credentials/credential.ts";
import { listActivities } from "../../operations/activities.ts";
import { findClient } from "../../operations/clients.ts";
import type { Context } from "../../operations/context.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import { type Incoming, queryOf, type Route } from "../../platform/http.ts";
import type { ActivityName } from "../../rules/activity.ts";
import type { ActivityRecord } from "../../store/tables/records.ts";
import { displayText, markedName } from "../display.ts";
import { respondWithPage } from "../respond.tsx";
import type { Texts } from "../texts.ts";
import { moment } from "../time.ts";
import { type ActivityRow, ActivityView } from "../views/account-activity.tsx";
import { sectionParts, sectionRoute } from "./section.ts";
import { whereWords } from "./where.ts";

const PATH = "/account/activity";
const ROWS = 25;
/** The parameter of the query with the row after which the page begins. */
const AFTER = "after";

async function activityPage(context: Context, incoming: Incoming, signedIn: SignedIn): Promise<Response> {
  const { account } = signedIn;
  const { frame, options } = await sectionParts(context, incoming, signedIn, PATH);
  const id = parseRecordId(queryOf(incoming).get(AFTER) ?? "");
  const after = id === null ? null : { id };
  // Attempts of the last seconds too.
  await context.activities.settled();
  const found = await listActivities(context, account.subject, { limit: ROWS + 1, after });
  const shown = found.slice(0, ROWS);
  const names = await clientNames(context, frame.texts, shown);
  const zone = account.profile.zoneinfo;
  const rows = await Promise.all(
    shown.map(
      async (activity): Promise<ActivityRow> => ({
        words: wordsFor(frame.texts, account.subject, activity, names),
        isAlarming: ALARMING.has(activity.event),
        at: activity.at,
        time: moment(frame.texts.language, activity.at, zone),
        where: await whereWords(context, frame.texts, activity.address),
      }),
    ),
  );
  const last = shown.at(-1);
  return respondWithPage(
    <ActivityView
      frame={frame}
      rows={rows}
      earlier={
        found.length > ROWS && last !== undefined
          ? frame.path(PATH, { [AFTER]: recordIdText(last.id) })
          : null
      }
      newest={after === null ? null : frame.path(PATH)}
    />,
    options,
  );
}

/** What a person should look at twice. */
const ALARMING: ReadonlySet<string> = new Set<ActivityName>([
  "code.replayed",
  "recovery_code.used",
  "refresh_token.replayed",
  "second_factor.removed",
  "sign_in.denied",
  "sign_in.limited",
  "sign_in.refused",
]);

/** The names of the clients of some rows, by their identifiers. */
async function clientNames(
  context: Context,
  texts: Texts,
  rows: readonly ActivityRecord[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(rows.flatMap(({ clientId }) => (clientId === null ? [] : [clientId])));
  const named = await Promise.all(
    [...ids].map(async (id) => {
      const client = await findClient(context, id);
      const name =
        client === null
          ? texts.account.activity.removedClient(displayText(id))
          : markedName(client, context.configuration.registration, texts);
      return [id, name] as const;
    }),
  );
  return new Map(named);
}

function wordsFor(
  { account }: Texts,
  subject: string,
  { event, actorKind, actorId, clientId, groupName, reason, count }: ActivityRecord,
  names: ReadonlyMap<string, string>,
): string {
  const { events } = account.activity;
  // A row of a newer program, after a step back.
  if (!isKnown(events, event)) return event;
  const isOwn = actorKind === "person" && actorId === subject;
  return events[event]({
    by: isOwn ? "you" : actorKind === "operator" || actorKind === "person" ? "operator" : "other",
    client: clientId === null ? null : (names.get(clientId) ?? clientId),
    group: displayText(groupName ?? ""),
    reason,
    count,
  });
}

const isKnown = (events: Texts["account"]["activity"]["events"], event: string): event is ActivityName =>
  Object.hasOwn(events, event);

export const activityRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => activityPage(context, incoming, signedIn),
  });

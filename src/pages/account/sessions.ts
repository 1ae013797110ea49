/** The browsers in which a person is signed in, as the security page shows them. */
import { recordIdText } from "../../credentials/credential.ts";
import type { Context } from "../../operations/context.ts";
import { collect } from "../../operations/paging.ts";
import { everySession, type SignedIn } from "../../operations/sessions.ts";
import type { RecordId } from "../../protocol/identifiers.ts";
import type { Texts } from "../texts.ts";
import type { SessionRow } from "../views/account-sessions.tsx";
import { productWords, whereWords } from "./where.ts";

/** The identifiers of the other browsers in which the person is signed in now. */
export async function otherSessions(
  context: Context,
  { account, session: here }: SignedIn,
): Promise<RecordId[]> {
  const now = context.clock.seconds();
  const idleSince = now - context.configuration.lifetimes.session_idle_seconds;
  const sessions = await collect(everySession(context, account, now, idleSince));
  return sessions.flatMap(({ id }) => (Buffer.compare(id, here.id) === 0 ? [] : [id]));
}

/** The browsers in which the person is signed in, this one first, then the one that was used last. */
export async function listSessions(
  context: Context,
  texts: Texts,
  { account, session: here }: SignedIn,
): Promise<SessionRow[]> {
  const now = context.clock.seconds();
  const idleSince = now - context.configuration.lifetimes.session_idle_seconds;
  const sessions = await collect(everySession(context, account, now, idleSince));
  const hereId = recordIdText(here.id);
  const rows = await Promise.all(
    sessions.map(async (session) => ({
      id: recordIdText(session.id),
      isHere: recordIdText(session.id) === hereId,
      product: productWords(texts, session, "browser"),
      where: await whereWords(context, texts, session.address),
      since: session.authenticatedAt,
      lastSeenAt: session.lastSeenAt,
    })),
  );
  return rows.sort(
    (one, other) => Number(other.isHere) - Number(one.isHere) || other.lastSeenAt - one.lastSeenAt,
  );
}

/** @jsxImportSource hono/jsx */
/** The page for a person who may not use an application. */
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { clientName } from "./display.ts";
import { pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { NotAllowedView } from "./views/not-allowed.tsx";

/** `another`: where the person chooses another account. */
export function notAllowedPage(
  context: Context,
  incoming: Incoming,
  client: ClientRecord,
  account: AccountRecord,
  another: string,
  locales?: string,
): Promise<Response> {
  const isDenied = client.deniedGroups.some((group) => account.groups.includes(group));
  const frame = pageFrame(context, incoming, locales);
  return respondWithPage(
    <NotAllowedView
      frame={frame}
      clientName={clientName(client, frame.texts)}
      signedInAs={account.username}
      groups={isDenied ? [] : client.allowedGroups}
      another={another}
    />,
    { status: 403, leads: "on_to_client" },
  );
}

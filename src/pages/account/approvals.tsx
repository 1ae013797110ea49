/** @jsxImportSource hono/jsx */
/** The requests of applications that wait for the person's approval (CIBA Core §7.1). */
import { recordIdText } from "../../credentials/credential.ts";
import { APPROVAL_PATH, REQUEST } from "../../operations/backchannel-mail.ts";
import { listOpenRequests, type OpenRequest } from "../../operations/backchannel-requests.ts";
import type { Context } from "../../operations/context.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import { type Incoming, queryOf, type Route } from "../../platform/http.ts";
import { displayText, markedName } from "../display.ts";
import type { PageFrame } from "../frame.ts";
import { respondWithPage } from "../respond.tsx";
import { type ApprovalRow, ApprovalsView } from "../views/approvals.tsx";
import { sectionParts, sectionRoute } from "./section.ts";

const PATH = "/account/approvals";

/** How often the page looks for requests while there are none, and how many times: a tab that was left open stops. */
const LOOK_SECONDS = 10;
const LOOKS = 60;
/** The parameter of the query that counts them. */
const LOOK = "look";

/** How often the page has looked. A made-up number only makes it stop earlier. */
const looksIn = (incoming: Incoming): number => {
  const count = Number(queryOf(incoming).get(LOOK) ?? "0");
  return Number.isInteger(count) && count >= 0 ? count : LOOKS;
};

/**
 * While the list is empty the page loads itself again, without a script. A list with something in it stays as it is: its reader
 * would lose their place.
 */
async function approvalsPage(context: Context, incoming: Incoming, signedIn: SignedIn): Promise<Response> {
  const { frame, options } = await sectionParts(context, incoming, signedIn, PATH);
  const found = await listOpenRequests(context, signedIn.account.subject);
  const looked = looksIn(incoming);
  const looks = found.length === 0 && looked < LOOKS;
  const next = frame.path(PATH, { [LOOK]: String(looked + 1) });
  return respondWithPage(
    <ApprovalsView
      frame={frame}
      rows={found.map((open) => approvalRow(context, frame, open))}
      looks={looks}
    />,
    { ...options, ...(looks && { headers: { Refresh: `${LOOK_SECONDS}; url=${next}` } }) },
  );
}

const approvalRow = (
  { configuration }: Context,
  { texts, path }: PageFrame,
  { request, client }: OpenRequest,
): ApprovalRow => ({
  href: path(APPROVAL_PATH, { [REQUEST]: recordIdText(request.id) }),
  clientName: markedName(client, configuration.registration, texts),
  message: request.bindingMessage === null ? null : displayText(request.bindingMessage),
  askedAt: request.createdAt,
  expiresAt: request.expiresAt,
});

export const approvalsRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => approvalsPage(context, incoming, signedIn),
  });

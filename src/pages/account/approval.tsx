/** @jsxImportSource hono/jsx */
/**
 * One request of an application for the person's approval (CIBA Core §7.1): who asks for what, and the answer.
 *
 * The link to this page is in a mail, so it opens nothing: the person signs in as themselves, and a POST of this page's own form
 * answers. A request of another person is as unknown as one that does not exist. To refuse takes no step more than the sign-in that
 * the person has: one who is asked again and again must not have to use their second factor for it.
 */
import { parseRecordId } from "../../credentials/credential.ts";
import { APPROVAL_PATH, REQUEST } from "../../operations/backchannel-mail.ts";
import { answerRequest, type FoundRequest, findRequestOf } from "../../operations/backchannel-requests.ts";
import type { Context } from "../../operations/context.ts";
import { findSignedIn, type SignedIn } from "../../operations/sessions.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../../platform/http.ts";
import { reaches } from "../../protocol/authentication-level.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { earlierAnswer, isOpen, levelOfRequest, mayAsk } from "../../rules/backchannel-request.ts";
import { isVouchedFor, isYesMeant } from "../../rules/client.ts";
import { actOfPerson } from "../../rules/events.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import type { BackchannelAnswer, BackchannelRequestRecord } from "../../store/tables/requests.ts";
import { clientLogo } from "../assets.ts";
import { clientName, displayText, markedName } from "../display.ts";
import { ACKNOWLEDGED, openForm, readForm, type Submitted } from "../forms.ts";
import { offering } from "../page-error.ts";
import { askedAccess, hindrance } from "../question.ts";
import { respondWithPage } from "../respond.tsx";
import { pagePath } from "../urls.ts";
import {
  type ApprovalOutcome,
  ApprovalView,
  ApprovedView,
  UnknownApprovalView,
} from "../views/approvals.tsx";
import { personFrame } from "./section.ts";
import { whereWords } from "./where.ts";

/** What the buttons send, and which answer it is. */
const ANSWERS: ReadonlyMap<string | undefined, BackchannelAnswer> = new Map([
  ["allow", "approved"],
  ["deny", "denied"],
  ["report", "reported"],
]);

function answerIn(decision: string | undefined): BackchannelAnswer {
  const answer = ANSWERS.get(decision);
  if (answer === undefined) throw new OAuthError("parameter_invalid");
  return answer;
}

/** The page that asks about the request, or shows how it was answered. */
const pageOf = ({ issuer }: Pick<Context, "issuer">, idText: string): string =>
  pagePath(issuer, APPROVAL_PATH, { [REQUEST]: displayText(idText, 60) });

const toSignIn = (context: Context, idText: string): Response =>
  seeOther(pagePath(context.issuer, "/login", { return_to: pageOf(context, idText) }));

const NOTHING: FoundRequest = { request: null, grant: null, client: null };

const find = async (
  context: Context,
  idText: string,
  { account }: Pick<SignedIn, "account">,
): Promise<FoundRequest> => {
  const id = parseRecordId(idText);
  return id === null ? NOTHING : findRequestOf(context, id, account.subject);
};

const showApproval =
  (context: Context): Handler =>
  async (incoming) => {
    const idText = queryOf(incoming).get(REQUEST) ?? "";
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) return toSignIn(context, idText);
    return pageFor(context, incoming, signedIn, idText, "asked");
  };

/** Whether the page asks for the first time, or again because the person sent a form that was too old. */
type Asking = "asked" | "asked_again";

/** The question, the answer that the person gave before, or that there is no such request. */
async function pageFor(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  idText: string,
  asking: Asking,
): Promise<Response> {
  const facts = await find(context, idText, signedIn);
  const { request, client } = facts;
  if (request === null) return unknownPage(context, incoming, signedIn, idText);
  const answer = earlierAnswer(facts);
  if (answer !== null || !isOpen(request, context.clock.seconds()) || !mayAsk(client))
    return donePage(context, incoming, signedIn, client, answer);
  return questionPage(context, incoming, signedIn, idText, { request, client }, asking);
}

function unknownPage(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  idText: string,
): Promise<Response> {
  const here = pageOf(context, idText);
  const frame = personFrame(context, incoming, account, here);
  return respondWithPage(<UnknownApprovalView frame={frame} signedInAs={account.username} here={here} />, {
    status: 404,
  });
}

async function questionPage(
  context: Context,
  incoming: Incoming,
  { account, session }: SignedIn,
  idText: string,
  { request, client }: { readonly request: BackchannelRequestRecord; readonly client: ClientRecord },
  asking: Asking,
): Promise<Response> {
  const here = pageOf(context, idText);
  const frame = personFrame(context, incoming, account, here);
  const { texts } = frame;
  const { bindingMessage } = request;
  // The token is bound to the request, and by the cookie to this browser's session.
  const form = openForm(context, incoming, "backchannel", idText);
  const isAgain = asking === "asked_again";
  return respondWithPage(
    <ApprovalView
      frame={frame}
      clientName={clientName(client, texts)}
      unverified={!isVouchedFor(client, context.configuration.registration)}
      logo={clientLogo(context, client)}
      message={bindingMessage === null ? null : displayText(bindingMessage)}
      asked={askedAccess(context, texts, request)}
      askedAt={request.createdAt}
      expiresAt={request.expiresAt}
      from={displayText(await whereWords(context, texts, request.requesterAddress))}
      needsStep={
        !reaches(session.authenticationLevel, levelOfRequest(context.levelPolicy, client, request, account))
      }
      signedInAs={account.username}
      here={here}
      token={form.token}
      hidden={{ [REQUEST]: idText }}
      fault={isAgain ? texts.device.stale : null}
    />,
    { status: isAgain ? 422 : 200, setCookie: form.setCookie },
  );
}

/** `answer`: the one that counts; null if the request is open no more, and was not answered. */
function donePage(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  client: ClientRecord | null,
  answer: BackchannelAnswer | null,
  differs = false,
): Promise<Response> {
  const frame = personFrame(context, incoming, account);
  // A client that is gone, or that may not ask any more, has no access.
  const outcome: ApprovalOutcome =
    answer === null || (answer === "approved" && !mayAsk(client)) ? "over" : answer;
  const isOver = outcome === "over";
  return respondWithPage(
    <ApprovedView
      frame={frame}
      outcome={outcome}
      differs={differs && !isOver}
      clientName={
        client === null
          ? frame.texts.account.unknownClient
          : markedName(client, context.configuration.registration, frame.texts)
      }
    />,
    { status: isOver ? 410 : differs ? 409 : 200 },
  );
}

const takeAnswer =
  (context: Context): Handler =>
  async (incoming) => {
    const submitted = await readForm(context, incoming, "backchannel", REQUEST);
    const again = pageOf(context, submitted.form.get(REQUEST) ?? "");
    return offering(again, () => answerForm(context, incoming, submitted));
  };

async function answerForm(
  context: Context,
  incoming: Incoming,
  { form, isFresh }: Submitted,
): Promise<Response> {
  const idText = form.get(REQUEST) ?? "";
  const signedIn = await findSignedIn(context, incoming.request);
  if (signedIn === null) return toSignIn(context, idText);
  // A question that is too old, or of an earlier session, is asked again. This leads where any link could lead.
  if (!isFresh) return pageFor(context, incoming, signedIn, idText, "asked_again");
  const wanted = answerIn(form.get("decision"));
  const { account } = signedIn;
  const { request, client } = await find(context, idText, signedIn);
  if (request === null) return unknownPage(context, incoming, signedIn, idText);
  if (isOpen(request, context.clock.seconds()) && mayAsk(client)) {
    if (wanted === "approved") {
      const here = pageOf(context, idText);
      const level = levelOfRequest(context.levelPolicy, client, request, account);
      const hindered = await hindrance(context, incoming, client, level, signedIn, here);
      if (hindered !== null) return hindered;
      const vouched = isVouchedFor(client, context.configuration.registration);
      if (!isYesMeant(vouched, form.get(ACKNOWLEDGED) !== undefined)) return seeOther(here);
    }
    const act = actOfPerson(incoming, account.subject);
    if (await answerRequest(context, act, request, signedIn, wanted))
      return donePage(context, incoming, signedIn, client, wanted);
  }
  // The person sent the form twice, by a double click or the back button: the first answer stands, and is shown again.
  const answer = earlierAnswer(await find(context, idText, signedIn));
  return donePage(context, incoming, signedIn, client, answer, answer !== null && answer !== wanted);
}

export const approvalRoute = (context: Context): Route => ({
  path: APPROVAL_PATH,
  audience: "people",
  cors: "nobody",
  methods: { GET: showApproval(context), POST: takeAnswer(context) },
});

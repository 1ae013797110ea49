/** @jsxImportSource hono/jsx */
/**
 * Signing in on this device by approving it on another: a QR code leads the phone, on which the person is signed in, to a page that
 * shows who asks, from where and for what. The question travels in the code itself, under a MAC, so strangers store nothing here.
 *
 * A link alone approves nothing: the person types a number that only the screen in front of them shows. A thief who sends the link to
 * another person must also get them to type a number, and the page says what that means.
 */
import { createHash } from "node:crypto";
import { newRecordId, parseRecordId, recordIdText } from "../credentials/credential.ts";
import { findShownClient } from "../operations/client-documents.ts";
import type { Context } from "../operations/context.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { answerSignIn, approvedSignIn, findAnswer } from "../operations/sign-in-approvals.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { sameText } from "../platform/same-text.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { agentOf, productOf } from "../protocol/user-agent.ts";
import { actOfPerson } from "../rules/events.ts";
import { SUBMIT_SCRIPT } from "./assets.ts";
import { displayText, isOwnComputer, markedName } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { type PageFrame, pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { continueSignIn } from "./sign-in-steps.tsx";
import { relativeTime } from "./time.ts";
import { pageAddress, pagePath, parseReturnPath, requestIn, uiLocalesIn } from "./urls.ts";
import { MessageView } from "./views/message.tsx";
import {
  ApprovedView,
  ApproveView,
  NUMBER,
  type OtherDeviceState,
  OtherDeviceView,
} from "./views/other-device.tsx";

const ASKING_PATH = "/login/other-device";
const APPROVING_PATH = "/login/approve";

/** How long the person has to approve. */
const QUESTION_SECONDS = 300;
/** How often the waiting page looks for the answer. */
const LOOK_SECONDS = 3;

/** Who asks, as the phone shows it. */
interface Asking {
  readonly id: RecordId;
  readonly expiresAt: number;
  /** Binds the question to the browser that asks. */
  readonly browser: string;
  readonly address: string;
  readonly product: string;
  /** The client for which the person signs in; empty for this server alone. */
  readonly clientId: string;
}

/** Cookies are not to be found in links, so this is one-way; a few bytes tell browsers apart. */
const browserMark = (cookieValue: string): string =>
  createHash("sha256").update(cookieValue).digest("base64url").slice(0, 22);

const macOf = ({ keys }: Context, text: string): string =>
  Buffer.from(keys.mac("form", "other device", text))
    .toString("base64url")
    .slice(0, 22);

/** The number that only the asking screen shows: two digits, the first not 0. */
function numberOf({ keys }: Context, id: RecordId): string {
  const [high = 0, low = 0] = keys.mac("form", "number of another device", id);
  return String(10 + ((high * 256 + low) % 90));
}

function seal(context: Context, { id, expiresAt, browser, address, product, clientId }: Asking): string {
  const fields = [recordIdText(id), expiresAt, browser, address, product, clientId];
  const text = Buffer.from(JSON.stringify(fields)).toString("base64url");
  return `${text}.${macOf(context, text)}`;
}

/** The question in a link; null if this server did not make it. It may have expired. */
function unseal(context: Context, sealed: string): Asking | null {
  const [text = "", mac = "", ...rest] = sealed.split(".");
  if (rest.length > 0 || !sameText(mac, macOf(context, text))) return null;
  // The MAC is this server's own, so the text is as it wrote it.
  const [idText, expiresAt, browser, address, product, clientId] = JSON.parse(
    Buffer.from(text, "base64url").toString("utf8"),
  ) as [string, number, string, string, string, string];
  const id = parseRecordId(idText);
  return id === null ? null : { id, expiresAt, browser, address, product, clientId };
}

const isOver = ({ clock }: Context, { expiresAt }: Asking): boolean => expiresAt <= clock.seconds();

/** The client that the page to return to is about. */
const clientIdIn = ({ issuer }: Context, returnTo: string | null): string =>
  (requestIn(issuer, returnTo)?.get("client_id") ?? "").slice(0, 200);

function ask(context: Context, incoming: Incoming, returnTo: string | null): Response {
  const { cookieValue, setCookie } = openForm(context, incoming, "login");
  const { program, system } = productOf(agentOf(incoming.request));
  const sealed = seal(context, {
    id: newRecordId(context.clock, context.random),
    expiresAt: context.clock.seconds() + QUESTION_SECONDS,
    browser: browserMark(cookieValue),
    address: incoming.address,
    product: [program, system].filter((name) => name !== null).join(" · "),
    clientId: clientIdIn(context, returnTo),
  });
  const page = pagePath(context.issuer, ASKING_PATH, { request: sealed, return_to: returnTo });
  return seeOther(page, setCookie === null ? [] : [setCookie]);
}

const isOfThisBrowser = ({ sessionCookie }: Context, { request }: Incoming, asking: Asking): boolean => {
  const cookieValue = sessionCookie.read(request);
  return cookieValue !== null && sameText(browserMark(cookieValue), asking.browser);
};

async function stateOf(
  context: Context,
  incoming: Incoming,
  asking: Asking | null,
): Promise<OtherDeviceState> {
  if (asking === null || !isOfThisBrowser(context, incoming, asking)) return "foreign";
  const answer = await findAnswer(context, asking.id);
  if (answer === "denied") return "denied";
  if (isOver(context, asking)) return "over";
  return answer ?? "waiting";
}

const showAsking =
  (context: Context): Handler =>
  async (incoming) => {
    const query = queryOf(incoming);
    const returnTo = parseReturnPath(context.issuer, query.get("return_to") ?? undefined);
    const sealed = query.get("request");
    if (sealed === null) return ask(context, incoming, returnTo);
    const asking = unseal(context, sealed);
    return askingPage(context, incoming, sealed, returnTo, await stateOf(context, incoming, asking), asking);
  };

function askingPage(
  context: Context,
  incoming: Incoming,
  sealed: string,
  returnTo: string | null,
  state: OtherDeviceState,
  asking: Asking | null,
): Promise<Response> {
  const form = openForm(context, incoming, "login");
  const here = pagePath(context.issuer, ASKING_PATH, { return_to: returnTo });
  const frame = pageFrame(context, incoming, uiLocalesIn(context.issuer, returnTo), { here });
  const isShown = state === "waiting" && asking !== null;
  const wait = isShown ? countCode(context, incoming) : 0;
  if (wait > 0) return tooManyCodes(frame, returnTo, wait);
  return respondWithPage(
    <OtherDeviceView
      frame={frame}
      token={form.token}
      sealed={sealed}
      returnTo={returnTo}
      state={state}
      qr={isShown ? pageAddress(context.issuer, APPROVING_PATH, { request: sealed }) : null}
      number={isShown ? numberOf(context, asking.id) : null}
      endsIn={isShown ? relativeTime(frame.texts.language, asking.expiresAt - frame.now) : ""}
      script={state === "approved" ? frame.path(SUBMIT_SCRIPT.path) : null}
    />,
    {
      status: state === "foreign" ? 422 : 200,
      setCookie: form.setCookie,
      leads: "on_to_client",
      ...(state === "approved" && { runs: "own_script" }),
      ...(state === "waiting" && { headers: { Refresh: String(LOOK_SECONDS) } }),
    },
  );
}

/** To draw a code takes longer than most pages, and strangers need nothing for it. Returns the seconds to wait. */
function countCode({ limits: { otherDeviceCodePerAddress } }: Context, { address }: Incoming): number {
  const wait = otherDeviceCodePerAddress.attempt(address);
  if (wait === 0) otherDeviceCodePerAddress.settle(address);
  return wait;
}

/** Comes back to the code by itself. */
const tooManyCodes = (frame: PageFrame, returnTo: string | null, wait: number): Promise<Response> =>
  respondWithPage(
    <MessageView
      frame={frame}
      kind="bad"
      title={frame.texts.otherDevice.title}
      text={[frame.texts.newAccount.limited]}
      way={{ href: frame.path("/login", { return_to: returnTo }), words: frame.texts.signIn.otherWay }}
    />,
    { status: 429, retryAfterSeconds: wait, headers: { Refresh: String(wait) }, leads: "on_to_client" },
  );

/** The browser that asked goes on. */
const takeApproval =
  (context: Context): Handler =>
  async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "login");
    const returnTo = parseReturnPath(context.issuer, form.get("return_to"));
    const sealed = form.get("request") ?? "";
    const asking = unseal(context, sealed);
    const state = await stateOf(context, incoming, asking);
    const signIn =
      isFresh && asking !== null && state === "approved" ? await approvedSignIn(context, asking.id) : null;
    // Failures of strangers stay counted: this proves nothing about who guesses at the password.
    const progress = signIn && { ...signIn, returnTo, isKnownBrowser: true, isAnew: false };
    const answer = progress && (await continueSignIn(context, incoming, progress));
    return (
      answer ?? askingPage(context, incoming, sealed, returnTo, state === "approved" ? "over" : state, asking)
    );
  };

type ApproveFault = "number" | "stale" | { readonly retryAfterSeconds: number };

async function approvePage(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  sealed: string,
  asking: Asking,
  fault: ApproveFault | null,
): Promise<Response> {
  const form = openForm(context, incoming, "approval", sealed);
  const here = pagePath(context.issuer, APPROVING_PATH, { request: sealed });
  const frame = pageFrame(context, incoming, undefined, { here });
  const { otherDevice, device, language } = frame.texts;
  const client = asking.clientId === "" ? null : await findShownClient(context, asking.clientId);
  const isLimited = typeof fault === "object" && fault !== null;
  const address = displayText(asking.address);
  return respondWithPage(
    <ApproveView
      frame={frame}
      token={form.token}
      sealed={sealed}
      signedInAs={account.username}
      here={here}
      product={displayText(asking.product) || device.agentUnnamed}
      address={
        isOwnComputer(context.issuer, asking.address) ? device.thisComputer(address) : device.address(address)
      }
      application={
        client === null ? null : markedName(client, context.configuration.registration, frame.texts)
      }
      fault={
        fault === null
          ? null
          : isLimited
            ? device.limited(relativeTime(language, fault.retryAfterSeconds))
            : otherDevice.faults[fault]
      }
    />,
    {
      status: isLimited ? 429 : fault === null ? 200 : 422,
      retryAfterSeconds: isLimited ? fault.retryAfterSeconds : undefined,
      setCookie: form.setCookie,
    },
  );
}

/** The question, and who is to answer it; or the page that says why there is none. */
async function openQuestion(
  context: Context,
  incoming: Incoming,
  sealed: string,
): Promise<{ readonly asking: Asking; readonly signedIn: SignedIn } | Response> {
  const asking = unseal(context, sealed);
  const frame = pageFrame(context, incoming);
  if (asking === null || isOver(context, asking) || (await findAnswer(context, asking.id)) !== null)
    return respondWithPage(<ApprovedView frame={frame} outcome="over" />, { status: 410 });
  const signedIn = await findSignedIn(context, incoming.request);
  if (signedIn !== null) return { asking, signedIn };
  const here = pagePath(context.issuer, APPROVING_PATH, { request: sealed });
  return seeOther(pagePath(context.issuer, "/login", { return_to: here }));
}

const showQuestion =
  (context: Context): Handler =>
  async (incoming) => {
    const sealed = queryOf(incoming).get("request") ?? "";
    const question = await openQuestion(context, incoming, sealed);
    if (question instanceof Response) return question;
    return approvePage(context, incoming, question.signedIn, sealed, question.asking, null);
  };

const takeAnswer =
  (context: Context): Handler =>
  async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "approval", "request");
    const sealed = form.get("request") ?? "";
    const question = await openQuestion(context, incoming, sealed);
    if (question instanceof Response) return question;
    const { asking, signedIn } = question;
    const again = (fault: ApproveFault) => approvePage(context, incoming, signedIn, sealed, asking, fault);
    if (!isFresh) return again("stale");
    const decision = form.get("decision");
    if (decision !== "allow" && decision !== "deny") throw new OAuthError("parameter_invalid");
    if (decision === "allow") {
      const fault = checkNumber(context, signedIn, asking, form.get(NUMBER) ?? "");
      if (fault !== null) return again(fault);
    }
    const { subject } = signedIn.account;
    const outcome = decision === "allow" ? "approved" : "denied";
    const counts = await answerSignIn(context, actOfPerson(incoming, subject), asking, subject, {
      answer: outcome,
      session: signedIn.session,
    });
    const frame = pageFrame(context, incoming);
    return respondWithPage(<ApprovedView frame={frame} outcome={counts ? outcome : "over"} />, {
      status: counts ? 200 : 409,
    });
  };

/** An attempt counts before it is compared, with those of device codes. */
function checkNumber(
  context: Context,
  { account: { subject } }: SignedIn,
  asking: Asking,
  typed: string,
): ApproveFault | null {
  const { userCodePerAccount } = context.limits;
  const wait = userCodePerAccount.attempt(subject);
  if (wait > 0) return { retryAfterSeconds: wait };
  if (!sameText(typed.normalize("NFKC").trim(), numberOf(context, asking.id))) return "number";
  userCodePerAccount.forgive(subject);
  return null;
}

/** The page that shows the code, for the sign-in page to link to. */
export const otherDevicePath = ({ issuer }: Context, returnTo: string | null): string =>
  pagePath(issuer, ASKING_PATH, { return_to: returnTo });

export const otherDeviceRoutes = (context: Context): Route[] =>
  context.configuration.sign_in.other_device
    ? [
        {
          path: ASKING_PATH,
          audience: "people",
          cors: "nobody",
          methods: { GET: showAsking(context), POST: takeApproval(context) },
        },
        {
          path: APPROVING_PATH,
          audience: "people",
          cors: "nobody",
          methods: { GET: showQuestion(context), POST: takeAnswer(context) },
        },
      ]
    : [];

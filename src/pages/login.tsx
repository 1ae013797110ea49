/** @jsxImportSource hono/jsx */
/** Signing in. operations/sign-in.ts checks the password; this page only asks and shows. */

import { cancelAuthorization } from "../endpoints/authorize.ts";
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import { findShownClient } from "../operations/client-documents.ts";
import type { Context } from "../operations/context.ts";
import {
  askForPasskey,
  checkPasskey,
  countNaming,
  formOfAnswer,
  type PasskeyRefusal,
  passkeysOfName,
} from "../operations/passkeys.ts";
import { findSignedIn } from "../operations/sessions.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther, splitTarget } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { parseParameters } from "../protocol/parameters.ts";
import { isVouchedFor } from "../rules/client.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { answerPages } from "./consent.tsx";
import { clientName, displayText, markedName } from "./display.ts";
import { openForm, readForm, type Submitted } from "./forms.ts";
import { type PageFrame, pageFrame } from "./frame.ts";
import { readNotice } from "./notice.ts";
import { otherDevicePath } from "./other-device.tsx";
import { offering } from "./page-error.ts";
import { refusalWords } from "./passkey-words.ts";
import { resetsByMail } from "./reset.tsx";
import { respondWithPage } from "./respond.tsx";
import { signsInByCode } from "./sign-in-code.tsx";
import { answerSecondStep, continueSignIn, PROGRESS, stepUp, wasSent } from "./sign-in-steps.tsx";
import { signUpAsks } from "./sign-up.tsx";
import { clockTime, duration, relativeTime } from "./time.ts";
import { pageAddress, pagePath, parseReturnPath, type Query, requestIn } from "./urls.ts";
import { NO_ANSWER, PASSKEY, type PasskeyAsk } from "./views/passkey-form.tsx";
import { CANCEL, SignInView } from "./views/sign-in.tsx";

interface SignInPage {
  readonly returnTo: string | null;
  /**
   * Why a person who is signed in is here. again: the application wants them to sign in again; another: they want another
   * account; choose: the application lets them choose; step_up: a step of the sign-in is missing.
   */
  readonly cause: SignInCause;
  readonly username: string;
  readonly fault?: SignInFault;
  /** Whether the person wants to use a passkey of the user name. */
  readonly asksForName?: boolean;
}

type SignInFault =
  | "wrong"
  | "stale"
  | "cookieless"
  | { readonly passkey: PasskeyRefusal; readonly forget: string | null }
  | { readonly retryAfterSeconds: number };

const SIGN_IN_CAUSES = ["another", "choose", "step_up"] as const;
type SignInCause = "again" | (typeof SIGN_IN_CAUSES)[number];

const causeOf = (has: (name: string) => boolean): SignInCause => SIGN_IN_CAUSES.find(has) ?? "again";

/** Why the person is here, judged by the page to return to. Its query is never shown, because anyone can make it up. */
interface Errand {
  readonly client: ClientRecord | null;
  readonly device: boolean;
  readonly uiLocales: string | undefined;
}

async function errandOf(context: Context, returnTo: string | null): Promise<Errand> {
  const { issuer } = context;
  const parameters = requestIn(issuer, returnTo);
  if (parameters === null) {
    const { path } = splitTarget(returnTo ?? "");
    return { client: null, device: path === pagePath(issuer, "/device"), uiLocales: undefined };
  }
  const client = await findShownClient(context, parameters.get("client_id") ?? "");
  return {
    client: client?.disabledAt === null ? client : null,
    device: false,
    uiLocales: parameters.get("ui_locales") ?? undefined,
  };
}

function leadOf({ configuration }: Context, { texts, name }: PageFrame, { client, device }: Errand): string {
  const { signIn } = texts;
  if (device) return signIn.leadToDevice(name);
  if (client === null) return signIn.lead(name);
  const isKnown = isVouchedFor(client, configuration.registration);
  return (isKnown ? signIn.leadToClient : signIn.leadToStranger)(name, clientName(client, texts));
}

function faultWords(
  { configuration }: Context,
  { texts: { signIn, forms, passkeys, language }, now, issuerOrigin }: PageFrame,
  fault: SignInFault,
): string {
  if (typeof fault === "object") {
    if ("passkey" in fault) return refusalWords(passkeys, fault.passkey, issuerOrigin);
    const wait = fault.retryAfterSeconds;
    return signIn.limited(relativeTime(language, wait), clockTime(language, now + wait));
  }
  switch (fault) {
    case "wrong":
      return signIn.wrong(duration(language, configuration.limits.sign_in_window_seconds));
    case "stale":
      return signIn.stale;
    case "cookieless":
      return forms.cookieless;
  }
}

async function signInPage(context: Context, incoming: Incoming, page: SignInPage): Promise<Response> {
  const { fault, returnTo, cause } = page;
  const errand = await errandOf(context, returnTo);
  // The answer to a wrong name repeats the name in its field only, so that all such answers are alike.
  const here = pagePath(
    context.issuer,
    ...signInPath(fault === undefined ? page : { ...page, username: "" }),
  );
  const frame = pageFrame(context, incoming, errand.uiLocales, { here });
  const { signIn } = frame.texts;
  const signedIn = await findSignedIn(context, incoming.request);
  const form = openForm(context, incoming, "login");
  const because = cause === "step_up" ? "again" : cause;
  const lead =
    signedIn === null ? leadOf(context, frame, errand) : signIn[because](signedIn.account.username);
  const offered =
    cause === "choose" && signedIn !== null && returnTo !== null
      ? { username: signedIn.account.username, continueTo: returnTo }
      : null;
  const limited = typeof fault === "object" && "retryAfterSeconds" in fault;
  const notice = readNotice(context, incoming, "sign_in");
  // The browser may be at another address, such as http without the s, which gets no cookie.
  const address = pageAddress(context.issuer, ...signInPath(page));
  return respondWithPage(
    <SignInView
      frame={frame}
      token={form.token}
      returnTo={returnTo}
      username={page.username}
      lead={lead}
      backTo={
        errand.client === null
          ? null
          : markedName(errand.client, context.configuration.registration, frame.texts)
      }
      cause={cause}
      offered={offered}
      notice={notice === null ? null : signIn.passwordKept[notice.about]}
      fault={fault === undefined ? null : faultWords(context, frame, fault)}
      otherDevice={context.configuration.sign_in.other_device ? otherDevicePath(context, returnTo) : null}
      elsewhere={fault === "cookieless" ? address : null}
      passkey={await passkeyAsk(context, form.cookieValue, page)}
      forgotten={resetsByMail(context) ? frame.path("/forgot", { login_hint: page.username }) : null}
      code={
        signsInByCode(context)
          ? frame.path("/sign-in-code", { return_to: returnTo, login_hint: page.username })
          : null
      }
      newAccount={
        signUpAsks(context) === null
          ? null
          : frame.path("/sign-up", { return_to: returnTo, login_hint: page.username })
      }
    />,
    {
      status: limited ? 429 : fault === undefined ? 200 : 422,
      retryAfterSeconds: limited ? fault.retryAfterSeconds : undefined,
      setCookie: form.setCookie,
      // A remembered consent sends the browser straight on to the client.
      leads: "on_to_client",
      runs: "own_script",
    },
  );
}

async function passkeyAsk(
  context: Context,
  cookieValue: string,
  { username, asksForName, fault }: SignInPage,
): Promise<PasskeyAsk> {
  const forget = typeof fault === "object" && "forget" in fault ? fault.forget : null;
  const isNamed = asksForName === true && username.trim() !== "";
  const allowed = isNamed ? await passkeysOfName(context, username) : [];
  return {
    ceremony: askForPasskey(context, cookieValue, { allowed }),
    forget,
    askedFor: isNamed ? username.trim() : null,
  };
}

const showSignIn =
  (context: Context): Handler =>
  async (incoming) => {
    const query = queryOf(incoming);
    const returnTo = parseReturnPath(context.issuer, query.get("return_to") ?? undefined);
    // With a page to return to, a signed-in person must sign in again (`prompt=login`). Others need no sign-in.
    const signedIn = await findSignedIn(context, incoming.request);
    if (returnTo === null && signedIn !== null) return seeOther(pagePath(context.issuer, "/account"));
    const username = displayText(query.get("login_hint") ?? "", 200);
    const cause = causeOf((name) => query.has(name));
    const step =
      cause === "step_up" && returnTo !== null && signedIn !== null
        ? await stepUp(context, incoming, signedIn, returnTo)
        : null;
    if (step !== null) return step;
    return signInPage(context, incoming, { returnTo, cause, username });
  };

/** The sign-in page with the same errand. `again` is no name of a field, because it is the cause of a page without one. */
const signInPath = ({ returnTo, cause, username }: SignInPage): [`/${string}`, Query] => [
  "/login",
  { return_to: returnTo, ...(cause !== "again" && { [cause]: "1" }), login_hint: username },
];

const signIn =
  (context: Context): Handler =>
  async (incoming) => {
    const { issuer } = context;
    const submitted = await readForm(context, incoming, "login");
    const { form } = submitted;
    const page: SignInPage = {
      returnTo: parseReturnPath(issuer, form.get("return_to")),
      cause: causeOf((name) => form.get(name) !== undefined),
      username: displayText(form.get("username") ?? "", 200),
    };
    // This changes nothing and tells the application no more than a link to it could, so the form need not be fresh.
    if (form.get(CANCEL) !== undefined) return cancel(context, incoming, page.returnTo);
    return offering(pagePath(issuer, ...signInPath(page)), () =>
      answerSignIn(context, incoming, submitted, page),
    );
  };

async function answerSignIn(
  context: Context,
  incoming: Incoming,
  submitted: Submitted,
  page: SignInPage,
): Promise<Response> {
  const { form, isFresh, hasCookie } = submitted;
  const { issuer } = context;
  const { returnTo, cause } = page;
  const again = (fault: SignInFault) => signInPage(context, incoming, { ...page, fault });
  if (isFresh && form.get(PROGRESS) !== undefined)
    return (await answerSecondStep(context, incoming, submitted)) ?? again("stale");
  if (!isFresh) {
    // The person signed in in another tab meanwhile. This leads where any link could lead, and nothing is done.
    const isSignedIn = cause !== "another" && (await findSignedIn(context, incoming.request)) !== null;
    if (isSignedIn) return seeOther(returnTo ?? pagePath(issuer, "/account"));
    if (!hasCookie) return again("cookieless");
    return again(form.get(PASSKEY) === undefined ? "stale" : { passkey: "stale", forget: null });
  }
  const answer = form.get(PASSKEY);
  if (answer === NO_ANSWER) {
    const wait = page.username.trim() === "" ? 0 : countNaming(context, incoming);
    if (wait > 0) return again({ retryAfterSeconds: wait });
    return signInPage(context, incoming, { ...page, asksForName: true });
  }
  if (answer !== undefined) {
    const sent = { text: answer, cookieValue: context.sessionCookie.read(incoming.request) };
    const once = formOfAnswer(context, sent) ?? undefined;
    const checked = await checkPasskey(context, {
      ...sent,
      origin: incoming,
      wasSent: async () => once !== undefined && (await wasSent(context, once)()),
    });
    if (checked.outcome === "limited") return again(checked);
    if (checked.outcome === "refused") return again({ passkey: checked.refusal, forget: checked.forget });
    const { account, proof } = checked;
    // Guesses at the password are not forgotten for a passkey: it did not count with them.
    const progress = {
      account,
      steps: [proof.step],
      proofs: [proof],
      returnTo,
      isKnownBrowser: true,
      form: once,
    };
    return (await continueSignIn(context, incoming, progress)) ?? again({ passkey: "stale", forget: null });
  }
  const check = await checkPassword(context, {
    username: form.get("username") ?? "",
    password: form.get("password") ?? "",
    origin: incoming,
    browser: context.knownBrowsers.read(incoming.request),
  });
  if (check.outcome === "limited") {
    return again({ retryAfterSeconds: check.retryAfterSeconds });
  }
  if (check.outcome === "refused") {
    return again("wrong");
  }
  // Null: the operator disabled the person during the check of the password.
  return (await continueSignIn(context, incoming, { ...check, returnTo })) ?? again("wrong");
}

/** Back to the application, which learns that the person did not go on. */
function cancel(context: Context, incoming: Incoming, returnTo: string | null): Promise<Response> {
  const { path, query } = splitTarget(returnTo ?? "");
  if (path !== pagePath(context.issuer, ENDPOINT_PATHS.authorize)) throw new OAuthError("parameter_invalid");
  const { parameters_per_request } = context.configuration.limits;
  const parameters = parseParameters(query, parameters_per_request);
  return cancelAuthorization(context, answerPages(context), incoming, parameters);
}

export const signInRoutes = (context: Context): Route[] => [
  {
    path: "/login",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSignIn(context), POST: signIn(context) },
  },
];

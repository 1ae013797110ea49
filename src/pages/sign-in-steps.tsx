/** @jsxImportSource hono/jsx */
/**
 * The course of a sign-in after its first step, whichever that was: what is missing is asked for, and only that. The steps so far
 * travel in a sealed field of the form, bound to the browser, so the server keeps nothing about sign-ins that are not complete.
 */
import { descriptorOf } from "../accounts/passkeys.ts";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { STEP_OFFERED } from "../endpoints/authorize.ts";
import { takeReauthentication, withReauthentication } from "../endpoints/reauthentication.ts";
import { forgetFailures } from "../operations/attempts.ts";
import type { Context } from "../operations/context.ts";
import {
  askForPasskey,
  checkPasskeyOf,
  listPasskeys,
  type PasskeyCheck,
  type PasskeyRefusal,
} from "../operations/passkeys.ts";
import { findAccount } from "../operations/people.ts";
import { readablePasskeys } from "../operations/readable-passkeys.ts";
import { checkCode, findTotp, findWaysIn } from "../operations/second-factor.ts";
import {
  findEarlierSession,
  findSignedIn,
  newBrowserOf,
  type SignedIn,
  type SignIn,
  type SignInForm,
  type StartedSession,
  spendProofs,
  startSession,
  wasSpent,
} from "../operations/sessions.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { type Incoming, seeOther, splitTarget } from "../platform/http.ts";
import { reaches } from "../protocol/authentication-level.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { actOfPerson } from "../rules/events.ts";
import { hasSecondFactor, missingStep, type SignInStep, stepOfSession } from "../rules/sign-in.ts";
import type { SessionRecord } from "../store/tables/sign-in.ts";
import { openForm, type Submitted, sealFormData, unsealFormData } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { type AccountNotice, NOTICE, sealNotice } from "./notice.ts";
import { PageError } from "./page-error.ts";
import { refusalWords } from "./passkey-words.ts";
import { respondWithPage } from "./respond.tsx";
import { clockTime, relativeTime } from "./time.ts";
import { pagePath, uiLocalesIn } from "./urls.ts";
import { PASSKEY } from "./views/passkey-form.tsx";
import { SecondStepView } from "./views/second-step.tsx";

/** How long a person has for the next steps. A wrong answer makes it no longer. */
const STEP_SECONDS = 600;

/** The hidden field with the steps so far. */
export const PROGRESS = "progress";

/** A sign-in that is under way. */
export interface SignInProgress extends SignIn {
  /** The page to open afterwards, checked; null for the account page. */
  readonly returnTo: string | null;
  /** Whether its attempts counted for a browser that is known to the account. */
  readonly isKnownBrowser: boolean;
  /** Until when the steps so far count. Default: as long as a person has. */
  readonly until?: EpochSeconds | undefined;
  /**
   * Whether the steps are a sign-in anew, as `prompt=login` wants. Those of a session are, if the person has just signed in anew for
   * the page to return to. Default: yes.
   */
  readonly isAnew?: boolean | undefined;
  /** What the account page, if the person goes there, says of the act that led to the sign-in. */
  readonly notice?: AccountNotice | undefined;
}

/** The progress as the form carries it. */
interface SealedProgress
  extends Pick<SignInProgress, "steps" | "returnTo" | "isKnownBrowser" | "since" | "isAnew" | "notice"> {
  readonly subject: SubjectId;
  readonly revision: number;
  readonly until: EpochSeconds;
  /** The identifier of the session, as text. */
  readonly continues: string | null;
}

/**
 * Goes on after a step: asks for the one that is missing, or starts the session and leads to the page. Null if the account has
 * changed since the step was checked, or if its proof was used up.
 */
export async function continueSignIn(
  context: Context,
  incoming: Incoming,
  progress: SignInProgress,
): Promise<Response | null> {
  const { account, steps, isKnownBrowser } = progress;
  const hasTotp = (await findTotp(context, account.subject)) !== null;
  const act = actOfPerson(incoming, account.subject);
  if (missingStep(steps, { hasTotp }) === "second") {
    const { proofs = [], form } = progress;
    const counts = proofs.length === 0 || (await spendProofs(context, act, progress));
    if (!counts && !(form !== undefined && (await wasSpent(context, form)))) return null;
    return secondStepPage(context, incoming, progress, null);
  }
  const before = await findSignedIn(context, incoming.request);
  const newBrowser = newBrowserOf(context, incoming.request, account);
  const started =
    (await startSession(context, act, { ...progress, newBrowser }, before?.session.id ?? null)) ??
    (progress.form && (await findEarlierSession(context, progress.form)));
  if (!started) return null;
  if (!isKnownBrowser) forgetFailures(context, account);
  return signedIn(context, progress, started);
}

/** On to the page that the person wanted. Sent again, a form leads to the same page, with a proof of the sign-in that ends as soon. */
function signedIn(
  context: Context,
  { account, returnTo, isAnew = true, notice }: SignInProgress,
  { session, cookies, cookieValue }: StartedSession,
): Response {
  const sealed = notice && sealNotice(context, cookieValue, account.subject, "account", notice);
  const next =
    returnTo === null
      ? pagePath(context.issuer, "/account", { [NOTICE]: sealed })
      : isAnew
        ? withReauthentication(context, returnTo, session, session.createdAt)
        : returnTo;
  return seeOther(next, cookies);
}

/**
 * The page for a person who is signed in, but not as well as the page to return to demands: for the second step, or for setting one
 * up.
 */
export async function stepUp(
  context: Context,
  incoming: Incoming,
  { account, session }: SignedIn,
  returnTo: string,
): Promise<Response> {
  if (reaches(session.authenticationLevel, "2")) return seeOther(returnTo);
  const ways = await findWaysIn(context, account);
  if (!hasSecondFactor(ways))
    return seeOther(pagePath(context.issuer, "/account/second-factor", { return_to: returnTo }));
  const { returnTo: bare, isTaken } = await takeReauthentication(context, incoming, returnTo, session);
  // Another step may be wanted, without being demanded.
  const isOffer = new URLSearchParams(splitTarget(bare).query).has(STEP_OFFERED);
  const without = isTaken ? withReauthentication(context, bare, session) : bare;
  return secondStepPage(
    context,
    incoming,
    {
      account,
      ...stepsOfSession(session),
      returnTo: bare,
      isAnew: isTaken,
      // Nothing has counted for this browser yet.
      isKnownBrowser: true,
    },
    null,
    isOffer ? without : null,
  );
}

/** What a sign-in that goes on from a session rests on. */
const stepsOfSession = (session: SessionRecord): Pick<SignIn, "steps" | "since" | "continues"> => ({
  steps: [stepOfSession(session)],
  since: session.authenticatedAt,
  continues: session.id,
});

type StepFault =
  | "wrong"
  | { readonly passkey: PasskeyRefusal; readonly forget: string | null }
  | { readonly retryAfterSeconds: number };

async function secondStepPage(
  context: Context,
  incoming: Incoming,
  progress: SignInProgress,
  fault: StepFault | null,
  without: string | null = null,
): Promise<Response> {
  const form = openForm(context, incoming, "login");
  const { account, steps, returnTo, isKnownBrowser, since, isAnew, notice, continues } = progress;
  // After a form, the person begins anew with the first step.
  const isForm = incoming.request.method === "POST";
  const here = pagePath(context.issuer, "/login", { return_to: returnTo, step_up: isForm ? null : "1" });
  const frame = pageFrame(context, incoming, uiLocalesIn(context.issuer, returnTo), { here });
  const { subject, revision } = account;
  const now = context.clock.seconds();
  const until = progress.until ?? now + STEP_SECONDS;
  const sealed: SealedProgress = {
    subject,
    revision,
    steps,
    returnTo,
    isKnownBrowser,
    since,
    isAnew,
    notice,
    until,
    continues: continues === undefined ? null : recordIdText(continues),
  };
  const isLimited = fault !== null && typeof fault === "object" && "retryAfterSeconds" in fault;
  const forget = fault !== null && typeof fault === "object" && "forget" in fault ? fault.forget : null;
  const hasCode = (await findTotp(context, subject)) !== null;
  const own = await readablePasskeys(await listPasskeys(context, subject));
  const passkey =
    own.length === 0
      ? null
      : {
          ceremony: askForPasskey(context, form.cookieValue, {
            allowed: own.map(descriptorOf),
            needsPerson: needsPerson(steps),
            subject,
            seconds: until - now,
          }),
          forget,
        };
  return respondWithPage(
    <SecondStepView
      frame={frame}
      token={form.token}
      progress={sealFormData(
        context,
        form.cookieValue,
        "login",
        JSON.stringify(sealed),
        subject,
        until - now,
      )}
      returnTo={returnTo}
      username={account.username}
      without={without}
      otherAccount={frame.path("/login", { return_to: returnTo, another: "1" })}
      fault={fault === null ? null : faultWords(frame, fault)}
      hasCode={hasCode}
      passkey={passkey}
    />,
    {
      status: isLimited ? 429 : fault === null ? 200 : 422,
      retryAfterSeconds: isLimited ? fault.retryAfterSeconds : undefined,
      setCookie: form.setCookie,
      // A remembered consent sends the browser straight on to the client.
      leads: "on_to_client",
      runs: "own_script",
    },
  );
}

/** A key that does not ask for its person proves the same again, so after one the device has to ask. */
const needsPerson = (steps: readonly SignInStep[]): boolean => steps.some(({ means }) => means === "key");

function faultWords(
  { texts: { secondStep, passkeys, language }, now, issuerOrigin }: ReturnType<typeof pageFrame>,
  fault: StepFault,
) {
  if (fault === "wrong") return secondStep.wrong;
  if ("passkey" in fault) return refusalWords(passkeys, fault.passkey, issuerOrigin);
  const wait = fault.retryAfterSeconds;
  return secondStep.limited(relativeTime(language, wait), clockTime(language, now + wait));
}

/**
 * The answer to the fresh form of the second step. Null if the steps before it count no more, so that the person begins anew. A code
 * counts once, and so does the form: sent twice by the browser of the person, as a double click does, it gets the same answer twice.
 */
export async function answerSecondStep(
  context: Context,
  incoming: Incoming,
  { form }: Submitted,
): Promise<Response | null> {
  const passkey = form.get(PASSKEY);
  const progress = await openProgress(context, incoming, form.get(PROGRESS), passkey ?? form.get("code"));
  if (progress === null) return null;
  return passkey === undefined
    ? answerWithCode(context, incoming, progress)
    : answerWithPasskey(context, incoming, progress);
}

/** The progress of a form that the browser sent. */
interface AnsweredProgress extends SignInProgress {
  readonly form: SignInForm;
}

/** Whether the same form, with the same answer, has had its effect: a session, or the page for the next step. */
export const wasSent = (context: Context, form: SignInForm) => async () =>
  (await findEarlierSession(context, form)) !== null || (await wasSpent(context, form));

async function answerWithCode(
  context: Context,
  incoming: Incoming,
  progress: AnsweredProgress,
): Promise<Response | null> {
  const { account, steps, form } = progress;
  const attempted = await checkCode(context, account, {
    code: form.answer,
    origin: incoming,
    browser: context.knownBrowsers.read(incoming.request),
    wasSent: wasSent(context, form),
  });
  const act = actOfPerson(incoming, account.subject);
  if (attempted.outcome !== "verified") {
    const event = attempted.outcome === "limited" ? "sign_in.limited" : "sign_in.refused";
    context.events.tell(act, [{ event, subject: account.subject, reason: "second_step" }]);
  }
  switch (attempted.outcome) {
    case "limited":
      return secondStepPage(context, incoming, progress, attempted);
    case "refused":
      return secondStepPage(context, incoming, progress, "wrong");
    case "verified": {
      const { proof } = attempted;
      return continueSignIn(context, incoming, {
        ...progress,
        steps: [...steps, proof.step],
        proofs: [proof],
        isKnownBrowser: progress.isKnownBrowser && attempted.isKnownBrowser,
      });
    }
  }
}

async function answerWithPasskey(
  context: Context,
  incoming: Incoming,
  progress: AnsweredProgress,
): Promise<Response | null> {
  const { account, steps, form } = progress;
  const checked: PasskeyCheck = await checkPasskeyOf(context, account, {
    text: form.answer,
    cookieValue: context.sessionCookie.read(incoming.request),
    origin: incoming,
    browser: context.knownBrowsers.read(incoming.request),
    needsPerson: needsPerson(steps),
    wasSent: wasSent(context, form),
  });
  switch (checked.outcome) {
    case "limited":
      return secondStepPage(context, incoming, progress, checked);
    case "refused":
      return secondStepPage(context, incoming, progress, {
        passkey: checked.refusal,
        forget: checked.forget,
      });
    case "verified": {
      const { proof } = checked;
      return continueSignIn(context, incoming, {
        ...progress,
        steps: [...steps, proof.step],
        proofs: [proof],
      });
    }
  }
}

/** `answer`: what the person answered. */
async function openProgress(
  context: Context,
  incoming: Incoming,
  sealed: string | undefined,
  answer: string | undefined,
): Promise<AnsweredProgress | null> {
  const cookieValue = context.sessionCookie.read(incoming.request);
  if (cookieValue === null || sealed === undefined) return null;
  try {
    const { text, id, expiresAt } = unsealFormData(context, cookieValue, "login", sealed);
    // The seal is this server's own, so the text is as it wrote it.
    const { subject, revision, continues, ...progress } = JSON.parse(text) as SealedProgress;
    const account = await findAccount(context, subject);
    // What was proved about the account as it was then says nothing about it now.
    if (account === null || account.disabledAt !== null || account.revision !== revision) return null;
    const session = continues === null ? null : parseRecordId(continues);
    const form = { id, expiresAt, sealed, cookieValue, answer: answer ?? "" };
    return { ...progress, account, continues: session ?? undefined, form };
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}

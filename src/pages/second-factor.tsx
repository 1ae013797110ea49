/** @jsxImportSource hono/jsx */
/**
 * The page of a person's second factor. The secret of a new app travels in the form, sealed for the browser, until a code shows that
 * the app has it: the server keeps nothing about an app that does not work.
 */
import { newTotpSecret, totpFromText, totpText, totpUri } from "../accounts/totp.ts";
import { takeReauthentication, withReauthentication } from "../endpoints/reauthentication.ts";
import { useReauthentication } from "../operations/authorization.ts";
import type { Context } from "../operations/context.ts";
import { findTotp, mayDoWithoutTotp } from "../operations/second-factor.ts";
import {
  allowReplacing,
  countRecoveryCodes,
  removeTotp,
  renewRecoveryCodes,
  setUpTotp,
} from "../operations/second-factor-changes.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { levelOfPerson } from "../rules/client-access.ts";
import { actOfPerson } from "../rules/events.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { TotpRecord } from "../store/tables/sign-in.ts";
import { accountFrame, personFrame } from "./account/section.ts";
import type { Way } from "./account/way.ts";
import {
  formToken,
  openForm,
  readForm,
  type Submitted,
  sealFormData,
  type UnsealedData,
  unsealFormData,
} from "./forms.ts";
import type { PageFrame } from "./frame.ts";
import { offering, PageError } from "./page-error.ts";
import { askRecentSignIn } from "./recent.ts";
import { respondWithPage } from "./respond.tsx";
import { clockTime, relativeTime } from "./time.ts";
import { pagePath, parseReturnPath } from "./urls.ts";
import {
  FEW_CODES,
  RecoveryCodesView,
  RemovedView,
  SecondFactorView,
  SetUpView,
} from "./views/second-factor.tsx";

const PATH = "/account/second-factor";

/** How long a person has to set the app up, and to store the recovery codes. */
const FORM_SECONDS = 1800;

/** Where the person goes on to. */
interface Onward {
  /** The page to open afterwards, checked; null for this page. */
  readonly returnTo: string | null;
  /** Whether the person had just signed in anew for that page, as `prompt=login` wants. */
  readonly isAnew: boolean;
}

/** An app that does not have to work yet. */
interface Pending extends Onward {
  /** In base32. */
  readonly secret: string;
  /** When the app was set up whose place it takes; null for the first one. */
  readonly replaces: number | null;
}

const here = (returnTo: string | null): `/${string}` =>
  returnTo === null ? PATH : `${PATH}?${new URLSearchParams({ return_to: returnTo }).toString()}`;

const toSignIn = ({ issuer }: Context, returnTo: string | null): Response =>
  seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, here(returnTo)) }));

const showSecondFactor =
  (context: Context): Handler =>
  async (incoming) => {
    const returnTo = parseReturnPath(context.issuer, queryOf(incoming).get("return_to") ?? undefined);
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) return toSignIn(context, returnTo);
    return pageFor(context, incoming, signedIn, returnTo, null);
  };

/** The page for setting up, or for what is set up. `alert`: why the last form did nothing. */
async function pageFor(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  returnTo: string | null,
  alert: string | null,
): Promise<Response> {
  const totp = await findTotp(context, signedIn.account.subject);
  if (totp !== null) return factorPage(context, incoming, signedIn, totp, { returnTo, alert });
  const ask = await askRecentSignIn(context, signedIn, here(returnTo));
  if (ask !== null) return ask;
  const taken =
    returnTo === null
      ? { returnTo, isTaken: false }
      : await takeReauthentication(context, incoming, returnTo, signedIn.session);
  const secret = totpText(newTotpSecret(context.random));
  const pending = { secret, replaces: null, returnTo: taken.returnTo, isAnew: taken.isTaken };
  return setUpPage(context, incoming, signedIn.account, pending, alert);
}

function setUpPage(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  pending: Pending,
  fault: string | null,
): Promise<Response> {
  const form = openForm(context, incoming, "second_factor");
  const frame = accountFrame(context, incoming, account, PATH, { notice: null, alert: null });
  const { levelPolicy } = context;
  const isDemanded = pending.returnTo !== null || levelOfPerson(levelPolicy, account) === "2";
  return respondWithPage(
    <SetUpView
      frame={frame}
      token={form.token}
      pending={seal(context, form.cookieValue, account, "second_factor", pending)}
      uri={totpUri(totpFromText(pending.secret), frame.name, account.username)}
      secret={pending.secret}
      cause={pending.replaces !== null ? "replaces" : isDemanded ? "demanded" : "wanted"}
      fault={fault}
      passkeys={frame.path("/account/passkeys", { return_to: pending.returnTo })}
    />,
    { status: fault === null ? 200 : 422, setCookie: form.setCookie },
  );
}

/** What the page seals, each for a purpose of its own, so that none passes for the other. */
interface Sealed {
  readonly second_factor: Pending;
  readonly second_factor_onward: Onward;
}

const seal = <Purpose extends keyof Sealed>(
  context: Context,
  cookieValue: string,
  { subject }: AccountRecord,
  purpose: Purpose,
  data: Sealed[Purpose],
): string => sealFormData(context, cookieValue, purpose, JSON.stringify(data), subject, FORM_SECONDS);

interface FactorPage {
  readonly returnTo: string | null;
  readonly notice?: string | null;
  readonly alert?: string | null;
  readonly fault?: CodeFault | null;
}

type CodeFault = "wrong" | { readonly retryAfterSeconds: number };

async function factorPage(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  totp: TotpRecord,
  { returnTo, notice = null, alert = null, fault = null }: FactorPage,
): Promise<Response> {
  const form = openForm(context, incoming, "second_factor");
  const frame = accountFrame(context, incoming, account, PATH, { notice, alert });
  const isLimited = typeof fault === "object" && fault !== null;
  const isFaulty = fault !== null || alert !== null;
  return respondWithPage(
    <SecondFactorView
      frame={frame}
      token={form.token}
      since={totp.createdAt}
      codesLeft={await countRecoveryCodes(context, account.subject)}
      mayRemove={await mayDoWithoutTotp(context, account)}
      returnTo={returnTo}
      fault={fault === null ? null : faultWords(frame, fault)}
    />,
    {
      status: isLimited ? 429 : isFaulty ? 422 : 200,
      retryAfterSeconds: isLimited ? fault.retryAfterSeconds : undefined,
      setCookie: form.setCookie,
    },
  );
}

function faultWords({ texts: { secondStep, language }, now }: PageFrame, fault: CodeFault): string {
  if (fault === "wrong") return secondStep.wrong;
  const wait = fault.retryAfterSeconds;
  return secondStep.limited(relativeTime(language, wait), clockTime(language, now + wait));
}

const answerSecondFactor =
  (context: Context): Handler =>
  async (incoming) => {
    const submitted = await readForm(context, incoming, "second_factor");
    const returnTo = parseReturnPath(context.issuer, submitted.form.get("return_to"));
    return offering(pagePath(context.issuer, here(returnTo)), () =>
      answerForm(context, incoming, submitted, returnTo),
    );
  };

async function answerForm(
  context: Context,
  incoming: Incoming,
  submitted: Submitted,
  returnTo: string | null,
): Promise<Response> {
  const signedIn = await findSignedIn(context, incoming.request);
  if (signedIn === null) return toSignIn(context, returnTo);
  const { form, isFresh } = submitted;
  const stale = () =>
    pageFor(
      context,
      incoming,
      signedIn,
      returnTo,
      personFrame(context, incoming, signedIn.account).texts.forms.stale,
    );
  if (!isFresh) return stale();
  switch (form.get("action")) {
    case "set_up": {
      const pending = unsealed(context, incoming, "second_factor", form.get("pending"));
      if (pending === null) return stale();
      return setUp(context, incoming, signedIn, pending.data, form.get("code") ?? "");
    }
    case "go_on": {
      const next = unsealed(context, incoming, "second_factor_onward", form.get("next"));
      return next === null ? stale() : goOn(context, incoming, signedIn, next);
    }
    case "renew":
    case "replace":
    case "remove":
      return change(context, incoming, signedIn, form.get("action"), returnTo, form.get("code") ?? "");
    default:
      return stale();
  }
}

interface Unsealed<Data> {
  readonly seal: Omit<UnsealedData, "text">;
  readonly data: Data;
}

/** The seal is this server's own, so the text is as it wrote it. Null if it is too old, or of another browser. */
function unsealed<Purpose extends keyof Sealed>(
  context: Context,
  incoming: Incoming,
  purpose: Purpose,
  sealed: string | undefined,
): Unsealed<Sealed[Purpose]> | null {
  const cookieValue = context.sessionCookie.read(incoming.request);
  try {
    const { text, ...seal } = unsealFormData(context, cookieValue, purpose, sealed);
    return { seal, data: JSON.parse(text) as Sealed[Purpose] };
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}

async function setUp(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  pending: Pending,
  code: string,
): Promise<Response> {
  const { account } = signedIn;
  const { secret, replaces, returnTo, isAnew } = pending;
  // To replace an app takes a code of it, or a recovery code.
  const ask = replaces === null ? await askRecentSignIn(context, signedIn, here(returnTo)) : null;
  if (ask !== null) return ask;
  const act = actOfPerson(incoming, account.subject);
  const wish = { secret: totpFromText(secret), code, replaces };
  const done = await setUpTotp(context, act, signedIn, wish);
  const { secondFactor, forms } = personFrame(context, incoming, account).texts;
  switch (done.outcome) {
    case "wrong":
      return setUpPage(context, incoming, account, pending, secondFactor.firstCodeWrong);
    case "changed":
      return pageFor(context, incoming, signedIn, returnTo, forms.stale);
    case "added": {
      const { started, recoveryCodes } = done;
      const cookieValue = started?.cookieValue ?? null;
      const next = { returnTo, isAnew };
      return codesPage(
        context,
        incoming,
        account,
        recoveryCodes,
        "set_up",
        next,
        cookieValue,
        started?.cookies,
      );
    }
  }
}

/** The only page that ever shows the codes. `cookieValue`: of the browser from now on; null if the person is signed out. */
async function codesPage(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  codes: readonly string[],
  about: "set_up" | "renewed",
  next: Onward,
  cookieValue: string | null,
  cookies: readonly string[] = [],
): Promise<Response> {
  const response = await respondWithPage(
    <RecoveryCodesView
      frame={personFrame(context, incoming, account)}
      token={cookieValue === null ? "" : formToken(context, cookieValue, "second_factor")}
      codes={codes}
      username={account.username}
      about={about}
      next={cookieValue === null ? null : seal(context, cookieValue, account, "second_factor_onward", next)}
    />,
    // A remembered consent sends the browser straight on to the client.
    { leads: next.returnTo === null ? "nowhere_else" : "on_to_client" },
  );
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}

/** The form gives the proof of a sign-in anew once. Sent again, it leads to the page without one. */
async function goOn(
  context: Context,
  incoming: Incoming,
  { session }: SignedIn,
  { seal, data: { returnTo, isAnew } }: Unsealed<Onward>,
): Promise<Response> {
  if (returnTo === null) return seeOther(pagePath(context.issuer, PATH));
  const counts = isAnew && (await useReauthentication(context, actOfPerson(incoming, session.subject), seal));
  return seeOther(counts ? withReauthentication(context, returnTo, session) : returnTo);
}

/** The changes that a code allows. */
async function change(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  action: string | undefined,
  returnTo: string | null,
  code: string,
): Promise<Response> {
  const { account } = signedIn;
  const { subject } = account;
  const { texts } = personFrame(context, incoming, account);
  const attempt = { code, origin: incoming, browser: context.knownBrowsers.read(incoming.request) };
  const again = async (page: Omit<FactorPage, "returnTo">) => {
    const totp = await findTotp(context, subject);
    if (totp === null) return pageFor(context, incoming, signedIn, returnTo, texts.forms.stale);
    return factorPage(context, incoming, signedIn, totp, { returnTo, ...page });
  };
  if (action === "remove" && !(await mayDoWithoutTotp(context, account)))
    return again({ alert: texts.secondFactor.mustStay });
  const done =
    action === "renew"
      ? await renewRecoveryCodes(context, account, attempt)
      : action === "replace"
        ? await allowReplacing(context, account, attempt)
        : await removeTotp(context, account, attempt);
  if (done.outcome === "limited") return again({ fault: done });
  if (done.outcome === "refused") return again({ fault: "wrong" });
  const { result } = done;
  if (result === true) return removed(context, incoming, account);
  const next = { returnTo, isAnew: false };
  if ("subject" in result) {
    const secret = totpText(newTotpSecret(context.random));
    return setUpPage(context, incoming, account, { ...next, secret, replaces: result.createdAt }, null);
  }
  const cookieValue = context.sessionCookie.read(incoming.request);
  return codesPage(context, incoming, account, result, "renewed", next, cookieValue);
}

function removed(context: Context, incoming: Incoming, account: AccountRecord): Promise<Response> {
  const frame = accountFrame(context, incoming, account, PATH, { notice: null, alert: null });
  return respondWithPage(<RemovedView frame={frame} />);
}

/** The row about the second factor on the security page. */
export const secondFactorRow: Way = async (
  context,
  { texts: { secondFactor }, path },
  { account: { subject } },
) => {
  const href = path(PATH);
  const label = secondFactor.title;
  if ((await findTotp(context, subject)) === null) return { label, state: secondFactor.isOff, href };
  const left = await countRecoveryCodes(context, subject);
  return { label, state: secondFactor.codesLeft(left), href, warns: left <= FEW_CODES };
};

export const secondFactorRoutes = (context: Context): Route[] => [
  {
    path: PATH,
    audience: "people",
    cors: "nobody",
    methods: { GET: showSecondFactor(context), POST: answerSecondFactor(context) },
  },
];

/** @jsxImportSource hono/jsx */
/**
 * A forgotten password. A person asks for a link, and gets the same answer whether there is such an account or not (THREATS 34). The
 * link sets a new password, and is no way around a second factor (THREATS 83).
 */
import { forgetGuesses } from "../operations/attempts.ts";
import type { Context } from "../operations/context.ts";
import { countLinkRequest } from "../operations/link-requests.ts";
import { askReset, findLink, personOfLink, resetByLink } from "../operations/links.ts";
import { findAccount } from "../operations/people.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { widestNetwork } from "../platform/network.ts";
import { OAuthError } from "../protocol/errors.ts";
import { actOfPerson, actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import { StoreUnavailable } from "../store/contract.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { LinkKind } from "../store/tables/sign-in.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, type Submitted, staleWords } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { LINK_TOKEN, refusedLink, requirePersonOfLink } from "./links.ts";
import { delayWords } from "./mail-delay.ts";
import { newPasswordFaultWords } from "./new-account.tsx";
import { offering } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { continueSignIn, type SignInProgress } from "./sign-in-steps.tsx";
import { pagePath } from "./urls.ts";
import { MessageView } from "./views/message.tsx";
import { ForgotView, ResetView } from "./views/reset.tsx";

/** Whether people get a link for a new password by mail. */
export const resetsByMail = ({ configuration, linkMails }: Context): boolean =>
  linkMails !== null && configuration.sign_in.reset_by_mail;

// ── Asking for the link ────────────────────────────────────────────────────────────────────────────────────

function forgotPage(
  context: Context,
  incoming: Incoming,
  username: string,
  fault: string | null,
  limited?: number,
): Promise<Response> {
  const form = openForm(context, incoming, "forgot");
  return respondWithPage(
    <ForgotView
      frame={pageFrame(context, incoming)}
      token={form.token}
      username={displayText(username, 320)}
      fault={fault}
    />,
    {
      status: limited !== undefined ? 429 : fault === null ? 200 : 422,
      retryAfterSeconds: limited,
      setCookie: form.setCookie,
    },
  );
}

const showForgot =
  (context: Context): Handler =>
  (incoming) => {
    if (!resetsByMail(context)) throw new OAuthError("not_found");
    return forgotPage(context, incoming, queryOf(incoming).get("login_hint") ?? "", null);
  };

const askForLink =
  (context: Context): Handler =>
  async (incoming) => {
    if (!resetsByMail(context)) throw new OAuthError("not_found");
    const { form, isFresh } = await readForm(context, incoming, "forgot");
    const name = (form.get("username") ?? "").normalize("NFKC").trim();
    const frame = pageFrame(context, incoming);
    const { reset, forms } = frame.texts;
    if (!isFresh) return forgotPage(context, incoming, name, forms.stale);
    if (name === "") return forgotPage(context, incoming, name, reset.nameMissing);
    const browser = context.knownBrowsers.read(incoming.request);
    const { wait, isKnownBrowser } = await countLinkRequest(context, incoming.address, browser, name);
    if (wait > 0) return forgotPage(context, incoming, name, reset.limited, wait);
    await offering(pagePath(context.issuer, "/forgot"), async () => {
      await askReset(context, actOfStranger(incoming), name, isKnownBrowser);
      return new Response();
    });
    return respondWithPage(
      <MessageView
        frame={frame}
        kind="plain"
        title={reset.askedTitle}
        text={[reset.asked(displayText(name, 320)), reset.askedAdvice, ...delayWords(context, frame)]}
        way={{ href: frame.path("/login"), words: reset.back }}
      />,
    );
  };

// ── Using it ───────────────────────────────────────────────────────────────────────────────────────────────

const KINDS: readonly LinkKind[] = ["reset"];

function resetPage(
  context: Context,
  incoming: Incoming,
  token: string,
  account: AccountRecord,
  fault: string | null,
): Promise<Response> {
  const form = openForm(context, incoming, "link", token);
  return respondWithPage(
    <ResetView
      frame={pageFrame(context, incoming, undefined, {
        here: pagePath(context.issuer, "/reset-password", { [LINK_TOKEN]: token }),
      })}
      token={form.token}
      values={{ [LINK_TOKEN]: token }}
      username={account.username}
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      fault={fault}
    />,
    { status: fault === null ? 200 : 422, setCookie: form.setCookie },
  );
}

const showReset =
  (context: Context): Handler =>
  async (incoming) => {
    const token = queryOf(incoming).get(LINK_TOKEN) ?? "";
    const { account } = await requirePersonOfLink(context, incoming, KINDS, token);
    return resetPage(context, incoming, token, account, null);
  };

const answerReset =
  (context: Context): Handler =>
  async (incoming) => {
    const submitted = await readForm(context, incoming, "link", LINK_TOKEN);
    const token = submitted.form.get(LINK_TOKEN);
    return offering(pagePath(context.issuer, "/reset-password", { [LINK_TOKEN]: token }), () =>
      reset(context, incoming, submitted, token ?? ""),
    );
  };

async function reset(
  context: Context,
  incoming: Incoming,
  { form, isFresh, hasCookie }: Submitted,
  token: string,
): Promise<Response> {
  const password = form.get("new_password") ?? "";
  const found = await findLink(context, KINDS, token);
  const person = found === null || found.fault !== null ? null : await personOfLink(context, found.link);
  if (isFresh && person === null) {
    const twin = await signInInstead(context, incoming, form.get("username") ?? "", password);
    if (twin !== null) return twin;
  }
  if (found === null || person === null)
    throw refusedLink(context, incoming, found?.fault ?? "unknown", found?.link ?? null);
  const { link } = found;
  const account = person;
  const { texts } = pageFrame(context, incoming);
  const again = (fault: string) => resetPage(context, incoming, token, account, fault);
  if (!isFresh) {
    return again(staleWords(context, texts, hasCookie));
  }
  const fault = await newPasswordFaultWords(context, texts, password, account);
  if (fault !== null) return again(fault);
  const asker = { source: widestNetwork(incoming.address), isKnown: false };
  if (
    account.passwordHash !== null &&
    (await context.passwords.verify(password, account.passwordHash, asker))
  )
    return again(texts.account.passwordSame);
  const passwordHash = await context.passwords.hash(password);
  const act = actOfPerson(incoming, account.subject);
  const outcome = await resetByLink(context, act, link, passwordHash);
  if (outcome !== "reset") {
    const twin = await signInInstead(context, incoming, account.username, password);
    if (twin !== null) return twin;
    throw refusedLink(context, incoming, outcome, link);
  }
  forgetGuesses(context, account);
  const find = () => findAccount(context, account.subject);
  return goOn(context, incoming, find, { steps: [STEPS.sign_in_link], isKnownBrowser: false });
}

/**
 * The link is gone. If this is the second click of a double click, the first has set this very password, and both get the same
 * answer. Null for others.
 */
async function signInInstead(
  context: Context,
  incoming: Incoming,
  username: string,
  password: string,
): Promise<Response | null> {
  if (username === "" || password === "") return null;
  const browser = context.knownBrowsers.read(incoming.request);
  const check = await checkPassword(context, { username, password, origin: incoming, browser });
  return check.outcome === "verified" ? goOn(context, incoming, async () => check.account, check) : null;
}

/** The password is set, and no failure of the store must hide that: the person signs in by themselves then. */
async function goOn(
  context: Context,
  incoming: Incoming,
  findChanged: () => Promise<AccountRecord | null>,
  progress: Pick<SignInProgress, "steps" | "isKnownBrowser">,
): Promise<Response> {
  const login = seeOther(pagePath(context.issuer, "/login"));
  try {
    const account = await findChanged();
    if (account === null) return login;
    const notice = { about: "new_password" } as const;
    const signIn = { ...progress, account, returnTo: null, notice };
    return (await continueSignIn(context, incoming, signIn)) ?? login;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    context.log.error("no session could be made after a password was set", {
      cause: error.message,
      request: incoming.requestId,
    });
    return login;
  }
}

export const resetRoutes = (context: Context): Route[] => [
  {
    path: "/forgot",
    audience: "people",
    cors: "nobody",
    methods: { GET: showForgot(context), POST: askForLink(context) },
  },
  {
    path: "/reset-password",
    audience: "people",
    cors: "nobody",
    methods: { GET: showReset(context), POST: answerReset(context) },
  },
];

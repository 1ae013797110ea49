/** @jsxImportSource hono/jsx */
/** The page on which a person changes their password. */
import { changePassword, type PasswordChange } from "../../operations/change-password.ts";
import type { Context } from "../../operations/context.ts";
import { findAccountByUsername } from "../../operations/people.ts";
import { type SignedIn, type SignIn, startAfterChange } from "../../operations/sessions.ts";
import { checkPassword } from "../../operations/sign-in.ts";
import { type Incoming, type Route, seeOther } from "../../platform/http.ts";
import { sameText } from "../../platform/same-text.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { actOfPerson } from "../../rules/events.ts";
import type { EndedAccess } from "../../rules/person.ts";
import { stepOfSession } from "../../rules/sign-in.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import type { SessionRecord } from "../../store/tables/sign-in.ts";
import { newPasswordWords } from "../new-password.ts";
import { NOTICE, sealNotice } from "../notice.ts";
import { respondWithPage } from "../respond.tsx";
import type { Texts } from "../texts.ts";
import { clockTime, relativeTime } from "../time.ts";
import { pagePath } from "../urls.ts";
import {
  type ClientToEnd,
  END_ALL,
  END_CLIENT,
  PASSWORD_MARK,
  type PasswordFault,
  PasswordView,
} from "../views/account-password.tsx";
import { listAccess } from "./access.ts";
import { type Act, type Again, personFrame, sectionParts, sectionRoute, toSignIn } from "./section.ts";

const PATH = "/account/password";

/** Where the person goes after the change. */
const NEXT = "/account/security";

async function passwordPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault = null, ...again }: Again & { readonly fault?: PasswordFault | null } = {},
): Promise<Response> {
  const { frame, token, cookieValue, options } = await sectionParts(context, incoming, signedIn, PATH, again);
  return respondWithPage(
    <PasswordView
      frame={frame}
      token={token}
      mark={passwordMark(context, cookieValue, signedIn.account)}
      minimumCharacters={context.configuration.limits.minimum_password_characters}
      clients={await clientsToEnd(context, frame.texts, signedIn)}
      fault={fault}
    />,
    options,
  );
}

/** How many clients the page lists; a person with more ends the access of all, or goes to the list of them. */
const CLIENTS = 20;

/** The clients whose access the person may end together with the old password. */
const clientsToEnd = async (context: Context, texts: Texts, signedIn: SignedIn): Promise<ClientToEnd[]> =>
  (await listAccess(context, texts, signedIn))
    .slice(0, CLIENTS)
    .map(({ clientId, clientName }) => ({ clientId, name: clientName ?? texts.account.unknownClient }));

/** What the person ticked. An identifier that is none of a client of theirs ends nothing. */
async function endedBy(
  context: Context,
  texts: Texts,
  signedIn: SignedIn,
  form: Parameters,
): Promise<EndedAccess> {
  if (form.get(END_ALL) !== undefined) return "all";
  const ticked = new Set(
    [...form.entries()].flatMap(([name, value]) => (name.startsWith(END_CLIENT) ? [value] : [])),
  );
  if (ticked.size === 0) return [];
  const access = await listAccess(context, texts, signedIn);
  return access.map(({ clientId }) => clientId).filter((clientId) => ticked.has(clientId));
}

/** The page comes back empty. Its line stands at the field that the person fills in first. */
function stalePage(context: Context, incoming: Incoming, signedIn: SignedIn): Promise<Response> {
  const { forms } = personFrame(context, incoming, signedIn.account).texts;
  return passwordPage(context, incoming, signedIn, {
    status: 422,
    fault: { field: "current_password", text: forms.stalePassword },
  });
}

/**
 * Tells this server alone which password the person had when the page was opened. It proves no more than that the
 * browser was signed in as the person then.
 */
function passwordMark(
  { keys }: Context,
  cookieValue: string,
  { subject, passwordHash }: Pick<AccountRecord, "subject" | "passwordHash">,
): string {
  const mac = keys.mac("form", "password", cookieValue, subject, passwordHash ?? "");
  return Buffer.from(mac).toString("base64url");
}

/**
 * The form of a person who is signed out. After a double click on "Change password" the first request changed it, and ended
 * the session of this one. The person knows the new password, so this signs them in as the sign-in page would, and they get
 * the answer of the first request. If the password is still the one of the page, the session just ended: no password is
 * compared, so nothing counts as an attempt.
 */
async function signInAgain(context: Context, incoming: Incoming, form: Parameters): Promise<Response> {
  const username = form.get("username") ?? "";
  const replacement = form.get("new_password") ?? "";
  if (replacement.normalize("NFKC") === (form.get("current_password") ?? "").normalize("NFKC"))
    return passwordKept(context, incoming, "same_password");
  const account = await findAccountByUsername(context, username);
  const cookieValue = context.sessionCookie.read(incoming.request);
  const isUnchanged =
    account !== null &&
    cookieValue !== null &&
    sameText(form.get(PASSWORD_MARK) ?? "", passwordMark(context, cookieValue, account));
  if (isUnchanged) return passwordKept(context, incoming, "signed_out");
  const check = await checkPassword(context, {
    username,
    password: replacement,
    origin: incoming,
    browser: context.knownBrowsers.read(incoming.request),
  });
  if (check.outcome === "verified") return passwordChanged(context, incoming, check);
  return check.outcome === "limited"
    ? toSignIn(context, PATH)
    : passwordKept(context, incoming, "signed_out");
}

/** To the sign-in page, which says that the password was not changed, and from there to the form for it. */
function passwordKept(
  context: Context,
  incoming: Incoming,
  about: keyof Texts["signIn"]["passwordKept"],
): Response {
  const { issuer, sessionCookie } = context;
  const returnTo = pagePath(issuer, PATH);
  const cookieValue = sessionCookie.read(incoming.request) ?? "";
  const notice = sealNotice(context, cookieValue, "", "sign_in", { about });
  return seeOther(pagePath(issuer, "/login", { return_to: returnTo, [NOTICE]: notice }));
}

const replacePassword =
  (context: Context): Act =>
  async (incoming, signedIn, form) => {
    const change = await changePassword(context, {
      account: signedIn.account,
      current: form.get("current_password") ?? "",
      replacement: form.get("new_password") ?? "",
      ended: await endedBy(context, personFrame(context, incoming, signedIn.account).texts, signedIn, form),
      origin: incoming,
      browser: context.knownBrowsers.read(incoming.request),
    });
    if (change.outcome !== "changed") {
      const limited = change.outcome === "limited";
      return passwordPage(context, incoming, signedIn, {
        fault: passwordFault(context, personFrame(context, incoming, signedIn.account).texts, change),
        status: limited ? 429 : 422,
        retryAfterSeconds: limited ? change.retryAfterSeconds : undefined,
      });
    }
    return passwordChanged(context, incoming, withSteps(change, signedIn.session));
  };

/** A person with a second factor stays signed in: the session had it, and the password was proved again. */
const withSteps = (
  { account, steps }: Extract<PasswordChange, { outcome: "changed" }>,
  session: SessionRecord,
): SignIn => {
  if (session.authenticationLevel === "1") return { account, steps };
  return { account, steps: [stepOfSession(session), ...steps], since: session.authenticatedAt };
};

/** Every session ended with the old password; this browser gets a new one. */
async function passwordChanged(context: Context, incoming: Incoming, signIn: SignIn): Promise<Response> {
  const { subject } = signIn.account;
  const started = await startAfterChange(context, actOfPerson(incoming, subject), signIn, null);
  if (started === null) return toSignIn(context, PATH);
  const notice = sealNotice(context, started.cookieValue, subject, "account", { about: "password" });
  return seeOther(pagePath(context.issuer, NEXT, { [NOTICE]: notice }), started.cookies);
}

function passwordFault(
  { configuration, clock }: Context,
  texts: Texts,
  change: Exclude<PasswordChange, { outcome: "changed" }>,
): PasswordFault {
  const { account, signIn, language } = texts;
  switch (change.outcome) {
    case "limited":
      return {
        field: "current_password",
        text: signIn.limited(
          relativeTime(language, change.retryAfterSeconds),
          clockTime(language, clock.seconds() + change.retryAfterSeconds),
        ),
      };
    case "current_wrong":
      return { field: "current_password", text: account.currentWrong };
    case "same":
      return { field: "new_password", text: account.passwordSame };
    default:
      return {
        field: "new_password",
        text: newPasswordWords(texts, configuration.limits, change.outcome),
      };
  }
}

/**
 * A URL for password managers (W3C "A Well-Known URL for Changing Passwords"): it redirects to the page with the form. It is at
 * the root of the host, also for an issuer with a path.
 */
export const CHANGE_PASSWORD_PATH = "/.well-known/change-password";

export const changePasswordRoute = ({ issuer }: Context): Route => ({
  path: CHANGE_PASSWORD_PATH,
  audience: "people",
  cors: "nobody",
  methods: {
    GET: () => seeOther(pagePath(issuer, PATH)),
  },
});

export const passwordRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => passwordPage(context, incoming, signedIn),
    stale: (incoming, signedIn) => stalePage(context, incoming, signedIn),
    signedOut: async (incoming, form) =>
      form.get("action") === "password" ? signInAgain(context, incoming, form) : null,
    acts: { password: replacePassword(context) },
  });

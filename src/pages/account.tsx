/** @jsxImportSource hono/jsx */
/** A person's own page: the access that they gave, their browsers, name and password. */
import { emailFault, personNameFault } from "../accounts/people.ts";
import { parseRecordId } from "../credentials/credential.ts";
import { findGrant, revokeAccess, revokeGrant } from "../operations/access.ts";
import { changePassword, type PasswordChange } from "../operations/change-password.ts";
import { findClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { changeAccount, findAccountByUsername } from "../operations/people.ts";
import {
  findSignedIn,
  type SignedIn,
  type SignIn,
  signOut,
  startAfterChange,
} from "../operations/sessions.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { sameText } from "../platform/same-text.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { actOfPerson } from "../rules/events.ts";
import { PICTURE_PATH, pictureQuery } from "../rules/picture.ts";
import { stepOfSession } from "../rules/sign-in.ts";
import type { AccountRecord, SessionRecord } from "../store/tables.ts";
import { listAccess, listSessions } from "./account-access.ts";
import { markedName } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { type AccountNotice, NOTICE, readNotice, sealNotice } from "./notice.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { clockTime, relativeTime } from "./time.ts";
import { pagePath, type Query } from "./urls.ts";
import {
  type AccountFault,
  AccountView,
  type Details,
  PASSWORD_ANCHOR,
  PASSWORD_MARK,
} from "./views/account.tsx";
import type { ClientAccess } from "./views/account-access.tsx";

/** The words for a notice. The page says that a client has no access only while that is true. */
async function noticeWords(
  context: Context,
  texts: Texts,
  notice: AccountNotice | null,
  access: readonly ClientAccess[],
): Promise<string | null> {
  const { account } = texts;
  if (notice === null) return null;
  if (notice.about !== "removed") return account.notices[notice.about];
  if (access.some((entry) => entry.clientId === notice.clientId)) return null;
  const client = await findClient(context, notice.clientId);
  return account.notices.removed(
    client === null ? account.unknownClient : markedName(client, context.configuration.registration, texts),
  );
}

interface AccountPage {
  readonly fault?: AccountFault | null;
  /** Whether the person sent a form that was too old, for something else than the password. */
  readonly isStale?: boolean;
  /** The details as the person typed them. */
  readonly typed?: Details;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

async function accountPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault = null, isStale = false, typed, status, retryAfterSeconds }: AccountPage,
): Promise<Response> {
  const { account } = signedIn;
  const form = openForm(context, incoming, "account");
  const frame = pageFrame(context, incoming);
  const notice = readNotice(context, incoming, "account");
  const [access, sessions] = await Promise.all([
    listAccess(context, frame.texts, signedIn),
    listSessions(context, signedIn),
  ]);
  return respondWithPage(
    <AccountView
      frame={frame}
      token={form.token}
      passwordMark={passwordMark(context, form.cookieValue, account)}
      username={account.username}
      name={account.name}
      picture={
        account.pictureId === null
          ? null
          : pagePath(context.issuer, PICTURE_PATH, pictureQuery(account.pictureId))
      }
      details={typed ?? { name: account.name ?? "", email: account.email ?? "" }}
      mayChangeEmail={mayChangeEmail(account)}
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      access={access}
      sessions={sessions}
      notice={await noticeWords(context, frame.texts, notice, access)}
      nextFor={notice?.about === "created" && account.administrator ? context.issuer.identifier : null}
      opensPassword={queryOf(incoming).has(CHANGE_PASSWORD)}
      alert={isStale ? frame.texts.forms.stale : null}
      fault={fault}
    />,
    { status, retryAfterSeconds, setCookie: form.setCookie },
  );
}

/**
 * Applications may take an e-mail address for an identity. So only the operator and administrators, who could set any on the
 * command line, decide about it.
 */
const mayChangeEmail = ({ administrator }: Pick<AccountRecord, "administrator">): boolean => administrator;

/** The parameter of the query with which the form for the password is open. */
const CHANGE_PASSWORD = "change_password";

const toSignIn = ({ issuer }: Context, query: Query = {}): Response =>
  seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, "/account", query) }));

const showAccount =
  (context: Context): Handler =>
  async (incoming) => {
    const signedIn = await findSignedIn(context, incoming.request);
    const opens = queryOf(incoming).has(CHANGE_PASSWORD);
    if (signedIn === null) return toSignIn(context, opens ? { [CHANGE_PASSWORD]: "1" } : {});
    return accountPage(context, incoming, signedIn, {});
  };

const answerAccount =
  (context: Context): Handler =>
  async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "account");
    const signedIn = await findSignedIn(context, incoming.request);
    const action = form.get("action");
    if (signedIn === null) {
      return isFresh && action === "password" ? signInAgain(context, incoming, form) : toSignIn(context);
    }
    if (!isFresh) return stalePage(context, incoming, signedIn, form);
    switch (action) {
      case "remove":
        return removeAccess(context, incoming, signedIn, form);
      case "end":
        return endInstallation(context, incoming, signedIn, form);
      case "end_session":
        return endOneSession(context, incoming, signedIn, form);
      case "end_other_sessions":
        return endOtherSessions(context, incoming, signedIn);
      case "details":
        return changeDetails(context, incoming, signedIn, form);
      case "password":
        return replacePassword(context, incoming, signedIn, form);
      default:
        throw new OAuthError("parameter_invalid");
    }
  };

/** The person finds the page as they filled it in, with one line that says why nothing happened. */
function stalePage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const { forms } = pageFrame(context, incoming).texts;
  const action = form.get("action");
  return accountPage(context, incoming, signedIn, {
    status: 422,
    ...(action === "details" && { typed: detailsIn(form, signedIn.account) }),
    ...(action === "password"
      ? { fault: { field: "current_password", text: forms.stalePassword } }
      : { isStale: true }),
  });
}

/**
 * Tells this server, and no one else, which password the person had when the page was opened. It proves no more than that the
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
  return check.outcome === "limited" ? toSignIn(context) : passwordKept(context, incoming, "signed_out");
}

/** To the sign-in page, which says that the password was not changed, and from there to the form for it. */
function passwordKept(
  context: Context,
  incoming: Incoming,
  about: keyof Texts["signIn"]["passwordKept"],
): Response {
  const { issuer, sessionCookie } = context;
  const returnTo = pagePath(issuer, "/account", { [CHANGE_PASSWORD]: "1" });
  const cookieValue = sessionCookie.read(incoming.request) ?? "";
  const notice = sealNotice(context, cookieValue, "", "sign_in", { about });
  return seeOther(pagePath(issuer, "/login", { return_to: returnTo, [NOTICE]: notice }));
}

async function removeAccess(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  form: Parameters,
): Promise<Response> {
  // A removed client has no access left, and a made-up identifier matches none of this person's grants.
  const { clock } = context;
  const client = await findClient(context, form.required("client_id"));
  const { subject } = account;
  if (client !== null) {
    const { clientId } = client;
    const act = actOfPerson(incoming, subject);
    await revokeAccess(context, act, { subject, clientId }, "revoked_by_person", clock.seconds());
  }
  return backWith(context, incoming, subject, { about: "removed", clientId: client?.clientId ?? "" });
}

/** Back to the page, with a notice about what was done. */
function backWith(context: Context, incoming: Incoming, subject: SubjectId, about: AccountNotice): Response {
  const cookieValue = context.sessionCookie.read(incoming.request);
  if (cookieValue === null) return toSignIn(context);
  const notice = sealNotice(context, cookieValue, subject, "account", about);
  return seeOther(pagePath(context.issuer, "/account", { [NOTICE]: notice }));
}

/** Ends one grant, if it is this person's. One that is gone, or was never there, gets the same answer. */
async function endInstallation(
  context: Context,
  incoming: Incoming,
  { account: { subject } }: SignedIn,
  form: Parameters,
): Promise<Response> {
  const id = parseRecordId(form.required("grant"));
  const grant = id === null ? null : await findGrant(context, id);
  if (grant?.subject === subject) {
    const act = actOfPerson(incoming, subject);
    await revokeGrant(context, act, grant.id, "revoked_by_person", context.clock.seconds());
  }
  return backWith(context, incoming, subject, { about: "ended" });
}

async function endOneSession(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const { subject } = signedIn.account;
  const wanted = form.required("session");
  const own = (await listSessions(context, signedIn)).some(({ id }) => id === wanted);
  const id = parseRecordId(wanted);
  if (own && id !== null) await signOut(context, actOfPerson(incoming, subject), id);
  return backWith(context, incoming, subject, { about: "session" });
}

async function endOtherSessions(context: Context, incoming: Incoming, signedIn: SignedIn): Promise<Response> {
  const { subject } = signedIn.account;
  const act = actOfPerson(incoming, subject);
  const others = (await listSessions(context, signedIn)).flatMap(({ id, isHere }) => {
    const other = isHere ? null : parseRecordId(id);
    return other === null ? [] : [other];
  });
  await Promise.all(others.map((other) => signOut(context, act, other)));
  return backWith(context, incoming, subject, { about: "sessions" });
}

/** The details as the person typed them. */
const detailsIn = (form: Parameters, account: AccountRecord): Details => ({
  name: (form.get("name") ?? "").normalize("NFC").trim(),
  email: mayChangeEmail(account) ? (form.get("email") ?? "").trim() : (account.email ?? ""),
});

async function changeDetails(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const { account } = signedIn;
  const mayEmail = mayChangeEmail(account);
  const { name, email } = detailsIn(form, account);
  const texts = pageFrame(context, incoming).texts.account;
  const again = (fault: AccountFault) =>
    accountPage(context, incoming, signedIn, { fault, typed: { name, email }, status: 422 });
  if (name !== "" && personNameFault(name) !== null) return again({ field: "name", text: texts.nameRefused });
  if (mayEmail && email !== "" && emailFault(email) !== null)
    return again({ field: "email", text: texts.emailRefused });
  const changes = {
    name: name === "" ? null : name,
    ...(mayEmail && { email: email === "" ? null : email }),
  };
  const act = actOfPerson(incoming, account.subject);
  const outcome = await changeAccount(context, act, account.subject, changes, context.clock.seconds());
  if (outcome === "email_taken") return again({ field: "email", text: texts.emailTaken });
  return backWith(context, incoming, account.subject, { about: "details" });
}

async function replacePassword(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const change = await changePassword(context, {
    account: signedIn.account,
    current: form.get("current_password") ?? "",
    replacement: form.get("new_password") ?? "",
    origin: incoming,
    browser: context.knownBrowsers.read(incoming.request),
  });
  if (change.outcome !== "changed") {
    const limited = change.outcome === "limited";
    return accountPage(context, incoming, signedIn, {
      fault: passwordFault(context, pageFrame(context, incoming).texts, change),
      status: limited ? 429 : 422,
      retryAfterSeconds: limited ? change.retryAfterSeconds : undefined,
    });
  }
  return passwordChanged(context, incoming, withSteps(change, signedIn.session));
}

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
  if (started === null) return toSignIn(context);
  const notice = sealNotice(context, started.cookieValue, subject, "account", { about: "password" });
  return seeOther(pagePath(context.issuer, "/account", { [NOTICE]: notice }), started.cookies);
}

function passwordFault(
  { configuration, clock }: Context,
  { account, signIn, language }: Texts,
  change: Exclude<PasswordChange, { outcome: "changed" }>,
): AccountFault {
  const { minimum_password_characters, password_bytes } = configuration.limits;
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
    case "too_long":
      return { field: "new_password", text: account.passwordLong(password_bytes) };
    case "too_short":
      return { field: "new_password", text: account.passwordShort(minimum_password_characters) };
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
    GET: () => seeOther(`${pagePath(issuer, "/account", { [CHANGE_PASSWORD]: "1" })}#${PASSWORD_ANCHOR}`),
  },
});

export const accountRoutes = (context: Context): Route[] => [
  {
    path: "/account",
    audience: "people",
    cors: "nobody",
    methods: { GET: showAccount(context), POST: answerAccount(context) },
  },
];

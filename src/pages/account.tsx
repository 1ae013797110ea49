/** @jsxImportSource hono/jsx */
/** A person's own page: the access that they gave, taking it back, and the password. */
import { everyConsent, everyGrant, revokeAccess } from "../operations/access.ts";
import { changePassword, type PasswordChange } from "../operations/change-password.ts";
import { findClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { collect } from "../operations/paging.ts";
import { findSignedIn, type SignedIn, type SignIn, startAfterChange } from "../operations/sessions.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { isVouchedFor } from "../rules/client.ts";
import { actOfPerson } from "../rules/events.ts";
import type { ClientRecord, ConsentRecord, GrantRecord } from "../store/tables.ts";
import { accessWords } from "./access.ts";
import { clientName, markedName, returnHost } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { NOTICE, type Notice, readNotice, sealNotice } from "./notice.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { relativeTime } from "./time.ts";
import { pagePath } from "./urls.ts";
import { AccountView, type ClientAccess, type PasswordFault } from "./views/account.tsx";

/**
 * The access that a person gave, one entry for each client: its present access, and the access that it can get again
 * without a question. Clients with access come first, the newest at the top, in the order of the store.
 */
async function listAccess(context: Context, texts: Texts, { account }: SignedIn): Promise<ClientAccess[]> {
  const [grants, consents] = await Promise.all([
    collect(everyGrant(context, { subject: account.subject }, context.clock.seconds())),
    collect(everyConsent(context, account.subject)),
  ]);
  const byClient = Map.groupBy([...grants, ...consents], (allowed) => allowed.clientId);
  return Promise.all(
    [...byClient].map(async ([clientId, allowed]) =>
      describeAccess(context, texts, clientId, allowed, await findClient(context, clientId)),
    ),
  );
}

function describeAccess(
  context: Context,
  texts: Texts,
  clientId: string,
  allowed: readonly (GrantRecord | ConsentRecord)[],
  client: ClientRecord | null,
): ClientAccess {
  const hosts = new Set(client?.redirectUris.map(returnHost));
  const grants = allowed.filter((entry) => "via" in entry);
  const via = allowed.map((entry) =>
    "via" in entry && entry.via === "device_code" ? "device" : "application",
  );
  return {
    clientId,
    clientName: client === null ? null : clientName(client),
    unverified: client !== null && !isVouchedFor(client, context.configuration.registration),
    // With several hosts the page cannot tell which one the person used.
    host: hosts.size === 1 ? ([...hosts][0] ?? null) : null,
    via: [...new Set(via)],
    since: Math.min(...(grants.length > 0 ? grants : allowed).map((entry) => entry.createdAt)),
    access: accessWords(
      context,
      texts,
      [...new Set(allowed.flatMap((entry) => entry.scope))],
      [...new Set(allowed.flatMap((entry) => entry.resources))],
    ),
    hasAccess: grants.length > 0,
    asksAgain: grants.length === allowed.length,
  };
}

/** The words for a notice. The page says that a client has no access only while that is true. */
async function noticeWords(
  context: Context,
  texts: Texts,
  notice: Notice | null,
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
  readonly fault?: PasswordFault | null;
  /** Whether the person sent a form that was too old, for something else than the password. */
  readonly isStale?: boolean;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

async function accountPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault = null, isStale = false, status, retryAfterSeconds }: AccountPage,
): Promise<Response> {
  const { account, session } = signedIn;
  const form = openForm(context, incoming, "account");
  const frame = pageFrame(context, incoming);
  const access = await listAccess(context, frame.texts, signedIn);
  return respondWithPage(
    <AccountView
      frame={frame}
      token={form.token}
      username={account.username}
      name={account.name}
      signedInSince={session.authenticatedAt}
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      access={access}
      notice={await noticeWords(context, frame.texts, readNotice(context, incoming), access)}
      alert={isStale ? frame.texts.forms.stale : null}
      fault={fault}
    />,
    { status, retryAfterSeconds, setCookie: form.setCookie },
  );
}

const toSignIn = ({ issuer }: Context): Response =>
  seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, "/account") }));

const showAccount =
  (context: Context): Handler =>
  async (incoming) => {
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) return toSignIn(context);
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
    if (!isFresh) return stalePage(context, incoming, signedIn, action);
    switch (action) {
      case "remove":
        return removeAccess(context, incoming, signedIn, form);
      case "password":
        return replacePassword(context, incoming, signedIn, form);
      default:
        throw new OAuthError("parameter_invalid");
    }
  };

/** The person finds the page as it was, with one line that says why nothing happened. */
function stalePage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  action: string | undefined,
): Promise<Response> {
  const { forms } = pageFrame(context, incoming).texts;
  return accountPage(context, incoming, signedIn, {
    status: 422,
    ...(action === "password"
      ? { fault: { field: "current_password", text: forms.stalePassword } }
      : { isStale: true }),
  });
}

/**
 * A double click on "Change password": the first request changed it, and ended the session of this one. The person knows the
 * new password, so this signs them in as the sign-in page would, and they get the answer of the first request.
 */
async function signInAgain(context: Context, incoming: Incoming, form: Parameters): Promise<Response> {
  const check = await checkPassword(context, {
    username: form.get("username") ?? "",
    password: form.get("new_password") ?? "",
    origin: incoming,
  });
  return check.outcome === "verified" ? passwordChanged(context, incoming, check) : toSignIn(context);
}

async function removeAccess(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  form: Parameters,
): Promise<Response> {
  // A removed client has no access left, and a made-up identifier matches none of this person's grants.
  const { clock, issuer, sessionCookie } = context;
  const client = await findClient(context, form.required("client_id"));
  const cookieValue = sessionCookie.read(incoming.request);
  if (cookieValue === null) return toSignIn(context);
  const { subject } = account;
  if (client !== null) {
    const { clientId } = client;
    const act = actOfPerson(incoming, subject);
    await revokeAccess(context, act, { subject, clientId }, "revoked_by_person", clock.seconds());
  }
  const about = { about: "removed", clientId: client?.clientId ?? "" } as const;
  const notice = sealNotice(context, cookieValue, subject, about);
  return seeOther(pagePath(issuer, "/account", { [NOTICE]: notice }));
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
  });
  if (change.outcome !== "changed") {
    const limited = change.outcome === "limited";
    return accountPage(context, incoming, signedIn, {
      fault: passwordFault(context, pageFrame(context, incoming).texts, change),
      status: limited ? 429 : 422,
      retryAfterSeconds: limited ? change.retryAfterSeconds : undefined,
    });
  }
  return passwordChanged(context, incoming, change);
}

/** Every session ended with the old password; this browser gets a new one. */
async function passwordChanged(context: Context, incoming: Incoming, signIn: SignIn): Promise<Response> {
  const { subject } = signIn.account;
  const started = await startAfterChange(context, actOfPerson(incoming, subject), signIn, null);
  if (started === null) return toSignIn(context);
  const notice = sealNotice(context, started.cookieValue, subject, { about: "password" });
  return seeOther(pagePath(context.issuer, "/account", { [NOTICE]: notice }), {
    "Set-Cookie": started.cookie,
  });
}

function passwordFault(
  { configuration }: Context,
  { account, signIn, language }: Texts,
  change: Exclude<PasswordChange, { outcome: "changed" }>,
): PasswordFault {
  const { minimum_password_characters, password_bytes } = configuration.limits;
  switch (change.outcome) {
    case "limited":
      return {
        field: "current_password",
        text: signIn.limited(relativeTime(language, change.retryAfterSeconds)),
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

export const accountRoutes = (context: Context): Route[] => [
  {
    path: "/account",
    audience: "people",
    cors: "nobody",
    methods: { GET: showAccount(context), POST: answerAccount(context) },
  },
];

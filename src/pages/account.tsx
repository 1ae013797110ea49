/** @jsxImportSource hono/jsx */
/** A person's own page: what has access, taking it back, and the password. */
import { changePassword, type PasswordChange } from "../accounts/change-password.ts";
import type { SignedIn } from "../accounts/sessions.ts";
import type { Context } from "../context.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import type { ClientRecord, ConsentRecord, GrantRecord } from "../store/records.ts";
import { resourceWords, scopeWords } from "./access.ts";
import { clientName, returnHost } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { relativeTime } from "./time.ts";
import { pagePath } from "./urls.ts";
import { type AccountNotice, AccountView, type ClientAccess, type PasswordFault } from "./views/account.tsx";

/**
 * What a person allowed, one entry for each client: what it may do now, and what it may do again without asking. First
 * those that have access, newest first, as the store gives them.
 */
async function listAccess(context: Context, { account }: SignedIn): Promise<ClientAccess[]> {
  const { store, clock } = context;
  const [grants, consents] = await Promise.all([
    store.listGrants({ subject: account.subject }, clock.seconds()),
    store.listConsents(account.subject),
  ]);
  const byClient = Map.groupBy([...grants, ...consents], (allowed) => allowed.clientId);
  return Promise.all(
    [...byClient].map(async ([clientId, allowed]) =>
      describeAccess(context, clientId, allowed, await store.findClient(clientId)),
    ),
  );
}

function describeAccess(
  context: Context,
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
    // With several there is no telling which it was.
    host: hosts.size === 1 ? ([...hosts][0] ?? null) : null,
    via: [...new Set(via)],
    since: Math.min(...(grants.length > 0 ? grants : allowed).map((entry) => entry.createdAt)),
    scopes: scopeWords(context, [...new Set(allowed.flatMap((entry) => entry.scope))]),
    resources: resourceWords(context, [...new Set(allowed.flatMap((entry) => entry.resources))]),
    hasAccess: grants.length > 0,
    asksAgain: grants.length === allowed.length,
  };
}

const NOTICES: ReadonlySet<string> = new Set<AccountNotice>(["removed", "password"]);
const isNotice = (text: string | null): text is AccountNotice => text !== null && NOTICES.has(text);

interface AccountPage {
  readonly notice?: AccountNotice | null;
  readonly fault?: PasswordFault | null;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

async function accountPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { notice = null, fault = null, status, retryAfterSeconds }: AccountPage,
): Promise<Response> {
  const { account, session } = signedIn;
  const form = openForm(context, incoming, "account");
  return respondWithPage(
    <AccountView
      frame={pageFrame(context, incoming)}
      token={form.token}
      username={account.username}
      name={account.name}
      administrator={account.administrator}
      signedInSince={session.authenticatedAt}
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      access={await listAccess(context, signedIn)}
      notice={notice}
      fault={fault}
    />,
    { status, retryAfterSeconds, setCookie: form.setCookie },
  );
}

const toSignIn = ({ configuration }: Context): Response =>
  seeOther(pagePath(configuration, "/login", { return_to: pagePath(configuration, "/account") }));

const showAccount =
  (context: Context): Handler =>
  async (incoming) => {
    const signedIn = await context.sessions.find(incoming.request);
    if (signedIn === null) return toSignIn(context);
    const notice = incoming.url.searchParams.get("notice");
    return accountPage(context, incoming, signedIn, { notice: isNotice(notice) ? notice : null });
  };

const answerAccount =
  (context: Context): Handler =>
  async (incoming) => {
    const form = await readForm(context, incoming, "account");
    const signedIn = await context.sessions.find(incoming.request);
    if (signedIn === null) return toSignIn(context);
    switch (form.get("action")) {
      case "remove":
        return removeAccess(context, signedIn, form);
      case "password":
        return replacePassword(context, incoming, signedIn, form);
      default:
        throw new OAuthError("parameter_invalid");
    }
  };

async function removeAccess(
  { store, clock, configuration, log }: Context,
  { account }: SignedIn,
  form: Parameters,
): Promise<Response> {
  // If the client is gone, so is what it was allowed. A name from elsewhere finds nothing of this person's to remove.
  const client = await store.findClient(form.required("client_id"));
  if (client !== null) {
    const { subject } = account;
    const { clientId } = client;
    await store.revokeAccess({ subject, clientId }, "revoked_by_person", clock.seconds());
    log.info("access removed", { subject, client: clientId });
  }
  return seeOther(pagePath(configuration, "/account", { notice: "removed" }));
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
    address: incoming.address,
  });
  if (change.outcome !== "changed") {
    const limited = change.outcome === "limited";
    return accountPage(context, incoming, signedIn, {
      fault: passwordFault(context, pageFrame(context, incoming).texts, change),
      status: limited ? 429 : 422,
      retryAfterSeconds: limited ? change.retryAfterSeconds : undefined,
    });
  }
  context.log.info("password changed", { subject: change.account.subject, address: incoming.address });
  // Every session has ended with the old password; this browser gets a new one.
  const started = await context.sessions.start(change.account, null);
  if (started === null) return toSignIn(context);
  return seeOther(pagePath(context.configuration, "/account", { notice: "password" }), {
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

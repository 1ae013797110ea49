/** @jsxImportSource hono/jsx */
/** First start: the one-time link that creates the first account. The server has no default password. */
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { askForNewPasskey, findMadeBy, readNewPasskey } from "../operations/passkeys.ts";
import { findSetupLink, redeemSetupLink } from "../operations/people.ts";
import { findSignedIn, type SignedIn, startAfterChange } from "../operations/sessions.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { SetupLinkRecord } from "../store/tables/sign-in.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, type Submitted, staleWords } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import {
  isJustMade,
  madeJustNow,
  NOTHING_TYPED,
  newAccountFaults,
  type TypedAccount,
  typedAccount,
  typedRecord,
} from "./new-account.tsx";
import { NOTICE, sealNotice } from "./notice.ts";
import { offering, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { CONSOLE_LANGUAGES } from "./texts.ts";
import { pagePath } from "./urls.ts";
import { type AccountFieldFaults, WITH_PASSKEY } from "./views/new-account.tsx";
import { PASSKEY } from "./views/passkey-form.tsx";
import { SetupPasskeyView, SetupView } from "./views/setup.tsx";

/** Where the first person goes on. */
const FIRST_STEPS = "/admin/start";

/** The link of this token; null if it is unknown, used, replaced or too old. */
async function findLink(context: Context, token: string): Promise<SetupLinkRecord | null> {
  const presented = parseCredential("setup_link", token);
  const link = presented && (await findSetupLink(context, presented.id, context.clock.seconds()));
  return presented !== null && link !== null && secretMatches(presented.secret, link.digest) ? link : null;
}

function setupPage(
  context: Context,
  incoming: Incoming,
  setupToken: string,
  { username, name, email }: TypedAccount,
  faults: AccountFieldFaults,
): Promise<Response> {
  const form = openForm(context, incoming, "setup", setupToken);
  return respondWithPage(
    <SetupView
      frame={pageFrame(context, incoming, undefined, {
        here: pagePath(context.issuer, "/setup", { token: setupToken }),
      })}
      token={form.token}
      setupToken={setupToken}
      username={displayText(username, 200)}
      name={displayText(name, 200)}
      email={displayText(email, 320)}
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      faults={faults}
    />,
    { status: Object.keys(faults).length > 0 ? 422 : 200, setCookie: form.setCookie },
  );
}

/**
 * The page that makes the passkey. Its challenge is for the subject of the account to come, so the form brings that along: no other
 * subject fits.
 */
function passkeyPage(
  context: Context,
  incoming: Incoming,
  setupToken: string,
  { username, name, email }: TypedAccount,
  subject: SubjectId,
  fault: string | null,
): Promise<Response> {
  const form = openForm(context, incoming, "setup", setupToken);
  const here = pagePath(context.issuer, "/setup", { token: setupToken });
  const about = { subject, username, name: name === "" ? null : name };
  return respondWithPage(
    <SetupPasskeyView
      frame={pageFrame(context, incoming, undefined, { here })}
      token={form.token}
      username={displayText(username, 200)}
      fields={{ token: setupToken, username, name, email, subject, [WITH_PASSKEY]: "1" }}
      ask={{ ceremony: askForNewPasskey(context, form.cookieValue, about, [], "setup") }}
      fault={fault}
      back={here}
    />,
    { status: fault === null ? 200 : 422, setCookie: form.setCookie, runs: "own_script" },
  );
}

const showSetup =
  (context: Context): Handler =>
  async (incoming) => {
    const token = queryOf(incoming).get("token") ?? "";
    if ((await findLink(context, token)) === null) throw new PageError("setup_link");
    return setupPage(context, incoming, token, NOTHING_TYPED, {});
  };

const answerSetup =
  (context: Context): Handler =>
  async (incoming) => {
    const submitted = await readForm(context, incoming, "setup", "token");
    const again = pagePath(context.issuer, "/setup", { token: submitted.form.get("token") });
    return offering(again, () => createFirstAccount(context, incoming, submitted));
  };

async function createFirstAccount(
  context: Context,
  incoming: Incoming,
  { form, isFresh, hasCookie }: Submitted,
): Promise<Response> {
  const token = form.get("token") ?? "";
  // The link is checked before the costly hash of the password, so that strangers cannot cause that work.
  const link = await findLink(context, token);
  const typed = typedAccount(form);
  const before = await findSignedIn(context, incoming.request);
  const { texts } = pageFrame(context, incoming);
  // A double click: the first has used the link up, and both get the same answer.
  const enterTwin = async () => {
    const made = typed.withPasskey
      ? await madeWithPasskey(context, incoming, form)
      : await madeJustNow(context, incoming, typed, "setup_link");
    if (made === null) throw new PageError("setup_link");
    return enter(context, incoming, before, made);
  };
  if (link === null) {
    if (!isFresh) throw new PageError("setup_link");
    return enterTwin();
  }
  const again = (faults: AccountFieldFaults) => setupPage(context, incoming, token, typed, faults);
  if (!isFresh) {
    return again({ password: staleWords(context, texts, hasCookie) });
  }
  const faults = await newAccountFaults(context, texts, typed, null);
  if (Object.keys(faults).length > 0) return again(faults);

  const record = {
    ...(await typedRecord(context, typed, "setup_link", { address: typed.email || null, isVerified: true })),
    administrator: true,
  };
  const askAgain = (fault: string | null) =>
    passkeyPage(context, incoming, token, typed, record.subject, fault);
  const notAdded = (reason: keyof typeof texts.passkeys.notAdded) => {
    const words = texts.passkeys.notAdded[reason];
    return askAgain(typeof words === "string" ? words : words(context.issuer.origin));
  };
  const answer = form.get(PASSKEY);
  if (typed.withPasskey && answer === undefined) return askAgain(null);
  const subject = typed.withPasskey ? (form.required("subject") as SubjectId) : record.subject;
  const cookieValue = context.sessionCookie.read(incoming.request);
  const first = typed.withPasskey
    ? await readNewPasskey(context, subject, "setup", { text: answer ?? "", cookieValue })
    : null;
  if (typeof first === "string") return notAdded(first);
  const account = { ...record, subject };
  const act = actOfStranger(incoming);
  const outcome = await redeemSetupLink(context, act, link.id, account, context.clock.seconds(), first);
  switch (outcome) {
    case "created":
      return enter(context, incoming, before, account);
    case "spent":
      return enterTwin();
    case "used":
    case "known": {
      const made = await madeWithPasskey(context, incoming, form);
      if (made !== null) return enter(context, incoming, before, made);
      return notAdded(outcome === "used" ? "stale" : "known");
    }
    case "username_taken":
      return again({ username: texts.setup.usernameTaken });
    case "email_taken":
      return again({ email: texts.account.emailTaken });
  }
}

/** The account that the same answer of a passkey made just before. */
async function madeWithPasskey(
  context: Context,
  incoming: Incoming,
  form: Submitted["form"],
): Promise<AccountRecord | null> {
  const made = await findMadeBy(context, (form.get("subject") ?? "") as SubjectId, {
    text: form.get(PASSKEY) ?? "",
    cookieValue: context.sessionCookie.read(incoming.request),
  });
  return made !== null && isJustMade(context, made, "setup_link") ? made : null;
}

/** Into the new account, and on to the first steps. `before`: who was signed in before the account was made. */
async function enter(
  context: Context,
  incoming: Incoming,
  before: SignedIn | null,
  account: AccountRecord,
): Promise<Response> {
  const { issuer } = context;
  const signIn = { account, steps: [account.passwordHash === null ? STEPS.passkey : STEPS.password] };
  const act = actOfStranger(incoming);
  const started = await startAfterChange(context, act, signIn, before?.session.id ?? null);
  if (started === null) return seeOther(pagePath(issuer, FIRST_STEPS));
  const { texts } = pageFrame(context, incoming, undefined, { only: CONSOLE_LANGUAGES });
  const notice = sealNotice(context, started.cookieValue, account.subject, "console", {
    text: texts.account.notices.created,
  });
  return seeOther(pagePath(issuer, FIRST_STEPS, { [NOTICE]: notice }), started.cookies);
}

export const setupRoutes = (context: Context): Route[] => [
  {
    path: "/setup",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSetup(context), POST: answerSetup(context) },
  },
];

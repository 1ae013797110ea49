/** @jsxImportSource hono/jsx */
/** First start: the one-time link that creates the first account. The server has no default password. */
import { emailFault, newAccountRecord, personNameFault, usernameFault } from "../accounts/people.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { askForNewPasskey, readNewPasskey } from "../operations/passkeys.ts";
import { type FirstPasskey, findSetupLink, redeemSetupLink } from "../operations/people.ts";
import { findSignedIn, type SignedIn, type SignIn, startAfterChange } from "../operations/sessions.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import type { AccountRecord, SetupLinkRecord } from "../store/tables.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, type Submitted } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { newPasswordWords } from "./new-password.ts";
import { NOTICE, sealNotice } from "./notice.ts";
import { offering, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { CONSOLE_LANGUAGES, type Texts } from "./texts.ts";
import { pagePath } from "./urls.ts";
import { WITH_PASSKEY } from "./views/new-account.tsx";
import { PASSKEY } from "./views/passkey-form.tsx";
import { type SetupFaults, SetupPasskeyView, SetupView } from "./views/setup.tsx";

/** The link of this token; null if it is unknown, used, replaced or too old. */
async function findLink(context: Context, token: string): Promise<SetupLinkRecord | null> {
  const presented = parseCredential("setup_link", token);
  const link = presented && (await findSetupLink(context, presented.id, context.clock.seconds()));
  return presented !== null && link !== null && secretMatches(presented.secret, link.digest) ? link : null;
}

/** Where the first person goes on. */
const FIRST_STEPS = "/admin/start";

/** What the person typed, but for the password. */
interface Typed {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}

function setupPage(
  context: Context,
  incoming: Incoming,
  setupToken: string,
  { username, name, email }: Typed,
  faults: SetupFaults,
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

/** The account that the person described. `passwordHash`: null with a passkey. */
const describedAccount = (
  { clock, random }: Context,
  { username, name, email }: Typed,
  passwordHash: string | null,
): AccountRecord =>
  newAccountRecord(
    {
      source: "setup_link",
      username,
      passwordHash,
      name: name === "" ? null : name,
      email: email === "" ? null : email,
      administrator: true,
    },
    clock,
    random,
  );

/**
 * The page that makes the passkey. Its challenge is for the subject of the account to come, so the form brings that along: no other
 * subject fits.
 */
function passkeyPage(
  context: Context,
  incoming: Incoming,
  setupToken: string,
  typed: Typed,
  subject: SubjectId,
  fault: string | null,
): Promise<Response> {
  const { username, name, email } = typed;
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
    return setupPage(context, incoming, token, { username: "", name: "", email: "" }, {});
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
  const username = (form.get("username") ?? "").normalize("NFKC").trim();
  const name = (form.get("name") ?? "").normalize("NFC").trim();
  const email = (form.get("email") ?? "").trim();
  const typed = { username, name, email };
  const password = form.get("password") ?? "";
  const { texts } = pageFrame(context, incoming);
  if (link === null) {
    if (!isFresh) throw new PageError("setup_link");
    return signInInstead(context, incoming, username, password);
  }
  if (!isFresh) {
    const { cookieless, stalePassword } = texts.forms;
    const words = hasCookie ? stalePassword : `${cookieless} ${context.issuer.identifier}`;
    return setupPage(context, incoming, token, typed, { password: words });
  }
  const withPasskey = form.get(WITH_PASSKEY) !== undefined;
  const faults = await setupFaults(context, texts, typed, withPasskey ? null : password);
  if (Object.keys(faults).length > 0) return setupPage(context, incoming, token, typed, faults);

  if (!withPasskey) {
    const account = describedAccount(context, typed, await context.passwords.hash(password));
    const before = await findSignedIn(context, incoming.request);
    const outcome = await redeemed(context, incoming, link, account, null);
    if (outcome === "spent") return signInInstead(context, incoming, username, password);
    const taken = outcome === "created" ? null : takenWords(texts, outcome);
    if (taken !== null) return setupPage(context, incoming, token, typed, taken);
    return accountCreated(context, incoming, before, { account, steps: [STEPS.password] });
  }

  const described = describedAccount(context, typed, null);
  const answer = form.get(PASSKEY);
  if (answer === undefined) return passkeyPage(context, incoming, token, typed, described.subject, null);
  const account = { ...described, subject: form.required("subject") as SubjectId };
  const { notAdded } = texts.passkeys;
  const again = (reason: keyof typeof notAdded) => {
    const words = notAdded[reason];
    const fault = typeof words === "string" ? words : words(context.issuer.origin);
    return passkeyPage(context, incoming, token, typed, described.subject, fault);
  };
  const cookieValue = context.sessionCookie.read(incoming.request);
  const first = await readNewPasskey(context, account.subject, "setup", { text: answer, cookieValue });
  if (typeof first === "string") return again(first);
  const before = await findSignedIn(context, incoming.request);
  const outcome = await redeemed(context, incoming, link, account, first);
  if (outcome === "spent") throw new PageError("setup_link");
  if (outcome === "used" || outcome === "known") return again(outcome === "used" ? "stale" : "known");
  const taken = outcome === "created" ? null : takenWords(texts, outcome);
  if (taken !== null) return setupPage(context, incoming, token, typed, taken);
  return accountCreated(context, incoming, before, { account, steps: [STEPS.passkey] });
}

const redeemed = (
  context: Context,
  incoming: Incoming,
  { id }: SetupLinkRecord,
  account: AccountRecord,
  first: FirstPasskey | null,
) => redeemSetupLink(context, actOfStranger(incoming), id, account, context.clock.seconds(), first);

/** The fault of a name that another person has. */
const takenWords = ({ setup, account }: Texts, outcome: string): SetupFaults | null =>
  outcome === "username_taken"
    ? { username: setup.usernameTaken }
    : outcome === "email_taken"
      ? { email: account.emailTaken }
      : null;

/**
 * The link is used up. If this is the second click of a double click, the first has created the account with this name and
 * password. So this signs the person in as the sign-in page would, and they get the answer of the first. Throws PageError
 * `setup_link` for others.
 */
async function signInInstead(
  context: Context,
  incoming: Incoming,
  username: string,
  password: string,
): Promise<Response> {
  const check = await checkPassword(context, { username, password, origin: incoming });
  if (check.outcome !== "verified" || check.account.source !== "setup_link")
    throw new PageError("setup_link");
  return accountCreated(context, incoming, await findSignedIn(context, incoming.request), check);
}

/** `before`: who was signed in until now. It was found before the account was made, so that no failure hides the account. */
async function accountCreated(
  context: Context,
  incoming: Incoming,
  before: SignedIn | null,
  signIn: SignIn,
): Promise<Response> {
  const { issuer } = context;
  const started = await startAfterChange(
    context,
    actOfStranger(incoming),
    signIn,
    before?.session.id ?? null,
  );
  if (started === null) return seeOther(pagePath(issuer, FIRST_STEPS));
  const { texts } = pageFrame(context, incoming, undefined, { only: CONSOLE_LANGUAGES });
  const notice = sealNotice(context, started.cookieValue, signIn.account.subject, "console", {
    text: texts.account.notices.created,
  });
  return seeOther(pagePath(issuer, FIRST_STEPS, { [NOTICE]: notice }), started.cookies);
}

/** `password`: null with a passkey. */
async function setupFaults(
  { configuration, newPasswords }: Context,
  texts: Texts,
  { username, name, email }: Typed,
  password: string | null,
): Promise<SetupFaults> {
  const { setup, account } = texts;
  const nameWords =
    username === "" ? setup.usernameMissing : usernameFault(username) === null ? null : setup.usernameRefused;
  const owner = { username, email: email === "" ? null : email };
  const passwordFault = password === null ? null : await newPasswords.fault(password, owner);
  return {
    ...(nameWords !== null && { username: nameWords }),
    ...(passwordFault !== null && {
      password: newPasswordWords(texts, configuration.limits, passwordFault),
    }),
    ...(name !== "" && personNameFault(name) !== null && { name: account.facts.name.refused }),
    ...(email !== "" && emailFault(email) !== null && { email: account.emailRefused }),
  };
}

export const setupRoutes = (context: Context): Route[] => [
  {
    path: "/setup",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSetup(context), POST: answerSetup(context) },
  },
];

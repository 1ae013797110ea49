/** @jsxImportSource hono/jsx */
/** First start: the one-time link that creates the first account. The server has no default password. */
import { emailFault, newAccountRecord, personNameFault, usernameFault } from "../accounts/people.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { findSetupLink, redeemSetupLink } from "../operations/people.ts";
import { findSignedIn, type SignedIn, type SignIn, startAfterChange } from "../operations/sessions.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import type { SetupLinkRecord } from "../store/tables.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, type Submitted } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { newPasswordWords } from "./new-password.ts";
import { NOTICE, sealNotice } from "./notice.ts";
import { offering, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { pagePath } from "./urls.ts";
import { type SetupFaults, SetupView } from "./views/setup.tsx";

/** The link of this token; null if it is unknown, used, replaced or too old. */
async function findLink(context: Context, token: string): Promise<SetupLinkRecord | null> {
  const presented = parseCredential("setup_link", token);
  const link = presented && (await findSetupLink(context, presented.id, context.clock.seconds()));
  return presented !== null && link !== null && secretMatches(presented.secret, link.digest) ? link : null;
}

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
  const { passwords, clock, random } = context;
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
  const faults = await setupFaults(context, texts, typed, password);
  if (Object.keys(faults).length > 0) return setupPage(context, incoming, token, typed, faults);

  const passwordHash = await passwords.hash(password);
  const account = newAccountRecord(
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
  const before = await findSignedIn(context, incoming.request);
  const act = actOfStranger(incoming);
  const outcome = await redeemSetupLink(context, act, link.id, account, clock.seconds());
  if (outcome === "spent") return signInInstead(context, incoming, username, password);
  if (outcome === "username_taken") {
    return setupPage(context, incoming, token, typed, { username: texts.setup.usernameTaken });
  }
  if (outcome === "email_taken") {
    return setupPage(context, incoming, token, typed, { email: texts.account.emailTaken });
  }
  return accountCreated(context, incoming, before, { account, steps: [STEPS.password] });
}

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
  if (started === null) return seeOther(pagePath(issuer, "/account"));
  const notice = sealNotice(context, started.cookieValue, signIn.account.subject, "account", {
    about: "created",
  });
  return seeOther(pagePath(issuer, "/account", { [NOTICE]: notice }), started.cookies);
}

async function setupFaults(
  { configuration, newPasswords }: Context,
  texts: Texts,
  { username, name, email }: Typed,
  password: string,
): Promise<SetupFaults> {
  const { setup, account } = texts;
  const nameWords =
    username === "" ? setup.usernameMissing : usernameFault(username) === null ? null : setup.usernameRefused;
  const passwordFault = await newPasswords.fault(password, { username, email: email === "" ? null : email });
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

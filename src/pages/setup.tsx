/** @jsxImportSource hono/jsx */
/** First start: the one-time link that creates the first account. The server has no default password. */
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { findSetupLink, redeemSetupLink } from "../operations/people.ts";
import { findSignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, queryOf, type Route } from "../platform/http.ts";
import { actOfStranger } from "../rules/events.ts";
import type { SetupLinkRecord } from "../store/tables.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, type Submitted, staleWords } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import {
  enterNewAccount,
  madeJustNow,
  NOTHING_TYPED,
  newAccountFaults,
  type TypedAccount,
  typedAccount,
  typedRecord,
} from "./new-account.tsx";
import { offering, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { pagePath } from "./urls.ts";
import type { AccountFieldFaults } from "./views/new-account.tsx";
import { SetupView } from "./views/setup.tsx";

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
  // The page offers no passkey: the first account has a password.
  const typed: TypedAccount = { ...typedAccount(form), withPasskey: false };
  const before = await findSignedIn(context, incoming.request);
  const { texts } = pageFrame(context, incoming);
  // A double click: the first has used the link up, and both get the same answer.
  const enterTwin = async () => {
    const made = await madeJustNow(context, incoming, typed, "setup_link");
    if (made === null) throw new PageError("setup_link");
    return enterNewAccount(context, incoming, before, made, null);
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

  const account = {
    ...(await typedRecord(context, typed, "setup_link", { address: typed.email || null, isVerified: true })),
    administrator: true,
  };
  const act = actOfStranger(incoming);
  switch (await redeemSetupLink(context, act, link.id, account, context.clock.seconds())) {
    case "created":
      return enterNewAccount(context, incoming, before, account, null);
    case "spent":
      return enterTwin();
    case "username_taken":
      return again({ username: texts.setup.usernameTaken });
    case "email_taken":
      return again({ email: texts.account.emailTaken });
  }
}

export const setupRoutes = (context: Context): Route[] => [
  {
    path: "/setup",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSetup(context), POST: answerSetup(context) },
  },
];

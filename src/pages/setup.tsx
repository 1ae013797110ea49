/** @jsxImportSource hono/jsx */
/** First start: the one-time link that creates the first account. Nothing ships with a password. */
import { newPasswordFault } from "../accounts/new-password.ts";
import { newAccountRecord, usernameFault } from "../accounts/people.ts";
import { startAfterChange } from "../accounts/sessions.ts";
import type { Context } from "../context.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import type { SetupLinkRecord } from "../store/records.ts";
import { displayText } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { pagePath } from "./urls.ts";
import { SetupView } from "./views/setup.tsx";

/** Throws PageError `setup_link`. */
async function requireSetupLink({ store, clock }: Context, token: string): Promise<SetupLinkRecord> {
  const presented = parseCredential("setup_link", token);
  const link = presented && (await store.findSetupLink(presented.id, clock.seconds()));
  if (presented === null || link === null || !secretMatches(presented.secret, link.digest)) {
    throw new PageError("setup_link");
  }
  return link;
}

interface SetupFaults {
  readonly username?: string;
  readonly password?: string;
}

function setupPage(
  context: Context,
  incoming: Incoming,
  setupToken: string,
  username: string,
  faults: SetupFaults,
): Promise<Response> {
  const form = openForm(context, incoming, "setup", setupToken);
  return respondWithPage(
    <SetupView
      frame={pageFrame(context, incoming)}
      token={form.token}
      setupToken={setupToken}
      username={displayText(username, 200)}
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      faults={faults}
    />,
    { status: Object.keys(faults).length > 0 ? 422 : 200, setCookie: form.setCookie },
  );
}

const showSetup =
  (context: Context): Handler =>
  async (incoming) => {
    const token = incoming.url.searchParams.get("token") ?? "";
    await requireSetupLink(context, token);
    return setupPage(context, incoming, token, "", {});
  };

const answerSetup =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, store, sessions, passwords, clock, random, log } = context;
    const form = await readForm(context, incoming, "setup", "token");
    const token = form.get("token") ?? "";
    // Before the password is hashed: that costs too much for anybody who has no link.
    const link = await requireSetupLink(context, token);
    const username = (form.get("username") ?? "").normalize("NFKC").trim();
    const password = form.get("password") ?? "";
    const { texts } = pageFrame(context, incoming);
    const faults = setupFaults(context, texts, username, password);
    if (Object.keys(faults).length > 0) return setupPage(context, incoming, token, username, faults);

    const passwordHash = await passwords.hash(password);
    const account = newAccountRecord(
      { source: "setup_link", username, passwordHash, administrator: true },
      clock,
      random,
    );
    const before = await sessions.find(incoming.request);
    const outcome = await store.redeemSetupLink(link.id, account, clock.seconds());
    if (outcome === "spent") throw new PageError("setup_link");
    if (outcome === "username_taken") {
      return setupPage(context, incoming, token, username, { username: texts.setup.usernameTaken });
    }
    log.info("administrator created", { subject: account.subject });
    const started = await startAfterChange(context, account, before?.session.id ?? null);
    const headers: Record<string, string> = started === null ? {} : { "Set-Cookie": started.cookie };
    return seeOther(pagePath(configuration, "/account", { notice: "created" }), headers);
  };

function setupFaults(
  { configuration }: Context,
  { setup, account }: Texts,
  username: string,
  password: string,
): SetupFaults {
  const { minimum_password_characters, password_bytes } = configuration.limits;
  const nameWords =
    username === "" ? setup.usernameMissing : usernameFault(username) === null ? null : setup.usernameRefused;
  const passwordWords = {
    too_short: account.passwordShort(minimum_password_characters),
    too_long: account.passwordLong(password_bytes),
    fine: null,
  }[newPasswordFault(configuration, password) ?? "fine"];
  return {
    ...(nameWords !== null && { username: nameWords }),
    ...(passwordWords !== null && { password: passwordWords }),
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

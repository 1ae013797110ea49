/** @jsxImportSource hono/jsx */
/** Signing in and out. The rule that checks a password is in accounts/sign-in.ts; these pages only ask and tell. */
import { checkPassword } from "../accounts/sign-in.ts";
import type { Context } from "../context.ts";
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import type { ClientRecord } from "../store/records.ts";
import { clientName, displayText } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { type PageFrame, pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { relativeTime } from "./time.ts";
import { pagePath, parseReturnPath } from "./urls.ts";
import { SignedOutView, SignInView, SignOutView } from "./views/sign-in.tsx";

interface SignInPage {
  readonly returnTo: string | null;
  /** Whether the person who is signed in wants to be somebody else. */
  readonly another: boolean;
  readonly username: string;
  readonly fault?: "wrong" | { readonly retryAfterSeconds: number };
}

/** What a page to return to tells of why the person is here. Of its query, which anybody can write, nothing is shown. */
interface Errand {
  readonly client: ClientRecord | null;
  readonly device: boolean;
  readonly uiLocales: string | undefined;
}

async function errandOf({ configuration, store }: Context, returnTo: string | null): Promise<Errand> {
  const [path, query = ""] = returnTo?.split("?", 2) ?? [];
  const parameters = new URLSearchParams(query);
  if (path !== pagePath(configuration, ENDPOINT_PATHS.authorize)) {
    return { client: null, device: path === pagePath(configuration, "/device"), uiLocales: undefined };
  }
  const client = await store.findClient(parameters.get("client_id") ?? "");
  return {
    client: client?.disabledAt === null ? client : null,
    device: false,
    uiLocales: parameters.get("ui_locales") ?? undefined,
  };
}

function leadOf({ texts: { signIn }, name }: PageFrame, { client, device }: Errand): string {
  if (device) return signIn.leadToDevice(name);
  if (client === null) return signIn.lead(name);
  const isStranger = client.source === "registration";
  return (isStranger ? signIn.leadToStranger : signIn.leadToClient)(name, clientName(client));
}

async function signInPage(context: Context, incoming: Incoming, page: SignInPage): Promise<Response> {
  const { fault, returnTo, another } = page;
  const errand = await errandOf(context, returnTo);
  const frame = pageFrame(context, incoming, errand.uiLocales);
  const { signIn, language } = frame.texts;
  const signedIn = await context.sessions.find(incoming.request);
  const form = openForm(context, incoming, "login");
  const lead =
    signedIn === null
      ? leadOf(frame, errand)
      : (another ? signIn.another : signIn.again)(signedIn.account.username);
  const limited = typeof fault === "object";
  const words = limited
    ? signIn.limited(relativeTime(language, fault.retryAfterSeconds))
    : fault === "wrong"
      ? signIn.wrong
      : null;
  return respondWithPage(
    <SignInView
      frame={frame}
      token={form.token}
      returnTo={returnTo}
      username={page.username}
      lead={lead}
      another={another}
      fault={words}
    />,
    {
      status: limited ? 429 : fault === "wrong" ? 422 : 200,
      retryAfterSeconds: limited ? fault.retryAfterSeconds : undefined,
      setCookie: form.setCookie,
      // A remembered consent sends the browser straight on to the client.
      leads: "on_to_client",
    },
  );
}

const showSignIn =
  (context: Context): Handler =>
  async (incoming) => {
    const { searchParams } = incoming.url;
    const returnTo = parseReturnPath(context.configuration, searchParams.get("return_to") ?? undefined);
    // Whoever is sent here to come back must sign in again (`prompt=login`); others have nothing to do here.
    if (returnTo === null && (await context.sessions.find(incoming.request)) !== null) {
      return seeOther(pagePath(context.configuration, "/account"));
    }
    const username = displayText(searchParams.get("login_hint") ?? "", 200);
    const another = searchParams.has("another");
    return signInPage(context, incoming, { returnTo, another, username });
  };

const signIn =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, sessions, log } = context;
    const form = await readForm(context, incoming, "login");
    const returnTo = parseReturnPath(configuration, form.get("return_to"));
    const username = displayText(form.get("username") ?? "", 200);
    const another = form.get("another") !== undefined;
    const again = (fault: SignInPage["fault"]) =>
      signInPage(context, incoming, { returnTo, another, username, fault });
    const check = await checkPassword(context, {
      username: form.get("username") ?? "",
      password: form.get("password") ?? "",
      address: incoming.address,
    });
    if (check.outcome === "limited") {
      log.warn("sign-in refused: too many attempts", { address: incoming.address });
      return again({ retryAfterSeconds: check.retryAfterSeconds });
    }
    if (check.outcome === "refused") {
      log.info("sign-in refused: wrong name or password", { address: incoming.address });
      return again("wrong");
    }
    const before = await sessions.find(incoming.request);
    const started = await sessions.start(check.account, before?.session.id ?? null);
    // They were disabled while their password was checked.
    if (started === null) return again("wrong");
    log.info("signed in", { subject: check.account.subject, address: incoming.address });
    return seeOther(returnTo ?? pagePath(configuration, "/account"), { "Set-Cookie": started.cookie });
  };

const showSignOut =
  (context: Context): Handler =>
  async (incoming) => {
    const frame = pageFrame(context, incoming);
    const signedIn = await context.sessions.find(incoming.request);
    if (signedIn === null) return respondWithPage(<SignedOutView frame={frame} />);
    const form = openForm(context, incoming, "logout");
    return respondWithPage(
      <SignOutView frame={frame} token={form.token} username={signedIn.account.username} />,
      { setCookie: form.setCookie },
    );
  };

const signOut =
  (context: Context): Handler =>
  async (incoming) => {
    const { sessions, configuration } = context;
    await readForm(context, incoming, "logout");
    const signedIn = await sessions.find(incoming.request);
    if (signedIn !== null) await sessions.end(signedIn.session);
    return seeOther(pagePath(configuration, "/logout"), { "Set-Cookie": sessions.clearCookie() });
  };

export const signInRoutes = (context: Context): Route[] => [
  {
    path: "/login",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSignIn(context), POST: signIn(context) },
  },
  {
    path: "/logout",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSignOut(context), POST: signOut(context) },
  },
];

/** @jsxImportSource hono/jsx */
/** Signing out, by one's own wish or that of an application (RP-Initiated Logout 1.0). */
import { type EndSessionPages, endSession, type LogoutRequest } from "../endpoints/end-session.ts";
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import type { Context } from "../operations/context.ts";
import { findSignedIn, type SignedIn, signOut } from "../operations/sessions.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import { parseParameters } from "../protocol/parameters.ts";
import { actOfPerson } from "../rules/events.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { markedName, webHost, webLink } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { type PageFrame, pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { pagePath } from "./urls.ts";
import { LOGOUT_REQUEST, SignedOutView, SignOutView } from "./views/sign-out.tsx";

interface SignOutPage {
  readonly signedIn: SignedIn;
  /** The query of an application's request. */
  readonly request?: string | undefined;
  readonly client?: ClientRecord | null;
  readonly uiLocales?: string | undefined;
  readonly isStale?: boolean;
}

function signOutPage(
  context: Context,
  incoming: Incoming,
  { signedIn, request, client = null, uiLocales, isStale = false }: SignOutPage,
): Promise<Response> {
  const here =
    request === undefined ? undefined : `${pagePath(context.issuer, ENDPOINT_PATHS.endSession)}?${request}`;
  const frame = pageFrame(context, incoming, uiLocales, { here });
  const form = openForm(context, incoming, "logout", request);
  return respondWithPage(
    <SignOutView
      frame={frame}
      token={form.token}
      username={signedIn.account.username}
      client={client === null ? null : markedName(client, context.configuration.registration, frame.texts)}
      request={request}
      fault={isStale ? frame.texts.forms.stale : null}
    />,
    {
      status: isStale ? 422 : 200,
      setCookie: form.setCookie,
      // The sign-out may lead on to the application.
      leads: request === undefined ? "nowhere_else" : "on_to_client",
    },
  );
}

const showSignOut =
  (context: Context): Handler =>
  async (incoming) => {
    const signedIn = await findSignedIn(context, incoming.request);
    return signedIn === null
      ? respondWithPage(<SignedOutView frame={pageFrame(context, incoming)} />)
      : signOutPage(context, incoming, { signedIn });
  };

const answerSignOut =
  (context: Context): Handler =>
  async (incoming) => {
    const { sessionCookie, issuer, configuration } = context;
    // The token is bound to the request, so that it stays the one that the person was asked about.
    const { form, isFresh } = await readForm(context, incoming, "logout", LOGOUT_REQUEST);
    const request = form.get(LOGOUT_REQUEST);
    const signedIn = await findSignedIn(context, incoming.request);
    // A person who is signed out already gets the page that says so.
    if (signedIn !== null && !isFresh)
      return signOutPage(context, incoming, { signedIn, request, isStale: true });
    if (signedIn !== null) {
      await signOut(context, actOfPerson(incoming, signedIn.account.subject), signedIn.session.id);
    }
    const next =
      request === undefined
        ? pagePath(issuer, "/logout")
        : // It is decided again, now that no person is signed in. This leads where any link could lead.
          `${pagePath(issuer, ENDPOINT_PATHS.endSession)}?${parseParameters(request, configuration.limits.parameters_per_request).toQuery()}`;
    return seeOther(next, [sessionCookie.clear()]);
  };

const endSessionPages = (context: Context): EndSessionPages => ({
  askSignOut: (incoming, { parameters, client }, signedIn) =>
    signOutPage(context, incoming, {
      signedIn,
      request: parameters.toQuery(),
      client,
      uiLocales: parameters.get("ui_locales"),
    }),

  showSignedOut(incoming, request, cookies) {
    const here = pagePath(context.issuer, "/logout");
    const frame = pageFrame(context, incoming, request.parameters.get("ui_locales"), { here });
    return respondWithPage(
      <SignedOutView
        frame={frame}
        back={wayBack(context, frame, request)}
        isRefused={request.returnTo === "refused"}
      />,
      { setCookie: cookies[0] ?? null, leads: "on_to_client" },
    );
  },
});

/** A link to the address that the application registered for this, or to its website. */
function wayBack(
  { configuration }: Context,
  { texts }: PageFrame,
  { client, returnTo }: LogoutRequest,
): { readonly words: string; readonly href: string } | null {
  if (client === null) return null;
  const name = markedName(client, configuration.registration, texts);
  if (returnTo !== null && returnTo !== "refused") {
    // What a stranger calls itself says less than where the link leads.
    const host = webHost(returnTo);
    return { words: texts.signOut.backTo(host ?? name), href: returnTo };
  }
  const website = webLink(client.clientUri);
  return website === null ? null : { words: texts.signOut.backTo(webHost(website) ?? name), href: website };
}

export const signOutRoutes = (context: Context): Route[] => [
  {
    path: "/logout",
    audience: "people",
    cors: "nobody",
    methods: { GET: showSignOut(context), POST: answerSignOut(context) },
  },
  {
    path: ENDPOINT_PATHS.endSession,
    audience: "people",
    cors: "nobody",
    methods: endSession(context, endSessionPages(context)),
  },
];

/** @jsxImportSource hono/jsx */
/** Signing out: the question, and what follows. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Layout, Note } from "../layout.tsx";
import { Outcome } from "./parts.tsx";

/** The hidden field with the request of the application that wants the person to sign out. */
export const LOGOUT_REQUEST = "request";

export interface SignOutProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly username: string;
  /** The application that asks, as the page names it; null if the person came by themselves, or it is unknown. */
  readonly client: string | null;
  /** The query of the application's request; undefined if there is none. */
  readonly request: string | undefined;
  /** Why the last attempt failed. */
  readonly fault: string | null;
}

export function SignOutView({ frame, token, username, client, request, fault }: SignOutProps) {
  const { signOut, common } = frame.texts;
  const title = request === undefined ? signOut.title : signOut.titleOf(frame.name);
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <h1>{title}</h1>
        {client !== null && <p>{signOut.asked(client)}</p>}
        <p>
          <span class="muted">{common.signedInAs}</span> <strong>{username}</strong>
        </p>
        <p class="muted">{signOut.lead}</p>
        {fault && <Note kind="bad">{fault}</Note>}
        <form method="post" action={frame.path("/logout")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, [LOGOUT_REQUEST]: request ?? null }} />
          <button class="main block" type="submit">
            {signOut.submit}
          </button>
          <a class="button other block" href={frame.path("/account")}>
            {request === undefined ? signOut.toAccount : signOut.stay}
          </a>
        </form>
      </div>
    </Layout>
  );
}

export interface SignedOutProps {
  readonly frame: PageFrame;
  /** Back to the application: the words and the whole address, which is one of its own. */
  readonly back?: { readonly words: string; readonly href: string } | null;
  /** The application wanted to send the person to an address that is none of its own. */
  readonly isRefused?: boolean;
}

export function SignedOutView({ frame, back = null, isRefused = false }: SignedOutProps) {
  const { signOut } = frame.texts;
  return (
    <Layout frame={frame} title={signOut.doneTitle}>
      <div class="card">
        <Outcome kind="good" />
        <h1>{signOut.doneTitle}</h1>
        <p class="muted">{signOut.doneLead}</p>
        {isRefused && <Note kind="warn">{signOut.notRegistered}</Note>}
        <div class="stack">
          {back !== null && (
            <a class="button main block" href={back.href} rel="noreferrer nofollow">
              {back.words}
            </a>
          )}
          <a class="button other block" href={frame.path("/login")}>
            {signOut.signIn}
          </a>
        </div>
      </div>
    </Layout>
  );
}

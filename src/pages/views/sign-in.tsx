/** @jsxImportSource hono/jsx */
/** Sign-in. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { type PasskeyAsk, PasskeyForm } from "./passkey-form.tsx";

/** The field of the form that leads back to the application. */
export const CANCEL = "cancel";

export interface SignInProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** The page to open afterwards, checked; null for the account page. */
  readonly returnTo: string | null;
  /** The content of the user name field. */
  readonly username: string;
  /** The purpose of the sign-in, and who is signed in already. */
  readonly lead: string;
  /** Why a person who is signed in is here: a field of this name brings it back. */
  readonly cause: string;
  /** The account that the person may go on with, and the page that they go on to; null if they must sign in. */
  readonly offered: { readonly username: string; readonly continueTo: string } | null;
  /** The name of the application that waits for an answer; null if none does. */
  readonly backTo: string | null;
  readonly passkey: PasskeyAsk;
  /** Why the person is here, after a form that changed nothing. */
  readonly notice: string | null;
  /** Why the last attempt failed. */
  readonly fault: string | null;
  /** Where the person signs in with their phone; null if they cannot. */
  readonly otherDevice: string | null;
  /** The address of this page at the issuer, for a browser that may be at another one. */
  readonly elsewhere: string | null;
  /** Where a person gets a new password who forgot theirs; null: from the operator. */
  readonly forgotten: string | null;
  /** Where a person signs in with a code by mail; null: nowhere. */
  readonly code: string | null;
  /** Where a person makes an account; null: nowhere. */
  readonly newAccount: string | null;
}

export function SignInView(props: SignInProps) {
  const { frame, token, returnTo, username, lead, cause, offered, backTo, notice, fault, elsewhere } = props;
  const { signIn, common } = frame.texts;
  const title = offered === null ? signIn.title : signIn.chooseTitle;
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <h1>{title}</h1>
        {frame.greeting && <p>{frame.greeting}</p>}
        <p class="muted">{lead}</p>
        {offered && (
          <>
            <a class="button main block" href={offered.continueTo}>
              {signIn.continueAs(offered.username)}
            </a>
            <h2>{signIn.useAnother}</h2>
          </>
        )}
        {notice && <Note kind="warn">{notice}</Note>}
        {fault && (
          <Note kind="bad" id="fault">
            {fault}
            {elsewhere && (
              <div class="links">
                <a href={elsewhere}>{new URL(elsewhere).origin}</a>
              </div>
            )}
          </Note>
        )}
        <form
          method="post"
          action={frame.path("/login")}
          class="stack"
          aria-describedby={fault ? "fault" : undefined}
        >
          <Hidden values={{ [FORM_TOKEN]: token, return_to: returnTo, [cause]: "1" }} />
          <Field
            id="username"
            label={signIn.usernameOrEmail}
            autocomplete="username webauthn"
            value={username}
            autofocus={offered === null && username === ""}
            maxlength={200}
          />
          <Field
            id="password"
            label={common.password}
            type="password"
            autocomplete="current-password"
            autofocus={offered === null && username !== ""}
          />
          <button class={offered === null ? "main block" : "other block"} type="submit">
            {signIn.submit}
          </button>
        </form>
        <PasskeyForm
          frame={frame}
          action="/login"
          token={token}
          kind="use"
          ask={props.passkey}
          fields={{ return_to: returnTo, [cause]: "1" }}
          names="username"
        />
        {props.otherDevice !== null && (
          <p class="small">
            <a href={props.otherDevice}>{signIn.withPhone}</a>
          </p>
        )}
        {props.code !== null && (
          <p class="small">
            <a href={props.code}>{signIn.codeLink}</a>
          </p>
        )}
        {props.newAccount !== null && (
          <p class="small">
            {signIn.noAccount} <a href={props.newAccount}>{signIn.newAccount}</a>
          </p>
        )}
        {props.forgotten === null ? (
          <p class="small muted">{signIn.forgotten}</p>
        ) : (
          <p class="small">
            <a href={props.forgotten}>{signIn.forgottenLink}</a>
          </p>
        )}
        {backTo !== null && (
          <form method="post" action={frame.path("/login")} class="back">
            <Hidden values={{ [FORM_TOKEN]: token, return_to: returnTo, [CANCEL]: "1" }} />
            <button class="plain" type="submit">
              {signIn.cancel(backTo)}
            </button>
          </form>
        )}
      </div>
    </Layout>
  );
}

/** @jsxImportSource hono/jsx */
/** The second step of a sign-in. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { type PasskeyAsk, PasskeyForm } from "./passkey-form.tsx";

export interface SecondStepProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** The sealed steps so far. */
  readonly progress: string;
  /** The page to open afterwards, for a person who must begin anew. */
  readonly returnTo: string | null;
  readonly username: string;
  /** Where the person goes on without this step; null if it is demanded. */
  readonly without: string | null;
  /** Where the person signs in with another account. */
  readonly otherAccount: string;
  readonly fault: string | null;
  /** Whether the person has an app or codes. */
  readonly hasCode: boolean;
  /** Null for a person without passkeys. */
  readonly passkey: PasskeyAsk | null;
}

export function SecondStepView({
  frame,
  token,
  progress,
  returnTo,
  username,
  without,
  otherAccount,
  fault,
  hasCode,
  passkey,
}: SecondStepProps) {
  const { secondStep, passkeys } = frame.texts;
  return (
    <Layout frame={frame} title={secondStep.title}>
      <div class="card">
        <h1>{secondStep.title}</h1>
        <p class="muted">{secondStep.lead(username)}</p>
        {fault && (
          <Note kind="bad" id="fault">
            {fault}
          </Note>
        )}
        {hasCode && (
          <form
            method="post"
            action={frame.path("/login")}
            class="stack"
            aria-describedby={fault ? "fault" : undefined}
          >
            <Hidden values={{ [FORM_TOKEN]: token, progress, return_to: returnTo }} />
            <Field
              id="code"
              label={secondStep.code}
              hint={secondStep.hint}
              autocomplete="one-time-code"
              autofocus
              maxlength={40}
            />
            <button class="main block" type="submit">
              {secondStep.submit}
            </button>
          </form>
        )}
        {passkey !== null && (
          <PasskeyForm
            frame={frame}
            action="/login"
            token={token}
            kind="use"
            ask={passkey}
            fields={{ progress, return_to: returnTo }}
            isMain={!hasCode}
            isOnlyWay={!hasCode}
          />
        )}
        <p class="small muted">{hasCode ? secondStep.lost : passkeys.lost}</p>
        <p class="small exits">
          {without && <a href={without}>{secondStep.without}</a>}
          <a href={otherAccount}>{secondStep.otherAccount}</a>
        </p>
      </div>
    </Layout>
  );
}

/** @jsxImportSource hono/jsx */
/** A forgotten password: asking for a link, and setting a new password with it. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";

export interface ForgotProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly username: string;
  readonly fault: string | null;
}

export function ForgotView({ frame, token, username, fault }: ForgotProps) {
  const { reset, signIn } = frame.texts;
  return (
    <Layout frame={frame} title={reset.forgotTitle}>
      <div class="card">
        <h1>{reset.forgotTitle}</h1>
        <p class="muted">{reset.forgotLead}</p>
        {fault && (
          <Note kind="bad" id="fault">
            {fault}
          </Note>
        )}
        <form method="post" action={frame.path("/forgot")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token }} />
          <Field
            id="username"
            label={signIn.usernameOrEmail}
            autocomplete="username"
            value={username}
            autofocus
            maxlength={320}
          />
          <button class="main block" type="submit">
            {reset.ask}
          </button>
        </form>
        <p class="small">
          <a href={frame.path("/login")}>{reset.back}</a>
        </p>
      </div>
    </Layout>
  );
}

export interface ResetProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly values: Readonly<Record<string, string>>;
  readonly username: string;
  readonly minimumPasswordCharacters: number;
  readonly fault: string | null;
}

export function ResetView(props: ResetProps) {
  const { frame, token, values, username, fault } = props;
  const { reset, account } = frame.texts;
  return (
    <Layout frame={frame} title={reset.title}>
      <div class="card">
        <h1>{reset.title}</h1>
        <p class="muted">{reset.lead(username, frame.name)}</p>
        <form method="post" action={frame.path("/reset-password")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, ...values }} />
          {/* For password managers, which must know whose password it is, and for a form that is sent twice. */}
          <input type="text" name="username" autocomplete="username" value={username} readonly hidden />
          <Field
            id="new_password"
            label={account.newPassword}
            type="password"
            autocomplete="new-password"
            hint={account.passwordHint(props.minimumPasswordCharacters)}
            fault={fault}
            autofocus
          />
          <button class="main block" type="submit">
            {reset.submit}
          </button>
        </form>
      </div>
    </Layout>
  );
}

/** @jsxImportSource hono/jsx */
/** First start: the first account. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout } from "../layout.tsx";

export interface SetupProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** The one-time link's credential, which the form sends back. */
  readonly setupToken: string;
  readonly username: string;
  readonly minimumPasswordCharacters: number;
  readonly faults: { readonly username?: string; readonly password?: string };
}

export function SetupView({
  frame,
  token,
  setupToken,
  username,
  minimumPasswordCharacters,
  faults,
}: SetupProps) {
  const { setup, common } = frame.texts;
  return (
    <Layout frame={frame} title={setup.title}>
      <div class="card">
        <h1>{setup.title}</h1>
        <p class="muted">{setup.lead(frame.name)}</p>
        <form method="post" action={frame.path("/setup")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, token: setupToken }} />
          <Field
            id="username"
            label={common.username}
            hint={setup.usernameHint}
            fault={faults.username}
            autocomplete="username"
            value={username}
            autofocus={faults.username !== undefined || faults.password === undefined}
            maxlength={200}
          />
          <Field
            id="password"
            label={common.password}
            type="password"
            hint={setup.passwordHint(minimumPasswordCharacters)}
            fault={faults.password}
            autocomplete="new-password"
            autofocus={faults.username === undefined && faults.password !== undefined}
          />
          <button class="main block" type="submit">
            {setup.submit}
          </button>
        </form>
      </div>
    </Layout>
  );
}

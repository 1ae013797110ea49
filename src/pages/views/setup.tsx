/** @jsxImportSource hono/jsx */
/** First start: the first account. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout } from "../layout.tsx";

/** The faults of the fields, in words. */
export interface SetupFaults {
  readonly username?: string;
  readonly password?: string;
  readonly name?: string;
  readonly email?: string;
}

export interface SetupProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** The one-time link's credential, which the form sends back. */
  readonly setupToken: string;
  /** The fields as typed. */
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly minimumPasswordCharacters: number;
  readonly faults: SetupFaults;
}

/** The first of these fields with a fault has the cursor; without a fault the first field. */
const FIELDS = ["username", "password", "name", "email"] as const;

export function SetupView(props: SetupProps) {
  const { frame, token, setupToken, username, minimumPasswordCharacters, faults } = props;
  const focused = FIELDS.find((field) => faults[field] !== undefined) ?? "username";
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
            autofocus={focused === "username"}
            maxlength={200}
          />
          <Field
            id="password"
            label={common.password}
            type="password"
            hint={setup.passwordHint(minimumPasswordCharacters)}
            fault={faults.password}
            autocomplete="new-password"
            autofocus={focused === "password"}
          />
          <Field
            id="name"
            label={common.name}
            hint={setup.optional}
            fault={faults.name}
            autocomplete="name"
            value={props.name}
            required={false}
            autofocus={focused === "name"}
            maxlength={200}
          />
          <Field
            id="email"
            label={common.email}
            hint={setup.optional}
            fault={faults.email}
            autocomplete="email"
            value={props.email}
            required={false}
            autofocus={focused === "email"}
            maxlength={320}
          />
          <button class="main block" type="submit">
            {setup.submit}
          </button>
        </form>
      </div>
    </Layout>
  );
}

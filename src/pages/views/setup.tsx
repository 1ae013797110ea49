/** @jsxImportSource hono/jsx */
/** First start: the first account. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { WITH_PASSKEY } from "./new-account.tsx";
import { type PasskeyAsk, PasskeyForm } from "./passkey-form.tsx";

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
  const { setup, newAccount, common } = frame.texts;
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
          <button class="other block" type="submit" name={WITH_PASSKEY} value="1" formnovalidate>
            {newAccount.withPasskey}
          </button>
        </form>
      </div>
    </Layout>
  );
}

export interface SetupPasskeyProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly username: string;
  /** The fields of the first page, and the subject of the account. */
  readonly fields: Readonly<Record<string, string>>;
  readonly ask: PasskeyAsk;
  /** Why there is no account yet; null at first. */
  readonly fault: string | null;
  /** The first page. */
  readonly back: string;
}

/** The second page of a person who wants a passkey: the account is made together with it. */
export function SetupPasskeyView({ frame, token, username, fields, ask, fault, back }: SetupPasskeyProps) {
  const { setup } = frame.texts;
  return (
    <Layout frame={frame} title={setup.passkeyTitle}>
      <div class="card">
        <h1>{setup.passkeyTitle}</h1>
        <p class="muted">{setup.passkeyLead(username)}</p>
        {fault !== null && <Note kind="bad">{fault}</Note>}
        <PasskeyForm
          frame={frame}
          action="/setup"
          token={token}
          kind="add"
          ask={ask}
          fields={fields}
          isMain
          isOnlyWay
        />
        <p class="small">
          <a href={back}>{setup.passwordInstead}</a>
        </p>
      </div>
    </Layout>
  );
}

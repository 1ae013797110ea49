/** @jsxImportSource hono/jsx */
/** A new account, by invitation or without. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";

/** The faults of the fields, in words. */
export interface NewAccountFaults {
  readonly username?: string;
  readonly password?: string;
  readonly name?: string;
  readonly email?: string;
  /** Why the form did nothing, whatever its fields say. */
  readonly form?: string;
}

/** The name of the button by which a person takes a passkey and no password. */
export const WITH_PASSKEY = "with_passkey";

export interface NewAccountProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly action: `/${string}`;
  readonly values: Readonly<Record<string, string | null>>;
  readonly title: string;
  readonly lead: string;
  /** Who is signed in in this browser until then; null: no one is. */
  readonly signedInAs: string | null;
  readonly username: string;
  readonly name: string;
  /** `fixed`: the address that the account gets. `asked`: the content of the field. Null: the account has none. */
  readonly email: { readonly fixed: string } | { readonly asked: string } | null;
  readonly minimumPasswordCharacters: number;
  readonly offersPasskey: boolean;
  readonly faults: NewAccountFaults;
}

/** The first of these fields with a fault has the cursor. */
const FIELDS = ["username", "password", "name", "email"] as const;

export function NewAccountView(props: NewAccountProps) {
  const { frame, token, action, values, title, lead, signedInAs, email, faults } = props;
  const { setup, newAccount, common } = frame.texts;
  const empty = props.username === "" ? "username" : "password";
  const focused = FIELDS.find((field) => faults[field] !== undefined) ?? empty;
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <h1>{title}</h1>
        <p class="muted">{lead}</p>
        {signedInAs !== null && <Note kind="warn">{newAccount.signedInAs(signedInAs)}</Note>}
        {faults.form && <Note kind="bad">{faults.form}</Note>}
        {email !== null && "fixed" in email && (
          <dl class="facts">
            <div>
              <dt>{common.email}</dt>
              <dd>{email.fixed}</dd>
            </div>
          </dl>
        )}
        <form method="post" action={frame.path(action)} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, ...values }} />
          <Field
            id="username"
            label={common.username}
            hint={setup.usernameHint}
            fault={faults.username}
            autocomplete="username"
            value={props.username}
            autofocus={focused === "username"}
            maxlength={200}
          />
          <Field
            id="password"
            label={common.password}
            type="password"
            hint={setup.passwordHint(props.minimumPasswordCharacters)}
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
          {email !== null && "asked" in email && (
            <Field
              id="email"
              label={common.email}
              hint={newAccount.emailHint}
              fault={faults.email}
              autocomplete="email"
              value={email.asked}
              required={false}
              autofocus={focused === "email"}
              maxlength={320}
            />
          )}
          <button class="main block" type="submit">
            {setup.submit}
          </button>
          {props.offersPasskey && (
            <button class="other block" type="submit" name={WITH_PASSKEY} value="1" formnovalidate>
              {newAccount.withPasskey}
            </button>
          )}
        </form>
      </div>
    </Layout>
  );
}

/** @jsxImportSource hono/jsx */
/** A new account, by invitation or without. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { EmailField, NameField } from "./person-fields.tsx";

/** The faults of the fields, in words. */
export interface AccountFieldFaults {
  readonly username?: string;
  readonly password?: string;
  readonly name?: string;
  readonly email?: string;
}

export interface NewAccountFaults extends AccountFieldFaults {
  /** Why the form did nothing, for a reason that no field has. */
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
  /** The person who is signed in in this browser until then; null without one. */
  readonly signedInAs: string | null;
  readonly username: string;
  readonly name: string;
  /** `fixed`: the address that the account gets. `asked`: the content of the field. Null: the account has none. */
  readonly email: { readonly fixed: string } | { readonly asked: string } | null;
  readonly minimumPasswordCharacters: number;
  readonly offersPasskey: boolean;
  readonly faults: NewAccountFaults;
}

interface AccountFieldsProps {
  readonly frame: PageFrame;
  readonly username: string;
  readonly name: string;
  /** The content of the field and its hint; null for a page that does not ask for the address. */
  readonly email: { readonly value: string; readonly hint: string } | null;
  readonly minimumPasswordCharacters: number;
  readonly faults: AccountFieldFaults;
}

const FIELDS = ["username", "password", "name", "email"] as const;

/** The fields of a new account, and the button that makes it. The first field with a fault has the cursor, else the first empty one. */
export function AccountFields({ frame, email, faults, ...props }: AccountFieldsProps) {
  const { setup, common } = frame.texts;
  const empty = props.username === "" ? "username" : "password";
  const focused = FIELDS.find((field) => faults[field] !== undefined) ?? empty;
  return (
    <>
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
      <NameField
        frame={frame}
        hint={setup.optional}
        fault={faults.name}
        autocomplete="name"
        value={props.name}
        autofocus={focused === "name"}
      />
      {email !== null && (
        <EmailField
          frame={frame}
          hint={email.hint}
          fault={faults.email}
          autocomplete="email"
          value={email.value}
          autofocus={focused === "email"}
        />
      )}
      <button class="main block" type="submit">
        {setup.submit}
      </button>
    </>
  );
}

export function NewAccountView(props: NewAccountProps) {
  const { frame, token, action, values, title, lead, signedInAs, email, faults } = props;
  const { newAccount, common } = frame.texts;
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
          <AccountFields
            frame={frame}
            username={props.username}
            name={props.name}
            email={
              email !== null && "asked" in email ? { value: email.asked, hint: newAccount.emailHint } : null
            }
            minimumPasswordCharacters={props.minimumPasswordCharacters}
            faults={faults}
          />
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

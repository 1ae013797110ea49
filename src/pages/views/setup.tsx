/** @jsxImportSource hono/jsx */
/** First start: the first account. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Layout, Note } from "../layout.tsx";
import { type AccountFieldFaults, AccountFields, WITH_PASSKEY } from "./new-account.tsx";
import { type PasskeyAsk, PasskeyForm } from "./passkey-form.tsx";

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
  readonly faults: AccountFieldFaults;
}

export function SetupView({ frame, token, setupToken, email, ...fields }: SetupProps) {
  const { setup, newAccount } = frame.texts;
  return (
    <Layout frame={frame} title={setup.title}>
      <div class="card">
        <h1>{setup.title}</h1>
        <p class="muted">{setup.lead(frame.name)}</p>
        <form method="post" action={frame.path("/setup")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, token: setupToken }} />
          <AccountFields frame={frame} email={{ value: email, hint: setup.optional }} {...fields} />
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

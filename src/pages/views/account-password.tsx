/** @jsxImportSource hono/jsx */
/** The form for a new password. */
import { FORM_TOKEN } from "../forms.ts";
import { Box, Field, Hidden } from "../layout.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";

/** The hidden field that tells which password the person had when the page was opened. */
export const PASSWORD_MARK = "password_mark";

/** The box that ends all access, and the beginning of the names of those that end the access of one client. */
export const END_ALL = "end_all";
export const END_CLIENT = "end_client_";

export interface ClientToEnd {
  readonly clientId: string;
  readonly name: string;
}

export interface PasswordFault {
  readonly field: "current_password" | "new_password";
  readonly text: string;
}

interface PasswordProps {
  readonly frame: AccountFrame;
  readonly token: string;
  readonly mark: string;
  readonly minimumCharacters: number;
  /** The clients whose access may end with the old password. */
  readonly clients: readonly ClientToEnd[];
  readonly fault: PasswordFault | null;
}

export function PasswordView({ frame, token, mark, minimumCharacters, clients, fault }: PasswordProps) {
  const { account } = frame.texts;
  const faultIn = (field: PasswordFault["field"]) => (fault?.field === field ? fault.text : null);
  return (
    <AccountLayout frame={frame} title={account.changePassword}>
      <div class="card">
        <h1>{account.changePassword}</h1>
        <form method="post" action={frame.path("/account/password")} class="stack">
          <p class="small muted">{account.passwordLead}</p>
          <Hidden values={{ [FORM_TOKEN]: token, action: "password", [PASSWORD_MARK]: mark }} />
          {/* For password managers, which must know whose password changes, and for a form that is sent twice. */}
          <input type="text" name="username" autocomplete="username" value={frame.username} readonly hidden />
          <Field
            id="current_password"
            label={account.currentPassword}
            type="password"
            autocomplete="current-password"
            fault={faultIn("current_password")}
            autofocus={fault?.field === "current_password"}
          />
          <Field
            id="new_password"
            label={account.newPassword}
            type="password"
            autocomplete="new-password"
            hint={account.passwordHint(minimumCharacters)}
            fault={faultIn("new_password")}
            autofocus={fault?.field === "new_password"}
          />
          {clients.length > 0 && <AccessToEnd frame={frame} clients={clients} />}
          <button class="main" type="submit">
            {account.changePassword}
          </button>
        </form>
      </div>
    </AccountLayout>
  );
}

/** Nothing is ticked: applications never knew the password, so a change of habit does not cut off the television. */
function AccessToEnd({ frame, clients }: { frame: AccountFrame; clients: readonly ClientToEnd[] }) {
  const { account } = frame.texts;
  return (
    <fieldset class="boxes" aria-describedby="ends-hint">
      <legend>{account.alsoEnd}</legend>
      <p class="small muted" id="ends-hint">
        {account.alsoEndHint}
      </p>
      <Box name={END_ALL} value="yes" words={account.endAllAccess} />
      {clients.map(({ clientId, name }, index) => (
        <Box name={`${END_CLIENT}${index}`} value={clientId} words={name} />
      ))}
    </fieldset>
  );
}

/** @jsxImportSource hono/jsx */
/** The account page: access, the person's details, the password, the browsers. */
import { displayText } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { AccessRow, type ClientAccess } from "./account-access.tsx";
import { type SessionRow, SessionsSection } from "./account-sessions.tsx";
import { Icon } from "./icons.tsx";

/** A field that a person filled in wrongly. */
export interface AccountFault {
  readonly field: "current_password" | "new_password" | "name" | "email";
  readonly text: string;
}

/** What applications are told of the person. */
export interface Details {
  readonly name: string;
  readonly email: string;
}

export interface AccountProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** Goes along with the form for the password. */
  readonly passwordMark: string;
  readonly username: string;
  readonly name: string | null;
  /** The reference to the person's picture at this server; null for a person without one. */
  readonly picture: string | null;
  /** The content of the fields, as typed if a fault is shown. */
  readonly details: Details;
  /** Whether the person may change their e-mail address. */
  readonly mayChangeEmail: boolean;
  readonly minimumPasswordCharacters: number;
  readonly access: readonly ClientAccess[];
  readonly sessions: readonly SessionRow[];
  /** The notice about the person's last act. */
  readonly notice: string | null;
  /** The issuer, for the administrator who just set the server up; null for everyone else. */
  readonly nextFor: string | null;
  /** Whether the form for the password is open. */
  readonly opensPassword: boolean;
  /** Why the last form, unless it was about the password, did nothing. */
  readonly alert: string | null;
  readonly fault: AccountFault | null;
}

/** The anchor of the form for the password. */
export const PASSWORD_ANCHOR = "password-title";

/** The hidden field that tells which password the person had when the page was opened. */
export const PASSWORD_MARK = "password_mark";

export function AccountView(props: AccountProps) {
  const { frame, access } = props;
  const { account } = frame.texts;
  const name = displayText(props.name ?? "");
  return (
    <Layout frame={frame} title={account.title} width="wide">
      {props.notice && <Note kind="good">{props.notice}</Note>}
      {props.nextFor && <NextStep frame={frame} issuer={props.nextFor} />}
      {props.alert && <Note kind="bad">{props.alert}</Note>}
      <div class="card">
        <div class="row">
          <div>
            <h1>{account.title}</h1>
            <p class="muted">
              <bdi>{name === "" ? props.username : `${name} (${props.username})`}</bdi>
            </p>
          </div>
          {props.picture && <img class="portrait" src={props.picture} alt="" width="64" height="64" />}
        </div>
      </div>
      <section class="card" aria-labelledby="access">
        <h2 id="access">{account.accessTitle}</h2>
        <p class="small muted">{access.length === 0 ? account.accessNone : account.accessLead}</p>
        {access.length > 0 && (
          <ul class="access">
            {access.map((entry) => (
              <AccessRow frame={frame} token={props.token} entry={entry} />
            ))}
          </ul>
        )}
      </section>
      <SessionsSection {...props} />
      <DetailsSection {...props} />
      <PasswordSection {...props} />
    </Layout>
  );
}

/** After first start: an account alone is of no use. */
function NextStep({ frame, issuer }: { frame: PageFrame; issuer: string }) {
  const { next } = frame.texts;
  return (
    <section class="card" aria-labelledby="next">
      <h2 id="next">{next.title}</h2>
      <ol class="steps">
        <li>
          <p>{next.addClient}</p>
          <pre>
            <code>tessera client add --name Wiki --redirect-uri https://wiki.example/callback</code>
          </pre>
        </li>
        <li>
          <p>{next.tellIssuer}</p>
          <pre>
            <code>{issuer}</code>
          </pre>
        </li>
        <li>
          <p>{next.addPeople}</p>
          <pre>
            <code>tessera user add ada --name "Ada Lovelace"</code>
          </pre>
        </li>
      </ol>
    </section>
  );
}

const faultIn = (fault: AccountFault | null, field: AccountFault["field"]): string | null =>
  fault?.field === field ? fault.text : null;

function DetailsSection({ frame, token, details, mayChangeEmail, fault }: AccountProps) {
  const { account, common } = frame.texts;
  const isOpen = fault?.field === "name" || fault?.field === "email";
  return (
    <section class="card fold" aria-labelledby="details-title">
      <details open={isOpen}>
        <summary>
          <h2 id="details-title">{account.detailsTitle}</h2>
          <Icon name="down" />
        </summary>
        <form method="post" action={frame.path("/account")} class="stack">
          <p class="small muted">{account.detailsLead}</p>
          <Hidden values={{ [FORM_TOKEN]: token, action: "details" }} />
          <Field
            id="name"
            label={common.name}
            autocomplete="name"
            value={details.name}
            required={false}
            maxlength={200}
            fault={faultIn(fault, "name")}
            autofocus={fault?.field === "name"}
          />
          {mayChangeEmail ? (
            <Field
              id="email"
              label={common.email}
              autocomplete="email"
              value={details.email}
              required={false}
              maxlength={320}
              fault={faultIn(fault, "email")}
              autofocus={fault?.field === "email"}
            />
          ) : (
            <p class="small muted">{account.emailByOperator(displayText(details.email, 320) || null)}</p>
          )}
          <button class="main" type="submit">
            {account.save}
          </button>
        </form>
      </details>
    </section>
  );
}

function PasswordSection(props: AccountProps) {
  const { frame, token, passwordMark, username, minimumPasswordCharacters, opensPassword, fault } = props;
  const { account } = frame.texts;
  const isFaulty = fault?.field === "current_password" || fault?.field === "new_password";
  return (
    <section class="card fold" aria-labelledby={PASSWORD_ANCHOR}>
      <details open={opensPassword || isFaulty}>
        <summary>
          <h2 id={PASSWORD_ANCHOR}>{account.changePassword}</h2>
          <Icon name="down" />
        </summary>
        <form method="post" action={frame.path("/account")} class="stack">
          <p class="small muted">{account.passwordLead}</p>
          <Hidden values={{ [FORM_TOKEN]: token, action: "password", [PASSWORD_MARK]: passwordMark }} />
          {/* For password managers, which must know whose password changes, and for a form that is sent twice. */}
          <input type="text" name="username" autocomplete="username" value={username} readonly hidden />
          <Field
            id="current_password"
            label={account.currentPassword}
            type="password"
            autocomplete="current-password"
            fault={faultIn(fault, "current_password")}
            autofocus={fault?.field === "current_password"}
          />
          <Field
            id="new_password"
            label={account.newPassword}
            type="password"
            autocomplete="new-password"
            hint={account.passwordHint(minimumPasswordCharacters)}
            fault={faultIn(fault, "new_password")}
            autofocus={fault?.field === "new_password"}
          />
          <button class="main" type="submit">
            {account.changePassword}
          </button>
        </form>
      </details>
    </section>
  );
}

/** @jsxImportSource hono/jsx */
/** The account page: access, the password, this browser. */
import { displayText } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { longDate, machineTime } from "../time.ts";
import { Icon } from "./icons.tsx";
import { type AccessWords, MayList } from "./parts.tsx";

/** The access of one client, now or again without asking. */
export interface ClientAccess {
  readonly clientId: string;
  /** Null if the client is no longer registered. */
  readonly clientName: string | null;
  /** Whether the client registered itself, so that its name is only its own claim. */
  readonly unverified: boolean;
  /** The host of the client's website, if it has one. */
  readonly host: string | null;
  readonly via: readonly ("application" | "device")[];
  readonly since: number;
  readonly access: readonly AccessWords[];
  /** Whether it can use the account now. */
  readonly hasAccess: boolean;
  /** Whether the person is asked before it gets access again. */
  readonly asksAgain: boolean;
}

export type PasswordFault = { readonly field: "current_password" | "new_password"; readonly text: string };

export interface AccountProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly username: string;
  readonly name: string | null;
  readonly signedInSince: number;
  readonly minimumPasswordCharacters: number;
  readonly access: readonly ClientAccess[];
  /** The notice about the person's last act. */
  readonly notice: string | null;
  /** Why the last form, unless it was about the password, did nothing. */
  readonly alert: string | null;
  readonly fault: PasswordFault | null;
}

export function AccountView(props: AccountProps) {
  const { frame, access } = props;
  const { account } = frame.texts;
  const name = displayText(props.name ?? "");
  return (
    <Layout frame={frame} title={account.title} width="wide">
      {props.notice && <Note kind="good">{props.notice}</Note>}
      {props.alert && <Note kind="bad">{props.alert}</Note>}
      <div class="card">
        <div class="row">
          <div>
            <h1>{account.title}</h1>
            <p class="muted">
              <bdi>{name === "" ? props.username : `${name} (${props.username})`}</bdi>
            </p>
          </div>
        </div>
      </div>
      <section class="card" aria-labelledby="access">
        <h2 id="access">{account.accessTitle}</h2>
        <p class="small muted">{access.length === 0 ? account.accessNone : account.accessLead}</p>
        {access.length > 0 && (
          <ul class="access">
            {access.map((entry) => (
              <Access frame={frame} token={props.token} entry={entry} />
            ))}
          </ul>
        )}
      </section>
      <PasswordSection {...props} />
      <section class="card fold" aria-labelledby="session">
        <div class="row">
          <div>
            <h2 id="session">{account.sessionTitle}</h2>
            <p class="small muted">
              {account.sessionLead} <Day frame={frame} at={props.signedInSince} />
            </p>
          </div>
          <a class="button other" href={frame.path("/logout")}>
            {account.signOut}
          </a>
        </div>
      </section>
    </Layout>
  );
}

function Access({ frame, token, entry }: { frame: PageFrame; token: string; entry: ClientAccess }) {
  const { account } = frame.texts;
  const name = entry.clientName === null ? account.unknownClient : displayText(entry.clientName);
  const kinds = entry.via.map((via) => (via === "device" ? account.viaDevice : account.viaApplication));
  return (
    <li>
      <div>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <p class="small muted">
          {[entry.host, kinds.join(", ")].filter(Boolean).join(" · ")} · {account.since}{" "}
          <Day frame={frame} at={entry.since} />
        </p>
        {entry.unverified && (
          <p class="small unverified">
            <Icon name="alert" size={16} /> {account.unverified}
          </p>
        )}
        <MayList frame={frame} access={entry.access} nothing={account.mayNothing} size="small" />
        {!entry.asksAgain && (
          <p class="small muted">{entry.hasAccess ? account.remembered : account.rememberedOnly}</p>
        )}
      </div>
      <form method="post" action={frame.path("/account")}>
        <Hidden values={{ [FORM_TOKEN]: token, action: "remove", client_id: entry.clientId }} />
        <button class="remove" type="submit" aria-label={account.removeLabel(name)}>
          {account.remove}
        </button>
      </form>
    </li>
  );
}

function PasswordSection({ frame, token, username, minimumPasswordCharacters, fault }: AccountProps) {
  const { account } = frame.texts;
  const faultOf = (field: PasswordFault["field"]) => (fault?.field === field ? fault.text : null);
  return (
    <section class="card fold" aria-labelledby="password-title">
      <details open={fault !== null}>
        <summary>
          <h2 id="password-title">{account.changePassword}</h2>
          <Icon name="down" />
        </summary>
        <form method="post" action={frame.path("/account")} class="stack">
          <p class="small muted">{account.passwordLead}</p>
          <Hidden values={{ [FORM_TOKEN]: token, action: "password" }} />
          {/* For password managers, which must know whose password changes, and for a form that is sent twice. */}
          <input type="text" name="username" autocomplete="username" value={username} readonly hidden />
          <Field
            id="current_password"
            label={account.currentPassword}
            type="password"
            autocomplete="current-password"
            fault={faultOf("current_password")}
            autofocus={fault?.field === "current_password"}
          />
          <Field
            id="new_password"
            label={account.newPassword}
            type="password"
            autocomplete="new-password"
            hint={account.passwordHint(minimumPasswordCharacters)}
            fault={faultOf("new_password")}
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

const Day = ({ frame, at }: { frame: PageFrame; at: number }) => (
  <time datetime={machineTime(at)}>{longDate(frame.texts.language, at)}</time>
);

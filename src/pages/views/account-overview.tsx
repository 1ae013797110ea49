/** @jsxImportSource hono/jsx */
/** The first page of the account: what has access. */

import { FORM_TOKEN } from "../forms.ts";
import { Hidden, Note } from "../layout.tsx";
import { AccessRow, type ClientAccess } from "./account-access.tsx";
import { AppsSection, type AppTile } from "./account-apps.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Icon } from "./icons.tsx";

interface OverviewProps {
  readonly frame: AccountFrame;
  readonly token: string;
  /** The requests that wait for the person's approval; null if there are none. */
  readonly approvals: { readonly count: number; readonly href: string } | null;
  readonly apps: readonly AppTile[];
  readonly moreApps: { readonly count: number; readonly href: string } | null;
  readonly access: readonly ClientAccess[];
  /** Where the person manages this server; null for those who do not. */
  readonly manages: string | null;
  /** Where the person invites others; null for those who may not. */
  readonly invitePeople: string | null;
}

export function OverviewView(props: OverviewProps) {
  const { frame, token, approvals, apps, moreApps, access, manages, invitePeople } = props;
  const { account, invite } = frame.texts;
  return (
    <AccountLayout frame={frame} title={account.title}>
      <h1 class="hidden">{account.title}</h1>
      {approvals !== null && (
        <Note kind="warn" title={frame.texts.approvals.waiting(approvals.count)}>
          <a class="button other" href={approvals.href}>
            {frame.texts.approvals.look}
          </a>
        </Note>
      )}
      <AppsSection frame={frame} apps={apps} more={moreApps} />
      <section class="card" aria-labelledby="access">
        <h2 id="access">{account.accessTitle}</h2>
        <p class="small muted">{access.length === 0 ? account.accessNone : account.accessLead}</p>
        {access.length > 0 && (
          <ul class="access">
            {access.map((entry) => (
              <AccessRow frame={frame} token={token} entry={entry} />
            ))}
          </ul>
        )}
        {access.length > 1 && (
          <form method="post" action={frame.path("/account")} class="below-list">
            <Hidden values={{ [FORM_TOKEN]: token, action: "remove_all" }} />
            <button class="remove" type="submit">
              {account.removeEverything}
            </button>
          </form>
        )}
      </section>
      {(manages !== null || invitePeople !== null) && (
        <div class="card">
          <div class="go">
            {manages !== null && <Go href={manages} title={account.manageTitle} text={account.manageText} />}
            {invitePeople !== null && <Go href={invitePeople} title={invite.link} text={invite.lead} />}
          </div>
        </div>
      )}
    </AccountLayout>
  );
}

/** All applications, for a person who may open many. */
export function AppsView({ frame, apps }: { frame: AccountFrame; apps: readonly AppTile[] }) {
  const { account } = frame.texts;
  return (
    <AccountLayout frame={frame} title={account.appsTitle}>
      <h1 class="hidden">{account.appsTitle}</h1>
      <AppsSection frame={frame} apps={apps} more={null} />
    </AccountLayout>
  );
}

const Go = ({ href, title, text }: { href: string; title: string; text: string }) => (
  <a href={href}>
    <span>
      <strong>{title}</strong>
      <span>{text}</span>
    </span>
    <Icon name="next" />
  </a>
);

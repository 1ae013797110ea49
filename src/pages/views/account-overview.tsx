/** @jsxImportSource hono/jsx */
/** The first page of the account: what has access. */
import type { PageFrame } from "../frame.ts";
import { FORM_TOKEN } from "../forms.ts";
import { Hidden } from "../layout.tsx";
import { AccessRow, type ClientAccess } from "./account-access.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";

interface OverviewProps {
  readonly frame: AccountFrame;
  readonly token: string;
  readonly access: readonly ClientAccess[];
  /** The issuer, for the administrator who just set the server up; null for everyone else. */
  readonly nextFor: string | null;
}

export function OverviewView({ frame, token, access, nextFor }: OverviewProps) {
  const { account } = frame.texts;
  return (
    <AccountLayout frame={frame} title={account.title}>
      {nextFor && <NextStep frame={frame} issuer={nextFor} />}
      <div class="card">
        <h1>{account.title}</h1>
        <section aria-labelledby="access">
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
      </div>
    </AccountLayout>
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

/** @jsxImportSource hono/jsx */
/** The page about signing in: the ways, and the browsers. */

import type { MailKind } from "../../rules/mail.ts";
import type { WayRow } from "../account/way.ts";
import { FORM_TOKEN } from "../forms.ts";
import { Box, Hidden } from "../layout.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { type SessionRow, SessionsSection } from "./account-sessions.tsx";
import { Icon } from "./icons.tsx";

interface SecurityProps {
  readonly frame: AccountFrame;
  readonly token: string;
  readonly ways: readonly WayRow[];
  readonly sessions: readonly SessionRow[];
  /** Null if no mail reaches the person. */
  readonly mails: MailChoice | null;
}

/** Which mails the person gets besides those about the security of the account, which they all get. */
export interface MailChoice {
  /** Where they go. */
  readonly address: string;
  /** The kinds that the person may turn off, and whether they get them. The box of a kind has its name. */
  readonly kinds: readonly { readonly kind: MailKind; readonly isOn: boolean }[];
}

export function SecurityView({ frame, token, ways, sessions, mails }: SecurityProps) {
  const { account } = frame.texts;
  return (
    <AccountLayout frame={frame} title={account.securityTitle}>
      <div class="card">
        <h1>{account.securityTitle}</h1>
        <section aria-labelledby="ways">
          <h2 id="ways">{account.waysTitle}</h2>
          <ul class="go ways">
            {ways.map((way) => (
              <li>
                <Way {...way} />
              </li>
            ))}
          </ul>
        </section>
      </div>
      <SessionsSection frame={frame} token={token} sessions={sessions} />
      {mails !== null && <MailsSection frame={frame} token={token} mails={mails} />}
    </AccountLayout>
  );
}

function MailsSection({
  frame,
  token,
  mails: { address, kinds },
}: Pick<SecurityProps, "frame" | "token"> & { readonly mails: MailChoice }) {
  const { account } = frame.texts;
  const { title, lead, optional } = account.mails;
  return (
    <section class="card" aria-labelledby="mails">
      <h2 id="mails">{title}</h2>
      <p class="small muted">{lead(address)}</p>
      <form method="post" action={frame.path("/account/security")} class="stack">
        <Hidden values={{ [FORM_TOKEN]: token, action: "mails" }} />
        {kinds.map(({ kind, isOn }) => (
          <Box
            name={kind}
            value="yes"
            words={new Map(Object.entries(optional)).get(kind) ?? kind}
            checked={isOn}
          />
        ))}
        <button class="other" type="submit">
          {account.save}
        </button>
      </form>
    </section>
  );
}

function Way({ label, state, href, warns = false }: WayRow) {
  const words = (
    <span>
      <strong>{label}</strong>
      <span>
        {warns && <Icon name="alert" />}
        {state}
      </span>
    </span>
  );
  if (href === null) return <div class="row">{words}</div>;
  return (
    <a href={href}>
      {words}
      <Icon name="next" />
    </a>
  );
}

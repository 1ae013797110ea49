/** @jsxImportSource hono/jsx */
/** The page about signing in: the ways, and the browsers. */

import type { WayRow } from "../account/way.ts";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { type SessionRow, SessionsSection } from "./account-sessions.tsx";
import { Icon } from "./icons.tsx";

interface SecurityProps {
  readonly frame: AccountFrame;
  readonly token: string;
  readonly ways: readonly WayRow[];
  readonly sessions: readonly SessionRow[];
}

export function SecurityView({ frame, token, ways, sessions }: SecurityProps) {
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
    </AccountLayout>
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

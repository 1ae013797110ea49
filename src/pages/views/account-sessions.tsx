/** @jsxImportSource hono/jsx */
/** The browsers of the account page: where the person is signed in. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden } from "../layout.tsx";
import { longDate, relativeTime } from "../time.ts";
import { Day } from "./parts.tsx";

/** A browser in which the person is signed in. */
export interface SessionRow {
  readonly id: string;
  /** Whether it is the browser that shows the page. */
  readonly isHere: boolean;
  /** What the browser is, in words. */
  readonly product: string;
  /** Where the person signed in, in words; empty if it is not known. */
  readonly where: string;
  readonly since: number;
  readonly lastSeenAt: number;
}

interface SessionsProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly sessions: readonly SessionRow[];
}

export function SessionsSection({ frame, token, sessions }: SessionsProps) {
  const { account, language } = frame.texts;
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">{account.sessionsTitle}</h2>
      <ul class="sessions">
        {sessions.map((session) => (
          <li class="row">
            <div>
              <h3>{session.isHere ? account.sessionHere : session.product}</h3>
              <p class="small muted">
                {session.isHere && `${session.product} · `}
                {account.signedInSince} <Day frame={frame} at={session.since} />
                {session.where !== "" && ` · ${account.from(session.where)}`}
                {!session.isHere &&
                  ` · ${account.lastSeen(relativeTime(language, Math.min(-60, session.lastSeenAt - frame.now)))}`}
              </p>
            </div>
            {session.isHere ? (
              <a class="button other small-button" href={frame.path("/logout")}>
                {account.signOut}
              </a>
            ) : (
              <form method="post" action={frame.path("/account/security")}>
                <Hidden values={{ [FORM_TOKEN]: token, action: "end_session", session: session.id }} />
                <button
                  class="remove"
                  type="submit"
                  aria-label={account.endSessionLabel(longDate(language, session.since))}
                >
                  {account.signOut}
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <div class="buttons">
        {sessions.length > 2 && (
          <form method="post" action={frame.path("/account/security")}>
            <Hidden values={{ [FORM_TOKEN]: token, action: "end_other_sessions" }} />
            <button class="remove" type="submit">
              {account.endOtherSessions}
            </button>
          </form>
        )}
        {sessions.length > 1 && (
          <form method="post" action={frame.path("/account/security")}>
            <Hidden values={{ [FORM_TOKEN]: token, action: "end_all_sessions" }} />
            <button class="remove" type="submit">
              {account.endAllSessions}
            </button>
          </form>
        )}
      </div>
    </section>
  );
}

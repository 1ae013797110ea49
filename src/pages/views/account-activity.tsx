/** @jsxImportSource hono/jsx */
/** The page with what happened to a person. */
import { machineTime } from "../time.ts";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Icon } from "./icons.tsx";

export interface ActivityRow {
  readonly words: string;
  /** Whether the person should look at it twice. */
  readonly isAlarming: boolean;
  readonly at: number;
  /** The time in words. */
  readonly time: string;
  /** Where it came from, in words; empty if it is not known. */
  readonly where: string;
}

interface ActivityProps {
  readonly frame: AccountFrame;
  readonly rows: readonly ActivityRow[];
  /** The page with earlier rows; null if there are none. */
  readonly earlier: string | null;
  /** The page with the newest rows; null on that page. */
  readonly newest: string | null;
}

export function ActivityView({ frame, rows, earlier, newest }: ActivityProps) {
  const { account } = frame.texts;
  const { activity } = account;
  return (
    <AccountLayout frame={frame} title={activity.title}>
      <section class="card" aria-labelledby="activity">
        <h1 id="activity">{activity.title}</h1>
        <p class="small muted">{rows.length === 0 ? activity.none : activity.lead}</p>
        {rows.length > 0 && (
          <ol class="activities">
            {rows.map(({ words, isAlarming, at, time, where }) => (
              <li class={isAlarming ? "alarming" : undefined}>
                <Icon name={isAlarming ? "alert" : "dot"} />
                <div>
                  <p>{words}</p>
                  <p class="small muted">
                    <time datetime={machineTime(at)}>{time}</time>
                    {where !== "" && ` · ${account.from(where)}`}
                  </p>
                </div>
              </li>
            ))}
          </ol>
        )}
        {(earlier || newest) && (
          <p class="links">
            {newest && <a href={newest}>{activity.newest}</a>}
            {earlier && <a href={earlier}>{activity.earlier}</a>}
          </p>
        )}
        <p class="small muted">
          {activity.notYou} <a href={frame.path("/account/password")}>{account.changePassword}</a>
        </p>
      </section>
    </AccountLayout>
  );
}

/** @jsxImportSource hono/jsx */
/** The pages of requests for approval (CIBA Core §7.1): which wait, one of them as a question, and what became of it. */
import { displayText } from "../display.ts";
import type { PageFrame } from "../frame.ts";
import { Layout, Note } from "../layout.tsx";
import { machineTime, relativeTime } from "../time.ts";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Icon } from "./icons.tsx";
import { Acknowledge, Outcome, Person } from "./parts.tsx";
import { Ago, Answer, Answered, type AskedAccess, Asker } from "./question.tsx";

/** A request that waits, as a row of the list. */
export interface ApprovalRow {
  /** The page with the question. */
  readonly href: string;
  /** In a sentence: marked if the operator does not vouch for the client. */
  readonly clientName: string;
  /** The words of the application; null if it has none. */
  readonly message: string | null;
  readonly askedAt: number;
  readonly expiresAt: number;
}

interface ApprovalsProps {
  readonly frame: AccountFrame;
  readonly rows: readonly ApprovalRow[];
  /** Whether the page looks again by itself. */
  readonly looks: boolean;
}

export function ApprovalsView({ frame, rows, looks }: ApprovalsProps) {
  const { approvals } = frame.texts;
  return (
    <AccountLayout frame={frame} title={approvals.title}>
      <section class="card" aria-labelledby="approvals">
        <h1 id="approvals">{approvals.title}</h1>
        <p class="small muted">{rows.length === 0 ? approvals.none : approvals.lead}</p>
        {rows.length > 0 && (
          <ul class="go">
            {rows.map((row) => (
              <li>
                <a href={row.href}>
                  <span>
                    <strong>
                      <bdi>{row.clientName}</bdi>
                    </strong>
                    {row.message !== null && <Words frame={frame} text={row.message} />}
                    <span>
                      <Ago frame={frame} at={row.askedAt} />
                      {" · "}
                      {approvals.ends(relativeTime(frame.texts.language, row.expiresAt - frame.now))}
                    </span>
                  </span>
                  <Icon name="next" />
                </a>
              </li>
            ))}
          </ul>
        )}
        {looks && <p class="small muted">{approvals.looks}</p>}
        <p class="links">
          <a href={frame.path("/account/approvals")}>{approvals.again}</a>
        </p>
      </section>
    </AccountLayout>
  );
}

/** The words of the application, in quotation marks and in their own direction: they are not this server's. */
const Words = ({ frame, text }: { frame: PageFrame; text: string }) => (
  <q>
    <bdi>{frame.texts.device.quote(text)}</bdi>
  </q>
);

interface ApprovalProps {
  readonly frame: PageFrame;
  readonly clientName: string;
  readonly unverified: boolean;
  readonly logo: string | null;
  /** The words of the application; null if it has none. */
  readonly message: string | null;
  readonly asked: AskedAccess;
  readonly askedAt: number;
  readonly expiresAt: number;
  /** Where the application's server is, in words. */
  readonly from: string;
  /** Whether a step of the sign-in is missing, which comes once the person approves. */
  readonly needsStep: boolean;
  readonly signedInAs: string;
  /** The path and query of this page. */
  readonly here: string;
  readonly token: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** Why the last answer did not count. */
  readonly fault: string | null;
}

export function ApprovalView(props: ApprovalProps) {
  const { frame, message } = props;
  const { approvals, consent, device, language } = frame.texts;
  const name = displayText(props.clientName);
  return (
    <Layout frame={frame} title={approvals.confirmTitle(name)}>
      <div class="card">
        <Asker name={name} logo={props.logo} does={approvals.asks} />
        {props.fault && <Note kind="bad">{props.fault}</Note>}
        {props.unverified && (
          <Note kind="warn" title={consent.unverifiedTitle}>
            {device.unverified}
            <Acknowledge words={approvals.acknowledge} />
          </Note>
        )}
        {message === null ? (
          <p class="small muted">{approvals.silent}</p>
        ) : (
          <figure class="show-code quoted">
            <figcaption>{approvals.says}</figcaption>
            <blockquote>
              <Words frame={frame} text={message} />
            </blockquote>
            <p>{approvals.compare}</p>
          </figure>
        )}
        <dl class="facts">
          <div>
            <dt>{approvals.asked}</dt>
            <dd>
              <Ago frame={frame} at={props.askedAt} />
            </dd>
          </div>
          <div>
            <dt>{approvals.counts}</dt>
            <dd>
              <time datetime={machineTime(props.expiresAt)}>
                {relativeTime(language, props.expiresAt - frame.now)}
              </time>
            </dd>
          </div>
          {props.from !== "" && (
            <div>
              <dt>{approvals.server}</dt>
              <dd>
                <bdi>{props.from}</bdi>
              </dd>
            </div>
          )}
        </dl>
        <Note kind="warn" title={approvals.warningTitle}>
          {approvals.warning}
        </Note>
        <Answer
          frame={frame}
          asked={props.asked}
          signedInAs={props.signedInAs}
          here={props.here}
          action={frame.path("/account/approval")}
          token={props.token}
          hidden={props.hidden}
          allow={approvals.approve}
          deny={approvals.refuse}
        >
          {props.needsStep && <p class="after">{approvals.step}</p>}
          <button
            class="other block"
            type="submit"
            name="decision"
            value="report"
            formnovalidate
            aria-describedby="report-hint"
          >
            {approvals.report}
          </button>
          <p class="after" id="report-hint">
            {approvals.reportHint}
          </p>
        </Answer>
      </div>
    </Layout>
  );
}

/** `over`: it was answered by no one in time, or is open no more. */
export type ApprovalOutcome = "approved" | "denied" | "reported" | "over";

interface ApprovedProps {
  readonly frame: PageFrame;
  readonly outcome: ApprovalOutcome;
  readonly differs: boolean;
  readonly clientName: string;
}

export function ApprovedView({ frame, outcome, differs, clientName }: ApprovedProps) {
  const { approvals, device } = frame.texts;
  const { title, text } = approvals.outcomes[outcome];
  const kind = outcome === "approved" ? "good" : outcome === "over" ? "bad" : "plain";
  return (
    <Layout frame={frame} title={title}>
      <Answered
        frame={frame}
        kind={kind}
        title={title}
        text={text(displayText(clientName, 150))}
        differs={differs}
        next={
          outcome === "approved"
            ? { words: device.toAccount, href: frame.path("/account") }
            : { words: approvals.toList, href: frame.path("/account/approvals") }
        }
      />
    </Layout>
  );
}

interface UnknownProps {
  readonly frame: PageFrame;
  readonly signedInAs: string;
  readonly here: string;
}

/** The same for a request that does not exist and for one of another person. */
export function UnknownApprovalView({ frame, signedInAs, here }: UnknownProps) {
  const { title, text } = frame.texts.approvals.unknown;
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <Outcome kind="bad" />
        <h1>{title}</h1>
        <p class="muted">{text}</p>
        <Person frame={frame} username={signedInAs} here={here} />
        <a class="button other block" href={frame.path("/account/approvals")}>
          {frame.texts.approvals.toList}
        </a>
      </div>
    </Layout>
  );
}

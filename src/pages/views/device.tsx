/** @jsxImportSource hono/jsx */
/** The pages of the device grant (RFC 8628 §3.3): the code, the question, the outcome. */

import { productOf } from "../../protocol/user-agent.ts";
import type { DetailWords } from "../details.ts";
import { displayText } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { machineTime, relativeTime } from "../time.ts";
import { DetailList } from "./details.tsx";
import {
  type AccessWords,
  Acknowledge,
  ANSWER,
  Choice,
  MayList,
  MayNot,
  Outcome,
  Person,
  Tile,
} from "./parts.tsx";

/** The name of the field with the code, in the query and in forms. */
export const USER_CODE = "user_code";

export interface DeviceCodeProps {
  readonly frame: PageFrame;
  readonly signedInAs: string;
  /** The code that the person typed before. */
  readonly typed: string;
  readonly fault: string | null;
}

export function DeviceCodeView({ frame, signedInAs, typed, fault }: DeviceCodeProps) {
  const { device } = frame.texts;
  return (
    <Layout frame={frame} title={device.title}>
      <div class="card">
        <h1>{device.title}</h1>
        <p class="muted">{device.lead}</p>
        {/* Typing a code changes nothing, so this form needs no token. */}
        <form method="get" action={frame.path("/device")} class="stack">
          <Field
            id={USER_CODE}
            label={device.code}
            hint={device.codeHint}
            fault={fault}
            autocomplete="off"
            class="user-code"
            value={typed}
            autofocus
            maxlength={40}
          />
          <button class="main block" type="submit">
            {device.submit}
          </button>
        </form>
        <Person frame={frame} username={signedInAs} here={frame.path("/device", { user_code: typed })} />
      </div>
    </Layout>
  );
}

export interface DeviceConfirmProps {
  readonly frame: PageFrame;
  readonly clientName: string;
  readonly unverified: boolean;
  /** As the device shows it: `WDJB-MJHT`. */
  readonly userCode: string;
  readonly access: readonly AccessWords[];
  readonly details: readonly DetailWords[];
  /** Whether the access is at this server only. */
  readonly onlyHere: boolean;
  /** The path of the logo that the operator gave the client; null if there is none. */
  readonly logo: string | null;
  readonly startedAt: number;
  readonly requesterAddress: string;
  /** Whether that is certainly the computer of the reader. */
  readonly fromThisComputer: boolean;
  readonly requesterAgent: string;
  readonly signedInAs: string;
  readonly token: string;
  readonly sealedDevice: string;
  /** Why the last answer did not count. */
  readonly fault: string | null;
}

export function DeviceConfirmView(props: DeviceConfirmProps) {
  const { frame } = props;
  const { device, consent } = frame.texts;
  const name = displayText(props.clientName);
  const agent = displayText(props.requesterAgent, 160);
  const address = displayText(props.requesterAddress);
  // The device may claim anything, so its words are not the page's: known names stand here, the rest behind a fold.
  const { program, system } = productOf(agent);
  const agentWords =
    agent === ""
      ? device.agentUnknown
      : program !== null && system !== null
        ? device.agentOn(program, system)
        : (program ?? system ?? device.agentUnnamed);
  return (
    <Layout frame={frame} title={device.confirmTitle(name)}>
      <div class="card">
        <div class="asker">
          <Tile name={name} logo={props.logo} />
          <h1>
            <bdi>{name}</bdi> <span>{device.asks}</span>
          </h1>
        </div>
        {props.fault && <Note kind="bad">{props.fault}</Note>}
        {props.unverified && (
          <Note kind="warn" title={consent.unverifiedTitle}>
            {device.unverified}
            <Acknowledge words={device.acknowledge} />
          </Note>
        )}
        <div class="show-code">
          <p id="compare">{device.compare}</p>
          <strong class="code" aria-describedby="compare">
            {props.userCode}
          </strong>
        </div>
        <dl class="facts">
          <div>
            <dt>{device.started}</dt>
            <dd>
              <time datetime={machineTime(props.startedAt)}>
                {frame.now - props.startedAt < 60
                  ? device.justNow
                  : relativeTime(frame.texts.language, props.startedAt - frame.now)}
              </time>
            </dd>
          </div>
          <div>
            <dt>{device.from}</dt>
            <dd>
              {agentWords}
              <span>{props.fromThisComputer ? device.thisComputer(address) : device.address(address)}</span>
              {agent !== "" && (
                <details class="agent">
                  <summary>{device.agentDetails}</summary>
                  <p class="small muted">
                    {device.agentSays} <bdi>{device.quote(agent)}</bdi>
                  </p>
                </details>
              )}
            </dd>
          </div>
        </dl>
        <Note kind="warn" title={device.warningTitle}>
          {device.warning}
        </Note>
        <Person
          frame={frame}
          username={props.signedInAs}
          here={frame.path("/device", { user_code: props.userCode })}
        />
        <section aria-labelledby="may">
          <h2 id="may">{consent.mayTitle}</h2>
          <MayList frame={frame} access={props.access} nothing={consent.mayNothing} />
          <DetailList details={props.details} />
        </section>
        <MayNot frame={frame} onlyHere={props.onlyHere} />
        <p class="small muted">{consent.takeBack}</p>
        <form id={ANSWER} method="post" action={frame.path("/device")} class="stack">
          <Hidden
            values={{ [FORM_TOKEN]: props.token, device: props.sealedDevice, [USER_CODE]: props.userCode }}
          />
          <Choice allow={device.allow} deny={device.deny} />
        </form>
      </div>
    </Layout>
  );
}

export type DeviceOutcome = "approved" | "denied" | "decided";

export interface DeviceDoneProps {
  readonly frame: PageFrame;
  readonly outcome: DeviceOutcome;
  /** Whether the person just answered otherwise. */
  readonly differs: boolean;
  readonly clientName: string;
}

export function DeviceDoneView({ frame, outcome, differs, clientName }: DeviceDoneProps) {
  const { device } = frame.texts;
  const name = displayText(clientName, 150);
  const [kind, title, text] = {
    approved: ["good", device.approvedTitle, device.approved(name)] as const,
    denied: ["plain", device.deniedTitle, device.denied(name)] as const,
    decided: ["bad", device.decidedTitle, device.decided] as const,
  }[outcome];
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <Outcome kind={kind} />
        <h1>{title}</h1>
        {differs && <Note kind="warn">{device.stands}</Note>}
        <p class="muted">{text}</p>
        {outcome === "approved" ? (
          <a class="button other block" href={frame.path("/account")}>
            {device.toAccount}
          </a>
        ) : (
          <a class="button other block" href={frame.path("/device")}>
            {device.another}
          </a>
        )}
      </div>
    </Layout>
  );
}

/** @jsxImportSource hono/jsx */
/** The pages of the device grant (RFC 8628 §3.3): the code, the question, the outcome. */

import { productOf } from "../../protocol/user-agent.ts";
import { displayText } from "../display.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Layout, Note } from "../layout.tsx";
import { Acknowledge, Person } from "./parts.tsx";
import { Ago, Answer, Answered, type AskedAccess, Asker } from "./question.tsx";

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
  readonly asked: AskedAccess;
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
        <Asker name={name} logo={props.logo} does={device.asks} />
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
              <Ago frame={frame} at={props.startedAt} />
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
        <Answer
          frame={frame}
          asked={props.asked}
          signedInAs={props.signedInAs}
          here={frame.path("/device", { user_code: props.userCode })}
          action={frame.path("/device")}
          token={props.token}
          hidden={{ device: props.sealedDevice, [USER_CODE]: props.userCode }}
          allow={device.allow}
          deny={device.deny}
        />
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
      <Answered
        frame={frame}
        kind={kind}
        title={title}
        text={text}
        differs={differs}
        next={
          outcome === "approved"
            ? { words: device.toAccount, href: frame.path("/account") }
            : { words: device.another, href: frame.path("/device") }
        }
      />
    </Layout>
  );
}

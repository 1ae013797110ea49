/** @jsxImportSource hono/jsx */
/** Signing in on one device by approving it on another. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { QrCode } from "../qr.tsx";
import { Person } from "./parts.tsx";

/** foreign: another browser asked, or this server never did. over: too late, or used. */
export type OtherDeviceState = "waiting" | "approved" | "denied" | "over" | "foreign";

/** The field for the number that the other screen shows. */
export const NUMBER = "number";

export interface OtherDeviceProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly sealed: string;
  readonly returnTo: string | null;
  readonly state: OtherDeviceState;
  /** What the code for the phone leads to; null unless it waits. */
  readonly qr: string | null;
  readonly number: string | null;
  readonly endsIn: string;
  /** The script that submits the form; null unless the sign-in is approved. */
  readonly script: string | null;
}

export function OtherDeviceView(props: OtherDeviceProps) {
  const { frame, token, sealed, returnTo, state, qr, number, endsIn, script } = props;
  const { otherDevice, signIn } = frame.texts;
  return (
    <Layout frame={frame} title={otherDevice.title}>
      <div class="card">
        <h1>{otherDevice.title}</h1>
        {qr !== null && number !== null && (
          <>
            <ol class="steps">
              <li>{otherDevice.scan}</li>
              <li>{otherDevice.type}</li>
            </ol>
            <QrCode text={qr} label={otherDevice.qr} isLong />
            <div class="show-code">
              <p id="number">{otherDevice.number}</p>
              <strong class="code" aria-describedby="number">
                {number}
              </strong>
            </div>
            <p class="small muted">{otherDevice.waiting(endsIn)}</p>
          </>
        )}
        {state === "approved" && (
          <form method="post" action={frame.path("/login/other-device")} class="stack">
            <p>{otherDevice.approvedHere}</p>
            <Hidden values={{ [FORM_TOKEN]: token, request: sealed, return_to: returnTo }} />
            <button class="main block" type="submit">
              {otherDevice.goOn}
            </button>
          </form>
        )}
        {(state === "denied" || state === "over" || state === "foreign") && (
          <>
            <Note kind="bad">{otherDevice.ended[state]}</Note>
            <a class="button main block" href={frame.path("/login/other-device", { return_to: returnTo })}>
              {otherDevice.newCode}
            </a>
          </>
        )}
        <p class="small">
          <a href={frame.path("/login", { return_to: returnTo })}>{signIn.otherWay}</a>
        </p>
      </div>
      {script !== null && <script src={script} defer></script>}
    </Layout>
  );
}

export interface ApproveProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly sealed: string;
  readonly signedInAs: string;
  /** This page, for a person who changes the account. */
  readonly here: string;
  readonly product: string;
  readonly address: string;
  /** The application for which the person signs in there; null if none. */
  readonly application: string | null;
  readonly fault: string | null;
}

export function ApproveView(props: ApproveProps) {
  const { frame, token, sealed, signedInAs, here, product, address, application, fault } = props;
  const { otherDevice, device } = frame.texts;
  return (
    <Layout frame={frame} title={otherDevice.approveTitle}>
      <div class="card">
        <h1>{otherDevice.approveTitle}</h1>
        <dl class="facts">
          <div>
            <dt>{device.from}</dt>
            <dd>
              <bdi>{product}</bdi> <span>{address}</span>
            </dd>
          </div>
          <div>
            <dt>{otherDevice.for}</dt>
            <dd>
              <bdi>{application ?? frame.name}</bdi>
            </dd>
          </div>
        </dl>
        <Note kind="warn" title={otherDevice.warningTitle}>
          {otherDevice.warning}
        </Note>
        <Person frame={frame} username={signedInAs} here={here} />
        <form method="post" action={frame.path("/login/approve")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, request: sealed }} />
          <Field
            id={NUMBER}
            label={otherDevice.numberLabel}
            hint={otherDevice.numberHint}
            fault={fault}
            autocomplete="off"
            class="user-code"
            required={false}
            maxlength={10}
          />
          {/* The Enter key in the field presses the first button. */}
          <div class="choice">
            <button class="main" type="submit" name="decision" value="allow">
              {otherDevice.approve}
            </button>
            <button class="other" type="submit" name="decision" value="deny">
              {device.deny}
            </button>
          </div>
        </form>
      </div>
    </Layout>
  );
}

interface ApprovedProps {
  readonly frame: PageFrame;
  readonly outcome: "approved" | "denied" | "over";
}

export function ApprovedView({ frame, outcome }: ApprovedProps) {
  const { title, text } = frame.texts.otherDevice.outcomes[outcome];
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <h1>{title}</h1>
        <p>{text}</p>
        <p class="small">
          <a href={frame.path("/account")}>{frame.texts.otherDevice.toAccount}</a>
        </p>
      </div>
    </Layout>
  );
}

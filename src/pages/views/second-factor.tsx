/** @jsxImportSource hono/jsx */
/** The second factor of a person: setting it up, the recovery codes, and what can be changed about it. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { QrCode } from "../qr.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Day } from "./parts.tsx";

/** A secret in groups of four, as people copy it by hand. */
const grouped = (secret: string): string => secret.replaceAll(/(.{4})(?=.)/g, "$1 ");

export interface SetUpProps {
  readonly frame: AccountFrame;
  readonly token: string;
  /** The sealed secret. */
  readonly pending: string;
  /** `otpauth://totp/…`. */
  readonly uri: string;
  /** In base32. */
  readonly secret: string;
  /** Why the person is here: they want to, an application or the operator demands it, or the app is replaced. */
  readonly cause: "wanted" | "demanded" | "replaces";
  readonly fault: string | null;
  /** Where the person adds a passkey instead. */
  readonly passkeys: string;
}

export function SetUpView({ frame, token, pending, uri, secret, cause, fault, passkeys }: SetUpProps) {
  const { secondFactor } = frame.texts;
  // On the way to an application there is one way on.
  const Around = cause === "demanded" ? Layout : AccountLayout;
  return (
    <Around frame={frame} title={secondFactor.setUpTitle}>
      <div class="card">
        <h1>{secondFactor.setUpTitle}</h1>
        <p class="muted">{secondFactor.leads[cause]}</p>
        <ol class="steps">
          <li>
            <p>{secondFactor.getApp}</p>
          </li>
          <li>
            <p>{secondFactor.scan}</p>
            <QrCode text={uri} label={secondFactor.qrLabel} />
            <p class="small">
              <a href={uri}>{secondFactor.openHere}</a>
            </p>
            <p class="small muted">{secondFactor.typeIt}</p>
            <p class="secret">
              <code>{grouped(secret)}</code>
            </p>
          </li>
          <li>
            <form method="post" action={frame.path("/account/second-factor")} class="stack">
              <Hidden values={{ [FORM_TOKEN]: token, action: "set_up", pending }} />
              <Field
                id="code"
                label={secondFactor.firstCode}
                hint={secondFactor.firstCodeHint}
                autocomplete="one-time-code"
                fault={fault}
                autofocus={fault !== null}
                maxlength={40}
              />
              <button class="main block" type="submit">
                {secondFactor.turnOn}
              </button>
            </form>
          </li>
        </ol>
        <p class="small muted">{secondFactor.others}</p>
        <p class="small">
          <a href={passkeys}>{frame.texts.passkeys.instead}</a>
        </p>
      </div>
    </Around>
  );
}

export interface RecoveryCodesProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly codes: readonly string[];
  readonly username: string;
  /** Whether the app was just set up, or only its codes renewed. */
  readonly about: "set_up" | "renewed";
  /** The sealed page to go on to; null if the person must sign in again first. */
  readonly next: string | null;
}

export function RecoveryCodesView({ frame, token, codes, username, about, next }: RecoveryCodesProps) {
  const { secondFactor } = frame.texts;
  return (
    <Layout frame={frame} title={secondFactor.codesTitle}>
      <Note kind="good">{secondFactor.done[about]}</Note>
      <div class="card">
        <h1>{secondFactor.codesTitle}</h1>
        <p>{secondFactor.codesLead}</p>
        <div class="codes">
          <p class="small">
            {secondFactor.codesFor(username, frame.issuerHost)} <Day frame={frame} at={frame.now} />
          </p>
          <ol>
            {codes.map((code) => (
              <li>
                <code>{code}</code>
              </li>
            ))}
          </ol>
        </div>
        <p class="small muted screen">{secondFactor.codesOnce}</p>
        {next === null ? (
          <a
            class="button main block screen"
            href={frame.path("/login", { return_to: frame.path("/account/second-factor") })}
          >
            {secondFactor.signInAgain}
          </a>
        ) : (
          <form method="post" action={frame.path("/account/second-factor")} class="screen">
            <Hidden values={{ [FORM_TOKEN]: token, action: "go_on", next }} />
            <button class="main block" type="submit">
              {secondFactor.stored}
            </button>
          </form>
        )}
      </div>
    </Layout>
  );
}

export interface SecondFactorProps {
  readonly frame: AccountFrame;
  readonly token: string;
  /** When the app was set up, in seconds. */
  readonly since: number;
  readonly codesLeft: number;
  /** Whether the operator lets the person do without a second factor. */
  readonly mayRemove: boolean;
  /** The page that sent the person here, and that they may go on to; null if there is none. */
  readonly returnTo: string | null;
  /** The fault of the code. */
  readonly fault: string | null;
}

/** How many recovery codes are few. */
export const FEW_CODES = 3;

export function SecondFactorView(props: SecondFactorProps) {
  const { frame, token, since, codesLeft, mayRemove, returnTo, fault } = props;
  const { secondFactor } = frame.texts;
  return (
    <AccountLayout frame={frame} title={secondFactor.title}>
      {codesLeft <= FEW_CODES && <Note kind="warn">{secondFactor.codesFew(codesLeft)}</Note>}
      <div class="card">
        <h1>{secondFactor.title}</h1>
        <p>
          {secondFactor.isOn} <Day frame={frame} at={since} />
        </p>
        <p class="muted">{secondFactor.codesLeft(codesLeft)}</p>
        {returnTo && (
          <a class="button main block" href={returnTo}>
            {secondFactor.goOn}
          </a>
        )}
      </div>
      <section class="card" aria-labelledby="change">
        <h2 id="change">{secondFactor.changeTitle}</h2>
        <p class="small muted">{secondFactor.changeLead}</p>
        <form method="post" action={frame.path("/account/second-factor")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, return_to: returnTo }} />
          <Field
            id="code"
            label={secondFactor.code}
            hint={secondFactor.codeHint}
            autocomplete="one-time-code"
            fault={fault}
            autofocus={fault !== null}
            maxlength={40}
          />
          <div class="acts">
            <button class="other" type="submit" name="action" value="renew">
              {secondFactor.renew}
            </button>
            <button class="other" type="submit" name="action" value="replace">
              {secondFactor.replace}
            </button>
            {mayRemove && (
              <button class="remove" type="submit" name="action" value="remove">
                {secondFactor.remove}
              </button>
            )}
          </div>
        </form>
        {!mayRemove && <p class="small muted">{secondFactor.mustStay}</p>}
      </section>
    </AccountLayout>
  );
}

export function RemovedView({ frame }: { frame: AccountFrame }) {
  const { secondFactor } = frame.texts;
  return (
    <AccountLayout frame={frame} title={secondFactor.removedTitle}>
      <div class="card">
        <h1>{secondFactor.removedTitle}</h1>
        <p class="muted">{secondFactor.removedLead}</p>
      </div>
    </AccountLayout>
  );
}

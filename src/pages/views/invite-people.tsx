/** @jsxImportSource hono/jsx */
/** For administrators: inviting people, the open invitations, and the people who wait until they are let in. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Box, Field, Hidden, Layout, Note } from "../layout.tsx";
import { QrCode } from "../qr.tsx";
import { Day, Outcome } from "./parts.tsx";
import { EmailField, NameField } from "./person-fields.tsx";

export interface OpenInvitation {
  readonly id: string;
  /** For whom it is, as far as it says. */
  readonly about: string;
  readonly groups: readonly string[];
  readonly uses: number;
  readonly usesLeft: number;
  readonly expiresAt: number;
}

export interface WaitingPerson {
  readonly subject: string;
  readonly username: string;
  readonly email: string | null;
  readonly since: number;
}

export interface TypedInvitation {
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly uses: string;
  readonly days: string;
  readonly mailed: boolean;
}

export interface InviteFaults {
  readonly name?: string;
  readonly email?: string;
  readonly uses?: string;
  readonly days?: string;
  readonly form?: string;
}

export interface InvitePeopleProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly typed: TypedInvitation;
  /** The groups that there are, as far as the page shows them. */
  readonly groups: readonly string[];
  /** Whether this server sends mail. */
  readonly mails: boolean;
  readonly faults: InviteFaults;
  readonly notice: string | null;
  readonly invitations: readonly OpenInvitation[];
  readonly waiting: readonly WaitingPerson[];
}

/** The name of the box of the group with this place in the list. */
export const groupBox = (place: number): string => `group_${place}`;

export function InvitePeopleView(props: InvitePeopleProps) {
  const { frame, token, typed, groups, mails, faults, notice } = props;
  const { invite } = frame.texts;
  return (
    <Layout frame={frame} title={invite.title} width="wide">
      {notice && <Note kind="good">{notice}</Note>}
      <div class="card">
        <h1>{invite.title}</h1>
        <p class="muted">{invite.lead}</p>
        {faults.form && <Note kind="bad">{faults.form}</Note>}
        <form method="post" action={frame.path("/invite-people")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, action: "invite" }} />
          <NameField frame={frame} hint={invite.nameHint} fault={faults.name} value={typed.name} />
          <EmailField
            frame={frame}
            hint={mails ? invite.emailHint : invite.emailHintWithoutMail}
            fault={faults.email}
            value={typed.email}
          />
          {mails && <Box name="mailed" value="1" words={invite.mailed} checked={typed.mailed} />}
          {groups.length > 0 && (
            <fieldset class="boxes">
              <legend>{invite.groups}</legend>
              {groups.map((group, place) => (
                <Box
                  name={groupBox(place)}
                  value={group}
                  words={group}
                  checked={typed.groups.includes(group)}
                />
              ))}
            </fieldset>
          )}
          <Field
            id="uses"
            label={invite.uses}
            hint={invite.usesHint}
            fault={faults.uses}
            autocomplete="off"
            value={typed.uses}
            maxlength={5}
          />
          <Field
            id="days"
            label={invite.days}
            fault={faults.days}
            autocomplete="off"
            value={typed.days}
            maxlength={3}
          />
          <button class="main block" type="submit">
            {invite.submit}
          </button>
        </form>
      </div>
      <Waiting {...props} />
      <Open {...props} />
    </Layout>
  );
}

function Waiting({ frame, token, waiting }: InvitePeopleProps) {
  const { invite, account } = frame.texts;
  if (waiting.length === 0) return null;
  return (
    <section class="card" aria-labelledby="waiting">
      <h2 id="waiting">{invite.waitingTitle}</h2>
      <ul class="sessions">
        {waiting.map(({ subject, username, email, since }) => (
          <li class="row">
            <div>
              <strong>
                <bdi>{username}</bdi>
              </strong>
              {email !== null && <p class="small muted">{email}</p>}
              <p class="small muted">
                {account.since} <Day frame={frame} at={since} />
              </p>
            </div>
            <form method="post" action={frame.path("/invite-people")}>
              <Hidden values={{ [FORM_TOKEN]: token, action: "approve", subject }} />
              <button class="main small-button" type="submit" aria-label={invite.approveLabel(username)}>
                {invite.approve}
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Open({ frame, token, invitations }: InvitePeopleProps) {
  const { invite } = frame.texts;
  if (invitations.length === 0) return null;
  return (
    <section class="card" aria-labelledby="open">
      <h2 id="open">{invite.openTitle}</h2>
      <ul class="sessions">
        {invitations.map(({ id, about, groups, uses, usesLeft, expiresAt }) => (
          <li class="row">
            <div>
              <strong>
                <bdi>{about === "" ? invite.anyone : about}</bdi>
              </strong>
              {groups.length > 0 && <p class="small muted">{groups.join(", ")}</p>}
              <p class="small muted">
                {invite.used(uses - usesLeft, uses)} <Day frame={frame} at={expiresAt} />
              </p>
            </div>
            <form method="post" action={frame.path("/invite-people")}>
              <Hidden values={{ [FORM_TOKEN]: token, action: "revoke", invitation: id }} />
              <button class="remove" type="submit" aria-label={invite.revokeLabel(about)}>
                {invite.revoke}
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}

export interface InvitedProps {
  readonly frame: PageFrame;
  /** Null if the link went by mail. */
  readonly address: string | null;
  readonly email: string | null;
  readonly text: readonly string[];
}

export function InvitedView({ frame, address, email, text }: InvitedProps) {
  const { invite } = frame.texts;
  return (
    <Layout frame={frame} title={invite.doneTitle}>
      <div class="card">
        <Outcome kind="good" />
        <h1>{invite.doneTitle}</h1>
        {text.map((words) => (
          <p class="muted">{words}</p>
        ))}
        {address === null ? (
          <p>{invite.mailedTo(email ?? "")}</p>
        ) : (
          <>
            <pre>
              <code>{address}</code>
            </pre>
            <QrCode text={address} label={invite.qr} />
          </>
        )}
        <p class="links">
          <a href={frame.path("/invite-people")}>{invite.another}</a>
        </p>
      </div>
    </Layout>
  );
}

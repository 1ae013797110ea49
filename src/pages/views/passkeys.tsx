/** @jsxImportSource hono/jsx */
/** The page of a person's passkeys. */
import { displayText } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import { Hidden, Note } from "../layout.tsx";
import { relativeTime } from "../time.ts";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Icon } from "./icons.tsx";
import { Day } from "./parts.tsx";
import { type PasskeyAsk, PasskeyForm } from "./passkey-form.tsx";

/** A passkey as the page lists it. */
export interface PasskeyRow {
  readonly id: string;
  readonly name: string;
  readonly addedAt: number;
  readonly usedAt: number | null;
  /** Whether it is on several devices. */
  readonly isSynced: boolean;
  /** Whether it works without a user name. */
  readonly isListed: boolean;
  /** Whether its key can be read, so that it signs the person in. */
  readonly isReadable: boolean;
}

export interface PasskeysProps {
  readonly frame: AccountFrame;
  readonly token: string;
  readonly rows: readonly PasskeyRow[];
  readonly hasPassword: boolean;
  /** Whether the person may remove their password here. */
  readonly mayRemovePassword: boolean;
  /** Null if something is lacking. */
  readonly ask: PasskeyAsk | null;
  /** What the sign-in lacks before the person may change something: it is old, or without the second factor. */
  readonly lacking: "recent" | "level" | null;
  /** What password managers are told of the person's passkeys. */
  readonly accepted: object;
  /** Where the person signs in again, or takes the step that is lacking. */
  readonly signIn: string;
  /** The page that led here, for the forms; null if none did. */
  readonly returnTo: string | null;
  readonly nameCharacters: number;
}

export function PasskeysView(props: PasskeysProps) {
  const { frame, rows, ask } = props;
  const { passkeys } = frame.texts;
  const isOne = rows.filter(({ isReadable }) => isReadable).length === 1;
  return (
    <AccountLayout frame={frame} title={passkeys.title}>
      <div class="card">
        <h1>{passkeys.title}</h1>
        <p class="muted">{passkeys.lead}</p>
        {isOne && (
          <Note kind="warn" title={passkeys.oneTitle}>
            {props.hasPassword ? passkeys.oneWithPassword : passkeys.oneAlone}
          </Note>
        )}
        {rows.length === 0 ? (
          <p>{passkeys.none}</p>
        ) : (
          <ul class="access">
            {rows.map((row) => (
              <Passkey {...props} row={row} />
            ))}
          </ul>
        )}
        {ask === null ? (
          <SignInAgain {...props} />
        ) : (
          <>
            <PasskeyForm
              frame={frame}
              action="/account/passkeys"
              token={props.token}
              kind="add"
              ask={ask}
              fields={{ action: "add", return_to: props.returnTo }}
              accepted={props.accepted}
              isMain
              isOnlyWay
            />
            <p class="small muted">{passkeys.addLead}</p>
          </>
        )}
        {rows.length > 0 && <p class="small muted">{passkeys.removeHint}</p>}
      </div>
      {props.mayRemovePassword && ask !== null && <PasswordSection {...props} />}
    </AccountLayout>
  );
}

function Passkey({ frame, token, ask, row, nameCharacters }: PasskeysProps & { readonly row: PasskeyRow }) {
  const { passkeys, language } = frame.texts;
  const name = displayText(row.name);
  const field = `name-${row.id.slice(0, 16)}`;
  const used =
    row.usedAt === null
      ? passkeys.neverUsed
      : passkeys.lastUsed(relativeTime(language, Math.min(-60, row.usedAt - frame.now)));
  return (
    <li>
      <div class={ask === null ? "row" : "row firm"}>
        <div>
          <h2>
            <bdi>{name}</bdi>
          </h2>
          <p class="small muted">
            {passkeys.added} <Day frame={frame} at={row.addedAt} /> · {used}
          </p>
          {!row.isReadable && (
            <p class="small unverified">
              <Icon name="alert" size={16} /> {passkeys.spoiled}
            </p>
          )}
          <p class="small muted">
            {row.isSynced ? passkeys.synced : passkeys.single}
            {!row.isListed && ` · ${passkeys.needsName}`}
          </p>
        </div>
        {ask !== null && (
          <form method="post" action={frame.path("/account/passkeys")}>
            <Hidden values={{ [FORM_TOKEN]: token, action: "remove", id: row.id }} />
            <button class="remove" type="submit" aria-label={passkeys.removeLabel(name)}>
              {passkeys.remove}
            </button>
          </form>
        )}
      </div>
      <details class="agent">
        <summary aria-label={passkeys.renameLabel(name)}>{passkeys.rename}</summary>
        <form method="post" action={frame.path("/account/passkeys")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, action: "rename", id: row.id }} />
          <div class="field">
            <label for={field}>{passkeys.name}</label>
            <input
              id={field}
              name="name"
              type="text"
              value={row.name}
              maxlength={nameCharacters}
              autocomplete="off"
              required
            />
          </div>
          <button class="other small-button" type="submit">
            {passkeys.save}
          </button>
        </form>
      </details>
    </li>
  );
}

function SignInAgain({ frame, signIn, lacking }: PasskeysProps) {
  const { passkeys } = frame.texts;
  const isStep = lacking === "level";
  return (
    <div class="note">
      <Icon name="clock" />
      <div>
        <strong>{isStep ? passkeys.levelTitle : passkeys.recentTitle}</strong>
        {isStep ? passkeys.level : passkeys.recent}
        <p>
          <a class="button other small-button" href={signIn}>
            {isStep ? passkeys.levelAction : passkeys.recentAction}
          </a>
        </p>
      </div>
    </div>
  );
}

function PasswordSection({ frame, token }: PasskeysProps) {
  const { passkeys } = frame.texts;
  return (
    <section class="card" aria-labelledby="without-password">
      <h2 id="without-password">{passkeys.passwordTitle}</h2>
      <p class="small muted">{passkeys.passwordLead}</p>
      <form method="post" action={frame.path("/account/passkeys")}>
        <Hidden values={{ [FORM_TOKEN]: token, action: "remove_password" }} />
        <button class="remove" type="submit">
          {passkeys.passwordRemove}
        </button>
      </form>
    </section>
  );
}

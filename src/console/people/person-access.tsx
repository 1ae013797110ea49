/** @jsxImportSource hono/jsx */
/** What a person signs in with, and what applications may do in their name. */
import { authenticatorName } from "../../accounts/authenticators.ts";
import type { Context } from "../../operations/context.ts";
import type { GivenPassword } from "../../operations/management/people.ts";
import type { KnownPasskey } from "../../operations/management/ways-in.ts";
import { passkeyIdText } from "../../operations/passkeys.ts";
import { displayText } from "../../pages/display.ts";
import { Field } from "../../pages/layout.tsx";
import type { Parameters } from "../../protocol/parameters.ts";
import type { GrantRecord } from "../../store/tables/grants.ts";
import { grantCells, grantHeads } from "../apps/grant-cells.tsx";
import { appPath } from "../apps/paths.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { ConsoleFault } from "../page.ts";
import { ActButton, ActForm, At, Danger, Rows } from "../parts.tsx";
import { TOKENS_PATH } from "../server/tokens.tsx";
import { wordsFor } from "../texts.ts";
import { PEOPLE_WORDS } from "./texts.ts";

interface PasskeysProps {
  readonly frame: ConsoleFrame;
  readonly passkeys: readonly KnownPasskey[];
  readonly mayRemove: boolean;
}

export function Passkeys({ frame, passkeys, mayRemove }: PasskeysProps) {
  const { passkeys: words } = wordsFor(frame, PEOPLE_WORDS);
  if (passkeys.length === 0) return null;
  const { name, kept, since, used } = words.heads;
  return (
    <section class="card">
      <h2>{words.title}</h2>
      <Rows
        label={words.title}
        heads={[name, kept, since, used, ...(mayRemove ? [""] : [])]}
        rows={passkeys.map((passkey) => [
          <bdi>{displayText(passkey.name || authenticatorName(passkey.aaguid) || words.unnamed, 100)}</bdi>,
          !passkey.isReadable ? words.spoiled : passkey.backedUp ? words.onSeveral : words.onOne,
          <At frame={frame} at={passkey.createdAt} />,
          passkey.usedAt === null ? words.never : <At frame={frame} at={passkey.usedAt} />,
          ...(mayRemove
            ? [
                <ActButton
                  frame={frame}
                  act="remove_passkey"
                  values={{ passkey: passkeyIdText(passkey) }}
                  words={words.remove}
                />,
              ]
            : []),
        ])}
      />
    </section>
  );
}

/** For a person to whom no link can be handed over. */
export function SetPassword({ frame }: { readonly frame: ConsoleFrame }) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  return (
    <Danger
      frame={frame}
      act="password"
      title={words.setPasswordTitle}
      about={words.setPasswordAbout}
      words={words.setPassword}
    >
      <Field
        id="password"
        label={words.facts.password}
        type="password"
        autocomplete="new-password"
        required={false}
      />
      <PasswordHash frame={frame} />
    </Danger>
  );
}

/** In the place of a password. */
export function PasswordHash({ frame }: { readonly frame: ConsoleFrame }) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  return (
    <Field
      id="password_hash"
      label={words.passwordHash}
      hint={words.passwordHashHint}
      autocomplete="off"
      required={false}
      maxlength={1000}
    />
  );
}

/** Null for neither. Throws ConsoleFault for both. */
export function passwordIn(frame: ConsoleFrame, form: Parameters): GivenPassword | null {
  const [password = "", passwordHash = ""] = [form.get("password"), form.get("password_hash")?.trim()];
  if (password !== "" && passwordHash !== "")
    throw new ConsoleFault(wordsFor(frame, PEOPLE_WORDS).passwordTwice);
  if (passwordHash !== "") return { passwordHash };
  return password === "" ? null : { password };
}

interface AccessProps {
  readonly frame: ConsoleFrame;
  readonly context: Pick<Context, "catalogue">;
  readonly subject: string;
  readonly grants: readonly GrantRecord[];
  /** Whether there are more than those. */
  readonly isMore: boolean;
  readonly mayRevoke: boolean;
  readonly seesTokens: boolean;
}

export function Access({ frame, context, subject, grants, isMore, mayRevoke, seesTokens }: AccessProps) {
  const { given: words } = wordsFor(frame, PEOPLE_WORDS);
  return (
    <section class="card">
      <h2>{words.title}</h2>
      {grants.length === 0 ? (
        <p class="muted">{words.none}</p>
      ) : (
        <>
          <Rows
            label={words.title}
            heads={[words.app, ...grantHeads(frame, mayRevoke)]}
            rows={grants.map((grant) => [
              <a href={frame.path(appPath(grant.clientId))}>
                <bdi>{displayText(grant.clientId, 100)}</bdi>
              </a>,
              ...grantCells(frame, context, grant, mayRevoke),
            ])}
          />
          {isMore && <p class="muted small">{words.more(grants.length)}</p>}
        </>
      )}
      {seesTokens && (
        <p class="links">
          <a href={frame.path(TOKENS_PATH, { person: subject })}>{words.tokens}</a>
        </p>
      )}
      {mayRevoke && (
        <ActForm frame={frame} act="revoke_all" class="">
          <button class="other small-button" type="submit">
            {words.revokeAll}
          </button>
        </ActForm>
      )}
    </section>
  );
}

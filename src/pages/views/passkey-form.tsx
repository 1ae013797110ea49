/** @jsxImportSource hono/jsx */
/** The form with which a browser asks for a passkey. passkey-script.ts shows it, if the browser can. */
import type { Ceremony } from "../../operations/passkeys.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden } from "../layout.tsx";
import { PASSKEY_SCRIPT } from "../passkey-script.ts";
import { Icon } from "./icons.tsx";

/** The hidden field with the answer of the passkey. */
export const PASSKEY = "passkey";

/** The content of the field without an answer, to ask which passkeys a name may use. */
export const NO_ANSWER = "none";

/** What the page asks of a passkey. */
export interface PasskeyAsk {
  readonly ceremony: Ceremony;
  /** The passkey that its password manager may forget; null for none. */
  readonly forget?: string | null | undefined;
  /** The name whose passkeys are asked for; then the browser asks at once. Null: any passkey will do. */
  readonly askedFor?: string | null | undefined;
}

interface PasskeyFormProps {
  readonly frame: PageFrame;
  readonly action: `/${string}`;
  readonly token: string;
  /** `use`: one that the person has. `add`: a new one. */
  readonly kind: "use" | "add";
  readonly ask: PasskeyAsk;
  /** Further hidden fields. */
  readonly fields: Readonly<Record<string, string | null | undefined>>;
  /** The id of the field with the user name, with which the browser offers passkeys too. Default: none. */
  readonly names?: string;
  /** The passkeys of the person, for their password managers, as the browser wants it. Default: not told. */
  readonly accepted?: object | undefined;
  /** Default: another of equal rank is beside it. */
  readonly isMain?: boolean;
  /** Whether the page says so if the browser has no script or no passkeys. Default: no, because there is another way. */
  readonly isOnlyWay?: boolean;
}

export function PasskeyForm(props: PasskeyFormProps) {
  const { frame, action, token, kind, ask, fields, names, accepted } = props;
  const { passkeys } = frame.texts;
  const { ceremony, forget, askedFor } = ask;
  const said = passkeys.browser[kind];
  return (
    <>
      <form
        method="post"
        action={frame.path(action)}
        class="stack"
        hidden
        data-passkey={kind}
        data-challenge={ceremony.challenge}
        data-options={JSON.stringify(ceremony.options)}
        data-names={names}
        data-offers={names === undefined ? undefined : "yes"}
        data-asked={askedFor ?? undefined}
        data-begins={askedFor ? "yes" : undefined}
        data-forget={forget ?? undefined}
        data-accepted={accepted === undefined ? undefined : JSON.stringify(accepted)}
        data-say-not-allowed-error={said.NotAllowedError}
        data-say-security-error={said.SecurityError(frame.issuerOrigin)}
        data-say-not-supported-error={said.NotSupportedError}
        data-say-constraint-error={said.ConstraintError}
        data-say-invalid-state-error={said.InvalidStateError}
        data-say-other={said.other}
      >
        <Hidden values={{ [FORM_TOKEN]: token, ...fields }} />
        <input type="hidden" name={PASSKEY} value={NO_ANSWER} />
        {names !== undefined && <input type="hidden" name="username" value={askedFor ?? ""} />}
        <button class={props.isMain ? "main block" : "other block"} type="submit">
          <Icon name="key" />
          {kind === "add" ? passkeys.add : passkeys.use}
        </button>
        <p class="said" role="alert" hidden>
          <Icon name="alert" size={16} />
          <span />
        </p>
      </form>
      {props.isOnlyWay && (
        <>
          <p class="small muted" data-without-passkeys hidden>
            {passkeys.unsupported}
          </p>
          <noscript>
            <p class="small muted">{passkeys.noScript}</p>
          </noscript>
        </>
      )}
      <script type="module" src={frame.path(PASSKEY_SCRIPT.path)} />
    </>
  );
}

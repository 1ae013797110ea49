/** @jsxImportSource hono/jsx */
/** Parts that views about applications share. */
import { ACKNOWLEDGED } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { longDate, machineTime } from "../time.ts";
import { Icon, type IconName } from "./icons.tsx";

export interface ScopeWords {
  readonly text: string;
  readonly sensitive: boolean;
}

/** The words for an access at some resources, or at this server if it names none. */
export interface AccessWords {
  readonly resources: readonly string[];
  readonly scopes: readonly ScopeWords[];
}

/**
 * The logo that the operator gave the client, from this server. Without one the first letter of the name, never a picture
 * from another site (RFC 9700 §4.2.4).
 */
export function Tile({ name, logo = null }: { name: string; logo?: string | null }) {
  if (logo !== null) {
    return (
      <div class="tile picture" aria-hidden="true">
        <img src={logo} alt="" />
      </div>
    );
  }
  const [letter = "?"] = [...name.replace(/[^\p{L}\p{N}]/gu, "")];
  return (
    <div class="tile" aria-hidden="true">
      {letter.toUpperCase()}
    </div>
  );
}

interface MayListProps {
  readonly frame: PageFrame;
  readonly access: readonly AccessWords[];
  /** The words for an access without any scope. */
  readonly nothing: string;
  readonly size?: "small";
}

export function MayList({ frame, access, nothing, size }: MayListProps) {
  const { consent } = frame.texts;
  return (
    <>
      {access.map(({ resources, scopes }) => {
        const onlyThat = { text: resources.length > 0 ? consent.mayIdentify : nothing, sensitive: false };
        const words = scopes.length > 0 ? scopes : [onlyThat];
        return (
          <>
            {resources.length > 0 && (
              <p class="applies small muted">{consent.forResources(resources.join(", "))}</p>
            )}
            <ul class={size === "small" ? "list may small" : "list may"}>
              {words.map(({ text, sensitive }) => (
                <li class={sensitive ? "sensitive" : undefined}>
                  <Icon name={sensitive ? "alert" : "dot"} size={size === "small" ? 16 : undefined} />
                  <span>
                    {sensitive && <span class="hidden">{consent.sensitive} </span>}
                    {text}
                  </span>
                </li>
              ))}
            </ul>
          </>
        );
      })}
    </>
  );
}

/** `onlyHere`: whether the access is at this server only (`isOnlyHere`). Otherwise little is certain. */
export function MayNot({ frame, onlyHere }: { frame: PageFrame; onlyHere: boolean }) {
  const { consent } = frame.texts;
  const [first = "", ...others] = consent.mayNot;
  return (
    <section aria-labelledby="may-not">
      <h2 id="may-not">{consent.mayNotTitle}</h2>
      <ul class="list may-not">
        {[first, ...(onlyHere ? others : [])].map((words) => (
          <li>
            <Icon name="cross" />
            <span>{words}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who is signed in, with a link to use another account. `here` is the page to come back to. */
export function Person({ frame, username, here }: { frame: PageFrame; username: string; here: string }) {
  const { common } = frame.texts;
  return (
    <div class="person">
      <p>
        <span class="muted">{common.signedInAs}</span> <strong>{username}</strong>
      </p>
      <a href={frame.path("/login", { return_to: here, another: "1" })}>
        <span class="hidden">{common.notYou} </span>
        {common.switchPerson}
      </a>
    </div>
  );
}

/** The id of the form with the answer to a question. */
export const ANSWER = "answer";

/**
 * A box that must be ticked before a person can allow what an unverified application asks. It is far from the buttons: two
 * clicks at one place, which another page may have got from the person, cannot hit both (double-clickjacking).
 */
export function Acknowledge({ words }: { words: string }) {
  return (
    <label class="acknowledge">
      <input type="checkbox" name={ACKNOWLEDGED} value="yes" form={ANSWER} required />
      <span>{words}</span>
    </label>
  );
}

/** The two answers, equally easy to give. */
export function Choice({ allow, deny }: { allow: string; deny: string }) {
  return (
    <div class="choice">
      <button class="other" type="submit" name="decision" value="deny" formnovalidate>
        {deny}
      </button>
      <button class="main" type="submit" name="decision" value="allow">
        {allow}
      </button>
    </div>
  );
}

export const Day = ({ frame, at }: { frame: PageFrame; at: number }) => (
  <time datetime={machineTime(at)}>{longDate(frame.texts.language, at)}</time>
);

export function Outcome({ kind }: { kind: "good" | "plain" | "bad" }) {
  const icons: Record<typeof kind, IconName> = { good: "check", plain: "minus", bad: "alert" };
  return (
    <div class={kind === "plain" ? "outcome plain-mark" : `outcome ${kind}`}>
      <Icon name={icons[kind]} size={26} />
    </div>
  );
}

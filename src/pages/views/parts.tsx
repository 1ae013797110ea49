/** @jsxImportSource hono/jsx */
/** Parts that views about applications share. */
import type { PageFrame } from "../frame.ts";
import { Icon, type IconName } from "./icons.tsx";

/** A scope as people read it. */
export interface ScopeWords {
  readonly name: string;
  readonly description: string;
}

/** A resource that an access is for. */
export interface ResourceWords {
  readonly identifier: string;
  readonly name: string;
}

/** The first letter of a name, in place of a picture from somebody else's site (RFC 9700 §4.2.4). */
export function Tile({ name }: { name: string }) {
  const [letter = "?"] = [...name.replace(/[^\p{L}\p{N}]/gu, "")];
  return (
    <div class="tile" aria-hidden="true">
      {letter.toUpperCase()}
    </div>
  );
}

export function MayList({ frame, scopes }: { frame: PageFrame; scopes: readonly ScopeWords[] }) {
  const words =
    scopes.length > 0 ? scopes.map((scope) => scope.description) : [frame.texts.consent.mayNothing];
  return (
    <ul class="list may">
      {words.map((description) => (
        <li>
          <Icon name="check" />
          <span>{description}</span>
        </li>
      ))}
    </ul>
  );
}

/** What an access is for, when it is for more than this server. */
export function ResourceLine({ label, resources }: { label: string; resources: readonly ResourceWords[] }) {
  if (resources.length === 0) return null;
  return (
    <p class="applies small muted">
      {label} {resources.map((resource) => resource.name).join(", ")}
    </p>
  );
}

export function MayNot({ frame }: { frame: PageFrame }) {
  const { consent } = frame.texts;
  return (
    <section aria-labelledby="may-not">
      <h2 id="may-not">{consent.mayNotTitle}</h2>
      <ul class="list may-not">
        {consent.mayNot.map((words) => (
          <li>
            <Icon name="cross" />
            <span>{words}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who is signed in, and the way out if it is somebody else. `here` is the page to come back to. */
export function Person({ frame, username, here }: { frame: PageFrame; username: string; here: string }) {
  const { common } = frame.texts;
  return (
    <div class="person">
      <p>
        <span class="muted">{common.signedInAs}</span> <strong>{username}</strong>
      </p>
      <a href={frame.path("/login", { return_to: here })}>
        <span class="hidden">{common.notYou} </span>
        {common.switchPerson}
      </a>
    </div>
  );
}

/** The two answers, as easy to give as each other. */
export function Choice({ allow, deny }: { allow: string; deny: string }) {
  return (
    <div class="choice">
      <button class="other" type="submit" name="decision" value="deny">
        {deny}
      </button>
      <button class="main" type="submit" name="decision" value="allow">
        {allow}
      </button>
    </div>
  );
}

export function Outcome({ kind }: { kind: "good" | "plain" | "bad" }) {
  const icons: Record<typeof kind, IconName> = { good: "check", plain: "minus", bad: "alert" };
  return (
    <div class={kind === "plain" ? "outcome plain-mark" : `outcome ${kind}`}>
      <Icon name={icons[kind]} size={26} />
    </div>
  );
}

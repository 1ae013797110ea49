/** @jsxImportSource hono/jsx */
/** What every page has in common that asks whether an application may: who asks, as whom the person answers, and for what. */
import type { PropsWithChildren } from "hono/jsx";
import type { DetailWords } from "../details.ts";
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Note } from "../layout.tsx";
import { machineTime, relativeTime } from "../time.ts";
import { DetailList } from "./details.tsx";
import { type AccessWords, ANSWER, Choice, MayList, MayNot, Outcome, Person, Tile } from "./parts.tsx";

/** The access in question, in words. */
export interface AskedAccess {
  readonly access: readonly AccessWords[];
  readonly details: readonly DetailWords[];
  /** Whether the access is at this server only. */
  readonly onlyHere: boolean;
}

/** Who asks. */
interface AskerProps {
  /** Ready to be shown. */
  readonly name: string;
  /** The path of the logo that the operator gave the client; null if there is none. */
  readonly logo: string | null;
  /** What the application does: "wants to use your account". */
  readonly does: string;
}

export function Asker({ name, logo, does, children }: PropsWithChildren<AskerProps>) {
  const heading = (
    <h1>
      <bdi>{name}</bdi> <span>{does}</span>
    </h1>
  );
  return (
    <div class="asker">
      <Tile name={name} logo={logo} />
      {children === undefined ? (
        heading
      ) : (
        <div>
          {heading}
          {children}
        </div>
      )}
    </div>
  );
}

interface AnswerProps {
  readonly frame: PageFrame;
  readonly asked: AskedAccess;
  /** The user name of the person who is asked. */
  readonly signedInAs: string;
  /** The path and query that lead to this question again, for "use another account". */
  readonly here: string;
  /** Where the answer is sent. The buttons send `decision`. */
  readonly action: string;
  /** From `openForm`. */
  readonly token: string;
  /** Further hidden fields. */
  readonly hidden?: Readonly<Record<string, string>> | undefined;
  readonly allow: string;
  readonly deny: string;
}

/** As whom the person answers, what the application would be able to do, and the form. `children`: below the two buttons of the form. */
export function Answer(props: PropsWithChildren<AnswerProps>) {
  const { frame, asked, hidden } = props;
  const { consent } = frame.texts;
  return (
    <>
      <Person frame={frame} username={props.signedInAs} here={props.here} />
      <section aria-labelledby="may">
        <h2 id="may">{consent.mayTitle}</h2>
        {(asked.details.length === 0 || !isNothing(asked.access)) && (
          <MayList frame={frame} access={asked.access} nothing={consent.mayNothing} />
        )}
        <DetailList details={asked.details} />
      </section>
      <MayNot frame={frame} onlyHere={asked.onlyHere} />
      <p class="small muted">{consent.takeBack}</p>
      <form id={ANSWER} method="post" action={props.action} class="stack">
        <Hidden values={{ [FORM_TOKEN]: props.token, ...hidden }} />
        <Choice allow={props.allow} deny={props.deny} />
        {props.children}
      </form>
    </>
  );
}

/** "Know that you have an account here, and nothing else" would be untrue beside details. */
const isNothing = (access: readonly AccessWords[]): boolean =>
  access.every(({ resources, scopes }) => resources.length === 0 && scopes.length === 0);

/** How long ago something happened, as a fact of a list. */
export const Ago = ({ frame, at }: { frame: PageFrame; at: number }) => (
  <time datetime={machineTime(at)}>
    {frame.now - at < 60 ? frame.texts.device.justNow : relativeTime(frame.texts.language, at - frame.now)}
  </time>
);

interface AnsweredProps {
  readonly frame: PageFrame;
  readonly kind: "good" | "plain" | "bad";
  readonly title: string;
  readonly text: string;
  /** Whether the person just answered otherwise than before. */
  readonly differs: boolean;
  readonly next: { readonly words: string; readonly href: string };
}

/** What became of the question. */
export const Answered = ({ frame, kind, title, text, differs, next }: AnsweredProps) => (
  <div class="card">
    <Outcome kind={kind} />
    <h1>{title}</h1>
    {differs && <Note kind="warn">{frame.texts.device.stands}</Note>}
    <p class="muted">{text}</p>
    <a class="button other block" href={next.href}>
      {next.words}
    </a>
  </div>
);

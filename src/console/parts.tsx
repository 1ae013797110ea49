/** @jsxImportSource hono/jsx */
/** The parts of the console's pages: tables, facts, forms of one act. */
import type { Child, PropsWithChildren } from "hono/jsx";
import { displayText } from "../pages/display.ts";
import { FORM_TOKEN } from "../pages/forms.ts";
import { Hidden } from "../pages/layout.tsx";
import { machineTime, moment } from "../pages/time.ts";
import { Icon } from "../pages/views/icons.tsx";
import type { ConsoleFrame } from "./layout.tsx";
import { CONSOLE_WORDS, wordsFor } from "./texts.ts";

interface RowsProps {
  /** What the table lists, for screen readers. */
  readonly label: string;
  /** The heads of the columns; an empty one for a column of buttons. */
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Child[])[];
}

/** A table; on a phone each row is a block, and each cell has the head of its column before it. */
export function Rows({ label, heads, rows }: RowsProps) {
  return (
    <table class="rows">
      <caption class="hidden">{label}</caption>
      <thead>
        <tr>{heads.map((head) => (head === "" ? <td></td> : <th scope="col">{head}</th>))}</tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr>
            {cells.map((cell, place) => (
              <td
                class={cell === "" ? "blank" : undefined}
                data-label={heads[place] === "" ? undefined : heads[place]}
              >
                <div>{cell}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Facts by their names; those that are null are left out. */
export function Facts({ facts }: { facts: Readonly<Record<string, Child | null>> }) {
  return (
    <dl class="facts">
      {Object.entries(facts).map(([name, value]) =>
        value === null || value === "" ? null : (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** JSON in lines, each without characters that hide or turn the text around. */
export const linesOfDocument = (document: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(document, null, 2)
    .split("\n")
    .map((line) => (/^ */.exec(line)?.[0] ?? "") + displayText(line, 2000))
    .join("\n");

export const At = ({ frame, at }: { frame: ConsoleFrame; at: number }) => (
  <time datetime={machineTime(at)}>{moment(frame.texts.language, at)}</time>
);

export const Badge = ({ kind, words }: { kind?: "good" | "warn" | "bad"; words: string }) => (
  <span class={kind === undefined ? "badge" : `badge ${kind}`}>{words}</span>
);

interface ActProps {
  readonly frame: ConsoleFrame;
  /** The act of the page that the form asks for. */
  readonly act: string;
  /** Further hidden fields. */
  readonly values?: Readonly<Record<string, string | null | undefined>>;
  /** The path that takes the form, with the path of the issuer. Default: this page. */
  readonly to?: string;
  readonly class?: string;
}

/** A form for one act of the page. */
export function ActForm({ frame, act, values = {}, to, children, ...rest }: PropsWithChildren<ActProps>) {
  return (
    <form method="post" action={to ?? frame.here} class={rest.class ?? "stack"}>
      <Hidden values={{ [FORM_TOKEN]: frame.token, act, ...values }} />
      {children}
    </form>
  );
}

/** A form that is one button. */
export function ActButton({
  words,
  kind = "other",
  ...form
}: ActProps & { readonly words: string; readonly kind?: "main" | "other" | "remove" }) {
  return (
    <ActForm {...form} class="">
      <button class={kind === "other" ? "other small-button" : kind} type="submit">
        {words}
      </button>
    </ActForm>
  );
}

/** An act that is hard to undo: its button opens what it means, and the second button carries it out. */
export function Danger({
  title,
  about,
  words,
  children,
  ...form
}: PropsWithChildren<ActProps & { readonly title: string; readonly about: string; readonly words: string }>) {
  return (
    <details class="danger">
      <summary>
        <span>{title}</span>
        <Icon name="down" />
      </summary>
      <ActForm {...form}>
        <p>{about}</p>
        {children}
        <button class="remove" type="submit">
          {words}
        </button>
      </ActForm>
    </details>
  );
}

/** What is seen only once: a secret or a link. */
export const Once = ({ frame, text }: { frame: ConsoleFrame; text: string }) => (
  <>
    <p class="once code">{text}</p>
    <p class="muted small">{wordsFor(frame, CONSOLE_WORDS).shownOnce}</p>
  </>
);

/** The way to the next page of a list; nothing at its end. */
export function More({
  frame,
  path,
  query,
  next,
}: {
  frame: ConsoleFrame;
  path: `/${string}`;
  query: Readonly<Record<string, string | null>>;
  next: string | null;
}) {
  const words = wordsFor(frame, CONSOLE_WORDS);
  if (next === null && !query.cursor) return null;
  return (
    <p class="links">
      {query.cursor && <a href={frame.path(path, { ...query, cursor: null })}>{words.first}</a>}
      {next && <a href={frame.path(path, { ...query, cursor: next })}>{words.next}</a>}
    </p>
  );
}

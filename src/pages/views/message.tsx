/** @jsxImportSource hono/jsx */
/** A page that tells the outcome of an act, and one that asks for a single click. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Layout } from "../layout.tsx";
import { Outcome } from "./parts.tsx";

export interface MessageProps {
  readonly frame: PageFrame;
  readonly kind: "good" | "plain" | "bad";
  readonly title: string;
  readonly text: readonly string[];
  readonly way: { readonly href: string; readonly words: string } | null;
}

export function MessageView({ frame, kind, title, text, way }: MessageProps) {
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <Outcome kind={kind} />
        <h1>{title}</h1>
        {text.map((words) => (
          <p class="muted">{words}</p>
        ))}
        {way !== null && (
          <p class="links">
            <a href={way.href}>{way.words}</a>
          </p>
        )}
      </div>
    </Layout>
  );
}

export interface ConfirmProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** Where the form goes, and what it has beside its token. */
  readonly action: `/${string}`;
  readonly values: Readonly<Record<string, string | null>>;
  readonly title: string;
  readonly text: readonly string[];
  readonly submit: string;
}

export function ConfirmView({ frame, token, action, values, title, text, submit }: ConfirmProps) {
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <h1>{title}</h1>
        {text.map((words) => (
          <p class="muted">{words}</p>
        ))}
        <form method="post" action={frame.path(action)} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, ...values }} />
          <button class="main block" type="submit">
            {submit}
          </button>
        </form>
      </div>
    </Layout>
  );
}

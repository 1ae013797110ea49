/** @jsxImportSource hono/jsx */
/** A refusal, in words for the person and, apart from them, for the developer. */
import type { PageFrame } from "../frame.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "./icons.tsx";
import { Outcome } from "./parts.tsx";

/** A link that leads on. */
export interface Way {
  readonly href: string;
  readonly words: string;
}

/** What an application sent, beside what is registered. All texts are visible ASCII. */
export interface Comparison {
  /** The parameter. */
  readonly name: string;
  readonly sent: readonly string[];
  /** `hiddenOf`: the reader may not see what this client has registered. Null if there is nothing to compare with. */
  readonly registered: readonly string[] | { readonly hiddenOf: string } | null;
}

/** Details for the developer of the application. */
export interface ErrorDetails {
  readonly error: string;
  readonly description: string;
  /** The reason's anchor on the help page. */
  readonly anchor: string;
  readonly comparison: Comparison | null;
}

export interface ErrorProps {
  readonly frame: PageFrame;
  readonly title: string;
  readonly text: string;
  /** The way on, beside the start page. */
  readonly way: Way | null;
  readonly details: ErrorDetails | null;
  /** The operator finds the request in the log by this id. */
  readonly requestId: string;
}

export function ErrorView({ frame, title, text, way, details, requestId }: ErrorProps) {
  const { errors } = frame.texts;
  return (
    <Layout frame={frame} title={title} foot="errors">
      <div class="card">
        <Outcome kind="bad" />
        <h1>{title}</h1>
        <p class="muted">{text}</p>
        {details && <Details frame={frame} details={details} />}
        <p class="small muted">
          {errors.request} <code>{requestId}</code>
        </p>
        <div class="stack">
          {way && (
            <a class="button main block" href={way.href}>
              {way.words}
            </a>
          )}
          <a class="button other block" href={frame.path("/")}>
            {errors.home}
          </a>
        </div>
      </div>
    </Layout>
  );
}

function Details({ frame, details }: { frame: PageFrame; details: ErrorDetails }) {
  const { errors } = frame.texts;
  return (
    <details>
      <summary>
        <h2>{errors.developers}</h2>
        <Icon name="down" />
      </summary>
      <div class="stack">
        <dl class="facts">
          <div>
            <dt>{errors.code}</dt>
            <dd>
              <code>{details.error}</code>
            </dd>
          </div>
          <div>
            <dt>{errors.description}</dt>
            <dd lang="en" dir="ltr">
              {details.description}
            </dd>
          </div>
          {details.comparison && <Compared frame={frame} comparison={details.comparison} />}
        </dl>
        <p class="small">
          <a href={`${frame.path("/help/errors")}#${details.anchor}`}>{errors.learnMore}</a>
        </p>
      </div>
    </details>
  );
}

function Compared({ frame, comparison }: { frame: PageFrame; comparison: Comparison }) {
  const { errors } = frame.texts;
  const { name, sent, registered } = comparison;
  return (
    <>
      <div>
        <dt>{errors.sent}</dt>
        <dd>
          <code>{name}</code>
          <Values values={sent} none={errors.sentNone} />
        </dd>
      </div>
      {registered !== null && (
        <div>
          <dt>{errors.registered}</dt>
          <dd>
            {"hiddenOf" in registered ? (
              <>
                {errors.registeredHidden} <code>tessera client show {registered.hiddenOf}</code>
              </>
            ) : (
              <Values values={registered} none={errors.registeredNone} />
            )}
          </dd>
        </div>
      )}
    </>
  );
}

function Values({ values, none }: { values: readonly string[]; none: string }) {
  if (values.length === 0) return <span>{none}</span>;
  return (
    <ul class="values">
      {values.map((value) => (
        <li>
          <code>{value}</code>
        </li>
      ))}
    </ul>
  );
}

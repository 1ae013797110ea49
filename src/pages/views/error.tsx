/** @jsxImportSource hono/jsx */
/** A refusal, in words for the person and, apart from them, for the developer. */
import type { PageFrame } from "../frame.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "./icons.tsx";
import { Outcome } from "./parts.tsx";

export interface ErrorProps {
  readonly frame: PageFrame;
  readonly title: string;
  readonly text: string;
  /** Details for the developer of the application. */
  readonly details: {
    readonly error: string;
    readonly description: string;
    /** The reason's anchor on the help page. */
    readonly anchor: string;
  } | null;
  /** The operator finds the request in the log by this id. */
  readonly requestId: string;
}

export function ErrorView({ frame, title, text, details, requestId }: ErrorProps) {
  const { errors } = frame.texts;
  return (
    <Layout frame={frame} title={title} foot="errors">
      <div class="card">
        <Outcome kind="bad" />
        <h1>{title}</h1>
        <p class="muted">{text}</p>
        {details && (
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
                  <dd lang="en">{details.description}</dd>
                </div>
              </dl>
              <p class="small">
                <a href={`${frame.path("/help/errors")}#${details.anchor}`}>{errors.learnMore}</a>
              </p>
            </div>
          </details>
        )}
        <p class="small muted">
          {errors.request} <code>{requestId}</code>
        </p>
        <a class="button other block" href={frame.path("/")}>
          {errors.home}
        </a>
      </div>
    </Layout>
  );
}

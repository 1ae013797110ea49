/** @jsxImportSource hono/jsx */
/** The person is signed in, but is not among the people who may use the application. */
import type { PageFrame } from "../frame.ts";
import { Layout } from "../layout.tsx";
import { Outcome } from "./parts.tsx";

export interface NotAllowedProps {
  readonly frame: PageFrame;
  readonly clientName: string;
  readonly signedInAs: string;
  /** The groups whose members may use it; empty if it is the person's own group that may not. */
  readonly groups: readonly string[];
  /** Where the person chooses another account for the same request. */
  readonly another: string;
}

export function NotAllowedView({ frame, clientName, signedInAs, groups, another }: NotAllowedProps) {
  const { notAllowed, signIn, errors } = frame.texts;
  return (
    <Layout frame={frame} title={notAllowed.title(clientName)}>
      <div class="card">
        <Outcome kind="bad" />
        <h1>{notAllowed.title(clientName)}</h1>
        <p class="muted">
          {groups.length === 0
            ? notAllowed.denied(signedInAs, clientName)
            : notAllowed.only(signedInAs, clientName, groups.join(", "))}
        </p>
        <p class="small muted">{notAllowed.ask}</p>
        <div class="stack">
          <a class="button main block" href={another}>
            {signIn.useAnother}
          </a>
          <a class="button other block" href={frame.path("/")}>
            {errors.home}
          </a>
        </div>
      </div>
    </Layout>
  );
}

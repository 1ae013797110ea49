/** @jsxImportSource hono/jsx */
/** RFC 9700 §4.11.2: nobody is sent on to an address that only its owner vouches for without being asked. */
import type { PageFrame } from "../frame.ts";
import { Layout } from "../layout.tsx";

export interface LeavingProps {
  readonly frame: PageFrame;
  /** Where to, as people recognise it. */
  readonly host: string;
  /** Where to, with the answer for the application. */
  readonly location: string;
}

export function LeavingView({ frame, host, location }: LeavingProps) {
  const { leaving, errors } = frame.texts;
  return (
    <Layout frame={frame} title={leaving.title(host)}>
      <div class="card">
        <h1>{leaving.title(host)}</h1>
        <p class="muted">{leaving.text(host)}</p>
        <div class="stack">
          <a class="button block" href={frame.path("/")}>
            {errors.home}
          </a>
          <a class="button other block" href={location} rel="noreferrer nofollow">
            {leaving.goOn(host)}
          </a>
        </div>
      </div>
    </Layout>
  );
}

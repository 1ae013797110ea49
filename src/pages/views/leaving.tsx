/** @jsxImportSource hono/jsx */
/** RFC 9700 §4.11.2: asks the person before the browser goes to the address of an unverified application. */
import type { PageFrame } from "../frame.ts";
import { Layout } from "../layout.tsx";

export interface LeavingProps {
  readonly frame: PageFrame;
  /** The host of the address, which people recognise. */
  readonly host: string;
  /** The whole address, with the answer for the application. */
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

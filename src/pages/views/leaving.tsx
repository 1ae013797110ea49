/** @jsxImportSource hono/jsx */
/** The pages on the way of an answer to the client. */
import type { Delivery } from "../../endpoints/response-mode.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Layout } from "../layout.tsx";

export interface LeavingProps {
  readonly frame: PageFrame;
  /** The host of the address, which people recognise. */
  readonly host: string;
  readonly delivery: Delivery;
}

/** RFC 9700 §4.11.2: asks the person before the browser goes to the address of an unverified application. */
export function LeavingView({ frame, host, delivery: { address, fields } }: LeavingProps) {
  const { leaving, errors } = frame.texts;
  return (
    <Layout frame={frame} title={leaving.title(host)} foot={fields === null ? undefined : "posting"}>
      <div class="card">
        <h1>{leaving.title(host)}</h1>
        <p class="muted">{leaving.text(host)}</p>
        <div class="stack">
          <a class="button main block" href={frame.path("/")}>
            {errors.home}
          </a>
          {fields === null ? (
            <a class="button other block" href={address} rel="noreferrer nofollow">
              {leaving.goOn(host)}
            </a>
          ) : (
            <form method="post" action={address}>
              <Hidden values={fields} />
              <button class="other block" type="submit">
                {leaving.goOn(host)}
              </button>
            </form>
          )}
        </div>
      </div>
    </Layout>
  );
}

export interface PostAnswerProps {
  readonly frame: PageFrame;
  readonly host: string;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The path of the script that submits the form. */
  readonly script: string;
}

/** OAuth 2.0 Form Post Response Mode §2. Without a script the person presses the button. */
export function PostAnswerView({ frame, host, address, fields, script }: PostAnswerProps) {
  const { leaving } = frame.texts;
  return (
    <Layout frame={frame} title={leaving.goOn(host)} foot="posting">
      <form class="card" method="post" action={address}>
        <h1>{leaving.goOn(host)}</h1>
        <p class="muted">{leaving.posting}</p>
        <Hidden values={fields} />
        <button class="main block" type="submit">
          {leaving.goOn(host)}
        </button>
      </form>
      <script src={script} />
    </Layout>
  );
}

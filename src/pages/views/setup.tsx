/** @jsxImportSource hono/jsx */
/** First start: the first account. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Hidden, Layout } from "../layout.tsx";
import { type AccountFieldFaults, AccountFields } from "./new-account.tsx";

export interface SetupProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** The one-time link's credential, which the form sends back. */
  readonly setupToken: string;
  /** The fields as typed. */
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly minimumPasswordCharacters: number;
  readonly faults: AccountFieldFaults;
}

export function SetupView({ frame, token, setupToken, email, ...fields }: SetupProps) {
  const { setup } = frame.texts;
  return (
    <Layout frame={frame} title={setup.title}>
      <div class="card">
        <h1>{setup.title}</h1>
        <p class="muted">{setup.lead(frame.name)}</p>
        <form method="post" action={frame.path("/setup")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, token: setupToken }} />
          <AccountFields frame={frame} email={{ value: email, hint: setup.optional }} {...fields} />
        </form>
      </div>
    </Layout>
  );
}

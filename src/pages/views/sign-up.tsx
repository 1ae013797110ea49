/** @jsxImportSource hono/jsx */
/** Asking for an account: with an e-mail address, or with an invitation. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";

export interface SignUpProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly returnTo: string | null;
  /** What the page asks for. */
  readonly asks: "email" | "invitation";
  readonly typed: string;
  /** The domains of addresses that may have an account; empty: any. */
  readonly domains: readonly string[];
  /** The fault of the field, and why the form did nothing for another reason. */
  readonly fault: string | null;
  readonly alert: string | null;
}

export function SignUpView(props: SignUpProps) {
  const { frame, token, returnTo, asks, typed, domains, fault, alert } = props;
  const { signUp, newAccount, common } = frame.texts;
  const isEmail = asks === "email";
  return (
    <Layout frame={frame} title={newAccount.title}>
      <div class="card">
        <h1>{newAccount.title}</h1>
        <p class="muted">{isEmail ? signUp.lead : signUp.invitationLead(frame.name)}</p>
        {alert && <Note kind="bad">{alert}</Note>}
        <form method="post" action={frame.path("/sign-up")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, return_to: returnTo }} />
          <Field
            id={asks}
            label={isEmail ? common.email : signUp.invitation}
            hint={
              isEmail
                ? domains.length === 0
                  ? undefined
                  : signUp.domains(domains.join(", "))
                : signUp.invitationHint
            }
            fault={fault}
            autocomplete={isEmail ? "email" : "off"}
            value={typed}
            autofocus
            maxlength={isEmail ? 320 : 2000}
          />
          <button class="main block" type="submit">
            {signUp.submit}
          </button>
        </form>
        <p class="small">
          <a href={frame.path("/login", { return_to: returnTo })}>{signUp.haveAccount}</a>
        </p>
      </div>
    </Layout>
  );
}

/** @jsxImportSource hono/jsx */
/** Signing in with a code by mail: the name, then the code. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";

/** The hidden field with what the browser asked for. */
export const ASKED = "asked";

export interface SignInCodeProps {
  readonly frame: PageFrame;
  readonly token: string;
  readonly returnTo: string | null;
  /** As the person typed it. */
  readonly name: string;
  /** The sealed request for a code; null while the page asks for the name. */
  readonly asked: string | null;
  readonly fault: string | null;
  /** Whether the mail takes longer, in words. */
  readonly delay: readonly string[];
}

export function SignInCodeView({ frame, token, returnTo, name, asked, fault, delay }: SignInCodeProps) {
  const { signInCode, signIn } = frame.texts;
  return (
    <Layout frame={frame} title={signInCode.title}>
      <div class="card">
        <h1>{signInCode.title}</h1>
        <p class="muted">{asked === null ? signInCode.lead : signInCode.sent(name)}</p>
        {delay.map((words) => (
          <p class="small muted">{words}</p>
        ))}
        {fault && (
          <Note kind="bad" id="fault">
            {fault}
          </Note>
        )}
        <form method="post" action={frame.path("/sign-in-code")} class="stack">
          <Hidden values={{ [FORM_TOKEN]: token, return_to: returnTo, [ASKED]: asked }} />
          {asked === null ? (
            <Field
              id="username"
              label={signIn.usernameOrEmail}
              autocomplete="username"
              value={name}
              autofocus
              maxlength={320}
            />
          ) : (
            <Field
              id="code"
              label={signInCode.code}
              hint={signInCode.codeHint}
              autocomplete="one-time-code"
              autofocus
              maxlength={20}
            />
          )}
          <button class="main block" type="submit">
            {asked === null ? signInCode.ask : signInCode.submit}
          </button>
        </form>
        <p class="links">
          {asked !== null && (
            <a href={frame.path("/sign-in-code", { return_to: returnTo, login_hint: name })}>
              {signInCode.another}
            </a>
          )}
          <a href={frame.path("/login", { return_to: returnTo, login_hint: name })}>{signInCode.password}</a>
        </p>
      </div>
    </Layout>
  );
}

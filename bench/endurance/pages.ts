/** A browser without a screen: it follows redirects, signs in and allows, until it is sent to the application. */
import { formsOf } from "../../test/support/code-flow.ts";
import type { Sender } from "./sender.ts";

export interface Visitor {
  readonly username: string;
  readonly password: string;
  /** The Cookie header of a session that may still be alive; empty for a new browser. */
  readonly cookie: string;
}

export interface Visit {
  /** The address outside of the server that the browser was sent to; null if it stayed on a page. */
  readonly location: string | null;
  readonly cookie: string;
  /** The status of the last answer. */
  readonly status: number;
}

/** More steps than the longest way needs: sign-in, consent, and the redirects between them. */
const MOST_STEPS = 8;

/** Opens a path and goes on from there. It fills every form with the visitor's data, and allows. */
export async function visit(
  sender: Sender,
  path: string,
  { username, password, cookie: brought }: Visitor,
): Promise<Visit> {
  let cookie = brought;
  let next: { path: string; body?: Readonly<Record<string, string>> } = { path };
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { status, body, header } = await sender.send({
      ...next,
      headers: cookie === "" ? {} : { Cookie: cookie },
    });
    cookie = header("set-cookie")?.split(";")[0] ?? cookie;
    const location = header("location");
    const local = location === null ? null : sender.pathOf(location);
    if (location !== null && local === null) return { location, cookie, status };
    const forms = local === null && status === 200 ? await formsOf(new Response(body)) : [];
    const form = forms.find(({ fields }) => "form_token" in fields);
    if (local !== null) next = { path: local };
    else if (form === undefined) return { location: null, cookie, status };
    else next = { path: form.action, body: { ...form.fields, username, password, decision: "allow" } };
  }
  throw new Error(`${path} leads in a circle.`);
}

/** A browser without a screen: it goes where it is sent, signs in and says yes, until it is sent to the application. */
import type { Sender } from "./sender.ts";

export interface Visitor {
  readonly username: string;
  readonly password: string;
  /** The Cookie header of a session that may still be alive; empty for a new browser. */
  readonly cookie: string;
}

export interface Visit {
  /** Where the browser was sent to, outside of the server; null if it was left on a page. */
  readonly location: string | null;
  readonly cookie: string;
  /** Of the last answer. */
  readonly status: number;
}

/** More steps than the longest way has: sign-in, consent, and the redirects between them. */
const MOST_STEPS = 8;

/** Opens a path and goes on from there. Every page is answered with what the visitor knows, and with yes. */
export async function visit(sender: Sender, path: string, visitor: Visitor): Promise<Visit> {
  let { cookie } = visitor;
  let next: { path: string; form: Readonly<Record<string, string>> | null } = { path, form: null };
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { path: to, form } = next;
    const answer = await sender.send({
      path: to,
      headers: cookie === "" ? {} : { Cookie: cookie },
      ...(form !== null && { body: form }),
    });
    cookie = answer.header("set-cookie")?.split(";")[0] ?? cookie;
    const { status } = answer;
    const location = answer.header("location");
    if (location !== null) {
      const local = sender.pathOf(location);
      if (local === null) return { location, cookie, status };
      next = { path: local, form: null };
      continue;
    }
    const asked = status === 200 ? formOf(answer.body) : null;
    if (asked === null) return { location: null, cookie, status };
    const { username, password } = visitor;
    const said: Record<string, string> = asked.asksPassword ? { username, password } : { decision: "allow" };
    next = { path: asked.action, form: { ...asked.hidden, ...said } };
  }
  throw new Error(`${path} leads in a circle.`);
}

interface PageForm {
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  readonly asksPassword: boolean;
}

/** The first form on a page that is sent by POST, in the form that Tessera writes it; null if there is none. */
function formOf(html: string): PageForm | null {
  const [, attributes = "", inside = ""] = /<form([^>]*method="post"[^>]*)>(.*?)<\/form>/s.exec(html) ?? [];
  const action = attributeOf(attributes, "action");
  if (action === null) return null;
  const inputs = inside.match(/<input[^>]*>/g) ?? [];
  const hidden = inputs.flatMap((input) => {
    const name = attributeOf(input, "name");
    return name !== null && attributeOf(input, "type") === "hidden"
      ? [[name, attributeOf(input, "value") ?? ""]]
      : [];
  });
  const asksPassword = inputs.some((input) => attributeOf(input, "type") === "password");
  return { action, hidden: Object.fromEntries(hidden), asksPassword };
}

function attributeOf(tag: string, name: string): string | null {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined
    ? null
    : value
        .replaceAll("&quot;", '"')
        .replaceAll("&#39;", "'")
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&amp;", "&");
}

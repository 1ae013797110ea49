/** The authorization code flow through a browser and a client, for tests that need its results. */
import { createHash } from "node:crypto";
import type { TestServer } from "./server.ts";
import { encodeForm } from "./server.ts";

export const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const challengeOf = (verifier: string): string =>
  createHash("sha256").update(verifier).digest("base64url");

export interface AuthorizationParameters {
  readonly [name: string]: string | readonly string[] | undefined;
}

/** The query of a valid request of the client `web`, with changes. `undefined` leaves a parameter out. */
export function authorizationQuery(changes: AuthorizationParameters = {}): string {
  const parameters: AuthorizationParameters = {
    response_type: "code",
    client_id: "web",
    redirect_uri: "https://client.example/callback",
    scope: "mail.read",
    state: "a state",
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: "S256",
    ...changes,
  };
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    for (const one of typeof value === "string" ? [value] : value) pairs.push([name, one]);
  }
  return encodeForm(pairs);
}

export const authorizePath = (changes: AuthorizationParameters = {}): string =>
  `/auth/authorize?${authorizationQuery(changes)}`;

export interface PageForm {
  readonly action: string;
  readonly fields: Record<string, string>;
}

/** The forms of a page: where each goes, its hidden fields, and the box that a person must tick. */
export async function formsOf(response: Response): Promise<PageForm[]> {
  const forms: { action: string; fields: Record<string, string> }[] = [];
  const boxes: Record<string, string> = {};
  const rewriter = new HTMLRewriter()
    .on("form", {
      element: (form) => {
        // The box stands before the form to which it belongs.
        const fields = form.getAttribute("id") === "answer" ? { ...boxes } : {};
        forms.push({ action: decodeEntities(form.getAttribute("action") ?? ""), fields });
      },
    })
    .on("input[type=checkbox][required]", {
      element: (input) => {
        boxes[input.getAttribute("name") ?? ""] = input.getAttribute("value") ?? "";
      },
    })
    .on("form input[type=hidden]", {
      element: (input) => {
        const form = forms.at(-1);
        const name = input.getAttribute("name");
        if (form && name) form.fields[name] = decodeEntities(input.getAttribute("value") ?? "");
      },
    });
  await rewriter.transform(response).text();
  return forms;
}

/** The value of an attribute of a page. */
export const decodeEntities = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Opens an authorization request as a signed-in person and answers the consent page, if there is one. Returns the last response. */
export async function answerConsentAt(
  server: TestServer,
  cookie: string,
  url: string,
  decision: "allow" | "deny" = "allow",
): Promise<Response> {
  const asked = await server.fetch(url, { headers: { Cookie: cookie } });
  if (asked.status !== 200) return asked;
  const form = (await formsOf(asked.clone())).find(({ action }) => action.endsWith("/consent"));
  // The page asks something else.
  if (form === undefined) return asked;
  return server.post(
    "/consent",
    { ...form.fields, decision },
    { Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
  );
}

/** The same for the valid request of `authorizationQuery`, with changes. */
export const answerConsent = (
  server: TestServer,
  cookie: string,
  changes: AuthorizationParameters = {},
  decision: "allow" | "deny" = "allow",
): Promise<Response> => answerConsentAt(server, cookie, authorizePath(changes), decision);

/** The target of a redirect, with its parameters. */
export function redirectOf(response: Response): URL {
  const location = response.headers.get("location");
  if (location === null) throw new Error(`There is no redirect; the status is ${response.status}.`);
  return new URL(location);
}

/** An authorization code for the signed-in person. */
export async function obtainCode(
  server: TestServer,
  cookie: string,
  changes: AuthorizationParameters = {},
): Promise<string> {
  const response = await answerConsent(server, cookie, changes);
  const code = redirectOf(response).searchParams.get("code");
  if (code === null) throw new Error(`There is no code in ${response.headers.get("location")}.`);
  return code;
}

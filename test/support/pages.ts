/** A browser without a screen: it keeps its cookie, fills in forms, and follows no redirect by itself. */

import type { AccountRecord } from "../../src/store/tables/people.ts";
import { formsOf, type PageForm } from "./code-flow.ts";
import type { TestServer } from "./server.ts";

export const PASSWORD = "correct horse battery staple";

/** The hash of PASSWORD, made once in a file of tests. */
let hashed: Promise<string> | null = null;

/** A person who can sign in with PASSWORD. */
export async function addPersonWithPassword(
  server: TestServer,
  username: string,
  person: Partial<AccountRecord> = {},
): Promise<AccountRecord> {
  hashed ??= server.context.passwords.hash(PASSWORD);
  const passwordHash = await hashed;
  return server.addPerson(username, { passwordHash, ...person });
}

export interface Browser {
  /** The Cookie header that it sends; empty if it has none. Tests may plant another. */
  cookie: string;
  /** The cookie by which it is known to an account; empty if it has none. */
  known: string;
  /** The cookie with the language that the person chose; empty if it has none. */
  language: string;
  readonly address: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Loads a page, fills in its form with the given action, and sends it. */
  submit(path: string, fields: Record<string, string>, action?: string): Promise<Response>;
  /** The form on a page; the first one unless an action is named. */
  form(path: string, action?: string): Promise<PageForm>;
  signIn(username: string, password?: string): Promise<Response>;
}

export function openBrowser(server: Pick<TestServer, "fetch" | "issuer">, address = "203.0.113.7"): Browser {
  const base = new URL(server.issuer).pathname.replace(/\/$/, "");
  const keepCookie = (response: Response): Response => {
    for (const header of response.headers.getSetCookie()) {
      const pair = header.split(";")[0] ?? "";
      if (pair.includes("tessera-known")) browser.known = pair;
      else if (pair.includes("tessera-language")) browser.language = pair;
      else browser.cookie = header.includes("Max-Age=0") ? "" : pair;
    }
    return response;
  };
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const cookies = [browser.cookie, browser.known, browser.language].filter((cookie) => cookie !== "");
    if (cookies.length > 0) headers.set("Cookie", cookies.join("; "));
    const below = base !== "" && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
    return keepCookie(await server.fetch(below, { ...init, headers, address }));
  };
  const browser: Browser = {
    cookie: "",
    known: "",
    language: "",
    address,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, fields, headers = {}) =>
      send(path, {
        method: "POST",
        body: new URLSearchParams(fields).toString(),
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "Sec-Fetch-Site": "same-origin",
          ...headers,
        },
      }),
    async form(path, action) {
      const forms = await formsOf(await browser.get(path));
      const found = action === undefined ? forms[0] : forms.find((form) => form.action.endsWith(action));
      if (found === undefined) throw new Error(`There is no such form on ${path}.`);
      return found;
    },
    async submit(path, fields, action) {
      const form = await browser.form(path, action);
      return browser.post(form.action, { ...form.fields, ...fields });
    },
    signIn: (username, password = PASSWORD) => browser.submit("/login", { username, password }),
  };
  return browser;
}

/** The text of a page, without markup. */
export async function textOf(response: Response): Promise<string> {
  const html = await response.text();
  return html
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim();
}

/** Starts a device's request, and returns the answer to the device. */
export async function startDevice(
  server: TestServer,
  headers: Record<string, string> = {},
  clientId = "television",
): Promise<{ user_code: string; device_code: string; verification_uri_complete: string }> {
  const response = await server.post(
    "/auth/device",
    { client_id: clientId, scope: "mail.read profile" },
    headers,
  );
  if (response.status !== 200) throw new Error(await response.text());
  return response.json() as Promise<{
    user_code: string;
    device_code: string;
    verification_uri_complete: string;
  }>;
}

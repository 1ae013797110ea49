/** The requirements for every answer to any request: it is complete, has the protective headers, and leaks nothing. */
import type { TestServer } from "../support/server.ts";
import { mustBe } from "./checks.ts";
import type { Sent } from "./requests.ts";

const VOID = new Set(["meta", "link", "br", "img", "input", "hr"]);

/** Throws unless every opened element is closed, in the right order. */
function mustBeWholeHtml(html: string): void {
  mustBe(html.startsWith("<!doctype html>"), true, "a document");
  const open: string[] = [];
  for (const [tag = "", closing, name = "", selfClosing] of html.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/gi,
  )) {
    if (closing === "/") mustBe(open.pop(), name, `closed: ${tag}`);
    else if (selfClosing !== "/" && !VOID.has(name)) open.push(name);
  }
  mustBe(open, [], "everything is closed");
  // Quoted text cannot be markup unless it closes the quotes.
  // Two files of this server are scripts; no page has one inside.
  const bare = html
    .replace(
      /<script (?:type="module" )?src="\/assets\/(?:passkey|submit)-[\w-]+\.js"(?: defer="")?><\/script>/g,
      "",
    )
    .replace(/"[^"<>]*"/g, '""');
  const leads = /\s(?:href|src|action|formaction|content)="[^"]*javascript:/i.test(html);
  mustBe(/<script|<[^>]*\son[a-z]+=/i.test(bare) || leads, false, "nothing runs");
}

const ERROR_MEMBERS = ["error", "error_description", "error_uri"];

function mustBeWholeJson(text: string, status: number): void {
  const body: unknown = JSON.parse(text);
  mustBe(typeof body === "object" && body !== null && !Array.isArray(body), true, "an object");
  if (status < 400) return;
  const members = Object.entries(body ?? {});
  mustBe(
    members.filter(([name]) => !ERROR_MEMBERS.includes(name)),
    [],
    "an error of RFC 6749 §5.2",
  );
  for (const [name, value] of members)
    mustBe(
      typeof value === "string" && /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/.test(value),
      true,
      `${name}: ${value}`,
    );
}

const PAGE_HEADERS = [
  "content-security-policy",
  "x-frame-options",
  "referrer-policy",
  "cross-origin-resource-policy",
];

/** The places to which the server may redirect: its own pages, and the clients of the tests. */
const PLACES = [
  "/",
  "https://auth.example/",
  "https://client.example/callback?",
  "https://client.example/second?",
  "http://127.0.0.1",
  "com.example.app:/callback",
  "https://spa.example/",
];

/** Parameters that take a secret. A secret in another one is the client's mistake, and an answer may quote it. */
const SECRET_NAMES =
  /^(client_secret|code|code_verifier|refresh_token|device_code|auth_req_id|client_notification_token|token|access_token|\w*password|form_token)$/;

/** Whether the request contains the secret, and whether in a place where none belongs. */
function placesOf(
  secret: string,
  { path, headers, body }: Sent,
): { readonly sent: boolean; readonly misplaced: boolean } {
  const [, query = ""] = path.split("?");
  const pairs = [...new URLSearchParams(query), ...new URLSearchParams(body ?? "")];
  const misplaced =
    decodeURIComponentLoosely(path).includes(secret) ||
    pairs.some(
      ([name, value]) => name.includes(secret) || (value.includes(secret) && !SECRET_NAMES.test(name)),
    ) ||
    (body?.startsWith("{") === true && body.includes(secret));
  const sent = misplaced || JSON.stringify([pairs, headers, body]).includes(secret);
  return { sent, misplaced };
}

/** A strict client gets the refresh token again that it used (docs/decisions/0072). */
function isRefreshTokenThatStays(secret: string, { path, body }: Sent, text: string): boolean {
  if (path !== "/auth/token" || new URLSearchParams(body ?? "").get("refresh_token") !== secret) return false;
  const { access_token, refresh_token } = JSON.parse(text);
  return access_token !== undefined && refresh_token === secret;
}

function decodeURIComponentLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export async function checkAnswer(
  server: TestServer,
  sent: Sent,
  secrets: readonly string[],
  response: Response,
  logged: readonly string[],
): Promise<void> {
  const { status, headers } = response;
  const text = await response.text();
  mustBe(status < 500 || status === 503, true, `the status is ${status}; the log says ${logged.join("")}`);
  mustBe(
    logged.filter((line) => line.includes('"level":"error"')),
    [],
    "no fault of the server",
  );
  mustBe(headers.get("x-content-type-options"), "nosniff", "nobody guesses what it is");
  mustBe(
    /\bat (\S+ \()?\S+:\d+:\d+\)?\s|\w\.tsx?:\d|\/src\/|node_modules|SQLITE|TypeError|\[object/.test(text),
    false,
    `no innards: ${text}`,
  );

  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) {
    for (const name of PAGE_HEADERS) mustBe(headers.has(name), true, `the header ${name}`);
    mustBe(headers.get("content-security-policy")?.includes("default-src 'none'"), true, "nothing is loaded");
    if (text !== "") mustBeWholeHtml(text);
  } else if (type.startsWith("application/json")) {
    if (text !== "") mustBeWholeJson(text, status);
  } else if (text !== "") mustBe(/^(text\/css|image\/)/.test(type), true, `a type that is ours: ${type}`);
  // URL parsers drop tabs and line breaks.
  const isPublic =
    type.startsWith("text/css") ||
    type.startsWith("image/") ||
    new URL(`https://auth.example${sent.path}`).pathname.includes("/.well-known/");
  if (text !== "" && !isPublic) mustBe(headers.get("cache-control"), "no-store", "nobody keeps it");

  const location = headers.get("location");
  if (location !== null)
    mustBe(
      PLACES.some((place) => location.startsWith(place)) && !location.startsWith("//"),
      true,
      `a place to go: ${location}`,
    );

  const whole = `${text}\n${[...headers].map(([, value]) => decodeURIComponentLoosely(value)).join("\n")}`;
  for (const secret of secrets) {
    if (!whole.includes(secret) || isRefreshTokenThatStays(secret, sent, text)) continue;
    const place = placesOf(secret, sent);
    mustBe(place.sent, true, `the answer tells a secret: ${secret}`);
    // Pages, and redirects to them, carry the browser's request on.
    if (type.startsWith("application/json"))
      mustBe(place.misplaced, true, `the answer repeats a secret: ${secret}`);
  }
  mustBe(server.context.configuration.issuer, "https://auth.example", "the issuer is what it was");
}

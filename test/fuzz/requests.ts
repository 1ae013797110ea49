/** The valid requests of every flow, and broken versions of them. */
import fc from "fast-check";
import { FLOWS } from "../faults/flows.ts";
import { authorizePath } from "../support/code-flow.ts";
import { PASSWORD } from "../support/pages.ts";
import { basic, encodeForm, type FormInput, SECRET, type TestServer } from "../support/server.ts";
import { clientMetadata } from "./targets/documents.ts";
import { anyText, spoilt } from "./texts.ts";

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A server that records requests while `isKeeping` is true, and does not answer them. */
function record(server: TestServer, kept: Sent[], isKeeping: () => boolean): TestServer {
  const fetch: TestServer["fetch"] = async (path, init = {}) => {
    if (!isKeeping()) return server.fetch(path, init);
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === "string" ? init.body : null;
    kept.push({ method: init.method ?? "GET", path, headers, body });
    return new Response();
  };
  const post = (path: string, form: FormInput, headers: Record<string, string> = {}) =>
    fetch(path, {
      method: "POST",
      body: encodeForm(form),
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    });
  return { ...server, fetch, post };
}

/** Every request of the flows, ready to be sent by existing people. */
export async function soundRequests(server: TestServer): Promise<Sent[]> {
  const kept: Sent[] = [];
  const passwordHash = await server.context.passwords.hash(PASSWORD);
  for (const [name, flow] of Object.entries(FLOWS)) {
    const person = await server.addPerson(`person of ${name}`, { passwordHash });
    const cookie = await server.signIn(person);
    let keeping = false;
    const recorder = record(server, kept, () => keeping);
    const send = await flow.prepare({ server: recorder, person, cookie });
    keeping = true;
    await send();
  }
  const plain = (path: string): Sent => ({ method: "GET", path, headers: {}, body: null });
  const others = ["/", "/help/errors", "/healthz", "/.well-known/openid-configuration", "/logo", "/nowhere"];
  const everything = authorizePath({
    resource: ["https://mail.example/", "https://files.example/api"],
    prompt: "consent login",
    max_age: "1000",
    login_hint: "ada",
    ui_locales: "de en",
    response_mode: "query",
  });
  return [...kept, ...others.map(plain), plain(everything)];
}

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  authorization: [
    basic("web", SECRET).Authorization ?? "",
    basic("service", "wrong").Authorization ?? "",
    "Basic d2ViOg==",
    "Bearer x",
    "Bearer",
    "DPoP x",
    "Negotiate",
  ],
  "content-type": [
    "application/x-www-form-urlencoded",
    "application/json",
    "application/json; charset=utf-8",
    "multipart/form-data; boundary=x",
    "text/plain",
  ],
  "content-length": ["0", "1", "999999"],
  cookie: ["__Host-tessera=", "__Host-tessera=x; __Host-tessera=y", "a"],
  accept: ["text/html", "application/json", "*/*;q=0"],
  "accept-language": ["de", "en;q=0.1,de;q=0.9", "*", "x-klingon", "de;q=NaN"],
  "sec-fetch-site": ["same-origin", "cross-site", "none", "x"],
  origin: ["null", "https://auth.example", "https://evil.example"],
  "user-agent": ["<script>alert(1)</script>", "x".repeat(5000)],
  "x-forwarded-for": ["203.0.113.9", "x"],
  "x-forwarded-host": ["evil.example"],
  "x-forwarded-proto": ["http"],
  host: ["evil.example", "["],
  "if-none-match": ["*", '"x"'],
  "x-http-method-override": ["DELETE"],
};
const NAMES = [
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "code",
  "code_verifier",
  "code_challenge",
  "redirect_uri",
  "refresh_token",
  "device_code",
  "user_code",
  "token",
  "access_token",
  "scope",
  "resource",
  "state",
  "prompt",
  "max_age",
  "ui_locales",
  "login_hint",
  "request",
  "response_type",
  "return_to",
  "form_token",
  "decision",
  "device",
  "action",
  "username",
  "password",
  "notice",
  "another",
  "__proto__",
];

type Pair = [string, string];
type Edit = (sent: Sent) => Sent;

/** Changes the parameters in the form if the request has one, otherwise in the query. */
function withPairs(sent: Sent, change: (pairs: Pair[]) => Pair[]): Sent {
  const isForm = sent.headers["content-type"]?.includes("form-urlencoded") === true && sent.body !== null;
  const [path = "", query = ""] = sent.path.split("?");
  const pairs = [...new URLSearchParams(isForm ? (sent.body ?? "") : query)];
  const text = encodeForm(change(pairs));
  if (isForm) return { ...sent, body: text };
  return { ...sent, path: text === "" ? path : `${path}?${text}` };
}

/** `known`: valid credentials and other values that have a meaning in some place. */
export function hostileRequests(sound: readonly Sent[], known: readonly string[]): fc.Arbitrary<Sent> {
  const usable = anyText.map((text) => text.toWellFormed());
  const value = fc.oneof(fc.constantFrom(...known), spoilt(fc.constantFrom(...known), 1), usable);
  const place = fc.nat(20);
  const edits: fc.Arbitrary<Edit>[] = [
    fc.tuple(place, value).map(
      ([at, text]) =>
        (sent) =>
          withPairs(sent, (pairs) =>
            pairs.map(([name, old], index) => [name, index === at % pairs.length ? text : old]),
          ),
    ),
    place.map(
      (at) => (sent) => withPairs(sent, (pairs) => pairs.filter((_, index) => index !== at % pairs.length)),
    ),
    place.map(
      (at) => (sent) =>
        withPairs(sent, (pairs) => [
          ...pairs,
          ...pairs.slice(at % (pairs.length + 1), (at % (pairs.length + 1)) + 1),
        ]),
    ),
    fc.tuple(fc.constantFrom(...NAMES), value).map(
      ([name, text]) =>
        (sent) =>
          withPairs(sent, (pairs) => [...pairs, [name, text]]),
    ),
    fc
      .constantFrom(...Object.entries(HEADERS))
      .chain(([name, values]) => fc.tuple(fc.constant(name), fc.oneof(fc.constantFrom(...values), value)))
      .map(([name, text]) => (sent) => ({ ...sent, headers: { ...sent.headers, [name]: text } })),
    fc.constantFrom(...Object.keys(HEADERS)).map((name) => (sent) => {
      const { [name]: _, ...headers } = sent.headers;
      return { ...sent, headers };
    }),
    fc
      .constantFrom("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND")
      .map((method) => (sent) => ({ ...sent, method })),
    fc.constantFrom(...sound).map(({ path }) => (sent) => ({ ...sent, path })),
    fc.tuple(place, spoilt(fc.constant(""), 1)).map(([at, text]) => (sent) => ({
      ...sent,
      path: sent.path.slice(0, 1 + at) + text.toWellFormed() + sent.path.slice(1 + at),
    })),
    fc.tuple(spoilt(fc.constant(""), 2), fc.nat(1000)).map(([text, at]) => (sent) => ({
      ...sent,
      body: (sent.body ?? "").slice(0, at) + text + (sent.body ?? "").slice(at),
    })),
    fc
      .oneof(clientMetadata, fc.jsonValue())
      .map((json) => (sent) => ({ ...sent, body: JSON.stringify(json) ?? "" })),
    fc
      .constantFrom(
        "[".repeat(60_000),
        '{"a":'.repeat(12_000),
        "&".repeat(60_000),
        "a=b&".repeat(60),
        "x".repeat(70_000),
      )
      .map((body) => (sent) => ({ ...sent, body })),
  ];
  return fc
    .tuple(fc.constantFrom(...sound), fc.array(fc.oneof(...edits), { maxLength: 4 }))
    .map(([sent, changes]) => changes.reduce((changed, edit) => edit(changed), sent));
}

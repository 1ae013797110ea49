/** Runs every flow over a socket, and keeps all answers. */
import { challengeOf, formsOf } from "../support/code-flow.ts";
import { basic, encodeForm } from "../support/server.ts";
import { CLIENT_CREDENTIALS_FORM, deviceForm, refreshForm } from "../support/token-requests.ts";
import { type Canaries, PLANTED } from "./canaries.ts";

export interface Answered {
  readonly label: string;
  readonly status: number;
  /** Headers and body. */
  readonly text: string;
  /** The names of the secrets that this answer should contain. */
  readonly handsOut: readonly string[];
}

export interface Visitor {
  readonly answers: Answered[];
  cookie: string;
  send(label: string, path: string, init?: RequestInit, handsOut?: readonly string[]): Promise<Response>;
}

/** Follows no redirects, keeps its cookie, and records all answers. */
export function newVisitor(origin: string): Visitor {
  const visitor: Visitor = {
    answers: [],
    cookie: "",
    async send(label, path, init = {}, handsOut = []) {
      const headers = new Headers(init.headers);
      const isOwn = !headers.has("cookie");
      if (isOwn && visitor.cookie !== "") headers.set("Cookie", visitor.cookie);
      const response = await fetch(origin + path, { ...init, headers, redirect: "manual" });
      const body = await response.clone().text();
      const told = [...response.headers].map((header) => header.join(": ")).join("\n");
      visitor.answers.push({ label, status: response.status, text: `${told}\n\n${body}`, handsOut });
      if (!isOwn) return response;
      for (const cookie of response.headers.getSetCookie()) {
        if (!cookie.includes("tessera-known")) visitor.cookie = cookie.split(";")[0] ?? "";
      }
      return response;
    },
  };
  return visitor;
}

const planted = (name: string): string => {
  const canary = PLANTED[name];
  if (canary === undefined) throw new Error(`${name} is not planted.`);
  return canary;
};

const FORM = "application/x-www-form-urlencoded";
const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body: encodeForm(fields),
  headers: { "Content-Type": FORM, ...headers },
});

const web = () => basic("web", planted("a client secret from the environment"));

/** Sends the form of a page. */
async function submit(
  visitor: Visitor,
  page: Response,
  action: string,
  fields: Record<string, string>,
  label: string,
  handsOut: readonly string[] = [],
): Promise<Response> {
  const found = (await formsOf(page)).find((each) => each.action.endsWith(action));
  if (found === undefined) throw new Error(`There is no form for ${action}.`);
  const headers = { "Sec-Fetch-Site": "same-origin" };
  return visitor.send(label, action, form({ ...found.fields, ...fields }, headers), handsOut);
}

const AUTHORIZE = `/auth/authorize?${encodeForm({
  response_type: "code",
  client_id: "web",
  redirect_uri: "https://client.example/callback",
  scope: "mail.read profile",
  code_challenge: challengeOf(planted("a verifier")),
  code_challenge_method: "S256",
})}`;

/** Runs every flow, with failures. Returns the secrets that the server handed out. */
export async function playEverything(visitor: Visitor): Promise<Canaries> {
  const { send } = visitor;
  const found: Record<string, string> = {};
  const paths = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/healthz",
    "/readyz",
  ];
  for (const path of [...paths, "/", "/help/errors", "/logout", "/device", AUTHORIZE]) await send(path, path);

  // People: a failed sign-in, and a sign-in.
  const failing = await send("the sign-in page", "/login");
  await submit(
    visitor,
    failing,
    "/login",
    { username: "ada", password: planted("a wrong password") },
    "a slip",
  );
  const page = await send("the sign-in page again", "/login");
  const fields = { username: "ada", password: planted("a password") };
  await submit(visitor, page, "/login", fields, "signing in", ["a session"]);
  found["a session"] = visitor.cookie.split("=")[1] ?? "";
  for (const path of ["/", "/account", "/device", "/login?return_to=%2Faccount", "/logout", ...paths]) {
    await send(`${path}, signed in`, path);
  }

  // The code flow.
  const question = await send("the consent page", AUTHORIZE);
  const sent = await submit(visitor, question, "/consent", { decision: "allow" }, "the yes", ["a code"]);
  const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  found["a code"] = code;
  const redeem = { grant_type: "authorization_code", code, redirect_uri: "https://client.example/callback" };
  const code_verifier = planted("a verifier");
  const wrongSecret = planted("a wrong client secret");
  await send("a code without a verifier", "/auth/token", form(redeem, web()));
  await send(
    "a code with a wrong verifier",
    "/auth/token",
    form({ ...redeem, code_verifier: planted("a wrong verifier") }, web()),
  );
  await send(
    "a code with a wrong secret",
    "/auth/token",
    form({ ...redeem, code_verifier }, basic("web", wrongSecret)),
  );
  await send(
    "a code with two secrets",
    "/auth/token",
    form({ ...redeem, code_verifier, client_secret: wrongSecret }, web()),
  );
  const tokens = await issue(visitor, found, "the tokens", form({ ...redeem, code_verifier }, web()), "");
  const second = await issue(
    visitor,
    found,
    "a refresh",
    form(refreshForm(tokens.refresh), web()),
    "second ",
  );
  await issue(
    visitor,
    found,
    "a client's own token",
    form(CLIENT_CREDENTIALS_FORM, basic("service", planted("a client secret"))),
    "own ",
  );

  // Devices.
  const device = form({ client_id: "television", scope: "mail.read" });
  const started = await send("a device's request", "/auth/device", device, ["a device code", "a user code"]);
  const { device_code, user_code } = await started.json();
  found["a device code"] = device_code;
  found["a user code"] = user_code;
  const poll = form({ ...deviceForm(device_code), client_id: "television" });
  await send("a poll", "/auth/token", poll);
  // The page asks whether the device shows this code.
  const confirm = await send("the question about a device", `/device?user_code=${user_code}`, {}, [
    "a user code",
  ]);
  await submit(visitor, confirm, "/device", { decision: "allow" }, "the yes to a device");
  await issue(visitor, found, "a device's tokens", poll, "device's ");

  // Registration.
  const register = (token: string): RequestInit => ({
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ redirect_uris: ["https://client.example/x"] }),
  });
  const made = await send("a registration", "/auth/register", register(planted("the initial access token")), [
    "a registered secret",
  ]);
  found["a registered secret"] = String((await made.json()).client_secret);
  await send("a refused registration", "/auth/register", register(planted("a wrong initial access token")));

  await sendEverywhere(visitor, { ...PLANTED, ...found });

  // Tokens: introspected, used and revoked. Replays come last, because they end the others.
  for (const token of [tokens.access, tokens.refresh, second.refresh, `${second.access}x`, code]) {
    await send("an introspection", "/auth/introspect", form({ token }, web()));
    await send("an introspection by nobody", "/auth/introspect", form({ token }));
    await send("userinfo", "/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
    await send("userinfo by form", "/auth/userinfo", form({ access_token: token }));
  }
  await send("a revocation", "/auth/revoke", form({ token: second.access }, web()));
  await send("a replayed code", "/auth/token", form({ ...redeem, code_verifier }, web()));
  const late = form(refreshForm(tokens.refresh), web());
  await send("a replayed refresh token", "/auth/token", late);

  // A new password, which ends the session, and a sign-out.
  const account = await send("the page for the password", "/account/password");
  const change = {
    action: "password",
    current_password: planted("a wrong password"),
    new_password: planted("a new password"),
  };
  await submit(visitor, account, "/account/password", change, "a password that is not changed");
  const again = await send("the page for the password again", "/account/password");
  const right = { ...change, current_password: planted("a password") };
  await submit(visitor, again, "/account/password", right, "a new password", ["a second session"]);
  found["a second session"] = visitor.cookie.split("=")[1] ?? "";
  return found;
}

async function issue(
  { send }: Visitor,
  found: Record<string, string>,
  label: string,
  request: RequestInit,
  which: string,
): Promise<{ access: string; refresh: string }> {
  const names = { access: `a ${which}access token`, refresh: `a ${which}refresh token` };
  const handsOut = which === "own " ? [names.access] : Object.values(names);
  const body = await (await send(label, "/auth/token", request, handsOut)).json();
  if (typeof body.access_token !== "string") throw new Error(`${label}: ${JSON.stringify(body)}`);
  found[names.access] = body.access_token;
  if (typeof body.refresh_token === "string") found[names.refresh] = body.refresh_token;
  return { access: body.access_token, refresh: String(body.refresh_token) };
}

const PATHS = [
  ...["/auth/token", "/auth/device", "/auth/introspect", "/auth/revoke", "/auth/register", "/auth/userinfo"],
  ...["/auth/authorize", "/login", "/consent", "/device", "/account", "/setup", "/logout", "/help/errors"],
  ...["/healthz", "/readyz", "/.well-known/oauth-authorization-server", "/nowhere"],
];

/** Sends every secret to wrong places: the query, the wrong body, a header, too large, of the wrong type. */
async function sendEverywhere({ send }: Visitor, canaries: Canaries): Promise<void> {
  // Left out: texts that a form shows again to the person who typed them (user name, user code).
  const names = Object.keys(canaries).filter((name) => name !== "a user code");
  const secrets = names.map((name) => canaries[name] ?? "");
  const query = encodeForm(Object.fromEntries(secrets.map((secret, index) => [`p${index}`, secret])));
  const credentials = secrets.filter((secret) => /^t[a-z]{2}_/.test(secret));
  // Without a session: answers to strangers.
  const Cookie = "none=";
  const html = { Accept: "text/html", Cookie };
  for (const path of PATHS) {
    await send(`${path} with a query`, `${path}?${query}`, { headers: html });
    await send(`${path} posted with a query`, `${path}?${query}`, { method: "POST", headers: { Cookie } });
    // A POST to the authorization endpoint redirects to a GET with the same parameters, which its sender knows.
    if (path !== "/auth/authorize") {
      const init = { method: "POST", body: query, headers: { "Content-Type": FORM, Cookie } };
      await send(`${path} with a form`, path, init);
    }
    await send(`${path} as JSON`, path, {
      method: "POST",
      body: JSON.stringify({ secrets }),
      headers: { "Content-Type": "application/json", Cookie },
    });
    await send(`${path}, too large`, path, {
      method: "POST",
      body: `${query}&x=${"x".repeat(66_000)}`,
      headers: { "Content-Type": FORM, Cookie },
    });
    await send(`${path}, badly encoded`, path, {
      method: "POST",
      body: `${query}&x=%zz`,
      headers: { "Content-Type": FORM, Cookie },
    });
    await send(`${path} by another method`, path, { method: "DELETE", body: query, headers: html });
  }
  for (const secret of secrets) {
    const credentials = Buffer.from(`web:${secret}`).toString("base64");
    const broken = Buffer.from(secret).toString("base64");
    for (const Authorization of [
      `Bearer ${secret}`,
      `Basic ${credentials}`,
      `Basic ${broken}`,
      `DPoP ${secret}`,
    ]) {
      await send(
        "a wrong Authorization",
        "/auth/introspect",
        form({ token: secret }, { Authorization, Cookie }),
      );
      await send("a wrong Authorization at userinfo", "/auth/userinfo", {
        headers: { Authorization, Cookie },
      });
    }
  }
  for (const credential of credentials) {
    await send("a path that leads nowhere", `/nowhere/${credential}`, { headers: html });
    await send("such a path for a program", `/${credential}/x`, { headers: { Cookie } });
    await send("a foreign cookie", "/account", {
      headers: { Cookie: `tessera=${credential}; __Host-tessera=${credential}x` },
    });
  }
}

/** Repeats all requests without the database. */
export async function playOutage(
  { send }: Visitor,
  database: { stop(): Promise<void>; start(): Promise<void> },
  canaries: Canaries,
): Promise<void> {
  await database.stop();
  const access = canaries["a access token"] ?? "";
  const requests: (readonly [string, RequestInit])[] = [
    ["/readyz", {}],
    ["/healthz", {}],
    ["/account", {}],
    [AUTHORIZE, {}],
    ["/auth/token", form(refreshForm(canaries["a refresh token"] ?? ""), web())],
    ["/auth/introspect", form({ token: access }, web())],
    ["/auth/userinfo", { headers: { Authorization: `Bearer ${access}` } }],
    ["/auth/revoke", form({ token: access }, web())],
  ];
  for (const [path, init] of requests) await send(`${path}, without a database`, path, init);
  await database.start();
}

/** Every parameter, header and cookie that takes a secret, and the kinds of secrets that it accepts. */

import { type FormPurpose, openForm } from "../../src/pages/forms.ts";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import { requestUriOf } from "../../src/protocol/pushed-request.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath, VERIFIER } from "../support/code-flow.ts";
import { codeFor } from "../support/flows.ts";
import { ADDRESS, basic, type FormInput, ISSUER, SECRET, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

export type Kind =
  | "access token"
  | "refresh token"
  | "authorization code"
  | "device code"
  | "auth_req_id"
  | "request_uri"
  | "user code"
  | "client secret"
  | "initial access token"
  | "session"
  | "setup link"
  | "invitation"
  | "reset link"
  | "sign-in link"
  | "form token"
  | "sealed request";

export interface Door {
  readonly name: string;
  /** The kinds that it accepts; it must refuse all others. */
  readonly own: readonly Kind[];
  /** The status of a refusal. */
  readonly status: number;
  /** Shows the typed text to the person. */
  readonly echoes?: true;
  /** Counts wrong guesses. */
  readonly counts?: true;
  /** Takes a client identifier. */
  readonly names?: true;
  /** Costs a password hash. */
  readonly slow?: true;
  send(text: string): Promise<Response>;
}

export interface Visitors {
  readonly person: AccountRecord;
  /** The Cookie header of the person's browser. */
  readonly cookie: string;
  /** A client that registered itself; its secret is the client secret. */
  readonly registered: string;
}

export const SESSION_COOKIE = "__Host-tessera";
const SAME_SITE = { "Sec-Fetch-Site": "same-origin" };

export function doorsOf(server: TestServer, visitors: Visitors): Door[] {
  return [
    ...grantDoors(server, visitors),
    ...credentialDoors(server, visitors),
    ...tokenDoors(server),
    ...requestDoors(server, visitors),
    ...cookieDoors(server),
    ...formDoors(server, visitors),
  ];
}

function grantDoors(server: TestServer, { person }: Visitors): Door[] {
  const ask = (form: FormInput, headers = basic("web", SECRET)) => server.post("/auth/token", form, headers);
  return [
    {
      name: "token endpoint: code",
      own: ["authorization code"],
      status: 400,
      send: (code) => ask({ grant_type: "authorization_code", code, code_verifier: VERIFIER }),
    },
    {
      name: "token endpoint: code, of a client that is exempt from PKCE",
      own: ["authorization code"],
      status: 400,
      send: (code) => ask({ grant_type: "authorization_code", code }, basic("old", SECRET)),
    },
    {
      name: "token endpoint: code_verifier",
      own: [],
      status: 400,
      counts: true,
      send: async (code_verifier) =>
        ask({ grant_type: "authorization_code", code: await codeFor(server, person), code_verifier }),
    },
    {
      name: "token endpoint: refresh_token",
      own: ["refresh token"],
      status: 400,
      send: (refresh_token) => ask({ grant_type: "refresh_token", refresh_token }),
    },
    {
      name: "token endpoint: device_code",
      own: ["device code"],
      status: 400,
      send: (device_code) => ask({ grant_type: DEVICE_GRANT, device_code, client_id: "television" }, {}),
    },
    {
      name: "token endpoint: auth_req_id",
      own: ["auth_req_id"],
      status: 400,
      send: (auth_req_id) => ask({ grant_type: CIBA_GRANT, auth_req_id }, basic("agent", SECRET)),
    },
  ];
}

/** The places of client credentials. */
function credentialDoors(server: TestServer, { registered }: Visitors): Door[] {
  const endpoints: readonly (readonly [string, Record<string, string>])[] = [
    ["/auth/token", { grant_type: "client_credentials" }],
    ["/auth/device", { scope: "mail.read" }],
    ["/auth/backchannel", { scope: "openid", login_hint: "ada" }],
    ["/auth/par", { response_type: "code" }],
    ["/auth/introspect", { token: "x" }],
    ["/auth/revoke", { token: "x" }],
  ];
  return endpoints.flatMap(([path, form]): Door[] => [
    {
      name: `${path}: the secret by Basic`,
      own: ["client secret"],
      status: 401,
      send: (text) => server.post(path, form, basic(registered, text)),
    },
    {
      name: `${path}: client_secret`,
      own: ["client secret"],
      status: 401,
      send: (text) => server.post(path, { ...form, client_id: registered, client_secret: text }),
    },
    {
      name: `${path}: the secret of another client`,
      own: [],
      status: 401,
      send: (text) => server.post(path, { ...form, client_id: "web", client_secret: text }),
    },
    {
      name: `${path}: client_id`,
      own: [],
      status: 401,
      names: true,
      send: (text) => server.post(path, { ...form, client_id: text }),
    },
    {
      name: `${path}: the name by Basic`,
      own: [],
      status: 401,
      names: true,
      send: (text) => server.post(path, form, basic(text, SECRET)),
    },
    {
      name: `${path}: client_assertion`,
      own: [],
      status: 401,
      send: (text) =>
        server.post(path, {
          ...form,
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: text,
        }),
    },
    {
      name: `${path}: bearer`,
      own: path === "/auth/introspect" ? ["access token"] : [],
      status: 401,
      send: (text) => server.post(path, form, { Authorization: `Bearer ${text}` }),
    },
  ]);
}

function tokenDoors(server: TestServer): Door[] {
  const register = (headers: Record<string, string>, body: object = {}) =>
    server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ redirect_uris: ["https://new.example/"], ...body }),
    });
  return [
    {
      name: "introspection: token",
      own: ["access token", "refresh token"],
      status: 200,
      send: (token) => server.post("/auth/introspect", { token }, basic("web", SECRET)),
    },
    {
      name: "revocation: token",
      own: ["access token", "refresh token"],
      status: 200,
      send: (token) => server.post("/auth/revoke", { token }, basic("web", SECRET)),
    },
    {
      name: "userinfo: bearer",
      own: ["access token"],
      status: 401,
      send: (text) => server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${text}` } }),
    },
    {
      name: "userinfo: access_token in a form",
      own: ["access token"],
      status: 401,
      send: (access_token) => server.post("/auth/userinfo", { access_token }),
    },
    {
      name: "userinfo: access_token in the query",
      own: [],
      status: 400,
      send: (text) => server.fetch(`/auth/userinfo?access_token=${encodeURIComponent(text)}`),
    },
    {
      name: "registration: bearer",
      own: ["initial access token"],
      status: 401,
      send: (text) => register({ Authorization: `Bearer ${text}` }),
    },
    {
      name: "registration: software_statement",
      own: [],
      status: 401,
      send: (text) => register({}, { software_statement: text }),
    },
  ];
}

/** The credential of a request_uri: inside of one, and bare. */
function requestDoors(server: TestServer, { cookie }: Visitors): Door[] {
  const open = (request_uri: string) =>
    server.fetch(`/auth/authorize?${new URLSearchParams({ client_id: "web", request_uri })}`, {
      headers: { Cookie: cookie },
    });
  return [
    {
      name: "authorization endpoint: request_uri",
      own: ["request_uri"],
      status: 400,
      send: (text) => open(requestUriOf(text)),
    },
    { name: "authorization endpoint: request_uri, bare", own: [], status: 400, send: open },
  ];
}

/** The places of cookies. */
function cookieDoors(server: TestServer): Door[] {
  const cookie = (text: string) => ({ Cookie: `${SESSION_COOKIE}=${text}` });
  const pages = [authorizePath({ client_id: "web" }), "/account", "/device?user_code=BCDF-GHJK"];
  return pages.map((path) => ({
    name: `${path.split("?")[0]}: the session's cookie`,
    own: ["session"],
    status: 303,
    send: (text) => server.fetch(path, { headers: cookie(text) }),
  }));
}

/**
 * The status of an answer to a stale form, which does nothing. Most come back. The sign-in form of a person who is signed in
 * leads on; there is no link to set up, and no request to ask about again.
 */
const STALE: Partial<Record<FormPurpose, number>> = { login: 303, setup: 404, consent: 403 };

/** The pages behind links. A form is bound to the secret, so each is opened for the text that is tried. */
function linkDoors(server: TestServer): Door[] {
  const pages = [
    ["/invitation", "invitation", { username: "eve", password: "a long password of Eve" }],
    ["/reset-password", "reset link", { new_password: "a long password of Eve" }],
    ["/sign-in-link", "sign-in link", {}],
    ["/verify-email", null, {}],
  ] as const;
  return pages.flatMap(([path, own, fields]): Door[] => [
    {
      name: `${path}: token in the address`,
      own: own === null ? [] : [own],
      status: 404,
      send: (text) => server.fetch(`${path}?token=${encodeURIComponent(text)}`),
    },
    {
      name: `${path}: token`,
      own: own === null ? [] : [own],
      status: 404,
      send: (token) => {
        const { sessionCookie } = server.context;
        const value = sessionCookie.anonymous();
        const cookie = sessionCookie.write(value).split(";")[0] ?? "";
        const request = new Request(ISSUER, { headers: { Cookie: cookie } });
        const incoming = { request, path, query: "", parameters: {}, address: ADDRESS, requestId: "1" };
        const form_token = openForm(server.context, incoming, "link", token).token;
        return server.post(path, { form_token, token, ...fields }, { Cookie: cookie, ...SAME_SITE });
      },
    },
  ]);
}

function formDoors(server: TestServer, { cookie }: Visitors): Door[] {
  const browser = { Cookie: cookie, ...SAME_SITE };
  const purposes: readonly FormPurpose[] = ["login", "logout", "device", "account", "setup", "consent"];
  /** A form's token, as `openForm` makes it, also for data that no page uses. */
  const tokenFor = (purpose: FormPurpose, boundData = ""): string => {
    const request = new Request(ISSUER, { headers: { Cookie: cookie } });
    const incoming = { request, path: "/", query: "", parameters: {}, address: ADDRESS, requestId: "1" };
    return openForm(server.context, incoming, purpose, boundData).token;
  };
  const page = (path: string, name: string) =>
    server.fetch(`${path}${encodeURIComponent(name)}`, { headers: { Cookie: cookie } });
  return [
    ...purposes.map(
      (purpose): Door => ({
        name: `/${purpose}: form_token`,
        own: purpose === "logout" ? ["form token"] : [],
        status: STALE[purpose] ?? 422,
        send: (form_token) =>
          server.post(
            `/${purpose}`,
            { form_token, decision: "allow", action: "remove", client_id: "web" },
            browser,
          ),
      }),
    ),
    {
      name: "/consent: request",
      own: ["sealed request"],
      status: 403,
      send: (request) =>
        server.post("/consent", { form_token: tokenFor("consent"), request, decision: "allow" }, browser),
    },
    {
      name: "/device: device",
      own: [],
      status: 403,
      send: (device) =>
        server.post(
          "/device",
          { form_token: tokenFor("device", device), device, decision: "allow" },
          browser,
        ),
    },
    {
      name: "/setup: token",
      own: ["setup link"],
      status: 404,
      send: (token) =>
        server.post(
          "/setup",
          {
            form_token: tokenFor("setup", token),
            token,
            username: "eve",
            password: "a long password of Eve",
          },
          browser,
        ),
    },
    {
      name: "/setup: token in the address",
      own: ["setup link"],
      status: 404,
      send: (text) => page("/setup?token=", text),
    },
    ...linkDoors(server),
    {
      name: "/device: user_code",
      own: ["user code"],
      status: 422,
      echoes: true,
      send: (text) => page("/device?user_code=", text),
    },
    {
      name: "/login: password",
      own: [],
      status: 422,
      slow: true,
      send: (password) =>
        server.post("/login", { form_token: tokenFor("login"), username: "ada", password }, browser),
    },
    {
      name: "/auth/authorize: tessera_reauthenticated_after",
      own: [],
      status: 303,
      send: (text) =>
        server.fetch(authorizePath({ prompt: "login", tessera_reauthenticated_after: text }), {
          headers: { Cookie: cookie },
        }),
    },
  ];
}

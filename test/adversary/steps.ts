/** Every pair of steps of every flow between which access may end: the first is prepared, the second is sent. */
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { answerAs, asked, askPerson, idOf, pollFor } from "../support/backchannel.ts";
import { answerConsent, authorizePath, formsOf } from "../support/code-flow.ts";
import {
  answerDevice,
  codeFor,
  pollDevice,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  serviceToken,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { PASSWORD } from "../support/pages.ts";
import type { TestServer } from "../support/server.ts";
import { CLIENT_CREDENTIALS_FORM } from "../support/token-requests.ts";
import type { Scene } from "./endings.ts";

export interface Step {
  readonly clientId: string;
  prepare(scene: Scene): Promise<() => Promise<Response>>;
  /**
   * How the second step is answered (`outcomeOf`) if nothing is shut out, and by what is: what is disabled may be told otherwise than what
   * is removed ("one or the other"). `access`: the same as `grant`, unless
   * it is named.
   */
  readonly outcomes: Readonly<Record<"nothing" | "person" | "client" | "grant", string>> & {
    readonly access?: string;
  };
}

/** Issues tokens; then `asker` introspects one of them. */
const introspectionBy =
  (asker: string, kind: "access_token" | "refresh_token"): Step["prepare"] =>
  async ({ server, person }) => {
    const token = textOf(await tokensFor(server, person, ALL), kind);
    return () => postAs(server, asker, "/auth/introspect", { token });
  };

/** The status and the kind of the answer. */
export async function outcomeOf(response: Response): Promise<string> {
  const { status } = response;
  const location = response.headers.get("location");
  if (location !== null) {
    const { pathname, searchParams } = new URL(location, "https://auth.example");
    return `${status} ${searchParams.has("code") ? "code" : (searchParams.get("error") ?? pathname)}`;
  }
  const text = await response.text();
  if (!text.startsWith("{")) return `${status} ${text.includes('name="decision"') ? "question" : "page"}`;
  const body: Record<string, unknown> = JSON.parse(text);
  if (typeof body.error === "string") return `${status} ${body.error}`;
  if ("active" in body) return `${status} ${body.active === true ? "active" : "inactive"}`;
  return `${status} ${"access_token" in body ? "tokens" : "sub" in body ? "person" : "done"}`;
}

const sameOrigin = (cookie: string) => ({ Cookie: cookie, "Sec-Fetch-Site": "same-origin" });

/** The form on a page, filled in and ready to be sent. */
async function openForm(
  { server, cookie }: Scene,
  path: string,
  action: string,
  fields: Record<string, string>,
): Promise<() => Promise<Response>> {
  const page = await server.fetch(path, { headers: { Cookie: cookie } });
  const form = (await formsOf(page)).find((each) => each.action.endsWith(action));
  if (form === undefined) throw new Error(`There is no form for ${action} on ${path}.`);
  return () => server.post(action, { ...form.fields, ...fields }, sameOrigin(cookie));
}

const userinfo = (server: TestServer, token: string) =>
  server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });

const ALL = { scope: "mail.read profile" };
const DEAD = { person: "200 inactive", grant: "200 inactive" };
const NO_CLIENT = { client: "401 invalid_client" };

/** The person is asked: the `auth_req_id`, and the page with the question. */
async function approvalOf({ server, person }: Scene): Promise<{ authReqId: string; request: string }> {
  const authReqId = await asked(server, { login_hint: person.username });
  return { authReqId, request: `/account/approval?request=${idOf(authReqId)}` };
}

export const STEPS: Readonly<Record<string, Step>> = {
  "the sign-in page and signing in": {
    clientId: "web",
    async prepare(scene) {
      const { username } = scene.person;
      const anonymous = { ...scene, cookie: "" };
      const page = await scene.server.fetch("/login");
      anonymous.cookie = page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return openForm(anonymous, "/login", "/login", { username, password: PASSWORD });
    },
    outcomes: {
      nothing: "303 /account",
      person: "422 page",
      client: "303 /account",
      grant: "303 /account",
    },
  },
  "signing in and asking for authorization": {
    clientId: "web",
    prepare: async ({ server, cookie }) => {
      return () => server.fetch(authorizePath(), { headers: { Cookie: cookie } });
    },
    outcomes: { nothing: "200 question", person: "303 /login", client: "400 page", grant: "200 question" },
  },
  "the question and the yes": {
    clientId: "web",
    prepare: (scene) => openForm(scene, authorizePath(), "/consent", { decision: "allow" }),
    outcomes: { nothing: "303 code", person: "303 /auth/authorize", client: "400 page", grant: "303 code" },
  },
  "a remembered yes and the next request": {
    clientId: "web",
    async prepare({ server, cookie }) {
      await answerConsent(server, cookie);
      return () => server.fetch(authorizePath(), { headers: { Cookie: cookie } });
    },
    outcomes: { nothing: "303 code", person: "303 /login", client: "400 page", grant: "200 question" },
  },
  "a remembered yes and the next request without a page": {
    clientId: "web",
    async prepare({ server, cookie }) {
      await answerConsent(server, cookie);
      return () => server.fetch(authorizePath({ prompt: "none" }), { headers: { Cookie: cookie } });
    },
    outcomes: {
      nothing: "303 code",
      person: "303 login_required",
      client: "400 page",
      grant: "303 consent_required",
    },
  },
  "the code and the tokens": {
    clientId: "web",
    async prepare({ server, person }) {
      const code = await codeFor(server, person);
      return () => redeemCode(server, code);
    },
    outcomes: {
      nothing: "200 tokens",
      person: "400 invalid_grant",
      grant: "400 invalid_grant",
      ...NO_CLIENT,
    },
  },
  "the tokens and introspection by an API": {
    clientId: "web",
    prepare: introspectionBy("mail-server", "access_token"),
    outcomes: { nothing: "200 active", client: "200 inactive", ...DEAD },
  },
  "the tokens and introspection of the access token by its client": {
    clientId: "web",
    prepare: introspectionBy("web", "access_token"),
    outcomes: { nothing: "200 active", ...NO_CLIENT, ...DEAD },
  },
  "the tokens and introspection of the refresh token by its client": {
    clientId: "web",
    prepare: introspectionBy("web", "refresh_token"),
    outcomes: { nothing: "200 active", ...NO_CLIENT, ...DEAD },
  },
  "the tokens and userinfo": {
    clientId: "web",
    async prepare({ server, person }) {
      const token = textOf(await tokensFor(server, person, ALL), "access_token");
      return () => userinfo(server, token);
    },
    outcomes: {
      nothing: "200 person",
      person: "401 invalid_token",
      client: "401 invalid_token",
      grant: "401 invalid_token",
    },
  },
  "the tokens and a refresh": {
    clientId: "web",
    async prepare({ server, person }) {
      const token = textOf(await tokensFor(server, person), "refresh_token");
      return () => refresh(server, token);
    },
    outcomes: {
      nothing: "200 tokens",
      person: "400 invalid_grant",
      grant: "400 invalid_grant",
      ...NO_CLIENT,
    },
  },
  "a refresh and its retry": {
    clientId: "web",
    async prepare({ server, person }) {
      const token = textOf(await tokensFor(server, person), "refresh_token");
      await refresh(server, token);
      return () => refresh(server, token);
    },
    outcomes: {
      nothing: "200 tokens",
      person: "400 invalid_grant",
      grant: "400 invalid_grant",
      ...NO_CLIENT,
    },
  },
  "a refresh and the use of its access token": {
    clientId: "web",
    async prepare({ server, person }) {
      const first = textOf(await tokensFor(server, person, ALL), "refresh_token");
      const body = await (await refresh(server, first)).json();
      return () => userinfo(server, String(body.access_token));
    },
    outcomes: {
      nothing: "200 person",
      person: "401 invalid_token",
      client: "401 invalid_token",
      grant: "401 invalid_token",
    },
  },
  "the tokens and their revocation": {
    clientId: "web",
    async prepare({ server, person }) {
      const token = textOf(await tokensFor(server, person), "refresh_token");
      return () => postAs(server, "web", "/auth/revoke", { token });
    },
    outcomes: { nothing: "200 done", person: "200 done", grant: "200 done", ...NO_CLIENT },
  },
  "a device's request and the look at its code": {
    clientId: "television",
    async prepare({ server, cookie }) {
      const code = textOf(await startDevice(server), "user_code");
      return () => server.fetch(`/device?user_code=${code}`, { headers: { Cookie: cookie } });
    },
    outcomes: { nothing: "200 question", person: "303 /login", client: "422 page", grant: "200 question" },
  },
  "the question about a device and the yes": {
    clientId: "television",
    async prepare(scene) {
      const code = textOf(await startDevice(scene.server), "user_code");
      return openForm(scene, `/device?user_code=${code}`, "/device", { decision: "allow" });
    },
    outcomes: { nothing: "200 page", person: "303 /login", client: "409 page", grant: "200 page" },
  },
  "a device's request and its poll": {
    clientId: "television",
    async prepare({ server }) {
      const deviceCode = textOf(await startDevice(server), "device_code");
      return () => pollDevice(server, deviceCode);
    },
    outcomes: {
      nothing: "400 authorization_pending",
      person: "400 authorization_pending",
      grant: "400 authorization_pending",
      ...NO_CLIENT,
    },
  },
  "the yes to a device and its poll": {
    clientId: "television",
    async prepare({ server, person }) {
      const deviceCode = textOf(await startDevice(server), "device_code");
      await answerDevice(server, deviceCode, person);
      return () => pollDevice(server, deviceCode);
    },
    outcomes: {
      nothing: "200 tokens",
      person: "400 access_denied",
      grant: "400 access_denied",
      ...NO_CLIENT,
    },
  },
  "a device's tokens and their refresh": {
    clientId: "television",
    async prepare({ server, person }) {
      const deviceCode = textOf(await startDevice(server), "device_code");
      await answerDevice(server, deviceCode, person);
      const body = await (await pollDevice(server, deviceCode)).json();
      return () => refresh(server, String(body.refresh_token), {}, "television");
    },
    outcomes: {
      nothing: "200 tokens",
      person: "400 invalid_grant",
      grant: "400 invalid_grant",
      ...NO_CLIENT,
    },
  },
  "signing in and a request of an application": {
    clientId: "agent",
    prepare: async ({ server, person }) => {
      return () => askPerson(server, { login_hint: person.username });
    },
    outcomes: { nothing: "200 done", person: "400 unknown_user_id", grant: "200 done", ...NO_CLIENT },
  },
  "the question of an application and the yes": {
    clientId: "agent",
    async prepare(scene) {
      const { request } = await approvalOf(scene);
      return openForm(scene, request, "/account/approval", { decision: "allow" });
    },
    outcomes: {
      nothing: "200 page",
      person: "303 /login",
      client: "404 page or 410 page",
      grant: "200 page",
    },
  },
  "the yes to an application and its poll": {
    clientId: "agent",
    async prepare(scene) {
      const { server, person } = scene;
      const { authReqId } = await approvalOf(scene);
      await answerAs(server, authReqId, person);
      return () => pollFor(server, authReqId);
    },
    outcomes: {
      nothing: "200 tokens",
      person: "400 access_denied or 400 invalid_grant",
      grant: "400 access_denied",
      ...NO_CLIENT,
    },
  },
  "the client's own token and introspection by an API": {
    clientId: "service",
    async prepare({ server }) {
      const token = await serviceToken(server, { scope: "mail.read" });
      return () => postAs(server, "mail-server", "/auth/introspect", { token });
    },
    // No person allowed this token, so only the end of the client ends it.
    outcomes: {
      nothing: "200 active",
      person: "200 active",
      client: "200 inactive",
      grant: "200 active",
      access: "200 inactive",
    },
  },
  "two requests of a client for itself": {
    clientId: "service",
    async prepare({ server }) {
      await serviceToken(server);
      return () => requestToken(server, "service", CLIENT_CREDENTIALS_FORM);
    },
    outcomes: { nothing: "200 tokens", person: "200 tokens", grant: "200 tokens", ...NO_CLIENT },
  },
  "two questions of an API": {
    clientId: "mail-server",
    async prepare({ server }) {
      const token = await serviceToken(server, { scope: "mail.read" });
      const ask = () => postAs(server, "mail-server", "/auth/introspect", { token });
      await ask();
      return ask;
    },
    outcomes: { nothing: "200 active", person: "200 active", grant: "200 active", ...NO_CLIENT },
  },
  "a page and the next one": {
    clientId: "web",
    async prepare({ server, cookie }) {
      const open = () => server.fetch("/account", { headers: { Cookie: cookie } });
      await open();
      return open;
    },
    outcomes: { nothing: "200 page", person: "303 /login", client: "200 page", grant: "200 page" },
  },
  "the account page and a new password": {
    clientId: "web",
    prepare: (scene) =>
      openForm(scene, "/account/password", "/account/password", {
        action: "password",
        current_password: PASSWORD,
        new_password: "another password of mine",
      }),
    outcomes: {
      nothing: "303 /account/security",
      person: "303 /login",
      client: "303 /account/security",
      grant: "303 /account/security",
    },
  },
};

/** The client of a step. */
export const clientOf = (step: Step): ClientId => step.clientId as ClientId;

/** Every request that reaches the store, ready to be sent, and to be repeated. */

import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { makeResetLink } from "../../src/operations/links.ts";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { answerAs, asked, askPerson, pollFor } from "../support/backchannel.ts";
import { answerConsent, authorizePath, formsOf } from "../support/code-flow.ts";
import { EXCHANGE_GRANT, exchange, exchanged } from "../support/exchange.ts";
import {
  answerDevice,
  codeFor,
  jsonOf,
  pollDevice,
  postAs,
  redeemCode,
  refresh,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { keptUse, STRICT_SIGNING, storeKeptTokens } from "../support/kept-tokens.ts";
import { below, invitationPath, OPERATOR } from "../support/links.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { grantAccess, makeSetupLink } from "../support/people.ts";
import { postPush, push, pushedPath } from "../support/pushed.ts";
import { addAppBehind, appCode, FACTOR_PAGE, formOn, secretOn } from "../support/second-factor.ts";
import { basic, type FormInput, SECRET, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";
import { CLIENT_CREDENTIALS_FORM } from "../support/token-requests.ts";

/** What the flows need of the configuration: two further clients, a rule by which one of them exchanges tokens, and strong signatures. */
export const FLOW_SETTINGS = {
  signing: { algorithms: [...STRICT_SIGNING.algorithms] },
  clients: [
    ...(TEST_CONFIGURATION.clients ?? []),
    { client_id: "inspector", secrets: [SECRET], scope: ["introspect"] },
    { client_id: "exchanger", secrets: [SECRET], grant_types: [EXCHANGE_GRANT] },
    { client_id: "agent", secrets: [SECRET], grant_types: [CIBA_GRANT, "refresh_token"] },
  ],
  token_exchange: [
    {
      client: "exchanger",
      from_resources: ["https://mail.example/"],
      resources: ["https://mail.example/"],
    },
  ],
} satisfies ConfigurationInput;

/** The start of a flow: a server, and a person whom no other flow uses. */
export interface Scene {
  readonly server: TestServer;
  readonly person: AccountRecord;
  readonly cookie: string;
}

type Send = () => Promise<Response>;

export interface Flow {
  readonly audience: "programs" | "people";
  /** Takes the steps before the request, and returns the request. */
  prepare(scene: Scene): Promise<Send>;
  /** The answer when nothing fails, as `outcomeOf` writes it. */
  readonly outcome: string;
  /**
   * A commit after which a failure must not show, because the requested change is stored by then, and the answer in
   * that case.
   */
  readonly despite?: { readonly after: string; readonly outcome: string };
  /** A commit whose failure must not show, because the request does not depend on it. */
  readonly bestEffort?: string;
  /** The answer to a repetition after the answer to this commit was lost. Default: the same as without a fault. */
  readonly whenLost?: Readonly<Record<string, string>>;
  /** The credential of the request itself, which the page must repeat so that the person can try again. */
  readonly repeats?: RegExp;
}

/** The status, and the error or the target of the redirect, if there is one. */
export async function outcomeOf(response: Response): Promise<string> {
  const location = response.headers.get("location");
  if (location !== null) {
    const { pathname, searchParams } = new URL(location, "https://auth.example");
    const error = searchParams.get("error");
    const result = error ?? (searchParams.has("code") ? "code" : pathname);
    return `${response.status} ${result}`;
  }
  const text = await response.clone().text();
  const error = text.startsWith("{") ? /"error":"(\w+)"/.exec(text)?.[1] : undefined;
  return [response.status, ...(error === undefined ? [] : [error])].join(" ");
}

type Exceptions = Pick<Flow, "whenLost" | "despite" | "bestEffort" | "repeats">;

const programs = (outcome: string, prepare: Flow["prepare"], exceptions: Exceptions = {}): Flow => ({
  audience: "programs",
  outcome,
  prepare,
  ...exceptions,
});

const people = (outcome: string, prepare: Flow["prepare"], exceptions: Exceptions = {}): Flow => ({
  audience: "people",
  outcome,
  prepare,
  ...exceptions,
});

const accessToken = async (server: TestServer, person: AccountRecord) =>
  textOf(await tokensFor(server, person, { scope: "profile" }), "access_token");
const refreshToken = async (server: TestServer, person: AccountRecord) =>
  textOf(await tokensFor(server, person), "refresh_token");
const deviceCode = async (server: TestServer) => textOf(await startDevice(server), "device_code");

/** A completed form of a page, which can be sent repeatedly. */
async function filledIn(
  { server, cookie }: Scene,
  page: string,
  action: string,
  fields: Record<string, string>,
): Promise<Send> {
  const response = await server.fetch(page, { headers: { Cookie: cookie } });
  const setCookie = response.headers.get("set-cookie")?.split(";")[0];
  const form = (await formsOf(response)).find((each) => each.action.endsWith(action));
  if (form === undefined) throw new Error(`There is no form for ${action} on ${page}.`);
  const headers = { Cookie: setCookie ?? cookie, "Sec-Fetch-Site": "same-origin" };
  const filled: FormInput = { ...form.fields, ...fields };
  return () => server.post(action, filled, headers);
}

const open =
  (path: string): Flow["prepare"] =>
  async ({ server, cookie }) =>
  () =>
    server.fetch(path, { headers: { Cookie: cookie } });

const REGISTRATION = JSON.stringify({ redirect_uris: ["https://new.example/callback"] });

/** The session of the scene, in another browser, ends with it. */
const SET_UP = "commit accounts totps recovery_codes sessions logout_notices audit activities grants links";

export const FLOWS: Readonly<Record<string, Flow>> = {
  // RFC 6749 §4.1.2: a code is used once. To the server, the retry after a lost answer looks like a replay.
  "redeeming a code": programs(
    "200",
    async ({ server, person }) => {
      const code = await codeFor(server, person);
      return () => redeemCode(server, code);
    },
    { whenLost: { "commit grants refresh_tokens access_tokens codes": "400 invalid_grant" } },
  ),
  "redeeming a code with a wrong verifier": programs("400 invalid_grant", async ({ server, person }) => {
    const code = await codeFor(server, person);
    return () => redeemCode(server, code, { code_verifier: "wrong".repeat(10) });
  }),
  "replaying a code": programs("400 invalid_grant", async ({ server, person }) => {
    const code = await codeFor(server, person);
    await redeemCode(server, code);
    return () => redeemCode(server, code);
  }),
  // A refresh token's successors are derived from it, so the retry gets the lost tokens.
  refreshing: programs("200", async ({ server, person }) => {
    const token = await refreshToken(server, person);
    return () => refresh(server, token);
  }),
  "refreshing once more": programs("200", async ({ server, person }) => {
    const token = await refreshToken(server, person);
    await refresh(server, token);
    return () => refresh(server, token);
  }),
  // The refresh token of a strict client stays, so a retry gets another access token. Each attempt has a proof of its own.
  "using a refresh token that stays": programs("200", async ({ server }) => {
    const kept = await storeKeptTokens(server.context.store, server.clock, 1);
    const [token = ""] = kept.refreshTokens;
    return async () => {
      const { form, headers } = await keptUse(kept, server.issuer, token, server.clock.seconds());
      return server.post("/auth/token", form, headers);
    };
  }),
  "replaying a refresh token": programs("400 invalid_grant", async ({ server, person }) => {
    const token = await refreshToken(server, person);
    await refresh(server, textOf(await jsonOf(await refresh(server, token)), "refresh_token"));
    return () => refresh(server, token);
  }),
  "replaying a code once more": programs("400 invalid_grant", async ({ server, person }) => {
    const code = await codeFor(server, person);
    await redeemCode(server, code);
    await redeemCode(server, code);
    return () => redeemCode(server, code);
  }),
  "client credentials": programs(
    "200",
    async ({ server }) =>
      () =>
        postAs(server, "service", "/auth/token", CLIENT_CREDENTIALS_FORM),
  ),
  "asking for a grant type that does not exist": programs(
    "400 unsupported_grant_type",
    async ({ server }) =>
      () =>
        postAs(server, "service", "/auth/token", { grant_type: "wishes" }),
  ),
  "exchanging a token": programs("200", async ({ server, person }) => {
    const token = textOf(await tokensFor(server, person), "access_token");
    return () => exchange(server, "exchanger", token);
  }),
  "introspecting an exchanged token": programs("200", async ({ server, person }) => {
    const token = await exchanged(
      server,
      "exchanger",
      textOf(await tokensFor(server, person), "access_token"),
    );
    return () => postAs(server, "mail-server", "/auth/introspect", { token });
  }),
  "starting a device": programs(
    "200",
    async ({ server }) =>
      () =>
        postAs(server, "television", "/auth/device", { scope: "mail.read" }),
  ),
  "pushing a request": programs(
    "201",
    async ({ server }) =>
      () =>
        postPush(server),
  ),
  "polling for a device that nobody has answered": programs(
    "400 authorization_pending",
    async ({ server }) => {
      const code = await deviceCode(server);
      return () => pollDevice(server, code);
    },
  ),
  "polling for a device that was approved": programs(
    "200",
    async ({ server, person }) => {
      const code = await deviceCode(server);
      await answerDevice(server, code, person);
      return () => pollDevice(server, code);
    },
    { whenLost: { "commit device_codes grants refresh_tokens access_tokens": "400 invalid_grant" } },
  ),
  "asking a person": programs(
    "200",
    async ({ server, person: { username } }) =>
      () =>
        askPerson(server, { login_hint: username }),
  ),
  "polling for an answer that nobody has given": programs(
    "400 authorization_pending",
    async ({ server, person: { username } }) => {
      const authReqId = await asked(server, { login_hint: username });
      return () => pollFor(server, authReqId);
    },
  ),
  "polling for an answer that was given": programs(
    "200",
    async ({ server, person }) => {
      const authReqId = await asked(server, { login_hint: person.username });
      await answerAs(server, authReqId, person);
      return () => pollFor(server, authReqId);
    },
    { whenLost: { "commit backchannel_requests grants refresh_tokens access_tokens": "400 invalid_grant" } },
  ),
  "introspecting an access token": programs("200", async ({ server, person }) => {
    const token = await accessToken(server, person);
    return () => postAs(server, "web", "/auth/introspect", { token });
  }),
  "introspecting a refresh token": programs("200", async ({ server, person }) => {
    const token = await refreshToken(server, person);
    return () => postAs(server, "web", "/auth/introspect", { token });
  }),
  "introspecting as a bearer": programs("200", async ({ server, person }) => {
    const token = await accessToken(server, person);
    const form = { grant_type: "client_credentials", scope: "introspect" };
    const granted = await server.post("/auth/token", form, basic("inspector", SECRET));
    const headers = { Authorization: `Bearer ${textOf(await jsonOf(granted), "access_token")}` };
    return () => server.post("/auth/introspect", { token }, headers);
  }),
  "revoking an access token": programs("200", async ({ server, person }) => {
    const token = await accessToken(server, person);
    return () => postAs(server, "web", "/auth/revoke", { token });
  }),
  "revoking a refresh token": programs("200", async ({ server, person }) => {
    const token = await refreshToken(server, person);
    return () => postAs(server, "web", "/auth/revoke", { token });
  }),
  "registering a client": programs(
    "201",
    async ({ server }) =>
      () =>
        server.fetch("/auth/register", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: REGISTRATION,
        }),
  ),
  userinfo: programs("200", async ({ server, person }) => {
    const token = await accessToken(server, person);
    return () => server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
  }),
  "the readiness of a node": programs("200", async ({ server }) => {
    // The answer to another question no longer counts.
    server.clock.advance(1);
    return () => server.fetch("/readyz");
  }),

  "asking to sign in first": people(
    "303 /login",
    async ({ server }) =>
      () =>
        server.fetch(authorizePath()),
  ),
  "asking for consent": people("200", open(authorizePath())),
  "sending back a refusal": people("303 invalid_scope", open(authorizePath({ scope: "nonsense" }))),
  "going on with a consent that is remembered": people("303 code", async (scene) => {
    await answerConsent(scene.server, scene.cookie);
    return open(authorizePath())(scene);
  }),
  "allowing a client": people("303 code", (scene) =>
    filledIn(scene, authorizePath(), "/consent", { decision: "allow" }),
  ),
  "denying a client": people("303 access_denied", (scene) =>
    filledIn(scene, authorizePath(), "/consent", { decision: "deny" }),
  ),
  "opening a pushed request": people("200", async (scene) =>
    open(pushedPath(await push(scene.server)))(scene),
  ),
  "going on with a pushed request": people("303 code", async (scene) => {
    await answerConsent(scene.server, scene.cookie);
    return open(pushedPath(await push(scene.server)))(scene);
  }),
  "allowing a client that pushed its request": people(
    "303 code",
    async (scene) => filledIn(scene, pushedPath(await push(scene.server)), "/consent", { decision: "allow" }),
    { repeats: /tpr_[A-Za-z0-9\-_]{64}/ },
  ),
  "denying a client that pushed its request": people(
    "303 access_denied",
    async (scene) => filledIn(scene, pushedPath(await push(scene.server)), "/consent", { decision: "deny" }),
    { repeats: /tpr_[A-Za-z0-9\-_]{64}/ },
  ),
  "coming with a request_uri that is unknown": people("400", async (scene) =>
    open(pushedPath((await push(scene.server)).replace(/..$/, "AA")))(scene),
  ),
  "the sign-in page": people(
    "200",
    async ({ server }) =>
      () =>
        server.fetch(`/login?return_to=${encodeURIComponent(authorizePath())}`),
  ),
  "signing in": people("303 /account", (scene) =>
    filledIn({ ...scene, cookie: "" }, "/login", "/login", {
      username: scene.person.username,
      password: PASSWORD,
    }),
  ),
  "signing in as another": people("303 /account", async (scene) => {
    const { server, person } = scene;
    const page = "/login?another=1&return_to=%2Faccount";
    const cookie = await server.signIn(person);
    return filledIn({ ...scene, cookie }, page, "/login", { username: person.username, password: PASSWORD });
  }),
  "a wrong password": people("422", (scene) =>
    filledIn({ ...scene, cookie: "" }, "/login", "/login", {
      username: scene.person.username,
      password: "wrong",
    }),
  ),
  "the second step of a sign-in": people(
    "303 /account",
    async ({ server, person }) => {
      const secret = await addAppBehind(server, person.subject);
      const browser = openBrowser(server);
      const { fields } = await formOn(await (await browser.signIn(person.username)).text(), "/login");
      // The code of the first attempt: the clock may go on to the next one meanwhile.
      const code = appCode(server, secret);
      return () => browser.post("/login", { ...fields, code });
    },
    // The code is used up.
    { whenLost: { "commit totps sessions audit activities": "422" } },
  ),
  "setting up a second factor": people(
    "200",
    async ({ server, person }) => {
      const browser = openBrowser(server);
      await browser.signIn(person.username);
      const html = await (await browser.get(FACTOR_PAGE)).text();
      const { fields } = await formOn(html, FACTOR_PAGE);
      const code = appCode(server, secretOn(html));
      return () => browser.post(FACTOR_PAGE, { ...fields, code });
    },
    // The person sees the recovery codes whatever happens then. A repetition finds the app set up, and asks for a code of it.
    { despite: { after: SET_UP, outcome: "200" }, whenLost: { [SET_UP]: "303 /login" } },
  ),
  "the sign-out page": people("200", open("/logout")),
  "signing out": people(
    "303 /logout",
    (scene) => filledIn(scene, "/logout", "/logout", {}),
    // The person is signed out, and another process tells the applications.
    { despite: { after: "commit sessions logout_notices audit activities grants", outcome: "303 /logout" } },
  ),
  "looking up a device": people("200", async (scene) => {
    const code = textOf(await startDevice(scene.server), "user_code");
    return open(`/device?user_code=${code}`)(scene);
  }),
  "allowing a device": people("200", (scene) => answeringDevice(scene, "allow")),
  "denying a device": people("200", (scene) => answeringDevice(scene, "deny")),
  "the account page": people("200", async (scene) => {
    await answerConsent(scene.server, scene.cookie);
    await grantAccess(scene.server, scene.person, "television", ["mail.read"]);
    return open("/account?notice=removed&client_id=native")(scene);
  }),
  "the account page after a while": people(
    "200",
    async (scene) => {
      scene.server.clock.advance(61);
      return open("/account")(scene);
    },
    { bestEffort: "commit sessions" },
  ),
  "taking access back": people("303 /account", async (scene) => {
    await grantAccess(scene.server, scene.person, "television", ["mail.read"]);
    return filledIn(scene, "/account", "/account", { action: "remove", client_id: "television" });
  }),
  "changing the password": people(
    "303 /account/security",
    (scene) =>
      filledIn(scene, "/account/password", "/account/password", {
        action: "password",
        current_password: PASSWORD,
        new_password: "another long password",
      }),
    // All sessions ended with the old password.
    {
      whenLost: { "commit accounts logout_notices audit activities sessions grants links": "303 /login" },
      despite: {
        after: "commit accounts logout_notices audit activities sessions grants links",
        outcome: "303 /login",
      },
    },
  ),
  "the set-up page": people("200", async ({ server }) => {
    const page = await setupPage(server);
    return () => server.fetch(page);
  }),
  "the page of an invitation": people("200", async ({ server }) => {
    const page = await invitationPath(server);
    return () => server.fetch(page);
  }),
  "accepting an invitation": people(
    "303 /account",
    async (scene) => {
      const fields = { username: `guest of ${scene.person.username}`, password: "a long enough password" };
      return filledIn({ ...scene, cookie: "" }, await invitationPath(scene.server), "/invitation", fields);
    },
    // The link is used up. A person who sends the form again is signed in with the new password.
    {
      despite: {
        after: "commit links accounts sign_in_names person_words audit activities",
        outcome: "303 /account",
      },
      repeats: /\btlk_[A-Za-z0-9\-_]{64}/,
    },
  ),
  "setting a new password by a link": people(
    "303 /account",
    async (scene) => {
      const { server, person } = scene;
      const made = await makeResetLink(server.context, OPERATOR, person, false);
      if (made.outcome !== "created") throw new Error(made.outcome);
      const fields = { username: person.username, new_password: "another long password" };
      const page = below(server, made.address ?? "");
      return filledIn({ ...scene, cookie: "" }, page, "/reset-password", fields);
    },
    {
      despite: {
        after: "commit links accounts logout_notices audit activities sessions grants",
        outcome: "303 /login",
      },
      repeats: /\btlk_[A-Za-z0-9\-_]{64}/,
    },
  ),
  "creating the administrator": people(
    "303 /admin/start",
    async (scene) => {
      const page = await setupPage(scene.server);
      const fields = { username: `boss of ${scene.person.username}`, password: "a long enough password" };
      return filledIn({ ...scene, cookie: "" }, page, "/setup", fields);
    },
    // The link is used up. A person who sends the form again is signed in with the new password.
    {
      despite: {
        after: "commit revisions setup_links accounts sign_in_names person_words audit activities",
        outcome: "303 /admin/start",
      },
      repeats: /\btsl_[A-Za-z0-9\-_]{64}/,
    },
  ),
};

async function answeringDevice(scene: Scene, decision: string): Promise<Send> {
  const code = textOf(await startDevice(scene.server), "user_code");
  return filledIn(scene, `/device?user_code=${code}`, "/device", { decision });
}

/** The link exists only while there is no administrator who can sign in. */
async function setupPage(server: TestServer): Promise<string> {
  const { store, clock } = server.context;
  for (const { subject, administrator } of await store.listAccounts()) {
    if (administrator) await store.removeAccount(subject, clock.seconds());
  }
  return `/setup?token=${await makeSetupLink(server)}`;
}

/** OpenID Connect RP-Initiated Logout 1.0: an application sends a person to sign out. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { generateKeyPair, SignJWT } from "jose";
import { endSession, findSignedIn } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import { type AuthorizationParameters, obtainCode, redirectOf } from "../support/code-flow.ts";
import {
  expectTokens,
  type Json,
  jsonOf,
  postRegistration,
  redeemCode,
  refresh,
  textOf,
} from "../support/flows.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf as pageText } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { encodeForm, type FormInput, startTestServer, type TestServer } from "../support/server.ts";

const GOODBYE = "https://client.example/goodbye?from=tessera";

let server: TestServer;
let browser: Browser;

beforeEach(async () => {
  server = await startTestServer();
  await change("web", { postLogoutRedirectUris: [GOODBYE], clientUri: "https://client.example/about" });
  await addPersonWithPassword(server, "ada");
  browser = openBrowser(server);
  await browser.signIn("ada");
});
afterEach(() => server.close());

async function change(clientId: string, fields: Partial<ClientRecord>): Promise<void> {
  const { store } = server.context;
  const client = await store.findClient(clientId);
  if (client === null) throw new Error(`There is no ${clientId}.`);
  await store.putClient({ ...client, ...fields });
}

/** The tokens of an application to which the person of a browser signs in. */
async function signInTo(at: Browser, changes: AuthorizationParameters = {}): Promise<Json> {
  const code = await obtainCode(server, at.cookie, { scope: "openid email", ...changes });
  return expectTokens(await redeemCode(server, code));
}

const hintOf = async (at = browser): Promise<string> => textOf(await signInTo(at), "id_token");

const logout = (parameters: FormInput = {}, at = browser): Promise<Response> =>
  at.get(`/auth/logout?${encodeForm(parameters)}`);

const isSignedIn = async (at = browser): Promise<boolean> =>
  (await findSignedIn(server.context, new Request(server.issuer, { headers: { Cookie: at.cookie } }))) !==
  null;

/** Expects a page, and no way to another site without a click. */
async function expectPage(response: Response): Promise<string> {
  expect({ status: response.status, location: response.headers.get("location") }).toEqual({
    status: 200,
    location: null,
  });
  return response.clone().text();
}

describe("an application with an ID token", () => {
  test(
    proves(
      "signs the person out, and they are back with the state as it was",
      "OIDF 5-1",
      "RP-Initiated Logout 2-3",
      "RP-Initiated Logout 2-4",
      "RP-Initiated Logout 2-11",
      "threat 3",
      "threat 81",
    ),
    async () => {
      const state = "a b+c%2F&d=é\u{1F511}'\"<>";
      const answer = await logout({
        id_token_hint: await hintOf(),
        post_logout_redirect_uri: GOODBYE,
        client_id: "web",
        state,
        ui_locales: "xx de",
        logout_hint: "ada",
      });
      expect(answer.status).toBe(303);
      const target = redirectOf(answer);
      expect(target.origin + target.pathname).toBe("https://client.example/goodbye");
      expect([...target.searchParams]).toEqual([
        ["from", "tessera"],
        ["state", state],
      ]);
      expect(answer.headers.getSetCookie().join()).toContain("Max-Age=0");
      expect(browser.cookie).toBe("");
    },
  );

  test("gets back exactly the address, if it sent no state", async () => {
    const answer = await logout({ id_token_hint: await hintOf(), post_logout_redirect_uri: GOODBYE });
    expect(answer.headers.get("location")).toBe(GOODBYE);
  });

  test(
    proves(
      "signs out on the server, so a copy of the cookie is worth nothing",
      "OIDF 5-1",
      "RP-Initiated Logout 2-11",
    ),
    async () => {
      const copy = { ...browser, cookie: browser.cookie };
      await logout({ id_token_hint: await hintOf() });
      expect(await isSignedIn(copy)).toBe(false);
    },
  );

  test(
    proves(
      "loses its access, unless the person let it go on without them",
      "Back-Channel Logout 2.7-1",
      "Back-Channel Logout 2.7-2",
    ),
    async () => {
      const online = await signInTo(browser);
      const offline = await signInTo(browser, { scope: "openid offline_access" });
      await logout({ id_token_hint: textOf(online, "id_token") });
      expect((await refresh(server, textOf(online, "refresh_token"))).status).toBe(400);
      expect(String(offline.scope).split(" ")).toContain("offline_access");
      expect((await refresh(server, textOf(offline, "refresh_token"))).status).toBe(200);
    },
  );

  test(
    proves(
      "may have one that has expired, or is of another session of the person",
      "RP-Initiated Logout 2-7",
      "RP-Initiated Logout 2-9",
    ),
    async () => {
      const hint = await hintOf();
      server.clock.advance(7200);
      const elsewhere = openBrowser(server);
      await elsewhere.signIn("ada");
      expect(
        (await logout({ id_token_hint: hint, post_logout_redirect_uri: GOODBYE }, elsewhere)).headers.get(
          "location",
        ),
      ).toBe(GOODBYE);
      expect(await isSignedIn(elsewhere)).toBe(false);
    },
  );

  test("is answered the same when no person is signed in (§4)", async () => {
    const hint = await hintOf();
    const request = { id_token_hint: hint, post_logout_redirect_uri: GOODBYE, state: "x" };
    for (const _ of [1, 2]) expect(redirectOf(await logout(request)).searchParams.get("state")).toBe("x");
    expect(redirectOf(await logout(request, openBrowser(server))).searchParams.get("state")).toBe("x");
  });

  test(
    proves("without an address leaves the person on a page that leads to its website", "OIDF 5-4"),
    async () => {
      const page = await expectPage(await logout({ id_token_hint: await hintOf() }));
      expect(page).toContain("You are signed out");
      expect(page).toContain('href="https://client.example/about"');
      expect(await isSignedIn()).toBe(false);
    },
  );

  test(
    proves("may POST its request: the ID token goes into no address", "RP-Initiated Logout 2-5"),
    async () => {
      const request = { id_token_hint: await hintOf(), post_logout_redirect_uri: GOODBYE, state: "s" };
      // Browsers withhold the cookie from a POST of another site, and send it with the redirect.
      const posted = await server.post("/auth/logout", request, { "Sec-Fetch-Site": "cross-site" });
      const next = posted.headers.get("location") ?? "";
      expect(posted.status).toBe(303);
      expect(next.startsWith(`${server.issuer}/auth/logout?`)).toBe(true);
      expect(next).not.toContain("id_token_hint");
      expect(next.length).toBeLessThan(500);
      const answer = await browser.get(next.slice(server.issuer.length));
      expect(redirectOf(answer).searchParams.get("state")).toBe("s");
      expect(await isSignedIn()).toBe(false);
    },
  );

  test(
    proves("by POST is trusted only with a proof of this server, and not for long", "threat 81"),
    async () => {
      const sealed = async () => {
        const posted = await server.post("/auth/logout", { id_token_hint: await hintOf() });
        return redirectOf(posted).searchParams.get("tessera_checked_hint") ?? "";
      };
      const proof = await sealed();
      const [fields = "", mac = ""] = proof.split(".");
      const forged = Buffer.from(fields, "base64url").toString().replace("web", "spa");
      for (const bad of [
        `${Buffer.from(forged).toString("base64url")}.${mac}`,
        fields,
        "",
        `${proof}.x`,
        ".",
      ])
        await expectPage(await logout({ tessera_checked_hint: bad }));
      expect(await isSignedIn()).toBe(true);
      const { form_seconds } = server.context.configuration.lifetimes;
      server.clock.advance(form_seconds);
      await expectPage(await logout({ tessera_checked_hint: proof }));
      expect(await isSignedIn()).toBe(true);
      await logout({ tessera_checked_hint: await sealed() });
      expect(await isSignedIn()).toBe(false);
    },
  );
});

describe("a person is asked, and goes nowhere", () => {
  const unsigned = (hint: string) => {
    const [, payload] = hint.split(".");
    return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${payload}.`;
  };
  const byAnother = async (hint: string) => {
    const [header = "", payload = ""] = hint.split(".");
    const { privateKey } = await generateKeyPair("RS256");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    return new SignJWT(claims)
      .setProtectedHeader(JSON.parse(Buffer.from(header, "base64url").toString()))
      .sign(privateKey);
  };

  test.each([
    ["without an ID token", async () => ({})],
    ["with a name alone", async () => ({ client_id: "web" })],
    ["with a state alone", async () => ({ state: "x" })],
    ["if the ID token has no signature", async (hint: string) => ({ id_token_hint: unsigned(hint) })],
    ["if another party signed it", async (hint: string) => ({ id_token_hint: await byAnother(hint) })],
    ["if it is for another application", async (hint: string) => ({ id_token_hint: hint, client_id: "spa" })],
    ["if it is no ID token", async () => ({ id_token_hint: "nonsense" })],
  ])(
    proves(
      "%s",
      "OIDF 5-3",
      "OIDF 5-4",
      "RP-Initiated Logout 2-1",
      "RP-Initiated Logout 2-6",
      "RP-Initiated Logout 2-10",
      "RP-Initiated Logout 3-1",
      "RP-Initiated Logout 4-1",
      "RP-Initiated Logout 6-1",
      "threat 35",
      "threat 81",
    ),
    async (_, parameters) => {
      const request = await parameters(await hintOf());
      const answer = await logout({ post_logout_redirect_uri: GOODBYE, ...request });
      expect(await expectPage(answer)).toContain("Sign out of");
      expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(await isSignedIn()).toBe(true);
    },
  );

  test(
    proves(
      "if the ID token is of another person; a yes signs out, and leads on",
      "RP-Initiated Logout 2-8",
      "RP-Initiated Logout 2-10",
      "RP-Initiated Logout 2-11",
    ),
    async () => {
      await addPersonWithPassword(server, "bob");
      const other = openBrowser(server);
      await other.signIn("bob");
      const request = { id_token_hint: await hintOf(other), post_logout_redirect_uri: GOODBYE, state: "x" };
      const path = `/auth/logout?${encodeForm(request)}`;
      const page = await expectPage(await browser.get(path));
      expect(page).toContain("Example Web wants to sign you out");
      const answer = await browser.submit(path, {}, "/logout");
      const next = answer.headers.get("location") ?? "";
      expect(redirectOf(await browser.get(next)).searchParams.get("state")).toBe("x");
      expect(await isSignedIn()).toBe(false);
      expect(await isSignedIn(other)).toBe(true);
    },
  );

  test("and after a yes without an ID token finds a link, which only an own address of the application gets", async () => {
    const path = `/auth/logout?${encodeForm({ client_id: "web", post_logout_redirect_uri: GOODBYE, state: "x" })}`;
    const answer = await browser.submit(path, {}, "/logout");
    const page = await expectPage(await browser.get(answer.headers.get("location") ?? ""));
    expect(page).toContain('href="https://client.example/goodbye?from=tessera&amp;state=x"');
    expect(page).toContain("Back to client.example");
  });

  test(
    proves("and a form of another site, or one that was changed, signs nobody out", "threat 28", "threat 81"),
    async () => {
      const form = await browser.form("/auth/logout?client_id=web", "/logout");
      const foreign = await browser.post(form.action, form.fields, { "Sec-Fetch-Site": "cross-site" });
      expect(foreign.status).toBe(403);
      const changed = { ...form.fields, request: "client_id=spa" };
      expect((await browser.post(form.action, changed)).status).toBe(422);
      expect(await isSignedIn()).toBe(true);
    },
  );

  test(proves("and a HEAD signs nobody out", "threat 81"), async () => {
    const path = `/auth/logout?${encodeForm({ id_token_hint: await hintOf() })}`;
    const answer = await server.fetch(path, { method: "HEAD", headers: { Cookie: browser.cookie } });
    expect(answer.status).toBe(405);
    expect(await isSignedIn()).toBe(true);
  });
});

describe("an address that is not registered", () => {
  test.each([
    ["another", ["https://evil.example/"]],
    ["one with more in its query", [`${GOODBYE}&x=1`]],
    ["a redirect URI of the application", ["https://client.example/callback"]],
    ["the right one and another", [GOODBYE, "https://evil.example/"]],
    ["a script", ["javascript:alert(1)"]],
  ])(
    proves(
      "%s: the person is signed out, stays, and learns why",
      "OIDF 5-2",
      "RP-Initiated Logout 2-2",
      "RP-Initiated Logout 3-2",
      "RP-Initiated Logout 4-2",
      "threat 2",
      "threat 81",
    ),
    async (_, addresses) => {
      const pairs: [string, string][] = addresses.map((uri) => ["post_logout_redirect_uri", uri]);
      const answer = await logout([["id_token_hint", await hintOf()], ...pairs]);
      const page = await expectPage(answer);
      expect(await pageText(answer)).toContain("is not registered for it");
      expect(page).not.toContain("evil.example");
      expect(page).not.toContain("javascript:");
      expect(await isSignedIn()).toBe(false);
      expect(server.logged.join("\n")).toContain("post_logout_redirect_uri_unregistered");
    },
  );

  test(
    proves("is every address of an application that is gone or disabled", "RP-Initiated Logout 4-1"),
    async () => {
      const hint = await hintOf();
      await server.context.store.disableClient("web", server.clock.seconds());
      const page = await expectPage(await logout({ id_token_hint: hint, post_logout_redirect_uri: GOODBYE }));
      expect(page).toContain("Sign out of");
      expect(await isSignedIn()).toBe(true);
    },
  );
});

test(
  proves("an application for which no one vouches gets a link, never a redirect", "threat 68"),
  async () => {
    const registered = await jsonOf(
      await postRegistration(server, {
        client_name: "Stranger",
        redirect_uris: ["https://stranger.example/callback"],
        post_logout_redirect_uris: ["https://stranger.example/bye"],
        token_endpoint_auth_method: "none",
        scope: "openid",
      }),
    );
    const clientId = textOf(registered, "client_id");
    const code = await obtainCode(server, browser.cookie, {
      client_id: clientId,
      redirect_uri: "https://stranger.example/callback",
      scope: "openid",
    });
    const tokens = await expectTokens(
      await redeemCode(
        server,
        code,
        { redirect_uri: "https://stranger.example/callback", client_id: clientId },
        clientId,
      ),
    );
    const request = {
      id_token_hint: textOf(tokens, "id_token"),
      post_logout_redirect_uri: "https://stranger.example/bye",
    };
    const page = await expectPage(await logout(request));
    expect(page).toContain('href="https://stranger.example/bye"');
    expect(await isSignedIn()).toBe(false);
    await server.context.store.vouchForClient(clientId);
    expect((await logout(request)).headers.get("location")).toBe("https://stranger.example/bye");
  },
);

test("a person who is signed out already learns no more than that", async () => {
  const page = await expectPage(await logout({ client_id: "nobody" }, openBrowser(server)));
  expect(page).toContain("You are signed out");
});

test("the page speaks the language that the application asks for", async () => {
  expect(await pageText(await logout({ ui_locales: "de" }))).toContain("abmelden?");
});

test(proves("metadata names the endpoint", "RP-Initiated Logout 2.1-1"), async () => {
  const metadata = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
  expect(metadata.end_session_endpoint).toBe(`${server.issuer}/auth/logout`);
});

test("a session that ended otherwise is as one that the application ended", async () => {
  const hint = await hintOf();
  const signedIn = await findSignedIn(
    server.context,
    new Request(server.issuer, { headers: { Cookie: browser.cookie } }),
  );
  if (signedIn !== null) await endSession(server.context, SERVER_ACT, signedIn.session.id);
  expect((await logout({ id_token_hint: hint, post_logout_redirect_uri: GOODBYE })).status).toBe(303);
});

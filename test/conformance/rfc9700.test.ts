/** RFC 9700: the redirects after forms, and the end of a stolen refresh token of a client without a secret. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { authorizePath } from "../support/code-flow.ts";
import {
  codeFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  isActive,
  redeemCode,
  refresh,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD } from "../support/pages.ts";
import { makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
});
afterAll(() => server.close());

describe("a form that may have credentials (§4.12)", () => {
  const NEW_PASSWORD = "another password that is long enough";
  let browser: Browser;
  let username = "";
  let people = 0;
  beforeEach(async () => {
    people += 1;
    username = `ada-${people}`;
    await addPersonWithPassword(server, username);
    browser = openBrowser(server);
    await browser.signIn(username);
  });

  const forms: readonly (readonly [string, () => Promise<Response>])[] = [
    [
      "sign-in, on the way to a client",
      () =>
        openBrowser(server).submit(`/login?return_to=${encodeURIComponent(authorizePath())}`, {
          username,
          password: PASSWORD,
        }),
    ],
    [
      "consent, allowed",
      () => browser.submit(authorizePath({ prompt: "consent" }), { decision: "allow" }, "/consent"),
    ],
    [
      "consent, denied",
      () => browser.submit(authorizePath({ prompt: "consent" }), { decision: "deny" }, "/consent"),
    ],
    ["sign-out", () => browser.submit("/logout", {})],
    [
      "the first account",
      async () =>
        openBrowser(server).submit(`/setup?token=${await makeSetupLink(server)}`, {
          username: "root",
          password: PASSWORD,
        }),
    ],
    [
      "an authorization request that is posted",
      () => server.post("/auth/authorize", [...new URLSearchParams(authorizePath().split("?")[1])]),
    ],
    [
      "a new password",
      () =>
        browser.submit(
          "/account/password",
          { action: "password", current_password: PASSWORD, new_password: NEW_PASSWORD },
          "/account/password",
        ),
    ],
  ];
  test.each(forms)(
    proves(
      "%s: is answered by 303, which drops the form",
      "FAPI 2.0 5.3.2.2-10",
      "FAPI 2.0 5.3.2.2-11",
      "OpenID Core 16.22-1",
      "RFC 9700 2.1-3",
      "RFC 9700 4.12-1",
      "RFC 9700 4.12-2",
    ),
    async (_, send) => {
      const response = await send();
      expect(response.status).toBe(303);
      const location = decodeURIComponent(response.headers.get("location") ?? "").replaceAll("+", " ");
      expect(location).not.toBe("");
      for (const secret of [PASSWORD, NEW_PASSWORD, "form_token"]) expect(location).not.toContain(secret);
    },
  );
});

test.each(["https://evil.example/", "//evil.example/", "/\\evil.example/", "/account/../..//evil.example"])(
  proves(
    "signing in does not lead to %s, whatever the address of the page says",
    "RFC 9700 2.1-2",
    "FAPI 2.0 5.3.2.1-7",
  ),
  async (address) => {
    await addPersonWithPassword(server, `lured-${address}`);
    const response = await openBrowser(server).submit(`/login?return_to=${encodeURIComponent(address)}`, {
      username: `lured-${address}`,
      password: PASSWORD,
      return_to: address,
    });
    expect(response.headers.get("location")).toBe("/account");
  },
);

const SPA = { client_id: "spa", redirect_uri: "https://spa.example/" };

test(
  proves(
    "a refresh token of a public client is replaced at each use, and used again after the window ends the grant",
    "RFC 9700 2.2.2-1",
    "RFC 9700 4.14.2-3",
  ),
  async () => {
    const stolen = textOf(
      await tokensFor(server, await server.addPerson("eve's victim"), SPA),
      "refresh_token",
    );
    const theirs = await expectTokens(await refresh(server, stolen, {}, "spa"));
    expect(theirs.refresh_token).not.toBe(stolen);
    expect(await isActive(server, textOf(theirs, "access_token"), "mail-server")).toBe(true);
    server.clock.advance(server.context.configuration.lifetimes.refresh_retry_window_seconds + 1);
    await expectRefusal(await refresh(server, stolen, {}, "spa"), 400, "invalid_grant");
    await expectRefusal(
      await refresh(server, textOf(theirs, "refresh_token"), {}, "spa"),
      400,
      "invalid_grant",
    );
    expect(await isActive(server, textOf(theirs, "access_token"), "mail-server")).toBe(false);
  },
);

test(
  proves(
    "an API that the person was not asked about gets no token, though it uses the scope that they agreed to",
    "RFC 9700 4.14.2-2",
    "RFC 9700 2.3-4",
    "RFC 8707 2-4",
  ),
  async () => {
    const asked = "https://mail.example/";
    const other = "https://archive.example/";
    const shared = await startTestServer({
      resources: [asked, other].map((identifier) => ({ identifier, scopes: ["mail.read"] })),
    });
    try {
      const code = await codeFor(shared, await shared.addPerson("ada"), { resource: asked });
      await expectRefusal(await redeemCode(shared, code, { resource: other }), 400, "invalid_target");
      const tokens = await expectTokens(await redeemCode(shared, code, { resource: asked }));
      const token = textOf(tokens, "refresh_token");
      await expectRefusal(await refresh(shared, token, { resource: other }), 400, "invalid_target");
      const fresh = await expectTokens(await refresh(shared, token));
      expect((await introspectAs(shared, "web", textOf(fresh, "access_token"))).aud).toBe(asked);
    } finally {
      await shared.close();
    }
  },
);

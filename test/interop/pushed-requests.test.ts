/**
 * `oauth4webapi` and `openid-client` push their requests (RFC 9126), with everything that a request may have, and read signed answers
 * (JARM).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { answerConsentAt, formsOf, redirectOf } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { discover, expectBodyError, expectChallenge, insecure } from "./strict.ts";

let server: ListeningServer;
let as: oauth.AuthorizationServer;
let ada: AccountRecord;
let cookie = "";
const CALLBACK = "https://client.example/callback";

beforeAll(async () => {
  server = await startListeningServer({
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "exempt", redirect_uris: [CALLBACK], secrets: [SECRET], require_pkce: false },
      {
        client_id: "strictly",
        redirect_uris: [CALLBACK],
        secrets: [SECRET],
        require_pushed_authorization_requests: true,
      },
    ],
  });
  as = await discover(server, "oidc");
  ada = await server.addPerson("ada", { name: "Ada Lovelace", email: "ada@example.org" });
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

/** Pushes a request, and gives the address to which the browser goes. */
async function push(
  { client_id }: oauth.Client,
  authentication: oauth.ClientAuth,
  parameters: string[][],
): Promise<URL> {
  const asked = { client_id };
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    asked,
    await oauth.pushedAuthorizationRequest(as, asked, authentication, parameters, insecure),
  );
  const url = new URL(as.authorization_endpoint ?? "");
  url.search = new URLSearchParams({ client_id, request_uri: pushed.request_uri }).toString();
  return url;
}

const answerAt = async (url: URL): Promise<URL> =>
  redirectOf(await answerConsentAt(server, cookie, url.href));

describe("oauth4webapi", () => {
  test.each([
    ["a client with a secret in the header", "web", oauth.ClientSecretBasic(SECRET), CALLBACK],
    ["a client with a secret in the form", "web", oauth.ClientSecretPost(SECRET), CALLBACK],
    ["a public client", "spa", oauth.None(), "https://spa.example/"],
    ["a client that must push", "strictly", oauth.ClientSecretBasic(SECRET), CALLBACK],
  ])("%s signs a person in", async (_, client_id, authentication, redirectUri) => {
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const url = await push({ client_id }, authentication, [
      ["response_type", "code"],
      ["redirect_uri", redirectUri],
      ["scope", "openid profile mail.read files"],
      ["resource", "https://mail.example/"],
      ["resource", "https://files.example/api"],
      ["state", state.repeat(50)],
      ["nonce", nonce],
      ["ui_locales", "de en"],
      ["login_hint", "ada"],
      ["max_age", "3600"],
      ["claims", JSON.stringify({ id_token: { auth_time: { essential: true } }, userinfo: { name: null } })],
      ["code_challenge", await oauth.calculatePKCECodeChallenge(verifier)],
      ["code_challenge_method", "S256"],
    ]);
    const validated = oauth.validateAuthResponse(as, { client_id }, await answerAt(url), state.repeat(50));
    const tokens = await oauth.processAuthorizationCodeResponse(
      as,
      { client_id },
      await oauth.authorizationCodeGrantRequest(
        as,
        { client_id },
        authentication,
        validated,
        redirectUri,
        verifier,
        insecure,
      ),
      { expectedNonce: nonce, maxAge: 3600, requireIdToken: true },
    );
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(ada.subject);
  });

  test("hears of a fault at once", async () => {
    const asked = { client_id: "web" };
    const send = async (
      parameters: Record<string, string>,
      authentication = oauth.ClientSecretBasic(SECRET),
    ) =>
      oauth.processPushedAuthorizationResponse(
        as,
        asked,
        await oauth.pushedAuthorizationRequest(as, asked, authentication, parameters, insecure),
      );
    const good = {
      response_type: "code",
      redirect_uri: CALLBACK,
      code_challenge: await oauth.calculatePKCECodeChallenge("v".repeat(43)),
      code_challenge_method: "S256",
    };
    await expectBodyError(send({ ...good, scope: "nonsense" }), 400, "invalid_scope");
    await expectBodyError(send({ ...good, redirect_uri: "https://evil.example" }), 400, "invalid_request");
    await expectBodyError(send({ ...good, request_uri: "urn:x" }), 400, "invalid_request");
    const wrong = send(good, oauth.ClientSecretBasic("wrong"));
    await expectChallenge(wrong, 401, { scheme: "basic", parameters: {} });
  });

  test("reads a signed answer, and a signed refusal", async () => {
    const asked = { client_id: "web" };
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const begin = async (scope: string, more: string[][] = []) =>
      push(asked, oauth.ClientSecretBasic(SECRET), [
        ["response_type", "code"],
        ["response_mode", "jwt"],
        ["redirect_uri", CALLBACK],
        ["scope", scope],
        ["state", state],
        ["code_challenge", await oauth.calculatePKCECodeChallenge(verifier)],
        ["code_challenge_method", "S256"],
        ...more,
      ]);
    const read = async (answer: URL) => oauth.validateJwtAuthResponse(as, asked, answer, state, insecure);
    expect((await read(await answerAt(await begin("mail.read")))).has("code")).toBe(true);
    const silent = await begin("mail.send", [["prompt", "none"]]);
    const refused = read(redirectOf(await server.fetch(silent.href, { headers: { Cookie: cookie } })));
    expect(await refused.catch((error: unknown) => error)).toMatchObject({ error: "consent_required" });
  });
});

describe("openid-client", () => {
  const configure = async (clientId: string, authentication?: client.ClientAuth) => {
    const config = await client.discovery(new URL(server.issuer), clientId, undefined, authentication, {
      execute: [client.allowInsecureRequests],
    });
    return config;
  };

  test("pushes with PKCE and without, and is answered by form_post", async () => {
    for (const clientId of ["web", "exempt"]) {
      const config = await configure(clientId, client.ClientSecretPost(SECRET));
      const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
      const isExempt = clientId === "exempt";
      const url = await client.buildAuthorizationUrlWithPAR(config, {
        redirect_uri: CALLBACK,
        scope: "openid email",
        state,
        response_mode: "form_post",
        ...(!isExempt && {
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }),
      });
      expect([...url.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
      const [form] = await formsOf(await answerConsentAt(server, cookie, url.href));
      const posted = new Request(form?.action ?? "", {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(form?.fields).toString(),
      });
      const tokens = await client.authorizationCodeGrant(config, posted, {
        expectedState: state,
        ...(!isExempt && { pkceCodeVerifier: verifier }),
      });
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, ada.subject);
      expect(userinfo.email).toBe("ada@example.org");
    }
  });

  test("reads signed answers of what it pushed", async () => {
    const config = await configure("web", client.ClientSecretBasic(SECRET));
    client.useJwtResponseMode(config);
    const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
    const url = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: CALLBACK,
      scope: "openid",
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const answer = await answerAt(url);
    expect([...answer.searchParams.keys()]).toEqual(["response"]);
    const tokens = await client.authorizationCodeGrant(config, answer, {
      expectedState: state,
      pkceCodeVerifier: verifier,
    });
    expect(tokens.claims()?.sub).toBe(ada.subject);
  });
});

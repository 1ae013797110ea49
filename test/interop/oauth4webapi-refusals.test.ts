/**
 * `oauth4webapi` understands every refusal as the typed error of its specification, and rejects answers of other
 * servers.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { introspectScopeToken, tokensFor } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { discover, expectBodyError, expectChallenge, insecure } from "./strict.ts";

/** Characters that Basic must encode (RFC 6749 §2.3.1, Appendix B), in an identifier and in a secret. */
const ODD = { clientId: "odd client: 50%+1/2", secret: "a secret: with %, +, & and = in it, é too" };
const REDIRECT_URI = "https://client.example/callback";

let server: ListeningServer;
let as: oauth.AuthorizationServer;
let cookie: string;
beforeAll(async () => {
  server = await startListeningServer({
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: ODD.clientId, grant_types: ["client_credentials"], secrets: [ODD.secret] },
    ],
  });
  as = await discover(server, "oauth2");
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const WEB: oauth.Client = { client_id: "web" };
const webSecret = oauth.ClientSecretBasic(SECRET);

interface Answer {
  readonly verifier: string;
  readonly state: string;
  readonly url: URL;
}

/** The person's answer to a request of `web`, as it arrives at its redirect URI. */
async function ask(
  parameters: Record<string, string> = {},
  decision: "allow" | "deny" = "allow",
): Promise<Answer> {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: "web",
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "mail.read",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...parameters,
  }).toString();
  return { verifier, state, url: redirectOf(await answerConsentAt(server, cookie, url.href, decision)) };
}

async function redeem(
  { url, state, verifier }: Answer,
  changes: { verifier?: string; redirectUri?: string; parameters?: Record<string, string> } = {},
) {
  return oauth.processAuthorizationCodeResponse(
    as,
    WEB,
    await oauth.authorizationCodeGrantRequest(
      as,
      WEB,
      webSecret,
      oauth.validateAuthResponse(as, WEB, url, state),
      changes.redirectUri ?? REDIRECT_URI,
      changes.verifier ?? verifier,
      { ...insecure, additionalParameters: changes.parameters },
    ),
  );
}

const generic = async (
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  grantType: string,
  parameters: Record<string, string>,
) =>
  oauth.processGenericTokenEndpointResponse(
    as,
    client,
    await oauth.genericTokenEndpointRequest(as, client, authentication, grantType, parameters, insecure),
  );
const forItself = (clientId: string, secret: string, parameters: Record<string, string> = {}) =>
  generic({ client_id: clientId }, oauth.ClientSecretBasic(secret), "client_credentials", parameters);
const refresh = (refreshToken = "", parameters: Record<string, string> = {}) =>
  generic(WEB, webSecret, "refresh_token", { refresh_token: refreshToken, ...parameters });

describe("the answer of the authorization endpoint", () => {
  test("says who gives it, also when it is no (RFC 9207)", async () => {
    const { url, state } = await ask({}, "deny");
    expect(() => oauth.validateAuthResponse(as, WEB, url, state)).toThrow(
      expect.objectContaining({ name: "AuthorizationResponseError", error: "access_denied" }),
    );
    expect(url.searchParams.get("iss")).toBe(as.issuer);
  });

  test.each([
    ["from nobody", (url: URL) => url.searchParams.delete("iss")],
    ["from another server", (url: URL) => url.searchParams.set("iss", "https://attacker.example")],
    ["from two servers", (url: URL) => url.searchParams.append("iss", "https://attacker.example")],
    ["to another request", (url: URL) => url.searchParams.set("state", "another")],
  ])("is taken as it comes, and not if it comes %s", async (_, change) => {
    const { url, state } = await ask();
    expect(oauth.validateAuthResponse(as, WEB, url, state).get("code")).toStartWith("tac_");
    change(url);
    expect(() => oauth.validateAuthResponse(as, WEB, url, state)).toThrow(
      expect.objectContaining({ code: oauth.INVALID_RESPONSE }),
    );
  });

  test.each([
    [{ scope: "everything" }, "invalid_scope"],
    [{ resource: "https://unknown.example/" }, "invalid_target"],
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ prompt: "none", scope: "files" }, "consent_required"],
    [{ request: "e30.e30." }, "invalid_request_object"],
  ])("%j is refused as %s", async (parameters, error) => {
    const { url, state } = await ask(parameters);
    expect(() => oauth.validateAuthResponse(as, WEB, url, state)).toThrow(
      expect.objectContaining({ name: "AuthorizationResponseError", error }),
    );
  });
});

describe("the token endpoint refuses", () => {
  test("a code that was redeemed, and then what it had issued", async () => {
    const answer = await ask();
    const tokens = await redeem(answer);
    await expectBodyError(redeem(answer), 400, "invalid_grant");
    await expectBodyError(refresh(tokens.refresh_token), 400, "invalid_grant");
  });

  test.each([
    ["a wrong verifier", { verifier: oauth.generateRandomCodeVerifier() }, "invalid_grant"],
    ["another redirect URI", { redirectUri: "https://client.example/second?tenant=1" }, "invalid_grant"],
    [
      "a resource that was not granted",
      { parameters: { resource: "https://files.example/api" } },
      "invalid_target",
    ],
  ])("%s", async (_, changes, error) => {
    await expectBodyError(redeem(await ask(), changes), 400, error);
  });

  test("more than was granted, and gives what was granted afterwards", async () => {
    const { refresh_token } = await redeem(await ask());
    await expectBodyError(refresh(refresh_token, { scope: "mail.read mail.send" }), 400, "invalid_scope");
    await expectBodyError(
      refresh(refresh_token, { resource: "https://files.example/api" }),
      400,
      "invalid_target",
    );
    const tokens = await refresh(refresh_token, { scope: "mail.read", resource: "https://mail.example/" });
    expect(tokens.scope).toBe("mail.read");
  });

  test("a grant type that it does not know, and one that is not the client's", async () => {
    await expectBodyError(
      generic(WEB, webSecret, "password", { username: "ada" }),
      400,
      "unsupported_grant_type",
    );
    await expectBodyError(
      generic({ client_id: "television" }, oauth.None(), "authorization_code", { code: "tac_x" }),
      400,
      "unauthorized_client",
    );
    await expectBodyError(forItself("service", SECRET, { scope: "everything" }), 400, "invalid_scope");
  });

  test("a wrong secret: with a Basic challenge where the client used Basic, and only there", async () => {
    await expectChallenge(forItself("service", "wrong"), 401, { scheme: "basic", parameters: {} });
    const posted = generic(
      { client_id: "service" },
      oauth.ClientSecretPost("wrong"),
      "client_credentials",
      {},
    );
    await expectChallenge(posted, 401, { scheme: "bearer", parameters: { error: "invalid_client" } });
  });
});

test("an identifier and a secret full of odd characters pass through Basic as they are", async () => {
  const tokens = await forItself(ODD.clientId, ODD.secret, { scope: "files" });
  expect(tokens.scope).toBe("files");
  await expectChallenge(forItself(ODD.clientId, `${ODD.secret} `), 401, { scheme: "basic", parameters: {} });
});

describe("who brings a token", () => {
  const userinfo = async (
    token: string,
    subject: string | typeof oauth.skipSubjectCheck = oauth.skipSubjectCheck,
  ) => oauth.processUserInfoResponse(as, WEB, subject, await oauth.userInfoRequest(as, WEB, token, insecure));

  test("gets what it tells about the person, under the subject that introspection names", async () => {
    const grace = await server.addPerson("grace");
    const { access_token } = await tokensFor(server, grace, { scope: "profile" });
    const token = String(access_token);
    const { sub } = await introspect("web", token);
    expect(await userinfo(token, sub)).toMatchObject({ sub: grace.subject, preferred_username: "grace" });
  });

  test("is challenged if it is wrong, or not enough (RFC 6750 §3.1)", async () => {
    const challenge = (error: string, more: object = {}) => ({
      scheme: "bearer",
      parameters: { error, ...more },
    });
    await expectChallenge(userinfo("tat_wrong"), 401, challenge("invalid_token"));
    const access_token = await introspectScopeToken(server);
    await expectChallenge(userinfo(access_token), 403, challenge("insufficient_scope", { scope: "openid" }));
  });

  const introspect = async (clientId: string, token: string, secret = SECRET) =>
    oauth.processIntrospectionResponse(
      as,
      { client_id: clientId },
      await oauth.introspectionRequest(
        as,
        { client_id: clientId },
        oauth.ClientSecretBasic(secret),
        token,
        insecure,
      ),
    );
  const revoke = async (clientId: string, token: string, secret = SECRET) =>
    oauth.processRevocationResponse(
      await oauth.revocationRequest(
        as,
        { client_id: clientId },
        oauth.ClientSecretBasic(secret),
        token,
        insecure,
      ),
    );

  test("learns of it only what is its business, and cannot end what is another's", async () => {
    const { access_token } = await redeem(await ask());
    expect(await introspect("mail-server", access_token)).toMatchObject({
      active: true,
      aud: "https://mail.example/",
    });
    expect(await introspect("service", access_token)).toEqual({ active: false });
    await expectChallenge(introspect("mail-server", access_token, "wrong"), 401, {
      scheme: "basic",
      parameters: {},
    });
    await expectChallenge(revoke("web", access_token, "wrong"), 401, { scheme: "basic", parameters: {} });
    await expectBodyError(revoke("service", access_token), 400, "unauthorized_client");
    expect(await introspect("web", access_token)).toMatchObject({ active: true });
    await revoke("web", access_token);
    expect(await introspect("web", access_token)).toEqual({ active: false });
    await revoke("web", "no token at all");
  });
});

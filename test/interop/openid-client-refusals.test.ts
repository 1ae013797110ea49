/** `openid-client` in the cases beyond the main flows: refused devices, mix-ups, and refusals as typed errors. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as client from "openid-client";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { answerDevice } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { rejectionOf } from "../support/rejection.ts";
import { SECRET } from "../support/server.ts";

const REDIRECT_URI = "https://client.example/callback";
const MAIL = "https://mail.example/";
const FILES = "https://files.example/api";

let server: ListeningServer;
let other: ListeningServer;
let cookie: string;
beforeAll(async () => {
  server = await startListeningServer({
    lifetimes: { device_interval_seconds: 1 },
    registration: { mode: "token", initial_access_tokens: ["let-me-in"] },
  });
  other = await startListeningServer();
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(async () => {
  await server.close();
  await other.close();
});

const discover = (clientId: string, authentication: client.ClientAuth, at = server) =>
  client.discovery(new URL(at.issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
    algorithm: "oauth2",
  });
const web = (at = server) => discover("web", client.ClientSecretBasic(SECRET), at);

interface Asked {
  readonly answer: URL;
  readonly checks: client.AuthorizationCodeGrantChecks;
}

async function ask(config: client.Configuration, parameters: Record<string, string> = {}): Promise<Asked> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: "mail.read files profile",
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...parameters,
  });
  const answer = redirectOf(await answerConsentAt(server, cookie, url.href));
  return { answer, checks: { pkceCodeVerifier, expectedState } };
}

const bodyError = (status: number, error: string) =>
  expect.objectContaining({ name: "ResponseBodyError", status, error });

describe("the code flow", () => {
  test("does not mix this server up with another one (RFC 9207, RFC 9700 §4.4)", async () => {
    const { answer, checks } = await ask(await web());
    // Both servers know the client; only the answer's issuer shows which server it comes from.
    const elsewhere = client.authorizationCodeGrant(await web(other), answer, checks);
    expect(await rejectionOf(elsewhere)).toMatchObject({ code: "OAUTH_INVALID_RESPONSE" });
    expect((await client.authorizationCodeGrant(await web(), answer, checks)).token_type).toBe("bearer");
  });

  test("binds tokens to one of the resources, for each of them in turn (RFC 8707 §2.2)", async () => {
    const config = await web();
    const { answer, checks } = await ask(config, { scope: "mail.read files" });
    const tokens = await client.authorizationCodeGrant(config, answer, checks, { resource: MAIL });
    expect(tokens.scope).toBe("mail.read");
    const files = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", { resource: FILES });
    expect(files.scope).toBe("files");
    expect(await client.tokenIntrospection(config, files.access_token)).toMatchObject({ aud: FILES });
    const unknown = client.refreshTokenGrant(config, files.refresh_token ?? "", {
      resource: "https://unknown.example/",
    });
    expect(await rejectionOf(unknown)).toEqual(bodyError(400, "invalid_target"));
  });

  test("ends with who the person is, for a token that is meant for that", async () => {
    const config = await web();
    const { answer, checks } = await ask(config, { scope: "profile", resource: server.issuer });
    const { access_token } = await client.authorizationCodeGrant(config, answer, checks);
    const { sub = "" } = await client.tokenIntrospection(config, access_token);
    expect(await client.fetchUserInfo(config, access_token, sub)).toMatchObject({
      sub,
      preferred_username: "ada",
    });

    const mail = await ask(config, { scope: "mail.read" });
    const narrow = await client.authorizationCodeGrant(config, mail.answer, mail.checks);
    const refused = client.fetchUserInfo(config, narrow.access_token, client.skipSubjectCheck);
    expect(await rejectionOf(refused)).toMatchObject({
      name: "WWWAuthenticateChallengeError",
      status: 401,
      cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }],
    });
  });

  test("a token that was given back is dead, and so is all that came with it when it was the refresh token", async () => {
    const config = await web();
    const { answer, checks } = await ask(config);
    const tokens = await client.authorizationCodeGrant(config, answer, checks);
    await client.tokenRevocation(config, tokens.access_token, { token_type_hint: "refresh_token" });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
    await client.tokenRevocation(config, next.refresh_token ?? "");
    expect(await client.tokenIntrospection(config, next.access_token)).toEqual({ active: false });
    // A repetition gets the same answer (RFC 7009 §2.2).
    await client.tokenRevocation(config, next.refresh_token ?? "");
  });
});

describe("the client's own polling for a device", () => {
  const television = () => discover("television", client.None());

  test("ends when the person says no", async () => {
    const config = await television();
    const device = await client.initiateDeviceAuthorization(config, { scope: "mail.read" });
    await answerDevice(server, device.device_code, null);
    expect(await rejectionOf(client.pollDeviceAuthorizationGrant(config, device))).toEqual(
      bodyError(400, "access_denied"),
    );
  });

  test("goes on while the person has not answered", async () => {
    const config = await television();
    const device = await client.initiateDeviceAuthorization(config, { scope: "mail.read" });
    const polled: string[] = [];
    config[client.customFetch] = async (url, options) => {
      const response = await fetch(url, options as RequestInit);
      polled.push((await response.clone().json()).error ?? "tokens");
      if (polled.length === 1)
        await answerDevice(server, device.device_code, await server.addPerson("viewer"));
      return response;
    };
    expect((await client.pollDeviceAuthorizationGrant(config, device)).scope).toBe("mail.read");
    expect(polled).toEqual(["authorization_pending", "tokens"]);
  });

  test("ends when the time is over", async () => {
    const config = await television();
    const device = await client.initiateDeviceAuthorization(config, {});
    server.clock.advance(device.expires_in + 1);
    expect(await rejectionOf(client.pollDeviceAuthorizationGrant(config, device))).toEqual(
      bodyError(400, "expired_token"),
    );
  });
});

describe("registration", () => {
  const register = (metadata: Partial<client.ClientMetadata>, initialAccessToken?: string) =>
    client.dynamicClientRegistration(new URL(server.issuer), metadata, undefined, {
      execute: [client.allowInsecureRequests],
      algorithm: "oauth2",
      initialAccessToken,
    });

  test("with the operator's token makes a client that can do what it registered, and nothing else", async () => {
    const config = await register(
      {
        grant_types: ["client_credentials"],
        scope: "files",
        token_endpoint_auth_method: "client_secret_post",
      },
      "let-me-in",
    );
    expect(config.clientMetadata().client_secret).toBeString();
    expect((await client.clientCredentialsGrant(config, { scope: "files" })).scope).toBe("files");
    expect(await rejectionOf(client.clientCredentialsGrant(config, { scope: "mail.read" }))).toEqual(
      bodyError(400, "invalid_scope"),
    );
    expect(await rejectionOf(client.refreshTokenGrant(config, "trt_x"))).toEqual(
      bodyError(400, "unauthorized_client"),
    );
  });

  test("without it is refused with a challenge, and with bad metadata as the specification says", async () => {
    expect(await rejectionOf(register({ redirect_uris: [REDIRECT_URI] }))).toMatchObject({
      name: "WWWAuthenticateChallengeError",
      status: 401,
    });
    expect(
      await rejectionOf(register({ redirect_uris: ["https://client.example/#fragment"] }, "let-me-in")),
    ).toEqual(bodyError(400, "invalid_redirect_uri"));
  });
});

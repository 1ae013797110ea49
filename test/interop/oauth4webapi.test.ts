/** `oauth4webapi`, the strictest client library, runs every flow. It rejects deviations from a specification. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import { answerDevice, userCodeDigest } from "../../src/operations/devices.ts";
import { normalizeUserCode } from "../../src/protocol/user-code.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { signedInAs } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { rejectionOf } from "../support/rejection.ts";

let server: ListeningServer;
let as: oauth.AuthorizationServer;
const insecure = { [oauth.allowInsecureRequests]: true } as const;

beforeAll(async () => {
  server = await startListeningServer();
  const issuer = new URL(server.issuer);
  as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
  );
});
afterAll(() => server.close());

async function register(
  metadata: Record<string, unknown>,
): Promise<oauth.OmitSymbolProperties<oauth.Client>> {
  return oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, metadata as Partial<oauth.Client>, insecure),
  );
}

/** Code flow of a registered client, up to the token answer. */
async function signInWith(
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  redirectUri: string,
): Promise<oauth.TokenEndpointResponse> {
  const person = await server.addPerson(`person-${client.client_id}`);
  const cookie = await server.signIn(person);
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "mail.read profile",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  const answer = redirectOf(await answerConsentAt(server, cookie, url.href));
  const validated = oauth.validateAuthResponse(as, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    validated,
    redirectUri,
    verifier,
    insecure,
  );
  return oauth.processAuthorizationCodeResponse(as, client, response);
}

test("discovery by both algorithms finds the same server", async () => {
  const issuer = new URL(server.issuer);
  const discovered = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...insecure }),
  );
  expect(discovered).toMatchObject(as);
});

test("a confidential client registers, signs a person in, refreshes, asks about and revokes its tokens", async () => {
  const redirectUri = "https://client.example/interop";
  const client = await register({
    redirect_uris: [redirectUri],
    client_name: "Strict client",
    grant_types: ["authorization_code", "refresh_token"],
    scope: "mail.read profile",
  });
  const secret = client.client_secret;
  if (typeof secret !== "string") throw new Error("There is no secret.");
  const authentication = oauth.ClientSecretBasic(secret);
  const tokens = await signInWith(client, authentication, redirectUri);

  const userinfo = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  expect(userinfo.status).toBe(200);

  const refreshed = await oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token ?? "", insecure),
  );
  expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);

  const introspect = async (token: string) =>
    oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, authentication, token, insecure),
    );
  expect(await introspect(refreshed.access_token)).toMatchObject({
    active: true,
    client_id: client.client_id,
    scope: "mail.read profile",
    token_type: "Bearer",
  });
  // RFC 9701: the library checks type, issuer, audience and signature.
  const signed = await oauth.introspectionRequest(as, client, authentication, refreshed.access_token, {
    requestJwtResponse: true,
    ...insecure,
  });
  expect(signed.headers.get("content-type")).toBe("application/token-introspection+jwt");
  expect(await oauth.processIntrospectionResponse(as, client, signed)).toMatchObject({ active: true });
  await oauth.validateApplicationLevelSignature(as, signed, insecure);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, authentication, refreshed.refresh_token ?? "", insecure),
  );
  expect(await introspect(refreshed.access_token)).toEqual({ active: false });
});

test("a public client goes through the code flow without a secret", async () => {
  const redirectUri = "http://127.0.0.1:49152/callback";
  const client = await register({
    redirect_uris: ["http://127.0.0.1/callback"],
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
  });
  expect(client.client_secret).toBeUndefined();
  const tokens = await signInWith(client, oauth.None(), redirectUri);
  expect(tokens.token_type).toBe("bearer");
  expect(tokens.refresh_token).toBeString();
});

test("a client with a key registers, signs a person in, refreshes, asks about and revokes its tokens", async () => {
  const { publicKey, privateKey } = await oauth.generateKeyPair("ES256", { extractable: true });
  const jwk = await crypto.subtle.exportKey("jwk", publicKey);
  const redirectUri = "https://keyed.example/callback";
  const client = await register({
    client_name: "Keyed",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "private_key_jwt",
    jwks: { keys: [{ ...jwk, kid: "a key" }] },
  });
  expect(client.client_secret).toBeUndefined();
  const authentication = oauth.PrivateKeyJwt({ key: privateKey, kid: "a key" });
  const tokens = await signInWith(client, authentication, redirectUri);
  const refreshed = await oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token ?? "", insecure),
  );
  const introspect = async () =>
    oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, authentication, refreshed.access_token, insecure),
    );
  expect(await introspect()).toMatchObject({ active: true, client_id: client.client_id });
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, authentication, refreshed.refresh_token ?? "", insecure),
  );
  expect(await introspect()).toEqual({ active: false });
  // Another key, and the same as the error of the specification.
  const other = await oauth.generateKeyPair("ES256");
  const wrong = oauth.PrivateKeyJwt({ key: other.privateKey, kid: "a key" });
  const refused = oauth.clientCredentialsGrantRequest(as, client, wrong, {}, insecure);
  const error = await rejectionOf(
    refused.then((response) => oauth.processClientCredentialsResponse(as, client, response)),
  );
  expect(error).toMatchObject({ status: 401 });
});

test("a client signs its whole request (RFC 9101)", async () => {
  const { publicKey, privateKey } = await oauth.generateKeyPair("ES256", { extractable: true });
  const jwk = await crypto.subtle.exportKey("jwk", publicKey);
  const redirectUri = "https://signing.example/callback";
  const client = await register({
    client_name: "Signing",
    redirect_uris: [redirectUri],
    jwks: { keys: [{ ...jwk, kid: "a key" }] },
    request_object_signing_alg: "ES256",
  });
  const cookie = await server.signIn(await server.addPerson("signing"));
  const state = oauth.generateRandomState();
  const parameters = {
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid profile",
    max_age: "600",
    claims: JSON.stringify({ id_token: { name: null } }),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
    code_challenge_method: "S256",
  };
  const key = { key: privateKey, kid: "a key" };
  const url = new URL(as.authorization_endpoint ?? "");
  const request = await oauth.issueRequestObject(as, client, parameters, key);
  url.search = new URLSearchParams({ client_id: client.client_id, request }).toString();
  const answer = redirectOf(await answerConsentAt(server, cookie, url.href));
  expect(oauth.validateAuthResponse(as, client, answer, state).has("code")).toBe(true);
});

test("a device asks, waits, and gets its tokens", async () => {
  const client: oauth.Client = { client_id: "television" };
  const device = await oauth.processDeviceAuthorizationResponse(
    as,
    client,
    await oauth.deviceAuthorizationRequest(
      as,
      client,
      oauth.None(),
      new URLSearchParams({ scope: "mail.read" }),
      insecure,
    ),
  );
  expect(device.verification_uri).toBe(`${server.issuer}/device`);
  expect(device.interval).toBe(5);
  const poll = async () =>
    oauth.processDeviceCodeResponse(
      as,
      client,
      await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, insecure),
    );
  expect(await rejectionOf(poll())).toMatchObject({ error: "authorization_pending" });

  const { store, keys, clock } = server.context;
  const code = normalizeUserCode(device.user_code);
  const pending = await store.findPendingDeviceCode(userCodeDigest(keys, code ?? ""), clock.seconds());
  if (pending === null) throw new Error("There is no such device code.");
  const person = await server.addPerson("viewer");
  await answerDevice(server.context, SERVER_ACT, pending, signedInAs(server, person), true);

  const tokens = await poll();
  expect(tokens.scope).toBe("mail.read");
  expect(await rejectionOf(poll())).toMatchObject({ error: "invalid_grant" });
});

test("a service gets a token for itself", async () => {
  const client: oauth.Client = { client_id: "service" };
  const { SECRET } = await import("../support/server.ts");
  const response = await oauth.clientCredentialsGrantRequest(
    as,
    client,
    oauth.ClientSecretPost(SECRET),
    new URLSearchParams({ scope: "files" }),
    insecure,
  );
  const tokens = await oauth.processClientCredentialsResponse(as, client, response);
  expect(tokens.scope).toBe("files");
  expect(tokens.refresh_token).toBeUndefined();
});

test("errors reach the client as the errors of the specification", async () => {
  const client: oauth.Client = { client_id: "web" };
  const failing = await oauth.refreshTokenGrantRequest(
    as,
    client,
    oauth.ClientSecretBasic("not its secret"),
    "trt_whatever",
    insecure,
  );
  expect(await rejectionOf(oauth.processRefreshTokenResponse(as, client, failing))).toMatchObject({
    status: 401,
  });
});

/** `openid-client`, a certified client library for Node, runs every flow over a real socket. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import * as client from "openid-client";
import { answerDevice, userCodeDigest } from "../../src/operations/devices.ts";
import { normalizeUserCode } from "../../src/protocol/user-code.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { clientId, newClient, scopes } from "../store/records.ts";
import { newKey } from "../support/client-assertions.ts";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { signedInAs } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { rejectionOf } from "../support/rejection.ts";
import { SECRET } from "../support/server.ts";

let server: ListeningServer;
const options = { execute: [client.allowInsecureRequests], algorithm: "oauth2" } as const;

beforeAll(async () => {
  server = await startListeningServer({ lifetimes: { device_interval_seconds: 1 } });
});
afterAll(() => server.close());

const discover = (clientId: string, authentication: client.ClientAuth) =>
  client.discovery(new URL(server.issuer), clientId, undefined, authentication, {
    execute: [...options.execute],
    algorithm: options.algorithm,
  });

test("registration, code flow, userinfo, refresh, introspection and revocation", async () => {
  const redirectUri = "https://client.example/openid-client";
  const config = await client.dynamicClientRegistration(
    new URL(server.issuer),
    {
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      client_name: "Certified",
    },
    undefined,
    { execute: [...options.execute], algorithm: options.algorithm },
  );
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "mail.read mail.send profile",
    resource: "https://mail.example",
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const cookie = await server.signIn(await server.addPerson("certified"));
  const answer = redirectOf(await answerConsentAt(server, cookie, url.href));
  const tokens = await client.authorizationCodeGrant(config, answer, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  // The resource takes only its own scopes.
  expect(tokens.scope).toBe("mail.read mail.send");
  expect(tokens.expiresIn()).toBeGreaterThan(3500);

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", {
    scope: "mail.read",
  });
  expect(refreshed.scope).toBe("mail.read");
  expect(await client.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
    active: true,
    scope: "mail.read",
    aud: "https://mail.example/",
    iss: server.issuer,
  });
  await client.tokenRevocation(config, refreshed.refresh_token ?? "");
  expect(await client.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false });
  expect(await rejectionOf(client.refreshTokenGrant(config, refreshed.refresh_token ?? ""))).toMatchObject({
    error: "invalid_grant",
  });
});

test.each([
  ["RS256", "with PKCE and a nonce"],
  ["ES256", "where another algorithm is the only one"],
  ["EdDSA", "where another algorithm is the only one"],
] as const)("signing in with OpenID Connect: %s, %s", async (algorithm) => {
  const issuing = await startListeningServer({
    signing: { algorithms: [algorithm] },
    clients: [
      {
        client_id: "web",
        redirect_uris: ["https://client.example/callback"],
        grant_types: ["authorization_code", "refresh_token"],
        secrets: [SECRET],
      },
    ],
  });
  try {
    const redirectUri = "https://client.example/callback";
    const config = await client.discovery(
      new URL(issuing.issuer),
      "web",
      { client_secret: SECRET, id_token_signed_response_alg: algorithm },
      client.ClientSecretPost(SECRET),
      { execute: [client.allowInsecureRequests] },
    );
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid email profile offline_access",
      state,
      nonce,
      max_age: "600",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const person = await issuing.addPerson("grace", { email: "grace@example.org", name: "Grace" });
    const cookie = await issuing.signIn(person);
    const answer = redirectOf(await answerConsentAt(issuing, cookie, url.href));
    // The library checks the signature, iss, aud, exp, nonce, auth_time and at_hash.
    const tokens = await client.authorizationCodeGrant(config, answer, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      maxAge: 600,
      idTokenExpected: true,
    });
    expect(tokens.claims()).toMatchObject({
      sub: person.subject,
      email: "grace@example.org",
      name: "Grace",
      preferred_username: "grace",
    });
    expect(await client.fetchUserInfo(config, tokens.access_token, person.subject)).toMatchObject({
      sub: person.subject,
      email: "grace@example.org",
    });
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(refreshed.claims()).toMatchObject({ sub: person.subject, name: "Grace" });
  } finally {
    await issuing.close();
  }
});

test("a person who says no is told to the client", async () => {
  const config = await discover("web", client.ClientSecretBasic(SECRET));
  const verifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: "https://client.example/callback",
    scope: "mail.read",
    state: "denied",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const cookie = await server.signIn(await server.addPerson("reluctant"));
  const answer = redirectOf(await answerConsentAt(server, cookie, url.href, "deny"));
  expect(
    await rejectionOf(
      client.authorizationCodeGrant(config, answer, { pkceCodeVerifier: verifier, expectedState: "denied" }),
    ),
  ).toMatchObject({ error: "access_denied" });
});

test("the device flow, with the client's own polling", async () => {
  const config = await discover("television", client.None());
  const device = await client.initiateDeviceAuthorization(config, { scope: "mail.read" });
  const { store, keys, clock } = server.context;
  const pending = await store.findPendingDeviceCode(
    userCodeDigest(keys, normalizeUserCode(device.user_code) ?? ""),
    clock.seconds(),
  );
  if (pending === null) throw new Error("There is no such device code.");
  const person = await server.addPerson("device-owner");
  await answerDevice(server.context, SERVER_ACT, pending, signedInAs(server, person), true);
  const tokens = await client.pollDeviceAuthorizationGrant(config, device);
  expect(tokens.access_token).toStartWith("tat_");
  expect(tokens.refresh_token).toStartWith("trt_");
});

test("client credentials and introspection with a key instead of a secret", async () => {
  const { kid, publicJwk, privateKey } = await newKey("of the agent", "PS256");
  await server.context.store.createClient(
    newClient({
      clientId: clientId("agent"),
      grantTypes: ["client_credentials"],
      scope: scopes("files"),
      defaultScope: scopes("files"),
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: "PS256",
      jwks: { keys: [publicJwk] },
      secrets: [],
    }),
  );
  const config = await discover("agent", client.PrivateKeyJwt({ key: privateKey, kid }));
  const tokens = await client.clientCredentialsGrant(config, { scope: "files" });
  expect(tokens.scope).toBe("files");
  expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
});

test("client credentials", async () => {
  const config = await discover("service", client.ClientSecretPost(SECRET));
  const tokens = await client.clientCredentialsGrant(config, { scope: "files" });
  expect(tokens.scope).toBe("files");
});

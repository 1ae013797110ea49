/**
 * `oauth4webapi` and `openid-client` through all of the strict profile at once: pushed requests, `private_key_jwt`, DPoP with nonces of this
 * server, and for message signing signed requests and answers; then refresh, userinfo, introspection and revocation.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import type { Outbound } from "../../src/platform/outbound.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { newKey, type TestKey } from "../support/client-assertions.ts";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { proves } from "../support/proves.ts";
import { discover, insecure } from "./strict.ts";

const CALLBACK = "https://bank.example/callback";
const SCOPE = "openid profile offline_access";
type Profile = NonNullable<NonNullable<ConfigurationInput["clients"]>[number]["security_profile"]>;
const PROFILES: readonly Profile[] = ["fapi-2.0", "fapi-2.0-message-signing"];
const ALGORITHMS = ["ES256", "PS256"] as const;
const CASES = PROFILES.flatMap((profile) => ALGORITHMS.map((algorithm) => [profile, algorithm] as const));

const keys: Record<string, TestKey> = {};
const keysAt = (algorithm: string) => `https://bank.example/${algorithm}.json`;
const outbound: Outbound = {
  async send({ url }) {
    const published = Object.values(keys).filter(({ algorithm }) => keysAt(algorithm) === url);
    return { status: 200, text: JSON.stringify({ keys: published.map(({ publicJwk }) => publicJwk) }) };
  },
};

let server: ListeningServer;
let ada: AccountRecord;
let cookie: string;
beforeAll(async () => {
  for (const algorithm of ALGORITHMS) keys[algorithm] = await newKey(`key-${algorithm}`, algorithm);
  server = await startListeningServer(
    {
      dpop: { nonces: "required" },
      signing: { algorithms: ["RS256", ...ALGORITHMS] },
      clients: CASES.map(([profile, algorithm]) => ({
        client_id: `${profile}-${algorithm}`,
        client_name: "Bank",
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: algorithm,
        id_token_signed_response_alg: algorithm,
        authorization_signed_response_alg: algorithm,
        jwks_uri: keysAt(algorithm),
        security_profile: profile,
      })),
    },
    "",
    { outbound },
  );
  ada = await server.addPerson("ada");
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

const keyOf = (algorithm: string): oauth.PrivateKey => {
  const { kid, privateKey } = keys[algorithm] ?? {};
  if (kid === undefined || privateKey === undefined) throw new Error(`There is no key for ${algorithm}.`);
  return { kid, key: privateKey };
};
const answerAt = async (url: URL): Promise<URL> =>
  redirectOf(await answerConsentAt(server, cookie, url.href));

/** The first request of each endpoint cannot know its nonce. */
async function withNonce<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return send();
  }
}

describe("oauth4webapi", () => {
  test.each(CASES)(
    proves(
      "goes through %s with %s, and its token is worth nothing without the key",
      "threat 85",
      "RFC 9449 8-2",
      "RFC 9449 10.1-1",
    ),
    async (profile, algorithm) => {
      const as = await discover(server, "oidc");
      const app: oauth.Client = {
        client_id: `${profile}-${algorithm}`,
        id_token_signed_response_alg: algorithm,
        authorization_signed_response_alg: algorithm,
      };
      const authentication = oauth.PrivateKeyJwt(keyOf(algorithm));
      const DPoP = oauth.DPoP(app, await oauth.generateKeyPair(algorithm));
      const options = { DPoP, ...insecure };
      const isSigned = profile === "fapi-2.0-message-signing";
      const verifier = oauth.generateRandomCodeVerifier();
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
      const parameters = {
        response_type: "code",
        redirect_uri: CALLBACK,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...(isSigned && { response_mode: "jwt" }),
      };
      const { request_uri } = await withNonce(async () => {
        const asked = isSigned
          ? { request: await oauth.issueRequestObject(as, app, parameters, keyOf(algorithm)) }
          : parameters;
        return oauth.processPushedAuthorizationResponse(
          as,
          app,
          await oauth.pushedAuthorizationRequest(as, app, authentication, asked, options),
        );
      });
      const url = new URL(as.authorization_endpoint ?? "");
      url.search = new URLSearchParams({ client_id: app.client_id, request_uri }).toString();
      const answered = await answerAt(url);
      const answer = isSigned
        ? await oauth.validateJwtAuthResponse(as, app, answered, state, insecure)
        : oauth.validateAuthResponse(as, app, answered, state);
      const tokens = await withNonce(async () =>
        oauth.processAuthorizationCodeResponse(
          as,
          app,
          await oauth.authorizationCodeGrantRequest(
            as,
            app,
            authentication,
            answer,
            CALLBACK,
            verifier,
            options,
          ),
          { expectedNonce: nonce, requireIdToken: true },
        ),
      );
      expect(tokens.token_type).toBe("dpop");
      const refreshed = await withNonce(async () =>
        oauth.processRefreshTokenResponse(
          as,
          app,
          await oauth.refreshTokenGrantRequest(as, app, authentication, tokens.refresh_token ?? "", options),
        ),
      );
      const token = refreshed.access_token;
      const told = await oauth.processUserInfoResponse(
        as,
        app,
        ada.subject,
        await oauth.userInfoRequest(as, app, token, options),
      );
      expect(told.preferred_username).toBe("ada");
      expect((await oauth.userInfoRequest(as, app, token, insecure)).status).toBe(401);
      const introspect = async () =>
        oauth.processIntrospectionResponse(
          as,
          app,
          await oauth.introspectionRequest(as, app, authentication, token, insecure),
        );
      expect(await introspect()).toMatchObject({
        active: true,
        token_type: "DPoP",
        cnf: { jkt: await DPoP.calculateThumbprint() },
      });
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, app, authentication, refreshed.refresh_token ?? "", insecure),
      );
      expect(await introspect()).toEqual({ active: false });
    },
  );
});

describe("openid-client", () => {
  test.each(CASES)("goes through %s with %s", async (profile, algorithm) => {
    const config = await client.discovery(
      new URL(server.issuer),
      `${profile}-${algorithm}`,
      { id_token_signed_response_alg: algorithm, authorization_signed_response_alg: algorithm },
      client.PrivateKeyJwt(keyOf(algorithm)),
      { execute: [client.allowInsecureRequests] },
    );
    const isSigned = profile === "fapi-2.0-message-signing";
    if (isSigned) client.useJwtResponseMode(config);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(algorithm));
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
    const parameters = {
      redirect_uri: CALLBACK,
      scope: SCOPE,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    };
    const asked = isSigned
      ? (await client.buildAuthorizationUrlWithJAR(config, parameters, keyOf(algorithm))).searchParams
      : parameters;
    const url = await client.buildAuthorizationUrlWithPAR(config, asked, { DPoP });
    const tokens = await client.authorizationCodeGrant(
      config,
      await answerAt(url),
      { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
      undefined,
      { DPoP },
    );
    expect(tokens.claims()?.sub).toBe(ada.subject);
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP });
    expect(refreshed.token_type).toBe("dpop");
    const token = refreshed.access_token;
    const told = await client.fetchUserInfo(config, token, ada.subject, { DPoP });
    expect(told.preferred_username).toBe("ada");
    expect(await client.tokenIntrospection(config, token)).toMatchObject({
      active: true,
      token_type: "DPoP",
    });
    await client.tokenRevocation(config, refreshed.refresh_token ?? "");
    expect(await client.tokenIntrospection(config, token)).toMatchObject({ active: false });
  });
});

/** DPoP with the independent clients `oauth4webapi` and `openid-client`, over real sockets: flows, nonces, resources. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { proves } from "../support/proves.ts";
import { rejectionOf } from "../support/rejection.ts";
import { basic, SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { discover, insecure } from "./strict.ts";

const REDIRECT_URI = "com.example.app:/callback";
const SCOPE = "openid profile offline_access";

let server: ListeningServer;
let cookie: string;
beforeAll(async () => {
  server = await startListeningServer({
    dpop: { nonces: "required" },
    clients: (TEST_CONFIGURATION.clients ?? []).map((each) => ({
      ...each,
      dpop_bound_access_tokens: each.client_id === "native",
    })),
  });
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const introspected = async (token: string) =>
  (await server.post("/auth/introspect", { token }, basic("web", SECRET))).json();

describe("oauth4webapi", () => {
  test.each(["ES256", "Ed25519", "PS256"])(
    proves(
      "signs a person in, asks userinfo and refreshes, with nonces and a code that is bound to the key (%s)",
      "threat 85",
      "RFC 9449 5-1",
      "RFC 9449 8-2",
      "RFC 9449 10-1",
    ),
    async (algorithm) => {
      const as = await discover(server, "oidc");
      expect(as.dpop_signing_alg_values_supported).toContain(algorithm);
      const app: oauth.Client = { client_id: "native" };
      const DPoP = oauth.DPoP(app, await oauth.generateKeyPair(algorithm));
      const verifier = oauth.generateRandomCodeVerifier();
      const url = new URL(as.authorization_endpoint ?? "");
      url.search = new URLSearchParams({
        client_id: "native",
        redirect_uri: REDIRECT_URI,
        response_type: "code",
        scope: SCOPE,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        dpop_jkt: await DPoP.calculateThumbprint(),
      }).toString();
      const answer = oauth.validateAuthResponse(
        as,
        app,
        redirectOf(await answerConsentAt(server, cookie, url.href)),
        oauth.expectNoState,
      );
      const options = { DPoP, ...insecure };
      const redeem = async () =>
        oauth.processAuthorizationCodeResponse(
          as,
          app,
          await oauth.authorizationCodeGrantRequest(
            as,
            app,
            oauth.None(),
            answer,
            REDIRECT_URI,
            verifier,
            options,
          ),
          { requireIdToken: true },
        );
      const tokens = await redeem().catch((error) => {
        // The first request cannot know the nonce.
        if (!oauth.isDPoPNonceError(error)) throw error;
        return redeem();
      });
      expect(tokens.token_type).toBe("dpop");
      const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: "" };
      const told = await oauth.processUserInfoResponse(
        as,
        app,
        sub,
        await oauth.userInfoRequest(as, app, tokens.access_token, options),
      );
      expect(told.sub).toBe(sub);
      const refreshed = await oauth.processRefreshTokenResponse(
        as,
        app,
        await oauth.refreshTokenGrantRequest(as, app, oauth.None(), tokens.refresh_token ?? "", options),
      );
      expect(refreshed.token_type).toBe("dpop");
      const stolen = oauth.DPoP(app, await oauth.generateKeyPair("ES256"));
      const swapped = async () =>
        oauth.processRefreshTokenResponse(
          as,
          app,
          await oauth.refreshTokenGrantRequest(as, app, oauth.None(), refreshed.refresh_token ?? "", {
            DPoP: stolen,
            ...insecure,
          }),
        );
      // Once for the nonce.
      await rejectionOf(swapped());
      expect(await rejectionOf(swapped())).toMatchObject({ error: "invalid_grant" });
      const asBearer = oauth.userInfoRequest(as, app, refreshed.access_token, insecure);
      expect((await asBearer).status).toBe(401);
    },
  );
});

describe("openid-client", () => {
  test("gets its nonce by itself, for a client with a secret, at a resource and at a refresh", async () => {
    const config = await client.discovery(
      new URL(server.issuer),
      "web",
      undefined,
      client.ClientSecretBasic(SECRET),
      { execute: [client.allowInsecureRequests] },
    );
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: "https://client.example/callback",
      scope: SCOPE,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const answer = redirectOf(await answerConsentAt(server, cookie, url.href));
    const tokens = await client.authorizationCodeGrant(config, answer, { pkceCodeVerifier }, undefined, {
      DPoP,
    });
    expect(tokens.token_type).toBe("dpop");
    const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? "", {
      DPoP,
    });
    expect(told.preferred_username).toBe("ada");
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP });
    expect(refreshed.token_type).toBe("dpop");
    expect(await introspected(refreshed.access_token)).toMatchObject({ active: true, token_type: "DPoP" });
    // A request of any path with the token, as an application asks its API.
    const resource = await client.fetchProtectedResource(
      config,
      refreshed.access_token,
      new URL(`${server.issuer}/auth/userinfo`),
      "GET",
      undefined,
      undefined,
      { DPoP },
    );
    expect(resource.status).toBe(200);
  });
});

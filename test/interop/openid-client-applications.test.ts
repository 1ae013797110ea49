/** `openid-client`, which Immich, Audiobookshelf and others use, signs in as each application of the recipes. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import * as client from "openid-client";
import { addressOf, exemptionOf, makeClients, ownScopesOf } from "../../src/recipes/clients.ts";
import { RECIPES } from "../../src/recipes/table.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.addPerson("ada", { name: "Ada Lovelace", email: "ada@example.org" });
});
afterAll(() => server.close());

/** Applications with scopes of their own need a configuration, and the library takes the query from a redirect URI. */
const APPLICATIONS = RECIPES.filter(
  (recipe) =>
    ownScopesOf(recipe).length === 0 &&
    recipe.clients.some(
      ({ redirectUris, published }) =>
        redirectUris.some((uri) => !uri.includes("?")) && published === undefined,
    ),
);

test.each(APPLICATIONS)("$name", async (recipe) => {
  const url = addressOf(recipe, recipe.address?.example);
  for (const { part, client: record, secret } of await makeClients(server.context, SERVER_ACT, {
    recipe,
    url,
  })) {
    const authentication =
      secret === null
        ? client.None()
        : part.secret === "body"
          ? client.ClientSecretPost(secret)
          : client.ClientSecretBasic(secret);
    const config = await client.discovery(
      new URL(server.issuer),
      record.clientId,
      undefined,
      authentication,
      {
        [client.customFetch]: (address, options) => server.fetch(address, options as RequestInit),
      },
    );
    // The library makes the redirect URI from the address in the browser, so it cannot write every one.
    const redirectUri = record.redirectUris.find((uri) => uri === new URL(uri).href && !uri.includes("?"));
    if (redirectUri === undefined) continue;
    // Libraries push requests by themselves, as soon as they can.
    for (const build of [client.buildAuthorizationUrl, client.buildAuthorizationUrlWithPAR]) {
      const [verifier, state, nonce] = [
        exemptionOf(part) === null ? client.randomPKCECodeVerifier() : undefined,
        client.randomState(),
        client.randomNonce(),
      ];
      const request = await build(config, {
        redirect_uri: redirectUri,
        scope: part.scope.join(" "),
        state,
        nonce,
        ...(verifier !== undefined && {
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }),
      });
      const answer = redirectOf(await answerConsentAt(server, await server.signIn(ada), request.href));
      const tokens = await client.authorizationCodeGrant(config, answer, {
        ...(verifier !== undefined && { pkceCodeVerifier: verifier }),
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      expect(tokens.claims()?.sub).toBe(ada.subject);
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, ada.subject);
      if (part.scope.includes("profile")) expect(userinfo.preferred_username).toBe("ada");
      if (part.refreshes !== true) continue;
      server.clock.advance(60);
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
      expect(refreshed.claims()?.sub).toBe(ada.subject);
    }
  }
});

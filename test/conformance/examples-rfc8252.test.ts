/** The example redirect URIs of RFC 8252, each in a whole flow of an application that registered itself. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { answerConsent, authorizePath, VERIFIER } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, jsonOf, postRegistration, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.addPerson("ada");
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

describe.each([
  [
    "7.1",
    "com.example.app:/oauth2redirect/example-provider",
    "com.example.app:/oauth2redirect/example-provider",
  ],
  [
    "7.2",
    "https://app.example.com/oauth2redirect/example-provider",
    "https://app.example.com/oauth2redirect/example-provider",
  ],
  [
    "7.3, IPv4",
    "http://127.0.0.1/oauth2redirect/example-provider",
    "http://127.0.0.1:51004/oauth2redirect/example-provider",
  ],
  [
    "7.3, IPv6",
    "http://[::1]/oauth2redirect/example-provider",
    "http://[::1]:61023/oauth2redirect/example-provider",
  ],
])("RFC 8252 %s: %s", (_, registered, redirect_uri) => {
  let client_id = "";
  beforeAll(async () => {
    const response = await postRegistration(server, {
      redirect_uris: [registered],
      token_endpoint_auth_method: "none",
      application_type: "native",
    });
    client_id = textOf(await jsonOf(response), "client_id");
    await server.context.store.vouchForClient(client_id);
  });

  test(
    proves(
      "gets its answer, and tokens for the verifier alone",
      "RFC 8252 6-1",
      "RFC 8252 7-1",
      "RFC 8252 7.3-1",
      "RFC 8252 8.5-1",
    ),
    async () => {
      const answer = await answerConsent(server, cookie, { client_id, redirect_uri, scope: "profile" });
      expect(answer.status).toBe(303);
      const [base, query] = (answer.headers.get("location") ?? "").split("?");
      expect(base).toBe(redirect_uri);
      const parameters = new URLSearchParams(query);
      expect([...parameters.keys()]).toEqual(["code", "state", "iss"]);
      const redeem = (code_verifier: string | undefined) =>
        server.post("/auth/token", {
          grant_type: "authorization_code",
          code: parameters.get("code") ?? "",
          redirect_uri,
          client_id,
          code_verifier,
        });
      await expectRefusal(await redeem(undefined), 400, "invalid_grant");
      await expectRefusal(await redeem("x".repeat(43)), 400, "invalid_grant");
      await expectTokens(await redeem(VERIFIER));
    },
  );

  test.each([
    [
      proves("a request without PKCE is refused there", "RFC 8252 8.1-1"),
      { code_challenge: undefined, code_challenge_method: undefined },
      "invalid_request",
    ],
    [
      proves("a request for the implicit flow is refused there", "RFC 8252 8.2-1"),
      { response_type: "token" },
      "unsupported_response_type",
    ],
  ])("%s", async (_name, changes, error) => {
    const path = authorizePath({ client_id, redirect_uri, scope: "profile", ...changes });
    const answer = await server.fetch(path, { headers: { Cookie: cookie } });
    expect(answer.headers.get("location")).toStartWith(`${redirect_uri}?error=${error}&`);
  });

  test(
    proves(
      "its type is recorded: a public client, which a secret does not make another",
      "RFC 8252 7.2-1",
      "RFC 8252 8.4-1",
      "RFC 8252 8.4-2",
    ),
    async () => {
      const stored = await server.context.store.findClient(client_id);
      expect(stored?.tokenEndpointAuthMethod).toBe("none");
      expect(stored?.secrets).toEqual([]);
      // A client without a secret cannot use this grant, whatever it sends.
      const own = { grant_type: "client_credentials", client_id };
      await expectRefusal(await server.post("/auth/token", own), 400, "unauthorized_client");
      await expectRefusal(
        await server.post("/auth/token", { ...own, client_secret: "made up" }),
        401,
        "invalid_client",
      );
      await expectRefusal(
        await server.post("/auth/introspect", { client_id, token: "x" }),
        401,
        "invalid_client",
      );
    },
  );
});

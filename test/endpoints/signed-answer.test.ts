/** JARM: answers of the authorization endpoint as a JWT. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import {
  type AuthorizationParameters,
  answerConsent,
  authorizePath,
  formsOf,
  redirectOf,
} from "../support/code-flow.ts";
import { expectTokens, jsonOf, redeemCode } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ISSUER, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const CALLBACK = "https://client.example/callback";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    signing: { algorithms: ["RS256", "ES256"] },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "elliptic", redirect_uris: [CALLBACK], authorization_signed_response_alg: "ES256" },
    ],
  });
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

/** The claims of the answer, whose signature a key of the server must verify. */
async function verified(response: string, audience = "web") {
  const keys = createLocalJWKSet((await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet);
  const { payload, protectedHeader } = await jwtVerify(response, keys, {
    issuer: ISSUER,
    audience,
    currentDate: new Date(server.clock.millis()),
  });
  return { payload, header: protectedHeader };
}

const ask = async (response_mode: string, changes: AuthorizationParameters = {}) =>
  answerConsent(server, cookie, { response_mode, ...changes });

describe("a signed answer", () => {
  test.each(["jwt", "query.jwt", "fragment.jwt"])(
    proves(
      "is one parameter, a JWT with what the answer has otherwise, who made it, for whom, and until when: %s",
      "JARM 2.1-1",
      "JARM 2.1-2",
      "JARM 2.3-1",
      "JARM 2.3-2",
      "JARM 2.3-4",
    ),
    async (mode) => {
      const { href, hash, search, origin, pathname } = redirectOf(await ask(mode));
      expect(origin + pathname).toBe(CALLBACK);
      const [used, other] = mode === "fragment.jwt" ? [hash, search] : [search, hash];
      expect({ href, other }).toEqual({ href, other: "" });
      const parameters = new URLSearchParams(used.slice(1));
      expect([...parameters.keys()]).toEqual(["response"]);
      const { payload, header } = await verified(parameters.get("response") ?? "");
      expect(header).toEqual({ alg: "RS256", kid: expect.any(String), typ: "JWT" });
      const { code, iat = 0, exp = 0, ...others } = payload;
      expect(others).toEqual({ iss: ISSUER, aud: "web", state: "a state" });
      expect(exp - iat).toBeLessThanOrEqual(600);
      await expectTokens(await redeemCode(server, String(code)));
    },
  );

  test(proves("is posted with form_post.jwt", "JARM 2.3-3"), async () => {
    const [form] = await formsOf(await ask("form_post.jwt"));
    expect(form?.action).toBe(CALLBACK);
    const { response = "", ...others } = form?.fields ?? {};
    expect(others).toEqual({});
    expect((await verified(response)).payload.code).toBeString();
  });

  test(proves("says an error too", "JARM 2.1-3"), async () => {
    const refused = await server.fetch(authorizePath({ response_mode: "jwt", scope: "nonsense" }), {
      headers: { Cookie: cookie },
    });
    const { searchParams } = redirectOf(refused);
    expect([...searchParams.keys()]).toEqual(["response"]);
    const { payload } = await verified(searchParams.get("response") ?? "");
    expect(payload).toMatchObject({ error: "invalid_scope", state: "a state", aud: "web", iss: ISSUER });
    expect(payload.error_description).toBeString();
    expect(payload.code).toBeUndefined();
    const denied = await answerConsent(server, cookie, { response_mode: "jwt", prompt: "consent" }, "deny");
    const answer = await verified(redirectOf(denied).searchParams.get("response") ?? "");
    expect(answer.payload.error).toBe("access_denied");
  });

  test(proves("is signed as the client is registered", "JARM 2.2-1", "JARM 3-1"), async () => {
    const response = redirectOf(await ask("jwt", { client_id: "elliptic" })).searchParams.get("response");
    expect((await verified(response ?? "", "elliptic")).header.alg).toBe("ES256");
    // The setting dropped the algorithm since.
    const { store } = server.context;
    const client = await store.findClient("elliptic");
    await store.putClient({ ...client, authorizationSignedResponseAlg: "PS256" } as ClientRecord);
    const later = redirectOf(await ask("jwt", { client_id: "elliptic" })).searchParams.get("response");
    expect((await verified(later ?? "", "elliptic")).header.alg).toBe("RS256");
  });

  test(proves("is offered in the metadata", "JARM 4-1", "JARM 4-2"), async () => {
    const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
    expect(metadata.authorization_signing_alg_values_supported).toEqual(["RS256", "ES256"]);
    const modes = ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];
    expect(metadata.response_modes_supported).toEqual(expect.arrayContaining(modes));
    expect(Object.keys(metadata)).not.toContain("authorization_encryption_alg_values_supported");
  });
});

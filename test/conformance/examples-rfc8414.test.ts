/** The examples of RFC 8414: the requests of §3.1, and the answer of §3.2. */
import { expect, test } from "bun:test";
import { jsonOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer } from "../support/server.ts";

const EXAMPLES = [
  ["3.1, without a path", "https://example.com", "/.well-known/oauth-authorization-server"],
  ["3.1, with a path", "https://example.com/issuer1", "/.well-known/oauth-authorization-server/issuer1"],
  // §5: the same for the suffix of OpenID Connect, and the place of OpenID Connect Discovery.
  ["5, inserted", "https://example.com/issuer1", "/.well-known/openid-configuration/issuer1"],
  ["5, appended", "https://example.com/issuer1", "/issuer1/.well-known/openid-configuration"],
] as const;

test.each(EXAMPLES)(
  proves(
    "RFC 8414 %s: %s",
    "RFC 8414 2-1",
    "RFC 8414 2-2",
    "RFC 8414 2-3",
    "RFC 8414 2-6",
    "RFC 8414 2-7",
    "RFC 8414 3-1",
    "RFC 8414 3.2-1",
    "RFC 8414 3.3-1",
  ),
  async (_, issuer, path) => {
    const server = await startTestServer({ issuer });
    try {
      const response = await server.fetch(new URL(path, issuer).href);
      expect(response.status).toBe(200);
      const document = await jsonOf(response);
      // The members of §3.2's answer that Tessera has.
      expect(document).toMatchObject({
        issuer,
        authorization_endpoint: `${issuer}/auth/authorize`,
        token_endpoint: `${issuer}/auth/token`,
        token_endpoint_auth_methods_supported: [
          "client_secret_basic",
          "client_secret_post",
          "private_key_jwt",
          "none",
        ],
        token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(["RS256", "ES256"]),
        userinfo_endpoint: `${issuer}/auth/userinfo`,
        registration_endpoint: `${issuer}/auth/register`,
        jwks_uri: `${issuer}/auth/jwks.json`,
        scopes_supported: expect.arrayContaining(["openid", "profile", "email", "mail.read"]),
        response_types_supported: ["code"],
        service_documentation: `${issuer}/help/errors`,
      });
    } finally {
      await server.close();
    }
  },
);

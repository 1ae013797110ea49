/** RFC 8414: the server does what the document promises. Threat class 43. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { CLAIM_NAMES } from "../../src/rules/claims.ts";
import { expectRefusal, type Json, jsonOf, requestToken } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let document: Json;
beforeAll(async () => {
  server = await startTestServer();
  document = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
});
afterAll(() => server.close());

const NAMES = ["oauth-authorization-server", "openid-configuration"];

const PROVING_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
const VERIFIED = [
  ...["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"],
  ...["PS384", "PS512", "Ed25519"],
];

async function withServer(
  overrides: ConfigurationInput,
  use: (other: TestServer) => Promise<void>,
): Promise<void> {
  const other = await startTestServer(overrides);
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

describe("the metadata document", () => {
  test(
    proves(
      "tells everything, for programs of all sites, and may be cached for a while",
      "OIDF 1-2",
      "OIDF 1-3",
      "OpenID Core 5.6-1",
      "OpenID Core 8-1",
      "OpenID Discovery 3-1",
      "OpenID Discovery 3-2",
      "OpenID Discovery 3-4",
      "OpenID Discovery 3-9",
      "OpenID Discovery 3-10",
      "OpenID Discovery 3-11",
      "OpenID Discovery 3-13",
      "OpenID Discovery 3-17",
      "RFC 8414 2-8",
      "RFC 8414 2-9",
      "RFC 8414 2-10",
      "RFC 8414 2-13",
      "RFC 8414 2-14",
      "RFC 8414 2-15",
      "RFC 8414 2-16",
      "RFC 9700 2.5-2",
      "OpenID Discovery 3-14",
      "OpenID Discovery 3-15",
      "OpenID Discovery 3-18",
      "OpenID Discovery 4-2",
      "OpenID Discovery 4.2-1",
      "RFC 9068 4-1",
      "RFC 9700 4.7.1-2",
      "RFC 9700 4.7.1-1",
      "RFC 9700 2.6-1",
      "RFC 9700 2.1.1-5",
      "RFC 9700 2.1.1-4",
      "RFC 8414 3.2-2",
      "RFC 8414 3.2-1",
      "RFC 8414 2-7",
      "RFC 8414 2-6",
      "RFC 8414 2-4",
      "RFC 8414 2-3",
      "RFC 8414 2-2",
      "RFC 8414 2-1",
      "RFC 9207 2.3-3",
      "RFC 9470 7-1",
      "RFC 9728 4-1",
      "RFC 9728 7.6-1",
      "RFC 7009 2-3",
      "RFC 6749 3.1-2",
      "RFC 6749 3.2-1",
    ),
    async () => {
      const response = await server.fetch("/.well-known/oauth-authorization-server");
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("public, max-age=300");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(document).toEqual({
        issuer: "https://auth.example",
        authorization_endpoint: "https://auth.example/auth/authorize",
        token_endpoint: "https://auth.example/auth/token",
        device_authorization_endpoint: "https://auth.example/auth/device",
        introspection_endpoint: "https://auth.example/auth/introspect",
        revocation_endpoint: "https://auth.example/auth/revoke",
        registration_endpoint: "https://auth.example/auth/register",
        userinfo_endpoint: "https://auth.example/auth/userinfo",
        jwks_uri: "https://auth.example/auth/jwks.json",
        end_session_endpoint: "https://auth.example/auth/logout",
        backchannel_authentication_endpoint: "https://auth.example/auth/backchannel",
        backchannel_token_delivery_modes_supported: ["poll", "ping"],
        backchannel_authentication_request_signing_alg_values_supported: VERIFIED,
        backchannel_user_code_parameter_supported: false,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        protected_resources: ["https://mail.example/", "https://files.example/api"],
        subject_types_supported: ["public", "pairwise"],
        id_token_signing_alg_values_supported: ["RS256"],
        userinfo_signing_alg_values_supported: ["RS256"],
        introspection_signing_alg_values_supported: ["RS256"],
        acr_values_supported: ["1", "2"],
        claim_types_supported: ["normal"],
        claims_supported: [
          "sub",
          "iss",
          "aud",
          "exp",
          "iat",
          "auth_time",
          "nonce",
          "amr",
          "acr",
          "at_hash",
          "sid",
          ...CLAIM_NAMES,
        ],
        scopes_supported: [
          "openid",
          "profile",
          "email",
          "phone",
          "address",
          "groups",
          "offline_access",
          "introspect",
          "mail.read",
          "mail.send",
          "files",
        ],
        response_types_supported: ["code"],
        response_modes_supported: [
          "query",
          "fragment",
          "form_post",
          "query.jwt",
          "fragment.jwt",
          "form_post.jwt",
          "jwt",
        ],
        grant_types_supported: [
          "authorization_code",
          "refresh_token",
          "client_credentials",
          "urn:ietf:params:oauth:grant-type:device_code",
          "urn:openid:params:grant-type:ciba",
        ],
        token_endpoint_auth_methods_supported: [...PROVING_METHODS, "none"],
        token_endpoint_auth_signing_alg_values_supported: VERIFIED,
        revocation_endpoint_auth_methods_supported: [...PROVING_METHODS, "none"],
        revocation_endpoint_auth_signing_alg_values_supported: VERIFIED,
        introspection_endpoint_auth_methods_supported: PROVING_METHODS,
        introspection_endpoint_auth_signing_alg_values_supported: VERIFIED,
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
        prompt_values_supported: ["none", "login", "consent", "select_account"],
        dpop_signing_alg_values_supported: [
          ...["ES256", "EdDSA", "Ed25519", "PS256", "RS256"],
          ...["ES384", "ES512", "PS384", "PS512", "RS384", "RS512"],
        ],
        request_parameter_supported: true,
        request_object_signing_alg_values_supported: ["none", ...VERIFIED],
        request_uri_parameter_supported: false,
        require_signed_request_object: false,
        pushed_authorization_request_endpoint: "https://auth.example/auth/par",
        require_pushed_authorization_requests: false,
        authorization_signing_alg_values_supported: ["RS256"],
        claims_parameter_supported: true,
        client_id_metadata_document_supported: true,
        ui_locales_supported: ["en", "de", "ar", "es", "fr", "it", "nl", "pl"],
        service_documentation: "https://auth.example/help/errors",
        access_token_expires_in: 3600,
        refresh_token_expires_in: 90 * 86_400,
        authorization_code_expires_in: 60,
        device_code_expires_in: 900,
        access_token_formats_supported: ["opaque", "jwt"],
        access_token_signing_alg_values_supported: ["RS256"],
      });
    },
  );

  test(proves("has no member without elements (§3.2)", "OpenID Discovery 4.2-2", "RFC 8414 3.2-2"), () => {
    for (const value of Object.values(document))
      expect(Array.isArray(value) && value.length === 0).toBe(false);
  });

  test(
    proves(
      "is the same at the name of OpenID Connect (Discovery §3, §4)",
      "OpenID Core 15.2-2",
      "OpenID Core 15.3-1",
      "OpenID Discovery 4-1",
      "OpenID Discovery 4.2-1",
      "RFC 9068 4-2",
    ),
    async () => {
      expect(await jsonOf(await server.fetch("/.well-known/openid-configuration"))).toEqual(document);
    },
  );

  test(proves("is there under no other path", "RFC 8414 3-3"), async () => {
    for (const name of NAMES) {
      for (const path of [
        `/.well-known/${name}/`,
        `/.well-known/${name}/tenant`,
        `/tenant/.well-known/${name}`,
        `//.well-known/${name}`,
        `/.well-known//${name}`,
        `/.WELL-KNOWN/${name}`,
      ]) {
        expect(`${path} ${(await server.fetch(path)).status}`).toBe(`${path} 404`);
      }
    }
    await expectRefusal(await server.fetch("/.well-known/oauth-protected-resource"), 404, "not_found");
  });

  test("tells the configured lifetimes, and those are the ones in force", async () => {
    await withServer(
      {
        lifetimes: {
          access_token_seconds: 11,
          refresh_token_seconds: 12,
          authorization_code_seconds: 13,
          device_code_seconds: 31,
          device_interval_seconds: 7,
        },
      },
      async (other) => {
        const told = await jsonOf(await other.fetch("/.well-known/oauth-authorization-server"));
        expect(told).toMatchObject({
          access_token_expires_in: 11,
          refresh_token_expires_in: 12,
          authorization_code_expires_in: 13,
          device_code_expires_in: 31,
        });
        const token = await jsonOf(
          await requestToken(other, "service", { grant_type: "client_credentials" }),
        );
        expect(token.expires_in).toBe(11);
        const device = await jsonOf(await other.post("/auth/device", { client_id: "television" }));
        expect(device).toMatchObject({ expires_in: 31, interval: 7 });
      },
    );
  });

  test(proves("does not mention registration where it is off", "OpenID Discovery 3-5"), async () => {
    await withServer({ registration: { mode: "off" } }, async (other) => {
      const told = await jsonOf(await other.fetch("/.well-known/oauth-authorization-server"));
      expect(Object.keys(told)).not.toContain("registration_endpoint");
    });
    await withServer({ registration: { mode: "token" } }, async (other) => {
      const told = await jsonOf(await other.fetch("/.well-known/oauth-authorization-server"));
      expect(told.registration_endpoint).toBe("https://auth.example/auth/register");
    });
  });
});

describe("what is advertised runs", () => {
  test(
    proves("every endpoint answers at its URL", "OpenID Core 15.2-3", "RFC 8414 2-2", "RFC 8414 2-3"),
    async () => {
      const endpoints = Object.entries(document).filter(([name]) => name.endsWith("_endpoint"));
      expect(endpoints.length).toBe(10);
      for (const [name, url] of endpoints) {
        for (const method of ["GET", "POST"]) {
          const { status } = await server.fetch(String(url), { method });
          expect(`${name} ${method} ${status === 404 || status >= 500}`).toBe(`${name} ${method} false`);
        }
      }
    },
  );

  test("the page for developers is there", async () => {
    const response = await server.fetch(String(document.service_documentation), {
      headers: { Accept: "text/html" },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  test("every grant type is supported, and none beside them", async () => {
    const everything = await startTestServer({
      clients: [
        {
          client_id: "service",
          redirect_uris: ["https://client.example/"],
          secrets: ["a secret that is long enough for tests"],
          grant_types: [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:openid:params:grant-type:ciba",
          ],
        },
      ],
    });
    try {
      const advertised = document.grant_types_supported;
      if (!Array.isArray(advertised)) throw new Error("There are no grant types.");
      for (const grant_type of advertised) {
        const { error } = await jsonOf(
          await requestToken(everything, "service", { grant_type: String(grant_type) }),
        );
        expect(["unsupported_grant_type", "unauthorized_client", "server_error"]).not.toContain(
          String(error),
        );
      }
    } finally {
      await everything.close();
    }
    for (const grant_type of ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer"]) {
      await expectRefusal(
        await requestToken(server, "service", { grant_type }),
        400,
        "unsupported_grant_type",
      );
    }
  });

  test("every client authentication method can be registered, and none beside them", async () => {
    const register = (token_endpoint_auth_method: string) =>
      server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          redirect_uris: ["https://client.example/"],
          token_endpoint_auth_method,
          jwks_uri: "https://client.example/keys",
        }),
      });
    const advertised = document.token_endpoint_auth_methods_supported;
    if (!Array.isArray(advertised)) throw new Error("There are no methods.");
    for (const method of advertised) expect((await register(String(method))).status).toBe(201);
    for (const method of ["client_secret_jwt", "tls_client_auth", "self_signed_tls_client_auth"]) {
      expect((await register(method)).status).toBe(400);
    }
  });

  test(
    proves(
      "every scope exists: a client of the operator may have each",
      "OpenID Discovery 3-9",
      "RFC 8414 2-6",
    ),
    async () => {
      const advertised = document.scopes_supported;
      if (!Array.isArray(advertised)) throw new Error("There are no scopes.");
      await withServer(
        {
          clients: [
            {
              client_id: "service",
              secrets: ["a secret that is long enough for tests"],
              scope: advertised.map(String),
            },
          ],
        },
        async (other) => {
          for (const scope of advertised) {
            const response = await requestToken(other, "service", {
              grant_type: "client_credentials",
              scope: String(scope),
            });
            expect(response.status).toBe(200);
          }
        },
      );
    },
  );
});

describe("an issuer with a path", () => {
  let tenant: TestServer;
  beforeAll(async () => {
    tenant = await startTestServer({ issuer: "https://h.example/t" });
  });
  afterAll(() => tenant.close());

  test(
    proves(
      "answers where RFC 8414 §3.1 and OpenID discovery look, with the same truthful document",
      "OpenID Core 16.15-1",
      "OpenID Discovery 4-1",
      "OpenID Discovery 4.1-1",
      "OpenID Discovery 4.3-1",
      "RFC 9700 2.6-1",
      "RFC 8414 3.3-1",
      "RFC 8414 3-1",
      "RFC 9207 2.3-1",
    ),
    async () => {
      for (const path of [
        "/.well-known/oauth-authorization-server/t",
        "/.well-known/openid-configuration/t",
        "/t/.well-known/openid-configuration",
        "/t/.well-known/oauth-authorization-server",
      ]) {
        const response = await tenant.fetch(`https://h.example${path}`);
        expect(`${path} ${response.status}`).toBe(`${path} 200`);
        const told = await jsonOf(response);
        expect(told.issuer).toBe("https://h.example/t");
        expect(told.token_endpoint).toBe("https://h.example/t/auth/token");
        expect(told.authorization_endpoint).toBe("https://h.example/t/auth/authorize");
      }
    },
  );

  test(
    proves(
      "answers for no other issuer: not for the bare host, not for another path",
      "RFC 8414 3-1",
      "RFC 8414 3.3-1",
    ),
    async () => {
      for (const path of [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/t/",
        "/.well-known/oauth-authorization-server/tt",
        "/.well-known/oauth-authorization-server/T",
        "/.well-known/openid-configuration/other",
        "/other/.well-known/openid-configuration",
        "/auth/token",
      ]) {
        expect(`${path} ${(await tenant.fetch(`https://h.example${path}`)).status}`).toBe(`${path} 404`);
      }
    },
  );

  test("has its endpoints below the path", async () => {
    const response = await requestToken(tenant, "service", { grant_type: "client_credentials" });
    expect(response.status).toBe(200);
    const device = await jsonOf(await tenant.post("/auth/device", { client_id: "television" }));
    expect(device.verification_uri).toBe("https://h.example/t/device");
    const refused = await jsonOf(await tenant.post("/auth/token", {}));
    expect(refused.error_uri).toBe("https://h.example/t/help/errors#parameter_missing");
  });
});

describe("no header of a request changes any URL (threat class 43)", () => {
  const FORGED: Record<string, string> = {
    Host: "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1234",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "198.51.100.66",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    Forwarded: "host=evil.example;proto=http;for=198.51.100.66",
    Origin: "https://evil.example",
  };

  test.each(["https://auth.example", "http://evil.example", "https://evil.example:8443"])(
    proves(
      "asked at %s",
      "OpenID Discovery 4.3-1",
      "RFC 9700 4.13-1",
      "RFC 8414 3.3-1",
      "RFC 7009 2-7",
      "RFC 9207 2.3-2",
    ),
    async (origin) => {
      const told = await server.fetch(`${origin}/.well-known/oauth-authorization-server`, {
        headers: FORGED,
      });
      expect(await jsonOf(told)).toEqual(document);
      const form = { ...FORGED, "Content-Type": "application/x-www-form-urlencoded" };
      const device = await server.fetch(`${origin}/auth/device`, {
        method: "POST",
        headers: form,
        body: "client_id=television",
      });
      expect(await device.text()).not.toContain("evil");
      const refused = await server.fetch(`${origin}/auth/token`, { method: "POST", headers: form, body: "" });
      expect(await refused.text()).not.toContain("evil");
      const authorize = await server.fetch(
        `${origin}/auth/authorize?client_id=web&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback`,
        { headers: FORGED },
      );
      expect(authorize.headers.get("location")).toStartWith("https://client.example/callback?");
      expect(authorize.headers.get("location")).toContain("iss=https%3A%2F%2Fauth.example");
      expect(authorize.headers.get("location")).not.toContain("evil");
    },
  );

  test(proves("nor the address that limits and pages go by", "threat 43"), async () => {
    const device = await server.fetch("/auth/device", {
      method: "POST",
      address: "203.0.113.200",
      headers: { ...FORGED, "Content-Type": "application/x-www-form-urlencoded" },
      body: "client_id=television",
    });
    expect(device.status).toBe(200);
  });
});

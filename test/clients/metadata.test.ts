/** RFC 7591 §2 and threat class 22: the one check that clients from every source must pass. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "valibot";
import { newClientRecord, operatorPolicy, registrationPolicy } from "../../src/clients/clients.ts";
import { checkClientMetadata, describeClient, type MetadataPolicy } from "../../src/clients/metadata.ts";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";
import { proves } from "../support/proves.ts";
import { OPEN_TO_DEVICES } from "../support/token-requests.ts";

function policies(changes: ConfigurationInput = {}): {
  operator: MetadataPolicy;
  registration: MetadataPolicy;
} {
  const parsed = parse(configurationSchema, {
    issuer: "https://auth.example",
    scopes: [
      { name: "mail.read", description: "Read" },
      { name: "mail.send", description: "Send" },
    ],
    registration: OPEN_TO_DEVICES,
    ...changes,
  });
  const configuration = { ...parsed, issuer: "https://auth.example" };
  const catalogue = createCatalogue(configuration);
  return {
    operator: operatorPolicy(configuration, catalogue),
    registration: registrationPolicy(configuration, catalogue),
  };
}

const { operator, registration } = policies();
const CALLBACK = "https://client.example.org/callback";
const check = (input: unknown, policy = registration) => checkClientMetadata(input, policy);
/** A valid registration with changes. */
const checkWith = (changes: Record<string, unknown>, policy = registration) =>
  check({ redirect_uris: [CALLBACK], ...changes }, policy);
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

/** What a client has that names no member of OpenID Connect. */
const NO_OPENID = {
  localized: {},
  idTokenSignedResponseAlg: null,
  userinfoSignedResponseAlg: null,
  introspectionSignedResponseAlg: null,
  subjectType: "public",
  sectorIdentifierUri: null,
  defaultMaxAge: null,
  refreshTokenSeconds: null,
  requireAuthTime: false,
  defaultAcrValues: [],
  initiateLoginUri: null,
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
  backchannelLogoutSessionRequired: false,
  jwks: null,
  jwksUri: null,
  requestObjectSigningAlg: null,
  requireSignedRequestObject: false,
  dpopBoundAccessTokens: false,
  tlsClientCertificateBoundAccessTokens: false,
  authorizationDetailsTypes: [],
  tokenEndpointAuthSigningAlg: null,
  tlsClientAuthName: null,
  requirePushedAuthorizationRequests: false,
  authorizationSignedResponseAlg: null,
  backchannelTokenDeliveryMode: null,
  backchannelClientNotificationEndpoint: null,
  backchannelAuthenticationRequestSigningAlg: null,
  securityProfile: null,
  idTokenClaims: "granted",
  firstParty: false,
} as const;

/** As long as that of a key of 2048 bits. */
const RSA_MODULUS = `nj3YJwsLUFl9BmpAbkOsw${"A".repeat(321)}`;

const OPTIONAL = [
  "client_name",
  "client_uri",
  "logo_uri",
  "tos_uri",
  "policy_uri",
  "contacts",
  "software_id",
  "software_version",
  "application_type",
  "grant_types",
  "response_types",
  "token_endpoint_auth_method",
  "scope",
  "default_scope",
  "jwks",
  "jwks_uri",
  "software_statement",
  "id_token_signed_response_alg",
  "userinfo_signed_response_alg",
  "introspection_signed_response_alg",
  "id_token_encrypted_response_alg",
  "subject_type",
  "sector_identifier_uri",
  "default_max_age",
  "refresh_token_seconds",
  "require_auth_time",
  "default_acr_values",
  "initiate_login_uri",
  "post_logout_redirect_uris",
  "backchannel_logout_uri",
  "backchannel_logout_session_required",
  "request_object_signing_alg",
  "request_uris",
  "id_token_claims",
  "first_party",
  "client_name#de",
];

describe("client metadata", () => {
  test("the first example of RFC 7591 §3.1 is registered", () => {
    const metadata = check({
      redirect_uris: ["https://client.example.org/callback", "https://client.example.org/callback2"],
      client_name: "My Example Client",
      "client_name#ja-Jpan-JP": "\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D",
      token_endpoint_auth_method: "client_secret_basic",
      logo_uri: "https://client.example.org/logo.png",
      jwks_uri: "https://client.example.org/my_public_keys.jwks",
      example_extension_parameter: "example_value",
    });
    expect({ ...metadata }).toMatchObject({
      clientName: "My Example Client",
      logoUri: "https://client.example.org/logo.png",
      tokenEndpointAuthMethod: "client_secret_basic",
      grantTypes: ["authorization_code"],
    });
    expect([...metadata.redirectUris].map(String)).toEqual([
      "https://client.example.org/callback",
      "https://client.example.org/callback2",
    ]);
    expect(Object.keys(metadata)).not.toContain("jwks_uri");
    expect(Object.keys(metadata)).not.toContain("example_extension_parameter");
  });

  test("the second example of RFC 7591 §3.1, with keys by value, is registered with them", () => {
    const metadata = check({
      redirect_uris: ["https://client.example.org/callback", "https://client.example.org/callback2"],
      client_name: "My Example Client",
      token_endpoint_auth_method: "client_secret_basic",
      policy_uri: "https://client.example.org/policy.html",
      jwks: { keys: [{ e: "AQAB", n: RSA_MODULUS, kty: "RSA", note: "not kept" }] },
      example_extension_parameter: "example_value",
    });
    expect(metadata.policyUri).toBe("https://client.example.org/policy.html");
    expect(metadata.jwks).toEqual({ keys: [{ kty: "RSA", n: RSA_MODULUS, e: "AQAB" }] });
  });

  test("the examples with a software statement (§3.1.1) are refused, not half understood", () => {
    const refusal = refusalOf(() =>
      check({
        redirect_uris: ["https://client.example.org/callback"],
        software_statement:
          "eyJhbGciOiJSUzI1NiJ9.eyJzb2Z0d2FyZV9pZCI6IjROUkIxLTBYWkFCWkk5RTYtNVNNM1IifQ.GHfL4QNIrQwL18BSRdE595T9jbzqa06R9BT8w409x9oIcKaZo_mt15riEXHazdISUvDIZhtiyNrSHQ8K4TvqWxH6uJgcmoodZdPwmWRIEYbQDLqPNxREtYn05X3AR7ia4FRjQ2ojZjk5fJqJdQ-JcfxyhK-P8BAWBd6I2LLA77IG32xtbhxYfHX7VhuU5ProJO8uvu3Ayv4XRhLZJY4yKfmyjiiKiPNe-Ia4SMy_d_QSWxskU5XIQl5Sa2YRPMbDRXttm2TfnZM1xx70DoYi8g6czz-CPGRi4SW_S2RKHIJfIjoI3zTJ0Y2oe0_EJAiXbL6OyF9S5tKxDXV8JIndSA",
        scope: "read write",
      }),
    );
    expect(refusal.error).toBe("invalid_software_statement");
  });

  test("what is left out gets the defaults of RFC 7591 §2", () => {
    expect(checkWith({})).toEqual({
      clientName: null,
      clientUri: null,
      logoUri: null,
      tosUri: null,
      policyUri: null,
      contacts: [],
      softwareId: null,
      softwareVersion: null,
      applicationType: null,
      redirectUris: [CALLBACK] as never,
      grantTypes: ["authorization_code"],
      tokenEndpointAuthMethod: "client_secret_basic",
      scope: [
        "openid",
        "profile",
        "email",
        "phone",
        "address",
        "groups",
        "offline_access",
        "mail.read",
        "mail.send",
      ] as never,
      // A client of OAuth alone expects no ID token, and no more of the person than before.
      defaultScope: ["profile", "email", "mail.read", "mail.send"] as never,
      ...NO_OPENID,
    });
  });

  test.each(OPTIONAL)("%s: null counts as left out, as several clients send it", (name) => {
    expect(checkWith({ [name]: null })).toEqual(checkWith({}));
  });

  test("all of them may be null at once", () => {
    expect(checkWith(Object.fromEntries(OPTIONAL.map((name) => [name, null])))).toEqual(checkWith({}));
  });

  test("values are kept as they were sent", () => {
    const metadata = checkWith({
      client_name: "Größe ✉ 名前",
      client_uri: "https://client.example.org",
      logo_uri: "http://client.example.org/logo.png",
      tos_uri: "https://client.example.org/tos?a=b#c",
      policy_uri: "https://client.example.org/policy",
      contacts: ["ve7jtb@example.org", "mary@example.org"],
      software_id: "4NRB1-0XZABZI9E6-5SM3R",
      software_version: "2.1",
      application_type: "native",
      scope: "mail.send mail.read mail.send",
      default_scope: "mail.read",
      token_endpoint_auth_method: "none",
      grant_types: ["refresh_token", "authorization_code", "refresh_token"],
      response_types: ["code"],
    });
    expect(metadata).toMatchObject({
      clientName: "Größe ✉ 名前",
      clientUri: "https://client.example.org",
      logoUri: "http://client.example.org/logo.png",
      tosUri: "https://client.example.org/tos?a=b#c",
      policyUri: "https://client.example.org/policy",
      contacts: ["ve7jtb@example.org", "mary@example.org"],
      softwareId: "4NRB1-0XZABZI9E6-5SM3R",
      softwareVersion: "2.1",
      applicationType: "native",
      tokenEndpointAuthMethod: "none",
      grantTypes: ["refresh_token", "authorization_code"],
    });
    expect(metadata.scope.join(" ")).toBe("mail.send mail.read");
    expect(metadata.defaultScope.join(" ")).toBe("mail.read");
  });

  test("a redirect URI that comes twice is registered once", () => {
    expect(checkWith({ redirect_uris: [CALLBACK, CALLBACK] }).redirectUris).toHaveLength(1);
  });

  test("a device-only client needs no redirect URI and no response type", () => {
    const metadata = check({ grant_types: [DEVICE], token_endpoint_auth_method: "none" });
    expect(metadata.redirectUris).toEqual([]);
    expect(metadata.grantTypes).toEqual([DEVICE]);
    expect(
      check({
        grant_types: [DEVICE, "refresh_token"],
        response_types: [],
        token_endpoint_auth_method: "none",
      }).grantTypes,
    ).toEqual([DEVICE, "refresh_token"]);
  });

  test("a client_credentials-only client needs no redirect URI", () => {
    expect(check({ grant_types: ["client_credentials"] }).tokenEndpointAuthMethod).toBe(
      "client_secret_basic",
    );
  });

  test("a client of the operator may have no grant type at all; one that registers itself may not", () => {
    expect(check({ grant_types: [] }, operator).grantTypes).toEqual([]);
    expect(refusalOf(() => check({ grant_types: [] })).description).toBe("grant_types is empty.");
  });

  test(proves("a short private scheme is for the policy to allow", "RFC 8252 8.4-5"), () => {
    const { registration: strict } = policies({ registration: { private_use_schemes: [] } });
    expect(checkWith({ redirect_uris: ["vscode://x"] }).redirectUris).toHaveLength(1);
    expect(reasonOf(() => checkWith({ redirect_uris: ["vscode://x"] }, strict))).toBe("redirect_uri_refused");
  });

  test.each([
    "audiobookshelf://oauth",
    "app.immich:///oauth-callback",
    "claude://oauth",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "oc://android.opencloud.eu",
    "raycast://oauth?package_name=Extension",
    "vscode://vscode.github-authentication/did-authenticate",
    "warp://mcp/oauth2callback",
    "windsurf://codeium.windsurf/oauth",
    "zed://oauth",
  ])("the app of %s may register itself", (uri) => {
    expect(checkWith({ redirect_uris: [uri] }).redirectUris.map(String)).toEqual([uri]);
  });

  test(
    proves(
      "other spellings are for the operator to register, and http with a switch of its own",
      "threat 1",
      "threat 4",
    ),
    () => {
      const { operator: withHttp } = policies();
      const allowing = { ...withHttp, redirectUriFreedoms: { anySpelling: true, http: true } };
      for (const uri of [
        "https://client.example:443/cb",
        "https://client.example/a%2Fb",
        "Com.Example.App:/cb",
      ]) {
        expect(reasonOf(() => checkWith({ redirect_uris: [uri] }))).toBe("redirect_uri_refused");
        expect(checkWith({ redirect_uris: [uri] }, operator).redirectUris.map(String)).toEqual([uri]);
      }
      const http = { redirect_uris: ["http://homelab.lan:8123/cb"] };
      expect(reasonOf(() => checkWith(http))).toBe("redirect_uri_refused");
      expect(reasonOf(() => checkWith(http, operator))).toBe("redirect_uri_refused");
      expect(checkWith(http, allowing).redirectUris).toHaveLength(1);
      expect(reasonOf(() => checkWith({ redirect_uris: ["https://auth.example:443/x"] }, allowing))).toBe(
        "redirect_uri_refused",
      );
    },
  );

  test("who registers itself never gets the scope to introspect; the operator's client does by naming it", () => {
    expect(reasonOf(() => checkWith({ scope: "introspect" }))).toBe("client_metadata_refused");
    expect(checkWith({}).scope.join(" ")).not.toContain("introspect");
    expect(checkWith({ scope: "introspect" }, operator).scope.join(" ")).toBe("introspect");
    expect(checkWith({}, operator).scope.join(" ")).not.toContain("introspect");
  });

  test("the operator may limit the scopes that registered clients have", () => {
    const { registration: limited, operator: free } = policies({ registration: { scope: ["mail.read"] } });
    expect(checkWith({}, limited).scope.join(" ")).toBe("mail.read");
    expect(reasonOf(() => checkWith({ scope: "mail.send" }, limited))).toBe("client_metadata_refused");
    expect(checkWith({ scope: "mail.send" }, free).scope.join(" ")).toBe("mail.send");
  });
});

describe("client metadata of which a part is possible (RFC 7591 §2)", () => {
  const PARTLY: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>, string])[] = [
    [
      "an unknown grant type",
      { grant_types: ["implicit", "authorization_code", "urn:ietf:params:oauth:grant-type:saml2-bearer"] },
      { grant_types: ["authorization_code"] },
      "The grant type 'implicit' is not supported",
    ],
    [
      "client_credentials without a secret",
      { grant_types: ["authorization_code", "client_credentials"], token_endpoint_auth_method: "none" },
      { grant_types: ["authorization_code"], token_endpoint_auth_method: "none" },
      "client_credentials needs a client that proves who it is",
    ],
    [
      "refresh tokens for client_credentials",
      { grant_types: ["client_credentials", "refresh_token"] },
      { grant_types: ["client_credentials"] },
      "needs 'authorization_code', the device grant or",
    ],
    ["another response type", { response_types: ["code", "id_token"] }, {}, "'id_token' is not supported"],
    [
      "the response type code without the code grant",
      { grant_types: [DEVICE], response_types: ["code"] },
      { grant_types: [DEVICE], response_types: [] },
      "The response type 'code' must be registered along with the grant type 'authorization_code'.",
    ],
    [
      "an unknown scope",
      { scope: "calendar  mail.read contacts" },
      { scope: "mail.read" },
      "The scope 'calendar' does not exist here",
    ],
    [
      "an unknown default scope",
      { scope: "mail.read mail.send", default_scope: "calendar mail.read" },
      { scope: "mail.read mail.send", default_scope: "mail.read" },
      "The scope 'calendar' does not exist here",
    ],
    ["a logo that is sent itself", { logo_uri: "DATA:image/png;base64,AA" }, {}, "logo_uri must be an http"],
    ["an unknown application type", { application_type: "spa" }, {}, "application_type must be 'web' or"],
  ];
  test.each(PARTLY)("%s sinks no registration, and is a mistake of the operator", (_, sent, same, words) => {
    expect(checkWith(sent)).toEqual(checkWith(same));
    const refusal = refusalOf(() => checkWith(sent, operator));
    expect(refusal.error).toBe("invalid_client_metadata");
    expect(refusal.description).toContain(words);
  });

  test.each([...OPTIONAL, "redirect_uris"])("%s: an empty text counts as left out", (name) => {
    const others = { grant_types: [DEVICE], token_endpoint_auth_method: "none" };
    const missing = name in others ? checkWith({}) : checkWith(others);
    expect(name in others ? checkWith({ [name]: "" }) : checkWith({ ...others, [name]: "" })).toEqual(
      name === "redirect_uris" ? { ...missing, redirectUris: [] } : missing,
    );
    if (name === "contacts")
      expect(checkWith({ contacts: ["", "a@example.org"] }).contacts).toEqual(["a@example.org"]);
  });
});

describe("client metadata that is refused", () => {
  const CLIENT_METADATA: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ["an unknown grant type", { grant_types: ["password"] }, "The grant type 'password' is not supported"],
    ["the implicit grant", { grant_types: ["implicit"] }, "'implicit' is not supported"],
    ["a grant type of an object's own", { grant_types: ["constructor"] }, "'constructor' is not supported"],
    ["grant types that are no array", { grant_types: "authorization_code" }, "grant_types must be an array"],
    ["grant types that are no strings", { grant_types: [1] }, "grant_types must be an array of strings."],
    [
      "nested grant types",
      { grant_types: [["authorization_code"]] },
      "grant_types must be an array of strings.",
    ],
    [
      "refresh tokens without a grant that gives them",
      { grant_types: ["refresh_token"] },
      "needs 'authorization_code', the device grant or",
    ],
    [
      "client_credentials without a secret",
      { grant_types: ["client_credentials"], token_endpoint_auth_method: "none" },
      "client_credentials needs a client that proves who it is",
    ],
    [
      "private_key_jwt without keys",
      { token_endpoint_auth_method: "private_key_jwt" },
      "token_endpoint_auth_method 'private_key_jwt' needs the keys of the client: jwks or jwks_uri.",
    ],
    [
      "a method that does not exist",
      { token_endpoint_auth_method: "tls" },
      "token_endpoint_auth_method 'tls' is not supported; use client_secret_basic, client_secret_post, private_key_jwt, none.",
    ],
    [
      "client_secret_jwt",
      { token_endpoint_auth_method: "client_secret_jwt" },
      "'client_secret_jwt' is not supported: this server keeps only digests of secrets.",
    ],
    [
      "an authentication method in capitals",
      { token_endpoint_auth_method: "NONE" },
      "'NONE' is not supported",
    ],
    [
      "an authentication method that is no string",
      { token_endpoint_auth_method: ["none"] },
      "token_endpoint_auth_method must be a string.",
    ],
    ["response_type token", { response_types: ["token"] }, "The response type 'token' is not supported"],
    ["response_type code token", { response_types: ["code token"] }, "'code token' is not supported"],
    ["grants of which none exists", { grant_types: ["password", "implicit"] }, "'password' is not supported"],
    [
      "the code grant without the response type code",
      { response_types: [] },
      "The grant type 'authorization_code' must be registered along with the response type 'code'.",
    ],
    ["unknown scopes only", { scope: "everything nothing" }, "The scope 'everything' does not exist here"],
    ["a scope with a quote", { scope: 'mail."read' }, "scope must be scope names separated"],
    ["a scope that is no string", { scope: ["mail.read"] }, "scope must be a string."],
    ["a scope that is a number", { scope: 1 }, "scope must be a string."],
    [
      "a default scope beyond the scope",
      { scope: "mail.read", default_scope: "mail.send" },
      "The scope 'mail.send' does not exist here or is not open to this client.",
    ],
    ["a name that is no string", { client_name: { en: "x" } }, "client_name must be a string."],
    [
      "a name that is too long",
      { client_name: "x".repeat(101) },
      "client_name is longer than 100 characters.",
    ],
    ["a name that turns text around", { client_name: "Evil\u202elive" }, "invisible or control characters"],
    ["a name with an invisible space", { client_name: "Goo\u200bgle" }, "invisible or control characters"],
    ["a name with a line break", { client_name: "a\nb" }, "invisible or control characters"],
    ["a name with a private character", { client_name: "\ue000" }, "invisible or control characters"],
    [
      "a name that draws over its neighbours",
      { client_name: `Z${"\u0301\u0302\u0303".repeat(3)}` },
      "client_name has more marks on a letter than any writing needs.",
    ],
    ["a name with half a character", { client_name: "a\ud800" }, "client_name"],
    ["a name of spaces only", { client_name: "  \u3000" }, "client_name"],
    ["a name of letters that show nothing", { client_name: "\u3164" }, "invisible or control characters"],
    ["a name with a blank of Braille", { client_name: "a\u2800" }, "invisible or control characters"],
    ["a logo that runs", { logo_uri: "javascript:alert(1)" }, "logo_uri must be an http or https URL."],
    ["a home page without a scheme", { client_uri: "client.example.org" }, "client_uri must be an http"],
    ["a home page with a space", { client_uri: "https://client.example.org/a b" }, "client_uri must be"],
    ["terms that break out of markup", { tos_uri: 'https://a.example/"><script>' }, "tos_uri must be"],
    ["a policy with a backslash", { policy_uri: "https:\\\\a.example" }, "policy_uri must be"],
    [
      "a home page that a terminal obeys",
      { client_uri: "https://a.example/\u001b]0;x" },
      "client_uri must be",
    ],
    ["a home page that turns around", { policy_uri: "https://a.example/\u202ex" }, "policy_uri must be"],
    ["a home page that is too long", { client_uri: `https://a.example/${"a".repeat(2000)}` }, "is too long"],
    ["contacts that are no array", { contacts: "a@example.org" }, "contacts must be an array"],
    ["contacts that are no strings", { contacts: [{}] }, "contacts must be an array of strings."],
    ["a software id that is no string", { software_id: 4 }, "software_id must be a string."],
    ["half a character in the software id", { software_id: "\udc00" }, "software_id"],
    ["half a character in the contacts", { contacts: ["\udc00"] }, "contacts"],
    ["a software version that is too long", { software_version: "1".repeat(2001) }, "is too long"],
    [
      "both forms of the key set",
      { jwks: { keys: [] }, jwks_uri: "https://a.example" },
      "exclude each other",
    ],
    ["redirect URIs that are no array", { redirect_uris: CALLBACK }, "redirect_uris must be an array"],
    ["redirect URIs that are no strings", { redirect_uris: [null] }, "redirect_uris must be an array"],
    [
      "more than 50 redirect URIs",
      { redirect_uris: Array.from({ length: 51 }, (_, index) => `https://a.example/${index}`) },
      "at most 50",
    ],
    [
      "a redirect URI that is far too long",
      { redirect_uris: [`https://a.example/${"a".repeat(2000)}`] },
      "too long",
    ],
  ];
  test.each(CLIENT_METADATA)(proves("%s", "RFC 6749 4.4-1", "RFC 7591 5-6"), (_, changes, words) => {
    const refusal = refusalOf(() => checkWith(changes));
    expect(refusal.error).toBe("invalid_client_metadata");
    expect(refusal.status).toBe(400);
    expect(refusal.description).toContain(words);
  });

  const REDIRECT_URIS: readonly (readonly [string, unknown, string])[] = [
    ["none for the code grant", [], "redirect_uris is missing"],
    ["left out for the code grant", undefined, "redirect_uris is missing"],
    ["plain http", ["http://client.example.org/"], "http is only for loopback addresses"],
    ["a fragment", ["https://client.example.org/#x"], "it has a fragment"],
    ["one bad among good ones", [CALLBACK, "javascript:alert(1)"], "the scheme 'javascript' is not allowed"],
    ["an empty one", [""], "redirect_uris is missing"],
    ["a wildcard", ["https://*.example.org/"], "wildcards are not supported"],
    ["a user name", ["https://a@client.example.org/"], "user name before the host"],
  ];
  test.each(REDIRECT_URIS)("redirect URIs: %s", (_, redirect_uris, words) => {
    const refusal = refusalOf(() => check({ redirect_uris }));
    expect(refusal.error).toBe("invalid_redirect_uri");
    expect(refusal.description).toContain(words);
  });

  test(
    proves(
      "redirect URIs are checked for every kind of client (threat class 55)",
      "threat 55",
      "RFC 9700 2.6-4",
    ),
    () => {
      for (const policy of [operator, registration]) {
        for (const token_endpoint_auth_method of ["none", "client_secret_basic", "client_secret_post"]) {
          for (const grant_types of [["authorization_code"], [DEVICE]]) {
            expect(
              reasonOf(() =>
                check(
                  { redirect_uris: ["data:text/html,x"], token_endpoint_auth_method, grant_types },
                  policy,
                ),
              ),
            ).toBe("redirect_uri_refused");
          }
        }
      }
    },
  );

  test.each([[null], [undefined], [[]], ["text"], [1], [true], [[{}]]])("%j is no metadata", (input) => {
    expect(reasonOf(() => check(input))).toBe("body_malformed");
  });

  test("a member called __proto__ changes nothing", () => {
    const input: unknown = JSON.parse(
      `{"redirect_uris":["${CALLBACK}"],"__proto__":{"scope":"introspect","grant_types":["password"]},"constructor":{"name":"x"}}`,
    );
    expect(check(input)).toEqual(checkWith({}));
  });

  test("whatever JSON is sent is accepted or refused, never an accident", () => {
    const member = fc.constantFrom(...OPTIONAL, "redirect_uris", "__proto__", "x");
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("code", "none", "", "web", "mail.read", CALLBACK),
      fc.array(fc.constantFrom("authorization_code", "refresh_token", DEVICE, "code", CALLBACK)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(member, value), { maxLength: 8 }), fc.boolean(), (pairs, sound) => {
        const input = { ...(sound ? { redirect_uris: [CALLBACK] } : {}), ...Object.fromEntries(pairs) };
        const reason = reasonOf(() => check(input));
        expect([
          null,
          "client_metadata_refused",
          "redirect_uri_refused",
          "software_statement_unsupported",
        ]).toContain(reason);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the description of a registered client (RFC 7591 §3.2.1)", () => {
  const record = (changes: Record<string, unknown>) =>
    newClientRecord(
      {
        clientId: "cl_x" as ClientId,
        source: "registration",
        metadata: checkWith(changes),
        secrets: [],
        createdAt: 1_800_000_000,
      },
      systemRandom,
    );

  test("is what is stored, defaults included, and nothing that is empty", () => {
    expect(describeClient(record({ scope: "mail.read" }))).toEqual({
      client_id: "cl_x",
      client_id_issued_at: 1_800_000_000,
      redirect_uris: [CALLBACK],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
      scope: "mail.read",
    });
  });

  test("has every member that was registered", () => {
    const sent = {
      redirect_uris: [CALLBACK],
      client_name: "Name",
      client_uri: "https://client.example.org/",
      logo_uri: "https://client.example.org/logo.png",
      tos_uri: "https://client.example.org/tos",
      policy_uri: "https://client.example.org/policy",
      contacts: ["a@example.org"],
      software_id: "id",
      software_version: "1",
      application_type: "web",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
      scope: "mail.read mail.send",
      default_scope: "mail.read",
    };
    expect(describeClient(record(sent))).toMatchObject(sent);
  });

  test(proves("never has a secret or its digest", "threat 23"), () => {
    const described = describeClient({
      ...record({}),
      secrets: [{ id: "s", digest: new Uint8Array(32).fill(7) as never, createdAt: 0, expiresAt: null }],
    });
    expect(JSON.stringify(described)).not.toContain("digest");
    expect(Object.keys(described).filter((name) => name.includes("secret"))).toEqual([]);
  });

  test("of a device-only client has no response types", () => {
    const described = describeClient(
      record({ grant_types: [DEVICE], redirect_uris: undefined, token_endpoint_auth_method: "none" }),
    );
    expect(described.response_types).toEqual([]);
    expect(Object.keys(described)).not.toContain("redirect_uris");
  });
});

describe("the names of the operator", () => {
  const { operator, registration } = policies({
    appearance: { name: "Example ID" },
    clients: [{ client_id: "bank", client_name: "Example Bank", redirect_uris: [CALLBACK] }],
  });

  test.each(["Example Bank", "example  BANK", "Ｅｘａｍｐｌｅ Bank", "Example ID"])(
    proves("a client that registers itself may not be called %s", "threat 69"),
    (client_name) => {
      expect(refusalOf(() => checkWith({ client_name }, registration)).description).toContain(
        "client_name is the name of this server or of an application of its operator.",
      );
    },
  );

  test("the operator may use them, and others may use other names", () => {
    expect(checkWith({ client_name: "Example Bank" }, operator).clientName).toBe("Example Bank");
    expect(checkWith({ client_name: "Example Banking" }, registration).clientName).toBe("Example Banking");
  });
});

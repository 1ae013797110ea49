/** OpenID Connect Dynamic Client Registration 1.0 §2 and the logout specifications: the members and who may set them. */
import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { changedMetadata } from "../../src/clients/change.ts";
import {
  newClientRecord,
  operatorPolicy,
  registrationPolicy,
  withinPolicy,
} from "../../src/clients/clients.ts";
import { addressesInLanguage, nameInLanguage } from "../../src/clients/localized.ts";
import { checkClientMetadata, describeClient } from "../../src/clients/metadata.ts";
import {
  accessTokenAlgorithm,
  accessTokenAlgorithms,
  answerAlgorithm,
  idTokenAlgorithm,
  introspectionAlgorithm,
} from "../../src/clients/openid-metadata.ts";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { sectorOf } from "../../src/protocol/sector.ts";
import { refusalOf } from "../support/expect.ts";
import { proves } from "../support/proves.ts";
import { OPEN_TO_DEVICES } from "../support/token-requests.ts";

function settings(changes: ConfigurationInput = {}) {
  const parsed = parse(configurationSchema, {
    issuer: "https://auth.example",
    signing: { algorithms: ["ES256", "RS256"] },
    registration: OPEN_TO_DEVICES,
    ...changes,
  });
  const configuration = { ...parsed, issuer: "https://auth.example" };
  return { configuration, catalogue: createCatalogue(configuration) };
}

const { configuration, catalogue } = settings();
const operator = operatorPolicy(configuration, catalogue);
const stranger = registrationPolicy(configuration, catalogue);

const CALLBACK = "https://client.example.org/callback";
const check = (members: Record<string, unknown>, policy = stranger) =>
  checkClientMetadata({ redirect_uris: [CALLBACK], ...members }, policy);
const faultOf = (members: Record<string, unknown>, policy = stranger) => {
  const refusal = refusalOf(() => check(members, policy));
  expect(refusal.error).toBe("invalid_client_metadata");
  return refusal.description;
};
const clientWith = (members: Record<string, unknown>, source: "registration" | "operator" = "registration") =>
  newClientRecord(
    {
      clientId: "client" as ClientId,
      source,
      metadata: check(members, source === "registration" ? stranger : operator),
      secrets: [],
      createdAt: 1,
    },
    systemRandom,
  );

const KEY = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "one" };

const ALL = {
  id_token_signed_response_alg: "ES256",
  userinfo_signed_response_alg: "RS256",
  introspection_signed_response_alg: "ES256",
  subject_type: "pairwise",
  sector_identifier_uri: "https://client.example.org/sector.json",
  default_max_age: 3600,
  require_auth_time: true,
  default_acr_values: ["1", "urn:example:acr"],
  initiate_login_uri: "https://client.example.org/login",
  post_logout_redirect_uris: [
    "https://client.example.org/bye",
    "http://localhost/bye",
    "com.example.app:/bye",
  ],
  backchannel_logout_uri: "https://client.example.org/logout?a=b",
  backchannel_logout_session_required: true,
  jwks: { keys: [KEY] },
  request_object_signing_alg: "PS256",
  require_signed_request_object: true,
  dpop_bound_access_tokens: true,
  id_token_claims: "minimal",
  "client_name#de": "Beispiel",
  "tos_uri#fr-CA": "https://client.example.org/conditions",
};

describe("the members of OpenID Connect", () => {
  test(proves("come back as they were registered", "OIDF 2-2"), () => {
    expect(describeClient(clientWith(ALL))).toMatchObject(ALL);
    expect(describeClient(clientWith({ ...ALL, first_party: true }, "operator"))).toMatchObject({
      ...ALL,
      first_party: true,
    });
  });

  test("stay when the operator changes something else, and follow when the operator changes them", () => {
    const client = clientWith(ALL, "operator");
    const context = { configuration, catalogue };
    const renamed = changedMetadata(client, { client_name: "Other" }, context);
    expect(describeClient({ ...client, ...renamed })).toMatchObject({ ...ALL, client_name: "Other" });
    const uri = "https://client.example.org/keys";
    const changed = changedMetadata(client, { jwks_uri: uri, default_max_age: null }, context);
    expect(changed).toMatchObject({ jwks: null, jwksUri: uri, defaultMaxAge: null });
  });

  test("members that say the default are left out of the answer", () => {
    const described = describeClient(clientWith({ subject_type: "public", id_token_claims: "granted" }));
    for (const name of Object.keys(ALL)) expect(described).not.toHaveProperty(name);
  });

  test(proves("signed requests are not demanded of a client without keys", "RFC 9101 10.5-1"), () => {
    const { jwks: _, ...keyless } = ALL;
    expect(faultOf(keyless)).toContain("require_signed_request_object needs the keys");
    expect(faultOf(keyless, operator)).toContain("require_signed_request_object needs the keys");
    expect(check({ ...keyless, jwks_uri: "https://client.example.org/keys" })).toMatchObject({
      requireSignedRequestObject: true,
    });
  });

  test("some programs write numbers and booleans as text", () => {
    expect(check({ default_max_age: "60", require_auth_time: "true" })).toMatchObject({
      defaultMaxAge: 60,
      requireAuthTime: true,
    });
  });

  test.each([
    ["id_token_signed_response_alg", "none"],
    ["default_max_age", -1],
    ["default_max_age", 1.5],
    ["require_auth_time", "perhaps"],
    ["default_acr_values", ["two words"]],
    ["initiate_login_uri", "http://client.example.org/login"],
    ["initiate_login_uri", "javascript:alert(1)"],
    ["sector_identifier_uri", "http://client.example.org/sector.json"],
    ["sector_identifier_uri", "https://user@client.example.org/sector.json"],
    ["post_logout_redirect_uris", ["http://client.example.org/bye"]],
    ["post_logout_redirect_uris", ["https://client.example.org/bye#now"]],
    ["post_logout_redirect_uris", ["javascript:alert(1)"]],
    ["post_logout_redirect_uris", ["https://auth.example/account"]],
    ["backchannel_logout_uri", "http://client.example.org/logout"],
    ["backchannel_logout_uri", "https://client.example.org/logout#part"],
    ["jwks_uri", "http://client.example.org/keys"],
    ["client_name#de", "evil\u202Eeman"],
    ["client_name#de", "Tessera"],
    ["tos_uri#de", "javascript:alert(1)"],
  ] as const)(
    proves(
      "%s %p is refused, with words that name the member",
      "OIDF 4-8",
      "OpenID Core 2-13",
      "OpenID Discovery 3-15",
      "Back-Channel Logout 2.2-1",
      "threat 22",
      "OpenID Registration 2-9",
      "OpenID Registration 2-13",
      "OpenID Registration 5-1",
    ),
    (name, value) => {
      expect(faultOf({ [name]: value })).toContain(name.split("#")[0] ?? name);
    },
  );

  test.each([
    ["id_token_signed_response_alg", "HS256"],
    ["userinfo_signed_response_alg", "ES512"],
    ["introspection_signed_response_alg", "ES512"],
    ["introspection_signed_response_alg", "none"],
    ["request_object_signing_alg", "HS256"],
    ["id_token_encrypted_response_alg", "RSA-OAEP"],
    ["userinfo_encrypted_response_enc", "A128CBC-HS256"],
    ["introspection_encrypted_response_alg", "RSA-OAEP"],
    ["subject_type", "ephemeral"],
    ["id_token_claims", "all"],
    ["client_name#no language", "Name"],
  ] as const)("%s %p is narrowed away for a stranger, and a mistake of the operator", (name, value) => {
    expect(check({ [name]: value })).toEqual(check({}));
    expect(faultOf({ [name]: value }, operator)).toContain(name.split("#")[0] ?? name);
  });

  test("request_uris and members of other extensions are dropped", () => {
    const others = {
      request_uris: ["https://client.example.org/r"],
      tls_client_certificate_bound_access_tokens: true,
    };
    expect(check(others)).toEqual(check({}));
  });

  test(
    proves(
      "a client may leave its refresh tokens less time, and only the operator more",
      "RFC 9700 4.14.2-5",
    ),
    () => {
      const most = configuration.lifetimes.refresh_token_seconds;
      const secondsOf = (seconds: unknown, policy = stranger) =>
        check({ refresh_token_seconds: seconds }, policy).refreshTokenSeconds;
      expect([secondsOf(most), secondsOf("60"), secondsOf(most + 1)]).toEqual([most, 60, null]);
      expect(secondsOf(most + 1, operator)).toBe(most + 1);
      for (const wrong of [0, -1, 1.5, "soon"])
        expect(faultOf({ refresh_token_seconds: wrong })).toContain("refresh_token_seconds must be");
      const client = clientWith({ refresh_token_seconds: 60 });
      const change = (seconds: number) =>
        changedMetadata(client, { refresh_token_seconds: seconds }, { configuration, catalogue });
      expect(change(120).refreshTokenSeconds).toBe(120);
      expect(refusalOf(() => change(most + 1)).description).toContain(`from 1 to ${most}`);
    },
  );

  test("an operator's client may be called over http, and a stranger's may not", () => {
    const uri = "http://nextcloud.lan/logout";
    expect(check({ backchannel_logout_uri: uri }, operator).backchannelLogoutUri).toBe(uri);
    expect(faultOf({ backchannel_logout_uri: uri })).toContain("https");
  });

  test(proves("no client makes itself first-party, and the operator cannot by a slip", "threat 22"), () => {
    const client = clientWith({ first_party: true });
    expect(client.firstParty).toBe(false);
    expect(withinPolicy({ ...client, firstParty: true }, configuration, catalogue).firstParty).toBe(false);
    const change = () => changedMetadata(client, { first_party: true }, { configuration, catalogue });
    expect(refusalOf(change).description).toContain("registered itself");
  });
});

describe("the algorithm of ID tokens", () => {
  const algorithmFor = (named: "ES256" | "RS512" | null, algorithms: ("ES256" | "RS256" | "EdDSA")[]) =>
    idTokenAlgorithm({ idTokenSignedResponseAlg: named, securityProfile: null }, { algorithms });

  test("is the client's own, else RS256, else the first that is configured", () => {
    expect(algorithmFor("ES256", ["RS256", "ES256"])).toBe("ES256");
    expect(algorithmFor(null, ["ES256", "RS256"])).toBe("RS256");
    expect(algorithmFor(null, ["EdDSA", "ES256"])).toBe("EdDSA");
  });

  test("gives way when the configuration drops it", () => {
    expect(algorithmFor("RS512", ["ES256", "RS256"])).toBe("RS256");
  });

  test(
    proves(
      "of a strict client never gives way to one that its profile forbids",
      "FAPI 2.0 5.4.1-2",
      "threat 85",
    ),
    () => {
      const client = { ...clientWith({}, "operator"), securityProfile: "fapi-2.0" } as const;
      const signing = { algorithms: ["RS256", "ES384"] } as const;
      for (const algorithmOf of [idTokenAlgorithm, accessTokenAlgorithm, answerAlgorithm])
        expect(refusalOf(() => algorithmOf(client, signing)).reason).toBe("profile_algorithm_missing");
      expect(introspectionAlgorithm(client, signing)).toBeNull();
      expect(accessTokenAlgorithms(signing)).toEqual(["RS256"]);
    },
  );

  test("a client keeps it through a change although the configuration dropped it", () => {
    const client = clientWith({ id_token_signed_response_alg: "ES256" }, "operator");
    const later = settings({ signing: { algorithms: ["RS256"] } });
    expect(changedMetadata(client, { client_name: "Other" }, later).idTokenSignedResponseAlg).toBe("ES256");
  });
});

describe("keys of a client", () => {
  const faultOfKey = (key: unknown) => faultOf({ jwks: { keys: [key] } });
  const RSA = (bits: number) => ({ kty: "RSA", e: "AQAB", n: "A".repeat(Math.ceil(bits / 6)) });

  test.each(["d", "p", "q", "dp", "dq", "qi", "oth", "k"])(
    proves(
      "a key with the private member %s is refused, even beside good ones",
      "threat 80",
      "OpenID Registration 2-11",
    ),
    (member) => {
      expect(faultOf({ jwks: { keys: [KEY, { ...KEY, kid: "two", [member]: "secret" }] } })).toContain(
        "private",
      );
    },
  );

  test.each([
    ["a text", "no object", "keys"],
    ["a set without an array", { keys: "none" }, "keys"],
    ["a set of 21 keys", { keys: Array.from({ length: 21 }, (_, at) => ({ ...KEY, kid: `${at}` })) }, "20"],
    ["a set with two keys of one kind and one kid", { keys: [KEY, KEY] }, "same kid"],
    ["a set with a text", { keys: ["text"] }, "JSON object"],
    ["a key whose kid is a number", { keys: [{ ...KEY, kid: 7 }] }, "kid"],
    ["a key of 6 kB", { keys: [{ ...KEY, x5c: ["A".repeat(6000)] }] }, "longer"],
  ] as const)(proves("%s is refused", "threat 80"), (_, jwks, words) => {
    expect(faultOf({ jwks })).toContain(words);
  });

  test(
    proves("an RSA key is neither too short to trust nor too long to use", "threat 80", "FAPI 2.0 5.4.1-4"),
    () => {
      expect(faultOfKey(RSA(1024))).toContain("2048");
      expect(faultOfKey(RSA(16_384))).toContain("2048");
      expect(check({ jwks: { keys: [RSA(4096)] } }).jwks?.keys).toHaveLength(1);
    },
  );

  test("keys that encrypt, of unknown kinds or without their members are left out", () => {
    const others = [
      { ...KEY, kid: "enc", use: "enc" },
      { kty: "AKP", alg: "ML-DSA-44", pub: "AA", kid: "new" },
      { kty: "EC", crv: "secp256k1", x: "AA", y: "AA" },
      { kty: "OKP", crv: "Ed25519" },
    ];
    expect(check({ jwks: { keys: [...others, KEY] } }).jwks).toEqual({ keys: [KEY] });
    expect(check({ jwks: { keys: others } }).jwks).toBeNull();
    expect(faultOf({ jwks: { keys: others } }, operator)).toContain("no key");
  });
});

describe("pairwise identifiers (OpenID Connect Core §8.1)", () => {
  const TWO_HOSTS = { redirect_uris: [CALLBACK, "https://other.example/callback"], subject_type: "pairwise" };

  test(proves("several hosts need sector_identifier_uri", "OpenID Core 8.1-4"), () => {
    expect(faultOf(TWO_HOSTS)).toContain("sector_identifier_uri");
    const sector = { sector_identifier_uri: "https://sector.example/uris.json" };
    expect(check({ ...TWO_HOSTS, ...sector }).subjectType).toBe("pairwise");
    expect(check({ ...TWO_HOSTS, subject_type: "public" }).subjectType).toBe("public");
  });

  test(
    proves(
      "the sector is the host of sector_identifier_uri, else of the redirect URIs, else the client",
      "OpenID Core 8.1-3",
      "OpenID Registration 2-12",
    ),
    () => {
      expect(sectorOf(clientWith(ALL))).toBe("client.example.org");
      expect(sectorOf(clientWith({}))).toBe("client.example.org");
      expect(sectorOf(clientWith({ redirect_uris: ["http://localhost/cb", "com.example.app:/cb"] }))).toBe(
        "client client",
      );
    },
  );
});

describe("a stranger's client", () => {
  const PAIRWISE = { redirect_uris: [CALLBACK], subject_type: "pairwise" };
  const DEVICE = { grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"] };

  test.each(["http://127.0.0.1/cb", "http://localhost/cb", "http://[::1]/cb", "com.evil.app:/cb"])(
    proves("is in no sector of another host whose address it has beside %s", "threat 64"),
    (own) => {
      const both = { ...PAIRWISE, redirect_uris: [CALLBACK, own] };
      expect(faultOf(both)).toContain("sector_identifier_uri");
      expect(sectorOf(clientWith({ ...both, subject_type: "public" }))).toBe("client client");
    },
  );

  test(proves("is in no sector by addresses to which its device codes never go", "threat 64"), () => {
    expect(faultOf({ ...PAIRWISE, ...DEVICE })).toContain("device grant");
    const sector_identifier_uri = "https://sector.example/uris.json";
    expect(faultOf({ ...PAIRWISE, ...DEVICE, sector_identifier_uri })).toContain("device grant");
    expect(check({ ...PAIRWISE, ...DEVICE, subject_type: "public" }).subjectType).toBe("public");
    expect(check({ ...PAIRWISE, ...DEVICE, redirect_uris: ["http://127.0.0.1/cb"] }).subjectType).toBe(
      "pairwise",
    );
    expect(check({ ...PAIRWISE, ...DEVICE }, operator).subjectType).toBe("pairwise");
  });
});

describe("names in several languages (RFC 7591 §2.2)", () => {
  const client = clientWith({
    client_name: "Photos",
    "client_name#de": "Fotos",
    "client_name#fr-CA": "Photographies",
    "policy_uri#de": "https://client.example.org/datenschutz",
  });

  test.each([
    ["de", "Fotos"],
    ["de-AT", "Fotos"],
    ["fr-CA", "Photographies"],
    ["en", "Photos"],
    ["und-x", "Photos"],
    ["DE", "Fotos"],
    ["fr-ca", "Photographies"],
  ])(proves("a reader of %s reads %s", "RFC 7591 2.2-2", "RFC 7591 2.2-5"), (language, name) => {
    expect(nameInLanguage(client, language)).toBe(name);
  });

  test("a text that stands in one language only serves every reader", () => {
    expect(addressesInLanguage(client, "en").policyUri).toBe("https://client.example.org/datenschutz");
    expect(nameInLanguage(clientWith({}), "de")).toBeNull();
  });
});

/** RFC 9068: access tokens that an API checks by itself, and that this server still knows. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  base64url,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { openSigningKey } from "../../src/keys/key-pair.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { findSigningKeys } from "../../src/operations/signing-keys.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import {
  codeFor,
  type Json,
  jsonOf,
  postAs,
  postRegistration,
  redeemCode,
  refresh,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const API = "https://mail.example/";
const NATIVE = { client_id: "native", redirect_uri: "com.example.app:/callback" };

let server: TestServer;
let ada: AccountRecord;
/** The resources of the test server, of which the mail server checks tokens by itself. */
const signedApi = () =>
  TEST_CONFIGURATION.resources?.map((resource) =>
    resource.identifier === API ? { ...resource, access_token_format: "jwt" as const } : resource,
  );
beforeEach(async () => {
  server = await startTestServer({ resources: signedApi() });
  server.clock.freeze();
  ada = await server.addPerson("ada", { email: "ada@example.org" });
});
afterEach(() => server.close());

const tokens = async (changes: Record<string, string> = {}): Promise<Json> =>
  jsonOf(
    await redeemCode(
      server,
      await codeFor(server, ada, { ...NATIVE, ...changes }),
      { redirect_uri: NATIVE.redirect_uri },
      "native",
    ),
  );

const keySet = async () => (await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet;

/** As RFC 9068 §4 tells an API to check. */
async function check(text: string, audience = API): Promise<Json> {
  const { payload, protectedHeader } = await jwtVerify(text, createLocalJWKSet(await keySet()), {
    issuer: server.issuer,
    audience,
    typ: "at+jwt",
    currentDate: new Date(server.clock.millis()),
    requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
  });
  return { ...payload, header: protectedHeader };
}

const introspect = async (token: string): Promise<Json> =>
  jsonOf(await postAs(server, "mail-server", "/auth/introspect", { token }));

const userinfo = (token: string) =>
  server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });

describe("a JWT access token", () => {
  test(
    proves(
      "tells an API what introspection tells it (§2.2)",
      "OpenID Core 16.9-1",
      "OpenID Core 16.18-1",
      "RFC 9068 2.1-1",
      "RFC 9068 2.1-2",
      "RFC 9068 2.1-3",
      "RFC 9068 2.1-4",
      "RFC 9068 2.2-1",
      "RFC 9068 2.2-2",
      "RFC 9068 2.2.3-1",
    ),
    async () => {
      const now = server.clock.seconds();
      const text = textOf(await tokens({ scope: "mail.read" }), "access_token");
      const { header, ...claims } = await check(text);
      expect(header).toEqual({ alg: "RS256", typ: "at+jwt", kid: expect.any(String) });
      expect(claims).toEqual({
        iss: server.issuer,
        sub: ada.subject,
        aud: API,
        client_id: "native",
        iat: now,
        exp: now + 600,
        jti: expect.any(String),
        scope: "mail.read",
        auth_time: now,
        acr: "1",
        amr: ["pwd"],
      });
      const { iss, sub, aud, client_id, iat, exp, jti, scope } = claims;
      expect(await introspect(text)).toMatchObject({
        active: true,
        iss,
        sub,
        aud,
        client_id,
        iat,
        exp,
        jti,
        scope,
      });
    },
  );

  test(
    proves("is issued to a client for itself, with the client as its subject (§2.2)", "RFC 9068 2.2-3"),
    async () => {
      const answer = await postAs(server, "service", "/auth/token", {
        grant_type: "client_credentials",
        scope: "mail.read",
      });
      const claims = await check(textOf(await jsonOf(answer), "access_token"));
      expect(claims.sub).toBe("service");
      expect(Object.keys(claims)).not.toContain("auth_time");
    },
  );

  test(
    proves("opens userinfo too if the client signs the person in, and no other API", "RFC 9068 2.2.3-2"),
    async () => {
      const text = textOf(await tokens({ scope: "openid email mail.read" }), "access_token");
      expect((await check(text)).aud).toEqual([server.issuer, API]);
      expect(await jsonOf(await userinfo(text))).toMatchObject({
        sub: ada.subject,
        email: "ada@example.org",
      });
      const narrow = textOf(await tokens({ scope: "openid mail.read", resource: API }), "access_token");
      expect((await userinfo(narrow)).status).toBe(401);
    },
  );

  test(
    proves("is never for several APIs: such a token stays opaque (§3)", "RFC 9068 3-2", "RFC 9068 3-5"),
    async () => {
      const text = textOf(await tokens({ scope: "mail.read files" }), "access_token");
      expect(text).toStartWith("tat_");
      expect(await introspect(text)).toMatchObject({ active: true });
    },
  );

  test("ends at this server when it is revoked", async () => {
    const text = textOf(await tokens({ scope: "openid email mail.read" }), "access_token");
    await postAs(server, "native", "/auth/revoke", { token: text });
    expect(await introspect(text)).toEqual({ active: false });
    expect((await userinfo(text)).status).toBe(401);
  });

  test(proves("ends with its grant, and by its time", "RFC 9068 4-3", "threat 36"), async () => {
    const first = textOf(await tokens({ scope: "mail.read" }), "access_token");
    server.clock.advance(600);
    expect(await introspect(first)).toEqual({ active: false });
    const second = textOf(await tokens({ scope: "mail.read" }), "access_token");
    await server.context.store.disableAccount(ada.subject, server.clock.seconds());
    expect(await introspect(second)).toEqual({ active: false });
  });

  test(
    proves(
      "is for the resource that the request names, and else for the one that uses the scope (§3)",
      "RFC 9068 3-1",
      "RFC 9068 3-3",
      "RFC 9068 3-4",
      "RFC 9068 5-1",
    ),
    async () => {
      const named = textOf(
        await tokens({ scope: "mail.read mail.send files", resource: API }),
        "access_token",
      );
      expect(await check(named)).toMatchObject({ aud: API, scope: "mail.read mail.send" });
      const inferred = textOf(await tokens({ scope: "mail.send" }), "access_token");
      expect(await check(inferred)).toMatchObject({ aud: API, scope: "mail.send" });
      // An API that does not want JWTs gets opaque tokens, so that no token of one is good at the other.
      expect(textOf(await tokens({ scope: "files" }), "access_token")).toStartWith("tat_");
    },
  );

  test("comes from a refresh, and again with the same jti from its retry", async () => {
    const used = textOf(await tokens({ scope: "mail.read" }), "refresh_token");
    const first = await jsonOf(await refresh(server, used, {}, "native"));
    const again = await jsonOf(await refresh(server, used, {}, "native"));
    const { jti, exp } = await check(textOf(first, "access_token"));
    expect(await check(textOf(again, "access_token"))).toMatchObject({
      jti: jti as string,
      exp: exp as number,
    });
    // A retry of what was revoked meanwhile must not give a signature that an API would take.
    await postAs(server, "native", "/auth/revoke", { token: textOf(first, "access_token") });
    const dead = textOf(await jsonOf(await refresh(server, used, {}, "native")), "access_token");
    expect(dead).toStartWith("tat_");
    expect(await introspect(dead)).toEqual({ active: false });
  });
});

describe("a client's own format of access tokens", () => {
  const wants = async (clientId: string, accessTokenFormat: "jwt" | "opaque" | null) => {
    const { store } = server.context;
    const client = await store.findClient(clientId);
    if (client === null) throw new Error("There is no such client.");
    await store.putClient({ ...client, accessTokenFormat });
  };

  test("jwt: tokens for an API that says nothing, and for this server alone, are signed", async () => {
    await wants("native", "jwt");
    const files = textOf(await tokens({ scope: "files" }), "access_token");
    expect((await check(files, "https://files.example/api")).aud).toBe("https://files.example/api");
    const own = textOf(await tokens({ scope: "openid email" }), "access_token");
    const claims = await check(own, server.issuer);
    expect(claims).toMatchObject({ aud: server.issuer, sub: ada.subject, client_id: "native" });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(600);
    expect(await jsonOf(await userinfo(own))).toMatchObject({ email: "ada@example.org" });
    expect(textOf(await tokens({ scope: "mail.read files" }), "access_token")).toStartWith("tat_");
  });

  test("opaque: tokens are, also for an API that would have JWTs", async () => {
    await wants("native", "opaque");
    const answer = await tokens({ scope: "mail.read" });
    expect(textOf(answer, "access_token")).toStartWith("tat_");
    expect(answer.expires_in).toBe(3600);
  });

  test("is the operator's to say: a client that registers itself does not choose it", async () => {
    const redirect_uris = ["https://stranger.example/callback"];
    const answer = await postRegistration(server, { redirect_uris, access_token_format: "jwt" });
    const body = await jsonOf(answer);
    expect(answer.status).toBe(201);
    expect(Object.keys(body)).not.toContain("access_token_format");
    const client = await server.context.store.findClient(textOf(body, "client_id"));
    expect(client?.accessTokenFormat).toBeNull();
  });

  test("holds for what a client does for itself, and a change for the next refresh", async () => {
    await wants("service", "jwt");
    const form = { grant_type: "client_credentials", scope: "files" };
    const own = textOf(await jsonOf(await postAs(server, "service", "/auth/token", form)), "access_token");
    expect(await check(own, "https://files.example/api")).toMatchObject({ sub: "service" });
    const used = textOf(await tokens({ scope: "files" }), "refresh_token");
    await wants("native", "jwt");
    const next = textOf(await jsonOf(await refresh(server, used, {}, "native")), "access_token");
    expect(next).toStartWith("eyJ");
  });
});

describe("the claims of an access token", () => {
  const MAPPED = {
    scopes: {
      "mail.read": { mailbox: "attribute:mailbox", email: "email", roles: { admin: "group:admins" } },
      profile: { is_admin: "group:admins" },
    },
  } as const;
  const withClaims = async (person: Partial<AccountRecord> = {}) => {
    await server.close();
    server = await startTestServer({ resources: signedApi(), claims: MAPPED });
    for (const name of person.groups ?? ["admins"])
      await createGroup(server.context, SERVER_ACT, name, null, 1);
    ada = await server.addPerson("ada", {
      name: "Ada",
      email: "ada@example.org",
      attributes: { mailbox: "ada-7", note: "not for APIs" },
      groups: ["admins"],
      ...person,
    });
  };
  const OF_PERSON = [
    "name",
    "email",
    "email_verified",
    "preferred_username",
    "groups",
    "is_admin",
    "mailbox",
  ];
  const about = (claims: Json) => Object.keys(claims).filter((name) => OF_PERSON.includes(name));

  test(
    proves(
      "has the claims of the operator's scopes and the groups, and no other facts about the person",
      "threat 64",
      "RFC 9068 2.2.2-1",
      "RFC 9068 2.2.3.1-1",
    ),
    async () => {
      await withClaims();
      const scope = "openid profile email groups mail.read";
      const claims = await check(textOf(await tokens({ scope }), "access_token"));
      expect(claims).toMatchObject({ mailbox: "ada-7", roles: "admin", groups: ["admins"] });
      // The operator gave the scope mail.read the address. Those of profile and email are for the client, at userinfo.
      expect(about(claims).toSorted()).toEqual(["email", "groups", "mailbox"]);
      expect(about(await check(textOf(await tokens({ scope: "mail.send" }), "access_token")))).toEqual([]);
    },
  );

  test(
    proves("are the same at introspection, as far as the scopes are those of the API", "threat 64"),
    async () => {
      await withClaims();
      const scope = "openid groups mail.read files";
      const several = textOf(await tokens({ scope }), "access_token");
      expect(several).toStartWith("tat_");
      const told = await introspect(several);
      expect(told).toMatchObject({ active: true, mailbox: "ada-7", roles: "admin", groups: ["admins"] });
      const without = await introspect(textOf(await tokens({ scope: "mail.send files" }), "access_token"));
      expect(about(without)).toEqual([]);
      // Without openid, the groups are for this server, and not for the API that shares the token.
      const shared = await introspect(textOf(await tokens({ scope: "groups mail.send" }), "access_token"));
      expect(shared).toMatchObject({ active: true, scope: "mail.send" });
      expect(about(shared)).toEqual([]);
    },
  );

  test("none of them takes the place of a claim of the protocol", async () => {
    await withClaims();
    const text = textOf(await tokens({ scope: "groups mail.read" }), "access_token");
    const { sub, client_id, scope } = await check(text);
    expect({ sub, client_id, scope }).toEqual({
      sub: ada.subject,
      client_id: "native",
      scope: "groups mail.read",
    });
  });

  test("that do not fit into a header are left out whole, and introspection has them", async () => {
    const groups = Array.from({ length: 50 }, (_, at) => `${"a".repeat(90)}-${at}`).toSorted();
    await withClaims({ groups });
    const text = textOf(await tokens({ scope: "openid groups mail.read" }), "access_token");
    expect(text.length).toBeLessThan(8000);
    const claims = await check(text);
    expect(claims.mailbox).toBe("ada-7");
    expect(Object.keys(claims)).not.toContain("groups");
    expect((await introspect(text)).groups).toEqual(groups);
  });

  test("tell nothing of a person in the token of a client for itself", async () => {
    await withClaims();
    const form = { grant_type: "client_credentials", scope: "mail.read" };
    const own = await check(
      textOf(await jsonOf(await postAs(server, "service", "/auth/token", form)), "access_token"),
    );
    expect(about(own)).toEqual([]);
    expect(Object.keys(own)).not.toContain("roles");
  });
});

describe("the token of a client for itself", () => {
  const CLAIMS = {
    tier: "value:gold",
    limits: 'value:["read","write"]',
    number: 'value:"007"',
    role: { admin: "group:admins", deployer: "client", viewer: "everyone" },
    viewer: { yes: "everyone" },
    quota: "attribute:quota",
    is_admin: "group:admins",
    login: "preferred_username",
    big: `value:${"x".repeat(500)}`,
  };
  const OF_CLIENT = {
    tier: "gold",
    limits: ["read", "write"],
    number: "007",
    role: "deployer",
    big: "x".repeat(500),
  };
  const start = async () => {
    await server.close();
    const clients = (TEST_CONFIGURATION.clients ?? []).map((client) =>
      ["service", "web"].includes(client.client_id) ? { ...client, claims: CLAIMS } : client,
    );
    const claims = {
      scopes: {
        "mail.read": { plan: "value:7", mailbox: "attribute:mailbox" },
        files: { root: "value:true" },
      },
    };
    server = await startTestServer({ resources: signedApi(), clients, claims });
  };
  const ownToken = async (scope: string, clientId = "service") =>
    textOf(
      await jsonOf(
        await postAs(server, clientId, "/auth/token", { grant_type: "client_credentials", scope }),
      ),
      "access_token",
    );
  const inside = async (token: string) => {
    const form = { token };
    return jsonOf(await postAs(server, "mail-server", "/auth/introspect", form));
  };

  test(
    proves(
      "has the claims that need no person, of the client and of its scopes, in both formats",
      "threat 64",
    ),
    async () => {
      await start();
      const signed = await ownToken("mail.read");
      const claims = await check(signed);
      expect(claims).toMatchObject({ ...OF_CLIENT, plan: 7, sub: "service" });
      for (const name of ["viewer", "quota", "is_admin", "login", "mailbox", "root"])
        expect(Object.keys(claims)).not.toContain(name);
      const { header: _, iat, exp, ...told } = claims;
      expect(await inside(signed)).toMatchObject(told);
      const opaque = await ownToken("mail.read files");
      expect(opaque).toStartWith("tat_");
      const seen = await inside(opaque);
      expect(seen).toMatchObject({ ...OF_CLIENT, plan: 7 });
      // The API of the mail is not told what belongs to the API of the files.
      expect(Object.keys(seen)).not.toContain("root");
      expect(await inside(await ownToken("files"))).toEqual({ active: false });
    },
  );

  test("of a client that has none says no more than before, and a person's token nothing of the client", async () => {
    await start();
    server.clock.freeze();
    ada = await server.addPerson("ada");
    const person = await check(textOf(await tokens({ scope: "mail.read" }), "access_token"));
    expect(person).toMatchObject({ plan: 7 });
    expect(Object.keys(person)).not.toContain("tier");
    const web = await codeFor(server, ada, { scope: "mail.read" });
    const ofWeb = await check(textOf(await jsonOf(await redeemCode(server, web)), "access_token"));
    expect(Object.keys(ofWeb)).not.toContain("tier");
  });

  test("has at most 4 kB of them when it is signed, each whole or not at all", async () => {
    await server.close();
    const claims = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`c${at}`, `value:${"y".repeat(900)}`]),
    );
    const clients = (TEST_CONFIGURATION.clients ?? []).map((client) =>
      client.client_id === "service" ? { ...client, claims } : client,
    );
    server = await startTestServer({ resources: signedApi(), clients });
    const token = await ownToken("mail.read");
    expect(token.length).toBeLessThan(8000);
    const told = Object.entries(await check(token)).filter(([name]) => /^c\d+$/.test(name));
    expect(told.length).toBe(4);
    for (const [, value] of told) expect(value).toBe("y".repeat(900));
    expect(Object.keys(await inside(token)).filter((name) => /^c\d+$/.test(name)).length).toBeGreaterThan(15);
  });
});

describe("what is no access token of this server is none, whatever it says", () => {
  const forgeries: readonly [string, (good: string) => Promise<string> | string][] = [
    ["without a signature (alg none)", (good) => new UnsecuredJWT(claimsIn(good)).encode()],
    [
      "signed with the public key as if it were a secret (HS256)",
      async (good) => {
        const [key] = (await keySet()).keys;
        const secret = new TextEncoder().encode(JSON.stringify(key));
        return new SignJWT(claimsIn(good))
          .setProtectedHeader({ ...headerIn(good), alg: "HS256" })
          .sign(secret);
      },
    ],
    [
      "signed by another, who sends the key along",
      async (good) => {
        const { privateKey, publicKey } = await generateKeyPair("RS256");
        const jwk = await exportJWK(publicKey);
        return new SignJWT(claimsIn(good))
          .setProtectedHeader({ ...headerIn(good), alg: "RS256", jwk })
          .sign(privateKey);
      },
    ],
    [
      "with other claims",
      (good) => {
        const [header, , signature] = good.split(".");
        return `${header}.${base64url.encode(JSON.stringify({ ...claimsIn(good), sub: "acc_other" }))}.${signature}`;
      },
    ],
    [
      "of another type, signed by this server",
      async (good) => server.context.signingKeys.sign("RS256", "JWT", claimsIn(good)),
    ],
    [
      "with an identifier that does not exist, signed by this server",
      async (good) =>
        server.context.signingKeys.sign("RS256", "at+jwt", {
          ...claimsIn(good),
          jti: "AAAAAAAAAAAAAAAAAAAAAA",
        }),
    ],
    [
      "with the right key under another algorithm",
      async (good) => {
        const [record] = await findSigningKeys(server.context);
        if (record === undefined) throw new Error("There is no key.");
        const key = await openSigningKey(server.context.keys, { ...record, algorithm: "PS256" });
        return new SignJWT(claimsIn(good)).setProtectedHeader({ ...headerIn(good), alg: "PS256" }).sign(key);
      },
    ],
    ["with a fourth part", (good) => `${good}.AAAA`],
  ];

  test.each(forgeries)(
    proves("%s", "RFC 9068 2.1-1", "RFC 9068 2.1-4", "RFC 9068 4-3", "RFC 9068 4-4", "threat 35"),
    async (_, forge) => {
      const good = textOf(await tokens({ scope: "openid email mail.read" }), "access_token");
      const forged = await forge(good);
      expect(await introspect(forged)).toEqual({ active: false });
      expect((await userinfo(forged)).status).toBe(401);
      await postAs(server, "native", "/auth/revoke", { token: forged });
      expect(await introspect(good)).toMatchObject({ active: true });
    },
  );

  test(proves("a JWT that is longer than any of this server is not even decoded", "threat 39"), async () => {
    const good = textOf(await tokens({ scope: "mail.read" }), "access_token");
    // Its signature is right.
    const long = await server.context.signingKeys.sign("RS256", "at+jwt", {
      ...claimsIn(good),
      more: "x".repeat(20_000),
    });
    expect(await introspect(long)).toEqual({ active: false });
  });

  test(proves("an ID token is no access token", "RFC 9068 4-3", "threat 79"), async () => {
    const idToken = textOf(await tokens({ scope: "openid email" }), "id_token");
    expect(await introspect(idToken)).toEqual({ active: false });
    expect((await userinfo(idToken)).status).toBe(401);
  });
});

const partOf = (text: string, index: number): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(base64url.decode(text.split(".")[index] ?? "")));
const headerIn = (text: string) => partOf(text, 0);
const claimsIn = (text: string) => partOf(text, 1);

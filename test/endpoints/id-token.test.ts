/** OpenID Connect Core §2, §3.1.3 and §12: ID tokens, as a client checks them. */
import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { changedMetadata } from "../../src/clients/change.ts";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { changeClient } from "../../src/operations/clients.ts";
import { findSignedIn, startSession } from "../../src/operations/sessions.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { SIGNING_ALGORITHMS } from "../../src/protocol/signing-algorithms.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { type AuthorizationParameters, authorizePath, obtainCode, redirectOf } from "../support/code-flow.ts";
import {
  answerDevice,
  codeFor,
  expectTokens,
  type Json,
  jsonOf,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { rejectionOf } from "../support/rejection.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { deviceForm } from "../support/token-requests.ts";

let server: TestServer;
const start = async (overrides: ConfigurationInput = {}) => {
  server = await startTestServer(overrides);
};
afterEach(() => server.close());

/** The claims of an ID token, checked as §3.1.3.7 says, with the key set that the server publishes. */
async function claimsOf(tokens: Json, audience = "web"): Promise<Json> {
  const keySet = (await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet;
  const { payload, protectedHeader } = await jwtVerify(
    textOf(tokens, "id_token"),
    createLocalJWKSet(keySet),
    {
      issuer: server.issuer,
      audience,
      typ: "JWT",
      currentDate: new Date(server.clock.millis()),
      requiredClaims: ["iss", "sub", "aud", "exp", "iat", "auth_time"],
    },
  );
  return { ...payload, header: protectedHeader };
}

describe("an ID token", () => {
  test(
    proves(
      "says who signed in, how and when, for this client and this request (§2)",
      "OIDF 4-1",
      "OpenID Core 3.1.2.1-16",
      "OpenID Core 2-1",
      "OpenID Core 2-2",
      "OpenID Core 2-3",
      "OpenID Core 2-4",
      "OpenID Core 2-5",
      "OpenID Core 2-8",
      "OpenID Core 2-9",
      "OpenID Core 2-10",
      "OpenID Core 2-11",
      "OpenID Core 2-14",
      "OpenID Core 10.1-3",
      "OpenID Core 10.1-4",
      "OpenID Core 12.2-5",
      "OpenID Core 15.1-5",
      "OpenID Core 15.1-7",
      "OpenID Core 16.15-1",
      "OpenID Discovery 3-1",
      "threat 64",
      "threat 79",
    ),
    async () => {
      await start();
      server.clock.freeze();
      const now = server.clock.seconds();
      const ada = await server.addPerson("ada", { name: "Ada", email: "ada@example.org" });
      const tokens = await tokensFor(server, ada, { scope: "openid profile email", nonce: "n-0S6_WzA2Mj" });
      const { header, sid, ...claims } = await claimsOf(tokens);
      expect(claims).toEqual({
        iss: server.issuer,
        sub: ada.subject,
        aud: "web",
        iat: now,
        exp: now + 3600,
        auth_time: now,
        amr: ["pwd"],
        acr: "1",
        nonce: "n-0S6_WzA2Mj",
        at_hash: createHash("sha256")
          .update(textOf(tokens, "access_token"))
          .digest()
          .subarray(0, 16)
          .toString("base64url"),
        preferred_username: "ada",
        name: "Ada",
        email: "ada@example.org",
        email_verified: true,
        updated_at: ada.updatedAt,
      });
      expect(sid).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(header).toEqual({ alg: "RS256", typ: "JWT", kid: expect.any(String) });
    },
  );

  test("has the claims of the granted scopes and no others", async () => {
    await start();
    const ada = await server.addPerson("ada", { name: "Ada", email: "ada@example.org" });
    const claims = await claimsOf(await tokensFor(server, ada, { scope: "openid email" }));
    expect(claims.email).toBe("ada@example.org");
    expect(Object.keys(claims)).not.toContain("name");
    expect(Object.keys(claims)).not.toContain("preferred_username");
    expect(Object.keys(claims)).not.toContain("nonce");
  });

  test(
    proves("comes with the scope openid only (§3.1.2.1)", "OpenID Core 3.1.2.1-6", "OpenID Core 3.1.3.2-6"),
    async () => {
      await start();
      const ada = await server.addPerson("ada");
      expect(await tokensFor(server, ada, { scope: "profile" })).not.toHaveProperty("id_token");
      expect(await tokensFor(server, ada, { scope: undefined })).not.toHaveProperty("id_token");
      const tokens = await tokensFor(server, ada, { scope: "openid" });
      expect(tokens.scope).toBe("openid");
      expect((await claimsOf(tokens)).sub).toBe(ada.subject);
    },
  );

  test(
    proves("comes with a scope of which the server does not know a part (§3.1.2.1)", "OpenID Core 3.1.2.1-7"),
    async () => {
      await start();
      const ada = await server.addPerson("ada");
      const tokens = await tokensFor(server, ada, { scope: "openid nonsense" });
      expect(tokens.scope).toBe("openid");
      expect(tokens).toHaveProperty("id_token");
    },
  );

  test("keeps the claims of its scopes, though the access token is for another API (RFC 8707)", async () => {
    await start();
    const ada = await server.addPerson("ada", { email: "ada@example.org" });
    const tokens = await tokensFor(server, ada, {
      scope: "openid email mail.read files",
      resource: "https://mail.example/",
    });
    expect(tokens.scope).toBe("openid email mail.read");
    expect((await claimsOf(tokens)).email).toBe("ada@example.org");
  });

  test(
    proves(
      "comes again with a refresh: the same person and sign-in, a later time, no nonce (§12.2)",
      "OpenID Core 12.2-1",
      "OpenID Core 12.2-2",
      "OpenID Core 12.2-3",
      "OpenID Core 12.2-4",
    ),
    async () => {
      await start();
      server.clock.freeze();
      const ada = await server.addPerson("ada");
      const tokens = await tokensFor(server, ada, {
        client_id: "native",
        redirect_uri: "com.example.app:/callback",
        scope: "openid",
        nonce: "once",
      });
      const first = await claimsOf(tokens, "native");
      server.clock.advance(60);
      const used = textOf(tokens, "refresh_token");
      const second = await claimsOf(await expectTokens(await refresh(server, used, {}, "native")), "native");
      const { iss, sub, aud, auth_time, sid } = first;
      expect(second).toMatchObject({ iss, sub, aud, auth_time, sid, iat: Number(first.iat) + 60 });
      expect(second).not.toHaveProperty("nonce");
      // A retry gets the same tokens, and so an ID token that fits them.
      const third = await claimsOf(await expectTokens(await refresh(server, used, {}, "native")), "native");
      expect(third.at_hash).toBe(second.at_hash as string);
      // OpenID Connect Core §12: a client that narrows its scope gets what is in it.
      server.clock.advance(60);
      const narrowed = await tokensFor(server, ada, {
        client_id: "native",
        redirect_uri: "com.example.app:/callback",
        scope: "openid email",
      });
      const without = await refresh(server, textOf(narrowed, "refresh_token"), { scope: "email" }, "native");
      expect(await expectTokens(without)).not.toHaveProperty("id_token");
    },
  );

  test("is for a device too, and names no session, as none ends what a device may do", async () => {
    await start();
    const ada = await server.addPerson("ada");
    const code = textOf(await startDevice(server, { scope: "openid" }), "device_code");
    await answerDevice(server, code, ada);
    const tokens = await expectTokens(await requestToken(server, "television", deviceForm(code)));
    const claims = await claimsOf(tokens, "television");
    expect(claims.sub).toBe(ada.subject);
    expect(claims).not.toHaveProperty("sid");
  });

  test("is not for a person who was removed meanwhile", async () => {
    await start();
    const ada = await server.addPerson("ada", { name: "Ada" });
    const parameters = {
      client_id: "native",
      redirect_uri: "com.example.app:/callback",
      scope: "openid profile",
    };
    const tokens = await tokensFor(server, ada, parameters);
    await server.context.store.removeAccount(ada.subject, server.clock.seconds());
    expect((await refresh(server, textOf(tokens, "refresh_token"), {}, "native")).status).toBe(400);
  });

  test("names the session: another way for each client, and the same when the person signs in again in that browser", async () => {
    await start();
    const ada = await server.addPerson("ada");
    const sidWith = async (cookie: string, changes: AuthorizationParameters, clientId = "web") => {
      const request = new Request(server.issuer, { headers: { Cookie: cookie } });
      const signedIn = await findSignedIn(server.context, request);
      if (signedIn === null) throw new Error("The person is not signed in.");
      const code = await codeFor(server, ada, { scope: "openid", ...changes }, signedIn);
      const sent = { redirect_uri: changes.redirect_uri as string };
      const claims = await claimsOf(
        await expectTokens(await redeemCode(server, code, sent, clientId)),
        clientId,
      );
      return { sid: claims.sid, session: signedIn.session };
    };
    const web = { redirect_uri: "https://client.example/callback" };
    const cookie = await server.signIn(ada);
    const { sid, session } = await sidWith(cookie, web);
    expect((await sidWith(cookie, web)).sid).toBe(sid);
    const native = { client_id: "native", redirect_uri: "com.example.app:/callback" };
    expect((await sidWith(cookie, native, "native")).sid).not.toBe(sid);
    const again = await startSession(
      server.context,
      SERVER_ACT,
      { account: ada, steps: [STEPS.password] },
      session.id,
    );
    expect((await sidWith(again?.cookie ?? "", web)).sid).toBe(sid);
    expect((await sidWith(await server.signIn(ada), web)).sid).not.toBe(sid);
  });

  test.each(SIGNING_ALGORITHMS.map(({ algorithm }) => algorithm))(
    proves(
      "may be signed with %s, and its at_hash has the hash of that algorithm (§3.1.3.6)",
      "OpenID Core 3.1.3.6-1",
      "OpenID Core 10.1-2",
    ),
    async (algorithm) => {
      await start({ signing: { algorithms: [algorithm] } });
      const ada = await server.addPerson("ada");
      const tokens = await tokensFor(server, ada, { scope: "openid" });
      const claims = await claimsOf(tokens);
      expect(decodeProtectedHeader(textOf(tokens, "id_token")).alg).toBe(algorithm);
      const hash = algorithm.endsWith("256") ? "sha256" : algorithm.endsWith("384") ? "sha384" : "sha512";
      const digest = createHash(hash).update(textOf(tokens, "access_token")).digest();
      expect(claims.at_hash).toBe(digest.subarray(0, digest.length / 2).toString("base64url"));
    },
  );

  test(
    proves(
      "is signed with RS256 where that is among others (§15.1)",
      "OpenID Core 10.1-1",
      "OpenID Core 15.1-1",
    ),
    async () => {
      await start({ signing: { algorithms: ["ES256", "RS256"] } });
      const ada = await server.addPerson("ada");
      expect((await claimsOf(await tokensFor(server, ada, { scope: "openid" }))).header).toMatchObject({
        alg: "RS256",
      });
    },
  );

  test(
    proves(
      "has a nonce exactly as it came, and no nonce is too long to be refused in words",
      "OpenID Core 2-6",
      "OpenID Core 2-7",
    ),
    async () => {
      await start();
      const ada = await server.addPerson("ada");
      const nonce = `${"x".repeat(62)} é`;
      expect((await claimsOf(await tokensFor(server, ada, { scope: "openid", nonce }))).nonce).toBe(nonce);
      const refused = await rejectionOf(tokensFor(server, ada, { scope: "openid", nonce: "x".repeat(501) }));
      expect(refused).toMatchObject({ error: { error: "invalid_request" } });
    },
  );
});

describe("a client may say how it wants to be told", () => {
  const withClient = (client: Record<string, unknown>, more: ConfigurationInput = {}) =>
    start({
      ...more,
      clients: [
        {
          client_id: "web",
          redirect_uris: ["https://client.example/callback"],
          secrets: ["a secret that is long enough for tests"],
          ...client,
        },
      ],
    });
  const signing = { algorithms: ["RS256" as const, "ES384" as const] };

  test(
    proves("with an ID token of another algorithm (Registration §2)", "OpenID Core 10.1-1", "threat 79"),
    async () => {
      await withClient({ id_token_signed_response_alg: "ES384" }, { signing });
      const ada = await server.addPerson("ada");
      const claims = await claimsOf(await tokensFor(server, ada, { scope: "openid" }));
      expect(claims.header).toMatchObject({ alg: "ES384" });
    },
  );

  test("without the claims of its scopes in the ID token: userinfo has them all the same", async () => {
    await withClient({ id_token_claims: "minimal" });
    const ada = await server.addPerson("ada", { email: "ada@example.org" });
    const tokens = await tokensFor(server, ada, { scope: "openid email" });
    expect(Object.keys(await claimsOf(tokens))).not.toContain("email");
    const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
    expect(await jsonOf(await server.fetch("/auth/userinfo", { headers }))).toMatchObject({
      email: "ada@example.org",
    });
  });

  test(
    proves(
      "with userinfo as a signed JWT for this client (§5.3.2)",
      "OIDF 4-7",
      "OpenID Core 5.3.2-6",
      "OpenID Core 5.3.2-7",
    ),
    async () => {
      await withClient({ userinfo_signed_response_alg: "ES384" }, { signing });
      const ada = await server.addPerson("ada", { email: "ada@example.org" });
      const tokens = await tokensFor(server, ada, { scope: "openid email", nonce: "n" });
      const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
      const answer = await server.fetch("/auth/userinfo", { headers });
      expect(answer.headers.get("content-type")).toBe("application/jwt");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const keySet = (await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet;
      const { payload, protectedHeader } = await jwtVerify(await answer.text(), createLocalJWKSet(keySet));
      expect(protectedHeader.alg).toBe("ES384");
      expect(payload).toEqual({
        iss: server.issuer,
        aud: "web",
        sub: ada.subject,
        email: "ada@example.org",
        email_verified: true,
      });
    },
  );
});

describe("the parameter claims (§5.5)", () => {
  const wish = (claims: unknown) => ({ scope: "openid", claims: JSON.stringify(claims) });
  const userinfo = async (tokens: Json) => {
    const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
    return jsonOf(await server.fetch("/auth/userinfo", { headers }));
  };

  const open = (cookie: string, changes: AuthorizationParameters) =>
    server.fetch(authorizePath(changes), { headers: { Cookie: cookie } });

  test("gives individual claims, each where it was asked for, and again with a refresh", async () => {
    await start();
    const ada = await server.addPerson("ada", { name: "Ada", email: "ada@example.org" });
    const claims = wish({
      id_token: { email: null, auth_time: { essential: true } },
      userinfo: { name: { essential: true } },
    });
    const native = { client_id: "native", redirect_uri: "com.example.app:/callback" };
    const tokens = await tokensFor(server, ada, { ...claims, ...native });
    const first = await claimsOf(tokens, "native");
    expect(first.email).toBe("ada@example.org");
    expect(Object.keys(first)).not.toContain("name");
    expect(await userinfo(tokens)).toEqual({ sub: ada.subject, name: "Ada" });
    const refreshed = await expectTokens(
      await refresh(server, textOf(tokens, "refresh_token"), {}, "native"),
    );
    expect((await claimsOf(refreshed, "native")).email).toBe("ada@example.org");
    expect(await userinfo(refreshed)).toEqual({ sub: ada.subject, name: "Ada" });
  });

  test(proves("gives no claim of a scope that the client may not have", "threat 64"), async () => {
    await start({
      clients: [
        {
          client_id: "web",
          redirect_uris: ["https://client.example/callback"],
          secrets: ["a secret that is long enough for tests"],
          scope: ["openid", "profile"],
        },
      ],
    });
    const ada = await server.addPerson("ada", { name: "Ada", email: "ada@example.org" });
    const asked = { email: null, name: null };
    const tokens = await tokensFor(server, ada, wish({ id_token: asked, userinfo: asked }));
    const told = await claimsOf(tokens);
    expect(told.name).toBe("Ada");
    expect(Object.keys(told)).not.toContain("email");
    expect(await userinfo(tokens)).toEqual({ sub: ada.subject, name: "Ada" });
  });

  test(
    proves("gives no claim any more when the operator has taken its scope from the client", "threat 64"),
    async () => {
      await start();
      const ada = await server.addPerson("ada", { name: "Ada", email: "ada@example.org" });
      const asked = wish({ id_token: { email: null }, userinfo: { email: null } });
      const native = { client_id: "native", redirect_uri: "com.example.app:/callback" };
      const tokens = await tokensFor(server, ada, { ...asked, ...native });
      expect((await claimsOf(tokens, "native")).email).toBe("ada@example.org");
      await changeClient(server.context, SERVER_ACT, "native" as ClientId, (client) =>
        changedMetadata(client, { scope: ["openid", "profile"] }, server.context),
      );
      expect(await userinfo(tokens)).toEqual({ sub: ada.subject });
      const refreshed = await expectTokens(
        await refresh(server, textOf(tokens, "refresh_token"), {}, "native"),
      );
      expect(Object.keys(await claimsOf(refreshed, "native"))).not.toContain("email");
    },
  );

  test(
    proves("asks the person for what they tell, and a remembered yes to less does not count", "threat 64"),
    async () => {
      await start();
      const ada = await server.addPerson("ada", { email: "ada@example.org" });
      const cookie = await server.signIn(ada);
      await obtainCode(server, cookie, { scope: "openid" });
      // The same again needs no question.
      const silent = { scope: "openid", prompt: "none" };
      expect((await open(cookie, silent)).status).toBe(303);
      const more = { ...wish({ userinfo: { email: null } }), prompt: "none" };
      const refused = redirectOf(await open(cookie, more));
      expect(refused.searchParams.get("error")).toBe("consent_required");
      const question = await open(cookie, wish({ userinfo: { email: null } }));
      expect(await question.text()).toContain("See your e-mail address");
    },
  );
});

describe("a client with pairwise subjects (§8.1)", () => {
  const secrets = ["a secret that is long enough for tests"];
  const pairwise = (client_id: string, host: string) => ({
    client_id,
    redirect_uris: [`https://${host}/callback`],
    secrets,
    subject_type: "pairwise" as const,
    grant_types: ["authorization_code", "refresh_token"],
  });

  test(
    proves(
      "knows the person under one name everywhere, which tells another client nothing",
      "OpenID Core 5.3.2-4",
      "OpenID Core 8.1-1",
      "threat 64",
    ),
    async () => {
      await start({
        clients: [
          pairwise("web", "client.example"),
          pairwise("service", "client.example"),
          pairwise("mail-server", "other.example"),
        ],
      });
      const ada = await server.addPerson("ada");
      const subjectAt = async (client_id: string, host: string) => {
        const changes = { client_id, redirect_uri: `https://${host}/callback`, scope: "openid" };
        const tokens = await tokensFor(server, ada, changes);
        const { sub } = await claimsOf(tokens, client_id);
        const headers = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
        expect(await jsonOf(await server.fetch("/auth/userinfo", { headers }))).toEqual({ sub });
        const token = textOf(tokens, "access_token");
        expect(await jsonOf(await postAs(server, client_id, "/auth/introspect", { token }))).toMatchObject({
          active: true,
          sub,
        });
        const refreshed = await expectTokens(
          await refresh(server, textOf(tokens, "refresh_token"), {}, client_id),
        );
        expect((await claimsOf(refreshed, client_id)).sub).toBe(sub);
        return String(sub);
      };
      const web = await subjectAt("web", "client.example");
      expect(web).toMatch(/^pw_[A-Za-z0-9_-]{43}$/);
      // One sector, one name.
      expect(await subjectAt("service", "client.example")).toBe(web);
      expect(await subjectAt("mail-server", "other.example")).not.toBe(web);
    },
  );
});

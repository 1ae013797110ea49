/** RFC 9449: tokens that are bound to a key, at the token endpoint and at the resources of this server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt, exportJWK, generateKeyPair } from "jose";
import { pushedKey } from "../../src/operations/dpop.ts";
import { MANAGEMENT_SCOPES } from "../../src/protocol/management-scopes.ts";
import { Parameters as SentParameters } from "../../src/protocol/parameters.ts";
import { actOfStranger } from "../../src/rules/events.ts";
import { insert } from "../../src/store/contract.ts";
import { once } from "../../src/store/tables/once.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { RESTORED, revisions } from "../../src/store/tables/server.ts";
import { startManagedServer } from "../api/support.ts";
import { openSqliteStore } from "../store/acts.ts";
import { openTemporary, withDatabaseFile } from "../store/sqlite/temporary.ts";
import {
  askBound,
  newProofKey,
  type ProofChanges,
  type ProofKey,
  proofFor,
  proofHeader,
  requestBound,
} from "../support/dpop.ts";
import {
  answerDevice,
  codeFor,
  expectRefusal,
  introspectAs,
  type Json,
  jsonOf,
  postRegistration,
  refresh,
  serviceToken,
  startDevice,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { rejectionOf } from "../support/rejection.ts";
import {
  ADDRESS,
  basic,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";
import {
  CLIENT_CREDENTIALS_FORM,
  codeForm,
  deviceForm,
  refreshForm,
  WEB_CALLBACK,
} from "../support/token-requests.ts";

const ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256", "ES384", "ES512"];
const NATIVE_CALLBACK = "com.example.app:/callback";
const UNMATCHED = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

let server: TestServer;
let person: AccountRecord;
let key: ProofKey;
let other: ProofKey;
beforeAll(async () => {
  server = await startManagedServer();
  server.clock.freeze();
  person = await server.addPerson("Ada", { administrator: true });
  [key, other] = [await newProofKey(), await newProofKey()];
});
afterAll(() => server.close());
// A used token counts as retried within the window.
beforeEach(() => server.clock.advance(1));

const expectBound = async (response: Response): Promise<Json> => {
  const body = await jsonOf(response);
  expect({ status: response.status, type: body.token_type, because: body.error_description }).toEqual({
    status: 200,
    type: "DPoP",
    because: undefined,
  });
  return body;
};
const boundService = async (by = key, at = server): Promise<string> =>
  textOf(await expectBound(await requestBound(at, "service", CLIENT_CREDENTIALS_FORM, by)), "access_token");

/** Tokens of `native`, a public client, or of `web`, for a person. `by`: null for bearer tokens. */
async function codeTokens(
  by: ProofKey | null,
  clientId: "native" | "web" = "native",
  changes: Record<string, string> = {},
): Promise<Json> {
  const redirectUri = clientId === "web" ? WEB_CALLBACK : NATIVE_CALLBACK;
  const code = await codeFor(server, person, {
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "openid profile offline_access",
    ...changes,
  });
  const response = await requestBound(server, clientId, codeForm(code, redirectUri), by);
  return by === null ? jsonOf(response) : expectBound(response);
}

const countProofs = async (at = server): Promise<number> =>
  (await at.context.store.list(once, { where: { kind: "dpop_proof" }, limit: 1000 })).length;

describe("a token request with a proof", () => {
  test.each(ALGORITHMS)(
    proves(
      "gets a token that is bound to the key, with %s",
      "RFC 9449 5-1",
      "RFC 9449 5-2",
      "RFC 9449 6-1",
      "RFC 9449 6.2-1",
      "RFC 9449 6.2-2",
    ),
    async (algorithm) => {
      const own = await newProofKey(algorithm);
      expect(await introspectAs(server, "service", await boundService(own))).toMatchObject({
        active: true,
        token_type: "DPoP",
        cnf: { jkt: own.thumbprint },
      });
    },
  );

  test(proves("gets a JWT that says its key, if the API wants one", "RFC 9449 6.1-1"), async () => {
    const { resources = [] } = TEST_CONFIGURATION;
    const signing = await startTestServer({
      resources: resources.map((each) => ({ ...each, access_token_format: "jwt" as const })),
    });
    const form = { ...CLIENT_CREDENTIALS_FORM, scope: "files" };
    const token = textOf(
      await expectBound(await requestBound(signing, "service", form, key)),
      "access_token",
    );
    expect(decodeJwt(token).cnf).toEqual({ jkt: key.thumbprint });
    const bearer = await jsonOf(await requestBound(signing, "service", form, null));
    expect(decodeJwt(textOf(bearer, "access_token"))).not.toHaveProperty("cnf");
    await signing.close();
  });

  test("is bound by a device code as well", async () => {
    const deviceCode = textOf(await startDevice(server), "device_code");
    await answerDevice(server, deviceCode, person);
    const tokens = await expectBound(await requestBound(server, "television", deviceForm(deviceCode), key));
    await expectRefusal(
      await refresh(server, textOf(tokens, "refresh_token"), {}, "television"),
      400,
      "invalid_grant",
    );
  });

  test("without a proof gets a bearer token, and introspection says so", async () => {
    const shown = await introspectAs(server, "service", await serviceToken(server));
    expect(shown.token_type).toBe("Bearer");
    expect(shown).not.toHaveProperty("cnf");
  });

  test(proves("that is refused writes nothing", "threat 61"), async () => {
    const before = await countProofs();
    for (const form of [refreshForm("trt_unknown"), codeForm("tac_unknown", NATIVE_CALLBACK)])
      await expectRefusal(await requestBound(server, "native", form, key), 400, "invalid_grant");
    expect(await countProofs()).toBe(before);
  });
});

/** Changes of a proof that is right, with the words of the refusal. */
const BAD_PROOFS: readonly (readonly [string, RegExp, ProofChanges])[] = [
  ["of another typ", /typ/, { header: { typ: "JWT" } }],
  ["without typ", /typ/, { header: { typ: undefined } }],
  ["without jwk", /jwk/, { header: { jwk: undefined } }],
  ["with a jwk of another kind", /jwk/, { header: { jwk: { kty: "oct", k: "AAAA" } } }],
  ["with another method", /htm/, { claims: { htm: "PUT" } }],
  ["with the method in small letters", /htm/, { claims: { htm: "post" } }],
  ["without a method", /htm/, { claims: { htm: undefined } }],
  ["for another path", /htu/, { claims: { htu: "https://auth.example/auth/other" } }],
  ["for another host", /htu/, { claims: { htu: "https://other.example/auth/token" } }],
  ["for http", /htu/, { claims: { htu: "http://auth.example/auth/token" } }],
  ["for another port", /htu/, { claims: { htu: "https://auth.example:8443/auth/token" } }],
  ["without an address", /htu/, { claims: { htu: undefined } }],
  ["without jti", /jti/, { claims: { jti: undefined } }],
  ["with a long jti", /jti/, { claims: { jti: "x".repeat(257) } }],
  ["with a jti that is no text", /jti/, { claims: { jti: 7 } }],
  ["without iat", /iat/, { claims: { iat: undefined } }],
  ["with iat as a text", /iat/, { claims: { iat: "1700000000" } }],
  ["with a critical header", /crit/, { header: { crit: ["b64"], b64: true } }],
];

describe("a proof", () => {
  const statusOf = async (changes: ProofChanges) => {
    const response = await requestBound(server, "service", CLIENT_CREDENTIALS_FORM, key, changes);
    return response.status;
  };

  test.each(BAD_PROOFS)(
    proves(
      "%s is refused",
      "threat 35",
      "threat 36",
      "threat 39",
      "threat 85",
      "RFC 9449 4.2-1",
      "RFC 9449 4.2-2",
      "RFC 9449 4.3-1",
      "RFC 9449 11.5-1",
    ),
    async (_, words, changes) => {
      const response = await requestBound(server, "service", CLIENT_CREDENTIALS_FORM, key, changes);
      const body = await expectRefusal(response, 400, "invalid_dpop_proof");
      expect(textOf(body, "error_description")).toMatch(words);
    },
  );

  const sent = (proof: string) =>
    server.post("/auth/token", CLIENT_CREDENTIALS_FORM, { ...basic("service", SECRET), DPoP: proof });
  const tokenUrl = () => `${server.issuer}/auth/token`;
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  test(
    proves(
      "is no proof if it is not signed by the key in it, or by no key at all",
      "threat 35",
      "RFC 9449 4.3-1",
      "RFC 9449 11.6-1",
    ),
    async () => {
      const proof = await proofFor(key, { url: tokenUrl() }, server.clock.seconds());
      const [head = "", body = "", signature = ""] = proof.split(".");
      const otherSignature = (await proofFor(other, { url: tokenUrl() }, server.clock.seconds())).split(
        ".",
      )[2];
      const header: Json = JSON.parse(Buffer.from(head, "base64url").toString());
      const texts = [
        [head, body, otherSignature],
        [encoded({ ...header, jwk: other.jwk }), body, signature],
        [encoded({ ...header, alg: "none" }), body, ""],
        [encoded({ ...header, alg: "HS256" }), body, signature],
        [encoded({ ...header, alg: "ES384" }), body, signature],
        [head, body],
        ["", "", ""],
        [head, body, signature, signature, signature],
      ].map((parts) => parts.join("."));
      for (const text of [...texts, "x", "a".repeat(7000)])
        await expectRefusal(await sent(text), 400, "invalid_dpop_proof");
      expect((await sent(proof)).status).toBe(200);
    },
  );

  test(proves("never has a private key", "threat 85", "RFC 9449 4.2-3"), async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const leaking = { ...key, privateKey: pair.privateKey, jwk: await exportJWK(pair.privateKey) };
    const proof = await proofFor(leaking, { url: tokenUrl() }, server.clock.seconds());
    const body = await expectRefusal(await sent(proof), 400, "invalid_dpop_proof");
    expect(textOf(body, "error_description")).toContain("private");
  });

  test("has a key that is a point of its curve, and one that is none harms no other request", async () => {
    const { x = "" } = key.jwk;
    const off = { ...key, jwk: { ...key.jwk, y: x } };
    const proof = await proofFor(off, { url: tokenUrl() }, server.clock.seconds());
    await expectRefusal(await sent(proof), 400, "invalid_dpop_proof");
    expect(await statusOf({})).toBe(200);
  });

  test(proves("is alone in its request", "threat 85", "RFC 9449 4.3-1"), async () => {
    const headers = new Headers(basic("service", SECRET));
    for (let count = 0; count < 2; count += 1)
      headers.append("DPoP", await proofFor(key, { url: tokenUrl() }, server.clock.seconds()));
    headers.set("Content-Type", "application/x-www-form-urlencoded");
    const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM).toString();
    const response = await server.fetch("/auth/token", { method: "POST", body, headers });
    const { error_description } = await expectRefusal(response, 400, "invalid_dpop_proof");
    expect(error_description).toContain("more than one");
  });

  test.each([
    ["HTTPS://AUTH.EXAMPLE/auth/token"],
    ["https://auth.example:443/auth/token"],
    ["https://auth.example/auth/token?x=1#y"],
    ["https://auth.example/auth/./token"],
    ["https://auth.example/%61uth/token"],
  ])(proves("may name the address as %s", "RFC 9449 4.3-2"), async (htu) => {
    expect(await statusOf({ claims: { htu } })).toBe(200);
  });

  test(proves("is for the issuer, whatever the request calls its host", "threat 43"), async () => {
    const form = {
      method: "POST",
      body: new URLSearchParams(CLIENT_CREDENTIALS_FORM).toString(),
    };
    const ask = async (htu: string) =>
      server.fetch("https://evil.example/auth/token", {
        ...form,
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "X-Forwarded-Host": "evil.example",
          ...basic("service", SECRET),
          DPoP: await proofFor(key, { url: htu }, server.clock.seconds()),
        },
      });
    expect((await ask("https://evil.example/auth/token")).status).toBe(400);
    expect((await ask(tokenUrl())).status).toBe(200);
  });

  test(proves("counts around the time at which it was made", "threat 85", "RFC 9449 11.1-1"), async () => {
    const now = server.clock.seconds();
    for (const iat of [now - 10, now - 300, now + 8, now + 30, now + 0.5])
      expect(await statusOf({ claims: { iat } })).toBe(200);
    for (const iat of [now - 301, now + 31, now - 3600, now + 3600, 1e300, -1])
      expect(await statusOf({ claims: { iat } })).toBe(400);
    // OIDF: the times of other JWTs mean nothing in a proof.
    expect(await statusOf({ claims: { exp: now - 3600, nbf: now + 3600 } })).toBe(200);
  });

  test(proves("may be signed with fewer algorithms, if the operator says so", "RFC 9449 5.1-1"), async () => {
    const strict = await startTestServer({ dpop: { signing_algorithms: ["PS256", "ES256"] } });
    await expectBound(await requestBound(strict, "service", CLIENT_CREDENTIALS_FORM, key));
    const rsa = await newProofKey("RS256");
    const response = await requestBound(strict, "service", CLIENT_CREDENTIALS_FORM, rsa);
    await expectRefusal(response, 400, "invalid_dpop_proof");
    const metadata = await jsonOf(await strict.fetch("/.well-known/oauth-authorization-server"));
    expect(metadata.dpop_signing_alg_values_supported).toEqual(["PS256", "ES256"]);
    await strict.close();
  });
});

describe("a proof that was used", () => {
  const ask = (at: TestServer, proof: Record<string, string>) =>
    at.post("/auth/token", CLIENT_CREDENTIALS_FORM, { ...basic("service", SECRET), ...proof });

  test(proves("is refused on this node and on any other", "threat 85", "RFC 9449 11.1-2"), async () => {
    const opened = await openTemporary();
    const shared = { ...opened, close: async () => {} };
    const [one, two] = [
      await startTestServer({}, { opened: shared, clock: server.clock }),
      await startTestServer({}, { opened: shared, clock: server.clock }),
    ];
    const proof = await proofHeader(one, key);
    const answers = await Promise.all([one, two, one, two].map((at) => ask(at, proof)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    const body = await expectRefusal(await ask(two, proof), 400, "invalid_dpop_proof");
    expect(textOf(body, "error_description")).toContain("used before");
    // Another key may use the same identifier, so that no client can use up the proofs of another.
    const claims = { jti: "the same" };
    for (const each of [key, other])
      await expectBound(await requestBound(one, "service", CLIENT_CREDENTIALS_FORM, each, { claims }));
    await one.close();
    await two.close();
    await opened.close();
  });

  test(proves("is refused after a restart", "threat 85", "RFC 9449 11.1-2"), () =>
    withDatabaseFile(async (file) => {
      const start = async () => {
        const store = await openSqliteStore({ file });
        return startTestServer({}, { opened: { store, close: () => store.close() }, clock: server.clock });
      };
      const first = await start();
      const proof = await proofHeader(first, key);
      expect((await ask(first, proof)).status).toBe(200);
      await first.close();
      const second = await start();
      await expectRefusal(await ask(second, proof), 400, "invalid_dpop_proof");
      await second.close();
    }),
  );

  test(
    proves("is refused if it was made before the database was restored", "threat 85", "threat 37"),
    async () => {
      const restored = await startTestServer({}, { clock: server.clock });
      const revision = server.clock.seconds();
      await restored.context.store.commit({ changes: [insert(revisions, { name: RESTORED, revision })] });
      const proof = await proofHeader(restored, key);
      await expectRefusal(await ask(restored, proof), 400, "invalid_dpop_proof");
      server.clock.advance(31);
      await expectRefusal(await ask(restored, proof), 400, "invalid_dpop_proof");
      expect((await ask(restored, await proofHeader(restored, key))).status).toBe(200);
      await restored.close();
    },
  );

  test(proves("is refused at a resource", "threat 85"), async () => {
    const token = textOf(await codeTokens(key), "access_token");
    const headers = {
      Authorization: `DPoP ${token}`,
      ...(await proofHeader(server, key, { method: "GET", accessToken: token }, "/auth/userinfo")),
    };
    expect((await server.fetch("/auth/userinfo", { headers })).status).toBe(200);
    const again = await server.fetch("/auth/userinfo", { headers });
    await expectRefusal(again, 401, "invalid_dpop_proof");
    expect(again.headers.get("www-authenticate")).toStartWith("DPoP ");
  });
});

describe("a server that wants its nonces", () => {
  let asking: TestServer;
  beforeAll(async () => {
    asking = await startTestServer({ dpop: { nonces: "required" } });
    asking.clock.freeze();
  });
  afterAll(() => asking.close());
  const ask = (nonce?: string) => requestBound(asking, "service", CLIENT_CREDENTIALS_FORM, key, { nonce });

  test(
    proves("gives one out, and takes it", "threat 85", "RFC 9449 8-2", "RFC 9449 8-3", "RFC 9449 11.3-1"),
    async () => {
      const first = await ask();
      await expectRefusal(first, 400, "use_dpop_nonce");
      const nonce = first.headers.get("dpop-nonce") ?? "";
      expect(nonce).toMatch(/^[\x21\x23-\x5B\x5D-\x7E]+$/);
      const second = await ask(nonce);
      await expectBound(second);
      // Nothing new to say.
      expect(second.headers.get("dpop-nonce")).toBeNull();
      await expectRefusal(await ask("made up"), 400, "use_dpop_nonce");
    },
  );

  test(
    proves(
      "takes that of the stretch of time before, gives a new one, and takes no older one",
      "RFC 9449 8.2-1",
    ),
    async () => {
      const nonce = (await ask()).headers.get("dpop-nonce") ?? "";
      asking.clock.advance(300);
      const later = await ask(nonce);
      await expectBound(later);
      const next = later.headers.get("dpop-nonce");
      expect(next).not.toBeNull();
      expect(next).not.toBe(nonce);
      asking.clock.advance(300);
      await expectRefusal(await ask(nonce), 400, "use_dpop_nonce");
    },
  );

  test(proves("wants them at its resources too, with a challenge", "RFC 9449 9-1"), async () => {
    const nonce = (await ask()).headers.get("dpop-nonce") ?? "";
    const token = textOf(await expectBound(await ask(nonce)), "access_token");
    const response = await askBound(asking, "/auth/userinfo", token, key);
    await expectRefusal(response, 401, "use_dpop_nonce");
    expect(response.headers.get("www-authenticate")).toMatch(/^DPoP .*error="use_dpop_nonce".*algs="ES256 /);
    expect(response.headers.get("dpop-nonce")).toBe(nonce);
  });

  test(proves("makes them from a secret: another server does not know them", "RFC 9449 8-1"), async () => {
    const nonce = (await ask()).headers.get("dpop-nonce");
    const another = await startTestServer({ dpop: { nonces: "required" } }, { clock: asking.clock });
    const response = await requestBound(another, "service", CLIENT_CREDENTIALS_FORM, key);
    expect(response.headers.get("dpop-nonce")).not.toBe(nonce);
    await another.close();
  });
});

describe("a client that must prove its key", () => {
  const strictClients = (TEST_CONFIGURATION.clients ?? []).map((client) => ({
    ...client,
    dpop_bound_access_tokens: client.client_id === "service",
  }));

  test(proves("gets no bearer token, by its registration", "RFC 9449 5.2-1", "threat 85"), async () => {
    const strict = await startTestServer({ clients: strictClients });
    await expectRefusal(
      await requestBound(strict, "service", CLIENT_CREDENTIALS_FORM, null),
      400,
      "invalid_dpop_proof",
    );
    await boundService(key, strict);
    await strict.close();
  });

  test("gets none by the setting for all", async () => {
    const strict = await startTestServer({ dpop: { required: true } });
    await expectRefusal(
      await requestBound(strict, "service", CLIENT_CREDENTIALS_FORM, null),
      400,
      "invalid_dpop_proof",
    );
    await boundService(key, strict);
    await strict.close();
  });

  test(proves("registers for it, and cannot take it back", "RFC 9449 5.2-1", "threat 85"), async () => {
    const metadata = { redirect_uris: ["https://spa.example/cb"], token_endpoint_auth_method: "none" };
    const answer = await jsonOf(
      await postRegistration(server, { ...metadata, dpop_bound_access_tokens: true }),
    );
    expect(answer.dpop_bound_access_tokens).toBe(true);
    const uri = textOf(answer, "registration_client_uri");
    const changed = await server.fetch(uri, {
      method: "PUT",
      headers: {
        Authorization: `Bearer ${textOf(answer, "registration_access_token")}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ ...metadata, client_id: answer.client_id, dpop_bound_access_tokens: false }),
    });
    expect((await jsonOf(changed)).dpop_bound_access_tokens).toBe(true);
    const wrong = await postRegistration(server, { ...metadata, dpop_bound_access_tokens: "yes" });
    await expectRefusal(wrong, 400, "invalid_client_metadata");
  });
});

describe("a refresh token", () => {
  const refreshed = (token: string, by: ProofKey | null, clientId = "native") =>
    requestBound(server, clientId, refreshForm(token), by);

  test(
    proves(
      "of a public client is bound to its key, and a request without it is no use",
      "threat 85",
      "RFC 9449 5-3",
      "RFC 9449 5-4",
    ),
    async () => {
      const token = textOf(await codeTokens(key), "refresh_token");
      for (const by of [other, null]) await expectRefusal(await refreshed(token, by), 400, "invalid_grant");
      const next = await expectBound(await refreshed(token, key));
      // Late, and without the key: this would be a replay that ends the grant.
      server.clock.advance(3600);
      for (const by of [other, null]) await expectRefusal(await refreshed(token, by), 400, "invalid_grant");
      const last = await expectBound(await refreshed(textOf(next, "refresh_token"), key));
      // With the key it is one.
      await expectRefusal(await refreshed(token, key), 400, "invalid_grant");
      await expectRefusal(await refreshed(textOf(last, "refresh_token"), key), 400, "invalid_grant");
    },
  );

  test("of a public client gives the same answer again, with a new proof of the key", async () => {
    const token = textOf(await codeTokens(key), "refresh_token");
    const first = await expectBound(await refreshed(token, key));
    const again = await expectBound(await refreshed(token, key));
    expect(again.access_token).toBe(first.access_token);
    expect(again.refresh_token).toBe(first.refresh_token);
  });

  test(proves("of a client with a secret may change its key, and never to no key", "threat 85"), async () => {
    const token = textOf(await codeTokens(key, "web"), "refresh_token");
    await expectRefusal(await refreshed(token, null, "web"), 400, "invalid_grant");
    const next = await expectBound(await refreshed(token, other, "web"));
    expect(await introspectAs(server, "web", textOf(next, "access_token"))).toMatchObject({
      cnf: { jkt: other.thumbprint },
    });
    // A retry would get the token of another key.
    await expectRefusal(await refreshed(token, key, "web"), 400, "invalid_grant");
    await expectBound(await refreshed(textOf(next, "refresh_token"), key, "web"));
  });

  test(
    proves(
      "that was a bearer token may be bound from now on, and its next use without a key ends all",
      "threat 85",
    ),
    async () => {
      const token = textOf(await codeTokens(null), "refresh_token");
      const next = await expectBound(await refreshed(token, key));
      // Two hold the token. One of them is a thief.
      await expectRefusal(await refreshed(token, null), 400, "invalid_grant");
      await expectRefusal(await refreshed(textOf(next, "refresh_token"), key), 400, "invalid_grant");
    },
  );
});

describe("a code", () => {
  const redeemed = async (code: string, by: ProofKey | null) =>
    requestBound(server, "native", codeForm(code, NATIVE_CALLBACK), by);
  const boundCode = (dpop_jkt: string) =>
    codeFor(server, person, { client_id: "native", redirect_uri: NATIVE_CALLBACK, dpop_jkt });

  test(
    proves("that was asked for with dpop_jkt is redeemed with that key alone", "threat 85", "RFC 9449 10-1"),
    async () => {
      const code = await boundCode(key.thumbprint);
      for (const by of [other, null]) await expectRefusal(await redeemed(code, by), 400, "invalid_grant");
      await expectBound(await redeemed(code, key));
    },
  );

  test("is not guessed without end", async () => {
    const code = await boundCode(key.thumbprint);
    for (let count = 0; count < 5; count += 1) await redeemed(code, other);
    await expectRefusal(await redeemed(code, key), 400, "invalid_grant");
  });

  test.each(["short", `${UNMATCHED}A`, `${UNMATCHED.slice(0, 42)}t`, "!".repeat(43)])(
    "dpop_jkt is a thumbprint, and %s is none",
    async (dpop_jkt) =>
      expect(await rejectionOf(boundCode(dpop_jkt))).toMatchObject({ message: "parameter_invalid" }),
  );
});

describe("a pushed request", () => {
  const push = async (form: Record<string, string>, by: ProofKey | null) => {
    const url = `${server.issuer}/auth/par`;
    const headers: HeadersInit =
      by === null ? {} : { DPoP: await proofFor(by, { url }, server.clock.seconds()) };
    const incoming = {
      request: new Request(url, { method: "POST", headers }),
      path: "/auth/par",
      query: "",
      parameters: {},
      address: ADDRESS,
      requestId: "request",
    };
    const parameters = new SentParameters(
      new Map(Object.entries(form).map(([name, value]) => [name, [value]])),
    );
    const client = { clientId: "web", securityProfile: null };
    return pushedKey(server.context, actOfStranger(incoming), incoming, parameters, client);
  };

  test(
    proves(
      "names its key by the parameter, by a proof, or by both, which must agree",
      "RFC 9449 10.1-1",
      "RFC 9449 10.1-2",
    ),
    async () => {
      expect(await push({}, null)).toBeUndefined();
      expect(await push({ dpop_jkt: UNMATCHED }, null)).toBe(UNMATCHED);
      expect(await push({}, key)).toBe(key.thumbprint);
      expect(await push({ dpop_jkt: key.thumbprint }, key)).toBe(key.thumbprint);
      expect(await rejectionOf(push({ dpop_jkt: UNMATCHED }, key))).toMatchObject({
        reason: "dpop_jkt_mismatch",
      });
    },
  );
});

describe("a resource of this server", () => {
  let token = "";
  let bearer = "";
  beforeAll(async () => {
    token = textOf(await codeTokens(key), "access_token");
    bearer = textOf(await codeTokens(null), "access_token");
  });
  const userinfo = (changes: ProofChanges = {}, by = key) =>
    askBound(server, "/auth/userinfo", token, by, changes);

  test(proves("takes a token with a proof of its key", "RFC 9449 7.1-1", "RFC 9449 7-1"), async () => {
    expect(await jsonOf(await userinfo())).toMatchObject({ sub: person.subject });
    const posted = await askBound(server, "/auth/userinfo", token, key, {}, { method: "POST" });
    expect(posted.status).toBe(200);
    const lower = await askBound(
      server,
      "/auth/userinfo",
      token,
      key,
      {},
      {
        headers: { Authorization: `dpop ${token}` },
      },
    );
    expect(lower.status).toBe(200);
  });

  test.each([
    ["for another token", { claims: { ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" } }],
    ["for no token", { claims: { ath: undefined } }],
    ["for another method", { claims: { htm: "POST" } }],
    ["for another address", { claims: { htu: "https://auth.example/auth/token" } }],
    ["of an hour ago", { claims: { iat: 1_700_000_000 } }],
    ["of another typ", { header: { typ: "jwt" } }],
  ])(
    proves(
      "refuses a proof %s, with a challenge",
      "threat 85",
      "RFC 9449 7.1-1",
      "RFC 9449 7.1-2",
      "RFC 9449 4.2-4",
    ),
    async (_, changes) => {
      const response = await userinfo(changes);
      await expectRefusal(response, 401, "invalid_dpop_proof");
      expect(response.headers.get("www-authenticate")).toMatch(
        /^DPoP realm="Tessera", error="invalid_dpop_proof", .*algs="ES256 EdDSA /,
      );
    },
  );

  test(proves("refuses the proof of another key, and no proof", "threat 85", "RFC 9449 7.1-1"), async () => {
    await expectRefusal(await userinfo({}, other), 401, "invalid_token");
    const without = await server.fetch("/auth/userinfo", { headers: { Authorization: `DPoP ${token}` } });
    await expectRefusal(without, 401, "invalid_dpop_proof");
  });

  test(
    proves(
      "takes no bound token as a bearer token, anywhere, and no bearer token with DPoP",
      "threat 85",
      "RFC 9449 7.2-1",
    ),
    async () => {
      const form = { scope: MANAGEMENT_SCOPES.join(" ") };
      const managing = textOf(await codeTokens(key, "web", form), "access_token");
      const introspect = await requestBound(
        server,
        "service",
        { ...CLIENT_CREDENTIALS_FORM, scope: "tessera.read" },
        key,
      );
      const program = textOf(await expectBound(introspect), "access_token");
      const withBearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });
      const asBearer = [
        await server.fetch("/auth/userinfo", withBearer(token)),
        await server.post("/auth/userinfo", { access_token: token }),
        await server.post("/auth/introspect", { token }, withBearer(token).headers),
        await server.fetch("/api/people", withBearer(managing)),
        await server.fetch("/api/people", withBearer(program)),
        await server.fetch("/auth/register?client_id=native", withBearer(token)),
      ];
      for (const response of asBearer) {
        await expectRefusal(response, 401, "invalid_token");
        expect(response.headers.get("www-authenticate")).toStartWith("Bearer ");
      }
      expect(asBearer[0]?.headers.get("www-authenticate")).toMatch(/, DPoP algs="[A-Z0-9a-z ]+"$/);
      expect((await askBound(server, "/api/people", managing, key)).status).toBe(200);
      expect((await askBound(server, "/api/people?limit=1", program, key)).status).toBe(200);
      const downgraded = await askBound(server, "/auth/userinfo", bearer, key);
      await expectRefusal(downgraded, 401, "invalid_token");
      expect((await server.fetch("/auth/userinfo", withBearer(bearer))).status).toBe(200);
    },
  );

  test(
    proves("bounds the proofs of a token, and of a client that registered itself", "threat 61"),
    async () => {
      const limited = await startTestServer({
        limits: { proofs_per_token: 3, proofs_per_registered_client: 4 },
      });
      try {
        const person = await limited.addPerson("ada");
        const begin = async () => {
          const code = await codeFor(limited, person, { scope: "openid" });
          const answer = await requestBound(limited, "web", codeForm(code, WEB_CALLBACK), key);
          return textOf(await jsonOf(answer), "access_token");
        };
        const ask = async (token: string, changes: ProofChanges = {}) => {
          const response = await askBound(limited, "/auth/userinfo", token, key, changes);
          return response.status;
        };
        const [first, second, third] = [await begin(), await begin(), await begin()];
        // A proof that is refused leaves no row, and takes nothing from the budget.
        expect(await ask(first, { claims: { jti: "once" } })).toBe(200);
        for (let count = 0; count < 5; count += 1)
          expect(await ask(first, { claims: { jti: "once" } })).toBe(401);
        expect([await ask(first), await ask(first), await ask(first)]).toEqual([200, 200, 429]);
        // Another token of the operator's client has a budget of its own.
        expect([await ask(second), await ask(second)]).toEqual([200, 200]);
        const client = await limited.context.store.findClient("web");
        if (client === null) throw new Error("There is no client.");
        await limited.context.store.putClient({ ...client, source: "registration" });
        const refused = await askBound(limited, "/auth/userinfo", third, key);
        await expectRefusal(refused, 429, "temporarily_unavailable");
        expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
        await limited.context.store.vouchForClient("web");
        expect(await ask(third)).toBe(200);
      } finally {
        await limited.close();
      }
    },
  );

  test(proves("names both schemes to a request without a token", "RFC 9449 7.2-2"), async () => {
    const { headers } = await server.fetch("/auth/userinfo");
    expect(headers.get("www-authenticate")).toMatch(/^Bearer realm="Tessera", DPoP algs="ES256 /);
  });

  test(proves("can be asked by scripts of other sites", "RFC 9449 8-4", "RFC 9449 9-2"), async () => {
    const preflight = await server.fetch("/auth/userinfo", {
      method: "OPTIONS",
      headers: { "Access-Control-Request-Headers": "dpop, authorization" },
    });
    expect(preflight.headers.get("access-control-allow-headers")).toContain("DPoP");
    const exposed = (await userinfo()).headers.get("access-control-expose-headers") ?? "";
    for (const name of ["DPoP-Nonce", "WWW-Authenticate"]) expect(exposed).toContain(name);
  });
});

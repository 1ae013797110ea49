/** The strict profile at the authorization endpoint, at the PAR endpoint and in what is signed. protocol/security-profile.ts decides. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import { pushedRequests } from "../../src/store/tables/requests.ts";
import { assertionForm, newKey, signAssertion } from "../support/client-assertions.ts";
import { answerConsentAt, authorizePath, challengeOf, redirectOf, VERIFIER } from "../support/code-flow.ts";
import { newProofKey, proofHeader } from "../support/dpop.ts";
import { expectRefusal, jsonOf, postRegistration, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { postPush, pushedPath } from "../support/pushed.ts";
import {
  basic,
  ISSUER,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";

const CALLBACK = "https://strict.example/callback";
const credentials = { headers: basic("strict", SECRET) };

let server: TestServer;
let cookie = "";
let client: ClientRecord;
let keys: Record<"ES256" | "RS256", CryptoKey>;
beforeAll(async () => {
  const [elliptic, rsa] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("RS256")]);
  keys = { ES256: elliptic.privateKey, RS256: rsa.privateKey };
  const jwks = {
    keys: [
      { ...(await exportJWK(elliptic.publicKey)), kid: "ES256" },
      { ...(await exportJWK(rsa.publicKey)), kid: "RS256" },
    ],
  };
  server = await startTestServer({
    registration: { mode: "open" },
    signing: { algorithms: ["RS256", "ES256"] },
    lifetimes: { authorization_code_seconds: 600 },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "strict", redirect_uris: [CALLBACK], secrets: [SECRET], require_pkce: false },
    ],
  });
  const found = await server.context.store.findClient("strict");
  if (found === null) throw new Error("There is no client.");
  client = { ...found, jwks };
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());
beforeEach(() => hold("fapi-2.0"));

/** A secret proves the client here: the rule about that is one of the registration. */
const hold = (securityProfile: ClientRecord["securityProfile"]) =>
  server.context.store.putClient({ ...client, securityProfile });

const ASKED = { client_id: "strict", redirect_uri: CALLBACK };

test(
  proves(
    "an operator who drops every strong algorithm gets refusals that name the cure, and no weaker signatures",
    "FAPI 2.0 5.4.1-2",
    "threat 85",
  ),
  async () => {
    const weak = await startTestServer({ signing: { algorithms: ["RS256"] } });
    try {
      const person = await weak.signIn(await weak.addPerson("ada"));
      const held = (changes: Partial<ClientRecord>) =>
        weak.context.store.putClient({
          ...client,
          grantTypes: ["authorization_code", "client_credentials"],
          securityProfile: "fapi-2.0",
          ...changes,
        });
      await held({});
      await expectRefusal(await postPush(weak, ASKED, credentials), 400, "unauthorized_client");
      const asked = redirectOf(await answerConsentAt(weak, person, authorizePath(ASKED)));
      expect(asked.searchParams.get("error")).toBe("unauthorized_client");
      const form = { grant_type: "client_credentials" };
      const body = await expectRefusal(
        await weak.post("/auth/token", form, credentials.headers),
        400,
        "unauthorized_client",
      );
      expect(String(body.error_description)).toContain("algorithms");
      // Nothing could sign an answer that must be signed: the person sees a page.
      await held({ securityProfile: "fapi-2.0-message-signing" });
      const page = await weak.fetch(authorizePath({ ...ASKED, response_mode: "jwt" }), {
        headers: { cookie: person },
      });
      expect(page.status).toBe(400);
    } finally {
      await weak.close();
    }
  },
);

describe("a client of fapi-2.0", () => {
  test(
    proves(
      "pushes its requests, with PKCE and its redirect URI",
      "FAPI 2.0 5.3.2.2-1",
      "FAPI 2.0 5.3.2.2-3",
      "FAPI 2.0 5.3.2.2-4",
      "FAPI 2.0 5.3.2.2-5",
      "FAPI 2.0 5.3.2.2-6",
      "FAPI 2.0 5.3.2.2-12",
    ),
    async () => {
      const plain = redirectOf(await answerConsentAt(server, cookie, authorizePath(ASKED)));
      expect(plain.searchParams.get("error")).toBe("invalid_request");
      expect(plain.searchParams.get("error_description")).toContain("must be pushed");
      const faults = [
        { code_challenge: undefined, code_challenge_method: undefined },
        { code_challenge_method: "plain" },
        { redirect_uri: undefined },
      ];
      for (const fault of faults)
        await expectRefusal(
          await postPush(server, { ...ASKED, ...fault }, credentials),
          400,
          "invalid_request",
        );
      const token = await postPush(server, { ...ASKED, response_type: "token" }, credentials);
      await expectRefusal(token, 400, "unsupported_response_type");
      await expectRefusal(await postPush(server, ASKED, {}), 401, "invalid_client");
      const pushed = await jsonOf(await postPush(server, ASKED, credentials));
      expect(pushed.expires_in).toBeLessThan(600);
    },
  );

  test(
    proves(
      "gets a code for a minute, iss in the answer, a long nonce back, and tokens that are bound, and signed with a strong algorithm",
      "FAPI 2.0 5.3.2.1-4",
      "FAPI 2.0 5.3.2.1-11",
      "FAPI 2.0 5.3.2.2-7",
      "FAPI 2.0 5.3.2.2-14",
      "FAPI 2.0 5.4.1-2",
    ),
    async () => {
      const nonce = "n".repeat(64);
      const begin = async () => {
        const asked = { ...ASKED, scope: "openid", nonce };
        const pushed = await jsonOf(await postPush(server, asked, credentials));
        const page = pushedPath(textOf(pushed, "request_uri"), "strict");
        const { searchParams } = redirectOf(await answerConsentAt(server, cookie, page));
        expect(searchParams.get("iss")).toBe(ISSUER);
        return searchParams.get("code") ?? "";
      };
      const key = await newProofKey();
      const redeem = async (code: string, proof: Record<string, string>) =>
        server.post(
          "/auth/token",
          { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
          { ...credentials.headers, ...proof },
        );
      const late = await begin();
      server.clock.advance(61);
      await expectRefusal(await redeem(late, await proofHeader(server, key)), 400, "invalid_grant");
      const code = await begin();
      await expectRefusal(await redeem(code, {}), 400, "invalid_dpop_proof");
      const tokens = await jsonOf(await redeem(code, await proofHeader(server, key)));
      expect(tokens.token_type).toBe("DPoP");
      const idToken = textOf(tokens, "id_token");
      expect(decodeProtectedHeader(idToken).alg).toBe("ES256");
      const claims = JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString());
      expect(claims.nonce).toBe(nonce);
    },
  );

  test(
    proves("gets access tokens that are strongly signed, if the API wants JWTs", "FAPI 2.0 5.4.1-2"),
    async () => {
      await server.context.store.putClient({
        ...client,
        grantTypes: ["client_credentials"],
        securityProfile: "fapi-2.0",
        accessTokenFormat: "jwt",
      });
      const ask = async () =>
        server.post(
          "/auth/token",
          { grant_type: "client_credentials", scope: "files" },
          { ...credentials.headers, ...(await proofHeader(server, await newProofKey())) },
        );
      const algorithm = async () =>
        decodeProtectedHeader(textOf(await jsonOf(await ask()), "access_token")).alg;
      expect(await algorithm()).toBe("ES256");
      await server.context.store.putClient({
        ...client,
        grantTypes: ["client_credentials"],
        accessTokenFormat: "jwt",
      });
      expect(await algorithm()).toBe("RS256");
      const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
      expect(metadata.access_token_signing_alg_values_supported).toEqual(["RS256", "ES256"]);
    },
  );

  test("proves itself with a signature at the PAR endpoint, each time with a new one", async () => {
    const [strong, weak] = await Promise.all([newKey("strong"), newKey("weak", "RS256")]);
    const registered = await jsonOf(
      await postRegistration(server, {
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: "private_key_jwt",
        jwks: { keys: [strong.publicJwk, weak.publicJwk] },
        security_profile: "fapi-2.0",
      }),
    );
    expect(registered.security_profile).toBe("fapi-2.0");
    const clientId = textOf(registered, "client_id");
    const asked = { client_id: clientId, redirect_uri: CALLBACK };
    const facts = { clientId, issuer: ISSUER, now: server.clock.seconds() };
    const assertion = await signAssertion(strong, facts);
    const once = () => postPush(server, asked, { form: assertionForm(assertion) });
    expect((await once()).status).toBe(201);
    await expectRefusal(await once(), 401, "invalid_client");
    const weakly = await postPush(server, asked, { form: assertionForm(await signAssertion(weak, facts)) });
    await expectRefusal(weakly, 401, "invalid_client");
    const kept = await server.context.store.list(pushedRequests, { limit: 100 });
    expect(JSON.stringify(kept)).not.toContain("client_assertion");
  });

  test(
    proves("cannot be one without a key of its own", "FAPI 2.0 5.3.2.1-3", "FAPI 2.0 5.3.2.1-6"),
    async () => {
      const metadata = { redirect_uris: [CALLBACK], security_profile: "fapi-2.0" };
      for (const token_endpoint_auth_method of ["none", "client_secret_basic"]) {
        const refused = await postRegistration(server, { ...metadata, token_endpoint_auth_method });
        const body = await expectRefusal(refused, 400, "invalid_client_metadata");
        expect(body.error_description).toContain("proves itself with a key");
      }
      await expectRefusal(
        await postRegistration(server, { ...metadata, security_profile: "fapi-1.0" }),
        400,
        "invalid_client_metadata",
      );
    },
  );
});

describe("a client of message signing", () => {
  const whole = (changes: JWTPayload = {}): JWTPayload => {
    const now = server.clock.seconds();
    return {
      iss: "strict",
      aud: ISSUER,
      nbf: now,
      exp: now + 300,
      client_id: "strict",
      response_type: "code",
      response_mode: "jwt",
      redirect_uri: CALLBACK,
      scope: "mail.read",
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: "S256",
      ...changes,
    };
  };
  const sign = (claims: JWTPayload, alg: "ES256" | "RS256" = "ES256", typ?: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, kid: alg, ...(typ !== undefined && { typ }) })
      .sign(keys[alg]);
  const post = async (request: string) => server.post("/auth/par", { request }, credentials.headers);

  test(
    proves(
      "pushes a signed request with its times, strongly signed, and asks for a signed answer",
      "FAPI Signing 5.3.1-1",
      "FAPI Signing 5.3.1-2",
      "FAPI Signing 5.3.1-3",
      "FAPI Signing 5.3.1-4",
      "FAPI Signing 5.3.1-5",
      "FAPI Signing 5.4.1-1",
      "threat 36",
    ),
    async () => {
      await hold("fapi-2.0-message-signing");
      const now = server.clock.seconds();
      for (const good of [
        await sign(whole()),
        await sign(whole({ aud: ["https://other.example", ISSUER] }), "ES256", "oauth-authz-req+jwt"),
        await sign(whole({ nbf: now + 8, exp: now + 8 + 3600 })),
      ])
        expect((await post(good)).status).toBe(201);
      await expectRefusal(await postPush(server, ASKED, credentials), 400, "invalid_request");
      const bad = {
        "no nbf": await sign(whole({ nbf: undefined })),
        "no exp": await sign(whole({ exp: undefined })),
        "no aud": await sign(whole({ aud: undefined })),
        "another aud": await sign(whole({ aud: `${ISSUER}/auth/par` })),
        "an old nbf": await sign(whole({ nbf: now - 3700, exp: now - 200 + 300 })),
        "a late exp": await sign(whole({ exp: now + 3700 })),
        "an nbf far ahead": await sign(whole({ nbf: now + 120 })),
        RS256: await sign(whole(), "RS256"),
      };
      for (const [name, request] of Object.entries(bad)) {
        const body = await jsonOf(await post(request));
        expect({ name, error: body.error }).toEqual({ name, error: "invalid_request_object" });
      }
      const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(whole())).toString("base64url")}.`;
      await expectRefusal(await post(unsigned), 400, "invalid_request");
      const plainAnswer = await expectRefusal(
        await post(await sign(whole({ response_mode: undefined }))),
        400,
        "invalid_request",
      );
      expect(plainAnswer.error_description).toContain("response_mode must be jwt");
    },
  );

  test.each([
    ["neither pushed nor signed", undefined, "search"],
    ["with an answer in the fragment", "fragment", "hash"],
    ["with a mode that does not exist", "nonsense", "search"],
  ] as const)(
    proves("hears of a request %s in a signed answer", "FAPI Signing 5.4.1-1", "JARM 2.1-3"),
    async (_, mode, part) => {
      await hold("fapi-2.0-message-signing");
      const asked = authorizePath({ ...ASKED, response_mode: mode });
      const answer = redirectOf(await server.fetch(asked, { headers: { Cookie: cookie } }));
      expect(answer.href).toStartWith(`${CALLBACK}${part === "hash" ? "#" : "?"}`);
      const parameters = new URLSearchParams(answer[part].slice(1));
      expect([...parameters.keys()]).toEqual(["response"]);
      const response = parameters.get("response") ?? "";
      const set = createLocalJWKSet((await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet);
      const { payload, protectedHeader } = await jwtVerify(response, set, {
        issuer: ISSUER,
        audience: "strict",
        currentDate: new Date(server.clock.millis()),
      });
      expect(protectedHeader.alg).toBe("ES256");
      expect(payload.error).toBe("invalid_request");
    },
  );

  test("shows a page where no redirect URI of it is named", async () => {
    await hold("fapi-2.0-message-signing");
    const asked = authorizePath({ ...ASKED, redirect_uri: "https://evil.example/" });
    const response = await server.fetch(asked, { headers: { Cookie: cookie } });
    expect({ status: response.status, location: response.headers.get("location") }).toEqual({
      status: 400,
      location: null,
    });
  });

  test("gets its answer signed with a strong algorithm", async () => {
    await hold("fapi-2.0-message-signing");
    const pushed = await jsonOf(await post(await sign(whole())));
    const page = pushedPath(textOf(pushed, "request_uri"), "strict");
    const { searchParams } = redirectOf(await answerConsentAt(server, cookie, page));
    expect([...searchParams.keys()]).toEqual(["response"]);
    expect(decodeProtectedHeader(searchParams.get("response") ?? "").alg).toBe("ES256");
  });
});

test(
  proves("a client that registered itself does not leave its profile by an update", "threat 85"),
  async () => {
    const { publicJwk } = await newKey("own");
    const metadata = {
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [publicJwk] },
    };
    const registered = await jsonOf(
      await postRegistration(server, { ...metadata, security_profile: "fapi-2.0" }),
    );
    const update = (changes: Record<string, unknown>) =>
      server.fetch(textOf(registered, "registration_client_uri"), {
        method: "PUT",
        headers: {
          Authorization: `Bearer ${textOf(registered, "registration_access_token")}`,
          "Content-Type": "application/json",
        },
        body: JSON.stringify({ ...metadata, client_id: registered.client_id, ...changes }),
      });
    const profileAfter = async (changes: Record<string, unknown>) =>
      (await jsonOf(await update(changes))).security_profile;
    expect(await profileAfter({})).toBe("fapi-2.0");
    // The profile holds for the rest of the update too.
    for (const changes of [
      { token_endpoint_auth_method: "none" },
      { token_endpoint_auth_method: "client_secret_basic", jwks: null },
      { security_profile: "none" },
    ])
      await expectRefusal(await update(changes), 400, "invalid_client_metadata");
    expect(await profileAfter({ security_profile: "fapi-2.0-message-signing" })).toBe(
      "fapi-2.0-message-signing",
    );
    expect(await profileAfter({ security_profile: "fapi-2.0" })).toBe("fapi-2.0-message-signing");
  },
);

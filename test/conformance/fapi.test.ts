/**
 * The plans for FAPI 2.0 of the conformance suite of the OpenID Foundation, module by module (ledger/fapi-suite.ts): requests as the suite
 * sends them, by clients that authenticate with a signature or a certificate, and whose tokens are bound by DPoP or a certificate.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash, randomUUID } from "node:crypto";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { checkKeySet } from "../../src/clients/key-set.ts";
import type { RedirectUri } from "../../src/protocol/identifiers.ts";
import type { SecurityProfile } from "../../src/protocol/security-profile.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { clientId as asClientId, newClient, scopes } from "../store/records.ts";
import { rfc9440, selfSigned, type TestCertificate } from "../support/certificates.ts";
import { assertionForm, newKey, signAssertion, type TestKey } from "../support/client-assertions.ts";
import { answerConsentAt, challengeOf, redirectOf, VERIFIER } from "../support/code-flow.ts";
import { newProofKey, type ProofChanges, type ProofKey, proofFor } from "../support/dpop.ts";
import { type Json, jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { pushedPath } from "../support/pushed.ts";
import { encodeForm, ISSUER, startTestServer, type TestServer } from "../support/server.ts";

interface Plan {
  readonly words: string;
  readonly by: "private_key_jwt" | "mtls";
  readonly bound: "DPoP" | "mtls";
  readonly openid: boolean;
  readonly profile: SecurityProfile;
}

const JWT: Plan = {
  words: "DPoP, openid",
  by: "private_key_jwt",
  bound: "DPoP",
  openid: true,
  profile: "fapi-2.0",
};
const MTLS: Plan = { ...JWT, words: "mTLS, openid", by: "mtls", bound: "mtls" };
const SIGNING: Plan = { ...JWT, words: "message signing", profile: "fapi-2.0-message-signing" };
const PLANS: readonly Plan[] = [
  JWT,
  { ...JWT, words: "DPoP, plain OAuth", openid: false },
  MTLS,
  { ...MTLS, words: "mTLS, plain OAuth", openid: false },
  { ...JWT, words: "private_key_jwt, bound by mTLS", bound: "mtls" },
  { ...MTLS, words: "mTLS, bound by DPoP", bound: "DPoP" },
  SIGNING,
];

/** What a request hears that shows neither a proof nor a certificate. */
const unprovenBy = ({ by, bound }: Plan): string =>
  by === "mtls" ? "401 invalid_client" : bound === "mtls" ? "400 invalid_request" : "400 invalid_dpop_proof";

let folder: string;
let server: TestServer;
let person: AccountRecord;
let cookie = "";
let proofKey: ProofKey;
let otherProofKey: ProofKey;

interface Keys {
  readonly strong: TestKey;
  /** Of the same kind of key, and registered: only the profile forbids it. */
  readonly weak: TestKey;
  readonly certificate: TestCertificate;
}
const keys: Record<"first" | "second", Keys> = { first: {} as Keys, second: {} as Keys };

const callbackOf = (id: string): string => `https://${id}.example/callback`;

beforeAll(async () => {
  folder = temporaryFolder();
  for (const [index, name] of (["first", "second"] as const).entries())
    keys[name] = {
      strong: await newKey(`${name}-strong`, index === 0 ? "PS256" : "ES256"),
      weak: await newKey(`${name}-weak`, "RS256"),
      certificate: selfSigned(folder, name, `/CN=${name}`),
    };
  [proofKey, otherProofKey] = [await newProofKey("PS256"), await newProofKey("ES256")];
  server = await startTestServer({
    trusted_proxies: ["loopback"],
    client_certificates: { header: "Client-Cert", url: "https://mtls.auth.example" },
    // What it lets other clients send must not reach these.
    client_assertion_audience: "compatible",
    lifetimes: { authorization_code_seconds: 600, refresh_token_seconds: 1800 },
    signing: { algorithms: ["RS256", "PS256", "ES256"] },
  });
  server.clock.freeze();
  const { createClient } = server.context.store;
  const clients = new Map(PLANS.map((plan) => [idOf(plan, "first"), plan]));
  for (const { by, bound, profile } of clients.values())
    for (const name of ["first", "second"] as const) {
      const id = idOf({ by, bound, profile }, name);
      const { strong, weak, certificate } = keys[name];
      const x5c = { kty: "EC", crv: "P-256", x: "x", y: "y", x5c: [certificate.der] };
      await createClient(
        newClient({
          clientId: asClientId(id),
          redirectUris: [callbackOf(id) as RedirectUri],
          grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
          scope: scopes("openid", "profile", "email", "address", "phone", "offline_access", "mail.read"),
          defaultScope: scopes("mail.read"),
          defaultMaxAge: null,
          defaultAcrValues: [],
          userinfoSignedResponseAlg: null,
          introspectionSignedResponseAlg: null,
          tokenEndpointAuthMethod: by === "mtls" ? "self_signed_tls_client_auth" : by,
          tlsClientCertificateBoundAccessTokens: bound === "mtls",
          jwks: { keys: by === "mtls" ? [x5c] : [strong.publicJwk, weak.publicJwk] },
          securityProfile: profile,
          secrets: [],
        }),
      );
    }
  person = await server.addPerson("ada", { name: "Ada King Lovelace", email: "ada@example.org" });
});
beforeEach(async () => {
  cookie = await server.signIn(person);
});
afterAll(async () => {
  await server.close();
  removeTemporaryFolders();
});

/** This server makes its keys when the first of them signs. */
const publishedKeys = async () =>
  createLocalJWKSet((await (await server.fetch("/auth/jwks.json")).json()) as JSONWebKeySet);

const idOf = (
  { by, bound, profile }: Pick<Plan, "by" | "bound" | "profile">,
  name: "first" | "second",
): string =>
  `${by === "mtls" ? "mtls" : "jwt"}-${bound.toLowerCase()}${profile === "fapi-2.0" ? "" : "-signing"}-${name}`;

/** How a request differs from that of a client that does everything right. */
interface Sent {
  readonly as?: "first" | "second";
  readonly assertion?: Readonly<Record<string, unknown>> | null;
  /** Signs the assertion. */
  readonly key?: TestKey;
  readonly certificate?: TestCertificate | null;
  /** Null: no proof. */
  readonly proof?: ProofKey | null;
  readonly proofChanges?: ProofChanges;
  readonly method?: string;
}

/** POSTs a form with the credentials of the plan. */
async function send(
  { by, bound, profile }: Plan,
  path: string,
  form: Readonly<Record<string, string | undefined>>,
  sent: Sent = {},
): Promise<Response> {
  const { as = "first", assertion = {}, proof = null, method = "POST" } = sent;
  const id = idOf({ by, bound, profile }, as);
  const { key = keys[as].strong, certificate = keys[as].certificate } = sent;
  const now = server.clock.seconds();
  const signed =
    by === "private_key_jwt" && assertion !== null
      ? assertionForm(await signAssertion(key, { clientId: id, issuer: ISSUER, now, claims: assertion }))
      : {};
  const headers: Record<string, string> = {
    "Content-Type": "application/x-www-form-urlencoded",
    // The suite sends it to every endpoint.
    "x-fapi-interaction-id": randomUUID(),
    ...((by === "mtls" || bound === "mtls") &&
      certificate !== null && { "Client-Cert": rfc9440(certificate) }),
    ...(bound === "DPoP" &&
      proof !== null && { DPoP: await proofFor(proof, { url: ISSUER + path, ...sent.proofChanges }, now) }),
  };
  const body = encodeForm({ ...(by === "mtls" && { client_id: id }), ...signed, ...form });
  const request = new Request(ISSUER + path, { method, headers, ...(method === "POST" && { body }) });
  return server.handle(request, "127.0.0.1", () => true);
}

type Changes = Readonly<Record<string, string | undefined>>;

/** What the client asks for; in message signing these are the claims of the request object. */
const asked = (plan: Plan, as: "first" | "second", changes: Changes): Changes => ({
  client_id: idOf(plan, as),
  response_type: "code",
  redirect_uri: callbackOf(idOf(plan, as)),
  scope: plan.openid ? "openid profile mail.read offline_access" : "profile mail.read offline_access",
  state: "a state",
  nonce: plan.openid ? "a nonce" : undefined,
  code_challenge: challengeOf(VERIFIER),
  code_challenge_method: "S256",
  response_mode: plan.profile === "fapi-2.0" ? undefined : "jwt",
  ...changes,
});

/** A request object. The claims about itself can be changed, and who signs it. */
function requestObject(
  claims: Readonly<Record<string, unknown>>,
  changes: JWTPayload = {},
  { key = keys.first.strong, typ }: { readonly key?: TestKey; readonly typ?: string } = {},
): Promise<string> {
  const now = server.clock.seconds();
  const all = {
    ...claims,
    iss: claims.client_id,
    aud: ISSUER,
    iat: now,
    nbf: now,
    exp: now + 300,
    ...changes,
  };
  const whole = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const header = { alg: key.algorithm, kid: key.kid, ...(typ !== undefined && { typ }) };
  return new SignJWT(whole).setProtectedHeader(header).sign(key.privateKey);
}

/** Pushes the request, signed where the plan says so. */
async function par(plan: Plan, changes: Changes = {}, sent: Sent = {}): Promise<Response> {
  const { as = "first" } = sent;
  const parameters = asked(plan, as, changes);
  if (plan.profile === "fapi-2.0") return send(plan, "/auth/par", parameters, sent);
  const request = await requestObject(parameters, {}, { key: keys[as].strong });
  return send(plan, "/auth/par", { client_id: idOf(plan, as), request }, sent);
}

const pushed = async (plan: Plan, changes: Changes = {}, sent: Sent = {}): Promise<string> => {
  const response = await par(plan, changes, sent);
  expect(response.status).toBe(201);
  return textOf(await jsonOf(response), "request_uri");
};

/** The parameters of the answer, those of a signed one after its check. */
async function answerIn(plan: Plan, { searchParams }: URL): Promise<Readonly<Record<string, unknown>>> {
  if (plan.profile === "fapi-2.0") return Object.fromEntries(searchParams);
  expect([...searchParams.keys()]).toEqual(["response"]);
  const options = { issuer: ISSUER, audience: idOf(plan, "first"), algorithms: ["PS256", "ES256", "EdDSA"] };
  const { payload } = await jwtVerify(searchParams.get("response") ?? "", await publishedKeys(), {
    ...options,
    currentDate: new Date(server.clock.millis()),
  });
  expect((payload.exp ?? 0) - server.clock.seconds()).toBeLessThanOrEqual(600);
  return payload;
}

/** The person opens the address and answers. */
async function authorize(
  plan: Plan,
  requestUri: string,
  {
    beside = [],
    decision = "allow" as "allow" | "deny",
  }: {
    readonly beside?: readonly (readonly [string, string])[];
    readonly decision?: "allow" | "deny";
  } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const path = pushedPath(requestUri, idOf(plan, "first"), beside);
  const response = await answerConsentAt(server, cookie, path, decision);
  // FAPI 2.0 §5.3.2.2: 303.
  expect(response.status).toBe(303);
  return answerIn(plan, redirectOf(response));
}

const codeOf = (answer: Readonly<Record<string, unknown>>): string => {
  expect(answer.iss).toBe(ISSUER);
  if (typeof answer.code !== "string") throw new Error(`There is no code in ${JSON.stringify(answer)}.`);
  return answer.code;
};

const newCode = async (plan: Plan, changes: Changes = {}, sent: Sent = {}): Promise<string> =>
  codeOf(await authorize(plan, await pushed(plan, changes, sent)));

const redeem = (plan: Plan, code: string, sent: Sent = {}, changes: Changes = {}): Promise<Response> =>
  send(
    plan,
    "/auth/token",
    {
      grant_type: "authorization_code",
      code,
      redirect_uri: callbackOf(idOf(plan, "first")),
      code_verifier: VERIFIER,
      ...changes,
    },
    { proof: proofKey, ...sent },
  );

const refreshed = (plan: Plan, refreshToken: string, sent: Sent = {}): Promise<Response> =>
  send(
    plan,
    "/auth/token",
    { grant_type: "refresh_token", refresh_token: refreshToken },
    { proof: proofKey, ...sent },
  );

async function tokensOf(response: Response): Promise<Json> {
  const body = await jsonOf(response);
  expect({ status: response.status, because: body.error_description }).toEqual({
    status: 200,
    because: undefined,
  });
  return body;
}

const newTokens = async (plan: Plan, changes: Changes = {}): Promise<Json> =>
  tokensOf(await redeem(plan, await newCode(plan, changes)));

interface Asked {
  readonly scheme?: string;
  readonly proof?: ProofKey | null;
  readonly changes?: ProofChanges;
  /** The header as it is, in place of a proof. */
  readonly header?: string;
  readonly certificate?: TestCertificate | null;
  readonly url?: string;
}

/** Asks the resource, which is userinfo, with the token. */
async function ask(plan: Plan, accessToken: string, by: Asked = {}): Promise<Response> {
  const { proof = proofKey, certificate = keys.first.certificate, url = `${ISSUER}/auth/userinfo` } = by;
  const isMtls = plan.bound === "mtls";
  const made =
    proof === null
      ? undefined
      : await proofFor(
          proof,
          { method: "GET", url: `${ISSUER}/auth/userinfo`, accessToken, ...by.changes },
          server.clock.seconds(),
        );
  const header = by.header ?? made;
  const request = new Request(url, {
    headers: {
      Authorization: `${by.scheme ?? (isMtls ? "Bearer" : "DPoP")} ${accessToken}`,
      "x-fapi-interaction-id": "c770aef3-6784-41f7-8e0e-ff5f97bddb3a",
      ...(isMtls && certificate !== null && { "Client-Cert": rfc9440(certificate) }),
      ...(!isMtls && header !== undefined && { DPoP: header }),
    },
  });
  return server.handle(request, "127.0.0.1", () => true);
}

/** The status and the code of a refusal. */
async function refusal(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error?: string };
  return `${response.status} ${error}`;
}

const claimsOf = (idToken: string): Json =>
  JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString());

describe("discovery", () => {
  test(
    proves(
      "names what the plans need, in both documents",
      "FAPI Suite discovery-end-point-verification",
      "FAPI 2.0 5.3.2.1-1",
      "FAPI 2.0 5.4.1-3",
      "OIDF 6-1",
    ),
    async () => {
      for (const path of ["openid-configuration", "oauth-authorization-server"]) {
        const document = await jsonOf(await server.fetch(`/.well-known/${path}`));
        expect(document).toMatchObject({
          issuer: ISSUER,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
          authorization_response_iss_parameter_supported: true,
          require_pushed_authorization_requests: false,
          tls_client_certificate_bound_access_tokens: true,
          claims_parameter_supported: true,
          request_parameter_supported: true,
        });
        const aliases = document.mtls_endpoint_aliases as Record<string, string>;
        for (const name of ["token_endpoint", "pushed_authorization_request_endpoint", "userinfo_endpoint"])
          expect([document[name], aliases[name]]).toEqual([
            expect.stringMatching(/^https:/),
            expect.stringMatching(/^https:\/\/mtls\./),
          ]);
        const contained: Record<string, readonly string[]> = {
          response_modes_supported: ["jwt"],
          grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
          token_endpoint_auth_methods_supported: ["private_key_jwt", "self_signed_tls_client_auth"],
          token_endpoint_auth_signing_alg_values_supported: ["PS256", "ES256", "EdDSA"],
          dpop_signing_alg_values_supported: ["PS256", "ES256", "EdDSA"],
          request_object_signing_alg_values_supported: ["PS256", "ES256", "EdDSA"],
          authorization_signing_alg_values_supported: ["PS256", "ES256"],
          id_token_signing_alg_values_supported: ["PS256", "ES256"],
        };
        for (const [member, values] of Object.entries(contained))
          expect(document[member]).toEqual(expect.arrayContaining([...values]));
        for (const member of ["id_token", "authorization"].map(
          (name) => `${name}_signing_alg_values_supported`,
        ))
          expect(document[member]).not.toContain("none");
        expect(document.grant_types_supported).not.toContain("password");
        expect(document.response_modes_supported).not.toContain("none");
      }
    },
  );
});

describe.each(PLANS)("a client of the plan ($words)", (plan) => {
  test(
    proves(
      "goes through, and gets tokens of enough bits, with an ID token where it asks for one",
      "FAPI Suite happy-flow",
      "FAPI Suite ensure-dpopproof-at-par-endpoint-binding-success",
      "FAPI Suite par-without-duplicate-parameters",
      "FAPI 2.0 5.3.2.1-5",
      "FAPI 2.0 5.3.2.2-2",
      "FAPI 2.0 5.3.2.2-11",
      "FAPI 2.0 5.3.2.3-1",
      "FAPI 2.0 5.3.4-1",
      "FAPI 2.0 5.4.1-6",
      "FAPI 2.0 5.4.2-2",
      "OIDF 6-2",
      "OIDF 6-7",
      "OIDF 7-2",
    ),
    async () => {
      const response = await par(plan, {}, { proof: proofKey });
      expect(response.status).toBe(201);
      const { request_uri, expires_in } = await jsonOf(response);
      expect(Number(expires_in)).toBeGreaterThanOrEqual(5);
      expect(Number(expires_in)).toBeLessThanOrEqual(90);
      const answer = await authorize(plan, String(request_uri));
      expect(answer).toMatchObject({ state: "a state", iss: ISSUER });
      const tokens = await tokensOf(await redeem(plan, codeOf(answer)));
      expect(tokens.token_type).toBe(plan.bound === "mtls" ? "Bearer" : "DPoP");
      // 32 random bytes behind what names the row.
      for (const text of [String(request_uri), codeOf(answer), tokens.access_token, tokens.refresh_token])
        expect(String(text)).toMatch(/[A-Za-z0-9_-]{64}$/);
      if (plan.openid) {
        const idToken = textOf(tokens, "id_token");
        const { payload, protectedHeader } = await jwtVerify(idToken, await publishedKeys(), {
          issuer: ISSUER,
          audience: idOf(plan, "first"),
          currentDate: new Date(server.clock.millis()),
        });
        expect(["PS256", "ES256", "EdDSA"]).toContain(protectedHeader.alg);
        expect(protectedHeader.kid).toBeString();
        expect(Object.keys(protectedHeader).sort()).toEqual(["alg", "kid", "typ"]);
        expect(payload.nonce).toBe("a nonce");
      } else expect(tokens).not.toHaveProperty("id_token");
      const resource = await ask(plan, textOf(tokens, "access_token"));
      expect(resource.status).toBe(200);
      // The suite wants it as it was sent, or not at all.
      expect(resource.headers.get("x-fapi-interaction-id")).toBeNull();
    },
  );

  test(
    proves(
      "hears of a refusal by the redirect, with state and iss",
      "FAPI Suite user-rejects-authentication",
      "OIDF 6-8",
      "OIDF 7-2",
      "JARM 2.1-3",
    ),
    async () => {
      const requestUri = await pushed(plan, { prompt: "consent" });
      const answer = await authorize(plan, requestUri, { decision: "deny" });
      expect(answer).toMatchObject({ error: "access_denied", state: "a state", iss: ISSUER });
      expect(answer).not.toHaveProperty("code");
    },
  );

  test(
    proves(
      "may leave state and nonce out, or send long ones, and orders scopes as it likes",
      "FAPI Suite ensure-authorization-request-without-state-success",
      "FAPI Suite ensure-authorization-request-without-nonce-success",
      "FAPI Suite ensure-authorization-request-with-64-char-nonce-success",
      "FAPI Suite ensure-authorization-request-with-long-nonce",
      "FAPI Suite ensure-authorization-request-with-long-state",
      "FAPI Suite ensure-other-scope-order-succeeds",
      "OIDF 3-6",
    ),
    async () => {
      const without = await authorize(plan, await pushed(plan, { state: undefined }));
      expect(without).not.toHaveProperty("state");
      const state = "s".repeat(1200);
      expect((await authorize(plan, await pushed(plan, { state }))).state).toBe(state);
      if (!plan.openid) return;
      for (const nonce of [undefined, "n".repeat(64), "n".repeat(384)]) {
        const tokens = await newTokens(plan, { nonce, scope: "mail.read profile openid" });
        expect(claimsOf(textOf(tokens, "id_token")).nonce).toBe(nonce);
      }
    },
  );

  test(
    proves(
      "sends client_id and request_uri to the browser, and what stands beside them does not count",
      "FAPI Suite ensure-different-nonce-inside-and-outside-request-object",
      "FAPI Suite ensure-different-state-inside-and-outside-request-object",
      "FAPI Suite state-only-outside-request-object-not-used",
      "OIDF 6-2",
    ),
    async () => {
      const beside = [
        ["state", "another"],
        ["nonce", "another"],
        ["response_type", "code"],
        ["scope", "openid"],
      ] as const;
      const answer = await authorize(plan, await pushed(plan), { beside });
      expect(answer.state).toBe("a state");
      const tokens = await tokensOf(await redeem(plan, codeOf(answer)));
      if (plan.openid) expect(claimsOf(textOf(tokens, "id_token")).nonce).toBe("a nonce");
      const outside = await authorize(plan, await pushed(plan, { state: undefined }), { beside });
      expect(outside).not.toHaveProperty("state");
    },
  );

  test(
    proves(
      "pushes a whole request, or is told what is missing",
      "FAPI Suite ensure-request-object-without-redirect-uri-fails",
      "FAPI Suite plain-fapi-tolerate-unregistered-redirect-uri",
      "FAPI Suite ensure-redirect-uri-in-authorization-request",
      "FAPI Suite ensure-response-type-code-idtoken-fails",
      "FAPI Suite ensure-response-type-token-fails",
      "FAPI Suite par-ensure-pkce-required",
      "FAPI Suite par-plain-pkce-rejected",
      "OIDF 6-2",
      "OIDF 6-3",
    ),
    async () => {
      const faults: readonly (readonly [Changes, string])[] = [
        [{ redirect_uri: undefined }, "400 invalid_request"],
        [{ redirect_uri: "https://unregistered.example/callback" }, "400 invalid_request"],
        [{ response_type: "code id_token" }, "400 unsupported_response_type"],
        [{ response_type: "token" }, "400 unsupported_response_type"],
        [{ code_challenge: undefined, code_challenge_method: undefined }, "400 invalid_request"],
        [{ code_challenge: VERIFIER, code_challenge_method: "plain" }, "400 invalid_request"],
      ];
      for (const [changes, words] of faults)
        expect([changes, await refusal(await par(plan, changes))]).toEqual([changes, words]);
    },
  );

  test(
    proves(
      "gets nowhere without a pushed request, or with one inside another, and by POST alone",
      "FAPI Suite ensure-unsigned-authorization-request-without-using-par-fails",
      "FAPI Suite par-authorization-request-containing-request_uri-form-param",
      "FAPI Suite par-authorization-request-containing-request_uri",
      "FAPI Suite par-attempt-invalid-http-method",
      "OIDF 6-2",
    ),
    async () => {
      const query = encodeForm(asked(plan, "first", {}));
      const answer = await answerConsentAt(server, cookie, `/auth/authorize?${query}`);
      expect(await answerIn(plan, redirectOf(answer))).toMatchObject({
        error: "invalid_request",
        iss: ISSUER,
      });
      const inside = await pushed(plan);
      expect(await refusal(await par(plan, { request_uri: inside }))).toMatch(/^400 invalid_request/);
      const form = { ...asked(plan, "first", {}), request_uri: inside };
      expect(await refusal(await send(plan, "/auth/par", form))).toBe("400 invalid_request");
      for (const method of ["GET", "PUT", "DELETE"])
        expect((await send(plan, "/auth/par", {}, { method })).status).toBe(405);
    },
  );

  test(
    proves(
      "may open its request twice, and use it once, in time",
      "FAPI Suite par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
      "FAPI Suite par-attempt-reuse-request_uri",
      "FAPI Suite par-attempt-to-use-expired-request_uri",
      "FAPI Suite par-attempt-to-use-request_uri-for-different-client",
      "OIDF 6-2",
    ),
    async () => {
      const requestUri = await pushed(plan, { prompt: "consent" });
      const path = pushedPath(requestUri, idOf(plan, "first"));
      for (let count = 0; count < 2; count += 1)
        expect((await server.fetch(path, { headers: { Cookie: cookie } })).status).toBe(200);
      const code = codeOf(await authorize(plan, requestUri));
      await tokensOf(await redeem(plan, code));
      const again = await server.fetch(path, { headers: { Cookie: cookie } });
      expect([again.status, again.headers.get("location")]).toEqual([400, null]);
      const foreign = pushedPath(await pushed(plan), idOf(plan, "second"));
      const stolen = await server.fetch(foreign, { headers: { Cookie: cookie } });
      expect([stolen.status, stolen.headers.get("location")]).toEqual([400, null]);
      const late = await jsonOf(await par(plan));
      server.clock.advance(Number(late.expires_in) + 1);
      const expired = await server.fetch(pushedPath(textOf(late, "request_uri"), idOf(plan, "first")), {
        headers: { Cookie: cookie },
      });
      expect([expired.status, expired.headers.get("location")]).toEqual([400, null]);
    },
  );

  test(
    proves(
      "redeems its own code, once, within a minute, with the verifier and with its key",
      "FAPI Suite ensure-authorization-code-is-bound-to-client",
      "FAPI Suite attempt-reuse-authorization-code-after-one-second",
      "FAPI Suite ensure-token-endpoint-fails-with-expired-auth-code",
      "FAPI Suite ensure-pkce-code-verifier-required",
      "FAPI Suite incorrect-pkce-code-verifier-rejected",
      "FAPI Suite ensure-holder-of-key-required",
      "FAPI Suite ensure-client-id-in-token-endpoint",
      "FAPI 2.0 5.3.2.1-11",
      "FAPI 2.0 5.3.2.2-9",
      "OIDF 6-5",
    ),
    async () => {
      const code = await newCode(plan);
      expect(await refusal(await redeem(plan, code, { as: "second" }))).toBe("400 invalid_grant");
      const unproven = await refusal(await redeem(plan, code, { proof: null, certificate: null }));
      expect(unproven).toBe(unprovenBy(plan));
      if (plan.bound === "DPoP")
        expect(await refusal(await redeem(plan, code, { proof: null }))).toBe("400 invalid_dpop_proof");
      const otherId = { client_id: idOf(plan, "second") };
      expect(await refusal(await redeem(plan, code, {}, otherId))).toMatch(
        /^40[01] invalid_(?:client|request)$/,
      );
      expect(await refusal(await redeem(plan, code, {}, { code_verifier: undefined }))).toMatch(
        /^400 invalid_(?:grant|request)$/,
      );
      const wrong = { code_verifier: "w".repeat(43) };
      expect(await refusal(await redeem(plan, code, {}, wrong))).toBe("400 invalid_grant");
      const tokens = await tokensOf(await redeem(plan, code));
      server.clock.advance(1);
      expect(await refusal(await redeem(plan, code))).toBe("400 invalid_grant");
      expect((await ask(plan, textOf(tokens, "access_token"))).status).toBe(401);
      const late = await newCode(plan);
      server.clock.advance(61);
      expect(await refusal(await redeem(plan, late))).toBe("400 invalid_grant");
    },
  );

  test(
    proves(
      "keeps its refresh token, which is its own and needs its key",
      "FAPI Suite refresh-token",
      "FAPI 2.0 5.3.4-3",
      "FAPI 2.0 5.3.2.1-9",
      "OIDF 6-7",
    ),
    async () => {
      const tokens = await newTokens(plan);
      const token = textOf(tokens, "refresh_token");
      server.clock.advance(60);
      const [one, two] = await Promise.all([refreshed(plan, token), refreshed(plan, token)]);
      const first = await tokensOf(one);
      const second = await tokensOf(two);
      expect([first.refresh_token, second.refresh_token]).toEqual([token, token]);
      expect(new Set([tokens.access_token, first.access_token, second.access_token]).size).toBe(3);
      expect(first.scope).toBe(tokens.scope);
      if (plan.openid) {
        const before = claimsOf(textOf(tokens, "id_token"));
        const { iss, sub, aud, auth_time } = before;
        const after = claimsOf(textOf(first, "id_token"));
        expect(after).toMatchObject({ iss, sub, aud, auth_time });
        expect(Number(after.iat)).toBeGreaterThan(Number(before.iat));
      }
      for (const body of [tokens, first, second])
        expect((await ask(plan, textOf(body, "access_token"))).status).toBe(200);
      // Long after the retry window a further use is no theft.
      server.clock.advance(1200);
      expect((await tokensOf(await refreshed(plan, token))).refresh_token).toBe(token);
      expect(await refusal(await refreshed(plan, token, { as: "second" }))).toBe("400 invalid_grant");
      const unproven = await refusal(await refreshed(plan, token, { proof: null, certificate: null }));
      expect(unproven).toBe(unprovenBy(plan));
      // It lives on with each use.
      server.clock.advance(1790);
      const last = await tokensOf(await refreshed(plan, token));
      // Ended by its client, it is dead with all that came of it.
      await send(plan, "/auth/revoke", { token });
      expect(await refusal(await refreshed(plan, token))).toBe("400 invalid_grant");
      expect((await ask(plan, textOf(last, "access_token"))).status).toBe(401);
    },
  );

  test(
    proves(
      "is asked for its token in the header, with its key, and not in the query",
      "FAPI Suite access-token-type-header-case-sensitivity",
      "FAPI Suite ensure-holder-of-key-required",
      "FAPI 2.0 5.3.2.1-4",
      "FAPI 2.0 5.3.4-2",
      "FAPI 2.0 5.3.4-5",
      "OIDF 6-6",
      "OIDF 6-7",
    ),
    async () => {
      const token = textOf(await newTokens(plan), "access_token");
      const scheme = plan.bound === "mtls" ? "bearer" : "dpop";
      for (const written of [scheme, scheme.toUpperCase()])
        expect((await ask(plan, token, { scheme: written })).status).toBe(200);
      const inQuery = { url: `${ISSUER}/auth/userinfo?access_token=${token}` };
      expect((await ask(plan, token, inQuery)).status).toBe(400);
      const other = { proof: otherProofKey, certificate: keys.second.certificate };
      expect(await refusal(await ask(plan, token, other))).toBe("401 invalid_token");
      expect((await ask(plan, token, { proof: null, certificate: null })).status).toBe(401);
    },
  );
});

describe("a client that asks for claims", () => {
  test(
    proves(
      "gets any of claims_supported that the person has, in the ID token and at userinfo",
      "FAPI Suite test-claims-parameter-identity-claims",
      "OIDF 6-8",
    ),
    async () => {
      const { claims_supported } = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
      const all = Object.fromEntries((claims_supported as string[]).map((name) => [name, null]));
      const claims = JSON.stringify({ id_token: all, userinfo: all });
      const tokens = await newTokens(JWT, { claims, scope: "openid" });
      const facts = { name: "Ada King Lovelace", email: "ada@example.org", preferred_username: "ada" };
      expect(claimsOf(textOf(tokens, "id_token"))).toMatchObject(facts);
      expect(await jsonOf(await ask(JWT, textOf(tokens, "access_token")))).toMatchObject(facts);
    },
  );
});

describe("a client assertion", () => {
  const at = (sent: Sent) => par(JWT, {}, sent);
  const atToken = async (sent: Sent) => redeem(JWT, "tac_none", sent);

  test(
    proves(
      "is strongly signed, in time, for the issuer alone, and there",
      "FAPI Suite ensure-signed-client-assertion-with-RS256-fails",
      "FAPI Suite ensure-client-assertion-in-token-endpoint",
      "FAPI Suite ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
      "FAPI Suite ensure-client-assertion-with-wrong-aud-fails",
      "FAPI Suite ensure-client-assertion-with-no-sub-fails",
      "FAPI Suite par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
      "FAPI Suite par-test-array-as-audience-fails",
      "FAPI Suite par-test-par-endpoint-url-as-audience-fails",
      "FAPI Suite par-test-token-endpoint-url-as-audience-fails",
      "FAPI 2.0 5.3.2.1-6",
      "FAPI 2.0 5.3.2.1-8",
      "FAPI 2.0 5.3.2.1-13",
      "FAPI 2.0 5.4.1-1",
      "FAPI 2.0 5.4.1-2",
      "OIDF 6-4",
    ),
    async () => {
      const now = server.clock.seconds();
      const faults: Record<string, Sent> = {
        "signed with RS256": { key: keys.first.weak },
        "signed by another client": { key: keys.second.strong },
        missing: { assertion: null },
        "expired five minutes ago": { assertion: { iat: now - 360, exp: now - 300 } },
        "for another server": { assertion: { aud: "https://other.example" } },
        "for nobody": { assertion: { aud: undefined } },
        "without a subject": { assertion: { sub: undefined } },
        "of another subject": { assertion: { sub: idOf(JWT, "second") } },
        "made in the future": { assertion: { iat: now + 70, exp: now + 130 } },
        "good in the future": { assertion: { nbf: now + 70, exp: now + 130 } },
        "for a list": { assertion: { aud: [ISSUER] } },
        "for two": { assertion: { aud: [ISSUER, "https://other.example"] } },
        "for the PAR endpoint": { assertion: { aud: `${ISSUER}/auth/par` } },
        "for the token endpoint": { assertion: { aud: `${ISSUER}/auth/token` } },
      };
      for (const [name, sent] of Object.entries(faults))
        for (const response of [await at(sent), await atToken(sent)])
          expect([name, await refusal(response)]).toEqual([
            name,
            expect.stringMatching(/^40[01] invalid_(?:client|request)$/),
          ]);
      expect(await refusal(await at({ key: keys.first.weak }))).toBe("401 invalid_client");
    },
  );

  test(
    proves(
      "may be a few seconds ahead",
      "FAPI Suite par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
      "FAPI 2.0 5.3.2.1-13",
      "OIDF 6-4",
    ),
    async () => {
      const now = server.clock.seconds();
      for (const assertion of [{ nbf: now + 8 }, { iat: now + 8, nbf: now + 8 }, { iat: now + 10 }])
        expect((await at({ assertion })).status).toBe(201);
    },
  );
});

describe("a code and the key of the client", () => {
  const jkt = () => proofKey.thumbprint;

  test(
    proves(
      "belong together by a proof at the PAR endpoint, by dpop_jkt, or by both",
      "FAPI Suite ensure-dpopproof-at-par-endpoint-binding-success",
      "FAPI Suite ensure-dpop-auth-code-binding-success",
      "FAPI Suite ensure-mismatched-dpop-jkt-fails",
      "FAPI Suite ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
      "FAPI Suite ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
      "FAPI 2.0 5.3.2.1-12",
      "OIDF 6-6",
    ),
    async () => {
      for (const plan of [JWT, SIGNING]) {
        const ways: readonly (readonly [Changes, Sent])[] = [
          [{ dpop_jkt: jkt() }, {}],
          [{}, { proof: proofKey }],
          [{ dpop_jkt: jkt() }, { proof: proofKey }],
        ];
        for (const [changes, sent] of ways) {
          const code = await newCode(plan, changes, sent);
          const wrong = await refusal(await redeem(plan, code, { proof: otherProofKey }));
          expect(wrong).toMatch(/^400 invalid_(?:grant|dpop_proof)$/);
          await tokensOf(await redeem(plan, code));
        }
        const mismatched = await par(plan, { dpop_jkt: jkt() }, { proof: otherProofKey });
        expect(await refusal(mismatched)).toMatch(/^400 invalid_(?:request|dpop_proof)$/);
      }
    },
  );
});

describe("a DPoP proof", () => {
  test(
    proves(
      "may have other claims, and a time ten seconds off",
      "FAPI Suite check-dpop-proof-nbf-exp",
      "FAPI Suite ensure-dpopproof-with-iat-10seconds-before-succeeds",
      "FAPI Suite ensure-dpopproof-with-iat-10seconds-after-succeeds",
      "OIDF 6-6",
    ),
    async () => {
      for (const offset of [-10, 10]) {
        const now = server.clock.seconds();
        const proofChanges = { claims: { iat: now + offset, nbf: now - 60, exp: now + 60, extra: "claim" } };
        const code = await newCode(JWT, {}, { proof: proofKey, proofChanges });
        const token = textOf(await tokensOf(await redeem(JWT, code, { proofChanges })), "access_token");
        expect((await ask(JWT, token, { changes: proofChanges })).status).toBe(200);
      }
    },
  );

  test(
    proves(
      "counts at a resource as it should, and in no other way",
      "FAPI Suite dpop-negative-tests",
      "FAPI 2.0 5.4.1-2",
      "OIDF 6-6",
      "threat 85",
    ),
    async () => {
      const token = textOf(await newTokens(JWT), "access_token");
      const url = `${ISSUER}/auth/userinfo`;
      const now = server.clock.seconds();
      const made = (changes: ProofChanges, key = proofKey) =>
        proofFor(key, { method: "GET", url, accessToken: token, ...changes }, now);
      const weakly: ProofKey = { ...proofKey, algorithm: "RS256", privateKey: await asRs256(proofKey) };
      const whole = await made({});
      const [head = "", body = "", signature = ""] = whole.split(".");
      const withHeader = (header: object) =>
        `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${body}`;
      const secret = { ...proofKey.jwk, d: "c2VjcmV0" };
      const bad: Record<string, Asked> = {
        "two proofs": { header: `${whole}, ${await made({})}` },
        "no JWT": { header: "no JWT" },
        "no typ": { changes: { header: { typ: undefined } } },
        "another typ": { changes: { header: { typ: "JWT" } } },
        "no alg": { header: `${withHeader({ typ: "dpop+jwt", jwk: proofKey.jwk })}.${signature}` },
        "alg none": { header: `${withHeader({ typ: "dpop+jwt", alg: "none", jwk: proofKey.jwk })}.` },
        "alg RS256": { header: await made({}, weakly) },
        "no jwk": { changes: { header: { jwk: undefined } } },
        "a private key": { changes: { header: { jwk: secret } } },
        "a changed signature": { header: `${head}.${body}.${signature.slice(0, -4)}AAAA` },
        "another method": { changes: { claims: { htm: "POST" } } },
        "another address": { changes: { claims: { htu: `${ISSUER}/auth/token` } } },
        "an hour ago": { changes: { claims: { iat: now - 3600 } } },
        "an hour ahead": { changes: { claims: { iat: now + 3600 } } },
        "the hash of another token": {
          changes: { claims: { ath: createHash("sha256").update("x").digest("base64url") } },
        },
        "another key": { proof: otherProofKey },
        "no proof": { proof: null },
        Bearer: { scheme: "Bearer" },
        ...Object.fromEntries(
          ["jti", "htm", "htu", "iat", "ath"].map((name) => [
            `no ${name}`,
            { changes: { claims: { [name]: undefined } } },
          ]),
        ),
      };
      for (const [name, by] of Object.entries(bad))
        expect([name, (await ask(JWT, token, by)).status]).toEqual([name, 401]);
      const good: Record<string, ProofChanges> = {
        "a query and a fragment": { claims: { htu: `${url}?a=b#c` } },
        "a host in capitals": { claims: { htu: url.replace("auth.example", "AUTH.example") } },
        "the default port": { claims: { htu: url.replace("auth.example", "auth.example:443") } },
        "further claims": { claims: { aud: "https://other.example", foo: "bar" } },
      };
      for (const [name, changes] of Object.entries(good))
        expect([name, (await ask(JWT, token, { changes })).status]).toEqual([name, 200]);
      expect((await ask(JWT, token, { header: whole })).status).toBe(200);
      expect((await ask(JWT, token, { header: whole })).status).toBe(401);
    },
  );

  test(
    proves("is strongly signed at the PAR endpoint and the token endpoint too", "FAPI 2.0 5.4.1-2"),
    async () => {
      const weak = await newProofKey("RS256");
      expect(await refusal(await par(JWT, {}, { proof: weak }))).toBe("400 invalid_dpop_proof");
      const code = await newCode(JWT);
      expect(await refusal(await redeem(JWT, code, { proof: weak }))).toBe("400 invalid_dpop_proof");
      await tokensOf(await redeem(JWT, code));
    },
  );
});

describe("client credentials", () => {
  test.each(PLANS.filter(({ profile, openid }) => profile === "fapi-2.0" && !openid))(
    proves(
      "give a bound token without a person, $words",
      "FAPI Suite client-credentials",
      "FAPI 2.0 5.3.2.1-4",
    ),
    async (plan) => {
      const form = { grant_type: "client_credentials", scope: "mail.read" };
      const tokens = await tokensOf(await send(plan, "/auth/token", form, { proof: proofKey }));
      expect(tokens.token_type).toBe(plan.bound === "mtls" ? "Bearer" : "DPoP");
      expect(tokens).not.toHaveProperty("refresh_token");
      // The token is good, and not for userinfo: that is said to the holder of the key alone.
      const seen = await ask(plan, textOf(tokens, "access_token"));
      expect(await refusal(seen)).toBe("401 invalid_token");
      const strange = { proof: otherProofKey, certificate: keys.second.certificate };
      expect(await refusal(await ask(plan, textOf(tokens, "access_token"), strange))).toBe(
        "401 invalid_token",
      );
      const unproven = await send(plan, "/auth/token", form, { proof: null, certificate: null });
      expect(await refusal(unproven)).toBe(unprovenBy(plan));
      expect(await refusal(await send(plan, "/auth/token", { ...form, grant_type: "password" }))).toBe(
        "400 unsupported_grant_type",
      );
    },
  );
});

test(proves("a key of a weak curve is none", "FAPI 2.0 5.4.1-5"), async () => {
  const known = (crv: string) =>
    checkKeySet({ keys: [{ kty: "EC", crv, x: "x".repeat(43), y: "y".repeat(43) }] }, (fault) => {
      throw new Error(fault);
    }).keys.length;
  expect(["P-192", "secp160r1", "P-224", "P-256"].map(known)).toEqual([0, 0, 0, 1]);
  for (const { kty, crv } of await (await server.fetch("/auth/jwks.json"))
    .json()
    .then((set) => (set as JSONWebKeySet).keys))
    expect(kty === "RSA" || ["P-256", "Ed25519"].includes(String(crv))).toBe(true);
});

describe("a request object", () => {
  const push = async (request: string) =>
    send(SIGNING, "/auth/par", { client_id: idOf(SIGNING, "first"), request });
  const signed = (changes: JWTPayload = {}, by: Parameters<typeof requestObject>[2] = {}) =>
    requestObject(asked(SIGNING, "first", {}), changes, by);

  test(
    proves(
      "may name more than this server, begin in a few seconds, and say what it is",
      "FAPI Suite ensure-request-object-with-multiple-aud-succeeds",
      "FAPI Suite ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
      "FAPI Signing 5.3.1-2",
      "FAPI Signing 5.3.1-5",
      "OIDF 7-1",
    ),
    async () => {
      const now = server.clock.seconds();
      for (const request of [
        await signed(),
        await signed({ aud: [ISSUER, "https://other.example"] }),
        await signed({ nbf: now + 8, iat: now + 8 }),
        await signed({}, { typ: "oauth-authz-req+jwt" }),
      ])
        expect((await push(request)).status).toBe(201);
    },
  );

  test(
    proves(
      "has its times, its audience and a strong signature of the client",
      "FAPI Suite ensure-request-object-without-exp-fails",
      "FAPI Suite ensure-request-object-without-nbf-fails",
      "FAPI Suite ensure-expired-request-object-fails",
      "FAPI Suite ensure-request-object-with-bad-aud-fails",
      "FAPI Suite ensure-request-object-with-exp-over-60-fails",
      "FAPI Suite ensure-request-object-with-nbf-over-60-fails",
      "FAPI Suite ensure-signed-request-object-with-RS256-fails",
      "FAPI Suite ensure-request-object-signature-algorithm-is-not-none",
      "FAPI Suite ensure-request-object-with-invalid-signature-fails",
      "FAPI Suite ensure-matching-key-in-authorization-request",
      "FAPI Suite ensure-unsigned-request-at-par-endpoint-fails",
      "FAPI Signing 5.3.1-1",
      "FAPI Signing 5.3.1-2",
      "FAPI Signing 5.3.1-3",
      "FAPI Signing 5.3.1-4",
      "FAPI 2.0 5.4.1-3",
      "OIDF 7-1",
    ),
    async () => {
      const now = server.clock.seconds();
      const good = await signed();
      const [, body = "", signature = ""] = good.split(".");
      const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
      const bad = {
        "no exp": await signed({ exp: undefined }),
        "no nbf": await signed({ nbf: undefined }),
        expired: await signed({ nbf: now - 600, iat: now - 600, exp: now - 60 }),
        "another aud": await signed({ aud: "https://other.example" }),
        "no aud": await signed({ aud: undefined }),
        "an exp 70 minutes after nbf": await signed({ exp: now + 4200 }),
        "an nbf 70 minutes ago": await signed({ nbf: now - 4200 }),
        "an nbf far ahead": await signed({ nbf: now + 4200, exp: now + 4300 }),
        RS256: await signed({}, { key: keys.first.weak }),
        none: `${none}.${body}.`,
        "a changed signature": `${good.slice(0, -signature.length)}${signature.slice(0, -4)}AAAA`,
        "the key of another client": await signed({}, { key: keys.second.strong }),
        "a request_uri inside": await signed({ request_uri: "https://client.example/request" }),
      };
      for (const [name, request] of Object.entries(bad))
        expect([name, await refusal(await push(request))]).toEqual([
          name,
          expect.stringMatching(/^400 invalid_request(?:_object)?$/),
        ]);
      const unsigned = await send(SIGNING, "/auth/par", asked(SIGNING, "first", {}));
      expect(await refusal(unsigned)).toBe("400 invalid_request");
    },
  );
});

/** The same RSA key for another algorithm. */
async function asRs256({ privateKey }: ProofKey): Promise<CryptoKey> {
  const jwk = await crypto.subtle.exportKey("jwk", privateKey);
  const { alg: _, ...plain } = jwk;
  const name = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  return crypto.subtle.importKey("jwk", plain, name, true, ["sign"]);
}

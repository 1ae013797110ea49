/**
 * The plans for FAPI-CIBA ID1 of the conformance suite of the OpenID Foundation, module by module (ledger/ciba.ts): signed requests of
 * clients that authenticate with a signature or a certificate, and whose tokens are bound to the certificate.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { clientId as asClientId, newClient, scopes } from "../store/records.ts";
import { answerAs, requestOf } from "../support/backchannel.ts";
import { rfc9440, selfSigned, type TestCertificate } from "../support/certificates.ts";
import { assertionForm, newKey, signAssertion, type TestKey } from "../support/client-assertions.ts";
import { expectRefusal, type Json, jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { encodeForm, ISSUER, startTestServer, type TestServer } from "../support/server.ts";

const WAYS = ["private_key_jwt", "self_signed_tls_client_auth"] as const;
type Way = (typeof WAYS)[number];
type Name = "first" | "second";

let server: TestServer;
let people: AccountRecord[];
let person: AccountRecord;
const keys: Record<
  Name,
  { readonly strong: TestKey; readonly weak: TestKey; readonly certificate: TestCertificate }
> = {} as never;

const idOf = (way: Way, name: Name): string => `${way === "private_key_jwt" ? "jwt" : "mtls"}-${name}`;

beforeAll(async () => {
  const folder = temporaryFolder();
  for (const name of ["first", "second"] as const)
    keys[name] = {
      strong: await newKey(`${name}-strong`, "PS256"),
      weak: await newKey(`${name}-weak`, "RS256"),
      certificate: selfSigned(folder, name, `/CN=${name}`),
    };
  server = await startTestServer({
    trusted_proxies: ["loopback"],
    client_certificates: { header: "Client-Cert", url: "https://mtls.auth.example" },
    signing: { algorithms: ["RS256", "PS256", "ES256"] },
  });
  server.clock.freeze();
  for (const way of WAYS)
    for (const name of ["first", "second"] as const) {
      const { strong, weak, certificate } = keys[name];
      const x5c = { kty: "EC", crv: "P-256", x: "x", y: "y", x5c: [certificate.der] };
      await server.context.store.createClient(
        newClient({
          clientId: asClientId(idOf(way, name)),
          redirectUris: [],
          grantTypes: [CIBA_GRANT, "refresh_token"],
          scope: scopes("openid", "profile", "mail.read"),
          defaultScope: scopes("openid"),
          idTokenSignedResponseAlg: "PS256",
          userinfoSignedResponseAlg: null,
          introspectionSignedResponseAlg: null,
          tokenEndpointAuthMethod: way,
          tlsClientCertificateBoundAccessTokens: true,
          jwks: {
            keys: [strong.publicJwk, weak.publicJwk, ...(way === "private_key_jwt" ? [] : [x5c])],
          },
          backchannelTokenDeliveryMode: "poll",
          securityProfile: "fapi-2.0",
          secrets: [],
        }),
      );
    }
  people = [];
});
/** Each test asks a person of its own: people are not asked often. */
beforeEach(async () => {
  person = await server.addPerson(`person-${people.length}`);
  people.push(person);
});
afterAll(async () => {
  await server.close();
  removeTemporaryFolders();
});

interface Sent {
  readonly as?: Name;
  /** Null: no assertion. */
  readonly assertion?: Readonly<Record<string, unknown>> | null;
  readonly key?: TestKey;
  readonly certificate?: TestCertificate | null;
  readonly clientId?: string;
}

async function send(
  way: Way,
  path: string,
  form: Readonly<Record<string, string | undefined>>,
  { as = "first", assertion = {}, ...sent }: Sent = {},
): Promise<Response> {
  const clientId = idOf(way, as);
  const { key = keys[as].strong, certificate = keys[as].certificate } = sent;
  const now = server.clock.seconds();
  const own =
    way !== "private_key_jwt"
      ? { client_id: sent.clientId ?? clientId }
      : assertion === null
        ? { client_id: clientId }
        : assertionForm(await signAssertion(key, { clientId, issuer: ISSUER, now, claims: assertion }));
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    ...(certificate !== null && { "Client-Cert": rfc9440(certificate) }),
  };
  const request = new Request(ISSUER + path, {
    method: "POST",
    headers,
    body: encodeForm({ ...own, ...form }),
  });
  return server.handle(request, "127.0.0.1", () => true);
}

let count = 0;

/** A signed request. Undefined takes a claim away. */
function signed(
  way: Way,
  claims: Readonly<Record<string, unknown>> = {},
  { as = "first", key = keys[as].strong }: { readonly as?: Name; readonly key?: TestKey } = {},
): Promise<string> {
  const now = server.clock.seconds();
  count += 1;
  const all: Record<string, unknown> = {
    iss: idOf(way, as),
    aud: ISSUER,
    iat: now,
    nbf: now,
    exp: now + 300,
    jti: `request-${count}`,
    scope: "openid mail.read",
    login_hint: person.username,
    ...claims,
  };
  const whole = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(whole as JWTPayload)
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid })
    .sign(key.privateKey);
}

const ask = async (
  way: Way,
  claims: Readonly<Record<string, unknown>> = {},
  sent: Sent = {},
): Promise<Response> => send(way, "/auth/backchannel", { request: await signed(way, claims, sent) }, sent);

async function started(
  way: Way,
  claims: Readonly<Record<string, unknown>> = {},
  sent: Sent = {},
): Promise<Json> {
  const response = await ask(way, claims, sent);
  const body = await jsonOf(response);
  expect({ status: response.status, because: body.error_description }).toEqual({
    status: 200,
    because: undefined,
  });
  return body;
}

const authReqIdOf = async (...given: Parameters<typeof started>): Promise<string> =>
  textOf(await started(...given), "auth_req_id");

const poll = (way: Way, authReqId: string, sent: Sent = {}): Promise<Response> =>
  send(way, "/auth/token", { grant_type: CIBA_GRANT, auth_req_id: authReqId }, sent);

const refusedAsInvalid = async (response: Response): Promise<void> => {
  await expectRefusal(response, 400, "invalid_request");
};

test(
  proves("the metadata have what the plan needs", "CIBA Suite discovery-end-point-verification"),
  async () => {
    expect(await jsonOf(await server.fetch("/.well-known/openid-configuration"))).toMatchObject({
      backchannel_authentication_endpoint: `${ISSUER}/auth/backchannel`,
      backchannel_token_delivery_modes_supported: expect.arrayContaining(["poll", "ping"]),
      grant_types_supported: expect.arrayContaining([CIBA_GRANT]),
      backchannel_authentication_request_signing_alg_values_supported: expect.arrayContaining([
        "PS256",
        "ES256",
      ]),
      backchannel_user_code_parameter_supported: false,
      mtls_endpoint_aliases: expect.objectContaining({
        backchannel_authentication_endpoint: "https://mtls.auth.example/auth/backchannel",
      }),
    });
  },
);

describe.each(WAYS)("%s", (way) => {
  test(
    proves(
      "request, approval, tokens, resource, refresh",
      "CIBA Suite fapi-ciba-id1",
      "CIBA Suite refresh-token",
      "CIBA Suite ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds",
      "CIBA Suite ensure-mtls-holder-of-key-required",
      "CIBA 7.1.1-1",
      "CIBA 7.1.1-2",
    ),
    async () => {
      const body = await started(way, { aud: [ISSUER] });
      expect(body).toEqual({ auth_req_id: expect.any(String), expires_in: 300, interval: 5 });
      const authReqId = textOf(body, "auth_req_id");
      expect(await answerAs(server, authReqId, person)).toBe(true);
      expect((await poll(way, authReqId, { certificate: null })).ok).toBe(false);
      const tokens = await jsonOf(await poll(way, authReqId));
      const idToken = textOf(tokens, "id_token");
      expect(decodeProtectedHeader(idToken)).toMatchObject({ alg: "PS256", kid: expect.any(String) });
      for (const claim of ["c_hash", "s_hash", "urn:openid:params:jwt:claim:auth_req_id"])
        expect(decodeJwt(idToken)).not.toHaveProperty([claim]);
      const userinfo = (certificate: TestCertificate) =>
        server.handle(
          new Request(`${ISSUER}/auth/userinfo`, {
            headers: {
              Authorization: `Bearer ${textOf(tokens, "access_token")}`,
              "Client-Cert": rfc9440(certificate),
            },
          }),
          "127.0.0.1",
          () => true,
        );
      expect((await userinfo(keys.first.certificate)).status).toBe(200);
      expect((await userinfo(keys.second.certificate)).status).toBe(401);
      const form = { grant_type: "refresh_token", refresh_token: textOf(tokens, "refresh_token") };
      await expectRefusal(await send(way, "/auth/token", form, { as: "second" }), 400, "invalid_grant");
      expect((await send(way, "/auth/token", form)).status).toBe(200);
    },
  );

  test(proves("the person refuses", "CIBA Suite user-rejects-authentication"), async () => {
    const authReqId = await authReqIdOf(way);
    await answerAs(server, authReqId, person, "denied");
    await expectRefusal(await poll(way, authReqId), 400, "access_denied");
  });

  test(
    proves(
      "polls in a row, and after requested_expiry",
      "CIBA Suite multiple-call-to-token-endpoint",
      "CIBA Suite auth-req-id-expired",
      "CIBA Suite ensure-requested-expiry-as-string-succeeds",
      "CIBA 7.1.1-6",
    ),
    async () => {
      for (const requested_expiry of [10, "10"]) {
        const body = await started(way, { requested_expiry });
        expect(body.expires_in).toBe(10);
        const authReqId = textOf(body, "auth_req_id");
        await expectRefusal(await poll(way, authReqId), 400, "authorization_pending");
        await expectRefusal(await poll(way, authReqId), 400, "slow_down");
        server.clock.advance(11);
        await expectRefusal(await poll(way, authReqId), 400, "expired_token");
      }
    },
  );

  test(
    proves(
      "binding messages and the order of scopes",
      "CIBA Suite ensure-authorization-request-with-binding-message-succeeds",
      "CIBA Suite ensure-other-scope-order-succeeds",
      "CIBA Suite ensure-authorization-request-with-potentially-bad-binding-message",
    ),
    async () => {
      const authReqId = await authReqIdOf(way, { binding_message: "1234", scope: "mail.read openid" });
      expect((await requestOf(server, authReqId, person)).bindingMessage).toBe("1234");
      const bad = `1234 \u{1F44D}\u{1F3FF} 品川 ${"Lorem ipsum dolor sit amet ".repeat(17)}`;
      await expectRefusal(await ask(way, { binding_message: bad }), 400, "invalid_binding_message");
    },
  );

  const now = () => server.clock.seconds();
  test.each<readonly [string, () => Readonly<Record<string, unknown>>]>([
    ["no aud", () => ({ aud: undefined })],
    ["another aud", () => ({ aud: "https://other.example" })],
    ["no iss", () => ({ iss: undefined })],
    ["another iss", () => ({ iss: "other" })],
    ["no exp", () => ({ exp: undefined })],
    ["an exp in the past", () => ({ exp: now() - 300 })],
    ["an exp in 70 minutes", () => ({ exp: now() + 4200 })],
    ["no iat", () => ({ iat: undefined })],
    ["no nbf", () => ({ nbf: undefined })],
    ["an nbf in 10 minutes", () => ({ nbf: now() + 600 })],
    ["an nbf 70 minutes ago", () => ({ nbf: now() - 4200 })],
    ["no jti", () => ({ jti: undefined })],
    ["two hints", () => ({ id_token_hint: "x" })],
    ["a sub as in an assertion", () => ({ sub: idOf(way, "first") })],
    ["another request in it", () => ({ request: "x" })],
  ])(
    proves(
      "refuses a signed request with %s",
      "CIBA Suite ensure-request-object-missing-aud-fails",
      "CIBA Suite ensure-request-object-bad-aud-fails",
      "CIBA Suite ensure-request-object-missing-iss-fails",
      "CIBA Suite ensure-request-object-bad-iss-fails",
      "CIBA Suite ensure-request-object-missing-exp-fails",
      "CIBA Suite ensure-request-object-expired-exp-fails",
      "CIBA Suite ensure-request-object-exp-is-70-minutes-in-future-fails",
      "CIBA Suite ensure-request-object-missing-iat-fails",
      "CIBA Suite ensure-request-object-missing-nbf-fails",
      "CIBA Suite ensure-request-object-nbf-is-10-minutes-in-future-fails",
      "CIBA Suite ensure-request-object-nbf-is-70-minutes-in-past-fails",
      "CIBA Suite ensure-request-object-missing-jti-fails",
      "CIBA Suite ensure-authorization-request-with-multiple-hints-fails",
      "CIBA 7.1.1-3",
      "CIBA 7.1.1-4",
      "CIBA 7.1.1-5",
      "threat 36",
    ),
    async (_, claims) => refusedAsInvalid(await ask(way, claims())),
  );

  test(
    proves(
      "refuses what is not signed by this client, with its algorithm, for one use",
      "CIBA Suite ensure-request-object-signature-algorithm-is-none-fails",
      "CIBA Suite ensure-request-object-signature-algorithm-is-bad-fails",
      "CIBA Suite ensure-request-object-signature-algorithm-is-RS256-fails",
      "CIBA Suite ensure-request-object-signed-by-other-client-fails",
      "CIBA Suite ensure-unsigned-backchannel-authorization-request-fails",
      "CIBA 7.1.1-1",
      "CIBA 7.1.1-2",
      "CIBA 7.1.1-5",
      "threat 35",
      "threat 37",
    ),
    async () => {
      const send_ = (form: Record<string, string>) => send(way, "/auth/backchannel", form);
      const good = await signed(way);
      const [, payload = ""] = good.split(".");
      const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
      await refusedAsInvalid(await send_({ request: `${none}.${payload}.` }));
      await refusedAsInvalid(await send_({ request: `${good.slice(0, -8)}AAAAAAAA` }));
      await refusedAsInvalid(await send_({ request: "nonsense" }));
      const by = async (key: TestKey) => send_({ request: await signed(way, {}, { key }) });
      await refusedAsInvalid(await by(keys.first.weak));
      await refusedAsInvalid(await by(keys.second.strong));
      await refusedAsInvalid(await by({ ...keys.second.strong, kid: keys.first.strong.kid }));
      await refusedAsInvalid(await send_({ scope: "openid", login_hint: person.username }));
      await refusedAsInvalid(await send_({ request: good, binding_message: "beside" }));
      expect((await send_({ request: good })).status).toBe(200);
      await refusedAsInvalid(await send_({ request: good }));
    },
  );

  test(
    proves(
      "the auth_req_id of another client",
      "CIBA Suite ensure-wrong-auth-req-id-in-token-endpoint-request",
    ),
    async () => {
      const authReqId = await authReqIdOf(way, {}, { as: "second" });
      await answerAs(server, authReqId, person);
      await expectRefusal(await poll(way, authReqId), 400, "invalid_grant");
    },
  );
});

test(
  proves(
    "private_key_jwt: without an assertion, or with RS256",
    "CIBA Suite ensure-without-client-assertion-in-token-endpoint-request",
    "CIBA Suite ensure-without-client-assertion-in-backchannel-authorization-request",
    "CIBA Suite ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails",
    "CIBA Suite ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails",
  ),
  async () => {
    const way = "private_key_jwt";
    const authReqId = await authReqIdOf(way);
    await answerAs(server, authReqId, person);
    const request = await signed(way);
    for (const sent of [{ assertion: null }, { key: keys.first.weak }]) {
      await expectRefusal(await send(way, "/auth/backchannel", { request }, sent), 401, "invalid_client");
      await expectRefusal(await poll(way, authReqId, sent), 401, "invalid_client");
    }
  },
);

test(
  proves(
    "mTLS: another client_id than that of the certificate or of the request",
    "CIBA Suite ensure-different-client-id-and-issuer-in-backchannel-authorization-request",
    "CIBA Suite ensure-wrong-client-id-in-token-endpoint-request",
    "CIBA Suite ensure-wrong-client-id-in-backchannel-authorization-request",
  ),
  async () => {
    const way = "self_signed_tls_client_auth";
    const clientId = idOf(way, "second");
    const authReqId = await authReqIdOf(way);
    await answerAs(server, authReqId, person);
    const request = await signed(way);
    await expectRefusal(
      await send(way, "/auth/backchannel", { request }, { clientId }),
      401,
      "invalid_client",
    );
    await expectRefusal(await poll(way, authReqId, { clientId }), 401, "invalid_client");
    await refusedAsInvalid(await send(way, "/auth/backchannel", { request }, { as: "second" }));
  },
);

/** CIBA §4: the members of clients that ask people, and who may have them. */
import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { changedMetadata } from "../../src/clients/change.ts";
import { newClientRecord, operatorPolicy, registrationPolicy } from "../../src/clients/clients.ts";
import { checkClientMetadata, describeClient } from "../../src/clients/metadata.ts";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { sectorOf } from "../../src/protocol/sector.ts";
import { refusalOf } from "../support/expect.ts";
import { proves } from "../support/proves.ts";

function settings(changes: ConfigurationInput = {}) {
  const parsed = parse(configurationSchema, { issuer: "https://auth.example", ...changes });
  const configuration = { ...parsed, issuer: "https://auth.example" };
  return { configuration, catalogue: createCatalogue(configuration) };
}
const { configuration, catalogue } = settings();
const operator = operatorPolicy(configuration, catalogue);
const open = settings({ registration: { grant_types: [CIBA_GRANT, "refresh_token"] } });
const letIn = registrationPolicy(open.configuration, open.catalogue);

const KEY = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "one" };
const PING = {
  grant_types: [CIBA_GRANT],
  backchannel_token_delivery_mode: "ping",
  backchannel_client_notification_endpoint: "https://client.example.org/ping?a=b",
  backchannel_authentication_request_signing_alg: "ES256",
  jwks: { keys: [KEY] },
};
const check = (members: Record<string, unknown>, policy = operator) =>
  checkClientMetadata({ grant_types: [CIBA_GRANT], ...members }, policy);
const faultOf = (members: Record<string, unknown>, policy = operator) => {
  const refusal = refusalOf(() => check(members, policy));
  expect(refusal.error).toBe("invalid_client_metadata");
  return refusal.description;
};
const clientWith = (members: Record<string, unknown>) =>
  newClientRecord(
    {
      clientId: "client" as ClientId,
      source: "operator",
      metadata: check(members),
      secrets: [],
      createdAt: 1,
    },
    systemRandom,
  );

describe("the members of clients that ask people", () => {
  test(proves("come back as they were set, and polling is the default", "CIBA 4-6", "CIBA 14-2"), () => {
    expect(describeClient(clientWith(PING))).toMatchObject(PING);
    expect(describeClient(clientWith({ response_types: [] }))).toMatchObject({
      backchannel_token_delivery_mode: "poll",
      response_types: [],
    });
    expect(check({ ...PING, backchannel_user_code_parameter: false })).toMatchObject({
      backchannelTokenDeliveryMode: "ping",
    });
  });

  test("say nothing of a client without the grant type, and go when it goes", () => {
    const client = clientWith(PING);
    const changed = changedMetadata(
      client,
      { grant_types: ["client_credentials"] },
      { configuration, catalogue },
    );
    expect(changed).toMatchObject({
      backchannelTokenDeliveryMode: null,
      backchannelClientNotificationEndpoint: null,
      backchannelAuthenticationRequestSigningAlg: null,
    });
  });

  test.each([
    ["push", { ...PING, backchannel_token_delivery_mode: "push" }, "use poll or ping"],
    ["ping without an address", { backchannel_token_delivery_mode: "ping" }, "needs backchannel_client"],
    [
      "an address with http",
      { ...PING, backchannel_client_notification_endpoint: "http://client.example.org/ping" },
      "must be an https URL",
    ],
    ["user codes", { backchannel_user_code_parameter: true }, "no user codes"],
    [
      "no signature",
      { ...PING, backchannel_authentication_request_signing_alg: "none" },
      "'none' is not supported",
    ],
    [
      "a secret as a key",
      { ...PING, backchannel_authentication_request_signing_alg: "HS256" },
      "'HS256' is not supported",
    ],
    ["signatures without keys", { ...PING, jwks: undefined }, "needs its keys"],
    [
      "a strict client without keys",
      { token_endpoint_auth_method: "private_key_jwt", security_profile: "fapi-2.0" },
      "needs the keys",
    ],
    ["a public client", { token_endpoint_auth_method: "none" }, "proves who it is"],
  ])(proves("cannot be %s", "CIBA 4-6", "CIBA 4-7", "CIBA 4-8", "CIBA 7.1.2-1"), (_, members, words) => {
    expect(faultOf(members)).toContain(words);
    // A client that registers itself relies on them as well: nothing takes their place in silence.
    expect(faultOf(members, letIn)).toContain(words);
  });

  test(
    proves("are not open to clients that register themselves, unless a setting lets them", "CIBA 4-9"),
    () => {
      const stranger = registrationPolicy(configuration, catalogue);
      expect(faultOf(PING, stranger)).toContain("not open to clients that register themselves");
      expect(check(PING, letIn)).toMatchObject({ grantTypes: [CIBA_GRANT] });
      expect(
        faultOf(
          { ...PING, jwks: undefined, jwks_uri: "https://a.example/k", subject_type: "pairwise" },
          letIn,
        ),
      ).toContain("no redirect URI receives");
    },
  );

  test(
    proves("a pairwise client is of the host of its keys, or says of which", "CIBA 4-10", "threat 64"),
    () => {
      const pairwise = { subject_type: "pairwise" };
      expect(faultOf(pairwise)).toContain("sector_identifier_uri or jwks_uri");
      expect(sectorOf(clientWith({ ...pairwise, jwks_uri: "https://keys.example/set" }))).toBe(
        "keys.example",
      );
      const named = { ...pairwise, sector_identifier_uri: "https://sector.example/list" };
      expect(sectorOf(clientWith({ ...named, jwks_uri: "https://keys.example/set" }))).toBe("sector.example");
    },
  );
});

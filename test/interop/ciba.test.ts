/** CIBA with `openid-client`: the program of docs/agents.md, the ping, and a client that signs. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SignJWT } from "jose";
import * as client from "openid-client";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { clientId, newClient, scopes } from "../store/records.ts";
import { answerAs, requestOf } from "../support/backchannel.ts";
import { newKey, type TestKey } from "../support/client-assertions.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { rejectionOf } from "../support/rejection.ts";

const root = join(import.meta.dir, "../..");
const [, guide = ""] = readFileSync(join(root, "docs/agents.md"), "utf8").split(
  "\n## Ask for approval (CIBA)\n",
);
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(guide)?.[1] ?? "";

let server: ListeningServer;
let ada: AccountRecord;
let key: TestKey;

beforeAll(async () => {
  const { clients } = Bun.TOML.parse(blockOf("toml")) as { clients: [] };
  server = await startListeningServer({ clients, lifetimes: { device_interval_seconds: 1 } });
  ada = await server.addPerson("ada", { name: "Ada Lovelace" });
  key = await newKey("signs", "ES256");
  await server.context.store.createClient(
    newClient({
      clientId: clientId("signing"),
      redirectUris: [],
      grantTypes: [CIBA_GRANT, "refresh_token"],
      scope: scopes("openid", "profile"),
      tokenEndpointAuthMethod: "private_key_jwt",
      jwks: { keys: [key.publicJwk] },
      secrets: [],
      idTokenSignedResponseAlg: null,
      backchannelTokenDeliveryMode: "poll",
      backchannelAuthenticationRequestSigningAlg: "ES256",
      dpopBoundAccessTokens: true,
    }),
  );
});
afterAll(() => server.close());

test("the program of the guide asks, waits and gets what the person allowed", async () => {
  const file = join(root, "node_modules", `.ciba-${process.pid}.ts`);
  await Bun.write(file, blockOf("ts").replace("http://localhost:8080", server.issuer));
  try {
    const { ask, waitFor } = await import(file);
    const asked = await ask("ada", "W4SCT");
    expect(asked).toMatchObject({ expires_in: 300, interval: 1 });
    expect((await requestOf(server, asked.auth_req_id, ada)).bindingMessage).toBe("W4SCT");
    const waiting = waitFor(asked);
    expect(await answerAs(server, asked.auth_req_id, ada)).toBe(true);
    const tokens = await waiting;
    expect(tokens.claims()).toMatchObject({ sub: ada.subject, name: "Ada Lovelace" });
    expect(tokens.refresh_token).toStartWith("trt_");
    const other = await ask("ada", "W4SCT");
    await answerAs(server, other.auth_req_id, ada, "denied");
    expect(await rejectionOf(waitFor(other))).toMatchObject({ error: "access_denied" });
    expect(await rejectionOf(ask("nobody", "W4SCT"))).toMatchObject({ error: "unknown_user_id" });
    expect(await rejectionOf(ask("ada", "W4SCT"))).toMatchObject({ error: "access_denied", status: 429 });
  } finally {
    await Bun.file(file).delete();
  }
});

test("a client that signs its requests gets tokens that are bound to its key (DPoP)", async () => {
  const config = await client.discovery(
    new URL(server.issuer),
    "signing",
    { backchannel_authentication_request_signing_alg: "ES256" },
    client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }),
    { execute: [client.allowInsecureRequests] },
  );
  const grace = await server.addPerson("grace");
  const now = server.clock.seconds();
  const request = await new SignJWT({ scope: "openid profile", login_hint: "grace", requested_expiry: 60 })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid })
    .setIssuer("signing")
    .setAudience(server.issuer)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + 300)
    .setJti(crypto.randomUUID())
    .sign(key.privateKey);
  const asked = await client.initiateBackchannelAuthentication(config, { request });
  expect(asked.expires_in).toBe(60);
  await answerAs(server, asked.auth_req_id, grace);
  // It gets no token without a proof.
  expect(await rejectionOf(client.pollBackchannelAuthenticationGrant(config, asked))).toMatchObject({
    error: "invalid_dpop_proof",
  });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  const tokens = await client.pollBackchannelAuthenticationGrant(config, asked, undefined, { DPoP });
  expect(tokens.token_type).toBe("dpop");
  expect(tokens.claims()?.sub).toBe(grace.subject);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP });
  expect(renewed.token_type).toBe("dpop");
});

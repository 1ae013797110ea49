/** Credentials of Tessera, put into its store directly while it runs: what was there before the measurement. */

import type { Configuration } from "../../src/configuration/schema.ts";
import { mintCredential, newRecordId } from "../../src/credentials/credential.ts";
import { mintAccessToken, mintRefreshToken } from "../../src/credentials/issue.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { CodeChallenge } from "../../src/protocol/identifiers.ts";
import { isCodeChallenge } from "../../src/protocol/pkce.ts";
import { openStore } from "../../src/store/open.ts";
import type { GrantRecord } from "../../src/store/records.ts";
import { APP, CHALLENGE, DEVICE, PERSON } from "./clients.ts";
import type { CredentialKind } from "./contender.ts";

export interface Seeder {
  make(kind: CredentialKind, count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** So many are under way at once: they share the syncs of the embedded database, and the connections of PostgreSQL. */
const AT_ONCE = 64;

export async function openSeeder(configuration: Configuration): Promise<Seeder> {
  const store = await openStore(configuration, { create: false });
  const context = {
    configuration,
    catalogue: createCatalogue(configuration),
    clock: systemClock,
    random: systemRandom,
  };
  const client = required(await store.findClient(APP.id));
  const device = required(await store.findClient(DEVICE.id));
  const account = required(await store.findAccountByUsername(PERSON.username));
  const scope = client.defaultScope;
  const resources = context.catalogue.defaultResources(scope);
  const mint = (kind: Parameters<typeof mintCredential>[0]) =>
    mintCredential(kind, systemClock, systemRandom);

  const clientToken = async () => {
    const { text, record } = mintAccessToken(context, {
      client,
      grantId: null,
      subject: client.clientId,
      scope,
      resources,
    });
    expect(await store.issueAccessToken(record), "issued");
    return text;
  };
  const authorized = async () => {
    const now = systemClock.seconds();
    const expiresAt = now + configuration.lifetimes.authorization_code_seconds;
    const grant: GrantRecord = {
      id: newRecordId(systemClock, systemRandom),
      subject: account.subject,
      username: account.username,
      clientId: client.clientId,
      scope,
      resources,
      via: "authorization_code",
      createdAt: now,
      expiresAt,
      activatedAt: null,
      revokedAt: null,
      revokedReason: null,
    };
    const { text, id, digest } = mint("authorization_code");
    const code = {
      id,
      digest,
      grantId: grant.id,
      clientId: client.clientId,
      redirectUri: required(client.redirectUris[0]),
      redirectUriRequested: true,
      codeChallenge: challenge(),
      createdAt: now,
      expiresAt,
      usedAt: null,
      failedAttempts: 0,
    };
    expect(await store.authorize({ now, grant, code, consent: null, form: null }), "authorized");
    return { text, code, grant };
  };
  const redeemed = async () => {
    const { code, grant } = await authorized();
    const target = { client, grantId: grant.id, subject: grant.subject, scope, resources };
    const accessToken = mintAccessToken(context, target);
    const refreshToken = required(mintRefreshToken(context, client, grant.id));
    const issuance = {
      now: systemClock.seconds(),
      accessToken: accessToken.record,
      refreshToken: refreshToken.record,
    };
    expect(await store.redeemCode(code.id, 3, issuance), "issued");
    return { grant, accessToken: accessToken.text, refreshToken: refreshToken.text };
  };
  const pendingDevice = async () => {
    const { text, id, digest } = mint("device_code");
    const now = systemClock.seconds();
    const isNew = await store.createDeviceCode({
      id,
      digest,
      // Nobody will enter the user code.
      userCodeDigest: mint("device_code").digest,
      clientId: device.clientId,
      scope: device.defaultScope,
      resources,
      createdAt: now,
      expiresAt: now + configuration.lifetimes.device_code_seconds,
      requesterAddress: "127.0.0.1",
      requesterAgent: "benchmark",
      status: "pending",
      grantId: null,
      usedAt: null,
    });
    expect(isNew, true);
    return text;
  };
  const makers: Record<CredentialKind, () => Promise<string>> = {
    person_token: async () => (await redeemed()).accessToken,
    client_token: clientToken,
    revoked_token: async () => {
      const { grant, accessToken } = await redeemed();
      await store.revokeGrant(grant.id, "revoked_by_client", systemClock.seconds());
      return accessToken;
    },
    unknown_token: async () => mint("access_token").text,
    code: async () => (await authorized()).text,
    refresh_token: async () => (await redeemed()).refreshToken,
    device_code: pendingDevice,
  };

  return {
    async make(kind, count) {
      const made: string[] = [];
      while (made.length < count) {
        const batch = Math.min(AT_ONCE, count - made.length);
        made.push(...(await Promise.all(Array.from({ length: batch }, makers[kind]))));
      }
      return made;
    },
    close: () => store.close(),
  };
}

function required<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined)
    throw new Error("The server does not know what it was started with.");
  return value;
}

function expect<Value>(actual: Value, expected: Value): void {
  if (actual !== expected)
    throw new Error(`The store said ${String(actual)} where ${String(expected)} was due.`);
}

function challenge(): CodeChallenge {
  if (!isCodeChallenge(CHALLENGE)) throw new Error("The code challenge is none.");
  return CHALLENGE;
}

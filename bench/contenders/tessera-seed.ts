/** Stores credentials of Tessera directly while the server runs: the data from before the measurement. */

import type { Configuration } from "../../src/configuration/schema.ts";
import { mintCredential } from "../../src/credentials/credential.ts";
import { mintAccessToken, mintRefreshToken } from "../../src/credentials/issue.ts";
import { revokeGrant } from "../../src/operations/access.ts";
import { authorize } from "../../src/operations/authorization.ts";
import { findClient } from "../../src/operations/clients.ts";
import { outcomeOf } from "../../src/operations/decide.ts";
import { createDeviceCode } from "../../src/operations/devices.ts";
import { noEvents } from "../../src/operations/events.ts";
import { findAccountByUsername } from "../../src/operations/people.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { confirmationOf, type Proven } from "../../src/protocol/bindings.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { CodeChallenge } from "../../src/protocol/identifiers.ts";
import { isCodeChallenge } from "../../src/protocol/pkce.ts";
import { redeemCode } from "../../src/rules/authorization-code.ts";
import { issueToClient } from "../../src/rules/client.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { insert, row } from "../../src/store/contract.ts";
import { shardOf } from "../../src/store/declare.ts";
import { openStore } from "../../src/store/open.ts";
import { type ClientRecord, clients } from "../../src/store/tables/clients.ts";
import { type GrantRecord, grants } from "../../src/store/tables/grants.ts";
import { codes } from "../../src/store/tables/requests.ts";
import { type SessionRecord, sessions } from "../../src/store/tables/sign-in.ts";

import { APP, CHALLENGE, DEVICE, OPENID_APPS, PERSON, SIGNED_APP } from "./clients.ts";
import type { CredentialKind } from "./contender.ts";

export interface Seeder {
  /** For `signed_token`: codes, which the server exchanges for such tokens. */
  make(kind: Exclude<CredentialKind, "client_assertion">, count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

const PASSWORD_SIGN_IN = { authenticationMethods: ["pwd"], authenticationLevel: "1" };

/** This many are under way at once: they share the syncs of SQLite, and the connections of PostgreSQL. */
const AT_ONCE = 64;

const CLIENT = { client: row(clients, { clientId: "$clientId" }) };
const CODE = { code: row(codes, { id: "$id" }), grant: row(grants, { id: "code.id" }) };

export async function openSeeder(configuration: Configuration): Promise<Seeder> {
  const store = await openStore(configuration, { create: false });
  const context = {
    store,
    events: noEvents,
    configuration,
    catalogue: createCatalogue(configuration),
    clock: systemClock,
    random: systemRandom,
  };
  const clientNamed = async (id: string) => required(await findClient(context, id));
  const client = await clientNamed(APP.id);
  const device = await clientNamed(DEVICE.id);
  const openidClients = {
    RS256: await clientNamed(OPENID_APPS.RS256.id),
    ES256: await clientNamed(OPENID_APPS.ES256.id),
  };
  const signedClient = await clientNamed(SIGNED_APP.id);
  const account = required(await findAccountByUsername(context, PERSON.username));
  const scope = client.defaultScope;
  const resources = context.catalogue.defaultResources(scope);
  const mint = (kind: Parameters<typeof mintCredential>[0], shard?: number) =>
    mintCredential(kind, systemClock, systemRandom, shard);

  const clientToken = async () => {
    const { text, record } = mintAccessToken(context, {
      client,
      grant: null,
      scope,
      resources,
      confirmation: null,
    });
    const outcome = await outcomeOf(context, SERVER_ACT, async () => {
      const found = await store.look(CLIENT, { clientId: client.clientId });
      return issueToClient(required(found.client), record);
    });
    expect(outcome, "issued");
    return text;
  };
  /** What a client asks for: its whole scope. `isSignIn`: in a browser session, with a nonce. */
  const wishOf = (client: ClientRecord, isSignIn: boolean) => {
    const scope = client.scope ?? client.defaultScope;
    return { client, scope, resources: context.catalogue.defaultResources(scope), isSignIn };
  };
  /** The session in which the person signs in to every OpenID Connect app. */
  let session: Promise<SessionRecord> | null = null;
  const newSession = async (): Promise<SessionRecord> => {
    const now = systemClock.seconds();
    const { id, digest } = mint("session", shardOf(account.subject));
    const signedIn: SessionRecord = {
      id,
      digest,
      subject: account.subject,
      continuity: id,
      address: "203.0.113.7",
      program: "Firefox",
      system: "Linux",
      ...PASSWORD_SIGN_IN,
      authenticatedAt: now,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + configuration.lifetimes.session_absolute_seconds,
    };
    expect((await store.commit({ changes: [insert(sessions, signedIn)] })).outcome, "committed");
    return signedIn;
  };
  const authorized = async (wish = wishOf(client, false)) => {
    const { client: asking, scope, resources, isSignIn } = wish;
    const now = systemClock.seconds();
    const expiresAt = now + configuration.lifetimes.authorization_code_seconds;
    if (isSignIn) session ??= newSession();
    const signedIn = isSignIn ? await session : null;
    const { text, id, digest } = mint("authorization_code", shardOf(account.subject));
    const grant: GrantRecord = {
      id,
      subject: account.subject,
      username: account.username,
      clientId: asking.clientId,
      scope,
      resources,
      authorizationDetails: null,
      via: "authorization_code",
      session: signedIn?.continuity ?? null,
      claims: null,
      address: "203.0.113.7",
      program: "Firefox",
      system: "Linux",
      online: isSignIn,
      ...PASSWORD_SIGN_IN,
      authenticatedAt: now,
      createdAt: now,
      expiresAt,
      activatedAt: null,
      revokedAt: null,
      revokedReason: null,
    };
    const code = {
      id,
      digest,
      redirectUri: required(asking.redirectUris[0]),
      redirectUriRequested: true,
      codeChallenge: challenge(),
      nonce: isSignIn ? "n-0S6_WzA2Mj" : null,
      confirmation: null,
      createdAt: now,
      expiresAt,
      usedAt: null,
      failedAttempts: 0,
    };
    const authorization = { now, grant, code, consent: null, form: null, session: signedIn?.id ?? null };
    expect(await authorize(context, SERVER_ACT, authorization), "authorized");
    return { text, grant };
  };
  const redeemed = async (confirmation: Proven | null = null) => {
    const { grant } = await authorized();
    const accessToken = mintAccessToken(context, { client, grant, scope, resources, confirmation });
    const refreshToken = required(mintRefreshToken(context, client, grant.id, confirmation));
    const issuance = {
      now: systemClock.seconds(),
      accessToken: accessToken.record,
      refreshToken: refreshToken.record,
    };
    const outcome = await outcomeOf(context, SERVER_ACT, async () =>
      redeemCode(await store.look(CODE, { id: grant.id }), client, 3, issuance),
    );
    expect(outcome, "issued");
    return { grant, accessToken: accessToken.text, refreshToken: refreshToken.text };
  };
  const pendingDevice = async () => {
    const { text, id, digest } = mint("device_code");
    const now = systemClock.seconds();
    const isNew = await createDeviceCode(context, SERVER_ACT, {
      id,
      digest,
      // No person will enter the user code.
      userCodeDigest: mint("device_code").digest,
      clientId: device.clientId,
      scope: device.defaultScope,
      resources,
      authorizationDetails: null,
      createdAt: now,
      expiresAt: now + configuration.lifetimes.device_code_seconds,
      requesterAddress: "127.0.0.1",
      requesterAgent: "benchmark",
      status: "pending",
      grantId: null,
      deniedBy: null,
      usedAt: null,
    });
    expect(isNew, true);
    return text;
  };
  const makers: Record<Exclude<CredentialKind, "client_assertion">, () => Promise<string>> = {
    person_token: async () => (await redeemed()).accessToken,
    // No request needs its key.
    bound_token: async () =>
      (await redeemed(confirmationOf("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I") as Proven))
        .accessToken,
    client_token: clientToken,
    revoked_token: async () => {
      const { grant, accessToken } = await redeemed();
      await revokeGrant(context, SERVER_ACT, grant.id, "revoked_by_client", systemClock.seconds());
      return accessToken;
    },
    unknown_token: async () => mint("access_token").text,
    signed_token: async () => (await authorized(wishOf(signedClient, false))).text,
    code: async () => (await authorized()).text,
    openid_code_RS256: async () => (await authorized(wishOf(openidClients.RS256, true))).text,
    openid_code_ES256: async () => (await authorized(wishOf(openidClients.ES256, true))).text,
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

/** Stores the things that requests race for, by the thousand and without pages. */

import { mintClientSecret } from "../../../src/clients/clients.ts";
import { type CredentialKind, mintCredential, newRecordId } from "../../../src/credentials/credential.ts";
import { type EpochSeconds, systemClock } from "../../../src/platform/clock.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import type { ClientId, RecordId } from "../../../src/protocol/identifiers.ts";
import { insert } from "../../../src/store/contract.ts";
import { shardOf } from "../../../src/store/declare.ts";
import type { ClientRecord } from "../../../src/store/tables/clients.ts";
import { type GrantRecord, grants } from "../../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../../src/store/tables/people.ts";
import { backchannelRequests } from "../../../src/store/tables/requests.ts";
import type { ActingStore } from "../../store/acts.ts";

import {
  newAccessToken,
  newAccount,
  newBackchannelRequest,
  newClient,
  newCode,
  newDeviceCode,
  newGrant,
  newRefreshToken,
  newSession,
  type Parties,
  redirectUri,
  resources,
  scopes,
} from "../../store/records.ts";
import type { Tokens } from "./requests.ts";

const LIFETIME_SECONDS = 3600;
const FAILURE_LIMIT = 5;

const mint = (kind: CredentialKind, shard?: number) => mintCredential(kind, systemClock, systemRandom, shard);

/** Few at once: this many may always wait on any machine. */
const AT_ONCE = 16;
export async function times<Result>(count: number, make: () => Promise<Result>): Promise<Result[]> {
  const made: Result[] = [];
  while (made.length < count) {
    made.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - made.length) }, make))));
  }
  return made;
}

/** A person, with the Cookie header of their signed-in browser. */
export interface SignedInPerson {
  readonly account: AccountRecord;
  readonly cookie: string;
}

export interface Seed {
  /** Signed-in people. */
  people(count: number): Promise<SignedInPerson[]>;
  /** Codes for the client `web`, each of its own grant; the person gave all of them. */
  codes(count: number, account?: AccountRecord): Promise<string[]>;
  /** Tokens from such codes. */
  tokens(count: number, expiresAt?: EpochSeconds): Promise<Tokens[]>;
  /** A new client that acts for itself, with one secret. Default: a generated identifier. */
  service(
    clientId?: ClientId,
  ): Promise<{ readonly clientId: ClientId; readonly secretId: string; readonly secret: string }>;
  /** Device codes of `television` that the person has approved. */
  approvedDevices(count: number): Promise<string[]>;
  /** The `auth_req_id` of requests of `agent` that the person has approved. */
  approvedRequests(count: number): Promise<string[]>;
  /** The token of a setup link. */
  setupLink(): Promise<string>;
}

export async function openSeed(store: ActingStore): Promise<Seed> {
  const now = systemClock.seconds();
  const expiresAt = now + LIFETIME_SECONDS;
  const createAccount = async (): Promise<AccountRecord> => {
    const account = newAccount({ passwordHash: null, createdAt: now });
    await store.createAccount(account);
    return account;
  };
  const web = await findClient(store, "web");
  const television = await findClient(store, "television");
  const agent = await findClient(store, "agent");
  const somebody = await createAccount();

  const grantFor = (id: RecordId, parties: Parties, via: GrantRecord["via"]): GrantRecord =>
    newGrant(parties, {
      id,
      scope: scopes("mail.read"),
      resources: resources("https://mail.example/"),
      via,
      createdAt: now,
      expiresAt,
    });

  const code = async (account = somebody) => {
    const { text, id, digest } = mint("authorization_code", shardOf(account.subject));
    const grant = grantFor(id, { client: web, account }, "authorization_code");
    const outcome = await store.authorize({
      now,
      grant,
      code: newCode(grant, {
        digest,
        redirectUri: redirectUri("https://client.example/callback"),
        createdAt: now,
        expiresAt,
      }),
      consent: null,
      form: null,
    });
    if (outcome !== "authorized") throw new Error(outcome);
    return { text, id, grant };
  };

  return {
    people: (count) =>
      times(count, async () => {
        const account = await createAccount();
        const { text, id, digest } = mint("session");
        const session = newSession({
          id,
          digest,
          subject: account.subject,
          createdAt: now,
          authenticatedAt: now,
          lastSeenAt: now,
          expiresAt,
        });
        if (!(await store.createSession(session, null, null))) throw new Error("no session");
        return { account, cookie: `__Host-tessera=${text}` };
      }),

    codes: (count, account) => times(count, async () => (await code(account)).text),

    tokens: (count, tokensExpireAt = expiresAt) =>
      times(count, async () => {
        const { id, grant } = await code();
        const access = mint("access_token", shardOf(grant.id));
        const refresh = mint("refresh_token", shardOf(grant.id));
        const lifetime = { issuedAt: now, expiresAt: tokensExpireAt };
        const outcome = await store.redeemCode(id, FAILURE_LIMIT, {
          now,
          accessToken: newAccessToken(grant, { id: access.id, digest: access.digest, ...lifetime }),
          refreshToken: newRefreshToken(grant, { id: refresh.id, digest: refresh.digest, ...lifetime }),
        });
        if (outcome !== "issued") throw new Error(outcome);
        return { accessToken: access.text, refreshToken: refresh.text };
      }),

    async service(clientId) {
      const { text, record } = mintClientSecret(systemClock, systemRandom);
      const client = newClient({
        grantTypes: ["client_credentials"],
        scope: [],
        defaultScope: [],
        secrets: [record],
        ...(clientId === undefined ? {} : { clientId }),
      });
      if (!(await store.createClient(client))) throw new Error("no client");
      return { clientId: client.clientId, secretId: record.id, secret: text };
    },

    approvedDevices: (count) =>
      times(count, async () => {
        const { text, id, digest } = mint("device_code");
        const device = newDeviceCode(television, {
          id,
          digest,
          scope: scopes("mail.read"),
          resources: resources("https://mail.example/"),
          createdAt: now,
          expiresAt,
        });
        await store.createDeviceCode(device);
        const grantId = newRecordId(systemClock, systemRandom, shardOf(id));
        const grant = grantFor(grantId, { client: television, account: somebody }, "device_code");
        if (!(await store.decideDeviceCode(id, grant, now))) throw new Error("not approved");
        return text;
      }),

    approvedRequests: (count) =>
      times(count, async () => {
        const { text, id, digest } = mint("auth_req_id", shardOf(somebody.subject));
        const parties = { client: agent, account: somebody };
        const grant = grantFor(newRecordId(systemClock, systemRandom, shardOf(id)), parties, "ciba");
        const request = newBackchannelRequest(parties, {
          id,
          digest,
          scope: grant.scope,
          resources: grant.resources,
          createdAt: now,
          expiresAt,
          giveUpAt: expiresAt,
          status: "approved",
          grantId: grant.id,
        });
        await store.commit({ changes: [insert(grants, grant), insert(backchannelRequests, request)] });
        return text;
      }),

    async setupLink() {
      const { text, id, digest } = mint("setup_link");
      if (!(await store.createSetupLink({ id, digest, expiresAt }))) throw new Error("no link");
      return text;
    },
  };
}

async function findClient(store: ActingStore, clientId: string): Promise<ClientRecord> {
  const client = await store.findClient(clientId);
  if (client === null) throw new Error(`There is no client ${clientId}.`);
  return client;
}

/** What is raced for, put straight into the store: by the thousand, and without a page for each. */
import { mintClientSecret } from "../../../src/clients/clients.ts";
import { type CredentialKind, mintCredential } from "../../../src/credentials/credential.ts";
import { type EpochSeconds, systemClock } from "../../../src/platform/clock.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import type { ClientId } from "../../../src/protocol/identifiers.ts";
import type { Store } from "../../../src/store/contract.ts";
import type { AccountRecord, ClientRecord, GrantRecord } from "../../../src/store/records.ts";
import {
  newAccessToken,
  newAccount,
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

const mint = (kind: CredentialKind) => mintCredential(kind, systemClock, systemRandom);
/** Few at once: the store refuses more than it can do in time. */
async function times<Result>(count: number, make: () => Promise<Result>): Promise<Result[]> {
  const made: Result[] = [];
  while (made.length < count) {
    made.push(...(await Promise.all(Array.from({ length: Math.min(32, count - made.length) }, make))));
  }
  return made;
}

/** A person with the Cookie header of the browser they are signed in with. */
export interface SignedInPerson {
  readonly account: AccountRecord;
  readonly cookie: string;
}

export interface Seed {
  /** People, each signed in. */
  people(count: number): Promise<SignedInPerson[]>;
  /** Codes for the client `web`, each of a grant of its own, which that person gave. */
  codes(count: number, account?: AccountRecord): Promise<string[]>;
  /** Tokens from such codes. */
  tokens(count: number, expiresAt?: EpochSeconds): Promise<Tokens[]>;
  /** A new client that acts for itself, with one secret. */
  service(): Promise<{ readonly clientId: ClientId; readonly secretId: string; readonly secret: string }>;
  /** Device codes of `television` that the person has approved. */
  approvedDevices(count: number): Promise<string[]>;
  /** The token of a link that creates the first administrator. */
  setupLink(): Promise<string>;
}

export async function openSeed(store: Store): Promise<Seed> {
  const now = systemClock.seconds();
  const expiresAt = now + LIFETIME_SECONDS;
  const createAccount = async (): Promise<AccountRecord> => {
    const account = newAccount({ passwordHash: null, createdAt: now });
    await store.createAccount(account);
    return account;
  };
  const web = await findClient(store, "web");
  const television = await findClient(store, "television");
  const somebody = await createAccount();

  const grantFor = (parties: Parties, via: GrantRecord["via"]): GrantRecord =>
    newGrant(parties, {
      scope: scopes("mail.read"),
      resources: resources("https://mail.example/"),
      via,
      createdAt: now,
      expiresAt,
    });

  const code = async (account = somebody) => {
    const { text, id, digest } = mint("authorization_code");
    const grant = grantFor({ client: web, account }, "authorization_code");
    const outcome = await store.authorize({
      now,
      grant,
      code: newCode(grant, {
        id,
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
        const access = mint("access_token");
        const refresh = mint("refresh_token");
        const lifetime = { issuedAt: now, expiresAt: tokensExpireAt };
        const outcome = await store.redeemCode(id, FAILURE_LIMIT, {
          now,
          accessToken: newAccessToken(grant, { id: access.id, digest: access.digest, ...lifetime }),
          refreshToken: newRefreshToken(grant, { id: refresh.id, digest: refresh.digest, ...lifetime }),
        });
        if (outcome !== "issued") throw new Error(outcome);
        return { accessToken: access.text, refreshToken: refresh.text };
      }),

    async service() {
      const { text, record } = mintClientSecret(systemClock, systemRandom);
      const client = newClient({
        grantTypes: ["client_credentials"],
        scope: [],
        defaultScope: [],
        secrets: [record],
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
        const grant = grantFor({ client: television, account: somebody }, "device_code");
        if (!(await store.decideDeviceCode(id, grant, now))) throw new Error("not approved");
        return text;
      }),

    async setupLink() {
      const { text, id, digest } = mint("setup_link");
      if (!(await store.createSetupLink({ id, digest, expiresAt }))) throw new Error("no link");
      return text;
    },
  };
}

async function findClient(store: Store, clientId: string): Promise<ClientRecord> {
  const client = await store.findClient(clientId);
  if (client === null) throw new Error(`There is no client ${clientId}.`);
  return client;
}

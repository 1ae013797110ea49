/** Refresh tokens that stay (docs/decisions/0072): those of a strict client, bound to a key, stored without the pages. */
import { mintClientSecret } from "../../src/clients/clients.ts";
import { mintCredential } from "../../src/credentials/credential.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import type { Confirmation } from "../../src/protocol/bindings.ts";
import { insert } from "../../src/store/contract.ts";
import { shardOf } from "../../src/store/declare.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { codes } from "../../src/store/tables/requests.ts";
import { refreshTokens } from "../../src/store/tables/tokens.ts";
import type { ActingStore } from "../store/acts.ts";
import {
  newAccount,
  newClient,
  newCode,
  newGrant,
  newRefreshToken,
  resources,
  scopes,
} from "../store/records.ts";
import { newProofKey, type ProofKey, proofFor } from "./dpop.ts";
import { basic } from "./server.ts";
import { refreshForm } from "./token-requests.ts";

/** The servers of these clients sign with one of the algorithms of the profile. */
export const STRICT_SIGNING = { algorithms: ["RS256", "ES256"] as const };

export interface KeptTokens {
  readonly clientId: string;
  readonly secret: string;
  readonly key: ProofKey;
  readonly refreshTokens: readonly string[];
}

/** Tokens of a new strict client for the mail of one person, each of its own grant. */
export async function storeKeptTokens(store: ActingStore, clock: Clock, count: number): Promise<KeptTokens> {
  const now = clock.seconds();
  const key = await newProofKey();
  const secret = mintClientSecret(clock, systemRandom);
  const client = newClient({
    secrets: [secret.record],
    scope: scopes("mail.read"),
    defaultScope: scopes("mail.read"),
    userinfoSignedResponseAlg: null,
    securityProfile: "fapi-2.0",
    accessTokenFormat: null,
    disabledAt: null,
  });
  await store.createClient(client);
  const account = newAccount({ passwordHash: null, createdAt: now });
  await store.createAccount(account);
  const texts: string[] = [];
  for (let each = 0; each < count; each += 1) {
    const lifetime = { createdAt: now, expiresAt: now + 3600 };
    const { id } = mintCredential("authorization_code", clock, systemRandom, shardOf(account.subject));
    const grant = newGrant(
      { client, account },
      {
        ...{ id, ...lifetime, activatedAt: now, session: null },
        ...{ scope: scopes("mail.read"), resources: resources("https://mail.example/") },
      },
    );
    const minted = mintCredential("refresh_token", clock, systemRandom, shardOf(grant.id));
    const token = newRefreshToken(grant, {
      ...{ id: minted.id, digest: minted.digest, issuedAt: now, expiresAt: now + 3600 },
      confirmation: `jkt:${key.thumbprint}` as Confirmation,
    });
    const code = newCode(grant, { ...lifetime, usedAt: now });
    await store.commit({
      changes: [insert(grants, grant), insert(codes, code), insert(refreshTokens, token)],
    });
    texts.push(minted.text);
  }
  return { clientId: client.clientId, secret: secret.text, key, refreshTokens: texts };
}

/** A use of one of the tokens at the token endpoint, with a new proof each time. */
export async function keptUse(
  { clientId, secret, key }: Pick<KeptTokens, "clientId" | "secret" | "key">,
  issuer: string,
  refreshToken: string,
  now?: number,
): Promise<{ readonly headers: Record<string, string>; readonly form: Record<string, string> }> {
  const DPoP = await proofFor(key, { url: `${issuer}/auth/token` }, now);
  return { headers: { ...basic(clientId, secret), DPoP }, form: refreshForm(refreshToken) };
}

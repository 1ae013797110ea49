/** Facts for the tests of rules: rows as the store returns them, valid unless a test sets fields. */
import { digestSecret, type PresentedCredential } from "../../src/credentials/credential.ts";
import { systemRandom } from "../../src/platform/random.ts";
import type { Issuance } from "../../src/rules/grant.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { GrantRecord } from "../../src/store/tables/grants.ts";
import type { AuthorizationCodeRecord, DeviceCodeRecord } from "../../src/store/tables/requests.ts";
import type { AccessTokenRecord, RefreshTokenRecord } from "../../src/store/tables/tokens.ts";
import {
  NOW,
  newAccount,
  newClient,
  newDeviceCode,
  newGrant,
  newId,
  redirectUri,
  resources,
  scopes,
} from "../store/records.ts";

export { NOW };

/** The secret of every credential here, and a wrong one. */
export const SECRET = systemRandom(32);
export const WRONG_SECRET = systemRandom(32);
export const DIGEST = digestSecret(SECRET);

/** A credential as a client presents it. */
export const presented = (secret: Uint8Array = SECRET): PresentedCredential => ({ id: newId(), secret });

export const CLIENT = newClient({ usedAt: NOW - 500 });
export const ACCOUNT = newAccount();
export const DISABLED = { disabledAt: NOW - 1 };

/** Tokens were issued from it, and it outlives the tokens of the tests. */
export const aGrant = (fields: Partial<GrantRecord> = {}): GrantRecord =>
  newGrant(
    { client: CLIENT, account: ACCOUNT },
    { activatedAt: NOW - 100, expiresAt: NOW + 1_000_000, ...fields },
  );

export const anAccessToken = (
  grant: GrantRecord | null,
  fields: Partial<AccessTokenRecord> = {},
): AccessTokenRecord => ({
  id: newId(),
  digest: DIGEST,
  grantId: grant?.id ?? null,
  client: CLIENT.number,
  scope: null,
  resources: null,
  confirmation: null,
  authorizationDetails: null,
  exchange: null,
  issuedAt: NOW,
  expiresAt: NOW + 600,
  ...fields,
});

export const aRefreshToken = (
  grant: GrantRecord,
  fields: Partial<RefreshTokenRecord> = {},
): RefreshTokenRecord => ({
  id: newId(),
  digest: DIGEST,
  grantId: grant.id,
  issuedAt: NOW,
  expiresAt: NOW + 86_400,
  usedAt: null,
  successorId: null,
  usedFrom: null,
  retriedElsewhere: false,
  confirmation: null,
  ...fields,
});

/** Without PKCE, and for a request that named the redirect URI. */
export const aCode = (
  grant: GrantRecord,
  fields: Partial<AuthorizationCodeRecord> = {},
): AuthorizationCodeRecord => ({
  id: grant.id,
  digest: DIGEST,
  redirectUri: redirectUri("https://mail.example/callback"),
  redirectUriRequested: true,
  codeChallenge: null,
  nonce: null,
  confirmation: null,
  createdAt: NOW - 5,
  expiresAt: NOW + 60,
  usedAt: null,
  failedAttempts: 0,
  ...fields,
});

export const aDevice = (
  fields: Partial<DeviceCodeRecord> = {},
  client: ClientRecord = CLIENT,
): DeviceCodeRecord => newDeviceCode(client, { digest: DIGEST, ...fields });

/** An access token for ten minutes and a refresh token for a day, with one id. */
export const anIssuance = (grant: GrantRecord): Issuance & { readonly refreshToken: RefreshTokenRecord } => {
  const id = newId();
  return { now: NOW, accessToken: anAccessToken(grant, { id }), refreshToken: aRefreshToken(grant, { id }) };
};

/** The names of the events. */
export const toldBy = ({
  events = [],
}: {
  readonly events?: readonly { readonly event: string }[] | undefined;
}): string[] => events.map(({ event }) => event);

export { newAccount, newClient, newId, resources, scopes };

/** When a client was last used. No request notes it: it is derived from what the client has. */
import { recordIdText } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Store } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { accessTokens, type RefreshTokenRecord, refreshTokens } from "../store/tables/tokens.ts";
import { allPages, type Page } from "./paging.ts";

interface Reading {
  readonly store: Store;
}

/**
 * When the client last got a token, as far as its tokens and grants are still kept; null if it never got one. It reads tokens from the newest back to one
 * of this client, which takes seconds if there are millions and the client has none.
 */
export async function findLastUse({ store }: Reading, client: ClientRecord): Promise<EpochSeconds | null> {
  if (client.usedAt === null) return null;
  const newest = { order: ["id" as const], descending: true, limit: 1 };
  const [token] = await store.list(accessTokens, { ...newest, where: { client: client.number } });
  const [grant] = await store.list(grants, { ...newest, where: { clientId: client.clientId } });
  const refreshed = client.grantTypes.includes("refresh_token") ? await lastRefresh(store, client) : null;
  return Math.max(
    client.usedAt,
    token?.issuedAt ?? 0,
    grant?.activatedAt ?? grant?.createdAt ?? 0,
    refreshed ?? 0,
  );
}

/** When the newest refresh token of the client was issued. Tokens know their grant, and grants their client. */
async function lastRefresh(store: Store, { clientId }: ClientRecord): Promise<EpochSeconds | null> {
  const own = new Set<string>();
  const ofClient = allPages(({ limit, after = null }: Page<GrantRecord>) =>
    store.list(grants, { where: { clientId }, order: ["id"], after, limit }),
  );
  for await (const { id } of ofClient) own.add(recordIdText(id));
  if (own.size === 0) return null;
  const newestFirst = allPages(({ limit, after = null }: Page<RefreshTokenRecord>) =>
    store.list(refreshTokens, { order: ["id"], descending: true, after, limit }),
  );
  for await (const { grantId, issuedAt } of newestFirst) if (own.has(recordIdText(grantId))) return issuedAt;
  return null;
}

/**
 * When a person last gave the client access, or else when it was first used; null if it never was. Unlike `findLastUse` it takes the
 * same short time for every client.
 */
export async function findLastSignIn({ store }: Reading, client: ClientRecord): Promise<EpochSeconds | null> {
  if (client.usedAt === null) return null;
  const where = { clientId: client.clientId };
  const [grant] = await store.list(grants, { where, order: ["id"], descending: true, limit: 1 });
  return Math.max(client.usedAt, grant?.activatedAt ?? grant?.createdAt ?? 0);
}

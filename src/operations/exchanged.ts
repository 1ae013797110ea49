/** Whether everything still lives that an exchanged token was made from (RFC 8693). */
import { parseRecordId } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import {
  type AccessTokenFacts,
  liveAccessToken,
  TOKEN_GRANT_COLUMNS,
  type TokenGrant,
} from "../rules/access-token.ts";
import { isEnabled } from "../rules/client.ts";
import type { LevelPolicy } from "../rules/client-access.ts";
import { row, type Store } from "../store/contract.ts";
import { clients } from "../store/tables/clients.ts";
import { grants } from "../store/tables/grants.ts";
import { accessTokens, type Exchange } from "../store/tables/tokens.ts";
import { useFault } from "./client-access.ts";

export const TOKEN_CLIENT_COLUMNS = [
  "clientId",
  "disabledAt",
  "allowedGroups",
  "deniedGroups",
  "minimumAcr",
  "subjectType",
] as const;

export const ACCESS_TOKEN = {
  token: row(accessTokens, { id: "$id" }),
  grant: row(grants, { id: "token.grantId" }, TOKEN_GRANT_COLUMNS),
  client: row(clients, { number: "token.client" }, TOKEN_CLIENT_COLUMNS),
};

const BY_NUMBER = { client: row(clients, { number: "$number" }, TOKEN_CLIENT_COLUMNS) };

interface OriginContext {
  readonly store: Store;
  /** Missing: whether a person may still use a client is not asked. */
  readonly levelPolicy?: LevelPolicy | undefined;
}

/**
 * The facts of a token, with whether all that it was made from still lives: the tokens, their clients and their grants. So an end of
 * any of them ends what was made from it, however long the chain. A token that was not exchanged has no origins, and costs nothing.
 */
export function withOrigins<Facts extends AccessTokenFacts>(
  context: OriginContext,
  facts: Facts,
  now: EpochSeconds,
): Facts | Promise<Facts> {
  const exchange = facts.token?.exchange ?? null;
  return exchange === null ? facts : asked(context, facts, exchange, now);
}

async function asked<Facts extends AccessTokenFacts>(
  context: OriginContext,
  facts: Facts,
  { tokens, clients: numbers }: Exchange,
  now: EpochSeconds,
): Promise<Facts> {
  const alive = await Promise.all([
    ...tokens.map((id) => isTokenAlive(context, id, now)),
    ...numbers.map((number) => isClientAlive(context, number, facts.grant)),
  ]);
  return { ...facts, originsLive: !alive.includes(false) };
}

async function isTokenAlive(context: OriginContext, text: string, now: EpochSeconds): Promise<boolean> {
  const id = parseRecordId(text);
  if (id === null) return false;
  const facts = await context.store.look(ACCESS_TOKEN, { id });
  // What this one was made from is in the list itself.
  const live = liveAccessToken({ ...facts, originsLive: true }, now);
  return live !== null && (await counts(context, facts.client, live.grant));
}

async function isClientAlive(
  context: OriginContext,
  number: number,
  grant: TokenGrant | null,
): Promise<boolean> {
  const { client } = await context.store.look(BY_NUMBER, { number });
  return isEnabled(client) && counts(context, client, grant);
}

const counts = async (
  { store, levelPolicy }: OriginContext,
  client: Parameters<typeof useFault>[1],
  grant: TokenGrant | null,
): Promise<boolean> =>
  levelPolicy === undefined || (await useFault({ store, levelPolicy }, client, grant)) === null;

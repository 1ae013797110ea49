/** One store for the tests of a topic, and their common first steps. */

import { afterAll, beforeAll } from "bun:test";
import type { GrantRecord } from "../../../src/store/tables/grants.ts";
import type { ActingStore, AuthorizationCodeRecord } from "../acts.ts";

import {
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newIssuance,
  type Parties,
  type RefreshableIssuance,
} from "../records.ts";
import type { OpenedStore, OpenStore } from "../suite.ts";

/** Opens a store before the tests of the enclosing `describe`; the result may be called only inside of tests. */
export function useStore(open: OpenStore): () => ActingStore {
  let opened: OpenedStore | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened?.close();
  });
  return () => {
    if (opened === undefined) throw new Error("no store outside of tests");
    return opened.store;
  };
}

/** Stores a client and a person. */
export async function createParties(store: ActingStore): Promise<Parties> {
  const parties = { client: newClient(), account: newAccount() };
  await store.createClient(parties.client);
  await store.createAccount(parties.account);
  return parties;
}

export interface Authorized extends Parties {
  readonly grant: GrantRecord;
  readonly code: AuthorizationCodeRecord;
}

/** A person has allowed a client; its code is unused. */
export async function authorize(store: ActingStore, parties?: Parties, now = NOW): Promise<Authorized> {
  const { client, account } = parties ?? (await createParties(store));
  const { grant, code, ...rest } = newAuthorization({ client, account }, { now });
  const outcome = await store.authorize({ grant, code, ...rest });
  if (outcome !== "authorized") throw new Error(outcome);
  return { client, account, grant, code };
}

export interface Issued extends Authorized {
  readonly issuance: RefreshableIssuance;
}

/** The code was redeemed for an access token and a refresh token. */
export async function issue(store: ActingStore, parties?: Parties, now = NOW): Promise<Issued> {
  const authorized = await authorize(store, parties, now);
  const issuance = newIssuance(authorized.grant, now);
  const outcome = await store.redeemCode(authorized.code.id, FAILURE_LIMIT, issuance);
  if (outcome !== "issued") throw new Error(outcome);
  return { ...authorized, issuance };
}

export const FAILURE_LIMIT = 3;

export const isActive = async (
  store: ActingStore,
  token: { id: RefreshableIssuance["accessToken"]["id"] },
  now = NOW,
) => (await store.findActiveAccessToken(token.id, now)) !== null;

/** The access that people gave to clients: listing it, and taking it back. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, RecordId, SubjectId } from "../protocol/identifiers.ts";
import type { Act } from "../rules/events.ts";
import * as rules from "../rules/grant.ts";
import { row, type Store, type Values } from "../store/contract.ts";
import {
  type ConsentRecord,
  consents,
  type GrantRecord,
  grants,
  type RevocationReason,
} from "../store/tables/grants.ts";
import { findRenumbered, type NumberContext } from "./clients.ts";
import { type DecideContext, decide } from "./decide.ts";
import { allPages, type Page } from "./paging.ts";
import { findAccount } from "./people.ts";

interface Reading {
  readonly store: Store;
}

export interface GrantFilter {
  readonly subject?: SubjectId;
  readonly clientId?: ClientId;
}

/**
 * A page of the live grants, newest first. They include grants whose code is still open, because the client may fetch
 * tokens at any moment, and for a while grants whose last token has expired (`grantExpiry`).
 */
export const listGrants = (
  { store }: Reading,
  filter: GrantFilter,
  now: EpochSeconds,
  { limit, after = null }: Page<GrantRecord>,
): Promise<GrantRecord[]> =>
  // Identifiers begin with the time, so this order is the order of creation.
  store.list(grants, {
    where: { ...filter, revokedAt: null },
    above: { expiresAt: now },
    order: ["id"],
    descending: true,
    after,
    limit,
  });

export const everyGrant = (
  context: Reading,
  filter: GrantFilter,
  now: EpochSeconds,
): AsyncGenerator<GrantRecord> =>
  allPages((page: Page<GrantRecord>) => listGrants(context, filter, now, page));

/** How many are alive. */
export async function countGrants(context: Reading, filter: GrantFilter, now: EpochSeconds): Promise<number> {
  let count = 0;
  for await (const _ of everyGrant(context, filter, now)) count += 1;
  return count;
}

const GRANT = { grant: row(grants, { id: "$id" }) };

export const findGrant = async ({ store }: Reading, id: RecordId): Promise<GrantRecord | null> =>
  (await store.look(GRANT, { id })).grant;

const CONSENT = {
  consent: row(consents, { subject: "$subject", clientId: "$clientId", recipient: "$recipient" }),
};

export const findConsent = async (
  { store }: Reading,
  subject: SubjectId,
  clientId: ClientId,
  recipient: string,
): Promise<ConsentRecord | null> => (await store.look(CONSENT, { subject, clientId, recipient })).consent;

/** The remembered consents of a person, read in pages. */
export const everyConsent = ({ store }: Reading, subject: SubjectId): AsyncGenerator<ConsentRecord> =>
  allPages(({ limit, after = null }: Page<ConsentRecord>) =>
    store.list(consents, { where: { subject }, after, limit }),
  );

/** Revokes a grant and all its tokens. False if there is no such grant or it was revoked before. */
export async function revokeGrant(
  context: DecideContext,
  act: Act,
  id: RecordId,
  reason: RevocationReason,
  now: EpochSeconds,
): Promise<boolean> {
  const { outcome } = await decide(context, act, async () =>
    rules.revokeGrant(await findGrant(context, id), reason, now),
  );
  return outcome;
}

/**
 * Takes access back, so that the person must be asked before a client gets access again. With all access of a client the
 * tokens end that it got for itself.
 */
export async function revokeAccess(
  context: NumberContext,
  act: Act,
  filter: rules.AccessFilter,
  reason: RevocationReason,
  now: EpochSeconds,
): Promise<rules.RevokedAccess> {
  const { swept } = await decide(context, act, async () => {
    const facts =
      filter.subject === undefined
        ? { account: null, ...(await findRenumbered(context, filter.clientId)) }
        : { account: await findAccount(context, filter.subject), client: null, number: 0 };
    return rules.revokeAccess(filter, facts, reason, now);
  });
  const [forgotten = [], revoked = []] = swept;
  const revokedNow = revoked.filter((grant) => Number(grant.expiresAt) > now);
  return { grants: revokedNow.map(idOf), consents: forgotten.length };
}

const idOf = (row: Values): RecordId => row.id as RecordId;

/** Grants: how long they are kept, what ends them, and the events of that. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, RecordId, SubjectId } from "../protocol/identifiers.ts";
import { type Change, check, hold, insert, type Sweep, sweep, update } from "../store/contract.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { consents, type GrantRecord, grants, type RevocationReason } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import {
  type AccessTokenRecord,
  accessTokens,
  type RefreshTokenRecord,
  refreshTokens,
} from "../store/tables/tokens.ts";
import type { Decision } from "./decision.ts";

/** The tokens that a redemption issues. */
export interface Issuance {
  readonly now: EpochSeconds;
  readonly accessToken: AccessTokenRecord;
  readonly refreshToken: RefreshTokenRecord | null;
  /** Until when the grant is kept beyond its tokens (`keptForSignOut`). */
  readonly keptUntil?: EpochSeconds;
}

/**
 * An extended grant outlives its last token by 1/16 of the time that the token has left. So a refresh seldom writes to its
 * grant, and a grant without tokens still goes away soon.
 */
const SPARE_PART = 16;

/** The expiry of a grant whose last token expires at `lastExpiry`. */
export const grantExpiry = (now: EpochSeconds, lastExpiry: EpochSeconds): EpochSeconds =>
  lastExpiry + Math.floor((lastExpiry - now) / SPARE_PART);

/**
 * A time that the last issue of tokens from the grant is not before; null if there was none. It is at most 1/16 of
 * `refreshSeconds` before it, because a refresh does not always write to its grant (`grantExpiry`).
 */
export function usedSince(
  { activatedAt, expiresAt }: Pick<GrantRecord, "activatedAt" | "expiresAt">,
  refreshSeconds: number,
  now: EpochSeconds,
): EpochSeconds | null {
  if (activatedAt === null) return null;
  const extendedAt = expiresAt - grantExpiry(0, refreshSeconds);
  // A lifetime that the operator has shortened since gives a time in the future.
  return extendedAt > now ? activatedAt : Math.max(activatedAt, extendedAt);
}

/** The facts of a client on which a decision rests. */
export type ServedClient = Pick<ClientRecord, "clientId" | "number" | "revision" | "disabledAt">;

/**
 * The values of a client's row that every decision about the client changes. The number distinguishes the client from a
 * later one with the same identifier.
 */
export const asItWas = ({ number, revision }: Pick<ClientRecord, "number" | "revision">) => ({
  number,
  revision,
});

/** Keeps a grant as long as its last token, and guards that it is not revoked. */
export function keepGrant(
  grant: GrantRecord,
  { now, accessToken, refreshToken, keptUntil = 0 }: Issuance,
): Change {
  const lastExpiry = Math.max(accessToken.expiresAt, refreshToken?.expiresAt ?? 0, keptUntil);
  const isKept = grant.activatedAt !== null && grant.expiresAt >= lastExpiry;
  const alive = { revokedAt: null };
  const kept = {
    activatedAt: grant.activatedAt ?? now,
    expiresAt: Math.max(grant.expiresAt, grantExpiry(now, lastExpiry)),
  };
  return isKept ? hold(grants, { id: grant.id }, alive) : update(grants, { id: grant.id }, alive, kept);
}

/**
 * The changes that issue tokens from a grant to its client. Their guards: the grant is not revoked, and the client has not
 * changed. They need no guard for the person, because everything that ends a person's access revokes the person's grants.
 */
export function issueTokens(grant: GrantRecord, client: ServedClient, issuance: Issuance): Change[] {
  const { accessToken, refreshToken } = issuance;
  return [
    check(clients, { clientId: client.clientId }, asItWas(client)),
    keepGrant(grant, issuance),
    ...(refreshToken === null ? [] : [insert(refreshTokens, refreshToken)]),
    insert(accessTokens, accessToken),
  ];
}

/** RFC 6749 §4.1.2, RFC 9700 §4.14.2: a thief may have used a credential that was used twice, so its grant ends. */
export const revokeReplayed = (
  grant: GrantRecord,
  reason: "code_replayed" | "refresh_token_replayed",
  now: EpochSeconds,
): Decision<"replayed"> => ({
  outcome: "replayed",
  changes: revoke(grant, reason, now),
  urgent: true,
  events: [
    {
      event: reason === "code_replayed" ? "code.replayed" : "refresh_token.replayed",
      subject: grant.subject,
      client: grant.clientId,
      grant: grant.id,
    },
  ],
});

/** No change if the grant was revoked before: the first reason stays. */
const revoke = (grant: GrantRecord, reason: RevocationReason, now: EpochSeconds): Change[] =>
  grant.revokedAt !== null
    ? []
    : [update(grants, { id: grant.id }, { revokedAt: null }, { revokedAt: now, revokedReason: reason })];

/** Whether the person or the operator took the access back. The client and a replay end access without that. */
const isTakenBack = (reason: RevocationReason): boolean =>
  reason === "revoked_by_person" || reason === "revoked_by_operator";

/**
 * Ends everything that was issued from one grant. If the grant is taken back, the person's consents for the client go too,
 * even if the grant was revoked before: otherwise the client's next request would get the same access without a question.
 * Other grants of the person to the client stay.
 */
export function revokeGrant(
  grant: GrantRecord | null,
  reason: RevocationReason,
  now: EpochSeconds,
): Decision<boolean> {
  if (grant === null) return { outcome: false };
  const { subject, clientId } = grant;
  const revoked = grant.revokedAt === null;
  const event = { event: "grant.revoked", subject, client: clientId, grant: grant.id, reason } as const;
  return {
    outcome: revoked,
    changes: revoke(grant, reason, now),
    sweeps: isTakenBack(reason) ? [sweep(consents, { subject, clientId }, null)] : [],
    urgent: true,
    events: revoked ? [event] : [],
  };
}

/** The access to take back: all that a person gave, all that a client has, or all that the person gave this client. */
export type AccessFilter =
  | { readonly subject: SubjectId; readonly clientId?: ClientId }
  | { readonly subject?: undefined; readonly clientId: ClientId };

/** The access that was taken back. */
export interface RevokedAccess {
  /** The grants that ended now: neither revoked nor expired before. */
  readonly grants: readonly RecordId[];
  /** How many remembered consents were forgotten. */
  readonly consents: number;
}

/**
 * The sweeps that take access back, so that the person is asked before there is new access: all grants, even those whose
 * code or device code is still open, and all consents. The commit must change the row of the person or of the client:
 * every commit that makes a grant holds both rows.
 */
export const accessSweeps = (filter: AccessFilter, reason: RevocationReason, now: EpochSeconds): Sweep[] => {
  const whose = {
    ...(filter.subject !== undefined && { subject: filter.subject }),
    ...(filter.clientId !== undefined && { clientId: filter.clientId }),
  };
  return [
    sweep(consents, whose, null),
    sweep(grants, { ...whose, revokedAt: null }, { revokedAt: now, revokedReason: reason }),
  ];
};

/** The same for the access of a person that is not tied to a session: that which is ends with all sessions in the same commit. */
export const offlineSweeps = (
  filter: { readonly subject: SubjectId; readonly clientId?: ClientId },
  now: EpochSeconds,
): Sweep[] => [
  sweep(consents, filter, null),
  sweep(
    grants,
    { ...filter, online: false, revokedAt: null },
    { revokedAt: now, revokedReason: "revoked_by_person" },
  ),
];

export const accessRemoved = (filter: AccessFilter, reason: RevocationReason) =>
  ({ event: "access.removed", subject: filter.subject, client: filter.clientId, reason }) as const;

/** The person or the client whose access is taken back; null for one that does not exist. */
export interface AccessFacts {
  readonly account: AccountRecord | null;
  readonly client: ClientRecord | null;
  /** A number that no client has. */
  readonly number: number;
}

/**
 * Takes access back. If it is all access of a client, the client gets another number, which also ends the tokens that it got
 * for itself.
 */
export function revokeAccess(
  filter: AccessFilter,
  { account, client, number }: AccessFacts,
  reason: RevocationReason,
  now: EpochSeconds,
): Decision<"revoked"> {
  const changes =
    filter.subject !== undefined
      ? account === null
        ? []
        : [touchAccount(account, {})]
      : client === null
        ? []
        : [touchClient(client, { number })];
  return {
    outcome: "revoked",
    changes,
    sweeps: accessSweeps(filter, reason, now),
    urgent: true,
    events: [accessRemoved(filter, reason)],
  };
}

/** Changes a person's row and its revision, so that every decision that rests on the old row starts over. */
export const touchAccount = (account: AccountRecord, set: Partial<AccountRecord>): Change =>
  update(
    accounts,
    { subject: account.subject },
    { revision: account.revision },
    { ...set, revision: account.revision + 1 },
  );

/** The same for a client. */
export const touchClient = (client: ClientRecord, set: Partial<ClientRecord>): Change =>
  update(clients, { clientId: client.clientId }, asItWas(client), { ...set, revision: client.revision + 1 });

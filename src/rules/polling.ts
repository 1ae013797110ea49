/**
 * Requests for which a client polls the token endpoint until a person has answered: device codes (RFC 8628) and backchannel requests
 * (CIBA). Who may ask and how the person finds the request differs; when there are tokens stands here, once for both.
 */
import { type PresentedCredential, secretMatches } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Reason } from "../protocol/errors.ts";
import { type Change, hold, insert, update } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import type { PolledRecord, PolledTable } from "../store/tables/requests.ts";
import { allowClient, isEnabled } from "./client.ts";
import { mayUse } from "./client-access.ts";
import { concluded, type Decision } from "./decision.ts";
import { type Issuance, issueTokens, type ServedClient } from "./grant.ts";

/** How long the server still knows an expired request (RFC 8628 §3.5, CIBA §11: `expired_token`). */
export const POLLED_REMEMBERED_SECONDS = 3600;

/** How long an approved request gives tokens at least: the client may be between two polls (RFC 8628 §3.5). */
export const COLLECTION_SECONDS = 60;

/** What distinguishes the kinds of requests here. */
export interface PolledKind {
  readonly table: PolledTable;
  /** The grant type, as events and grants name it. */
  readonly via: GrantRecord["via"];
  readonly reasons: {
    readonly unknown: Reason;
    readonly ofOtherClient: Reason;
    readonly used: Reason;
    readonly denied: Reason;
    readonly expired: Reason;
  };
}

/**
 * Until when the client may come for its tokens. A person may approve in the last second of the request, so the client has
 * some time after the approval, in which the person made the grant.
 */
const collectableUntil = (
  { status, expiresAt }: Pick<PolledRecord, "status" | "expiresAt">,
  grant: Pick<GrantRecord, "createdAt"> | null,
): EpochSeconds =>
  status === "approved" && grant !== null
    ? Math.max(expiresAt, grant.createdAt + COLLECTION_SECONDS)
    : expiresAt;

/** Whether a person may still answer. */
export const isPending = <Asked extends PolledRecord>(
  asked: Asked | null,
  now: EpochSeconds,
): asked is Asked => asked !== null && asked.status === "pending" && asked.expiresAt > now;

/** Whether the client may have access of the person: both are there and enabled, and one may use the other. */
export const mayBeGiven = (
  client: ClientRecord | null,
  account: AccountRecord | null,
): client is ClientRecord =>
  isEnabled(client) && account !== null && account.disabledAt === null && mayUse(client, account);

interface Approval {
  readonly asked: PolledRecord;
  readonly client: ClientRecord;
  readonly account: Pick<AccountRecord, "subject" | "revision">;
}

/** The changes that store a yes and its grant. `more`: other columns to set. The caller has asked `isPending` and `mayBeGiven`. */
export const approvalChanges = (
  { table }: Pick<PolledKind, "table">,
  { asked, client, account: { subject, revision } }: Approval,
  grant: GrantRecord,
  now: EpochSeconds,
  more: Readonly<Record<string, unknown>> = {},
): readonly Change[] => [
  hold(accounts, { subject }, { revision }),
  allowClient(client, now),
  update(table, { id: asked.id }, { status: "pending" }, { status: "approved", grantId: grant.id, ...more }),
  // A grant outlives everything issued from it, so that the clean-up can go by the grant's own expiry.
  insert(grants, {
    ...grant,
    expiresAt: Math.max(grant.expiresAt, collectableUntil({ ...asked, status: "approved" }, grant)),
  }),
];

export interface PolledFacts<Asked extends PolledRecord = PolledRecord> {
  readonly asked: Asked | null;
  readonly grant: GrantRecord | null;
}

/** RFC 8628 §3.5, CIBA §11: the reason not to issue tokens (yet), or null. */
export function pollFault(
  { reasons }: Pick<PolledKind, "reasons">,
  presented: PresentedCredential | null,
  { asked, grant }: PolledFacts,
  clientId: string,
  now: EpochSeconds,
): Reason | null {
  if (presented === null || asked === null || !secretMatches(presented.secret, asked.digest))
    return reasons.unknown;
  if (asked.clientId !== clientId) return reasons.ofOtherClient;
  if (asked.usedAt !== null) return reasons.used;
  if (asked.status === "denied") return reasons.denied;
  if (collectableUntil(asked, grant) <= now) return reasons.expired;
  if (asked.status === "pending") return "authorization_pending";
  // Access was taken back before the client came for it.
  return grant === null || grant.revokedAt !== null ? reasons.denied : null;
}

/** If several polls come at the same moment, one gets the tokens. */
export function redeemPolled(
  { table, via }: Pick<PolledKind, "table" | "via">,
  { asked, grant }: PolledFacts,
  client: ServedClient | null,
  issuance: Issuance,
): Decision<"issued" | "refused"> {
  if (asked === null || asked.status !== "approved" || asked.usedAt !== null) return concluded("refused");
  if (collectableUntil(asked, grant) <= issuance.now || grant === null || grant.revokedAt !== null)
    return concluded("refused");
  if (!isEnabled(client)) return concluded("refused");
  return {
    outcome: "issued",
    changes: [
      update(table, { id: asked.id }, { usedAt: null }, { usedAt: issuance.now }),
      ...issueTokens(grant, client, issuance),
    ],
    events: [
      {
        event: "token.issued",
        via,
        subject: grant.subject,
        client: grant.clientId,
        grant: grant.id,
      },
    ],
  };
}

/**
 * Webhooks (Standard Webhooks 1.0): which events a receiver of the operator hears of, and for how long the server tries. A delivery waits
 * in the outbox (`rules/outbox.ts`).
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { insert } from "../store/contract.ts";
import { type WebhookDeliveryRecord, webhookDeliveries } from "../store/tables/waiting.ts";
import { eventsOfKind } from "./audit.ts";
import { concluded, type Decision } from "./decision.ts";
import type { EventName } from "./events.ts";
import { type Answer, after, isDue, newWaiting, settle, take, waitAfter } from "./outbox.ts";

// ── Which events ───────────────────────────────────────────────────────────────────────────────────────────

/** A delivery about a delivery would have no end. The others are of the database itself, or happen while no server runs on it. */
const NEVER: ReadonlySet<EventName> = new Set([
  "rows.expired",
  "store.stale",
  "audit.sealed",
  "database.copied",
]);

export const isWebhookEvent = (event: EventName): boolean =>
  !event.startsWith("webhook.") && !NEVER.has(event);

/** What a webhook hears of by default: who has which rights, and what looks like an attack. */
const SECURITY_EVENTS: readonly EventName[] = [
  "client.created",
  "client.discovered",
  "client.registered",
  "client_secret.added",
  "code.replayed",
  "email.changed",
  "passkey.added",
  "passkey.removed",
  "password.changed",
  "password.removed",
  "person.created",
  "person.disabled",
  "person.removed",
  "recovery_code.used",
  "refresh_token.replayed",
  "role.given",
  "role.taken",
  "second_factor.added",
  "second_factor.removed",
  "server_key.rotated",
  "sign_in.denied",
  "signing_key.retired",
];

/** The events of a webhook. `kinds`: undefined for those about security. */
export const eventsOf = (kinds: readonly string[] | undefined): ReadonlySet<EventName> =>
  new Set(kinds === undefined ? SECURITY_EVENTS : kinds.flatMap(eventsOfKind).filter(isWebhookEvent));

// ── Attempts ───────────────────────────────────────────────────────────────────────────────────────────────

/** How long the server tries. */
export const GIVE_UP_SECONDS = 86_400;
/** How long a delivery is listed, and can be sent again. */
export const KEPT_SECONDS = 7 * 86_400;
/** How long an attempt may take before another process takes the delivery. */
const LEASE_SECONDS = 30;

/** What a delivery is about. */
export interface NewDelivery {
  readonly id: RecordId;
  readonly webhook: string;
  readonly type: string;
  readonly body: string;
}

export const newDelivery = (delivery: NewDelivery, now: EpochSeconds): WebhookDeliveryRecord => ({
  ...delivery,
  ...newWaiting(now, now + GIVE_UP_SECONDS),
  deliveredAt: null,
  expiresAt: now + KEPT_SECONDS,
});

export const queued = (delivery: WebhookDeliveryRecord) => insert(webhookDeliveries, delivery);

/** Takes the next attempt. Of several senders one gets it; null for the others. */
export function claim(
  delivery: WebhookDeliveryRecord | null,
  now: EpochSeconds,
): Decision<WebhookDeliveryRecord | null> {
  if (!isDue(delivery, now)) return concluded(null);
  const { taken, changes } = take(webhookDeliveries, delivery, now, LEASE_SECONDS);
  return { outcome: taken, changes };
}

/**
 * What came of an attempt. `present`: the row as it is now. If it was sent again meanwhile, or is gone, that attempt decides.
 * `fault`: null if the receiver has it; else a word, or `status` and the status.
 */
export function conclude(
  delivery: WebhookDeliveryRecord,
  present: WebhookDeliveryRecord | null,
  fault: string | null,
  now: EpochSeconds,
): Decision<WebhookDeliveryRecord> {
  const { attempts, webhook } = delivery;
  const answer: Answer = fault === null ? { outcome: "sent" } : { outcome: "failed", reason: fault };
  const { isOver, set } = after(delivery, answer, now);
  const all = { ...set, ...(fault === null && { deliveredAt: now }) };
  const changes = settle(webhookDeliveries, delivery, present, all);
  if (changes.length === 0) return concluded({ ...delivery, lastFault: fault });
  return {
    outcome: { ...delivery, ...all },
    changes,
    ...(fault !== null && {
      events: [
        {
          event: isOver ? "webhook.given_up" : "webhook.failed",
          via: webhook,
          reason: fault,
          count: isOver ? 1 : attempts,
        },
      ],
    }),
  };
}

/** The time for these deliveries of one webhook is over. One event tells of them all. */
export const giveUp = (webhook: string, overdue: readonly WebhookDeliveryRecord[]): Decision<void> =>
  overdue.length === 0
    ? concluded(undefined)
    : {
        outcome: undefined,
        changes: overdue.flatMap((each) => settle(webhookDeliveries, each, each, { waits: false })),
        events: [{ event: "webhook.given_up", via: webhook, reason: "expired", count: overdue.length }],
      };

/**
 * Takes an attempt at once, whatever became of the delivery, under the same identifier: a receiver that has it already knows it. If the
 * attempt fails, others follow for a day. Null for no delivery.
 */
export function replay(
  delivery: WebhookDeliveryRecord | null,
  now: EpochSeconds,
): Decision<WebhookDeliveryRecord | null> {
  if (delivery === null) return concluded(null);
  const longer = { giveUpAt: now + GIVE_UP_SECONDS, expiresAt: now + KEPT_SECONDS };
  const { taken, changes } = take(webhookDeliveries, delivery, now, LEASE_SECONDS, longer);
  return { outcome: taken, changes, events: [{ event: "webhook.replayed", via: delivery.webhook }] };
}

/** A delivery of which the caller has the first attempt, and no one a second. */
export const newTest = (delivery: NewDelivery, now: EpochSeconds): WebhookDeliveryRecord => ({
  ...newDelivery(delivery, now),
  attempts: 1,
  nextAt: now + LEASE_SECONDS,
  giveUpAt: now + waitAfter(1),
});

export type DeliveryState = "waits" | "delivered" | "failed";

/** `failed`: no further attempt comes. */
export const stateOf = ({
  waits,
  deliveredAt,
}: Pick<WebhookDeliveryRecord, "waits" | "deliveredAt">): DeliveryState =>
  waits ? "waits" : deliveredAt === null ? "failed" : "delivered";

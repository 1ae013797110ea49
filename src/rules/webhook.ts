/**
 * Webhooks (Standard Webhooks 1.0): which events a receiver of the operator hears of, and when the server tries again. A delivery is a row from the commit of the act on, so neither a crash nor a receiver that is down loses it.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { insert, update } from "../store/contract.ts";
import { type WebhookDeliveryRecord, webhookDeliveries } from "../store/tables.ts";
import { eventsOfKind } from "./audit.ts";
import { concluded, type Decision } from "./decision.ts";
import { EVENT_TYPES, type EventName } from "./events.ts";

// ── Which events ───────────────────────────────────────────────────────────────────────────────────────────

/** A delivery about a delivery would have no end; and no event of these has a commit in which a row could be. */
const NEVER: ReadonlySet<EventName> = new Set(["rows.expired", "store.stale", "audit.sealed"]);

export const isWebhookEvent = (event: EventName): boolean =>
  !event.startsWith("webhook.") && !NEVER.has(event);

/** Every event that a webhook can want. */
export const WEBHOOK_EVENTS: readonly EventName[] = (Object.keys(EVENT_TYPES) as EventName[]).filter(
  isWebhookEvent,
);

/** What a webhook hears of by default: who has which rights, and what looks like an attack. */
export const SECURITY_EVENTS: readonly EventName[] = [
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

/** The first wait after a failure. Each is twice as long as the one before. */
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 7200;

/** How long after this attempt, the first being 1, the next one may come. */
export const waitAfter = (attempt: number): number =>
  Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(attempt - 1, 20), LONGEST_WAIT_SECONDS);

/** How long the server tries. */
export const GIVE_UP_SECONDS = 86_400;
/** How long a delivery is listed, and can be sent again. */
export const KEPT_SECONDS = 7 * 86_400;
/** How long an attempt may take before another process takes the delivery. */
export const LEASE_SECONDS = 30;

/** What a delivery is about. */
export interface NewDelivery {
  readonly id: RecordId;
  readonly webhook: string;
  readonly type: string;
  readonly body: string;
}

export const newDelivery = (delivery: NewDelivery, now: EpochSeconds): WebhookDeliveryRecord => ({
  ...delivery,
  createdAt: now,
  waits: true,
  attempts: 0,
  nextAt: now,
  giveUpAt: now + GIVE_UP_SECONDS,
  deliveredAt: null,
  lastFault: null,
  expiresAt: now + KEPT_SECONDS,
});

export const queued = (delivery: WebhookDeliveryRecord) => insert(webhookDeliveries, delivery);

/** Takes the next attempt. Of several senders one gets it; null for the others. */
export function claim(
  delivery: WebhookDeliveryRecord | null,
  now: EpochSeconds,
): Decision<WebhookDeliveryRecord | null> {
  if (delivery === null || !delivery.waits || delivery.nextAt > now || delivery.giveUpAt <= now)
    return concluded(null);
  const { id, attempts } = delivery;
  const set = { attempts: attempts + 1, nextAt: now + LEASE_SECONDS };
  return {
    outcome: { ...delivery, ...set },
    changes: [update(webhookDeliveries, { id }, { attempts, waits: true }, set)],
  };
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
  const { id, attempts, webhook } = delivery;
  if (present?.attempts !== attempts || !present.waits) return concluded({ ...delivery, lastFault: fault });
  const nextAt = now + waitAfter(attempts);
  const isOver = fault === null || nextAt >= delivery.giveUpAt;
  const set = {
    ...(isOver ? { waits: false } : { nextAt }),
    ...(fault === null ? { deliveredAt: now, lastFault: null } : { lastFault: fault }),
  };
  return {
    outcome: { ...delivery, ...set },
    changes: [update(webhookDeliveries, { id }, { attempts, waits: true }, set)],
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
        changes: overdue.map(({ id, attempts }) =>
          update(webhookDeliveries, { id }, { attempts, waits: true }, { waits: false }),
        ),
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
  const { id, attempts, waits, webhook } = delivery;
  const set = {
    waits: true,
    attempts: attempts + 1,
    nextAt: now + LEASE_SECONDS,
    giveUpAt: now + GIVE_UP_SECONDS,
    expiresAt: now + KEPT_SECONDS,
  };
  return {
    outcome: { ...delivery, ...set },
    changes: [update(webhookDeliveries, { id }, { attempts, waits }, set)],
    events: [{ event: "webhook.replayed", via: webhook }],
  };
}

/** A delivery of which the caller has the first attempt, and no one a second. */
export const newTest = (delivery: NewDelivery, now: EpochSeconds): WebhookDeliveryRecord => ({
  ...newDelivery(delivery, now),
  attempts: 1,
  nextAt: now + LEASE_SECONDS,
  giveUpAt: now + FIRST_WAIT_SECONDS,
});

export type DeliveryState = "waits" | "delivered" | "failed";

/** `failed`: no further attempt comes. */
export const stateOf = ({
  waits,
  deliveredAt,
}: Pick<WebhookDeliveryRecord, "waits" | "deliveredAt">): DeliveryState =>
  waits ? "waits" : deliveredAt === null ? "failed" : "delivered";

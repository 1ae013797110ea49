/**
 * Webhooks: the commit of an act has a row for each webhook that wants its events (`webhookEvents`); a sender of any process takes the
 * row and delivers it, again and again for a day. A process that dies between the receiver's yes and the commit after it delivers
 * twice, under the same identifier; no delivery is lost.
 */
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId, recordIdText } from "../credentials/credential.ts";
import { type Clock, isoTime, type SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { signedHeaders } from "../protocol/standard-webhooks.ts";
import { auditRecord, eventsOfKind } from "../rules/audit.ts";
import { type Act, type Event, SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/webhook.ts";
import { type Change, row, type Store, StoreUnavailable } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type WebhookDeliveryRecord, webhookDeliveries } from "../store/tables.ts";
import { auditFacts } from "./audit.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import type { Subscriber } from "./events.ts";
import { createDailyRoom } from "./own-doing.ts";
import type { Page } from "./paging.ts";

export type Webhook = Configuration["webhooks"][number];

interface Queueing {
  readonly configuration: Pick<Configuration, "webhooks">;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** What the configuration names as events and is none, as sentences. */
export const webhookFaults = ({ webhooks }: Pick<Configuration, "webhooks">): string[] =>
  webhooks.flatMap(({ events = [] }, index) =>
    events
      .filter((kind) => !eventsOfKind(kind).some(rules.isWebhookEvent))
      .map(
        (kind) =>
          `webhooks.${index}.events has ${JSON.stringify(kind)}, and webhooks hear of no such event. docs/webhooks.md lists them.`,
      ),
  );

const NOTHING: readonly Change[] = [];

/** The subscriber that queues deliveries in the commit of the act. `wake` is called after the commit. */
export function webhookEvents(context: Queueing, wake: () => void = () => {}): Subscriber {
  const { configuration, clock } = context;
  const wanting = configuration.webhooks.map(({ name, events }) => ({
    name,
    events: rules.eventsOf(events),
  }));
  const hasRoom = createDailyRoom(clock);
  const isWanted = ({ event }: Event) => wanting.some(({ events }) => events.has(event));
  return {
    changesFor(act, events) {
      if (!events.some(isWanted)) return NOTHING;
      return events
        .filter((event) => isWanted(event) && hasRoom(act, event))
        .flatMap((event, index) => {
          const body = bodyOf(context, act, event);
          return wanting
            .filter((webhook) => webhook.events.has(event.event))
            .map(({ name }) => {
              const near = event.grant ?? event.subject ?? event.client;
              const id = deliveryId(context, near === undefined ? undefined : shardOf(near));
              // Deliveries of one act stay in its order.
              id[8] = index;
              return rules.queued(
                rules.newDelivery({ id, webhook: name, type: event.event, body }, clock.seconds()),
              );
            });
        });
    },
    tell(_, event) {
      if (isWanted(event)) wake();
    },
  };
}

const deliveryId = ({ clock, random }: Queueing, shard?: number): RecordId =>
  newRecordId(clock, random, shard);

/** What the record of acts says of the event too: who, what and when, and never a secret. */
function bodyOf({ clock, random }: Queueing, act: Act, event: Event): string {
  const now = clock.seconds();
  const facts = auditFacts(auditRecord(act, event, now, 0, newRecordId(clock, random)));
  const { id: _id, time: timestamp, event: type, level: _level, ...data } = facts;
  return JSON.stringify({ type, timestamp, data });
}

export interface WebhookContext extends DecideContext, Queueing {
  readonly outbound: Outbound;
  readonly log: Log;
}

export interface WebhookSender {
  /** Delivers all that is due. Calls at the same time are one. Never throws. */
  sendDue(): Promise<void>;
  /** Delivers from now on by itself: at intervals, and when it is woken. */
  start(): void;
  /** There may be something to deliver. Does not wait for it. */
  wake(): void;
  /** Takes nothing more, and ends when nothing is under way. */
  stop(): Promise<void>;
}

/** How many deliveries of a webhook a sender looks at before it looks again. */
const BATCH = 50;

const LOOK_EVERY_MILLIS = 5000;

/** Standard Webhooks recommends 15 to 30 seconds. */
export const TIMEOUT_MILLIS = 15_000;

/** A sender for this process. Each webhook has a turn of its own: one that is slow or down holds up no other. */
export function createWebhookSender(
  context: WebhookContext & { readonly steadyClock: SteadyClock },
): WebhookSender {
  const { configuration, steadyClock } = context;
  let stopped = false;
  let timer: ReturnType<typeof setInterval> | null = null;
  const turns = configuration.webhooks.map((webhook) => {
    let running: Promise<void> | null = null;
    let isWoken = false;
    /** The receiver fails: how often in a row, and when it is asked again, in milliseconds of the steady clock. */
    let failures = 0;
    let pausedUntil = Number.NEGATIVE_INFINITY;

    async function sendAll(): Promise<void> {
      for (;;) {
        if (stopped || steadyClock.millis() < pausedUntil) return;
        const now = context.clock.seconds();
        const due = await findDue(context, webhook.name, now);
        if (due.length === 0) return;
        if (due.some(({ giveUpAt }) => giveUpAt <= now))
          await outcomeOf(context, SERVER_ACT, async () => {
            const present = await findDue(context, webhook.name, now);
            return rules.giveUp(
              webhook.name,
              present.filter(({ giveUpAt }) => giveUpAt <= now),
            );
          });
        for (const { id } of due.filter(({ giveUpAt }) => giveUpAt > now)) {
          if (stopped) return;
          const sent = await attempt(context, webhook, id);
          if (sent === null) continue;
          if (sent.lastFault !== null) {
            failures += 1;
            pausedUntil = steadyClock.millis() + rules.waitAfter(failures) * 1000;
            return;
          }
          failures = 0;
        }
      }
    }
    const send = (): Promise<void> => {
      running ??= sendAll()
        .catch((error: unknown) => {
          // The delivery is in the database, and the next look finds it.
          const level = error instanceof StoreUnavailable ? "debug" : "error";
          context.log[level]("a webhook could not be called", { cause: String(error) });
        })
        .finally(() => {
          running = null;
        });
      return running;
    };
    return {
      send,
      wake() {
        if (isWoken) return;
        isWoken = true;
        // What is under way may have looked before the commit.
        void (running ?? Promise.resolve()).then(() => {
          isWoken = false;
          return send();
        });
      },
      settled: async () => {
        await running;
      },
    };
  });
  const sendDue = async () => {
    await Promise.all(turns.map((turn) => turn.send()));
  };
  return {
    sendDue,
    start() {
      timer = setInterval(() => void sendDue(), LOOK_EVERY_MILLIS);
      timer.unref();
    },
    wake() {
      // A process that does not send leaves it to the next look of one that does.
      if (timer !== null && !stopped) for (const turn of turns) turn.wake();
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearInterval(timer);
      await Promise.all(turns.map((turn) => turn.settled()));
    },
  };
}

async function findDue(
  { store }: Pick<WebhookContext, "store">,
  webhook: string,
  now: number,
): Promise<WebhookDeliveryRecord[]> {
  const first = await store.list(webhookDeliveries, {
    where: { webhook, waits: true },
    order: ["nextAt", "id"],
    limit: BATCH,
  });
  return first.filter(({ nextAt }) => nextAt <= now);
}

const BY_ID = { delivery: row(webhookDeliveries, { id: "$id" }) };

/** One attempt. Null if it is another sender's, or not due. */
async function attempt(
  context: WebhookContext,
  webhook: Webhook,
  id: RecordId,
): Promise<WebhookDeliveryRecord | null> {
  const { clock } = context;
  const claimed = await outcomeOf(context, SERVER_ACT, async () =>
    rules.claim((await context.store.look(BY_ID, { id })).delivery, clock.seconds()),
  );
  if (claimed === null) return null;
  return send(context, webhook, claimed);
}

/** Makes an attempt that is taken, and says what came of it. */
async function send(
  context: WebhookContext,
  webhook: Webhook,
  claimed: WebhookDeliveryRecord,
): Promise<WebhookDeliveryRecord> {
  const fault = await post(context, webhook, claimed);
  return outcomeOf(context, SERVER_ACT, async () => {
    const { delivery } = await context.store.look(BY_ID, { id: claimed.id });
    return rules.conclude(claimed, delivery, fault, context.clock.seconds());
  });
}

async function post(
  { outbound, clock }: WebhookContext,
  { url, secrets }: Webhook,
  { id, body }: WebhookDeliveryRecord,
): Promise<string | null> {
  const headers = signedHeaders(secrets, {
    id: deliveryName({ id }),
    timestamp: clock.seconds(),
    body,
  });
  try {
    await outbound.send({
      purpose: "webhooks",
      url,
      headers,
      json: body,
      types: [],
      timeoutMillis: TIMEOUT_MILLIS,
    });
    return null;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return error.status === null ? error.fault : `status ${error.status}`;
  }
}

/** The identifier that a receiver sees: the same at each attempt. */
export const deliveryName = ({ id }: Pick<WebhookDeliveryRecord, "id">): string => `msg_${recordIdText(id)}`;

// ── By hand ────────────────────────────────────────────────────────────────────────────────────────────────

export const findWebhook = (
  { configuration }: Pick<Queueing, "configuration">,
  name: string,
): Webhook | null => configuration.webhooks.find((webhook) => webhook.name === name) ?? null;

/** Sends an event of the kind `webhook.test` now, once. Returns the delivery after the attempt. */
export async function testWebhook(
  context: WebhookContext,
  act: Act,
  webhook: Webhook,
): Promise<WebhookDeliveryRecord> {
  const { clock } = context;
  const now = clock.seconds();
  const id = deliveryId(context);
  const type = "webhook.test";
  const body = JSON.stringify({ type, timestamp: isoTime(now), data: { webhook: webhook.name } });
  const delivery = rules.newTest({ id, webhook: webhook.name, type, body }, now);
  await outcomeOf(context, act, async () => ({
    outcome: undefined,
    changes: [rules.queued(delivery)],
    events: [{ event: "webhook.tested", via: webhook.name }],
  }));
  return send(context, webhook, delivery);
}

/** Delivers it again, now. Null if there is no such delivery of this webhook. */
export async function replayDelivery(
  context: WebhookContext,
  act: Act,
  webhook: Webhook,
  id: RecordId,
): Promise<WebhookDeliveryRecord | null> {
  const claimed = await outcomeOf(context, act, async () =>
    rules.replay(await findDelivery(context, webhook.name, id), context.clock.seconds()),
  );
  return claimed === null ? null : send(context, webhook, claimed);
}

async function findDelivery(
  { store }: { readonly store: Store },
  webhook: string,
  id: RecordId,
): Promise<WebhookDeliveryRecord | null> {
  const { delivery } = await store.look(BY_ID, { id });
  return delivery?.webhook === webhook ? delivery : null;
}

export type DeliveryCursor = Pick<WebhookDeliveryRecord, "id">;

/** A page of the deliveries of a webhook, the newest first. */
export const listDeliveries = (
  { store }: { readonly store: Store },
  webhook: string,
  { limit, after = null }: Page<DeliveryCursor>,
): Promise<WebhookDeliveryRecord[]> =>
  store.list(webhookDeliveries, { where: { webhook }, order: ["id"], descending: true, after, limit });

/** A delivery for programs, as JSON writes it. */
export const deliveryFacts = (delivery: WebhookDeliveryRecord) => ({
  id: deliveryName(delivery),
  webhook: delivery.webhook,
  type: delivery.type,
  state: rules.stateOf(delivery),
  attempts: delivery.attempts,
  fault: delivery.lastFault,
  created_at: isoTime(delivery.createdAt),
  delivered_at: delivery.deliveredAt === null ? null : isoTime(delivery.deliveredAt),
  next_at: delivery.waits ? isoTime(delivery.nextAt) : null,
  body: JSON.parse(delivery.body) as unknown,
});

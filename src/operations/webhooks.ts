/**
 * Webhooks: the commit of an act has a row for each webhook that wants its events (`webhookEvents`), which waits in the outbox
 * (`outbox.ts`) for a day at most. A delivery has the same identifier at each attempt.
 */
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId, recordIdText } from "../credentials/credential.ts";
import { type Clock, isoTime } from "../platform/clock.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { signedHeaders } from "../protocol/standard-webhooks.ts";
import { auditRecord, eventsOfKind } from "../rules/audit.ts";
import { type Act, type Event, SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/webhook.ts";
import { type Change, row, type Store } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type WebhookDeliveryRecord, webhookDeliveries } from "../store/tables/waiting.ts";
import { auditFacts } from "./audit.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import type { Subscriber } from "./events.ts";
import { type Attempted, createSender, type Sender, type SenderContext } from "./outbox.ts";
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

export interface WebhookKeeper extends Subscriber {
  /** Resolves when all that it heard of waits in the outbox, or is given up. */
  settled(): Promise<void>;
}

/** How long events without a commit are gathered, so that a flood of refusals costs a commit a second. */
const GATHER_MILLIS = 1000;

/**
 * The subscriber that queues deliveries in the commit of the act. `wake` is called after the commit. `unheard`: where the deliveries go of
 * events that have no commit, such as a refused sign-in. They are gathered in memory and follow in commits of their own. Without it, as
 * in a command, no webhook hears of these.
 */
export function webhookEvents(
  context: Queueing,
  wake: () => void = () => {},
  unheard: (Pick<WebhookContext, "store"> & Pick<SenderContext, "log">) | null = null,
): WebhookKeeper {
  const { configuration, clock } = context;
  const wanting = configuration.webhooks.map(({ name, events }) => ({
    name,
    events: rules.eventsOf(events),
  }));
  // Two, so that refusals without end leave the room of acts alone.
  const [hasRoom, hasRoomBeside] = [createDailyRoom(clock), createDailyRoom(clock)];
  const isWanted = ({ event }: Event) => wanting.some(({ events }) => events.has(event));
  /** Events whose deliveries are a part of a commit that is under way. */
  const queued = new WeakSet<Event>();
  let gathered: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();

  const deliveriesOf = (act: Act, event: Event, index: number, shard?: number): Change[] => {
    const body = bodyOf(context, act, event);
    return wanting
      .filter((webhook) => webhook.events.has(event.event))
      .map(({ name }) => {
        const near = event.grant ?? event.subject ?? event.client;
        const id = deliveryId(context, shard ?? (near === undefined ? undefined : shardOf(near)));
        // Deliveries of one act stay in its order.
        id[8] = index;
        return rules.queued(
          rules.newDelivery({ id, webhook: name, type: event.event, body }, clock.seconds()),
        );
      });
  };
  const write = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const changes = gathered;
    gathered = [];
    if (unheard === null || changes.length === 0) return writing;
    writing = writing
      .then(() => unheard.store.commit({ changes }))
      .then(wake)
      .catch((error: unknown) => {
        const fields = { count: changes.length, cause: String(error) };
        unheard.log.warn("webhooks do not hear of events that had no commit", fields);
      });
    return writing;
  };
  return {
    changesFor(act, events, shard) {
      const wanted = events.filter(isWanted);
      if (wanted.length === 0) return NOTHING;
      for (const event of wanted) queued.add(event);
      return wanted
        .filter((event) => hasRoom(act, event))
        .flatMap((event, index) => deliveriesOf(act, event, index, shard));
    },
    tell(act, event) {
      if (!isWanted(event)) return;
      if (queued.delete(event)) wake();
      else if (unheard !== null && hasRoomBeside(act, event)) {
        gathered.push(...deliveriesOf(act, event, 0));
        timer ??= setTimeout(() => void write(), GATHER_MILLIS).unref();
      }
    },
    settled: write,
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
}

/** Standard Webhooks recommends 15 to 30 seconds. */
export const TIMEOUT_MILLIS = 15_000;

/** A sender for this process. Each webhook has a lane of its own: one that is slow or down holds up no other. */
export const createWebhookSender = (context: WebhookContext & SenderContext): Sender =>
  createSender(
    context,
    "an event for a webhook",
    context.configuration.webhooks.map((webhook) => ({
      first: (limit) => findWaitingDeliveries(context, webhook, limit),
      giveUp: (rows, now) =>
        outcomeOf(context, SERVER_ACT, async () => {
          const present = await Promise.all(rows.map(({ id }) => findDelivery(context, webhook.name, id)));
          return rules.giveUp(
            webhook.name,
            present.flatMap((each) => (each?.waits && each.giveUpAt <= now ? [each] : [])),
          );
        }),
      attempts: (rows) =>
        rows.map(
          ({ id }) =>
            () =>
              attempt(context, webhook, id),
        ),
    })),
  );

/** The deliveries of a webhook that wait, by the time of their next attempt. */
export const findWaitingDeliveries = (
  { store }: Pick<WebhookContext, "store">,
  { name: webhook }: Webhook,
  limit: number,
): Promise<WebhookDeliveryRecord[]> =>
  store.list(webhookDeliveries, { where: { webhook, waits: true }, order: ["nextAt", "id"], limit });

const BY_ID = { delivery: row(webhookDeliveries, { id: "$id" }) };

async function attempt(context: WebhookContext, webhook: Webhook, id: RecordId): Promise<Attempted> {
  const claimed = await outcomeOf(context, SERVER_ACT, async () =>
    rules.claim((await context.store.look(BY_ID, { id })).delivery, context.clock.seconds()),
  );
  if (claimed === null) return "passed";
  return (await send(context, webhook, claimed)).lastFault === null ? "done" : "down";
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

/** Sends an event of the kind `webhook.test` now, once. Returns the delivery after the attempt. `own`: the context of the act itself. */
export async function testWebhook(
  context: WebhookContext,
  act: Act,
  webhook: Webhook,
  own: DecideContext = context,
): Promise<WebhookDeliveryRecord> {
  const { clock } = context;
  const now = clock.seconds();
  const id = deliveryId(context);
  const type = "webhook.test";
  const body = JSON.stringify({ type, timestamp: isoTime(now), data: { webhook: webhook.name } });
  const delivery = rules.newTest({ id, webhook: webhook.name, type, body }, now);
  await outcomeOf(own, act, async () => ({
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
  own: DecideContext = context,
): Promise<WebhookDeliveryRecord | null> {
  const claimed = await outcomeOf(own, act, async () =>
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

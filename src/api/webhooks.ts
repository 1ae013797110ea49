/** Webhooks and what they heard, in the management API. */
import * as v from "valibot";
import {
  listKnownDeliveries,
  listWebhooks,
  replayKnownDelivery,
  testKnownWebhook,
} from "../operations/management/webhooks.ts";
import { deliveryFacts } from "../operations/webhooks.ts";
import { eventsOf } from "../rules/webhook.ts";
import type { WebhookDeliveryRecord } from "../store/tables/waiting.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { time } from "./schemas.ts";

const TAG = "webhooks";

const webhookSchema = v.pipe(
  v.strictObject({
    name: v.string(),
    url: v.string(),
    secrets: v.pipe(v.number(), v.description("How many secrets sign.")),
    events: v.array(v.string()),
  }),
  v.title("Webhook"),
);

const deliverySchema = v.pipe(
  v.strictObject({
    id: v.pipe(v.string(), v.description("The `webhook-id` that the receiver sees.")),
    webhook: v.string(),
    type: v.pipe(v.string(), v.description("The event.")),
    state: v.picklist(["waits", "delivered", "failed"]),
    attempts: v.number(),
    fault: v.pipe(v.nullable(v.string()), v.description("Why the last attempt failed.")),
    created_at: time,
    delivered_at: v.nullable(time),
    next_at: v.nullable(time),
    body: v.pipe(v.looseObject({}), v.description("What the receiver gets.")),
  }),
  v.title("Delivery"),
);

export const webhookRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/webhooks",
    tag: TAG,
    summary: "List the webhooks of the configuration",
    permission: "server.read",
    answer: v.strictObject({ items: v.array(webhookSchema) }),
    handle: async ({ context, authority }) => ({
      body: {
        items: listWebhooks(context, authority).map(({ name, url, secrets, events }) => ({
          name,
          url,
          secrets: secrets.length,
          events: [...eventsOf(events)],
        })),
      },
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/webhooks/:webhook/deliveries",
    tag: TAG,
    summary: "List what a webhook heard or is to hear, the newest first",
    permission: "server.read",
    query: PAGE_MEMBERS,
    answer: listOf(deliverySchema),
    handle: ({ context, authority, query, parameters: { webhook = "" } }) =>
      listAnswer<WebhookDeliveryRecord>({
        keys: context.keys,
        path: `/webhooks/${webhook}/deliveries`,
        query,
        placeOf: ({ id }) => ({ id }),
        rows: (page) => listKnownDeliveries(context, authority, webhook, page),
        describe: deliveryFacts,
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/webhooks/:webhook/test",
    tag: TAG,
    summary: "Send an event of the kind webhook.test now, once",
    permission: "server.write",
    answer: deliverySchema,
    handle: async ({ context, authority, parameters: { webhook = "" } }) => ({
      body: deliveryFacts(await testKnownWebhook(context, authority, webhook)),
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/webhooks/:webhook/deliveries/:delivery/replay",
    tag: TAG,
    summary: "Send a delivery again now, under the same identifier",
    permission: "server.write",
    answer: deliverySchema,
    handle: async ({ context, authority, parameters: { webhook = "", delivery = "" } }) => ({
      body: deliveryFacts(await replayKnownDelivery(context, authority, webhook, delivery)),
    }),
  }),
];

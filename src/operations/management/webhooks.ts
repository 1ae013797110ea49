/** Webhooks for those who manage the server: what each heard, a test, and a delivery once more. */
import { parseRecordId } from "../../credentials/credential.ts";
import type { Authority } from "../../rules/role.ts";
import type { WebhookDeliveryRecord } from "../../store/tables/waiting.ts";
import type { Context } from "../context.ts";
import type { Page } from "../paging.ts";
import {
  type DeliveryCursor,
  findWebhook,
  listDeliveries,
  replayDelivery,
  testWebhook,
  type Webhook,
} from "../webhooks.ts";
import { acting, known, requirePermission } from "./authority.ts";

/** The webhooks of the configuration. */
export function listWebhooks({ configuration }: Context, authority: Authority): readonly Webhook[] {
  requirePermission(authority, "server.read");
  return configuration.webhooks;
}

/** A page of what a webhook heard or is to hear, the newest first. Throws `object_unknown`. */
export async function listKnownDeliveries(
  context: Context,
  authority: Authority,
  name: string,
  page: Page<DeliveryCursor>,
): Promise<WebhookDeliveryRecord[]> {
  requirePermission(authority, "server.read");
  return listDeliveries(context, known(findWebhook(context, name)).name, page);
}

/** Sends a test now, and says what came of it. Throws `object_unknown`. */
export async function testKnownWebhook(
  context: Context,
  authority: Authority,
  name: string,
): Promise<WebhookDeliveryRecord> {
  requirePermission(authority, "server.write");
  return testWebhook(
    context,
    authority.act,
    known(findWebhook(context, name)),
    acting(context, authority, "server.write"),
  );
}

/** Sends a delivery again now, and says what came of it. Throws `object_unknown`. */
export async function replayKnownDelivery(
  context: Context,
  authority: Authority,
  name: string,
  delivery: string,
): Promise<WebhookDeliveryRecord> {
  requirePermission(authority, "server.write");
  const webhook = known(findWebhook(context, name));
  const id = known(parseRecordId(delivery.replace(/^msg_/, "")));
  const own = acting(context, authority, "server.write");
  return known(await replayDelivery(context, authority.act, webhook, id, own));
}

/** `tessera webhook …`: lists webhooks and what they heard, tries one, and sends a delivery again. */
import type { Command } from "commander";
import { parseRecordId } from "../credentials/credential.ts";
import { allPages, collect, type Page } from "../operations/paging.ts";
import {
  deliveryFacts,
  deliveryName,
  findWebhook,
  listDeliveries,
  replayDelivery,
  testWebhook,
  type Webhook,
  type WebhookContext,
} from "../operations/webhooks.ts";
import { createOutbound } from "../platform/outbound.ts";
import { eventsOf, stateOf } from "../rules/webhook.ts";
import type { WebhookDeliveryRecord } from "../store/tables/waiting.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { localTime, printJson, printTable, relativeTime } from "./output.ts";
import {
  type CommonOptions,
  inWorkspace,
  readConfiguration,
  type Workspace,
  withCommonOptions,
} from "./workspace.ts";

interface DeliveriesOptions extends CommonOptions {
  readonly failed?: boolean;
  readonly limit: string;
}

export function addWebhookCommands(program: Command, io: Io): void {
  const webhook = program
    .command("webhook")
    .description("list webhooks and their deliveries, try one, and send a delivery again")
    .addHelpText(
      "after",
      `
The configuration declares them ([[webhooks]]): docs/webhooks.md

Examples:
  tessera webhook list
  tessera webhook test siem
  tessera webhook deliveries siem --failed`,
    );

  withCommonOptions(webhook.command("list").description("list the webhooks and the events that each wants"), {
    shown: ["config", "set"],
  })
    .addHelpText("after", "\nExamples:\n  tessera webhook list")
    .action((options: CommonOptions) => list(options, io));

  withCommonOptions(
    webhook
      .command("deliveries <webhook>")
      .description("list what a webhook heard or is to hear, the newest first"),
  )
    .option("--failed", "only those that it did not take, or not yet because of a fault")
    .option("--limit <number>", "how many at most", "100")
    .addHelpText(
      "after",
      `
A delivery is listed for seven days.

Examples:
  tessera webhook deliveries siem
  tessera webhook deliveries siem --failed --json | jq -r '.[].fault'`,
    )
    .action((name: string, options: DeliveriesOptions) => deliveries(name, options, io));

  withCommonOptions(
    webhook
      .command("test <webhook>")
      .description("send an event of the kind webhook.test now, and say what comes back"),
  )
    .addHelpText(
      "after",
      `
Exit status: 0 if the receiver took it, 1 if not.

Examples:
  tessera webhook test siem`,
    )
    .action((name: string, options: CommonOptions) =>
      sendNow(name, options, io, (context, found) => testWebhook(context, found.act, found.webhook)),
    );

  withCommonOptions(
    webhook
      .command("replay <webhook> <delivery>")
      .description("send a delivery again, under the same identifier (webhook-id)"),
  )
    .addHelpText(
      "after",
      `
Exit status: 0 if the receiver took it, 1 if not. If it did not, the server tries again for a day.

Examples:
  tessera webhook replay siem msg_0193…`,
    )
    .action((name: string, delivery: string, options: CommonOptions) =>
      sendNow(name, options, io, async (context, found) => {
        const id = parseRecordId(delivery.replace(/^msg_/, ""));
        const sent = id === null ? null : await replayDelivery(context, found.act, found.webhook, id);
        if (sent === null)
          throw new CommandError(
            `There is no delivery '${delivery}' of this webhook. List them: tessera webhook deliveries ${name}`,
          );
        return sent;
      }),
    );
}

const NO_WEBHOOKS = "There are no webhooks: the configuration has no [[webhooks]]. See docs/webhooks.md";

function requireWebhook(configuration: Workspace["configuration"], name: string): Webhook {
  const webhook = findWebhook({ configuration }, name);
  if (webhook !== null) return webhook;
  const names = configuration.webhooks.map((each) => each.name);
  throw new CommandError(
    names.length === 0
      ? NO_WEBHOOKS
      : `There is no webhook '${name}'. The configuration has: ${names.join(", ")}`,
  );
}

function list(options: CommonOptions, io: Io): void {
  const { webhooks } = readConfiguration(options, io);
  const facts = webhooks.map(({ name, url, events, secrets }) => ({
    name,
    url,
    secrets: secrets.length,
    events: [...eventsOf(events)],
  }));
  if (options.json) printJson(io, facts);
  else if (facts.length === 0) io.out(`${NO_WEBHOOKS}\n`);
  else
    printTable(
      io,
      ["webhook", "url", "secrets", "events"],
      facts.map(({ name, url, secrets, events }) => [name, url, String(secrets), events.join(" ")]),
    );
}

async function deliveries(
  name: string,
  { failed = false, limit, ...options }: DeliveriesOptions,
  io: Io,
): Promise<void> {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1)
    throw new CommandError(`--limit is a number from 1 up, not '${limit}'.`);
  await inWorkspace(options, io, {}, async (workspace) => {
    requireWebhook(workspace.configuration, name);
    const pages = (page: Page<WebhookDeliveryRecord>) => listDeliveries(workspace, name, page);
    const all = await collect(allPages(pages));
    const found = all
      .filter(({ deliveredAt, lastFault }) => !failed || (deliveredAt === null && lastFault !== null))
      .slice(0, most);
    if (options.json) return printJson(io, found.map(deliveryFacts));
    if (found.length === 0)
      return io.out(failed ? "No delivery has failed.\n" : "There were no events for it yet.\n");
    const now = io.clock.seconds();
    printTable(
      io,
      ["at", "event", "delivery", "state", "attempts", "fault"],
      found.map((delivery) => [
        localTime(delivery.createdAt),
        delivery.type,
        deliveryName(delivery),
        stateWords(delivery, now),
        String(delivery.attempts),
        delivery.lastFault ?? "",
      ]),
    );
  });
}

const STATE_WORDS = { waits: "waits", delivered: "delivered", failed: "not delivered" } as const;

const stateWords = (delivery: WebhookDeliveryRecord, now: number): string => {
  const state = stateOf(delivery);
  if (state === "waits" && delivery.attempts > 0)
    return `again ${relativeTime(Math.max(delivery.nextAt, now), now)}`;
  return STATE_WORDS[state];
};

async function sendNow(
  name: string,
  options: CommonOptions,
  io: Io,
  send: (
    context: WebhookContext,
    found: Pick<Workspace, "act"> & { readonly webhook: Webhook },
  ) => Promise<WebhookDeliveryRecord>,
): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { configuration, act } = workspace;
    const webhook = requireWebhook(configuration, name);
    const context: WebhookContext = {
      ...workspace,
      outbound: createOutbound({ allow: configuration.outbound.allow }),
    };
    const sent = await send(context, { act, webhook });
    const isDelivered = stateOf(sent) === "delivered";
    if (options.json) printJson(io, deliveryFacts(sent));
    else if (isDelivered) io.out(`${webhook.url} has it: ${deliveryName(sent)}\n`);
    if (!isDelivered)
      throw new CommandError(
        `${webhook.url} did not take ${deliveryName(sent)}: ${sent.lastFault ?? "no attempt was made yet"}. docs/webhooks.md says what each fault means.`,
      );
  });
}

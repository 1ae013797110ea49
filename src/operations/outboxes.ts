/** Every kind of what waits to be sent, for the metrics and for the checks of a deployment. */
import type { Configuration } from "../configuration/schema.ts";
import type { Store } from "../store/contract.ts";
import { findWaitingNotices } from "./logout-notices.ts";
import { findMailHealth } from "./mail.ts";
import { healthOf, MOST_WAITING_COUNTED, type OutboxHealth } from "./outbox.ts";
import { findWaitingPings } from "./pings.ts";
import { findWaitingDeliveries } from "./webhooks.ts";

interface OutboxFacts {
  readonly configuration: Pick<Configuration, "mail" | "webhooks">;
  readonly store: Store;
}

/** The kinds by their names in the metrics. Null for what this server does not send. */
export const OUTBOXES = {
  logout: async (facts) => healthOf(await findWaitingNotices(facts, MOST_WAITING_COUNTED)),
  ping: async (facts) => healthOf(await findWaitingPings(facts, MOST_WAITING_COUNTED)),
  mail: async (facts) => (facts.configuration.mail === undefined ? null : findMailHealth(facts)),
  webhook: async (facts) => {
    const { webhooks } = facts.configuration;
    if (webhooks.length === 0) return null;
    const each = webhooks.map((webhook) => findWaitingDeliveries(facts, webhook, MOST_WAITING_COUNTED));
    return healthOf((await Promise.all(each)).flat().slice(0, MOST_WAITING_COUNTED));
  },
} satisfies Record<string, (facts: OutboxFacts) => Promise<OutboxHealth | null>>;

export type OutboxName = keyof typeof OUTBOXES;

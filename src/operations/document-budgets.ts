/**
 * How many metadata documents are fetched within a minute, so that strangers make this server flood no host (THREATS 87), and take the
 * documents of others from no one. Each host has three budgets of the same size:
 *
 * - one for the documents that people use here, of which one document gets a third: a stranger who names one that fails takes no others;
 * - one for those that strangers name;
 * - once that is used up, one for the first document that a network names. A few networks so use up the second budget, and no other.
 */
import type { Configuration } from "../configuration/schema.ts";
import { createAttemptLimit } from "../platform/attempts.ts";
import type { SteadyClock } from "../platform/clock.ts";
import { createNetworkLimit, widestNetwork } from "../platform/network.ts";
import { OutboundError } from "../platform/outbound.ts";
import { documentHost } from "../protocol/document-url.ts";

const WINDOW_SECONDS = 60;

export interface DocumentBudgets {
  /** Counts a fetch. `address`: of the stranger who asks for a document that no person uses; null for others. Throws OutboundError. */
  count(url: string, address: string | null): void;
}

export function createDocumentBudgets(
  clock: SteadyClock,
  settings: Pick<Configuration["client_id_metadata_documents"], "fetches_per_host" | "fetches_per_address">,
): DocumentBudgets {
  const window = { clock, windowSeconds: WINDOW_SECONDS };
  const ofHost = () => createAttemptLimit({ ...window, limit: settings.fetches_per_host });
  const [used, named, first] = [ofHost(), ofHost(), ofHost()];
  // Slow hosts that one stranger names must not take the places of what others name.
  const perAddress = createNetworkLimit({ ...window, limit: settings.fetches_per_address });
  const perNetwork = createAttemptLimit({ ...window, limit: 1 });
  const perDocument = createAttemptLimit({ ...window, limit: Math.ceil(settings.fetches_per_host / 3) });
  return {
    count(url, address) {
      const host = documentHost(url);
      if (address === null) {
        if (perDocument.attempt(url) > 0) throw tooManyOf("with this address were fetched");
        if (used.attempt(host) > 0) throw tooManyOf("of this host were fetched");
        return;
      }
      if (perAddress.attempt(address) > 0) throw tooManyOf("were fetched for your network");
      const isFirst = perNetwork.attempt(`${widestNetwork(address)} ${host}`) === 0;
      if (named.attempt(host) === 0) return;
      if (!isFirst || first.attempt(host) > 0) throw tooManyOf("of this host were fetched");
    },
  };
}

const tooManyOf = (what: string): OutboundError =>
  new OutboundError("too_many", `Too many documents ${what}. Try again in a minute.`);

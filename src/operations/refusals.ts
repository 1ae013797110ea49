/**
 * Refused requests, kept for a while so that their developers and the operator learn why. They are gathered in memory and written
 * about every second, in one commit, to places that are used again: strangers cost neither rows nor, beyond a few, commits. What
 * cannot be written is given up: no request fails or waits for it.
 */
import type { Configuration } from "../configuration/schema.ts";
import { type EpochSeconds, isoTime } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { REASONS, type Reason } from "../protocol/errors.ts";
import * as rules from "../rules/refusal-record.ts";
import { type Change, insert, put, type Store, update } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type AuditRecord, type RefusalRecord, refusals } from "../store/tables/records.ts";
import { auditFacts, everyAudit } from "./audit.ts";
import { findClient } from "./clients.ts";
import type { Page } from "./paging.ts";

export interface RefusalKeeper {
  /** Keeps a refusal, soon. `make` is called if there is room for one of this reason. */
  keep(reason: string, make: () => rules.Refused): void;
  /** Resolves when all that it got is written or given up. */
  settled(): Promise<void>;
}

interface Keeping {
  readonly store: Store;
  readonly configuration: Pick<Configuration, "audit">;
  readonly log: Log;
}

/** `everyMillis`: how long refusals are gathered. */
export function createRefusalKeeper(context: Keeping, everyMillis = 1000): RefusalKeeper {
  /** By the client that the request named, known or not. */
  let waiting = new Map<string, rules.Refused[]>();
  let count = 0;
  /** How many of them no client needs to hear of. */
  let flood = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const refused = [...waiting.values()].flat();
    waiting = new Map();
    [count, flood] = [0, 0];
    if (refused.length === 0) return writing;
    writing = writing
      .then(() => writeRefusals(context, refused))
      .catch((error) => {
        const cause = error instanceof Error ? error.message : String(error);
        context.log.debug("refused requests could not be kept", { cause, requests: refused.length });
      });
    return writing;
  };
  return {
    keep(reason, make) {
      if (!rules.isKept(reason)) return;
      const isFlood = rules.isUnremarkable(reason);
      if (isFlood && (count >= rules.WAITING || flood >= rules.WAITING_PER_CLIENT)) return;
      const refused = make();
      const name = isFlood ? "" : `client:${refused.clientId ?? ""}`;
      const same = waiting.get(name) ?? [];
      if (same.length < rules.WAITING_PER_CLIENT) {
        // One request of many clients each: those that came first are kept.
        if (count >= rules.WAITING) return;
        count += 1;
      } else same.shift();
      if (isFlood) flood += 1;
      same.push(refused);
      waiting.set(name, same);
      if (timer === null) {
        timer = setTimeout(() => void write(), everyMillis);
        timer.unref();
      }
    },
    settled: () => write(),
  };
}

/** How often another process may take the same places meanwhile. After that, the last one has them. */
const ATTEMPTS = 5;

async function writeRefusals(context: Keeping, refused: readonly rules.Refused[]): Promise<void> {
  const clients = new Map<string | null, rules.NamedClient>([[null, null]]);
  const rings = new Map<string, rules.Refused[]>();
  for (const each of refused) {
    const { clientId } = each;
    if (clientId !== null && !clients.has(clientId))
      clients.set(clientId, await findClient(context, clientId));
    const ring = rules.ringOf(each, clients.get(clientId) ?? null);
    rings.set(ring, [...(rings.get(ring) ?? []), each]);
  }
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === ATTEMPTS;
    const changes = await Promise.all(
      [...rings].map(([ring, group]) => changesOf(context, ring, group, isLast)),
    );
    // Two processes that put several at once, in different orders, would wait for each other.
    const commits = isLast ? changes.flat().map((change) => [change]) : [changes.flat()];
    for (const each of commits) {
      const { outcome } = await context.store.commit({ changes: each });
      if (outcome === "committed" && !isLast) return;
    }
    if (isLast) return;
  }
}

async function changesOf(
  { store, configuration }: Keeping,
  ring: string,
  group: readonly rules.Refused[],
  isLast: boolean,
): Promise<Change[]> {
  const held = await store.list(refusals, {
    where: { ring },
    order: ["ring", "slot"],
    limit: rules.MOST_SLOTS,
  });
  const slots = rules.placesFor(ring, held, group.length);
  const latest = group.slice(-slots.length);
  const { refusal_seconds: keptSeconds } = configuration.audit;
  return latest.map((refused, index) => {
    const slot = slots[index] ?? 0;
    const row = rules.refusalRecord(refused, ring, slot, keptSeconds);
    const before = held.find((each) => each.slot === slot);
    if (isLast) return put(refusals, row);
    if (before === undefined) return insert(refusals, row);
    const { ring: _, slot: __, ...values } = row;
    return update(refusals, { ring, slot }, { requestId: before.requestId }, values);
  });
}

// ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

interface Reading {
  readonly store: Store;
}

/** Which refusals. What is left out does not matter. */
export interface RefusalFilter {
  readonly client?: string | undefined;
  readonly reason?: string | undefined;
  readonly since?: EpochSeconds | undefined;
  readonly until?: EpochSeconds | undefined;
}

export type RefusalCursor = Pick<RefusalRecord, "at" | "ring" | "slot">;

const SCANNED = 200;

/** A page of refusals, the newest first. The next one begins after its last row. */
export async function listRefusals(
  { store }: Reading,
  { client, reason, since, until }: RefusalFilter,
  { limit, after = null }: Page<RefusalCursor>,
): Promise<RefusalRecord[]> {
  const found: RefusalRecord[] = [];
  let from: RefusalCursor | null = after;
  for (;;) {
    const rows: RefusalRecord[] = await store.list(refusals, {
      // Refusals that no client need hear of are in a ring of their own, whatever client they name.
      where: { ...(client !== undefined && { clientId: client }), ...(reason !== undefined && { reason }) },
      order: ["at", "ring", "slot"],
      descending: true,
      after: from,
      limit: SCANNED,
    });
    for (const row of rows) {
      if (since !== undefined && row.at < since) return found;
      if (until === undefined || row.at < until) found.push(row);
      if (found.length === limit) return found;
    }
    from = rows.at(-1) ?? null;
    if (rows.length < SCANNED) return found;
  }
}

/** Why a request was refused, and what else it did. */
export interface Explanation {
  /** Null if the request was not refused, or if the refusal is not kept any more. */
  readonly refusal: RefusalRecord | null;
  /** The client as it is registered now; null if there is none. */
  readonly client: ClientRecord | null;
  readonly comparisons: readonly rules.Comparison[];
  readonly cure: string | null;
  /** The section of the specification with the rule. */
  readonly section: string | null;
  /** Acts of the same request. */
  readonly events: readonly AuditRecord[];
}

/** Explains a request by its id. Null if nothing is kept of it. */
export async function explainRequest(context: Reading, requestId: string): Promise<Explanation | null> {
  const [refusal = null] = await context.store.list(refusals, {
    where: { requestId },
    order: ["ring", "slot"],
    limit: 1,
  });
  const events: AuditRecord[] = [];
  for await (const event of everyAudit(context, { request: requestId })) {
    events.push(event);
    if (events.length === SCANNED) break;
  }
  if (refusal === null && events.length === 0) return null;
  const clientId = refusal?.clientId ?? null;
  const client = clientId === null ? null : await findClient(context, clientId);
  const entry = refusal === null ? undefined : entryOf(refusal.reason);
  return {
    refusal,
    client,
    comparisons: refusal === null || client === null ? [] : rules.compareWithClient(refusal.sent, client),
    cure: entry?.cure ?? null,
    section:
      entry === undefined
        ? null
        : rules.sectionIn(`${refusal?.description} ${entry.description} ${entry.cure}`),
    events,
  };
}

/** What a kept reason means, and its cure; undefined for one of another version of this server. */
export const entryOf = (
  reason: string,
): { readonly description: string; readonly cure: string } | undefined =>
  REASONS[reason as Reason] ?? rules.PAGE_REASONS[reason as keyof typeof rules.PAGE_REASONS];

/** A refusal for programs, as JSON writes it. */
export const refusalFacts = (refusal: RefusalRecord) => ({
  request: refusal.requestId,
  time: isoTime(refusal.at),
  client: refusal.clientId,
  endpoint: refusal.endpoint,
  method: refusal.method,
  status: refusal.status,
  error: refusal.error,
  reason: refusal.reason,
  description: refusal.description,
  address: refusal.address,
  sent: {
    parameters: refusal.sent.parameters.map(([name, value]) => ({ name, value })),
    withheld: refusal.sent.withheld,
    others: refusal.sent.others,
    authorization: refusal.sent.authorization,
  },
});

/** An explanation for programs, as JSON writes it. */
export const explanationFacts = ({ refusal, client, comparisons, cure, section, events }: Explanation) => ({
  refusal: refusal === null ? null : refusalFacts(refusal),
  client_known: client !== null,
  comparisons,
  rule: section,
  cure,
  events: events.map(auditFacts),
});

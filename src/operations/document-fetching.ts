/**
 * Fetches the metadata documents of clients (draft-ietf-oauth-client-id-metadata-document §4), and remembers those that no person has
 * allowed anything yet. Nothing is kept of a document that is not valid, or of a failure (§4.4): the next request fetches again, unless
 * there were too many.
 */
import { documentPolicy } from "../clients/clients.ts";
import type { ClientMetadata } from "../clients/metadata.ts";
import { checkMetadataDocument, DOCUMENT_BYTES } from "../clients/metadata-document.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Clock, SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { OldestFirst } from "../platform/oldest-first.ts";
import { type Outbound, type OutboundCaching, OutboundError } from "../platform/outbound.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientRecord, KeptDocument } from "../store/tables/clients.ts";
import { createDocumentBudgets } from "./document-budgets.ts";
import { requireSector } from "./sector.ts";

/** How many documents of strangers a process remembers; each has 5 KiB at most. */
const MOST_SEEN = 500;
const TYPES = ["application/json", "application/*+json"];

/** What a fetch found. `metadata`: null if the document is the same as the one that was kept. */
export interface Fetched {
  readonly metadata: ClientMetadata | null;
  readonly document: KeptDocument;
}

export interface ClientDocuments {
  /** The client of a document that this process fetched lately and that has no row; null if there is none. */
  recall(url: string): ClientRecord | null;
  remember(client: ClientRecord): void;
  /**
   * Fetches the document within the budgets (document-budgets.ts). `known`: how it was kept. `address`: of the stranger who asks for a
   * document that no person uses; null for others. Throws OutboundError or OAuthError.
   */
  fetch(url: string, known: KeptDocument | null, address: string | null): Promise<Fetched>;
}

interface Parts {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly steadyClock: SteadyClock;
  readonly log: Log;
}

export function createClientDocuments(parts: Parts): ClientDocuments {
  const { configuration, catalogue, outbound, clock, steadyClock } = parts;
  const settings = configuration.client_id_metadata_documents;
  const policy = documentPolicy(configuration, catalogue);
  const seen = new OldestFirst<ClientRecord>();
  const underWay = new Map<string, Promise<Fetched>>();
  const budgets = createDocumentBudgets(steadyClock, settings);
  /** What came of the last fetch of documents that people use, if it failed. */
  const failures = new OldestFirst<OutboundError | OAuthError>();

  async function fetchNow(url: string, known: KeptDocument | null): Promise<Fetched> {
    const etag = known?.etag ?? undefined;
    const { status, text, caching } = await outbound.send({
      purpose: "documents",
      url,
      types: TYPES,
      maximumBytes: DOCUMENT_BYTES,
      ifNoneMatch: etag,
    });
    const now = clock.seconds();
    const document = {
      fetchedAt: now,
      freshUntil: now + freshSeconds(caching, settings),
      etag: keptEtag(caching) ?? (status === 304 ? (etag ?? null) : null),
    };
    if (status === 304) return { metadata: null, document };
    // §4: every other status is an error, also those of success.
    if (status !== 200)
      throw new OutboundError("refused_by_peer", `It answers with status ${status}.`, status);
    const metadata = checkMetadataDocument(url, text, policy);
    await requireSector(parts, metadata);
    return { metadata, document };
  }

  return {
    recall: (url) => seen.get(url) ?? null,
    remember(client) {
      seen.set(client.clientId, client);
      seen.keepNewest(MOST_SEEN);
    },
    /** All requests that need one document at one time share one fetch. */
    async fetch(url, known, address) {
      const name = `${known?.etag ?? ""} ${url}`;
      const running = underWay.get(name);
      if (running !== undefined) return running;
      try {
        budgets.count(url, address);
      } catch (error) {
        // A document that is gone comes not back to life because there were too many requests for it.
        throw failures.get(url) ?? error;
      }
      const fetching = fetchNow(url, known)
        .then(
          (fetched) => {
            failures.delete(url);
            return fetched;
          },
          (error) => {
            const isAnswer = error instanceof OutboundError || error instanceof OAuthError;
            if (address === null && isAnswer) failures.set(url, error);
            failures.keepNewest(MOST_SEEN);
            throw error;
          },
        )
        .finally(() => underWay.delete(name));
      underWay.set(name, fetching);
      return fetching;
    },
  };
}

/** An `ETag` is kept with the client, so a long one is not. */
const keptEtag = (caching: OutboundCaching | undefined): string | null => {
  const etag = caching?.etag ?? null;
  return etag !== null && /^[\x21-\x7E]{2,200}$/.test(etag) ? etag : null;
};

/** RFC 9111 §4.2, within the bounds of the settings. What no cache may keep is kept for as short as that. */
export function freshSeconds(
  caching: OutboundCaching | undefined,
  {
    fresh_seconds_least: least,
    fresh_seconds_most: most,
  }: Pick<Configuration["client_id_metadata_documents"], "fresh_seconds_least" | "fresh_seconds_most">,
): number {
  const control = caching?.cacheControl?.toLowerCase() ?? "";
  const isKept = !/(?:^|[\s,])no-(?:store|cache)(?:$|[\s,=])/.test(control);
  const named = /(?:^|[\s,])max-age="?([0-9]{1,10})/.exec(control)?.[1];
  const age = /^[0-9]{1,10}$/.test(caching?.age ?? "") ? Number(caching?.age) : 0;
  const wanted = isKept && named !== undefined ? Number(named) - age : 0;
  return Math.max(least, Math.min(wanted, most));
}

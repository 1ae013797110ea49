/**
 * Clients whose identifier is the URL of their metadata document (draft-ietf-oauth-client-id-metadata-document).
 *
 * The server fetches a document when an authorization request needs it. The client gets a row when a person first allows it something;
 * until then it is in the memory of this process alone. So strangers can make the server keep nothing, and what people use survives a
 * restart and an outage of the document.
 */
import { newClientRecord, withinPolicy } from "../clients/clients.ts";
import { documentSettings } from "../clients/metadata-document.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { OutboundError } from "../platform/outbound.ts";
import type { RandomBytes } from "../platform/random.ts";
import { documentPolicyFault, isDocumentUrl } from "../protocol/document-url.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import * as rules from "../rules/client.ts";
import { concluded } from "../rules/decision.ts";
import { type Act, SERVER_ACT } from "../rules/events.ts";
import type { ClientRecord, KeptDocument } from "../store/tables/clients.ts";
import { createClient, findClient, findServedClient, requireRegistrationRoom } from "./clients.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import { isBlocked, refuseIfBlocked } from "./document-blocks.ts";
import type { Fetched } from "./document-fetching.ts";

export type DocumentContext = Pick<
  Context,
  "store" | "configuration" | "clientDocuments" | "clock" | "random" | "log" | "events"
>;

/**
 * The client that a page is about, as the present policy lets it act; null if there is none. That of a metadata document which no
 * person has allowed anything yet is known while this process remembers its document.
 */
export async function findShownClient(
  context: Pick<Context, "store" | "configuration" | "catalogue" | "clientDocuments">,
  clientId: string,
): Promise<ClientRecord | null> {
  const served = await findServedClient(context, clientId);
  const seen = served === null ? context.clientDocuments.recall(clientId) : null;
  return seen === null ? served : withinPolicy(seen, context.configuration, context.catalogue);
}

/**
 * The client of an authorization request, as the present policy lets it act; null if there is none. If its identifier is the URL of a
 * document, as `findDocumentClient`.
 */
export async function findRequestingClient(
  context: DocumentContext & Pick<Context, "catalogue">,
  clientId: string,
  address: string | null = null,
): Promise<ClientRecord | null> {
  if (!isDocumentUrl(clientId)) return findServedClient(context, clientId);
  const client = await findDocumentClient(context, clientId, { address });
  return withinPolicy(client, context.configuration, context.catalogue);
}

/**
 * The client that is to prove itself by a key, as the present policy lets it act. The keys of a document count for as long as the
 * document is kept, and then as it says by now: a client that lost a key takes it out, and no person need come for that to count.
 * Throws as `findDocumentClient`.
 */
export async function withPresentKeys(
  context: DocumentContext & Pick<Context, "catalogue">,
  client: ClientRecord | null,
): Promise<ClientRecord | null> {
  if (client?.source !== "metadata_document" || (client.jwks === null && client.jwksUri === null))
    return client;
  const present = await findDocumentClient(context, client.clientId);
  return withinPolicy(present, context.configuration, context.catalogue);
}

interface FindOptions {
  /** Whether to fetch the document even if it is fresh. */
  readonly isForced?: boolean;
  /** Of the stranger who asks. Default: no stranger asks. */
  readonly address?: string | null;
}

/**
 * The client of a document for an authorization request, as its document says it now, or said it lately. Throws
 * `client_document_blocked`, `client_document_unavailable` or `client_document_refused`.
 */
export async function findDocumentClient(
  context: DocumentContext,
  url: string,
  { isForced = false, address = null }: FindOptions = {},
): Promise<ClientRecord> {
  const { configuration, clientDocuments, clock, random } = context;
  const fault = documentPolicyFault(url, documentSettings(configuration));
  if (fault !== null)
    throw new OAuthError("client_document_blocked", {
      clientId: url,
      description: `No client ID metadata document is taken from client_id: ${fault}.`,
    });
  if (await isBlocked(context, url)) throw new OAuthError("client_document_blocked", { clientId: url });
  const stored = await findClient(context, url);
  if (stored !== null && (stored.disabledAt !== null || stored.document === null)) return stored;
  // A pushed request gives the client of a stranger a row too, for a while.
  const isUsed = stored !== null && stored.unusedFrom === null;
  const known = stored ?? clientDocuments.recall(url);
  const now = clock.seconds();
  if (known !== null && !isForced && isFresh(known.document, now)) return known;
  try {
    const { metadata, document } = await clientDocuments.fetch(
      url,
      known?.document ?? null,
      isUsed ? null : address,
    );
    if (stored !== null) return await keepAsFetched(context, stored, { metadata, document });
    const client = seenClient({ url: url as ClientId, known, metadata, document }, random);
    clientDocuments.remember(client);
    return client;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    context.log.info("a client ID metadata document cannot be fetched", { url, cause: error.message });
    // Without a row no person ever used it, so nothing breaks.
    if (
      stored !== null &&
      !isForced &&
      mayBeStale(error) &&
      isStaleAllowed(stored, configuration.client_id_metadata_documents.stale_seconds, now)
    )
      return stored;
    throw new OAuthError("client_document_unavailable", {
      clientId: url,
      description: `The client ID metadata document at client_id cannot be fetched. ${error.publicWords}`,
    });
  }
}

interface Seen extends Fetched {
  readonly url: ClientId;
  readonly known: ClientRecord | null;
}

/** The client of a document that no person has allowed anything yet. */
function seenClient({ url, known, metadata, document }: Seen, random: RandomBytes): ClientRecord {
  if (metadata !== null)
    return newClientRecord(
      {
        clientId: url,
        source: "metadata_document",
        metadata,
        secrets: [],
        createdAt: document.fetchedAt,
        document,
      },
      random,
    );
  if (known !== null) return { ...known, document };
  throw new Error("A document that was never kept cannot be the same as before.");
}

/** A clock that was set back makes nothing fresh for longer. */
const isFresh = (document: KeptDocument | null, now: EpochSeconds): boolean =>
  document !== null && document.fetchedAt <= now && now < document.freshUntil;

const isStaleAllowed = ({ document }: ClientRecord, staleSeconds: number, now: EpochSeconds): boolean =>
  document !== null && now - document.fetchedAt < staleSeconds;

/** RFC 5861 §4: what passes. A document that is gone, or is something else by now, is an answer. */
const mayBeStale = ({ fault, status }: OutboundError): boolean =>
  fault === "unresolved" ||
  fault === "unreachable" ||
  fault === "too_slow" ||
  fault === "too_many" ||
  (fault === "refused_by_peer" && status !== null && (status >= 500 || status === 429));

/** The client as the document says it now. */
async function keepAsFetched(
  context: Pick<Context, "store" | "events" | "clock">,
  { clientId }: ClientRecord,
  { metadata, document }: Fetched,
): Promise<ClientRecord> {
  let kept: ClientRecord | null = null;
  await outcomeOf(context, SERVER_ACT, async () => {
    kept = await findClient(context, clientId);
    if (kept === null) return concluded(false);
    return rules.changeDocument(kept, metadata ?? kept, document, context.clock.seconds());
  });
  const client = await findClient(context, clientId);
  // It was removed at this very moment.
  if (client === null) throw new OAuthError("authorize_client_unknown", { clientId });
  return client;
}

/**
 * The operator fetches a document now, also one that no person has met here. The client has a row from then on, and stays. Throws as
 * `findDocumentClient`.
 */
export async function fetchDocumentNow(
  context: DocumentContext,
  act: Act,
  url: string,
): Promise<ClientRecord> {
  const client = await findDocumentClient(context, url, { isForced: true });
  await addDocumentClient(context, act, { ...client, unusedFrom: null });
  return (await findClient(context, url)) ?? client;
}

/**
 * A client of a document is to act before a person was asked, as with a pushed authorization request: it gets a row that is removed if
 * no person allows it anything. Nothing happens for a client that has one, or that is none of a document. Throws as
 * `findDocumentClient`, and `registrations_full` if there are as many unused ones as are kept.
 */
export async function admitDocumentClient(
  context: DocumentContext,
  act: Act,
  clientId: string,
): Promise<void> {
  if (!isDocumentUrl(clientId) || (await findClient(context, clientId)) !== null) return;
  await requireRegistrationRoom(context, "metadata_document");
  await addDocumentClient(context, act, await findDocumentClient(context, clientId));
}

/** A person allows the client something: from now on it has a row. Nothing changes if it has one, or is no client of a document. */
export async function keepDocumentClient(
  context: Pick<Context, "store" | "events" | "clock">,
  act: Act,
  client: ClientRecord,
): Promise<void> {
  if (client.source !== "metadata_document") return;
  if ((await findClient(context, client.clientId)) === null) await addDocumentClient(context, act, client);
}

/** Throws `client_document_blocked` if its URL was blocked since its document was fetched. */
async function addDocumentClient(
  context: Pick<Context, "store" | "events" | "clock">,
  act: Act,
  client: ClientRecord,
): Promise<void> {
  const { clientId } = client;
  await createClient(context, act, client);
  if (await refuseIfBlocked(context, SERVER_ACT, clientId))
    throw new OAuthError("client_document_blocked", { clientId });
}

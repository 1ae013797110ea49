/** Metadata documents of clients, managed by an administrator: fetching one now, and where none are taken from. */
import { isDocumentPattern } from "../../protocol/document-url.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { Authority } from "../../rules/role.ts";
import type { ClientRecord, DocumentBlockRecord } from "../../store/tables/clients.ts";
import { type DocumentContext, fetchDocumentNow } from "../client-documents.ts";
import { blockDocuments, listDocumentBlocks, MOST_BLOCKS, unblockDocuments } from "../document-blocks.ts";
import { type ManagingContext, requirePermission } from "./authority.ts";

/** The words for a pattern that is none. */
export const PATTERN_WORDS =
  "Name a host (app.example), the hosts below one (*.app.example), or an https URL with a path; one with a slash at the end stands for all below it.";

/** Fetches a document now, also one that no person has met here. Throws `change_refused` if there is no client of it. */
export async function fetchManagedDocument(
  context: DocumentContext,
  authority: Authority,
  url: string,
): Promise<ClientRecord> {
  requirePermission(authority, "clients.write");
  try {
    return await fetchDocumentNow(context, authority.act, url);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    throw new OAuthError("change_refused", { description: error.description });
  }
}

export function listManagedBlocks(
  context: ManagingContext,
  authority: Authority,
): Promise<DocumentBlockRecord[]> {
  requirePermission(authority, "clients.read");
  return listDocumentBlocks(context);
}

/** Takes no documents from there any more. Throws `member_refused` for a text that is no pattern, and for one too many. */
export async function blockManaged(
  context: ManagingContext,
  authority: Authority,
  pattern: string,
): Promise<void> {
  requirePermission(authority, "clients.write");
  if (!isDocumentPattern(pattern)) throw new OAuthError("member_refused", { description: PATTERN_WORDS });
  if ((await blockDocuments(context, authority.act, pattern)) === "full")
    throw new OAuthError("change_refused", {
      description: `There are ${MOST_BLOCKS} blocks already. Take documents from named places only: client_id_metadata_documents.mode is listed.`,
    });
}

/** Takes documents from there again. Throws `object_unknown` if it was not blocked. */
export async function unblockManaged(
  context: ManagingContext,
  authority: Authority,
  pattern: string,
): Promise<void> {
  requirePermission(authority, "clients.write");
  if (!(await unblockDocuments(context, authority.act, pattern))) throw new OAuthError("object_unknown");
}

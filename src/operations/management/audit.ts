/** The record of acts and of refusals, for those who may see how the server is managed. */
import type { Authority } from "../../rules/role.ts";
import type { AuditRecord, RefusalRecord } from "../../store/tables.ts";
import { type AuditCursor, type AuditFilter, listAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import type { Page } from "../paging.ts";
import {
  type Explanation,
  explainRequest,
  listRefusals,
  type RefusalCursor,
  type RefusalFilter,
} from "../refusals.ts";
import { known, requirePermission } from "./authority.ts";

/** A page of the acts, newest first. */
export function listKnownActs(
  context: Context,
  authority: Authority,
  filter: AuditFilter,
  page: Page<AuditCursor>,
): Promise<AuditRecord[]> {
  requirePermission(authority, "server.read");
  return listAudit(context, filter, page);
}

/** A page of the requests that were refused, newest first. */
export function listKnownRefusals(
  context: Context,
  authority: Authority,
  filter: RefusalFilter,
  page: Page<RefusalCursor>,
): Promise<RefusalRecord[]> {
  requirePermission(authority, "server.read");
  return listRefusals(context, filter, page);
}

/** Why a request was refused, and what else it did. Throws `object_unknown` if nothing is kept of it. */
export async function explainKnownRequest(
  context: Context,
  authority: Authority,
  requestId: string,
): Promise<Explanation> {
  requirePermission(authority, "server.read");
  return known(await explainRequest(context, requestId));
}

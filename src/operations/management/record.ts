/** The record of what happened and of what was refused, for those who may see it. */
import { type Authority, isAllowed } from "../../rules/role.ts";
import type { AuditRecord, RefusalRecord } from "../../store/tables/records.ts";
import {
  type AuditCursor,
  type AuditFilter,
  type AuditVerification,
  listAudit,
  verifyAudit,
} from "../audit.ts";
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

/** A page of the record, the newest first. */
export async function listKnownAudit(
  context: Context,
  authority: Authority,
  { limit, after = null, ...filter }: Page<AuditCursor> & AuditFilter,
): Promise<AuditRecord[]> {
  requirePermission(authority, "server.read");
  return listAudit(context, filter, { limit, after });
}

/** Reads the whole record, and names the first stretch that does not fit its seal. */
export async function verifyKnownAudit(context: Context, authority: Authority): Promise<AuditVerification> {
  requirePermission(authority, "server.read");
  return verifyAudit(context);
}

/** A page of the refused requests, the newest first. */
export async function listKnownRefusals(
  context: Context,
  authority: Authority,
  { limit, after = null, ...filter }: Page<RefusalCursor> & RefusalFilter,
): Promise<RefusalRecord[]> {
  requirePermission(authority, "clients.read");
  return listRefusals(context, filter, { limit, after });
}

/**
 * Why a request was refused. What else it did is for those who may see the whole record. Throws `object_unknown` if nothing is kept
 * of it.
 */
export async function explainKnownRequest(
  context: Context,
  authority: Authority,
  requestId: string,
): Promise<Explanation> {
  requirePermission(authority, "clients.read");
  const found = await explainRequest(context, requestId);
  const seesActs = isAllowed(authority, "server.read");
  return known(
    found !== null && (seesActs || found.refusal !== null)
      ? { ...found, events: seesActs ? found.events : [] }
      : null,
  );
}

/** Refused requests, for those who manage this server. */
import { RING_SLOTS } from "../../rules/refusal-record.ts";
import type { Authority } from "../../rules/role.ts";
import type { RefusalRecord } from "../../store/tables.ts";
import { findClient } from "../clients.ts";
import type { Context } from "../context.ts";
import { type Explanation, explainRequest, listRefusals } from "../refusals.ts";
import { known, requirePermission } from "./authority.ts";

/** The refusals that are kept of a client, the newest first. */
export async function listClientRefusals(
  context: Context,
  authority: Authority,
  clientId: string,
): Promise<RefusalRecord[]> {
  requirePermission(authority, "clients.read");
  const { clientId: client } = known(await findClient(context, clientId));
  return listRefusals(context, { client }, { limit: RING_SLOTS });
}

/** Why a request of a client was refused; null if nothing is kept of it, or if another client sent it. */
export async function explainClientRequest(
  context: Context,
  authority: Authority,
  clientId: string,
  requestId: string,
): Promise<Explanation | null> {
  requirePermission(authority, "clients.read");
  const found = await explainRequest(context, requestId);
  return found?.refusal?.clientId === clientId ? found : null;
}

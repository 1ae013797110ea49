/** OpenID Connect Core §8: the identifier under which a client knows a person. */

import type { ServerKeys } from "../platform/keys.ts";
import { sectorOf } from "../protocol/sector.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

/**
 * `sub` for this client: the person's own identifier, or one that only the sector of the client knows. §8.1: it always comes out
 * the same, and no sector can compute that of another, or the person's own. It never looks like the person's own `acc_…`.
 */
export function subjectFor(
  { keys }: { readonly keys: ServerKeys },
  client: Pick<
    ClientRecord,
    "clientId" | "subjectType" | "sectorIdentifierUri" | "redirectUris" | "jwksUri" | "grantTypes"
  >,
  subject: string,
): string {
  if (client.subjectType === "public") return subject;
  return `pw_${Buffer.from(keys.mac("pairwise subject", sectorOf(client), subject)).toString("base64url")}`;
}

/** A client in JSON: as the management API answers, and as the command line prints with `--json`. */
import { describeClient } from "../clients/metadata.ts";
import { isoTime } from "../platform/clock.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

/** The metadata in the words of RFC 7591, with facts for the operator only. Never a secret. */
export const describeForOperator = (client: ClientRecord) => ({
  ...describeClient(client),
  default_scope: client.defaultScope.join(" "),
  require_pkce: client.requirePkce,
  access_token_seconds: client.accessTokenSeconds,
  access_token_format: client.accessTokenFormat,
  minimum_acr: client.minimumAcr,
  allowed_groups: client.allowedGroups,
  denied_groups: client.deniedGroups,
  claims: client.claims,
  workloads: client.workloads,
  source: client.source,
  created_at: isoTime(client.createdAt),
  used_at: client.usedAt === null ? null : isoTime(client.usedAt),
  vouched_at: client.vouchedAt === null ? null : isoTime(client.vouchedAt),
  disabled_at: client.disabledAt === null ? null : isoTime(client.disabledAt),
  ...(client.document !== null && { document_fetched_at: isoTime(client.document.fetchedAt) }),
  secrets: client.secrets.map((secret) => ({ id: secret.id, created_at: isoTime(secret.createdAt) })),
});

/** The access that a person gave, as the account page shows it: one entry for each client, with its installations. */
import { recordIdText } from "../../credentials/credential.ts";
import { refreshSeconds } from "../../credentials/issue.ts";
import { everyConsent, everyGrant } from "../../operations/access.ts";
import { findClient } from "../../operations/clients.ts";
import type { Context } from "../../operations/context.ts";
import { collect } from "../../operations/paging.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { ClientId } from "../../protocol/identifiers.ts";
import { isVouchedFor } from "../../rules/client.ts";
import { usedSince } from "../../rules/grant.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import type { ConsentRecord, GrantRecord } from "../../store/tables/grants.ts";
import { accessWords } from "../access.ts";
import { clientLogo } from "../assets.ts";
import { detailWords } from "../details.ts";
import { clientName, returnHost, webHost } from "../display.ts";
import type { Texts } from "../texts.ts";
import type { ClientAccess, Installation } from "../views/account-access.tsx";
import { productWords, whereWords } from "./where.ts";

/**
 * The access that a person gave, one entry for each client: its present access, and the access that it can get again
 * without a question. Clients with access come first, the newest at the top, in the order of the store.
 */
export async function listAccess(
  context: Context,
  texts: Texts,
  { account }: SignedIn,
): Promise<ClientAccess[]> {
  const [grants, consents] = await Promise.all([
    collect(everyGrant(context, { subject: account.subject }, context.clock.seconds())),
    collect(everyConsent(context, account.subject)),
  ]);
  const byClient = Map.groupBy([...grants, ...consents], (allowed) => allowed.clientId);
  return Promise.all(
    [...byClient].map(async ([clientId, allowed]) =>
      describeAccess(context, texts, clientId, allowed, await findClient(context, clientId)),
    ),
  );
}

async function describeAccess(
  context: Context,
  texts: Texts,
  clientId: ClientId,
  allowed: readonly (GrantRecord | ConsentRecord)[],
  client: ClientRecord | null,
): Promise<ClientAccess> {
  const hosts = new Set(client?.redirectUris.map(returnHost));
  const grants = allowed.filter((entry) => "via" in entry);
  return {
    clientId,
    clientName: client === null ? null : clientName(client, texts),
    logo: client === null ? null : clientLogo(context, client),
    unverified: client !== null && !isVouchedFor(client, context.configuration.registration),
    host: client?.source === "metadata_document" ? webHost(clientId) : onlyOf(hosts),
    since: Math.min(...(grants.length > 0 ? grants : allowed).map((entry) => entry.createdAt)),
    access: accessWords(
      context,
      texts,
      [...new Set(allowed.flatMap((entry) => entry.scope))],
      [...new Set(allowed.flatMap((entry) => entry.resources))],
    ),
    details: detailWords(
      context,
      texts,
      allowed.flatMap((entry) => entry.authorizationDetails ?? []),
    ),
    installations: await Promise.all(
      grants.map((grant) => describeInstallation(context, texts, grant, client)),
    ),
    // No person is asked where another server stands for them.
    asksAgain: grants.length === allowed.length && !grants.some(({ via }) => via === "jwt_bearer"),
  };
}

/** With several hosts the page cannot tell which one the person used. */
const onlyOf = (hosts: ReadonlySet<string | null>): string | null =>
  hosts.size === 1 ? ([...hosts][0] ?? null) : null;

const KINDS = {
  authorization_code: "application",
  device_code: "device",
  ciba: "approval",
  jwt_bearer: "assertion",
} as const;

async function describeInstallation(
  context: Context,
  texts: Texts,
  grant: GrantRecord,
  client: ClientRecord | null,
): Promise<Installation> {
  const { configuration, clock } = context;
  const now = clock.seconds();
  const via = KINDS[grant.via];
  return {
    id: recordIdText(grant.id),
    via,
    product:
      via === "assertion" || via === "approval"
        ? ""
        : productWords(texts, grant, via === "device" ? "device" : "browser"),
    where: await whereWords(context, texts, grant.address),
    since: grant.createdAt,
    usedSince: usedSince(grant, refreshSeconds(configuration, client), now),
  };
}

/** Managing clients: what an administrator does with applications, in the console and by the management API. */
import { hasSecrets, isPublic } from "../../clients/authentication-methods.ts";
import { type ClientChanges, type ClientWish, changedMetadata } from "../../clients/change.ts";
import { chosenClientId, mintClientSecret, operatorPolicy } from "../../clients/clients.ts";
import { type ClientMetadata, checkClientMetadata } from "../../clients/metadata.ts";
import { checkWorkloads } from "../../clients/workloads.ts";
import { YEAR_SECONDS } from "../../configuration/values.ts";
import type { EpochSeconds } from "../../platform/clock.ts";
import {
  type ClaimMapping,
  claimNameFault,
  claimSourceFault,
  MAPPING_CLAIMS,
} from "../../protocol/claim-mapping.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { isBlank } from "../../protocol/names.ts";
import { CLAIM_NAMES } from "../../protocol/standard-claims.ts";
import * as rules from "../../rules/client.ts";
import type { Decision } from "../../rules/decision.ts";
import { type Authority, permissionForClient } from "../../rules/role.ts";
import {
  type ClientRecord,
  type ClientRules,
  type ClientSource,
  describesItself,
} from "../../store/tables/clients.ts";
import {
  type AddedClient,
  addClient,
  type ChangedClient,
  changeClient,
  findClient,
  findRenumbered,
  listClients,
} from "../clients.ts";
import { outcomeOf } from "../decide.ts";
import { findGroup } from "../groups.ts";
import { findLastSignIn, findLastUse } from "../last-use.ts";
import type { Page } from "../paging.ts";
import { acting, known, type ManagingContext, requirePermission, requireRevision } from "./authority.ts";

export interface ClientFilter {
  readonly source?: ClientSource | undefined;
  readonly isDisabled?: boolean | undefined;
}

/** A page of the clients, oldest first. */
export function listKnownClients(
  context: ManagingContext,
  authority: Authority,
  { source, isDisabled, ...page }: Page<ClientRecord> & ClientFilter,
): Promise<ClientRecord[]> {
  requirePermission(authority, "clients.read");
  return listClients(context, page, source, isDisabled);
}

export async function showClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
): Promise<ClientRecord> {
  requirePermission(authority, "clients.read");
  return known(await findClient(context, clientId));
}

/** When each of the clients was last signed in to, by its identifier: `findLastSignIn`. */
export async function listLastSignIns(
  context: ManagingContext,
  authority: Authority,
  clients: readonly ClientRecord[],
): Promise<ReadonlyMap<string, EpochSeconds | null>> {
  requirePermission(authority, "clients.read");
  return new Map(
    await Promise.all(
      clients.map(async (client) => [client.clientId, await findLastSignIn(context, client)] as const),
    ),
  );
}

/** When the client last got a token: `findLastUse`. */
export function findClientUse(
  context: ManagingContext,
  authority: Authority,
  client: ClientRecord,
): Promise<EpochSeconds | null> {
  requirePermission(authority, "clients.read");
  return findLastUse(context, client);
}

// ── Values ─────────────────────────────────────────────────────────────────────────────────────────────────

const refuse = (description: string): OAuthError => new OAuthError("member_refused", { description });

/** Throws `member_refused` for a rule that no client may have. */
async function checkClientRules(
  context: Pick<ManagingContext, "store">,
  wish: Partial<ClientRules>,
): Promise<void> {
  const { accessTokenSeconds: seconds, allowedGroups = [], deniedGroups = [], claims = {} } = wish;
  if (seconds !== null && seconds !== undefined && (seconds < 1 || seconds > YEAR_SECONDS))
    throw refuse(`access_token_seconds must be from 1 to ${YEAR_SECONDS}.`);
  for (const group of [...allowedGroups, ...deniedGroups]) {
    if ((await findGroup(context, group)) === null)
      throw refuse(`There is no group '${group}'. Make it first.`);
  }
  checkClaims(claims);
}

function checkClaims(claims: ClaimMapping): void {
  if (Object.keys(claims).length > MAPPING_CLAIMS)
    throw refuse(`claims: a client may have ${MAPPING_CLAIMS} claims of its own.`);
  for (const [name, source] of Object.entries(claims)) {
    const fault = claimNameFault(name, source);
    if (fault !== null) throw refuse(`claims: '${name}' ${fault}.`);
    const wrong = claimSourceFault(source, CLAIM_NAMES);
    if (wrong !== null) throw refuse(`claims: the source of '${name}' ${wrong}.`);
  }
}

/** A client to make, in the words of RFC 7591 and with what the operator alone says. */
export interface NewClientWish extends ClientWish {
  readonly client_id?: string;
}

interface Freedoms {
  /** Whether redirect URIs may have http on a network. */
  readonly allowsHttp?: boolean | undefined;
}

const defaultGrantTypes = (wish: NewClientWish): readonly string[] =>
  (wish.redirect_uris?.length ?? 0) > 0
    ? ["authorization_code", "refresh_token"]
    : wish.token_endpoint_auth_method === "none"
      ? []
      : ["client_credentials"];

/** The metadata of a client to make. Throws as `checkClientMetadata` does. */
export function checkNewMetadata(
  { configuration, catalogue }: ManagingContext,
  wish: NewClientWish,
  { allowsHttp = false }: Freedoms,
): ClientMetadata {
  const { client_id, scope, default_scope, workloads: _, ...members } = wish;
  const metadata = checkClientMetadata(
    {
      ...members,
      client_name: wish.client_name ?? client_id,
      grant_types: wish.grant_types ?? defaultGrantTypes(wish),
      scope: scope?.join(" "),
      default_scope: default_scope?.join(" "),
    },
    operatorPolicy(configuration, catalogue, {
      allowsHttp,
      hasWorkloads: (wish.workloads ?? []).length > 0,
    }),
  );
  // The check takes no scope for every scope.
  return scope?.length === 0 ? { ...metadata, scope: [], defaultScope: [] } : metadata;
}

const rulesOf = (wish: ClientWish): Partial<ClientRules> => ({
  ...(wish.require_pkce !== undefined && { requirePkce: wish.require_pkce }),
  ...(wish.access_token_seconds !== undefined && { accessTokenSeconds: wish.access_token_seconds }),
  ...(wish.access_token_format !== undefined && { accessTokenFormat: wish.access_token_format }),
  ...(wish.minimum_acr !== undefined && { minimumAcr: wish.minimum_acr }),
  ...(wish.allowed_groups !== undefined && { allowedGroups: wish.allowed_groups }),
  ...(wish.denied_groups !== undefined && { deniedGroups: wish.denied_groups }),
  ...(wish.claims !== undefined && { claims: wish.claims }),
  ...(wish.workloads !== undefined && { workloads: checkWorkloads(wish.workloads) }),
});

// ── Acts ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Makes a client, with a secret if its method uses one. Throws as `checkClientMetadata`, `member_refused`, or `object_exists` for an
 * identifier that is taken.
 */
export async function createManagedClient(
  context: ManagingContext,
  authority: Authority,
  wish: NewClientWish,
  freedoms: Freedoms = {},
): Promise<AddedClient> {
  requirePermission(authority, "clients.write");
  const clientId = wish.client_id === undefined ? undefined : chosenClientId(wish.client_id);
  if (clientId === null)
    throw refuse(
      "client_id must be 1 to 200 printable ASCII characters, not only spaces. It must not be a URL or begin with 'acc_'.",
    );
  if (wish.client_name === undefined || isBlank(wish.client_name)) {
    if (clientId === undefined)
      throw refuse("client_name is missing: give the client a name that people know.");
  }
  const metadata = checkNewMetadata(context, wish, freedoms);
  requirePermission(authority, permissionForClient(metadata.scope));
  const clientRules = rulesOf(wish);
  await checkClientRules(context, clientRules);
  if (isPublic(metadata) && clientRules.requirePkce === false)
    throw refuse("require_pkce: only a client that proves who it is can be exempt from PKCE.");
  const own = acting(context, authority, permissionForClient(metadata.scope));
  const added = await addClient(own, authority.act, {
    ...(clientId !== undefined && { clientId }),
    source: "operator",
    metadata,
    ...clientRules,
  });
  if (added === null)
    throw new OAuthError("object_exists", { description: "There is a client with that client_id." });
  return added;
}

/** The client that the actor wants to change. Throws for one that the actor may not. */
export async function requireChangeableClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
): Promise<ClientRecord> {
  requirePermission(authority, "clients.write");
  const client = known(await findClient(context, clientId));
  requirePermission(authority, permissionForClient(client.scope));
  return client;
}

/** Throws `object_declared` for a client that the next start would make as it was. */
function requireNotDeclared({ source }: ClientRecord): void {
  if (source === "configuration") throw new OAuthError("object_declared");
  if (source === "demo")
    throw new OAuthError("object_declared", {
      description: "The demonstration makes this client anew at each start. Make one of your own.",
    });
}

/** Decides on the present row, with all checks of the actor. */
async function decideOn<Outcome>(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
  decide: (client: ClientRecord, freeNumber: number) => Decision<Outcome>,
): Promise<Outcome> {
  const { clientId: id } = await requireChangeableClient(context, authority, clientId);
  const own = acting(context, authority, "clients.write", { client: id });
  return outcomeOf(own, authority.act, async () => {
    const { client, number } = await findRenumbered(context, id);
    return decide(known(client), number);
  });
}

/**
 * Changes a client as the wish says; its identifier, grants and tokens stay. To have a scope of management before or after takes
 * `server.write`. `revision`: that of the row as the caller read it.
 */
export async function changeManagedClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
  wish: ClientWish,
  { revision, allowsHttp = false }: Freedoms & { readonly revision?: number | undefined } = {},
): Promise<ChangedClient> {
  const { clientId: id } = await requireChangeableClient(context, authority, clientId);
  if (wish.client_name !== undefined && isBlank(wish.client_name))
    throw refuse("client_name has nothing to read.");
  await checkClientRules(context, rulesOf(wish));
  const own = acting(context, authority, "clients.write", { client: id });
  const changed = await changeClient(own, authority.act, id, (client): ClientChanges => {
    requireRevision(client, revision);
    requireNotDeclared(client);
    const next = changedMetadata(client, wish, context, { allowsHttp });
    requirePermission(authority, permissionForClient(client.scope, next.scope));
    return next;
  });
  return known(changed);
}

/** Removes a client and ends everything that was issued to it. */
export async function removeManagedClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
  revision?: number,
): Promise<void> {
  const now = context.clock.seconds();
  await decideOn(context, authority, clientId, (client) => {
    requireRevision(client, revision);
    if (client.disabledBy !== "left_out") requireNotDeclared(client);
    return rules.removeClient(client, now);
  });
}

/** Refuses a client and its tokens until it is enabled again. */
export async function disableManagedClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
): Promise<void> {
  const now = context.clock.seconds();
  await decideOn(context, authority, clientId, (client) => rules.disableClient(client, now));
}

/** Lets a disabled client work again. */
export async function enableManagedClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
): Promise<void> {
  await decideOn(context, authority, clientId, (client) => rules.enableClient(client));
}

/** The operator vouches for a client that registered itself, or no longer does. */
export async function vouchForManagedClient(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
  vouches: boolean,
): Promise<void> {
  const vouchedAt = vouches ? context.clock.seconds() : null;
  await decideOn(context, authority, clientId, (client) => {
    if (!describesItself(client.source))
      throw new OAuthError("change_refused", {
        description:
          "The client did not register itself: the operator vouches for it by having made it. Disable it instead.",
      });
    return rules.vouchForClient(client, vouchedAt);
  });
}

/** Ends every access token of a client; its grants stay. */
export async function endManagedClientTokens(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
): Promise<void> {
  await decideOn(context, authority, clientId, (client, number) => rules.endClientTokens(client, number));
}

// ── Secrets ────────────────────────────────────────────────────────────────────────────────────────────────

/** A new secret of a client. */
export interface AddedSecret {
  readonly id: string;
  /** Shown once. */
  readonly text: string;
}

/** All secrets of a client stand in its row, which each of its requests reads. */
const MOST_SECRETS = 20;

/** Adds a secret; those that the client has stay valid. */
export async function addManagedSecret(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
): Promise<AddedSecret> {
  const { text, record } = mintClientSecret(context.clock, context.random);
  await decideOn(context, authority, clientId, (client) => {
    requireNotDeclared(client);
    if (!hasSecrets(client))
      throw new OAuthError("change_refused", {
        description: isPublic(client)
          ? "A public client has no secrets."
          : "This client proves who it is with a key, and has no secrets.",
      });
    if (client.secrets.length >= MOST_SECRETS)
      throw new OAuthError("change_refused", {
        description: `A client has ${MOST_SECRETS} secrets at most. Remove one first.`,
      });
    return rules.addSecret(client, record);
  });
  return { id: record.id, text };
}

/** Ends one secret at once. `endsTokens`: whether the access tokens of the client end too. */
export async function removeManagedSecret(
  context: ManagingContext,
  authority: Authority,
  clientId: string,
  secretId: string,
  { endsTokens }: { readonly endsTokens: boolean },
): Promise<void> {
  const isRemoved = await decideOn(context, authority, clientId, (client, number) => {
    requireNotDeclared(client);
    return rules.removeSecret(client, secretId, endsTokens ? number : null);
  });
  if (!isRemoved) throw new OAuthError("object_unknown");
}

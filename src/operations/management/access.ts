/** Managing access: what people gave to applications, and the tokens of applications. */
import { parseRecordId } from "../../credentials/credential.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { ClientId, SubjectId } from "../../protocol/identifiers.ts";
import type { LiveAccessToken } from "../../rules/access-token.ts";
import { mayUse } from "../../rules/client-access.ts";
import type { RevokedAccess } from "../../rules/grant.ts";
import type { Authority } from "../../rules/role.ts";
import type { GrantRecord } from "../../store/tables/grants.ts";
import { findGrant, listGrants, revokeAccess, revokeGrant } from "../access.ts";
import { findClient } from "../clients.ts";
import type { Context } from "../context.ts";
import type { Page } from "../paging.ts";
import { findAccount } from "../people.ts";
import { previewTokens, type TokenPreview } from "../preview.ts";
import { findToken, type TokenFinding } from "../token-finding.ts";
import { everyAccessToken, findLiveAccessToken, revokeAccessToken } from "../tokens.ts";
import { acting, known, requirePermission } from "./authority.ts";
import { requireChangeableClient } from "./clients.ts";

const BY = "revoked_by_operator";

// ── Grants ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface KnownGrants {
  /** The identifier of the person. */
  readonly person?: string | undefined;
  readonly client?: string | undefined;
}

/** A page of the live grants, newest first: all, those of a person, those of a client, or those of both. */
export async function listKnownGrants(
  context: Context,
  authority: Authority,
  { person, client, ...page }: Page<GrantRecord> & KnownGrants,
): Promise<GrantRecord[]> {
  requirePermission(authority, "people.read");
  const filter = {
    ...(person !== undefined && { subject: known(await findAccount(context, person)).subject }),
    ...(client !== undefined && { clientId: known(await findClient(context, client)).clientId }),
  };
  return listGrants(context, filter, context.clock.seconds(), page);
}

/** A grant that is kept, alive or not. */
export async function showGrant(context: Context, authority: Authority, id: string): Promise<GrantRecord> {
  requirePermission(authority, "people.read");
  return findGrantNamed(context, id);
}

/** Ends a grant and all its tokens. One that was revoked before stays as it is. */
export async function revokeKnownGrant(context: Context, authority: Authority, id: string): Promise<void> {
  requirePermission(authority, "people.write");
  const grant = await findGrantNamed(context, id);
  const own = acting(context, authority, "people.write", { person: grant.subject });
  await revokeGrant(own, authority.act, grant.id, BY, context.clock.seconds());
}

async function findGrantNamed(context: Context, id: string): Promise<GrantRecord> {
  const recordId = parseRecordId(id);
  return known(recordId && (await findGrant(context, recordId)));
}

/** Takes back all that a person gave, or all that they gave one client, and forgets that they did. */
export async function revokePersonAccess(
  context: Context,
  authority: Authority,
  subject: string,
  client?: string,
): Promise<RevokedAccess> {
  requirePermission(authority, "people.write");
  const account = known(await findAccount(context, subject));
  const own = acting(context, authority, "people.write", { person: account.subject });
  const clientId = client === undefined ? undefined : known(await findClient(context, client)).clientId;
  const filter = { subject: account.subject as SubjectId, ...(clientId !== undefined && { clientId }) };
  return revokeAccess(own, authority.act, filter, BY, context.clock.seconds());
}

/** Takes back all that people gave a client, and ends the tokens that it got for itself. */
export async function revokeClientAccess(
  context: Context,
  authority: Authority,
  clientId: string,
): Promise<RevokedAccess> {
  const client = await requireChangeableClient(context, authority, clientId);
  const filter = { clientId: client.clientId as ClientId };
  const own = acting(context, authority, "clients.write", { client: client.clientId });
  return revokeAccess(own, authority.act, filter, BY, context.clock.seconds());
}

// ── Tokens ─────────────────────────────────────────────────────────────────────────────────────────────────

/** A page of the live access tokens of a client, oldest first. */
export async function listClientTokens(
  context: Context,
  authority: Authority,
  clientId: string,
  { limit, after = null }: Page<LiveAccessToken>,
): Promise<LiveAccessToken[]> {
  requirePermission(authority, "clients.read");
  const client = known(await findClient(context, clientId));
  return upTo(limit, everyAccessToken(context, { client, after }, context.clock.seconds()));
}

/** A page of the live access tokens that act for a person, oldest first. */
export async function listPersonTokens(
  context: Context,
  authority: Authority,
  subject: string,
  { limit, after = null }: Page<LiveAccessToken>,
): Promise<LiveAccessToken[]> {
  requirePermission(authority, "people.read");
  const account = known(await findAccount(context, subject));
  return upTo(limit, everyAccessToken(context, { subject: account.subject, after }, context.clock.seconds()));
}

async function upTo<Row>(limit: number, rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) {
    found.push(row);
    if (found.length === limit) break;
  }
  return found;
}

/** What a token is, from its text. Throws `member_refused` for a text that is no token of this server. */
export async function inspectToken(
  context: Context,
  authority: Authority,
  text: string,
): Promise<TokenFinding> {
  requirePermission(authority, "clients.read");
  return findTokenOf(context, text);
}

async function findTokenOf(context: Context, text: string): Promise<TokenFinding> {
  const { store, issuer, signingKeys, clock } = context;
  const found = await findToken(
    { store, issuer: issuer.identifier, verify: signingKeys.verify },
    text.trim(),
    clock.seconds(),
  );
  if (found !== null) return found;
  throw new OAuthError("member_refused", {
    description:
      "token: this is not a token of this server. An access token begins with tat_, a refresh token with trt_; a JWT must be signed with a key of this server.",
  });
}

/**
 * Ends a token, named by its text. As RFC 7009 §2.1 does: a refresh token ends its grant, even one that was used; an access token only
 * itself. False if it was not valid, and nothing changed.
 */
export async function revokeTokenText(
  context: Context,
  authority: Authority,
  text: string,
): Promise<boolean> {
  requirePermission(authority, "clients.write");
  const found = await findTokenOf(context, text);
  const own = acting(context, authority, "clients.write", { client: found.clientId ?? undefined });
  if (found.kind === "refresh token") {
    if (found.grantId === null) return false;
    return revokeGrant(own, authority.act, found.grantId, BY, context.clock.seconds());
  }
  return found.state === "active" && revokeAccessToken(own, authority.act, found.id);
}

/** Ends one access token, named by its id. */
export async function revokeTokenById(context: Context, authority: Authority, id: string): Promise<void> {
  requirePermission(authority, "clients.write");
  const recordId = parseRecordId(id);
  const live = recordId && (await findLiveAccessToken(context, recordId, context.clock.seconds()));
  const token = known(live);
  const own = acting(context, authority, "clients.write", { client: token.clientId });
  if (!(await revokeAccessToken(own, authority.act, token.id))) throw new OAuthError("object_unknown");
}

// ── Claims ─────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What a client would be told of a person, by the functions that make real tokens. `scope`: what the person allows; undefined for all
 * that the client may have.
 */
export async function previewClaims(
  context: Context,
  authority: Authority,
  clientId: string,
  subject: string,
  scope?: readonly string[],
): Promise<TokenPreview> {
  requirePermission(authority, "people.read");
  const client = known(await findClient(context, clientId));
  const account = known(await findAccount(context, subject));
  const missing = scope?.find((name) => !(client.scope as readonly string[]).includes(name));
  if (missing !== undefined)
    throw new OAuthError("parameter_invalid", {
      description: `scope: the client may not have '${missing}'.`,
    });
  if (!mayUse(client, account))
    throw new OAuthError("change_refused", {
      description: "The person may not use this client: see its groups and theirs.",
    });
  const allowed = client.scope.filter((name) => scope?.includes(name) ?? true);
  return previewTokens(context, client, account, allowed);
}

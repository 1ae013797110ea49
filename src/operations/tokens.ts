/** Tokens: refreshing, issuing to a client for itself, introspecting, and revoking. */
import { isConfidential } from "../clients/authentication.ts";
import { isPublic } from "../clients/authentication-methods.ts";
import { ownScope } from "../clients/clients.ts";
import { type PresentedAccessToken, recognizeAccessToken } from "../credentials/access-token-formats.ts";
import { newRecordId, parseCredential, recordIdText, secretMatches } from "../credentials/credential.ts";
import {
  type ActiveIntrospection,
  INACTIVE,
  type Introspection,
  introspectAccessToken,
  introspectRefreshToken,
} from "../credentials/introspection.ts";
import {
  deriveSuccessors,
  draftAccessToken,
  mintAccessToken,
  refreshTokenOf,
  tokenResponse,
} from "../credentials/issue.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import { narrowestNetwork } from "../platform/network.ts";
import { EMAIL_SCOPE } from "../protocol/catalogue.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { RecordId, Scope, SubjectId } from "../protocol/identifiers.ts";
import * as accessTokenRules from "../rules/access-token.ts";
import { toldToApis } from "../rules/claims.ts";
import { issueToClient as issueRule, isVouchedFor } from "../rules/client.ts";
import { concluded, type Decision } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import { revokeGrant as revokeGrantRule } from "../rules/grant.ts";
import { tellsUsername, visibleToken } from "../rules/personal-data.ts";
import * as refreshRules from "../rules/refresh-token.ts";
import { narrowToGrant, type RequestedTarget, requestedTarget, scopeAt } from "../rules/scope.ts";
import { row, type Store } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type AccessTokenRecord, accessTokens, refreshTokens } from "../store/tables/tokens.ts";
import { everyGrant } from "./access.ts";
import { actOf, CALLER, type Caller } from "./caller.ts";
import { claimsForCaller, clientClaimsForApis } from "./claims.ts";
import { type AccessContext, type UseFault, useFault } from "./client-access.ts";
import type { Context } from "./context.ts";
import { carryOut, type DecideContext, decide, outcomeOf } from "./decide.ts";
import { ACCESS_TOKEN, TOKEN_CLIENT_COLUMNS, withOrigins } from "./exchanged.ts";
import { type Issued, issuedWith } from "./issued.ts";
import { allPages, type Page } from "./paging.ts";

interface Reading {
  readonly store: Store;
}

/** The token, if it has not expired and its grant and client are alive; else null. */
export const findLiveAccessToken = async (
  { store }: Reading,
  id: RecordId,
  now: EpochSeconds,
): Promise<accessTokenRules.LiveAccessToken | null> =>
  accessTokenRules.liveAccessToken(
    await withOrigins({ store }, await store.look(ACCESS_TOKEN, { id }), now),
    now,
  );

/** The same for the text of a token that was presented to this server itself, with what is wrong with its use. */
export async function findPresentedAccessToken(
  { store, levelPolicy }: AccessContext,
  presented: PresentedAccessToken,
  now: EpochSeconds,
): Promise<{ readonly live: accessTokenRules.LiveAccessToken; readonly fault: UseFault | null } | null> {
  const found = await store.look(ACCESS_TOKEN, { id: presented.id });
  const facts = await withOrigins({ store, levelPolicy }, found, now);
  const live = accessTokenRules.presentedAccessToken(presented, facts, now);
  return live && { live, fault: await useFault({ store, levelPolicy }, facts.client, live.grant) };
}

const REFRESH_TOKEN = {
  token: row(refreshTokens, { id: "$id" }),
  grant: row(grants, { id: "token.grantId" }),
};

/** The access tokens of a client, those that act for a person, or those of both. */
export interface TokenFilter {
  readonly client?: Pick<ClientRecord, "number"> | undefined;
  readonly subject?: SubjectId | undefined;
  /** Only those after it. */
  readonly after?: Pick<AccessTokenRecord, "id"> | null | undefined;
}

/**
 * The live access tokens, oldest first. Requests never ask this, so there is no index for it: it reads the whole table in
 * pages.
 */
export async function* everyAccessToken(
  context: Reading,
  { client, subject, after = null }: TokenFilter,
  now: EpochSeconds,
): AsyncGenerator<accessTokenRules.LiveAccessToken> {
  const where = client === undefined ? {} : { client: client.number };
  const unexpired = ({ limit, after: last = null }: Page<AccessTokenRecord>) =>
    context.store.list(accessTokens, { where, above: { expiresAt: now }, after: last ?? after, limit });
  const grantIds = subject === undefined ? null : new Set<string>();
  if (subject !== undefined) {
    for await (const { id } of everyGrant(context, { subject }, now)) grantIds?.add(recordIdText(id));
  }
  for await (const { id, grantId } of allPages(unexpired)) {
    if (grantIds !== null && (grantId === null || !grantIds.has(recordIdText(grantId)))) continue;
    const live = await findLiveAccessToken(context, id, now);
    if (live !== null) yield live;
  }
}

/** A refresh token with its grant, even if it is used or expired; null if there is none. */
export async function findRefreshToken({ store }: Reading, id: RecordId) {
  const { token, grant } = await store.look(REFRESH_TOKEN, { id });
  return token === null || grant === null ? null : { token, grant };
}

// ── Refreshing ─────────────────────────────────────────────────────────────────────────────────────────────

/** RFC 6749 §6. */
export interface RefreshRequest {
  readonly refreshToken: string;
  readonly target: RequestedTarget;
}

const ROTATION = {
  ...REFRESH_TOKEN,
  // The access token and the refresh token of one rotation have the same id.
  successor: row(refreshTokens, { id: "token.successorId" }),
  accessToken: row(accessTokens, { id: "token.successorId" }),
  caller: CALLER,
};

export const lookAtRotation = ({ store }: Reading, id: RecordId | null, callerId: string | null) =>
  store.look(ROTATION, { id, callerId });

const NETWORK_DIGEST_BYTES = 8;

/** Tells whether two requests came from one network, and reveals the network to no one without the server's keys. */
const networkDigest = (keys: ServerKeys, address: string): Uint8Array =>
  keys.mac("network", narrowestNetwork(address)).slice(0, NETWORK_DIGEST_BYTES);

/** Exchanges a refresh token for an access token and, unless the client keeps the token, for its successor. */
export function refresh(
  context: Context,
  act: Act,
  caller: Caller,
  { refreshToken: text, target }: RefreshRequest,
): Promise<Issued | OAuthError> {
  const { clock, random, keys, retryKeys, configuration, catalogue } = context;
  const { client } = caller;
  const from = networkDigest(keys, act.origin?.address ?? "");
  const retryWindow = configuration.lifetimes.refresh_retry_window_seconds;
  const presented = parseCredential("refresh_token", text);
  const refuse = (reason: Reason): Decision<OAuthError> =>
    concluded(new OAuthError(reason, { clientId: client.clientId }));
  return outcomeOf<Issued | OAuthError>(context, actOf(act, caller), async () => {
    const facts = await lookAtRotation(context, presented?.id ?? null, caller.callerId);
    caller.confirm(facts.caller);
    const now = clock.seconds();
    const { possession } = caller;
    const sender = { clientId: client.clientId, isPublic: isPublic(client), shown: possession.shown };
    const fault = refreshRules.refreshFault(presented, facts, sender, now);
    const { token, grant } = facts;
    if (fault !== null || presented === null || token === null || grant === null) {
      return refuse(fault ?? "refresh_token_unknown");
    }
    // A late use must end the grant, even if the other parameters of the request are bad.
    const isLate = token.usedAt !== null && now > token.usedAt + retryWindow;
    const useless = isLate ? null : await useFault(context, client, grant);
    if (useless !== null) return refuse(useless);
    const allowed = isLate ? grant : narrowToGrant(catalogue, grant, client, target);
    const confirmation = isLate ? null : await possession.use();
    if (refreshRules.staysInUse(token, client, sender)) {
      const accessToken = mintAccessToken(context, { client, grant, ...allowed, confirmation });
      const expiresAt = now + configuration.lifetimes.refresh_token_seconds;
      const use = { now, accessToken: accessToken.record, expiresAt };
      const { outcome, ...decision } = refreshRules.useAndKeep(facts, client, use);
      if (outcome === "refused") return refuse("refresh_token_revoked");
      return { ...decision, outcome: issuedWith(accessToken, { text }, allowed, grant) };
    }
    const id = newRecordId(clock, random, shardOf(grant.id));
    // A used token gets no successor. So its replay ends the grant even when no key can be stored (THREATS 62).
    const retryKey = token.usedAt === null ? await retryKeys.current(now) : random(32);
    const successors = deriveSuccessors(keys, presented, id, retryKey);
    const { scope, resources, authorizationDetails } = allowed;
    const wish = { client, grant, scope, resources, authorizationDetails, confirmation };
    const mint = isLate ? draftAccessToken : mintAccessToken;
    const accessToken = mint(context, wish, successors.accessToken);
    const refreshToken = refreshTokenOf(context, client, grant.id, successors.refreshToken, confirmation);
    const { outcome, ...decision } = refreshRules.rotate(facts, client, retryWindow, {
      now,
      accessToken: accessToken.record,
      refreshToken: refreshToken.record,
      from,
    });
    switch (outcome.outcome) {
      case "rotated":
        return { ...decision, outcome: issuedWith(accessToken, refreshToken, allowed, grant) };
      case "retried": {
        // A retry gets the first answer again.
        const firstKey = await retryKeys.of(token.usedAt ?? now);
        const again = deriveSuccessors(keys, presented, outcome.successor.id, firstKey);
        const expiresAt = outcome.accessToken?.expiresAt ?? now;
        const expiresIn = Math.max(0, expiresAt - now);
        const scope = outcome.accessToken?.scope ?? grant.scope;
        const { text } = again.accessToken;
        const response = tokenResponse({ text, expiresIn, confirmation }, again.refreshToken, scope);
        const resources = outcome.accessToken?.resources ?? grant.resources;
        return {
          ...decision,
          outcome: { response, accessToken: outcome.accessToken, grant, scope, resources, nonce: null },
        };
      }
      case "replayed":
        return {
          ...decision,
          outcome: new OAuthError("refresh_token_replayed", { clientId: client.clientId }),
        };
      case "other_key":
        return refuse("refresh_token_of_other_key");
      case "refused":
        return refuse("refresh_token_revoked");
    }
  });
}

/**
 * Counts the tokens of a client that registered itself, unless the operator vouches for it, and redeems within its budget.
 * Strangers could fill the database otherwise (THREATS 61). The count is in memory, so it costs no statement. What issues
 * no token does not count. Throws `too_many_tokens` (429).
 */
export const withinTokenBudget = <Result>(
  { limits, configuration }: Pick<Context, "limits" | "configuration">,
  client: ClientRecord,
  redeem: () => Promise<Result | OAuthError>,
): Promise<Result | OAuthError> =>
  isVouchedFor(client, configuration.registration) ? redeem() : countedRedemption(limits, client, redeem);

async function countedRedemption<Result>(
  limits: Pick<Context["limits"], "tokensPerStranger">,
  { clientId }: ClientRecord,
  redeem: () => Promise<Result | OAuthError>,
): Promise<Result | OAuthError> {
  const retryAfterSeconds = limits.tokensPerStranger.attempt(clientId);
  if (retryAfterSeconds > 0) return new OAuthError("too_many_tokens", { clientId, retryAfterSeconds });
  let isIssued = false;
  try {
    const result = await redeem();
    isIssued = !(result instanceof OAuthError);
    return result;
  } finally {
    if (!isIssued) limits.tokensPerStranger.forgive(clientId);
  }
}

// ── For a client itself ────────────────────────────────────────────────────────────────────────────────────

/**
 * RFC 6749 §4.4: a confidential client acts for itself, without a grant and without a refresh token (§4.4.3). It needs no
 * look: the client's revision guards the commit.
 */
export async function issueToClient(
  context: Context,
  act: Act,
  caller: Caller,
  requested: RequestedTarget,
): Promise<Issued> {
  const { catalogue, configuration } = context;
  const { client } = caller;
  if (!isConfidential(client)) throw new OAuthError("client_not_confidential", { clientId: client.clientId });
  const { scope, resources } = requestedTarget(catalogue, client, requested, ownScope(client, configuration));
  // No person agreed to this token, so without a scope it must not name an API as its audience.
  if (scope.length === 0 && requested.resources.length > 0) {
    throw new OAuthError("resource_scope_empty", { clientId: client.clientId });
  }
  const confirmation = await caller.possession.use();
  const accessToken = mintAccessToken(context, { client, grant: null, scope, resources, confirmation });
  const decision = issueRule(client, accessToken.record);
  if (decision.outcome === "refused") throw new OAuthError("client_disabled", { clientId: client.clientId });
  if ((await carryOut(context, actOf(act, caller), decision)) === "stale") caller.changed();
  caller.isConfirmed = true;
  return issuedWith(accessToken, null, { scope, resources }, null);
}

// ── What a token is worth ──────────────────────────────────────────────────────────────────────────────────

const INTROSPECTED_ACCESS_TOKEN = {
  ...ACCESS_TOKEN,
  client: row(clients, { number: "token.client" }, [...TOKEN_CLIENT_COLUMNS, "claims"]),
  caller: CALLER,
};
const INTROSPECTED_REFRESH_TOKEN = {
  ...REFRESH_TOKEN,
  client: row(clients, { clientId: "grant.clientId" }, [
    "clientId",
    "allowedGroups",
    "deniedGroups",
    "minimumAcr",
    "subjectType",
  ]),
  caller: CALLER,
};

/**
 * RFC 7662: a resource server sees tokens that are meant for it or were issued to it (`visibleToken`). Every other token, and
 * every other text, is inactive to it. `caller`: null for a bearer, whose token names `clientId`.
 */
export async function introspect(
  context: Context,
  { clientId, caller }: { readonly clientId: string; readonly caller: Caller | null },
  text: string,
): Promise<Introspection> {
  const { store, clock, catalogue, signingKeys } = context;
  const issuer = context.issuer.identifier;
  const now = clock.seconds();
  const callerId = caller?.callerId ?? null;
  const recognized = recognizeAccessToken(text, signingKeys.verify);
  const accessToken = recognized instanceof Promise ? await recognized : recognized;
  if (accessToken !== null) {
    const facts = await store.look(INTROSPECTED_ACCESS_TOKEN, { id: accessToken.id, callerId });
    caller?.confirm(facts.caller);
    const known = withOrigins(context, facts, now);
    const token = accessTokenRules.presentedAccessToken(
      accessToken,
      known instanceof Promise ? await known : known,
      now,
    );
    if (token === null) return INACTIVE;
    const fault = useFault(context, facts.client, token.grant);
    if (fault !== null && (await fault) !== null) return INACTIVE;
    const visible = visibleToken(catalogue, clientId, token);
    if (visible === null) return INACTIVE;
    const shown = introspectAccessToken(issuer, visible.token, visible.showsUsername);
    const target = { scope: token.scope, resources: visible.token.resources };
    // What the operator says of a client, it says of the one that acts for itself.
    if (token.grant === null && facts.client !== null && token.exchange === null)
      return { ...clientClaimsForApis(context, facts.client, target), ...shown };
    return withPerson(context, shown, facts.client, token.grant, {
      scope: visible.token.scope,
      told: scopeAt(catalogue, target.scope, target.resources),
    });
  }
  // `token_type_hint` is not needed: a token's prefix shows its type (RFC 7662 §2.1 lets a server ignore it).
  const refreshToken = parseCredential("refresh_token", text);
  if (refreshToken === null) return INACTIVE;
  const facts = await store.look(INTROSPECTED_REFRESH_TOKEN, { id: refreshToken.id, callerId });
  caller?.confirm(facts.caller);
  const { token, grant } = facts;
  if (token === null || grant === null || !secretMatches(refreshToken.secret, token.digest)) return INACTIVE;
  const active = token.usedAt === null && token.expiresAt > now && grant.revokedAt === null;
  // Only the client that a refresh token was issued to may see it.
  return active && grant.clientId === clientId && (await useFault(context, facts.client, grant)) === null
    ? withPerson(
        context,
        introspectRefreshToken(issuer, token, grant, tellsUsername(grant.scope)),
        facts.client,
        grant,
        { scope: grant.scope, told: [] },
      )
    : INACTIVE;
}

/**
 * What the scope `email` tells of the person, the claims for APIs, and the person under the name by which the token's client knows
 * them. Most tokens need none of it, and cost no further look. `told`: the scopes whose claims the caller may learn.
 */
function withPerson(
  context: Context,
  shown: ActiveIntrospection,
  client: Pick<ClientRecord, "clientId" | "subjectType"> | null,
  grant: Pick<GrantRecord, "id" | "subject"> | null,
  { scope, told }: { readonly scope: readonly Scope[]; readonly told: readonly Scope[] },
): Introspection | Promise<Introspection> {
  if (client === null || grant === null) return shown;
  const tellsEmail = scope.includes(EMAIL_SCOPE);
  if (
    client.subjectType === "public" &&
    !tellsEmail &&
    toldToApis(told, context.configuration.claims.scopes).length === 0
  )
    return shown;
  const asked = { subject: grant.subject, clientId: client.clientId, grantId: grant.id };
  return withClaims(context, shown, asked, { tellsEmail, told });
}

async function withClaims(
  context: Context,
  shown: ActiveIntrospection,
  ...asked: [Parameters<typeof claimsForCaller>[1], Parameters<typeof claimsForCaller>[2]]
): Promise<Introspection> {
  const about = await claimsForCaller(context, ...asked);
  // The person was removed in this moment, or the grant has ended.
  if (about === null) return INACTIVE;
  return { ...about.claims, ...shown, sub: about.sub };
}

// ── Ending ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Ends one access token. False if there is none. */
export const revokeAccessToken = (context: DecideContext, act: Act, id: RecordId): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { token, grant, client } = await context.store.look(ACCESS_TOKEN, { id });
    return accessTokenRules.revokeAccessToken(token, {
      subject: grant?.subject ?? client?.clientId,
      client: client?.clientId,
    });
  });

/**
 * RFC 7009: a client revokes a token. A refresh token takes its whole grant with it (§2.1). An unknown text or a dead token
 * is no error (§2.2). Throws `token_of_other_client`.
 */
export async function revokeToken(context: Context, act: Act, caller: Caller, text: string): Promise<void> {
  const { store, clock } = context;
  const { clientId } = caller.client;
  const callerId = caller.callerId;
  const requireOwn = (owner: string) => {
    if (owner !== clientId) throw new OAuthError("token_of_other_client", { clientId });
  };
  const refreshToken = parseCredential("refresh_token", text);
  if (refreshToken !== null) {
    await decide(context, actOf(act, caller), async () => {
      const {
        token,
        grant,
        caller: found,
      } = await store.look(INTROSPECTED_REFRESH_TOKEN, {
        id: refreshToken.id,
        callerId,
      });
      caller.confirm(found);
      if (token === null || grant === null || !secretMatches(refreshToken.secret, token.digest))
        return concluded(false);
      requireOwn(grant.clientId);
      return revokeGrantRule(grant, "revoked_by_client", clock.seconds());
    });
    return;
  }
  const accessToken = await recognizeAccessToken(text, context.signingKeys.verify);
  if (accessToken === null) return;
  await decide(context, actOf(act, caller), async () => {
    const facts = await store.look(INTROSPECTED_ACCESS_TOKEN, { id: accessToken.id, callerId });
    caller.confirm(facts.caller);
    const now = clock.seconds();
    const known = await withOrigins(context, facts, now);
    const token = accessTokenRules.presentedAccessToken(accessToken, known, now);
    if (token === null) return concluded(false);
    requireOwn(token.clientId);
    return accessTokenRules.revokeAccessToken(facts.token, { subject: token.subject, client: clientId });
  });
}

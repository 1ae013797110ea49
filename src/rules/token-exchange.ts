/**
 * RFC 8693: which token a client gets for another one. Everything here narrows: the scope, the resources and the lifetime of the new
 * token are within those of the one that comes in, and within a rule of the operator. Without a rule a client gets nothing (THREATS 17,
 * 88).
 */
import type { ExchangeRuleDeclaration } from "../configuration/exchange-schema.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { type Catalogue, isDelegable } from "../protocol/catalogue.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { ClientId, ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import { insert } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { type AccessTokenRecord, type Actor, accessTokens, type Exchange } from "../store/tables/tokens.ts";
import { isEnabled, noteUse } from "./client.ts";
import { concluded, type Decision } from "./decision.ts";
import { keepGrant } from "./grant.ts";
import { askableScope, scopeAt, type TokenTarget } from "./scope.ts";

/** How many parties may act one after another. A longer chain is a loop, or one that no API can judge. */
export const LONGEST_CHAIN = 4;
/** How many tokens a new one may rest on: each use looks at all of them. */
export const MOST_ORIGINS = 8;

/** A token that was presented in an exchange and is valid now. */
export interface ExchangedToken {
  readonly kind: "access_token" | "id_token" | "refresh_token";
  /** The client that it was issued to. */
  readonly clientId: ClientId;
  /** Null for a client that acts for itself. */
  readonly grant: GrantRecord | null;
  /** The party that it is about, as APIs of the acting client know it. */
  readonly subject: Actor;
  readonly scope: readonly Scope[];
  /** The APIs that it is meant for. An ID token is meant for its client alone. */
  readonly resources: readonly ResourceIndicator[];
  readonly expiresAt: EpochSeconds;
  /** What a request with it must prove, as "jkt:0Zc…"; null for a bearer token. */
  readonly confirmation: string | null;
  /** The parties that act in it already, the newest first. */
  readonly actors: readonly Actor[];
  /** §4.4: the one party that may act in it; null if it names none. */
  readonly mayAct: Actor | null;
  /** What the new token rests on: this token, and what this token was made from. */
  readonly tokens: readonly string[];
  readonly clients: readonly number[];
}

export interface ExchangeTokens {
  readonly subject: ExchangedToken;
  readonly actor: ExchangedToken | null;
}

/** What a request wants, not yet checked. */
export interface ExchangeWish {
  readonly scope: string | undefined;
  /** RFC 8707 §2: identifiers of APIs. */
  readonly resources: readonly string[];
  /** §2.1: logical names: the identifier of an API, or that of a client that is an API. */
  readonly audiences: readonly string[];
}

type Policy = readonly ExchangeRuleDeclaration[];
type ExchangeCatalogue = Pick<
  Catalogue,
  "resources" | "requireKnownResources" | "isKnownScope" | "mayIntrospect" | "registrableScope" | "scopeFor"
>;

export const rulesOf = (policy: Policy, clientId: string): Policy =>
  policy.filter(({ client }) => client === clientId);

const includesResource = (list: readonly string[], resource: string): boolean =>
  list.some((known) => sameResource(known, resource));

/**
 * Whether a rule is about this token. The token must be one that the client holds by right: it is the client's own, or is meant for an
 * API of the client, or the rule names the API that it is meant for. Any other token has strayed to the client, and the client would
 * be a confused deputy.
 */
export function isAbout(
  catalogue: Pick<Catalogue, "mayIntrospect">,
  rule: ExchangeRuleDeclaration,
  { kind, clientId, resources }: ExchangedToken,
): boolean {
  const isOwn = clientId === rule.client;
  if (rule.from_clients !== undefined && !rule.from_clients.includes(clientId)) return false;
  if (kind !== "access_token") {
    // An ID token says that its client signed a person in, and a refresh token is good for its client alone (RFC 6749 §10.4).
    if (rule.from_resources !== undefined) return false;
    return isOwn || (kind === "id_token" && rule.from_clients !== undefined);
  }
  const { from_resources: named } = rule;
  if (named !== undefined) return resources.some((resource) => includesResource(named, resource));
  return isOwn || catalogue.mayIntrospect(rule.client, resources);
}

/**
 * Whether a request that proves this may exchange the token (THREATS 85, 88). A bound token gives no bearer token, so that a thief of it
 * gains nothing. Its own client proves the key of the token. An API that was called with it cannot, and binds the new token to a key of its own.
 */
export function fitsExchange(
  { confirmation, clientId, kind }: Pick<ExchangedToken, "confirmation" | "clientId" | "kind">,
  actingClientId: string,
  shown: string | null,
): boolean {
  if (confirmation === null || confirmation === shown) return true;
  // A refresh token of a confidential client is bound to the client, which may change its key (RFC 9449 §5).
  const mayDiffer = clientId !== actingClientId || kind === "refresh_token";
  return mayDiffer && shown !== null;
}

/** The rule, target and actors of a new token, or why there is none. */
export interface ExchangePlan extends TokenTarget {
  readonly via: "delegation" | "impersonation";
  readonly exchange: Exchange;
  /** The last second at which the new token may expire. */
  readonly until: EpochSeconds;
}

/**
 * Throws OAuthError for what is wrong with the wish; the reasons of the tokens are returned. `shown`: what the request proves to have, to
 * which the new token is bound; null for nothing.
 */
export function planExchange(
  catalogue: ExchangeCatalogue,
  policy: Policy,
  client: Pick<ClientRecord, "clientId" | "scope" | "source">,
  { subject, actor }: ExchangeTokens,
  wish: ExchangeWish,
  shown: string | null,
): ExchangePlan | Reason {
  const rules = rulesOf(policy, client.clientId).filter((rule) => isAbout(catalogue, rule, subject));
  if (rules.length === 0) return "subject_token_not_allowed";
  // The acting party proves itself with a token of its own, never with one that another client was given.
  if (actor !== null && (actor.clientId !== client.clientId || actor.actors.length > 0))
    return "actor_token_unknown";
  if (!fitsExchange(subject, client.clientId, shown)) return "subject_token_bound";
  if (actor !== null && !fitsExchange(actor, client.clientId, shown)) return "actor_token_unknown";
  const acting = actor?.subject ?? { sub: client.clientId };
  if (subject.mayAct !== null && !isSameParty(subject.mayAct, acting)) return "actor_not_allowed";
  const resources = targetOf(catalogue, rules, wish);
  const rule = rules.find((candidate) =>
    resources.every((one) => includesResource(candidate.resources, one)),
  );
  if (rule === undefined) return "exchange_target_refused";
  // A chain that has begun is never hidden: the token would name an earlier party as the one that acts.
  const isHidden = rule.act === "impersonation" && actor === null && subject.actors.length === 0;
  const [present = subject.grant === null ? subject.subject : null] = subject.actors;
  const actors =
    isHidden || (present !== null && isSameParty(present, acting))
      ? subject.actors
      : [acting, ...subject.actors];
  const tokens = [...new Set([...subject.tokens, ...(actor?.tokens ?? [])])];
  if (actors.length > LONGEST_CHAIN || tokens.length > MOST_ORIGINS) return "actor_chain_too_long";
  return {
    via: isHidden ? "impersonation" : "delegation",
    scope: scopeOf(catalogue, rule, client, subject, resources, wish.scope),
    resources,
    until: Math.min(subject.expiresAt, actor?.expiresAt ?? Number.POSITIVE_INFINITY),
    exchange: {
      actors,
      tokens,
      clients: [...new Set([...subject.clients, ...(actor?.clients ?? [])])],
      subject: subject.grant === null ? (subject.subject.sub as ClientId) : null,
    },
  };
}

/** Members that one of them lacks say nothing. */
const isSameParty = (allowed: Actor, acting: Actor): boolean =>
  allowed.sub === acting.sub &&
  (allowed.client_id === undefined || allowed.client_id === (acting.client_id ?? acting.sub));

/** §2.1.1: the named APIs, or the only one that the rules allow. */
function targetOf(catalogue: ExchangeCatalogue, rules: Policy, wish: ExchangeWish): ResourceIndicator[] {
  const named = catalogue.requireKnownResources([
    ...wish.resources,
    ...wish.audiences.flatMap((audience) => apisNamed(catalogue, audience)),
  ]);
  if (named.length > 0) return named;
  const [only, ...others] = catalogue.requireKnownResources(rules.flatMap(({ resources }) => resources));
  if (only === undefined || others.length > 0) throw new OAuthError("exchange_target_missing");
  return [only];
}

/** The APIs with a logical name: the identifier itself, or that of the client that acts as the API. */
function apisNamed({ resources }: Pick<Catalogue, "resources">, audience: string): ResourceIndicator[] {
  const found = resources.filter(
    ({ identifier, introspectionClients }) =>
      introspectionClients.includes(audience) || sameResource(identifier, audience),
  );
  if (found.length === 0) {
    throw new OAuthError("audience_unknown", {
      description: `The audience '${audience}' is not known here.`,
    });
  }
  return found.map(({ identifier }) => identifier);
}

/**
 * Within the token, the rule, the client and the APIs. Named scopes must all be; without a name all that are. A new token never signs a
 * person in, never outlives a session, and never manages this server.
 */
function scopeOf(
  catalogue: ExchangeCatalogue,
  rule: ExchangeRuleDeclaration,
  client: Pick<ClientRecord, "scope" | "source">,
  subject: ExchangedToken,
  resources: readonly ResourceIndicator[],
  requested: string | undefined,
): Scope[] {
  const askable = askableScope(catalogue, client);
  const allowed = subject.scope.filter(
    (name) =>
      (rule.scopes?.includes(name) ?? true) &&
      askable.includes(name) &&
      catalogue.isKnownScope(name) &&
      isDelegable(name),
  );
  const named = parseScope(requested ?? "");
  const wider = firstMissing(named, allowed);
  if (wider !== undefined) {
    throw new OAuthError("exchange_scope_exceeded", {
      description: `The new token cannot have the scope '${wider}': the subject token lacks it, or no rule gives it to this client.`,
    });
  }
  const scope = scopeAt(catalogue, named.length === 0 ? allowed : named, resources);
  if (scope.length === 0) throw new OAuthError("exchange_scope_empty");
  return scope;
}

/** The changes that issue the new token. It hangs on the grant of the one that came in, and ends with it. */
export function issueExchanged(
  client: ClientRecord,
  grant: GrantRecord | null,
  accessToken: AccessTokenRecord,
  via: ExchangePlan["via"],
  now: EpochSeconds,
): Decision<"issued" | "refused"> {
  if (!isEnabled(client) || (grant !== null && grant.revokedAt !== null)) return concluded("refused");
  return {
    outcome: "issued",
    changes: [
      noteUse(client, accessToken),
      ...(grant === null ? [] : [keepGrant(grant, { now, accessToken, refreshToken: null })]),
      insert(accessTokens, accessToken),
    ],
    events: [
      {
        event: "token.exchanged",
        via,
        client: client.clientId,
        ...(grant !== null && { subject: grant.subject, grant: grant.id }),
      },
    ],
  };
}

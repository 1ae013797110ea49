/**
 * Reading the tokens that clients exchange (RFC 8693 §2.1: "the appropriate validation procedures for the indicated token type"). Each
 * reader finds a token of this server that is valid now, and null for every other text. Whether the caller may exchange it is the
 * question of rules/token-exchange.ts.
 */
import { recognizeAccessToken } from "../credentials/access-token-formats.ts";
import { parseCredential, recordIdText, secretMatches } from "../credentials/credential.ts";
import { openedGrant, sessionIdFor } from "../credentials/id-token.ts";
import { hasJwtForm } from "../keys/verify.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { presentedAccessToken } from "../rules/access-token.ts";
import { isEnabled } from "../rules/client.ts";
import { subjectFor } from "../rules/subject.ts";
import type { ExchangedToken } from "../rules/token-exchange.ts";
import { row } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type Actor, refreshTokens } from "../store/tables/tokens.ts";
import { CALLER, type Caller } from "./caller.ts";
import { useFault } from "./client-access.ts";
import { CLIENT } from "./clients.ts";
import type { Context } from "./context.ts";
import { ACCESS_TOKEN, withOrigins } from "./exchanged.ts";

export type TokenReader = (context: Context, caller: Caller, text: string) => Promise<ExchangedToken | null>;

const PRESENTED_ACCESS_TOKEN = {
  ...ACCESS_TOKEN,
  grant: row(grants, { id: "token.grantId" }),
  caller: CALLER,
};

/** An access token of this server, opaque or a JWT. */
export const readAccessToken: TokenReader = async (context, caller, text) => {
  const { store, clock, signingKeys } = context;
  const presented = await recognizeAccessToken(text, signingKeys.verify);
  if (presented === null) return null;
  const found = await store.look(PRESENTED_ACCESS_TOKEN, { id: presented.id, callerId: caller.callerId });
  caller.confirm(found.caller);
  const now = clock.seconds();
  const facts = await withOrigins(context, found, now);
  const live = presentedAccessToken(presented, facts, now);
  if (live === null || (await useFault(context, facts.client, facts.grant)) !== null) return null;
  const { exchange, clientId, scope, resources, expiresAt, id, confirmation } = live;
  return {
    kind: "access_token",
    clientId,
    grant: facts.grant,
    subject: partyFor(context, caller.client, facts.grant, live.subject),
    scope,
    resources,
    expiresAt,
    confirmation,
    actors: exchange?.actors ?? [],
    mayAct: mayActOf(presented.claims),
    tokens: [recordIdText(id), ...(exchange?.tokens ?? [])],
    clients: exchange?.clients ?? [],
  };
};

/** §3: the same, and the client says that it is a JWT. */
export const readJwt: TokenReader = async (context, caller, text) =>
  hasJwtForm(text) ? readAccessToken(context, caller, text) : null;

/** The party as APIs of the acting client know it; a person is said to act through that client. */
const partyFor = (
  { keys }: Pick<Context, "keys">,
  client: ClientRecord,
  grant: GrantRecord | null,
  clientId: string,
): Actor =>
  grant === null
    ? { sub: clientId }
    : { sub: subjectFor({ keys }, client, grant.subject), client_id: client.clientId };

/** §4.4. Null if there is none. A value of another form names a party that is no one. */
function mayActOf(claims: Readonly<Record<string, unknown>> | undefined): Actor | null {
  const value = claims?.may_act;
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null || !("sub" in value) || typeof value.sub !== "string")
    return { sub: "" };
  const clientId = "client_id" in value ? value.client_id : undefined;
  return { sub: value.sub, ...(typeof clientId === "string" && { client_id: clientId }) };
}

/** How many grants of a person to a client are looked through, the newest first. */
const MOST_GRANTS = 100;

/**
 * An ID token of this server, as long as it has not expired and the sign-in that it reports still stands. If it does not name its grant,
 * the person's grants to the client are compared: the same sign-in in the same session. If there are several, only the scope counts
 * that all of them have.
 */
export const readIdToken: TokenReader = async (context, caller, text) => {
  const { store, clock, signingKeys, issuer, keys } = context;
  const claims = await signingKeys.verify(text, "JWT");
  const now = clock.seconds();
  if (claims === null || claims.iss !== issuer.identifier) return null;
  const { aud, sub, sid, jti, exp, iat, auth_time: authenticatedAt } = claims;
  if (typeof aud !== "string" || typeof sub !== "string") return null;
  if (typeof exp !== "number" || exp <= now || typeof iat !== "number") return null;
  const facts = await store.look({ ...CLIENT, caller: CALLER }, { clientId: aud, callerId: caller.callerId });
  caller.confirm(facts.caller);
  const { client } = facts;
  if (!isEnabled(client)) return null;
  const given = await grantsBehind(context, client, sub, jti);
  const matching = given.filter(
    (grant) =>
      grant.clientId === client.clientId &&
      subjectFor({ keys }, client, grant.subject) === sub &&
      grant.revokedAt === null &&
      grant.activatedAt !== null &&
      grant.activatedAt <= iat &&
      grant.authenticatedAt === authenticatedAt &&
      (grant.session === null ? undefined : sessionIdFor(keys, grant.session, client.clientId)) === sid,
  );
  const [grant] = matching;
  if (grant === undefined || (await useFault(context, client, grant)) !== null) return null;
  return {
    kind: "id_token",
    clientId: client.clientId,
    grant,
    subject: partyFor(context, caller.client, grant, client.clientId),
    scope: grant.scope.filter((name) => matching.every((other) => other.scope.includes(name))),
    resources: [],
    expiresAt: exp,
    confirmation: null,
    actors: [],
    mayAct: mayActOf(claims),
    tokens: [],
    clients: [client.number],
  };
};

const GRANT = { grant: row(grants, { id: "$id" }) };

/** The grants that an ID token may be about. A pairwise identifier leads to no person; such an ID token names its grant. */
async function grantsBehind(
  { store, keys }: Pick<Context, "store" | "keys">,
  { clientId, subjectType }: ClientRecord,
  sub: string,
  jti: unknown,
): Promise<readonly GrantRecord[]> {
  if (subjectType === "public") {
    const where = { subject: sub as SubjectId, clientId };
    return store.list(grants, { where, order: ["id"], descending: true, limit: MOST_GRANTS });
  }
  const id = openedGrant(keys, jti, clientId);
  const grant = id === null ? null : (await store.look(GRANT, { id })).grant;
  return grant === null ? [] : [grant];
}

const PRESENTED_REFRESH_TOKEN = {
  token: row(refreshTokens, { id: "$id" }),
  grant: row(grants, { id: "token.grantId" }),
  caller: CALLER,
};

/**
 * A refresh token that its own client has not used yet. The exchange does not use it up: it gives an access token for less, and the
 * client proved who it is.
 */
export const readRefreshToken: TokenReader = async (context, caller, text) => {
  const presented = parseCredential("refresh_token", text);
  if (presented === null) return null;
  const { client, callerId } = caller;
  const {
    token,
    grant,
    caller: found,
  } = await context.store.look(PRESENTED_REFRESH_TOKEN, {
    id: presented.id,
    callerId,
  });
  caller.confirm(found);
  const now = context.clock.seconds();
  if (token === null || grant === null || !secretMatches(presented.secret, token.digest)) return null;
  if (token.usedAt !== null || token.expiresAt <= now || grant.revokedAt !== null) return null;
  if (grant.clientId !== client.clientId || (await useFault(context, client, grant)) !== null) return null;
  return {
    kind: "refresh_token",
    clientId: client.clientId,
    grant,
    subject: partyFor(context, client, grant, client.clientId),
    scope: grant.scope,
    resources: grant.resources,
    expiresAt: token.expiresAt,
    confirmation: token.confirmation,
    actors: [],
    mayAct: null,
    tokens: [],
    clients: [client.number],
  };
};

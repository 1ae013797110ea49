/** Access tokens: the one rule about whether a token is valid and which access it gives. */
import type { PresentedAccessToken } from "../credentials/access-token-formats.ts";
import type { IntrospectedToken } from "../credentials/introspection.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, SecretDigest } from "../protocol/identifiers.ts";
import { remove } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { type AccessTokenRecord, accessTokens } from "../store/tables/tokens.ts";
import { isEnabled } from "./client.ts";
import type { Restriction } from "./client-access.ts";
import { concluded, type Decision } from "./decision.ts";

/** The columns of a grant that an access token rests on. Every further column costs each introspection. */
export const TOKEN_GRANT_COLUMNS = [
  "id",
  "subject",
  "username",
  "scope",
  "resources",
  "claims",
  "authenticatedAt",
  "authenticationLevel",
  "revokedAt",
] as const;
export type TokenGrant = Pick<GrantRecord, (typeof TOKEN_GRANT_COLUMNS)[number]>;

export interface AccessTokenFacts {
  readonly token: AccessTokenRecord | null;
  readonly grant: TokenGrant | null;
  /** The client with the token's number. */
  readonly client: (Pick<ClientRecord, "clientId" | "disabledAt"> & Restriction) | null;
  /** Whether everything lives that an exchanged token was made from. Missing: not known, and so the token is dead. */
  readonly originsLive?: boolean;
}

/** A token that is valid now, with the facts that it depends on. */
export interface LiveAccessToken extends IntrospectedToken {
  readonly digest: SecretDigest;
  readonly clientId: ClientId;
  /** Null for client_credentials. */
  readonly grant: TokenGrant | null;
}

/** The token, if it has not expired and all that it rests on is alive: its client, its grant, and what it was exchanged for. */
export function liveAccessToken(
  { token, grant, client, originsLive = false }: AccessTokenFacts,
  now: EpochSeconds,
): LiveAccessToken | null {
  if (token === null || token.expiresAt <= now || !isEnabled(client)) return null;
  if (token.grantId !== null && (grant === null || grant.revokedAt !== null)) return null;
  const { id, digest, confirmation, issuedAt, expiresAt, exchange } = token;
  if (exchange !== null && !originsLive) return null;
  return {
    id,
    digest,
    clientId: client.clientId,
    subject: grant?.subject ?? exchange?.subject ?? client.clientId,
    scope: token.scope ?? grant?.scope ?? [],
    resources: token.resources ?? grant?.resources ?? [],
    confirmation,
    authorizationDetails: token.authorizationDetails,
    issuedAt,
    expiresAt,
    exchange,
    grant,
  };
}

/** The same for a token that was presented: its text must prove that it is this one. */
export function presentedAccessToken(
  presented: PresentedAccessToken,
  facts: AccessTokenFacts,
  now: EpochSeconds,
): LiveAccessToken | null {
  const live = liveAccessToken(facts, now);
  return live !== null && presented.proves(live.digest) ? live : null;
}

/** Ends one access token. False if there is none. */
export const revokeAccessToken = (
  token: AccessTokenRecord | null,
  about: { readonly subject?: string | undefined; readonly client?: string | undefined } = {},
): Decision<boolean> =>
  token === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [remove(accessTokens, { id: token.id })],
        urgent: true,
        events: [{ event: "token.revoked", ...about, grant: token.grantId }],
      };

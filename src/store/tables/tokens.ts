/** Access tokens and refresh tokens. */
import type { Confirmation } from "../../protocol/bindings.ts";
import type { ClientId } from "../../protocol/identifiers.ts";
import { boolean, bytes, integer, orNull, type Row, table, text } from "../declare.ts";
import { asItIs, authorizationDetails, digest, id, resources, scope } from "./columns.ts";

/** RFC 8693 §4.1: a party that acts, under the name by which APIs know it. */
export interface Actor {
  readonly sub: string;
  /** The client through which a person acts; missing for a client that acts itself. */
  readonly client_id?: string;
}

/** What a token that was exchanged for another rests on beside its grant. It lives only as long as all of it. */
export interface Exchange {
  /** The present actor and the earlier ones, the newest first; empty for an impersonation. */
  readonly actors: readonly Actor[];
  /** The identifiers of the access tokens that it was made from, as text. */
  readonly tokens: readonly string[];
  /** The numbers of clients whose ID tokens it was made from. */
  readonly clients: readonly number[];
  /** The client that it acts for, if it acts for no person; else null. */
  readonly subject: ClientId | null;
}

export const accessTokens = table("access_tokens", {
  columns: {
    id: id(),
    digest: digest(),
    /** Null for client_credentials: the client acts for itself. */
    grantId: orNull(id()),
    /** The number of the client. */
    client: integer(),
    /** Null for all of the grant's scope: most tokens have all of it, and this is the largest table. */
    scope: orNull(scope()),
    /** The audience; null for all resources of the grant. */
    resources: orNull(resources()),
    /** What a request with the token must prove; null for a bearer token. */
    confirmation: orNull(text<Confirmation>()),
    /** All that the token has, whatever the grant has. */
    authorizationDetails: authorizationDetails(),
    /** Null for all but those that a client got for another token. */
    exchange: orNull(asItIs<Exchange>()),
    issuedAt: integer(),
    expiresAt: integer(),
  },
  shard: "id",
  expires: "expiresAt",
});
export type AccessTokenRecord = Row<typeof accessTokens>;

/**
 * A used refresh token is removed after its own expiry, not with its grant: a grant in daily use lives for years, and would
 * keep every token that it ever had.
 */
export const refreshTokens = table("refresh_tokens", {
  columns: {
    id: id(),
    digest: digest(),
    grantId: id(),
    issuedAt: integer(),
    expiresAt: integer(),
    usedAt: orNull(integer()),
    /** The token that replaced this one; set together with `usedAt`. */
    successorId: orNull(id()),
    /** A keyed digest of the network that used it first (`networkDigest`); set together with `usedAt`. */
    usedFrom: orNull(bytes()),
    /** Whether a client retried with its predecessor from another network than the first use came from. */
    retriedElsewhere: boolean(),
    /** What the access token that came with it is bound to, and what its use must prove (rules/binding.ts). */
    confirmation: orNull(text<Confirmation>()),
  },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type RefreshTokenRecord = Row<typeof refreshTokens>;

/**
 * Keys from which the successors of refresh tokens are derived, one for each stretch of time. A key is removed soon after the
 * last retry that needs it. From then on an old token and a stolen database do not give its successor.
 */
export const retryKeys = table("retry_keys", {
  columns: { epoch: integer(), key: bytes(), expiresAt: integer() },
  key: ["epoch"],
  expires: "expiresAt",
});

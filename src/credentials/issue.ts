/** Making access and refresh tokens, and the answer that carries them (RFC 6749 §5.1). */
import type { Configuration } from "../configuration/schema.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { type Binding, bindingOf, type Confirmation, DPOP, type Proven } from "../protocol/bindings.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { RecordId, ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { formatScope } from "../protocol/scope.ts";
import { encodeList, shardOf } from "../store/declare.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccessTokenRecord, Exchange, RefreshTokenRecord } from "../store/tables/tokens.ts";
import { accessTokenFormatFor } from "./access-token-formats.ts";
import {
  assembleCredential,
  type MintedCredential,
  mintCredential,
  type PresentedCredential,
} from "./credential.ts";

export interface IssueContext {
  readonly configuration: Pick<Configuration, "lifetimes">;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** A token as text, which goes to the client, and as a record, which is stored. */
export interface Minted<Record> {
  readonly text: string;
  readonly record: Record;
}

/** The purpose of a new access token. */
export interface AccessTokenWish {
  readonly client: ClientRecord;
  /** Null for client_credentials. */
  readonly grant: GrantRecord | null;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  /** What the request proved, and so what it is bound to; null for a bearer token. */
  readonly confirmation: Proven | null;
  /** Missing: none, as in a token that no person allowed, or that was made from another one. */
  readonly authorizationDetails?: AccessTokenRecord["authorizationDetails"];
  /** Of a token for another one. It does not outlive what it was made from: `until` is the last second that it may expire at. */
  readonly exchange?: { readonly of: Exchange; readonly until: EpochSeconds };
}

/**
 * A new access token. `credential`: the credential of a token that is derived from another one. Throws `dpop_proof_missing` if an API
 * takes only tokens that are bound to a key and the request proved none. A certificate is none (RFC 9728 §2).
 */
export function mintAccessToken(
  context: IssueContext,
  wish: AccessTokenWish,
  credential?: MintedCredential,
): Minted<AccessTokenRecord> {
  if (bindingOf(wish.confirmation) !== DPOP && context.catalogue.requiresDpop(wish.resources))
    throw new OAuthError("dpop_proof_missing", { clientId: wish.client.clientId });
  return draftAccessToken(context, wish, credential);
}

/** The same for a token that no client gets: of a preview, or of a request that the rule refuses as a replay. */
export function draftAccessToken(
  { configuration, catalogue, clock, random }: IssueContext,
  { client, grant, scope, resources, authorizationDetails = null, confirmation, exchange }: AccessTokenWish,
  credential?: MintedCredential,
): Minted<AccessTokenRecord> {
  const shard = grant === null ? undefined : shardOf(grant.id);
  const { text, id, digest } = credential ?? mintCredential("access_token", clock, random, shard);
  const issuedAt = clock.seconds();
  // The lifetimes of the client and the resource take precedence over the general one; the shorter of the two counts.
  const special = [client.accessTokenSeconds, catalogue.accessTokenSeconds(resources)].filter(
    (seconds) => seconds !== null,
  );
  const { access_token_seconds, jwt_access_token_seconds } = configuration.lifetimes;
  const { isSigned } = accessTokenFormatFor(catalogue, client, resources);
  const general = isSigned ? jwt_access_token_seconds : access_token_seconds;
  const seconds = special.length > 0 ? Math.min(...special) : general;
  return {
    text,
    record: {
      id,
      digest,
      grantId: grant?.id ?? null,
      client: client.number,
      scope: isSame(scope, grant?.scope) ? null : scope,
      resources: isSame(resources, grant?.resources) ? null : resources,
      confirmation,
      authorizationDetails,
      exchange: exchange?.of ?? null,
      issuedAt,
      expiresAt: Math.min(issuedAt + seconds, exchange?.until ?? Number.POSITIVE_INFINITY),
    },
  };
}

const isSame = (some: readonly string[], all: readonly string[] | undefined): boolean =>
  all !== undefined && (some === all || encodeList(some) === encodeList(all));

/** A client gets refresh tokens if it is registered for the grant type that uses them. */
export const mintRefreshToken = (
  context: IssueContext,
  client: ClientRecord,
  grantId: RecordId,
  confirmation: Proven | null,
): Minted<RefreshTokenRecord> | null =>
  client.grantTypes.includes("refresh_token")
    ? refreshTokenOf(
        context,
        client,
        grantId,
        mintCredential("refresh_token", context.clock, context.random, shardOf(grantId)),
        confirmation,
      )
    : null;

/** How long a refresh token of the client lives if it is not used; of all that no client has its own time for, without one. */
export const refreshSeconds = (
  { lifetimes }: IssueContext["configuration"],
  client: Pick<ClientRecord, "refreshTokenSeconds"> | null,
): number => client?.refreshTokenSeconds ?? lifetimes.refresh_token_seconds;

/** A refresh token with this credential; its lifetime begins now. */
export function refreshTokenOf(
  { configuration, clock }: Pick<IssueContext, "configuration" | "clock">,
  client: Pick<ClientRecord, "refreshTokenSeconds">,
  grantId: RecordId,
  { text, id, digest }: MintedCredential,
  confirmation: Proven | null,
): Minted<RefreshTokenRecord> {
  const issuedAt: EpochSeconds = clock.seconds();
  const expiresAt = issuedAt + refreshSeconds(configuration, client);
  return {
    text,
    record: {
      id,
      digest,
      grantId,
      issuedAt,
      expiresAt,
      usedAt: null,
      successorId: null,
      usedFrom: null,
      retriedElsewhere: false,
      confirmation,
    },
  };
}

/** The two tokens for which a refresh token is exchanged. */
export interface Successors {
  readonly refreshToken: MintedCredential;
  readonly accessToken: MintedCredential;
}

/**
 * Both have one id. Their secrets are derived from the predecessor's secret with keys of the server and the retry key of the
 * time (operations/retry-keys.ts). So the same predecessor gives the same successors again (RFC 9700 §4.14.2, a retry after
 * a lost answer), for as long as the retry key exists. A thief of the database cannot derive them, because the database has
 * only a digest of the predecessor's secret. A thief who also has an old token cannot, because the retry key is gone.
 */
export function deriveSuccessors(
  keys: ServerKeys,
  predecessor: PresentedCredential,
  id: RecordId,
  retryKey: Uint8Array,
): Successors {
  const secretFor = (purpose: "refresh successor" | "refreshed access token") =>
    keys.mac(purpose, predecessor.id, predecessor.secret, id, retryKey);
  return {
    refreshToken: assembleCredential("refresh_token", id, secretFor("refresh successor")),
    accessToken: assembleCredential("access_token", id, secretFor("refreshed access token")),
  };
}

/** RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  /** RFC 8693 §2.2.1: `N_A` for what is no access token. */
  readonly token_type: Binding["tokenType"] | "N_A";
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope?: string;
  /** OpenID Connect Core §3.1.3.3. */
  readonly id_token?: string;
  /** RFC 9396 §7. */
  readonly authorization_details?: AccessTokenRecord["authorizationDetails"];
  /** RFC 8693 §2.2.1. */
  readonly issued_token_type?: string;
}

export const tokenResponse = (
  accessToken: {
    readonly text: string;
    readonly expiresIn: number;
    readonly confirmation: Confirmation | null;
  },
  refreshToken: { readonly text: string } | null,
  scope: readonly Scope[],
): TokenResponse => ({
  access_token: accessToken.text,
  token_type: bindingOf(accessToken.confirmation).tokenType,
  expires_in: accessToken.expiresIn,
  ...(refreshToken === null ? {} : { refresh_token: refreshToken.text }),
  // RFC 6749 §3.3: a scope has at least one name, so an answer without any scope leaves the parameter out.
  ...(scope.length === 0 ? {} : { scope: formatScope(scope) }),
});

/** The answer with new tokens. */
export const mintedResponse = (
  { text, record }: Minted<AccessTokenRecord>,
  refreshToken: { readonly text: string } | null,
  scope: readonly Scope[],
): TokenResponse => {
  const { issuedAt, expiresAt, confirmation } = record;
  return tokenResponse({ text, expiresIn: expiresAt - issuedAt, confirmation }, refreshToken, scope);
};

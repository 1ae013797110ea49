/** Making access and refresh tokens, and the answer that carries them (RFC 6749 §5.1). */
import type { Configuration } from "../configuration/schema.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import type { RecordId, ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { formatScope } from "../protocol/scope.ts";
import type { AccessTokenRecord, ClientRecord, RefreshTokenRecord } from "../store/records.ts";
import { mintCredential } from "./credential.ts";

/** The form of access tokens that are issued. Metadata tells it, and the algorithms they are signed with. */
export const ACCESS_TOKEN_FORMATS = [
  { format: "opaque", signingAlgorithms: [] as readonly string[] },
] as const;

export interface IssueContext {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** A token as text, which goes to the client, and as a record, which is stored. */
export interface Minted<Record> {
  readonly text: string;
  readonly record: Record;
}

export interface AccessTokenWish {
  readonly client: ClientRecord;
  readonly grantId: RecordId | null;
  readonly subject: string;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
}

export function mintAccessToken(
  { configuration, catalogue, clock, random }: IssueContext,
  { client, grantId, subject, scope, resources }: AccessTokenWish,
): Minted<AccessTokenRecord> {
  const { text, id, digest } = mintCredential("access_token", clock, random);
  const issuedAt = clock.seconds();
  // The client's and the resource's own lifetimes come before the general one; the shorter of them counts.
  const special = [client.accessTokenSeconds, catalogue.accessTokenSeconds(resources)].filter(
    (s) => s !== null,
  );
  const seconds = special.length > 0 ? Math.min(...special) : configuration.lifetimes.access_token_seconds;
  return {
    text,
    record: {
      id,
      digest,
      grantId,
      clientId: client.clientId,
      subject,
      scope,
      resources,
      issuedAt,
      expiresAt: issuedAt + seconds,
    },
  };
}

/** A client gets refresh tokens if it is registered for the grant type that uses them. */
export function mintRefreshToken(
  { configuration, clock, random }: IssueContext,
  client: ClientRecord,
  grantId: RecordId,
): Minted<RefreshTokenRecord> | null {
  if (!client.grantTypes.includes("refresh_token")) return null;
  const { text, id, digest } = mintCredential("refresh_token", clock, random);
  const issuedAt: EpochSeconds = clock.seconds();
  return {
    text,
    record: {
      id,
      digest,
      grantId,
      clientId: client.clientId,
      issuedAt,
      expiresAt: issuedAt + configuration.lifetimes.refresh_token_seconds,
      usedAt: null,
      successorId: null,
    },
  };
}

/** RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope?: string;
}

export function tokenResponse(
  accessToken: Minted<AccessTokenRecord>,
  refreshToken: Pick<Minted<RefreshTokenRecord>, "text"> | null,
): TokenResponse {
  const { issuedAt, expiresAt, scope } = accessToken.record;
  return {
    access_token: accessToken.text,
    token_type: "Bearer",
    expires_in: expiresAt - issuedAt,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken.text }),
    // RFC 6749 §3.3: a scope has one name at least, so no scope is told by leaving it out.
    ...(scope.length === 0 ? {} : { scope: formatScope(scope) }),
  };
}

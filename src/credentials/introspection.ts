/** RFC 7662 §2.2: the answer of introspection. It describes the token's owner, never the caller. */

import type { EpochSeconds } from "../platform/clock.ts";
import type { AuthorizationDetail } from "../protocol/authorization-details.ts";
import { type Binding, bindingOf, type Confirmation, cnfOf } from "../protocol/bindings.ts";
import type { RecordId, ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { formatScope } from "../protocol/scope.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { Exchange, RefreshTokenRecord } from "../store/tables/tokens.ts";
import { type ActClaim, actClaim } from "./act-claim.ts";
import { recordIdText } from "./credential.ts";

export interface ActiveIntrospection {
  readonly active: true;
  readonly scope?: string;
  /** RFC 9396 §9.2. */
  readonly authorization_details?: readonly AuthorizationDetail[];
  readonly client_id: string;
  readonly username?: string;
  /** Of the scope `email` (OpenID Connect Core §5.4): mail servers find the mailbox by it. */
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly token_type?: Binding["tokenType"];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly iss: string;
  readonly jti: string;
  /** RFC 9470 §6.2: how and when the person signed in. */
  readonly acr?: string;
  readonly auth_time?: number;
  /** RFC 9449 §6.2: what a request with the token must prove. A bearer token has none. */
  readonly cnf?: Readonly<Record<string, string>>;
  /** RFC 8693 §4.1: who acts for the person or client that `sub` names. */
  readonly act?: ActClaim;
}

export type Introspection = { readonly active: false } | ActiveIntrospection;

/** RFC 7662 §2.2: everything that is not active looks exactly like this. */
export const INACTIVE: Introspection = { active: false };

/** The facts of an access token that introspection needs. */
export interface IntrospectedToken {
  readonly id: RecordId;
  readonly clientId: string;
  /** The person's subject, or the client identifier when the client acts for itself. */
  readonly subject: string;
  readonly scope: readonly Scope[];
  /** The audience. */
  readonly resources: readonly ResourceIndicator[];
  readonly authorizationDetails: readonly AuthorizationDetail[] | null;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  readonly confirmation: Confirmation | null;
  readonly exchange: Exchange | null;
  readonly grant: Pick<GrantRecord, "username" | "authenticatedAt" | "authenticationLevel"> | null;
}

/** `showsUsername`: whether the caller may learn the person's user name (rules/personal-data.ts). */
export function introspectAccessToken(
  issuer: string,
  token: IntrospectedToken,
  showsUsername: boolean,
): ActiveIntrospection {
  const { grant, confirmation } = token;
  const shown: Mutable<ActiveIntrospection> = {
    active: true,
    client_id: token.clientId,
    token_type: bindingOf(confirmation).tokenType,
    exp: token.expiresAt,
    iat: token.issuedAt,
    nbf: token.issuedAt,
    sub: token.subject,
    aud: oneOrMany(token.resources),
    iss: issuer,
    jti: recordIdText(token.id),
  };
  if (token.scope.length > 0) shown.scope = formatScope(token.scope);
  if (token.authorizationDetails !== null) shown.authorization_details = token.authorizationDetails;
  if (grant !== null) {
    if (showsUsername) shown.username = grant.username;
    shown.acr = grant.authenticationLevel;
    shown.auth_time = grant.authenticatedAt;
  }
  if (confirmation !== null) shown.cnf = cnfOf(confirmation);
  if (token.exchange !== null) Object.assign(shown, actClaim(token.exchange));
  return shown;
}

type Mutable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] };

export function introspectRefreshToken(
  issuer: string,
  token: RefreshTokenRecord,
  grant: GrantRecord,
  showsUsername: boolean,
): ActiveIntrospection {
  return {
    active: true,
    ...(grant.scope.length === 0 ? {} : { scope: formatScope(grant.scope) }),
    ...(grant.authorizationDetails !== null && { authorization_details: grant.authorizationDetails }),
    client_id: grant.clientId,
    ...(showsUsername ? { username: grant.username } : {}),
    exp: token.expiresAt,
    iat: token.issuedAt,
    nbf: token.issuedAt,
    sub: grant.subject,
    aud: oneOrMany(grant.resources),
    iss: issuer,
    jti: recordIdText(token.id),
  };
}

/** RFC 7519 §4.1.3: a single audience may be written as a plain string, which more resource servers expect. */
const oneOrMany = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 && values[0] !== undefined ? values[0] : values;

/** What the store holds. Times are whole seconds since the epoch; identifiers and digests are bytes. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { GrantType } from "../protocol/grant-types.ts";
import type {
  ClientId,
  CodeChallenge,
  RecordId,
  RedirectUri,
  ResourceIndicator,
  Scope,
  SecretDigest,
  SubjectId,
} from "../protocol/identifiers.ts";

/** The secret that all processes on this database derive their keys from. */
export interface ServerKeyRecord {
  /** Tells two secrets apart without giving either away: 32 bytes. */
  readonly fingerprint: Uint8Array;
  /** 32 bytes; null if the operator keeps it in the configuration, and not here. */
  readonly secret: Uint8Array | null;
}

export type ClientAuthenticationMethod = "client_secret_basic" | "client_secret_post" | "none";

/** Who created a client, and so who may change it. */
export type ClientSource = "configuration" | "command_line" | "registration";

export interface ClientSecretRecord {
  /** Names the secret to its operator; not secret. */
  readonly id: string;
  readonly digest: SecretDigest;
  readonly createdAt: EpochSeconds;
  readonly expiresAt: EpochSeconds | null;
}

/** Who created an account. `demo`: the demonstration, whose person everybody can be, and who goes when it is over. */
export type AccountSource = "configuration" | "command_line" | "setup_link" | "demo";

/** Client metadata in the words of RFC 7591 §2, in camel case. */
export interface ClientRecord {
  readonly clientId: ClientId;
  readonly source: ClientSource;
  readonly clientName: string | null;
  readonly clientUri: string | null;
  readonly logoUri: string | null;
  readonly tosUri: string | null;
  readonly policyUri: string | null;
  readonly contacts: readonly string[];
  readonly softwareId: string | null;
  readonly softwareVersion: string | null;
  readonly applicationType: "web" | "native" | null;
  readonly redirectUris: readonly RedirectUri[];
  readonly grantTypes: readonly GrantType[];
  readonly tokenEndpointAuthMethod: ClientAuthenticationMethod;
  /** What the client may ever have. */
  readonly scope: readonly Scope[];
  /** What it gets when it asks for nothing. */
  readonly defaultScope: readonly Scope[];
  readonly requirePkce: boolean;
  readonly accessTokenSeconds: number | null;
  readonly secrets: readonly ClientSecretRecord[];
  readonly createdAt: EpochSeconds;
  /** When a person first allowed it something or it first got a token; null while neither happened. */
  readonly usedAt: EpochSeconds | null;
  /**
   * From when a client that registered itself counts as unused and may go away. Null once a person has allowed it
   * something, and for clients of the operator: then somebody here vouches for it.
   */
  readonly unusedFrom: EpochSeconds | null;
  readonly disabledAt: EpochSeconds | null;
}

export interface AccountRecord {
  readonly subject: SubjectId;
  readonly source: AccountSource;
  /** As the person wrote it; unique without regard to case. */
  readonly username: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly administrator: boolean;
  /** An argon2id string, or null for a person who cannot sign in with a password. */
  readonly passwordHash: string | null;
  readonly createdAt: EpochSeconds;
  readonly disabledAt: EpochSeconds | null;
}

/** A person who is signed in, in one browser. */
export interface SessionRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly subject: SubjectId;
  readonly createdAt: EpochSeconds;
  /** When the person last proved who they are (for `max_age`). */
  readonly authenticatedAt: EpochSeconds;
  readonly lastSeenAt: EpochSeconds;
  /** The absolute end, whatever happens. */
  readonly expiresAt: EpochSeconds;
}

/** What a person allowed a client. Everything issued from it points here and dies with it. */
export interface GrantRecord {
  readonly id: RecordId;
  readonly subject: SubjectId;
  /** As it was when the person allowed it; introspection tells it. */
  readonly username: string;
  readonly clientId: ClientId;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  readonly via: "authorization_code" | "device_code";
  readonly createdAt: EpochSeconds;
  /** When the last thing issued from it expires; the row goes away after that. */
  readonly expiresAt: EpochSeconds;
  /** When tokens were first issued from it; null while a code is still open. */
  readonly activatedAt: EpochSeconds | null;
  readonly revokedAt: EpochSeconds | null;
  readonly revokedReason: RevocationReason | null;
}

export type RevocationReason =
  | "code_replayed"
  | "refresh_token_replayed"
  | "revoked_by_client"
  | "revoked_by_person"
  | "revoked_by_operator"
  | "person_disabled"
  | "person_removed"
  | "client_removed";

export interface AuthorizationCodeRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly grantId: RecordId;
  readonly clientId: ClientId;
  readonly redirectUri: RedirectUri;
  /** Whether the request named the redirect URI; then the token request must name it again (RFC 6749 §4.1.3). */
  readonly redirectUriRequested: boolean;
  readonly codeChallenge: CodeChallenge | null;
  readonly createdAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  readonly usedAt: EpochSeconds | null;
  readonly failedAttempts: number;
}

export interface DeviceCodeRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  /** A keyed digest of the user code. */
  readonly userCodeDigest: SecretDigest;
  readonly clientId: ClientId;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  readonly createdAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  /** From where the device asked, to be shown to the person (RFC 8628 §5.4). */
  readonly requesterAddress: string;
  readonly requesterAgent: string;
  readonly status: "pending" | "approved" | "denied";
  readonly grantId: RecordId | null;
  readonly usedAt: EpochSeconds | null;
}

export interface AccessTokenRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  /** Null for client_credentials: the client acts for itself. */
  readonly grantId: RecordId | null;
  readonly clientId: ClientId;
  /** The person's subject, or the client identifier when the client acts for itself. */
  readonly subject: string;
  readonly scope: readonly Scope[];
  /** The audience: resource identifiers. */
  readonly resources: readonly ResourceIndicator[];
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

export interface RefreshTokenRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly grantId: RecordId;
  readonly clientId: ClientId;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  readonly usedAt: EpochSeconds | null;
  /** Which token took its place; set together with usedAt. */
  readonly successorId: RecordId | null;
}

/** Remembered consent: a person's answer for a client, a redirect URI, scopes and resources. */
export interface ConsentRecord {
  readonly subject: SubjectId;
  readonly clientId: ClientId;
  readonly redirectUri: RedirectUri;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  readonly createdAt: EpochSeconds;
}

/** The link that creates the first administrator. */
export interface SetupLinkRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly expiresAt: EpochSeconds;
}

/**
 * What the rest of the program may ask of the store, and what the store promises.
 *
 * The store speaks intent, not rows to be changed. Promises that hold for every method:
 *
 * - **Atomic.** A method is one transaction: all of it happens or none of it.
 * - **Durable.** When a promise of a writing method resolves, its change is on disk, and so is all that it was decided by.
 *   A finding method may see a change whose sync is under way, so whatever is acted on is decided by a writing one.
 * - **At most once.** A consuming method (`redeem…`, `rotate…`, `decide…`, `authorize`) is a compare-and-set:
 *   of any number of callers, in any number of processes, one wins, and each is told whether it did.
 *   It checks again, inside its transaction, all that can change: use, expiry, revocation, a disabled person
 *   or client. What callers decided from facts that never change (a digest, a challenge) they need not repeat.
 * - **Visible.** What was committed is seen by every later call on every node. The one thing that is remembered, clients, is
 *   compared with the database by the call that uses it, in the same statement or transaction, so it is never older than
 *   the answer.
 * - **To the second.** A row whose `expiresAt` is not after `now` does not exist for any finding method.
 *
 * A store that fails throws `StoreUnavailable`; it never answers as if it had worked. One of which more is asked than it
 * can do throws `StoreBusy` at once, and has done nothing.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, RecordId, RedirectUri, SecretDigest, SubjectId } from "../protocol/identifiers.ts";
import type {
  AccessTokenRecord,
  AccountRecord,
  AuthorizationCodeRecord,
  ClientRecord,
  ClientSecretRecord,
  ClientSource,
  ConsentRecord,
  DeviceCodeRecord,
  GrantRecord,
  RefreshTokenRecord,
  RevocationReason,
  ServerKeyRecord,
  SessionRecord,
  SetupLinkRecord,
} from "./records.ts";

/** The store cannot answer now. The public answer is 503 with Retry-After. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  /** For the operator: what to look at. Empty if the message says it all. */
  readonly advice: string;

  constructor(message: string, { cause, advice = "" }: { cause?: unknown; advice?: string } = {}) {
    super(message, { cause });
    this.advice = advice;
  }
}

/** So much waits already that this would have had to wait for too long, so it was not begun. The public answer is `busy`. */
export class StoreBusy extends StoreUnavailable {
  /** `refused`: how many were refused since this was told last, once in a while; else 0, and nobody need be told. */
  constructor(readonly refused = 0) {
    super("more waits than can be done in time");
  }
}

/** A client that was recalled is another by now: read it again, and begin again. Nothing was done. */
export class ClientChanged extends Error {
  override readonly name = "ClientChanged";
}

/** The database cannot be used by this program, and waiting will not help. The message is for the operator. */
export class DatabaseRefused extends Error {
  override readonly name = "DatabaseRefused";
}

/** A new code, or new tokens, for a grant that does not exist yet. */
export interface Authorization {
  readonly now: EpochSeconds;
  readonly grant: GrantRecord;
  readonly code: AuthorizationCodeRecord;
  /**
   * The consent to remember, if the person gave one now; it replaces an older one for the same redirect URI.
   * `remembered`: nobody was asked, because of an earlier consent. It must still be there and cover the grant.
   */
  readonly consent: ConsentRecord | "remembered" | null;
  /** The form that the person answered. It can be answered once; its id is kept until it expires. */
  readonly form: { readonly id: RecordId; readonly expiresAt: EpochSeconds } | null;
}

/** What a redemption issues when it wins. */
export interface Issuance {
  readonly now: EpochSeconds;
  readonly accessToken: AccessTokenRecord;
  readonly refreshToken: RefreshTokenRecord | null;
}

/** An access token that is valid now, with what it hangs on. */
export interface ActiveAccessToken {
  readonly token: AccessTokenRecord;
  /** Null for client_credentials. */
  readonly grant: GrantRecord | null;
}

export type RedeemCodeOutcome =
  | "issued"
  /** It was used before. The grant, and with it everything the first use issued, is now revoked. */
  | "replayed"
  /** Expired, burnt by failures, its grant revoked, or its person or client disabled. */
  | "refused";

export type RedeemDeviceCodeOutcome = "issued" | "refused";

export type RotateRefreshTokenOutcome =
  | { readonly outcome: "rotated" }
  /** It was used within the retry window and its successor is still unused: hand that successor out again. */
  | { readonly outcome: "retried"; readonly successor: RefreshTokenRecord }
  /** It was used before and this is no retry. The grant is now revoked. */
  | { readonly outcome: "replayed" }
  | { readonly outcome: "refused" };

export interface GrantFilter {
  readonly subject?: SubjectId;
  readonly clientId?: ClientId;
}

/** Whose access to take back: all that a person gave, all that a client was given, or what one gave the other. */
export type AccessFilter =
  | { readonly subject: SubjectId; readonly clientId?: ClientId }
  | { readonly subject?: undefined; readonly clientId: ClientId };

/** What was taken back. */
export interface RevokedAccess {
  /** The grants that ended now: neither revoked nor expired before. */
  readonly grants: readonly RecordId[];
  /** How many remembered consents were forgotten. */
  readonly consents: number;
}

export interface Store {
  // ── The server's own secret ────────────────────────────────────────────────────────────────────────────
  findServerKey(): Promise<ServerKeyRecord | null>;
  /** False, and nothing changed, if there is one: all nodes use the key of the first. */
  createServerKey(key: ServerKeyRecord): Promise<boolean>;

  // ── Clients ────────────────────────────────────────────────────────────────────────────────────────────
  findClient(clientId: string): Promise<ClientRecord | null>;
  /**
   * The client as this process last read it; null if the engine does not remember it. Whoever acts on it hands it, this
   * very object, as `caller` to the next call, which throws ClientChanged if the client was changed, disabled or removed
   * since; or else to `confirmClient`. Only `usedAt` and `unusedFrom` may be old.
   */
  recallClient(clientId: string): ClientRecord | null;
  /** Resolves if a recalled client is as it was: at once if a call confirmed it already. Throws ClientChanged. */
  confirmClient(client: ClientRecord): Promise<void>;
  /** All clients, or all that came in one way; oldest first. */
  listClients(source?: ClientSource): Promise<ClientRecord[]>;
  hasClients(): Promise<boolean>;
  /** False, and nothing changed, if the identifier is taken. */
  createClient(client: ClientRecord): Promise<boolean>;
  /** Replaces the metadata and secrets of a client, keeping `createdAt` and `usedAt`. Creates it if it is missing. */
  putClient(client: ClientRecord): Promise<void>;
  /** False if there is no such client. */
  addClientSecret(clientId: ClientId, secret: ClientSecretRecord): Promise<boolean>;
  /** False if there is no such client or secret. */
  removeClientSecret(clientId: ClientId, secretId: string): Promise<boolean>;
  /** Removes the client, revokes its grants and ends all that was issued to it. False if there is no such client. */
  removeClient(clientId: ClientId, now: EpochSeconds): Promise<boolean>;

  // ── People ─────────────────────────────────────────────────────────────────────────────────────────────
  findAccount(subject: SubjectId): Promise<AccountRecord | null>;
  /** Without regard to case. Disabled people are found too; the caller decides. */
  findAccountByUsername(username: string): Promise<AccountRecord | null>;
  listAccounts(): Promise<AccountRecord[]>;
  /** Whether anybody could sign in as an administrator. */
  hasAdministrator(): Promise<boolean>;
  /** False, and nothing changed, if the user name is taken. */
  createAccount(account: AccountRecord): Promise<boolean>;
  /**
   * Sets a password for a person, as whoever administers the server does, whatever it was before, and ends the person's
   * sessions. False if there is no such person.
   */
  setPassword(subject: SubjectId, passwordHash: string): Promise<boolean>;
  /**
   * A person sets their own password, having shown the current one, and their sessions end. `verifiedHash` is what it
   * was checked against. False, and nothing changed, if that is no longer the person's password, or they are disabled.
   */
  changePassword(subject: SubjectId, verifiedHash: string, passwordHash: string): Promise<boolean>;
  /**
   * Disables the person, ends their sessions and takes back all access that they gave (`revokeAccess`), all at once.
   * False if there is no such person.
   */
  disableAccount(subject: SubjectId, now: EpochSeconds): Promise<boolean>;
  /** Lets a disabled person sign in again. What was revoked stays revoked. */
  enableAccount(subject: SubjectId): Promise<boolean>;
  /** Ends everything as `disableAccount` does, and forgets the person. Their user name is free; their subject is not given again. */
  removeAccount(subject: SubjectId, now: EpochSeconds): Promise<boolean>;

  // ── Sessions and one-time links ────────────────────────────────────────────────────────────────────────
  /**
   * Also ends `replaces`, the session that this browser had. `verifiedHash` is the password hash that the person was
   * found with when they proved who they are (null for one without a password). False if it is another by now, so that
   * a new password shuts out a sign-in that is under way, or if the person is disabled or gone.
   */
  createSession(
    session: SessionRecord,
    replaces: RecordId | null,
    verifiedHash: string | null,
  ): Promise<boolean>;
  /** A session whose person is not disabled, not idle since before `idleSince`, and not past its end. */
  findSession(
    id: RecordId,
    now: EpochSeconds,
    idleSince: EpochSeconds,
  ): Promise<{ session: SessionRecord; account: AccountRecord } | null>;
  touchSession(id: RecordId, now: EpochSeconds): Promise<void>;
  endSession(id: RecordId): Promise<void>;
  /**
   * The link is for the first administrator: it replaces every earlier one, and all are gone as soon as anybody can
   * sign in as an administrator, however that came about. False, and no link, if somebody can already.
   */
  createSetupLink(link: SetupLinkRecord): Promise<boolean>;
  findSetupLink(id: RecordId, now: EpochSeconds): Promise<SetupLinkRecord | null>;
  /** Uses up the link and creates the account. `spent`: the link was used, replaced, is gone or has expired. */
  redeemSetupLink(
    id: RecordId,
    account: AccountRecord,
    now: EpochSeconds,
  ): Promise<"created" | "spent" | "username_taken">;

  // ── Authorization code grant ───────────────────────────────────────────────────────────────────────────
  findConsent(
    subject: SubjectId,
    clientId: ClientId,
    redirectUri: RedirectUri,
  ): Promise<ConsentRecord | null>;
  /** What the person is not asked about again, newest first. */
  listConsents(subject: SubjectId): Promise<ConsentRecord[]>;
  /** Stores grant, code and consent. `form_spent`: the form was answered before. */
  authorize(authorization: Authorization): Promise<"authorized" | "form_spent" | "refused">;
  /** The code, used or expired or not, as long as it has not been cleaned up, with its grant. */
  findCode(
    id: RecordId,
    caller?: ClientRecord,
  ): Promise<{ code: AuthorizationCodeRecord; grant: GrantRecord } | null>;
  /** Counts one failed redemption; at `limit` the code is burnt. */
  recordCodeFailure(id: RecordId, limit: number): Promise<void>;
  redeemCode(id: RecordId, failureLimit: number, issuance: Issuance): Promise<RedeemCodeOutcome>;

  // ── Device grant ───────────────────────────────────────────────────────────────────────────────────────
  /** False if the user code is in use: draw another. */
  createDeviceCode(device: DeviceCodeRecord): Promise<boolean>;
  /** The device code, expired or not, as long as it has not been cleaned up, with its grant if there is one. */
  findDeviceCode(
    id: RecordId,
    caller?: ClientRecord,
  ): Promise<{ device: DeviceCodeRecord; grant: GrantRecord | null } | null>;
  /** Only one that is pending and has not expired. */
  findPendingDeviceCode(userCodeDigest: SecretDigest, now: EpochSeconds): Promise<DeviceCodeRecord | null>;
  /** Approves (with the grant) or denies (with null). False if somebody decided before, or it has expired. */
  decideDeviceCode(id: RecordId, grant: GrantRecord | null, now: EpochSeconds): Promise<boolean>;
  redeemDeviceCode(id: RecordId, issuance: Issuance): Promise<RedeemDeviceCodeOutcome>;

  // ── Tokens ─────────────────────────────────────────────────────────────────────────────────────────────
  /** For client_credentials: no grant. `refused` if the client was disabled or removed meanwhile. */
  issueAccessToken(token: AccessTokenRecord, caller?: ClientRecord): Promise<"issued" | "refused">;
  /** A token that has not expired and whose grant and client are alive. */
  findActiveAccessToken(
    id: RecordId,
    now: EpochSeconds,
    caller?: ClientRecord,
  ): Promise<ActiveAccessToken | null>;
  /** A refresh token, used or expired or not, with its grant. */
  findRefreshToken(
    id: RecordId,
    caller?: ClientRecord,
  ): Promise<{ token: RefreshTokenRecord; grant: GrantRecord } | null>;
  /**
   * Consumes the refresh token and stores its successor (`issuance.refreshToken`) and access token.
   * When the outcome is `retried`, the access token is stored and the earlier successor stays.
   */
  rotateRefreshToken(
    id: RecordId,
    retryWindowSeconds: number,
    issuance: Issuance & { readonly refreshToken: RefreshTokenRecord },
  ): Promise<RotateRefreshTokenOutcome>;
  /** Ends one access token. False if there is none. */
  revokeAccessToken(id: RecordId): Promise<boolean>;

  // ── Grants ─────────────────────────────────────────────────────────────────────────────────────────────
  /**
   * Grants that are alive, newest first: also those whose code is still open, since tokens may be fetched at any
   * moment, and for a while those whose last token has expired (`grantExpiry` in rules.ts).
   */
  listGrants(filter: GrantFilter, now: EpochSeconds): Promise<GrantRecord[]>;
  findGrant(id: RecordId): Promise<GrantRecord | null>;
  /**
   * One write that ends everything issued from the grant. False if there is no such grant or it was revoked before.
   *
   * When a person or the operator takes the grant back, the person's consent for the client is forgotten too, even if
   * the grant was revoked before: else the client's next request would be given the same again without a word. Other
   * grants of the two stay. A client that returns its own token (RFC 7009), and a replay, leave the consent alone.
   */
  revokeGrant(id: RecordId, reason: RevocationReason, now: EpochSeconds): Promise<boolean>;
  /**
   * Takes access back so that nothing leads in again without asking the person: revokes all grants, those too whose
   * code or device code is still open, and forgets all consents.
   */
  revokeAccess(filter: AccessFilter, reason: RevocationReason, now: EpochSeconds): Promise<RevokedAccess>;

  // ── Housekeeping ───────────────────────────────────────────────────────────────────────────────────────
  /**
   * From when the registration counts as unused that has `newer` unused ones after it: it and those before it are too
   * many. Null if there are not so many.
   */
  findCrowdedOut(newer: number): Promise<EpochSeconds | null>;
  /**
   * Removes up to `limit` rows of each kind that expired before `now`, and registrations unused since `unusedSince`.
   * Device codes stay an hour longer, so that a late device hears what became of its request.
   * Returns how many rows went; the caller repeats until it is 0. Of several nodes one cleans up at a time; for the others
   * nothing goes.
   *
   * A client that registered itself and that a person once allowed something stays for good. Any other is unused since
   * it was registered or, if later, since the last token that it got for itself expired (up to a day later, so that
   * this is written once a day at most). Asking for device codes is no use: anybody can. So strangers have no more
   * rows than they registered, or got such tokens for, in that time; and no client goes while a token of it lives.
   */
  removeExpired(now: EpochSeconds, unusedSince: EpochSeconds, limit: number): Promise<number>;
  /** Throws StoreBusy if a write would be refused now: so a request that needs one can be refused before it is read. */
  requireRoom(): void;
  /** Resolves when the store can answer; throws StoreUnavailable if it cannot. */
  ping(): Promise<void>;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}

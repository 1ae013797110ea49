/** The context of every endpoint and page: the parts of the running server, put together once in server.ts. */
import type { KnownBrowsers } from "../accounts/known-browser.ts";
import type { NewPasswords } from "../accounts/new-password.ts";
import type { Passwords } from "../accounts/passwords.ts";
import type { SessionCookie } from "../accounts/session-cookie.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { SettingSources } from "../configuration/sources.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import type { Clock } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Log } from "../platform/log.ts";
import type { Outbound } from "../platform/outbound.ts";
import type { Places } from "../platform/places.ts";
import type { PollPace } from "../platform/poll-pace.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import type { Reason } from "../protocol/errors.ts";
import type { Issuer } from "../protocol/issuer.ts";
import type { LevelPolicy } from "../rules/client-access.ts";
import type { MailKind } from "../rules/mail.ts";
import type { Store } from "../store/contract.ts";
import type { ActivityKeeper } from "./activities.ts";
import type { AuditKeeper } from "./audit.ts";
import type { CallerMemory } from "./caller-memory.ts";
import type { ClientCertificates } from "./client-certificates.ts";
import type { ClientKeys } from "./client-keys.ts";
import type { ClientDocuments } from "./document-fetching.ts";
import type { LogoutSender } from "./ending.ts";
import type { Events } from "./events.ts";
import type { KeyFiles } from "./key-files.ts";
import type { LinkMails } from "./links.ts";
import type { ComposedMail } from "./mail.ts";
import type { MailTest } from "./mail-test.ts";
import type { Sender } from "./outbox.ts";
import type { Pictures } from "./pictures.ts";
import type { Readiness } from "./readiness.ts";
import type { RefusalKeeper } from "./refusals.ts";
import type { RetryKeys } from "./retry-keys.ts";
import type { SigningKeyRing } from "./signing-keys.ts";
import type { SeenLately } from "./single-use.ts";
import type { TrustedIssuers } from "./trusted-issuers.ts";
import type { WebhookKeeper } from "./webhooks.ts";

export interface Context {
  readonly configuration: Configuration;
  /** Where each setting was written. */
  readonly settingSources: SettingSources;
  /** The identity of this server. */
  readonly issuer: Issuer;
  /** The scopes and resources of this server. */
  readonly catalogue: Catalogue;
  /** What the operator demands of sign-ins. */
  readonly levelPolicy: LevelPolicy;
  /** The origins of this server itself (`ownOrigins`). */
  readonly ownOrigins: ReadonlySet<string>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly keys: ServerKeys;
  /** The keys of the successors of refresh tokens. */
  readonly retryKeys: RetryKeys;
  /** The files of the operator that have keys which sign tokens. */
  readonly keyFiles: KeyFiles;
  /** The keys that sign tokens. */
  readonly signingKeys: SigningKeyRing;
  /** Requests to addresses that clients name. */
  readonly outbound: Outbound;
  /** The public keys of clients. */
  readonly clientKeys: ClientKeys;
  /** The certificates of clients, as trusted proxies pass them on. */
  readonly clientCertificates: ClientCertificates;
  /** The issuers that the operator trusts. */
  readonly trustedIssuers: TrustedIssuers;
  /** The metadata documents of clients. */
  readonly clientDocuments: ClientDocuments;
  readonly store: Store;
  /** What happened to people, as far as it is gathered and not written yet. */
  readonly activities: Pick<ActivityKeeper, "settled">;
  /** What is counted for the record of acts, and not written yet. */
  readonly audit: Pick<AuditKeeper, "settled">;
  /** Keeps refused requests. */
  readonly refusals: RefusalKeeper;
  /** Receives every event. */
  readonly events: Events;
  readonly passwords: Passwords;
  /** The rule for every password that a person chooses. */
  readonly newPasswords: NewPasswords;
  /** Learns of every refusal, by the path of its route; null if nothing counts them. */
  readonly countRefusal: ((route: string | null, reason: Reason) => void) | null;
  readonly sessionCookie: SessionCookie;
  readonly knownBrowsers: KnownBrowsers;
  /** Clients that authenticated before, by their credentials. */
  readonly callers: CallerMemory;
  /** What was signed for one use, and used lately. */
  readonly seenLately: SeenLately;
  readonly limits: Limits;
  /** Makes the pictures of people. */
  readonly pictures: Pictures;
  /** Where addresses are, if the operator has a database of places. */
  readonly places: Places;
  readonly pollPace: PollPace;
  readonly readiness: Readiness;
  /** Tells clients that sessions have ended. */
  readonly logoutSender: LogoutSender;
  /** Sends the mails that wait; null if this server sends none. */
  readonly mailSender: Sender | null;
  /** What webhooks are to hear of, and has no row yet. */
  readonly webhooks: Pick<WebhookKeeper, "settled">;
  /** Tells clients that people have answered them (CIBA ping). */
  readonly pingSender: Sender;
  /** Delivers to the webhooks; null if there are none. */
  readonly webhookSender: Sender | null;
  /** Sends one mail now, in this language, and says how each step went; null if this server sends none. */
  readonly testMail: ((address: string, language: string) => Promise<MailTest>) | null;
  /** What a mail of this kind looks like, in this language. */
  readonly previewMail: (kind: MailKind, language: string) => Promise<ComposedMail>;
  /** Sends links by mail; null if this server sends none. */
  readonly linkMails: LinkMails | null;
}

/** The limits, which count attempts in memory. */
export interface Limits {
  readonly signInPerAccount: AttemptLimit;
  readonly signInPerAddress: AttemptLimit;
  /** Steps after the first one, so that a stranger with the password does not try codes for months. */
  readonly secondStepPerAccount: AttemptLimit;
  /** Codes by mail, so that a stranger does not ask for codes and try them for months. */
  readonly emailCodePerAccount: AttemptLimit;
  /** For browsers that are known to the account. */
  readonly signInPerBrowser: AttemptLimit;
  /** Of all people together: a guess may hit the code of any device. Its key is empty. */
  readonly userCode: AttemptLimit;
  readonly userCodePerAccount: AttemptLimit;
  readonly userCodePerAddress: AttemptLimit;
  readonly clientSecretPerAddress: AttemptLimit;
  /** DPoP proofs at this server's own resources, by the token. */
  readonly proofsPerToken: AttemptLimit;
  /** The same of all tokens of a client; it counts for those for which the operator does not vouch. */
  readonly proofsPerStranger: AttemptLimit;
  readonly registrationPerAddress: AttemptLimit;
  /** Tokens of each client that registered itself. */
  readonly tokensPerStranger: AttemptLimit;
  readonly deviceRequestPerAddress: AttemptLimit;
  /** Pushed requests of clients that prove nothing, or for which the operator does not vouch. */
  readonly pushedRequestPerAddress: AttemptLimit;
  /** The same, of all addresses together; its key is empty. */
  readonly pushedRequestOfStrangers: AttemptLimit;
  /** Pushed requests of all others. */
  readonly pushedRequestPerClient: AttemptLimit;
  /** Requests of a client to people (CIBA). */
  readonly backchannelRequestPerClient: AttemptLimit;
  /** Hints of a client that named no person. */
  readonly unknownPersonPerClient: AttemptLimit;
  /** Pages with a code for another device. */
  readonly otherDeviceCodePerAddress: AttemptLimit;
  /** Invitations of people who manage groups and no more, by the person. */
  readonly invitationPerManager: AttemptLimit;
  /** Mails with links, by the name or address that was typed. */
  readonly linkRequestPerName: AttemptLimit;
  /** Mails with links and accounts that strangers ask for. */
  readonly linkRequestPerAddress: AttemptLimit;
}

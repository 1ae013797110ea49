/**
 * Every table, once. Times are whole seconds since the epoch. Engines derive the schema and everything else from this;
 * CONTRIBUTING.md says how to add a table.
 *
 * Rows refer to each other by id, and rules check the references, so there are no foreign keys. Identifiers begin with the
 * time, so growing tables store their rows in the order of creation.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { AuthenticationLevel } from "../protocol/authentication-level.ts";
import type { AuthorizationDetail } from "../protocol/authorization-details.ts";
import type { Confirmation } from "../protocol/bindings.ts";
import type { AccessTokenFormatName } from "../protocol/catalogue.ts";
import type { CertificateName } from "../protocol/certificate-name.ts";
import type { ClaimMapping } from "../protocol/claim-mapping.ts";
import type { ClientAuthenticationMethod } from "../protocol/client-authentication.ts";
import type { GrantType } from "../protocol/grant-types.ts";
import type {
  ClientId,
  CodeChallenge,
  CredentialId,
  PictureId,
  RecordId,
  RedirectUri,
  ResourceIndicator,
  Scope,
  SecretDigest,
  SubjectId,
} from "../protocol/identifiers.ts";
import type { SecurityProfile } from "../protocol/security-profile.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import {
  boolean,
  bytes,
  integer,
  json,
  list,
  orNull,
  type Row,
  type RowOf,
  type Table,
  table,
  text,
} from "./declare.ts";

const id = () => bytes<RecordId>();
const pictureId = () => bytes<PictureId>();
const digest = () => bytes<SecretDigest>();
const scope = () => list<Scope>();
const resources = () => list<ResourceIndicator>();
/** A value that is JSON already. */
const asItIs = <Value>() => json<Value>({ encode: (value) => value, decode: (stored) => stored as Value });
/** RFC 9396. Null: none. */
const authorizationDetails = () => orNull(asItIs<readonly AuthorizationDetail[]>());

/** The server's own secret, from which all processes on this database derive their keys, and the former ones that still count. */
export const serverKeys = table("server_keys", {
  columns: {
    /** `server`; of a former one `server` and its fingerprint, so that it comes after. */
    name: text(),
    /** Shows whether two secrets differ without revealing either: 32 bytes. */
    fingerprint: bytes(),
    /** 32 bytes; null if the operator keeps the secret in the configuration. */
    secret: orNull(bytes()),
    /** When another took its place; null for the one in use. */
    retiredAt: orNull(integer()),
  },
  key: ["name"],
});
export type ServerKeyRecord = Row<typeof serverKeys>;

/** A public key as in RFC 7517. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** A public key of this server. */
export interface SigningJwk extends PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: SigningAlgorithm;
}

/** The keys that sign tokens. Each is published before it signs, and until the last token that it signed has expired. */
export const signingKeys = table("signing_keys", {
  columns: {
    /** RFC 7638: the thumbprint of the public key. */
    kid: text(),
    algorithm: text<SigningAlgorithm>(),
    publicKey: asItIs<SigningJwk>(),
    /** The private key (PKCS #8), sealed with a key of the server. */
    sealedPrivateKey: bytes(),
    /** Published from this time on. */
    createdAt: integer(),
    /** Signs from this time on, until a newer key of the algorithm does. */
    signsFrom: integer(),
    /** Null while no newer key takes its place. */
    publishedUntil: orNull(integer()),
  },
  key: ["kid"],
  expires: "publishedUntil",
  updated: true,
});
export type SigningKeyRecord = Row<typeof signingKeys>;

/** A key of the ring, wherever its private part is. */
export interface RingKey extends Omit<SigningKeyRecord, "sealedPrivateKey"> {
  /** The file of the operator that has the private part; undefined if it is in the database. */
  readonly file?: string;
}

/**
 * Numbers that guard decisions on facts without a row of their own. `setup` changes with everything that may make a person
 * an administrator, and with every new setup link. `signing_keys` changes with every change of the keys. `sign_up` changes with every
 * account that a person asks for themselves.
 */
export const revisions = table("revisions", {
  columns: { name: text(), revision: integer() },
  key: ["name"],
  updated: true,
});

/**
 * Who created a client, and so who may change it. `demo`: the demonstration, whose secrets are public. `metadata_document`: the
 * client itself, at the URL that is its identifier.
 */
export const CLIENT_SOURCES = [
  "configuration",
  "operator",
  "registration",
  "metadata_document",
  "demo",
] as const;
export type ClientSource = (typeof CLIENT_SOURCES)[number];

/** Whether a stranger wrote what the client is: it registered itself, or publishes a metadata document. */
export const describesItself = (source: ClientSource): boolean =>
  source === "registration" || source === "metadata_document";

/**
 * Why something is disabled. `left_out`: the configuration declared it once, and does not any more. `approval`: a person who made
 * their own account waits until an administrator lets them in. `blocked`: the operator takes no metadata document from there.
 */
export type DisabledBy = "operator" | "left_out" | "approval" | "blocked";

export interface ClientSecretRecord {
  /** Names the secret to its operator; not secret. */
  readonly id: string;
  readonly digest: SecretDigest;
  readonly createdAt: EpochSeconds;
  readonly expiresAt: EpochSeconds | null;
}

interface StoredSecret extends Omit<ClientSecretRecord, "digest"> {
  /** base64url. */
  readonly digest: string;
}

const secrets = json<readonly ClientSecretRecord[]>({
  encode: (values) =>
    values.map((secret) => ({ ...secret, digest: Buffer.from(secret.digest).toString("base64url") })),
  decode: (stored) =>
    (stored as readonly StoredSecret[]).map((secret) => ({
      ...secret,
      digest: Uint8Array.fromBase64(secret.digest, { alphabet: "base64url" }) as SecretDigest,
    })),
});

const texts = asItIs<readonly string[]>();

/** How a metadata document is kept (RFC 9111). */
export interface KeptDocument {
  /** When the document was last fetched, or last found to be the same. */
  readonly fetchedAt: EpochSeconds;
  /** Until when an authorization request needs no new one. */
  readonly freshUntil: EpochSeconds;
  readonly etag: string | null;
}

const keptDocument = json<KeptDocument>({
  encode: (value) => value,
  decode: (stored) => stored as KeptDocument,
});

/** A public key of a client (RFC 7517). */
export type ClientJwk = Readonly<Record<string, unknown>>;

/** RFC 7517 §5: the public keys of a client. */
export interface ClientKeySet {
  readonly keys: readonly ClientJwk[];
}

const keySet = json<ClientKeySet>({ encode: (value) => value, decode: (stored) => stored as ClientKeySet });

/** RFC 7591 §2.2: texts in further languages, by the name of the member with the tag of the language: `client_name#de`. */
export type LocalizedMembers = Readonly<Record<string, string>>;

const localizedMembers = json<LocalizedMembers>({
  encode: (value) => value,
  decode: (stored) => stored as LocalizedMembers,
});

/** What ID tokens of a client carry: every claim that its scopes grant, or only what OpenID Connect requires. */
export type IdTokenClaims = "granted" | "minimal";

/** OpenID Connect Core §8. */
export type SubjectType = "public" | "pairwise";

/** A value that a claim must have. */
export type WorkloadClaim = string | number | boolean | { readonly [name: string]: WorkloadClaim };

/** Tokens of a trusted issuer that authenticate a client (rules/workload.ts). */
export interface Workload {
  readonly issuer: string;
  /** A pattern for `sub`. */
  readonly subject: string;
  readonly claims: Readonly<Record<string, WorkloadClaim>>;
}

/** Client metadata in the terms of RFC 7591 §2, in camel case, and the server's own facts about the client. */
export const clients = table("clients", {
  columns: {
    clientId: text<ClientId>(),
    /**
     * Access tokens name the client by this number. No number is ever used again, so the tokens of a removed client stay dead
     * when its identifier is registered again. A new number ends all access tokens of the client.
     */
    number: integer(),
    /** Changes with every decision about the client, but not when its use is noted. */
    revision: integer(),
    source: text<ClientSource>(),
    clientName: orNull(text()),
    clientUri: orNull(text()),
    logoUri: orNull(text()),
    tosUri: orNull(text()),
    policyUri: orNull(text()),
    contacts: texts,
    softwareId: orNull(text()),
    softwareVersion: orNull(text()),
    applicationType: orNull(text<"web" | "native">()),
    redirectUris: list<RedirectUri>(),
    grantTypes: list<GrantType>(),
    tokenEndpointAuthMethod: text<ClientAuthenticationMethod>(),
    /** The name in its certificate, for `tls_client_auth` (RFC 8705 §2.1.2). */
    tlsClientAuthName: orNull(asItIs<CertificateName>()),
    /** The one algorithm of its client assertions. Null: any that the server can verify. */
    tokenEndpointAuthSigningAlg: orNull(text<SigningAlgorithm>()),
    /** The scopes that the client may have. */
    scope: scope(),
    /** The scopes of a request that names none. */
    defaultScope: scope(),
    localized: localizedMembers,
    /** Null: the default of this server. */
    idTokenSignedResponseAlg: orNull(text<SigningAlgorithm>()),
    /** Null: userinfo answers in JSON, unsigned. */
    userinfoSignedResponseAlg: orNull(text<SigningAlgorithm>()),
    /** RFC 9701 §6. Null: signed introspection has the default algorithm of this server. */
    introspectionSignedResponseAlg: orNull(text<SigningAlgorithm>()),
    subjectType: text<SubjectType>(),
    sectorIdentifierUri: orNull(text()),
    defaultMaxAge: orNull(integer()),
    requireAuthTime: boolean(),
    defaultAcrValues: list(),
    initiateLoginUri: orNull(text()),
    /** OpenID Connect RP-Initiated Logout 1.0 §3.1; compared byte for byte. */
    postLogoutRedirectUris: list(),
    backchannelLogoutUri: orNull(text()),
    backchannelLogoutSessionRequired: boolean(),
    /** At most one of `jwks` and `jwksUri` is not null. */
    jwks: orNull(keySet),
    jwksUri: orNull(text()),
    /** Null: any that the server can verify. */
    requestObjectSigningAlg: orNull(text<SigningAlgorithm>()),
    /** RFC 9101 §10.5: whether each of its authorization requests must be a signed request object. */
    requireSignedRequestObject: boolean(),
    /** RFC 9126 §6: whether each of its authorization requests must be pushed. */
    requirePushedAuthorizationRequests: boolean(),
    /** JARM §3: null: as its ID tokens. */
    authorizationSignedResponseAlg: orNull(text<SigningAlgorithm>()),
    /** The set of strict rules that it keeps (protocol/security-profile.ts); null: none. */
    securityProfile: orNull(text<SecurityProfile>()),
    /** RFC 9449 §5.2: whether it gets tokens with a DPoP proof alone. */
    dpopBoundAccessTokens: boolean(),
    /** RFC 8705 §3.4: whether its tokens are bound to the certificate of its TLS, and it gets none without one. */
    tlsClientCertificateBoundAccessTokens: boolean(),
    /** RFC 9396 §10: the types of authorization details that it may ask people for. */
    authorizationDetailsTypes: list(),
    idTokenClaims: text<IdTokenClaims>(),
    /** Whether the client is a part of the operator's own service, so that people are not asked before it gets access. */
    firstParty: boolean(),
    requirePkce: boolean(),
    accessTokenSeconds: orNull(integer()),
    /** Null: as `lifetimes.refresh_token_seconds` says. Of a client that registered itself, what is longer than that counts for nothing. */
    refreshTokenSeconds: orNull(integer()),
    /** Null: as the API says for which a token is. */
    accessTokenFormat: orNull(text<AccessTokenFormatName>()),
    secrets,
    /** The level of sign-in that its access needs; null: any. */
    minimumAcr: orNull(text<AuthenticationLevel>()),
    /** The groups whose members may use it; empty: all people. */
    allowedGroups: list(),
    /** The groups whose members may not use it. */
    deniedGroups: list(),
    /** The operator's own claims for this client. */
    claims: asItIs<ClaimMapping>(),
    /** Whose tokens authenticate it, beside its own credentials. */
    workloads: asItIs<readonly Workload[]>(),
    /** Whether it has workloads: a token may come without `client_id`. */
    isWorkload: boolean(),
    createdAt: integer(),
    /** When a person first allowed the client something or it first got a token; null before that. */
    usedAt: orNull(integer()),
    /**
     * From this time on, a client that registered itself counts as unused and may be removed. Null once a person has allowed
     * it something, and for clients of the operator.
     */
    unusedFrom: orNull(integer()),
    /** RFC 7592 §3: the digest of the token that manages the registration; null for clients of the operator. */
    registrationToken: orNull(digest()),
    /** Of a client that publishes a metadata document; null for others. */
    document: orNull(keptDocument),
    /** Whether it registered itself with an initial access token, so that the operator let it act for itself. */
    initialAccess: boolean(),
    /** When the operator vouched for a client that registered itself. */
    vouchedAt: orNull(integer()),
    /** Its tokens are inactive meanwhile. Its grants stay, so that it can come back whole. */
    disabledAt: orNull(integer()),
    disabledBy: orNull(text<DisabledBy>()),
  },
  key: ["clientId"],
  unique: [["number"]],
  // Strangers may register many clients, among which the operator's must be found.
  indexes: [["source", "number"]],
  // A token of a workload need not name its client, and most clients have no workload.
  indexOnly: { isWorkload: ["clientId"] },
  expires: "unusedFrom",
  updated: true,
});
export type ClientRecord = Row<typeof clients>;

/** Where the operator takes no metadata documents from: a host, the hosts below one, or a URL (`isDocumentPattern`). */
export const documentBlocks = table("document_blocks", {
  columns: { pattern: text(), createdAt: integer() },
  key: ["pattern"],
});
export type DocumentBlockRecord = Row<typeof documentBlocks>;

/** What the operator alone says of a client, beside its metadata. */
export type ClientRules = Pick<
  ClientRecord,
  | "requirePkce"
  | "accessTokenSeconds"
  | "accessTokenFormat"
  | "minimumAcr"
  | "allowedGroups"
  | "deniedGroups"
  | "claims"
  | "workloads"
  | "isWorkload"
>;

/** Who created an account. `demo`: the demonstration, whose person has a public password and is removed at its end. */
export type AccountSource = "configuration" | "operator" | "setup_link" | "invitation" | "sign_up" | "demo";

/** OpenID Connect Core §5.1.1. */
export interface PostalAddress {
  readonly formatted?: string;
  readonly street_address?: string;
  readonly locality?: string;
  readonly region?: string;
  readonly postal_code?: string;
  readonly country?: string;
}

/** Facts about a person, under the names of OpenID Connect Core §5.1. A fact that is not known is missing. */
export interface PersonProfile {
  readonly given_name?: string;
  readonly family_name?: string;
  readonly middle_name?: string;
  readonly nickname?: string;
  readonly profile?: string;
  readonly website?: string;
  readonly gender?: string;
  readonly birthdate?: string;
  readonly zoneinfo?: string;
  readonly locale?: string;
  readonly phone_number?: string;
  /** Missing: yes, because the operator wrote the number. */
  readonly phone_number_verified?: boolean;
  readonly address?: PostalAddress;
}

export type AttributeValue = string | number | boolean | readonly string[];
/** The operator's own facts about a person, by their names. */
export type PersonAttributes = Readonly<Record<string, AttributeValue>>;

/** What the configuration said of a person when it was last applied. */
export interface PersonDeclared {
  readonly name: string | null;
  readonly email: string | null;
  /** Null if it said nothing. */
  readonly emailVerified: boolean | null;
  readonly profile: PersonProfile;
  readonly attributes: PersonAttributes;
  readonly groups: readonly string[];
  readonly administrator: boolean;
  readonly auditor: boolean;
  /** The hash of the declared password, or the declared hash; it need not be the hash of the person any more. */
  readonly passwordHash: string;
}

export const accounts = table("accounts", {
  columns: {
    subject: text<SubjectId>(),
    /** Changes with every fact that decides whether and how the person may sign in. */
    revision: integer(),
    source: text<AccountSource>(),
    /** As the person wrote it. */
    username: text(),
    name: orNull(text()),
    email: orNull(text()),
    emailVerified: boolean(),
    profile: asItIs<PersonProfile>(),
    attributes: asItIs<PersonAttributes>(),
    /** The groups that the person is in, in alphabetical order. `group_members` mirrors them. */
    groups: list(),
    /** When a fact that applications are told was last changed. */
    updatedAt: integer(),
    administrator: boolean(),
    /** May see everything about this server, and change nothing. */
    auditor: boolean(),
    /** When the person last got a role that they did not have; null for those who have had theirs from the beginning. */
    roleGivenAt: orNull(integer()),
    /** An argon2id string, or null for a person who cannot sign in with a password. */
    passwordHash: orNull(text()),
    createdAt: integer(),
    disabledAt: orNull(integer()),
    disabledBy: orNull(text<DisabledBy>()),
    /** When the operator last ended the wait that too many wrong passwords bring; null if never. */
    unlockedAt: orNull(integer()),
    /** When the browsers in which the person had signed in last became unknown, other than by a new password; null if never. */
    browsersForgottenAt: orNull(integer()),
    /** The person's picture; null for a person without one. */
    pictureId: orNull(pictureId()),
    /** The kinds of mail that the person does not want. */
    mailsOff: list(),
    isDeclared: boolean(),
    /** Null for a person who was never declared. */
    declaration: orNull(asItIs<PersonDeclared>()),
  },
  key: ["subject"],
  indexes: [
    ["createdAt", "subject"],
    ["disabledBy", "subject"],
  ],
  // Every start looks for an administrator and for the declared people, even among a million.
  indexOnly: { administrator: ["subject"], isDeclared: ["subject"] },
  updated: true,
});
export type AccountRecord = Row<typeof accounts>;

/** The pictures of people. A new picture is a new row with a new id, so that caches may keep the old one. */
export const pictures = table("pictures", {
  columns: {
    /** Random throughout: it is a part of an address that applications get, and tells neither who nor when. */
    id: pictureId(),
    subject: text<SubjectId>(),
    mediaType: text(),
    bytes: bytes(),
    createdAt: integer(),
  },
  indexes: [["subject"]],
});
export type PictureRecord = Row<typeof pictures>;

/**
 * Every text with which a person may sign in: the user name and the e-mail address. One table for both, so that no user name
 * is the address of another person.
 */
export const signInNames = table("sign_in_names", {
  columns: {
    /** As such names are compared. */
    name: text(),
    subject: text<SubjectId>(),
  },
  key: ["name"],
  indexes: [["subject"]],
});
export type SignInNameRecord = Row<typeof signInNames>;

export const groups = table("groups", {
  columns: {
    /** Without spaces; as tokens carry it. */
    name: text(),
    /** The name as `foldName` compares it: no two groups look the same. */
    folded: text(),
    description: orNull(text()),
    createdAt: integer(),
  },
  key: ["name"],
  unique: [["folded"]],
  updated: true,
});
export type GroupRecord = Row<typeof groups>;

/** Who is in a group: the column `groups` of accounts, seen from the other side. One commit changes both. */
export const groupMembers = table("group_members", {
  columns: {
    groupName: text(),
    subject: text<SubjectId>(),
    joinedAt: integer(),
    /** May say who is in the group, and invite people into it. */
    manages: boolean(),
  },
  key: ["groupName", "subject"],
  indexes: [["subject"]],
});
export type GroupMemberRecord = Row<typeof groupMembers>;

/** Passkeys: keys of a person's devices (WebAuthn Level 3). */
export const passkeys = table("passkeys", {
  columns: {
    /** As the device named it: up to 1,023 bytes. */
    credentialId: bytes<CredentialId>(),
    subject: text<SubjectId>(),
    /** As the person named it, or the name of its kind. */
    name: text(),
    /** A COSE key. */
    publicKey: bytes(),
    /** The signature counter of the device; 0 for those that have none. */
    counter: integer(),
    /** WebAuthn §5.8.4: how a browser may reach the device. */
    transports: list(),
    /** The kind of device, as a UUID; zeros if it does not say. */
    aaguid: text(),
    /** Whether the device lists it, so that it works without a user name. */
    discoverable: boolean(),
    /** Whether it is on other devices of the person too. */
    backedUp: boolean(),
    createdAt: integer(),
    usedAt: orNull(integer()),
  },
  key: ["credentialId"],
  indexes: [["subject"]],
  updated: true,
});
export type PasskeyRecord = Row<typeof passkeys>;

/** The app of a person that makes one-time passwords (RFC 6238). */
export const totps = table("totps", {
  columns: {
    subject: text<SubjectId>(),
    /** The shared secret, sealed with a key of the server. */
    sealedSecret: bytes(),
    /** The last step of time whose password was used: RFC 6238 §5.2 wants each to count once. */
    lastStep: integer(),
    /** How many steps the clock of the app is ahead of this server's; negative: behind. */
    drift: integer(),
    createdAt: integer(),
  },
  key: ["subject"],
  updated: true,
});
export type TotpRecord = Row<typeof totps>;

/** Codes for a person who has lost the second factor. Each is good once. */
export const recoveryCodes = table("recovery_codes", {
  columns: {
    /** Keyed, because a code is short enough to be guessed. */
    digest: digest(),
    subject: text<SubjectId>(),
    createdAt: integer(),
    usedAt: orNull(integer()),
  },
  key: ["digest"],
  indexes: [["subject"]],
  updated: true,
});
export type RecoveryCodeRecord = Row<typeof recoveryCodes>;

/** What a person answered on one device about a sign-in on another (rules/sign-in-approval.ts). */
export const signInApprovals = table("sign_in_approvals", {
  columns: {
    /** The identifier of the question, which only the link to it has until then. */
    id: id(),
    subject: text<SubjectId>(),
    /** The revision of the account at the answer. */
    accountRevision: integer(),
    answer: text<"approved" | "denied">(),
    /** The session in which the person answered. */
    session: id(),
    /** When the person signed in there: an approval is no newer sign-in than that. */
    authenticatedAt: integer(),
    expiresAt: integer(),
    usedAt: orNull(integer()),
  },
  indexes: [["subject"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type SignInApprovalRecord = Row<typeof signInApprovals>;

/** How a person proved who they are: OpenID Connect Core §2 calls the columns `auth_time`, `amr` and `acr`. */
const authentication = {
  authenticatedAt: integer(),
  /** RFC 8176 (`STEPS` in rules/sign-in.ts). */
  authenticationMethods: list(),
  authenticationLevel: text(),
};

/** What a browser or a device is, as `productOf` names it: the person is to recognise it. Null for what is not known. */
const product = { program: orNull(text()), system: orNull(text()) };

/** A person who is signed in, in one browser. */
export const sessions = table("sessions", {
  columns: {
    id: id(),
    digest: digest(),
    subject: text<SubjectId>(),
    /** Stays the same when the person signs in again in this browser. Applications know it in a form of their own (`sid`). */
    continuity: id(),
    /** Where the person signed in, and with what, as the page of their account shows it. */
    address: text(),
    ...product,
    ...authentication,
    createdAt: integer(),
    lastSeenAt: integer(),
    /** The end of the session, even if it is used. */
    expiresAt: integer(),
  },
  indexes: [["subject"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type SessionRecord = Row<typeof sessions>;

/** The link that creates the first administrator: a new one takes the place of the one before. */
export const setupLinks = table("setup_links", {
  columns: {
    /** `administrator`. */
    name: text(),
    id: id(),
    digest: digest(),
    expiresAt: integer(),
  },
  key: ["name"],
  expires: "expiresAt",
});
export type SetupLinkRecord = Row<typeof setupLinks>;

/**
 * What a link is for. `invitation`: making an account. `registration`: the same, for a person who asked for it themselves.
 * `reset`: a new password. `sign_in`: one sign-in. `sign_in_code`: the same with a code that a person types; its uses are the attempts.
 * `verify_email`: the proof that an address is the person's.
 */
export type LinkKind = "invitation" | "registration" | "reset" | "sign_in" | "sign_in_code" | "verify_email";

/** Links that are handed to people: each is a secret that is good for so many uses, until it expires. */
export const links = table("links", {
  columns: {
    id: id(),
    digest: digest(),
    kind: text<LinkKind>(),
    /** Whose account it is about; null for a link that makes one. */
    subject: orNull(text<SubjectId>()),
    /** The address that the account gets. */
    email: orNull(text()),
    /** Whether the link went to that address by mail and nowhere else, so that its use proves the address. */
    provesEmail: boolean(),
    /** What the page proposes for a new account. */
    username: orNull(text()),
    name: orNull(text()),
    /** The groups of a new account. */
    groups: list(),
    administrator: boolean(),
    /** How often it may be used in all. */
    uses: integer(),
    usesLeft: integer(),
    /** The page of this server to open afterwards, checked; null for the account page. */
    returnTo: orNull(text()),
    /** Who made it: `operator:root`, `person:acc_…`, or `stranger`. */
    createdBy: text(),
    createdAt: integer(),
    expiresAt: integer(),
  },
  indexes: [["kind", "createdAt", "id"], ["subject"]],
  expires: "expiresAt",
  updated: true,
});
export type LinkRecord = Row<typeof links>;

/** Remembered consent: a person's answer for a client, a recipient (`recipientOf`), scopes and resources. */
export const consents = table("consents", {
  columns: {
    subject: text<SubjectId>(),
    clientId: text<ClientId>(),
    recipient: text(),
    scope: scope(),
    resources: resources(),
    /** Those of types that may be remembered. */
    authorizationDetails: authorizationDetails(),
    createdAt: integer(),
  },
  key: ["subject", "clientId", "recipient"],
  indexes: [["clientId"]],
  shard: "subject",
  updated: true,
});
export type ConsentRecord = Row<typeof consents>;

/**
 * Answers of the management API to requests with an Idempotency-Key, for requests that are sent again. Only callers who may change
 * something add rows.
 */
export const idempotentAnswers = table("idempotent_answers", {
  columns: {
    /** The digest of the actor, what they may do, and the key. */
    id: bytes(),
    /** The digest of the request: 32 bytes. */
    request: bytes(),
    /** Null while the request is under way, and after a process ended during it. */
    status: orNull(integer()),
    /** The body, sealed, because it may have a secret; null with the status. */
    sealedBody: orNull(bytes()),
    expiresAt: integer(),
  },
  expires: "expiresAt",
  updated: true,
});
export type IdempotentAnswerRecord = Row<typeof idempotentAnswers>;

/** Acts that may happen once: a row records that one happened. It stays until the act is impossible anyway. */
export const once = table("once", {
  columns: {
    kind: text<OnceKind>(),
    id: id(),
    expiresAt: integer(),
    /** What came of it: the code that a yes gave, or the session of a sign-in; null for a no. */
    resultId: orNull(id()),
  },
  key: ["id", "kind"],
  shard: "id",
  expires: "expiresAt",
});
/**
 * `form`: a person's answer to a question. `sign_in`: the last form of a sign-in. `reauthentication`: the use of the proof that a person
 * signed in again. `challenge`: the answer of a passkey to a challenge. `self_test`: the question of an operator how a request arrives.
 * `client_assertion`, `dpop_proof`, `assertion`: a text that its signer made for one use (operations/single-use.ts).
 */
export type OnceKind =
  | "form"
  | "sign_in"
  | "reauthentication"
  | "challenge"
  | "self_test"
  | "client_assertion"
  | "dpop_proof"
  | "assertion";

export type RevocationReason =
  | "code_replayed"
  | "refresh_token_replayed"
  | "revoked_by_client"
  | "revoked_by_person"
  | "revoked_by_operator"
  | "signed_out"
  | "person_disabled"
  | "person_removed"
  | "client_removed"
  /** The client would know the person under another name. */
  | "client_changed";

/** The individual claims that a person allowed a client beside those of the scopes (OpenID Connect Core §5.5), by their names. */
export interface IndividualClaims {
  readonly idToken: readonly string[];
  readonly userinfo: readonly string[];
}

/** A person's permission for a client. Everything that was issued from it points here and dies with it. */
export const grants = table("grants", {
  columns: {
    id: id(),
    subject: text<SubjectId>(),
    /** The user name at the time of the permission; introspection shows it. */
    username: text(),
    clientId: text<ClientId>(),
    scope: scope(),
    /** Null if the request named none. */
    claims: orNull(asItIs<IndividualClaims>()),
    resources: resources(),
    authorizationDetails: authorizationDetails(),
    via: text<"authorization_code" | "device_code" | "jwt_bearer">(),
    /** The `continuity` of the session in which the person allowed it; null for a device, which no session ends. */
    session: orNull(id()),
    /** Whether it ends with that session (`isOnline`). */
    online: boolean(),
    /** Where the browser or the device was that asked for it, and what it was, as the page of the person's account shows it. */
    address: text(),
    ...product,
    ...authentication,
    createdAt: integer(),
    /**
     * Not before the last token of the grant expires; the row is removed after that. A revoked grant stays as long, because
     * the server must recognise its tokens as revoked and replays as replays.
     */
    expiresAt: integer(),
    /** When tokens were first issued from it; null while a code is still open. */
    activatedAt: orNull(integer()),
    revokedAt: orNull(integer()),
    revokedReason: orNull(text<RevocationReason>()),
  },
  indexes: [["subject", "clientId"], ["clientId"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type GrantRecord = Row<typeof grants>;

/** RFC 9126: the authorization requests that clients pushed. A row stays until its request can be answered no more. */
export const pushedRequests = table("pushed_requests", {
  columns: {
    id: id(),
    digest: digest(),
    /** The client that pushed it, and its number. */
    clientId: text<ClientId>(),
    clientNumber: integer(),
    /** The parameters in their order. One that is repeated comes several times. */
    parameters: asItIs<readonly (readonly [name: string, value: string])[]>(),
    /** Whether the client signed them (RFC 9101). */
    signed: boolean(),
    createdAt: integer(),
    /** When a browser first came with it and a person had to be asked; null before. */
    openedAt: orNull(integer()),
    /** Until when it can be answered. */
    expiresAt: integer(),
    /** When a person answered it, or an earlier consent did; null before. */
    usedAt: orNull(integer()),
    /** The code that it got; null for a no. */
    resultId: orNull(id()),
  },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type PushedRequestRecord = Row<typeof pushedRequests>;

/** What each row has that waits to be sent. `rules/outbox.ts` decides on these columns, `operations/outbox.ts` sends. */
const WAITING = {
  id: id(),
  createdAt: integer(),
  /** Whether it is still to be sent. */
  waits: boolean(),
  /** How many times a sender has tried. */
  attempts: integer(),
  /** When the next sender may try. */
  nextAt: integer(),
  /** No sender tries after this time. */
  giveUpAt: integer(),
  /** Why the last attempt failed; null if none has. */
  lastFault: orNull(text()),
  expiresAt: integer(),
};
export type WaitingRecord = RowOf<typeof WAITING>;
/** A table of which each row may wait. */
export type WaitingTable = Table<typeof WAITING>;

/**
 * Back-Channel Logout: the ends of sessions of which clients have yet to hear. A row without a client comes with the commit that
 * ends the session; a sender then puts one row for each client in its place, which stays until the client has heard.
 */
export const logoutNotices = table("logout_notices", {
  columns: {
    ...WAITING,
    subject: text<SubjectId>(),
    /** The `continuity` of the session; null: all sessions of the person. */
    session: orNull(id()),
    /** The client to tell; null until a sender has found the clients. */
    clientId: orNull(text<ClientId>()),
  },
  indexOnly: { waits: ["nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type LogoutNoticeRecord = Row<typeof logoutNotices>;

/** What a mail says beside its words, none of it secret. */
export type MailParameters = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The mails that wait, and for a while those that were sent. A row comes with the commit that is its reason, and a sender takes it
 * from there, so neither a crash nor a mail server that is down loses a mail.
 */
export const mails = table("mails", {
  columns: {
    ...WAITING,
    /** The person; null for an address of which no account is known. */
    subject: orNull(text<SubjectId>()),
    /** Where it goes or went. Null until it is sent: to the address that the person has then. */
    address: orNull(text()),
    /** `rules/mail.ts` has the kinds. */
    kind: text(),
    parameters: asItIs<MailParameters>(),
    /** The link of the mail, sealed with a key of the server. Null if it has none, and as soon as the mail is sent or given up. */
    sealedLink: orNull(bytes()),
    /** Null: the person's own, as it is known when the mail is sent. */
    language: orNull(text()),
    sentAt: orNull(integer()),
  },
  indexes: [
    ["createdAt", "id"],
    ["subject", "createdAt", "id"],
    ["address", "createdAt", "id"],
  ],
  indexOnly: { waits: ["nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type MailRecord = Row<typeof mails>;

/**
 * What webhooks are to hear of, and for a while what they heard. A row comes with the commit of its act, and a sender takes it from
 * there. `rules/webhook.ts` decides.
 */
export const webhookDeliveries = table("webhook_deliveries", {
  columns: {
    ...WAITING,
    /** The name of the webhook in the configuration. */
    webhook: text(),
    /** The event. */
    type: text(),
    /** What the receiver gets, byte for byte at each attempt. It has no secrets. */
    body: text(),
    deliveredAt: orNull(integer()),
  },
  indexes: [["webhook", "id"]],
  indexOnly: { waits: ["webhook", "nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type WebhookDeliveryRecord = Row<typeof webhookDeliveries>;

/**
 * Authorization codes. A code has the id of its grant, and its row lives as long: RFC 6749 §4.1.2 wants a replay to revoke
 * the tokens that were issued for the code.
 */
export const codes = table("codes", {
  columns: {
    id: id(),
    digest: digest(),
    redirectUri: text<RedirectUri>(),
    /** Whether the request named the redirect URI; then the token request must name it again (RFC 6749 §4.1.3). */
    redirectUriRequested: boolean(),
    codeChallenge: orNull(text<CodeChallenge>()),
    /** OpenID Connect Core §3.1.2.1: the ID token has it again, as it came. */
    nonce: orNull(text()),
    /** What the token request must prove (RFC 9449 §10); null if the authorization request named no key. */
    confirmation: orNull(text<Confirmation>()),
    createdAt: integer(),
    expiresAt: integer(),
    usedAt: orNull(integer()),
    failedAttempts: integer(),
  },
  shard: "id",
  goesWith: "grants",
  updated: true,
});
export type AuthorizationCodeRecord = Row<typeof codes>;

export const deviceCodes = table("device_codes", {
  columns: {
    id: id(),
    digest: digest(),
    /** A keyed digest of the user code. */
    userCodeDigest: digest(),
    clientId: text<ClientId>(),
    scope: scope(),
    resources: resources(),
    authorizationDetails: authorizationDetails(),
    createdAt: integer(),
    expiresAt: integer(),
    /** The address of the device, which the page shows to the person (RFC 8628 §5.4). */
    requesterAddress: text(),
    requesterAgent: text(),
    status: text<"pending" | "approved" | "denied">(),
    grantId: orNull(id()),
    /** The person who denied it. The grant names the person who approved it. */
    deniedBy: orNull(text<SubjectId>()),
    usedAt: orNull(integer()),
  },
  unique: [["userCodeDigest"]],
  shard: "id",
  sameShard: "userCodeDigest",
  expires: "expiresAt",
  updated: true,
});
export type DeviceCodeRecord = Row<typeof deviceCodes>;

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

/** Who did something, as the events of the server say it. */
export type ActorKind = "client" | "person" | "operator" | "server" | "stranger";

/** What happened to people: the events that they see on the page of their account. */
export const activities = table("activities", {
  columns: {
    /** The time of the event, and the shard of the person. */
    id: id(),
    /** The person whom it concerns. */
    subject: orNull(text<SubjectId>()),
    /** The name of the event. */
    event: text(),
    actorKind: text<ActorKind>(),
    actorId: orNull(text()),
    clientId: orNull(text()),
    groupName: orNull(text()),
    grantId: orNull(id()),
    via: orNull(text()),
    reason: orNull(text()),
    /** Where the request came from; empty if none caused it. */
    address: text(),
    requestId: orNull(text()),
    /** When it happened; of several, the last time. */
    at: integer(),
    /** How many times it happened, if the row stands for several. */
    count: integer(),
    expiresAt: integer(),
  },
  indexes: [["subject", "id"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type ActivityRecord = Row<typeof activities>;

/**
 * The backups that `tessera backup` made of this database, as far as their files are still where they were written, and the last
 * one wherever it went.
 */
export const backups = table("backups", {
  columns: {
    id: id(),
    /** The moment of the data in it. */
    madeAt: integer(),
    /** How long the file is. */
    bytes: integer(),
    /** The SHA-256 of the whole file. */
    sha256: bytes(),
    encrypted: boolean(),
    /** The file, with its folders; null if it went to standard output. */
    file: orNull(text()),
  },
  indexes: [["madeAt", "id"]],
});
export type BackupRecord = Row<typeof backups>;

/**
 * The record for the operator: a row for every event, written with the change that it reports. Rows are added and expire; no
 * statement changes one.
 */
export const audit = table("audit", {
  columns: {
    /** The time of the event, and the shard of what it is about. */
    id: id(),
    /** The name of the event. */
    event: text(),
    actorKind: text<ActorKind>(),
    actorId: orNull(text()),
    /** The client whose token of the person was used; null for a person in a browser, and for other actors. */
    through: orNull(text<ClientId>()),
    subject: orNull(text<SubjectId>()),
    clientId: orNull(text<ClientId>()),
    groupName: orNull(text()),
    grantId: orNull(id()),
    linkId: orNull(id()),
    via: orNull(text()),
    reason: orNull(text()),
    file: orNull(text()),
    key: orNull(text()),
    /** How many things the event is about. */
    count: orNull(integer()),
    /** How many times it happened, if the row stands for several. */
    times: integer(),
    /** Where the request came from; null if none caused it. */
    address: orNull(text()),
    requestId: orNull(text()),
    at: integer(),
    expiresAt: integer(),
  },
  indexes: [
    ["subject", "id"],
    ["clientId", "id"],
    ["event", "id"],
    ["requestId", "id"],
  ],
  shard: "id",
  expires: "expiresAt",
});
export type AuditRecord = Row<typeof audit>;

/**
 * The seals of that record: each is about a stretch of time that is over, and about the seal before it. The last one stays, however
 * old it is.
 */
export const auditSeals = table("audit_seals", {
  columns: {
    /** 1 for the first. */
    number: integer(),
    /** The stretch begins after this identifier, and ends with the other. */
    fromId: id(),
    untilId: id(),
    /** How many rows the stretch has. */
    count: integer(),
    /** The SHA-256 of these rows. */
    digest: bytes(),
    /** When the first of its rows may be removed, and the last. */
    expiresFrom: integer(),
    expiresUntil: integer(),
    sealedAt: integer(),
    /** The code of the seal before it; empty for the first. */
    previousMac: bytes(),
    /** `expiresUntil` of the seal before it; 0 for the first. */
    previousExpiresUntil: integer(),
    /** A keyed digest of all of the above. */
    mac: bytes(),
  },
  key: ["number"],
});
export type AuditSealRecord = Row<typeof auditSeals>;

/** What a refused request sent, as far as it cannot be secret. */
export interface SentFacts {
  /** Values of parameters of a fixed list, cut to a length. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** Known parameters that it had too, whose values are not kept. */
  readonly withheld: readonly string[];
  /** How many further parameters it had. */
  readonly others: number;
  /** The scheme of its `Authorization` header, if it had one. */
  readonly authorization: string | null;
}

/** Requests that were refused: a number of places for each client, the oldest of which is used again. */
export const refusals = table("refusals", {
  columns: {
    /** Whose places these are: `client:` and its identifier, or all strangers together. */
    ring: text(),
    slot: integer(),
    requestId: text(),
    /** The client that the request named, if it named one. */
    clientId: orNull(text()),
    endpoint: text(),
    method: text(),
    status: integer(),
    error: text(),
    reason: text(),
    description: text(),
    address: text(),
    sent: asItIs<SentFacts>(),
    at: integer(),
    expiresAt: integer(),
  },
  key: ["ring", "slot"],
  indexes: [["requestId"], ["at", "ring", "slot"]],
  expires: "expiresAt",
  updated: true,
});
export type RefusalRecord = Row<typeof refusals>;

/** What `/readyz` writes to prove that the store can write: a row for each process. */
export const probes = table("probes", {
  columns: { id: id(), writtenAt: integer(), expiresAt: integer() },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});

/** In the order in which they are made, copied and locked: tables come before those that refer to them. */
export const TABLES: readonly Table[] = [
  serverKeys,
  revisions,
  signingKeys,
  retryKeys,
  groups,
  accounts,
  pictures,
  signInNames,
  groupMembers,
  passkeys,
  totps,
  recoveryCodes,
  signInApprovals,
  clients,
  documentBlocks,
  sessions,
  setupLinks,
  links,
  consents,
  once,
  idempotentAnswers,
  deviceCodes,
  pushedRequests,
  grants,
  codes,
  refreshTokens,
  accessTokens,
  logoutNotices,
  mails,
  webhookDeliveries,
  activities,
  backups,
  audit,
  auditSeals,
  refusals,
  probes,
];

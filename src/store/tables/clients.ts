/** Clients: what they are and what the operator says of them. */

import type { EpochSeconds } from "../../platform/clock.ts";
import type { AuthenticationLevel } from "../../protocol/authentication-level.ts";
import type { AccessTokenFormatName } from "../../protocol/catalogue.ts";
import type { CertificateName } from "../../protocol/certificate-name.ts";
import type { ClaimMapping } from "../../protocol/claim-mapping.ts";
import type { ClientAuthenticationMethod } from "../../protocol/client-authentication.ts";
import type { DeliveryMode } from "../../protocol/delivery-modes.ts";
import type { GrantType } from "../../protocol/grant-types.ts";
import type { ClientId, RedirectUri, SecretDigest } from "../../protocol/identifiers.ts";
import type { SecurityProfile } from "../../protocol/security-profile.ts";
import type { SigningAlgorithm, VerifyingAlgorithm } from "../../protocol/signing-algorithms.ts";
import { boolean, integer, json, list, orNull, type Row, table, text } from "../declare.ts";
import { asItIs, type DisabledBy, digest, scope } from "./columns.ts";

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
    tokenEndpointAuthSigningAlg: orNull(text<VerifyingAlgorithm>()),
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
    requestObjectSigningAlg: orNull(text<VerifyingAlgorithm>()),
    /** RFC 9101 §10.5: whether each of its authorization requests must be a signed request object. */
    requireSignedRequestObject: boolean(),
    /** RFC 9126 §6: whether each of its authorization requests must be pushed. */
    requirePushedAuthorizationRequests: boolean(),
    /** JARM §3: null: as its ID tokens. */
    authorizationSignedResponseAlg: orNull(text<SigningAlgorithm>()),
    /** CIBA §4: how it learns that a person has answered; null for a client without that grant. */
    backchannelTokenDeliveryMode: orNull(text<DeliveryMode>()),
    backchannelClientNotificationEndpoint: orNull(text()),
    /** The algorithm with which it signs each of its requests to people. Null: it signs none. */
    backchannelAuthenticationRequestSigningAlg: orNull(text<VerifyingAlgorithm>()),
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

/** The words by which a search finds a client (rules/search-words.ts), each of which begins a range of the index. */
export const clientWords = table("client_words", {
  columns: { word: text(), clientId: text<ClientId>() },
  key: ["word", "clientId"],
  indexes: [["clientId"]],
  goesWith: "clients",
});
export type ClientWordRecord = Row<typeof clientWords>;

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

/** Records for tests: complete, valid, and unique unless a test sets fields. */

import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom, timeOrderedId } from "../../src/platform/random.ts";
import type {
  ClientId,
  CodeChallenge,
  RecordId,
  RedirectUri,
  ResourceIndicator,
  Scope,
  SecretDigest,
  SubjectId,
} from "../../src/protocol/identifiers.ts";
import { newWaiting } from "../../src/rules/outbox.ts";
import type { ClientRecord, ClientSecretRecord } from "../../src/store/tables/clients.ts";
import type { ConsentRecord, GrantRecord } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { BackchannelRequestRecord, DeviceCodeRecord } from "../../src/store/tables/requests.ts";
import type { SessionRecord, SetupLinkRecord } from "../../src/store/tables/sign-in.ts";
import type {
  AccessTokenRecord,
  Authorization,
  AuthorizationCodeRecord,
  Issuance,
  RefreshTokenRecord,
} from "./acts.ts";

/** The time of the tests; the store has no clock. */
export const NOW = 1_800_000_000;

/** The rows of a grant have the same shard. Tests combine rows that they make separately, so all have one. */
const SHARD = Math.floor(Math.random() * 0x1_0000);

/** Each id is a millisecond later than the one before, at least: ids of one millisecond have no order. */
const oneByOne = {
  ...systemClock,
  millis() {
    latest = Math.max(latest + 1, systemClock.millis());
    return latest;
  },
};
let latest = 0;
export const newId = () => timeOrderedId(oneByOne, systemRandom, SHARD) as Uint8Array as RecordId;
export const newDigest = () => systemRandom(32) as Uint8Array as SecretDigest;
/** Its bytes determine the shard of the device code. */
export const newUserCodeDigest = () => {
  const digest = newDigest();
  digest.set([SHARD >>> 8, SHARD & 0xff], 6);
  return digest;
};
export const clientId = (text: string) => text as ClientId;
export const subjectId = (text: string) => text as SubjectId;
export const redirectUri = (text: string) => text as RedirectUri;
export const scopes = (...names: string[]) => names as Scope[];
export const resources = (...uris: string[]) => uris as ResourceIndicator[];

/** Numbers of the tests' clients follow the order of creation. */
const newNumber = () => {
  number += 1;
  return number;
};
let number = NOW * 0x1_0000 + (process.pid % 1000) * 0x1_0000_0000;

let counter = 0;
const unique = (prefix: string) => {
  counter += 1;
  return `${prefix}${counter}`;
};

export const newSecret = (fields: Partial<ClientSecretRecord> = {}): ClientSecretRecord => ({
  id: unique("secret-"),
  digest: newDigest(),
  createdAt: NOW,
  expiresAt: null,
  ...fields,
});

export const newClient = (fields: Partial<ClientRecord> = {}): ClientRecord => ({
  clientId: clientId(unique("client-")),
  number: newNumber(),
  revision: 0,
  minimumAcr: null,
  source: "operator",
  clientName: "Mail ✉",
  clientUri: "https://mail.example/",
  logoUri: null,
  tosUri: null,
  policyUri: null,
  contacts: ["post@mail.example"],
  softwareId: null,
  softwareVersion: "1.2",
  applicationType: "web",
  redirectUris: [redirectUri("https://mail.example/callback")],
  grantTypes: ["authorization_code", "refresh_token"],
  tokenEndpointAuthMethod: "client_secret_basic",
  scope: scopes("mail", "contacts"),
  defaultScope: scopes("mail"),
  localized: { "client_name#de": "Post ✉" },
  idTokenSignedResponseAlg: null,
  userinfoSignedResponseAlg: "RS256",
  introspectionSignedResponseAlg: "ES256",
  subjectType: "public",
  sectorIdentifierUri: null,
  defaultMaxAge: 3600,
  requireAuthTime: false,
  defaultAcrValues: ["1"],
  initiateLoginUri: null,
  postLogoutRedirectUris: ["https://mail.example/signed-out"],
  backchannelLogoutUri: "https://mail.example/logout",
  backchannelLogoutSessionRequired: true,
  jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] },
  jwksUri: null,
  requestObjectSigningAlg: null,
  requireSignedRequestObject: false,
  dpopBoundAccessTokens: false,
  tlsClientCertificateBoundAccessTokens: false,
  authorizationDetailsTypes: [],
  tokenEndpointAuthSigningAlg: null,
  tlsClientAuthName: null,
  requirePushedAuthorizationRequests: false,
  authorizationSignedResponseAlg: null,
  backchannelTokenDeliveryMode: null,
  backchannelClientNotificationEndpoint: null,
  backchannelAuthenticationRequestSigningAlg: null,
  securityProfile: null,
  idTokenClaims: "granted",
  firstParty: false,
  requirePkce: true,
  accessTokenSeconds: 600,
  refreshTokenSeconds: 86_400,
  accessTokenFormat: null,
  secrets: [newSecret(), newSecret({ expiresAt: NOW + 99 })],
  allowedGroups: [],
  deniedGroups: [],
  claims: {},
  workloads: [],
  isWorkload: false,
  createdAt: NOW,
  usedAt: null,
  unusedFrom: fields.source === "registration" ? (fields.createdAt ?? NOW) : null,
  initialAccess: false,
  registrationToken: null,
  document: null,
  vouchedAt: null,
  disabledAt: null,
  disabledBy: null,
  ...fields,
});

/** The hash of new accounts. The store never parses it. */
export const PASSWORD_HASH = "$argon2id$…";

export const newAccount = (fields: Partial<AccountRecord> = {}): AccountRecord => ({
  subject: subjectId(unique("acc_")),
  revision: 0,
  source: "operator",
  username: unique("person"),
  name: "A Person",
  email: null,
  emailVerified: true,
  profile: {},
  attributes: {},
  groups: [],
  updatedAt: NOW,
  administrator: false,
  auditor: false,
  roleGivenAt: null,
  passwordHash: PASSWORD_HASH,
  createdAt: NOW,
  disabledAt: null,
  disabledBy: null,
  unlockedAt: null,
  browsersForgottenAt: null,
  pictureId: null,
  mailsOff: [],
  isDeclared: false,
  declaration: null,
  ...fields,
});

/** How a person proved who they are. */
export const AUTHENTICATION = {
  authenticatedAt: NOW,
  authenticationMethods: ["pwd"],
  authenticationLevel: "1",
} as const;

const PRODUCT = { program: "Firefox", system: null } as const;

export const newSession = (fields: Partial<SessionRecord> = {}): SessionRecord => ({
  id: newId(),
  digest: newDigest(),
  subject: subjectId("acc_nobody"),
  continuity: newId(),
  address: "203.0.113.7",
  ...PRODUCT,
  ...AUTHENTICATION,
  createdAt: NOW,
  lastSeenAt: NOW,
  expiresAt: NOW + 86_400,
  ...fields,
});

export const newSetupLink = (fields: Partial<SetupLinkRecord> = {}): SetupLinkRecord => ({
  name: "administrator",
  id: newId(),
  digest: newDigest(),
  expiresAt: NOW + 3600,
  ...fields,
});

/** The client and the person of a flow. */
export interface Parties {
  readonly client: ClientRecord;
  readonly account: AccountRecord;
}

export const newGrant = ({ client, account }: Parties, fields: Partial<GrantRecord> = {}): GrantRecord => ({
  id: newId(),
  subject: account.subject,
  username: account.username,
  clientId: client.clientId,
  scope: scopes("mail", "contacts"),
  resources: resources("https://mail.example/", "https://dav.example/a"),
  authorizationDetails: null,
  via: "authorization_code",
  session: newId(),
  claims: null,
  address: "203.0.113.7",
  ...PRODUCT,
  online: false,
  ...AUTHENTICATION,
  createdAt: NOW,
  expiresAt: NOW + 60,
  activatedAt: null,
  revokedAt: null,
  revokedReason: null,
  ...fields,
});

export const newCode = (
  grant: GrantRecord,
  fields: Partial<AuthorizationCodeRecord> = {},
): AuthorizationCodeRecord => ({
  id: grant.id,
  digest: newDigest(),
  grantId: grant.id,
  clientId: grant.clientId,
  redirectUri: redirectUri("https://mail.example/callback"),
  redirectUriRequested: true,
  codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" as CodeChallenge,
  nonce: null,
  confirmation: null,
  createdAt: NOW,
  expiresAt: NOW + 60,
  usedAt: null,
  failedAttempts: 0,
  ...fields,
});

export const newConsent = (grant: GrantRecord, fields: Partial<ConsentRecord> = {}): ConsentRecord => ({
  subject: grant.subject,
  clientId: grant.clientId,
  recipient: "https://mail.example",
  scope: grant.scope,
  resources: grant.resources,
  authorizationDetails: null,
  createdAt: NOW,
  ...fields,
});

/** A new grant, and a code for it that expires after a minute. */
export const newAuthorization = (
  parties: Parties,
  { now = NOW, ...fields }: Partial<Authorization> = {},
): Authorization => {
  const grant = newGrant(parties, { createdAt: now, expiresAt: now + 60 });
  const code = newCode(grant, { createdAt: now, expiresAt: now + 60 });
  return { now, grant, code, consent: null, form: null, ...fields };
};

export const newDeviceCode = (
  client: ClientRecord,
  fields: Partial<DeviceCodeRecord> = {},
): DeviceCodeRecord => ({
  id: newId(),
  digest: newDigest(),
  userCodeDigest: newUserCodeDigest(),
  clientId: client.clientId,
  scope: scopes("mail"),
  resources: [],
  authorizationDetails: null,
  createdAt: NOW,
  expiresAt: NOW + 600,
  requesterAddress: "192.0.2.7",
  requesterAgent: "television",
  status: "pending",
  grantId: null,
  deniedBy: null,
  usedAt: null,
  ...fields,
});

export const newBackchannelRequest = (
  { client, account }: Parties,
  fields: Partial<BackchannelRequestRecord> = {},
): BackchannelRequestRecord => ({
  ...newWaiting(NOW, NOW + 600),
  id: newId(),
  digest: newDigest(),
  clientId: client.clientId,
  subject: account.subject,
  scope: scopes("mail"),
  resources: [],
  authorizationDetails: null,
  waits: false,
  expiresAt: NOW + 600,
  requesterAddress: "192.0.2.7",
  status: "pending",
  grantId: null,
  usedAt: null,
  bindingMessage: null,
  demandedLevel: null,
  reported: false,
  sealedPing: null,
  ...fields,
});

/** An access token that a client got for itself. */
export const newClientToken = (
  client: ClientRecord,
  fields: Partial<AccessTokenRecord> = {},
): AccessTokenRecord => ({
  id: newId(),
  digest: newDigest(),
  grantId: null,
  clientId: client.clientId,
  subject: client.clientId,
  scope: [],
  resources: [],
  confirmation: null,
  issuedAt: NOW,
  expiresAt: NOW + 600,
  ...fields,
});

export const newAccessToken = (
  grant: GrantRecord,
  fields: Partial<AccessTokenRecord> = {},
): AccessTokenRecord => ({
  id: newId(),
  digest: newDigest(),
  grantId: grant.id,
  clientId: grant.clientId,
  subject: grant.subject,
  scope: scopes("mail"),
  resources: resources("https://mail.example/"),
  confirmation: null,
  issuedAt: NOW,
  expiresAt: NOW + 600,
  ...fields,
});

export const newRefreshToken = (
  grant: GrantRecord,
  fields: Partial<RefreshTokenRecord> = {},
): RefreshTokenRecord => ({
  id: newId(),
  digest: newDigest(),
  grantId: grant.id,
  clientId: grant.clientId,
  issuedAt: NOW,
  expiresAt: NOW + 86_400,
  usedAt: null,
  successorId: null,
  usedFrom: null,
  retriedElsewhere: false,
  confirmation: null,
  ...fields,
});

export type RefreshableIssuance = Issuance & { readonly refreshToken: RefreshTokenRecord };

/** An access token for ten minutes and a refresh token for a day, from `now` on. */
export const newIssuance = (grant: GrantRecord, now = NOW): RefreshableIssuance => {
  // Both have one id.
  const id = newId();
  return {
    now,
    accessToken: newAccessToken(grant, { id, issuedAt: now, expiresAt: now + 600 }),
    refreshToken: newRefreshToken(grant, { id, issuedAt: now, expiresAt: now + 86_400 }),
  };
};

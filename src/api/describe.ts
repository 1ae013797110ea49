/** The objects of this server in JSON: as the management API answers, and as the command line prints with `--json`. */
import { authenticatorName } from "../accounts/authenticators.ts";
import { recordIdText } from "../credentials/credential.ts";
import type { KnownResource } from "../operations/management/server.ts";
import type { KnownPasskey } from "../operations/management/ways-in.ts";
import { passkeyIdText } from "../operations/passkeys.ts";
import { type EpochSeconds, isoTime } from "../platform/clock.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { pictureAddress } from "../rules/picture.ts";
import type { KeyState } from "../rules/signing-key.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { RingKey } from "../store/tables/keys.ts";
import type { AccountRecord, GroupMemberRecord, GroupRecord } from "../store/tables/people.ts";
import type { LinkRecord, SessionRecord } from "../store/tables/sign-in.ts";

const timeOrNull = (at: EpochSeconds | null): string | null => (at === null ? null : isoTime(at));

const stateOf = ({ disabledAt, disabledBy }: AccountRecord): "active" | "waiting" | "disabled" =>
  disabledAt === null ? "active" : disabledBy === "approval" ? "waiting" : "disabled";

export const describePerson = (issuer: Pick<Issuer, "url">, account: AccountRecord) => ({
  subject: account.subject,
  source: account.source,
  declared: account.isDeclared,
  username: account.username,
  name: account.name,
  email: account.email,
  email_verified: account.emailVerified,
  ...account.profile,
  picture: account.pictureId === null ? null : pictureAddress(issuer, account.pictureId),
  attributes: account.attributes,
  groups: account.groups,
  administrator: account.administrator,
  auditor: account.auditor,
  state: stateOf(account),
  has_password: account.passwordHash !== null,
  created_at: isoTime(account.createdAt),
  updated_at: isoTime(account.updatedAt),
  disabled_at: timeOrNull(account.disabledAt),
  unlocked_at: timeOrNull(account.unlockedAt),
});

export const describeGroup = (group: GroupRecord) => ({
  name: group.name,
  description: group.description,
  created_at: isoTime(group.createdAt),
});

export const describeSession = (session: SessionRecord) => ({
  id: recordIdText(session.id),
  program: session.program,
  system: session.system,
  created_at: isoTime(session.createdAt),
  last_seen_at: isoTime(session.lastSeenAt),
  expires_at: isoTime(session.expiresAt),
  authentication_methods: session.authenticationMethods,
});

/** Never a key. */
export const describePasskey = (passkey: KnownPasskey) => ({
  id: passkeyIdText(passkey),
  name: passkey.name,
  kind: authenticatorName(passkey.aaguid),
  synced: passkey.backedUp,
  discoverable: passkey.discoverable,
  readable: passkey.isReadable,
  created_at: isoTime(passkey.createdAt),
  used_at: timeOrNull(passkey.usedAt),
});

export const describeInvitation = (link: LinkRecord) => ({
  id: recordIdText(link.id),
  username: link.username,
  name: link.name,
  email: link.email,
  email_by_mail: link.provesEmail,
  groups: link.groups,
  administrator: link.administrator,
  uses: link.uses,
  uses_left: link.usesLeft,
  created_by: link.createdBy,
  created_at: isoTime(link.createdAt),
  expires_at: isoTime(link.expiresAt),
});

export const describeMember = ({
  account,
  row,
}: {
  readonly account: AccountRecord;
  readonly row: GroupMemberRecord;
}) => ({
  subject: account.subject,
  username: account.username,
  name: account.name,
  manages: row.manages,
  joined_at: isoTime(row.joinedAt),
});

export const describeGrant = (grant: GrantRecord) => ({
  id: recordIdText(grant.id),
  username: grant.username,
  subject: grant.subject,
  client_id: grant.clientId,
  scope: grant.scope.join(" "),
  resources: grant.resources,
  authorization_details: grant.authorizationDetails,
  via: grant.via,
  program: grant.program,
  system: grant.system,
  created_at: isoTime(grant.createdAt),
  expires_at: isoTime(grant.expiresAt),
  revoked_at: timeOrNull(grant.revokedAt),
});

export const describeKey = (key: RingKey, state: KeyState) => ({
  kid: key.kid,
  algorithm: key.algorithm,
  state,
  file: key.file ?? null,
  created_at: key.file === undefined ? isoTime(key.createdAt) : null,
  signs_from: key.file === undefined ? isoTime(key.signsFrom) : null,
  published_until: key.publishedUntil === null ? null : isoTime(key.publishedUntil),
});

/** An API that the configuration declares. */
export const describeResource = (resource: KnownResource) => ({
  identifier: resource.identifier,
  name: resource.name,
  scopes: resource.scopes,
  access_token_seconds: resource.accessTokenSeconds,
  access_token_format: resource.accessTokenFormat,
  dpop_bound_access_tokens_required: resource.requiresDpop,
  introspection_clients: resource.introspectionClients,
  listed: resource.published.isListed,
  metadata_url: resource.metadataUrl,
});

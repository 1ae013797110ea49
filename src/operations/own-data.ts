/**
 * Everything that the server knows of one person, for the person: a table of parts. It has no secret and no digest of one.
 * docs/people.md describes the file.
 */
import type { Configuration } from "../configuration/schema.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import { PASSKEYS_PER_PERSON } from "../rules/passkey.ts";
import type { Store } from "../store/contract.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { passkeys } from "../store/tables/sign-in.ts";
import { everyConsent, everyGrant } from "./access.ts";
import { everyActivity } from "./activities.ts";
import { listRequests } from "./backchannel-requests.ts";
import { findClient } from "./clients.ts";
import { everyOwnLink } from "./links.ts";
import { collect } from "./paging.ts";
import { findPicture } from "./people.ts";
import { findTotp } from "./second-factor.ts";
import { countRecoveryCodes } from "./second-factor-changes.ts";
import { everySession } from "./sessions.ts";

export interface OwnDataContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly configuration: Pick<Configuration, "lifetimes" | "issuer">;
}

type Part = (context: OwnDataContext, account: AccountRecord) => unknown;

const time = (at: EpochSeconds | null): string | null =>
  at === null ? null : new Date(at * 1000).toISOString();

/** The parts of the file, by their names in it. */
const PARTS: Readonly<Record<string, Part>> = {
  account: (_context, account) => ({
    subject: account.subject,
    user_name: account.username,
    name: account.name,
    email: account.email,
    email_verified: account.email === null ? null : account.emailVerified,
    profile: account.profile,
    attributes: account.attributes,
    groups: account.groups,
    administrator: account.administrator,
    has_password: account.passwordHash !== null,
    created_at: time(account.createdAt),
    created_by: account.source,
    updated_at: time(account.updatedAt),
  }),
  passkeys: async ({ store }, { subject }) => {
    const found = await store.list(passkeys, { where: { subject }, limit: PASSKEYS_PER_PERSON });
    return found.map((passkey) => ({
      name: passkey.name,
      created_at: time(passkey.createdAt),
      used_at: time(passkey.usedAt),
    }));
  },
  second_factor: async (context, { subject }) => ({
    one_time_passwords_since: time((await findTotp(context, subject))?.createdAt ?? null),
    recovery_codes_left: await countRecoveryCodes(context, subject),
  }),
  picture: async (context, { pictureId }) => {
    const picture = pictureId === null ? null : await findPicture(context, pictureId);
    if (picture === null) return null;
    return {
      media_type: picture.mediaType,
      created_at: time(picture.createdAt),
      base64: Buffer.from(picture.bytes).toString("base64"),
    };
  },
  sessions: async (context, account) => {
    const now = context.clock.seconds();
    const idleSince = now - context.configuration.lifetimes.session_idle_seconds;
    const sessions = await collect(everySession(context, account, now, idleSince));
    return sessions.map((session) => ({
      address: session.address,
      program: session.program,
      system: session.system,
      signed_in_at: time(session.authenticatedAt),
      signed_in_with: session.authenticationMethods,
      last_seen_at: time(session.lastSeenAt),
      ends_at: time(session.expiresAt),
    }));
  },
  links: async (context, { subject }) => {
    const links = await collect(everyOwnLink(context, subject, context.clock.seconds()));
    return links.map(({ kind, email, usesLeft, createdBy, createdAt, expiresAt }) => ({
      kind,
      email,
      uses_left: usesLeft,
      made_by: createdBy === `person:${subject}` ? "you" : (createdBy.split(":")[0] ?? ""),
      made_at: time(createdAt),
      ends_at: time(expiresAt),
    }));
  },
  access: async (context, { subject }) => {
    const grants = await collect(everyGrant(context, { subject }, context.clock.seconds()));
    const named = grants.map(async (grant) => ({
      client_id: grant.clientId,
      client_name: await nameOf(context, grant.clientId),
      scope: grant.scope,
      resources: grant.resources,
      authorization_details: grant.authorizationDetails,
      via: grant.via,
      address: grant.address,
      program: grant.program,
      system: grant.system,
      given_at: time(grant.createdAt),
      first_used_at: time(grant.activatedAt),
      kept_until: time(grant.expiresAt),
    }));
    return Promise.all(named);
  },
  requests: async (context, { subject }) => {
    const asked = await listRequests(context, subject);
    const named = asked.map(async (request) => ({
      client_id: request.clientId,
      client_name: await nameOf(context, request.clientId),
      message: request.bindingMessage,
      scope: request.scope,
      resources: request.resources,
      authorization_details: request.authorizationDetails,
      answer: request.status === "pending" ? null : request.status,
      reported: request.reported,
      asked_at: time(request.createdAt),
      ends_at: time(request.expiresAt),
    }));
    return Promise.all(named);
  },
  remembered_consents: async (context, { subject }) => {
    const consents = await collect(everyConsent(context, subject));
    const named = consents.map(async (consent) => ({
      client_id: consent.clientId,
      client_name: await nameOf(context, consent.clientId),
      scope: consent.scope,
      resources: consent.resources,
      authorization_details: consent.authorizationDetails,
      given_at: time(consent.createdAt),
    }));
    return Promise.all(named);
  },
  activity: async (context, { subject }) =>
    (await collect(everyActivity(context, subject))).map((activity) => ({
      event: activity.event,
      at: time(activity.at),
      count: activity.count,
      by: activity.actorKind,
      client_id: activity.clientId,
      group: activity.groupName,
      via: activity.via,
      reason: activity.reason,
      address: activity.address,
    })),
};

const nameOf = async (context: OwnDataContext, clientId: string): Promise<string | null> =>
  (await findClient(context, clientId))?.clientName ?? null;

/** The file, as JSON writes it. */
export async function ownData(context: OwnDataContext, account: AccountRecord): Promise<object> {
  const parts: [string, unknown][] = [
    ["server", context.configuration.issuer],
    ["made_at", time(context.clock.seconds())],
  ];
  for (const [name, read] of Object.entries(PARTS)) parts.push([name, await read(context, account)]);
  return Object.fromEntries(parts);
}

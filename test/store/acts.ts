/**
 * The acts of the store's tests, by name: each is the operation of that name, or its rule, on one store. Records of
 * tokens and codes include facts that their rows leave to other rows: the owner and what the token allows.
 */

import * as access from "../../src/operations/access.ts";
import { authorize } from "../../src/operations/authorization.ts";
import * as clientActs from "../../src/operations/clients.ts";
import { decide } from "../../src/operations/decide.ts";
import * as devices from "../../src/operations/devices.ts";
import { noEvents } from "../../src/operations/events.ts";
import { expiriesAt } from "../../src/operations/housekeeping.ts";
import { collect } from "../../src/operations/paging.ts";
import * as people from "../../src/operations/people.ts";
import * as serverKey from "../../src/operations/server-key.ts";
import * as sessionActs from "../../src/operations/sessions.ts";
import * as tokens from "../../src/operations/tokens.ts";
import { type EpochSeconds, systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import type { Confirmation } from "../../src/protocol/bindings.ts";
import type {
  ClientId,
  RecordId,
  ResourceIndicator,
  Scope,
  SecretDigest,
  SubjectId,
} from "../../src/protocol/identifiers.ts";
import type { LiveAccessToken } from "../../src/rules/access-token.ts";
import type { AccountChanges } from "../../src/rules/account-changes.ts";
import * as codeRules from "../../src/rules/authorization-code.ts";
import { issueToClient } from "../../src/rules/client.ts";
import { concluded, type Decision } from "../../src/rules/decision.ts";
import { redeemDeviceCode } from "../../src/rules/device-code.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccessFilter, Issuance as RowIssuance } from "../../src/rules/grant.ts";
import { isPending } from "../../src/rules/polling.ts";
import {
  type RotationOutcome as RowRotationOutcome,
  rotate,
  useAndKeep,
} from "../../src/rules/refresh-token.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { row, type Store, type Values } from "../../src/store/contract.ts";
import { encodeList } from "../../src/store/declare.ts";
import {
  openPostgresStore as openPostgres,
  type PostgresStoreOptions,
} from "../../src/store/postgres/index.ts";
import { openSqliteStore as openSqlite, type SqliteStoreOptions } from "../../src/store/sqlite/index.ts";
import {
  type ClientRecord,
  type ClientSecretRecord,
  type ClientSource,
  clients,
} from "../../src/store/tables/clients.ts";
import { type GrantRecord, grants, type RevocationReason } from "../../src/store/tables/grants.ts";
import type { ServerKeyRecord } from "../../src/store/tables/keys.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import {
  type AuthorizationCodeRecord as AuthorizationCodeRow,
  codes,
  type DeviceCodeRecord,
  deviceCodes,
} from "../../src/store/tables/requests.ts";
import { type SessionRecord, type SetupLinkRecord, sessions } from "../../src/store/tables/sign-in.ts";
import type {
  AccessTokenRecord as AccessTokenRow,
  RefreshTokenRecord as RefreshTokenRow,
} from "../../src/store/tables/tokens.ts";
import { requireSameShards } from "../support/shards.ts";

/** The person who denies in these tests. */
export const DENIER = "acc_denier" as SubjectId;

/** An access token, as the tests pass it to acts and get it back. */
export interface AccessTokenRecord {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly grantId: RecordId | null;
  readonly clientId: ClientId;
  readonly subject: string;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  readonly confirmation: Confirmation | null;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

export type RefreshTokenRecord = RefreshTokenRow & { readonly clientId: ClientId };

/** A code has the id of its grant. */
export type AuthorizationCodeRecord = AuthorizationCodeRow & {
  readonly grantId: RecordId;
  readonly clientId: ClientId;
};

export interface Issuance {
  readonly now: EpochSeconds;
  readonly accessToken: AccessTokenRecord;
  readonly refreshToken: RefreshTokenRecord | null;
}

export type Authorization = Omit<codeRules.Authorization, "code"> & {
  readonly code: AuthorizationCodeRecord;
};

export type RotationOutcome =
  | { readonly outcome: "rotated" | "other_key" | "replayed" | "refused" }
  | { readonly outcome: "retried"; readonly successor: RefreshTokenRecord };

export type ActingStore = Store & ReturnType<typeof actsOn>;

export const acting = (store: Store): ActingStore => ({
  ...store,
  // Every test that looks checks it, also on one server and on the embedded database.
  async look(plan, parameters) {
    const facts = await store.look(plan, parameters);
    requireSameShards(plan, facts as Readonly<Record<string, Values | null>>);
    return facts;
  },
  ...actsOn(store),
});

export const openSqliteStore = async (options: SqliteStoreOptions): Promise<ActingStore> =>
  acting(await openSqlite(options));

export const openPostgresStore = async (options: PostgresStoreOptions): Promise<ActingStore> =>
  acting(await openPostgres(options));

const CODE = {
  code: row(codes, { id: "$id" }),
  grant: row(grants, { id: "code.id" }),
  client: row(clients, { clientId: "grant.clientId" }),
};
const DEVICE = {
  device: row(deviceCodes, { id: "$id" }),
  grant: row(grants, { id: "device.grantId" }),
  client: row(clients, { clientId: "grant.clientId" }),
};
const CLIENT = { client: row(clients, { clientId: "$clientId" }) };

function actsOn(store: Store) {
  const context = { store, events: noEvents, clock: systemClock, random: systemRandom };
  const act = SERVER_ACT;
  const outcomeOf = async <Outcome>(attempt: () => Promise<Decision<Outcome>>): Promise<Outcome> =>
    (await decide(context, act, attempt)).outcome;

  const rowOf = async (
    { id, digest, grantId, clientId, scope, resources, confirmation, issuedAt, expiresAt }: AccessTokenRecord,
    grant: GrantRecord | null,
  ): Promise<AccessTokenRow> => ({
    id,
    digest,
    grantId,
    client: (await store.look(CLIENT, { clientId })).client?.number ?? 0,
    scope: grant !== null && encodeList(grant.scope) === encodeList(scope) ? null : scope,
    resources: grant !== null && encodeList(grant.resources) === encodeList(resources) ? null : resources,
    confirmation,
    authorizationDetails: null,
    exchange: null,
    issuedAt,
    expiresAt,
  });
  const refreshRowOf = ({ clientId: _, ...token }: RefreshTokenRecord): RefreshTokenRow => token;
  const rowsOf = async (
    { now, accessToken, refreshToken }: Issuance,
    grant: GrantRecord | null,
  ): Promise<RowIssuance> => ({
    now,
    accessToken: await rowOf(accessToken, grant),
    refreshToken: refreshToken === null ? null : refreshRowOf(refreshToken),
  });
  const told = ({ grant, exchange: _, authorizationDetails: __, ...token }: LiveAccessToken) => ({
    token: { ...token, grantId: grant?.id ?? null } satisfies AccessTokenRecord,
    grant,
  });

  return {
    findServerKey: () => serverKey.findServerKey({ store }),
    createServerKey: (key: Pick<ServerKeyRecord, "fingerprint" | "secret">) =>
      serverKey.createServerKey({ store }, key),

    findClient: (clientId: string) => clientActs.findClient(context, clientId),
    listClients: (source?: ClientSource) => collect(clientActs.everyClient(context, source)),
    hasClients: () => clientActs.hasClients(context),
    createClient: (client: ClientRecord) => clientActs.createClient(context, act, client),
    /** The row of the client, whether it is enabled or not. */
    async putClient(client: ClientRecord) {
      const { clientId, disabledAt } = client;
      await clientActs.putClient(context, act, client);
      const { disabledAt: found = null } = (await clientActs.findClient(context, clientId)) ?? {};
      if (disabledAt === found) return;
      if (disabledAt === null) await clientActs.enableClient(context, act, clientId);
      else await clientActs.disableClient(context, act, clientId, disabledAt);
    },
    addClientSecret: (clientId: ClientId, secret: ClientSecretRecord) =>
      clientActs.addClientSecret(context, act, clientId, secret),
    removeClientSecret: (clientId: ClientId, secretId: string, endsTokens = false) =>
      clientActs.removeClientSecret(context, act, clientId, secretId, { endsTokens }),
    vouchForClient: (clientId: string, vouchedAt: EpochSeconds | null = 1) =>
      clientActs.vouchForClient(context, act, clientId as ClientId, vouchedAt),
    disableClient: (clientId: string, now: EpochSeconds) =>
      clientActs.disableClient(context, act, clientId as ClientId, now),
    enableClient: (clientId: string) => clientActs.enableClient(context, act, clientId as ClientId),
    endClientTokens: (clientId: ClientId) => clientActs.endClientTokens(context, act, clientId),
    removeClient: (clientId: ClientId, now: EpochSeconds) =>
      clientActs.removeClient(context, act, clientId, now),

    findAccount: (subject: SubjectId) => people.findAccount(context, subject),
    findAccountBySignInName: (name: string) => people.findAccountBySignInName(context, name),
    findAccountByUsername: (username: string) => people.findAccountByUsername(context, username),
    listAccounts: () => collect(people.everyAccount(context)),
    hasAdministrator: () => people.hasAdministrator(context),
    createAccount: async (account: AccountRecord) =>
      (await people.createAccount(context, act, account)) === "created",
    changeAccount: (subject: SubjectId, changes: AccountChanges, now: EpochSeconds = 1) =>
      people.changeAccount(context, act, subject, changes, now),
    unlockAccount: (subject: SubjectId, now: EpochSeconds) =>
      people.unlockAccount(context, act, subject, now),
    setPassword: (subject: SubjectId, hash: string) => people.setPassword(context, act, subject, hash),
    changePassword: (subject: SubjectId, verified: string, hash: string) =>
      people.replacePassword(context, act, subject, verified, hash),
    disableAccount: (subject: SubjectId, now: EpochSeconds) =>
      people.disableAccount(context, act, subject, now),
    enableAccount: (subject: SubjectId) => people.enableAccount(context, act, subject),
    removeAccount: (subject: SubjectId, now: EpochSeconds) =>
      people.removeAccount(context, act, subject, now),

    /** `verified`: the hash of the password that the person typed. Another one is that of an account before a change. */
    async createSession(session: SessionRecord, replaces: RecordId | null, verified: string | null) {
      const account = await people.findAccount(context, session.subject);
      if (account === null) return false;
      const revision = account.passwordHash === verified ? account.revision : account.revision - 1;
      const signIn = { account: { ...account, revision }, steps: [STEPS.password] };
      return sessionActs.createSession(context, act, { session, signIn, replaces });
    },
    findSession: (id: RecordId, now: EpochSeconds, idleSince: EpochSeconds) =>
      sessionActs.findSession(context, id, now, idleSince),
    async touchSession(id: RecordId, now: EpochSeconds) {
      const { session } = await store.look({ session: row(sessions, { id: "$id" }) }, { id });
      if (session !== null) await sessionActs.touchSession(context, session, now);
    },
    endSession: (id: RecordId) => sessionActs.endSession(context, act, id),
    createSetupLink: (link: Omit<SetupLinkRecord, "name">) =>
      people.createSetupLink(context, act, { name: "administrator", ...link }),
    findSetupLink: (id: RecordId, now: EpochSeconds) => people.findSetupLink(context, id, now),
    redeemSetupLink: (id: RecordId, account: AccountRecord, now: EpochSeconds) =>
      people.redeemSetupLink(context, act, id, account, now),

    findConsent: (subject: SubjectId, clientId: ClientId, recipient: string) =>
      access.findConsent(context, subject, clientId, recipient),
    listConsents: (subject: SubjectId) => collect(access.everyConsent(context, subject)),
    authorize({ code: { grantId: _, clientId: __, ...code }, ...authorization }: Authorization) {
      return authorize(context, act, { ...authorization, code });
    },
    async findCode(id: RecordId) {
      const { code, grant } = await store.look(CODE, { id });
      if (code === null || grant === null) return null;
      const complete: AuthorizationCodeRecord = { ...code, grantId: grant.id, clientId: grant.clientId };
      return { code: complete, grant };
    },
    recordCodeFailure: (id: RecordId, limit: number) =>
      outcomeOf(async () => {
        const { code } = await store.look(CODE, { id });
        if (code === null) return concluded(undefined);
        return { outcome: undefined, changes: codeRules.countFailure(code, limit) };
      }),
    redeemCode: (id: RecordId, failureLimit: number, issuance: Issuance) =>
      outcomeOf(async () => {
        const facts = await store.look(CODE, { id });
        return codeRules.redeemCode(facts, facts.client, failureLimit, await rowsOf(issuance, facts.grant));
      }),

    createDeviceCode: (device: DeviceCodeRecord) => devices.createDeviceCode(context, act, device),
    findDeviceCode: async (id: RecordId) => {
      const { device, grant } = await devices.findDevice(context, id);
      return device === null ? null : { device, grant };
    },
    findPendingDeviceCode: async (userCodeDigest: SecretDigest, now: EpochSeconds) => {
      const { device } = await devices.findDeviceByUserCode(context, userCodeDigest);
      return isPending(device, now) ? device : null;
    },
    /** Approves with a grant. Without one, DENIER denies. */
    decideDeviceCode: (id: RecordId, grant: GrantRecord | null, now: EpochSeconds) =>
      devices.decideDeviceCode(context, act, id, grant === null ? { deniedBy: DENIER } : { grant }, now),
    redeemDeviceCode: (id: RecordId, issuance: Issuance) =>
      outcomeOf(async () => {
        const facts = await store.look(DEVICE, { id });
        return redeemDeviceCode(facts, facts.client, await rowsOf(issuance, facts.grant));
      }),

    issueAccessToken: (token: AccessTokenRecord) =>
      outcomeOf<"issued" | "refused">(async () => {
        const { client } = await store.look(CLIENT, { clientId: token.clientId });
        return client === null ? concluded("refused") : issueToClient(client, await rowOf(token, null));
      }),
    async findActiveAccessToken(id: RecordId, now: EpochSeconds) {
      const live = await tokens.findLiveAccessToken(context, id, now);
      return live === null ? null : told(live);
    },
    async findRefreshToken(id: RecordId) {
      const found = await tokens.findRefreshToken(context, id);
      if (found === null) return null;
      const token: RefreshTokenRecord = { ...found.token, clientId: found.grant.clientId };
      return { token, grant: found.grant };
    },
    async rotateRefreshToken(
      id: RecordId,
      retryWindowSeconds: number,
      issuance: Issuance & { readonly refreshToken: RefreshTokenRecord },
    ): Promise<RotationOutcome> {
      let grant: GrantRecord | null = null;
      const outcome: RowRotationOutcome = await outcomeOf(async () => {
        const facts = await tokens.lookAtRotation(context, id, null);
        grant = facts.grant;
        const { client } = await store.look(CLIENT, { clientId: grant?.clientId ?? null });
        return rotate(facts, client, retryWindowSeconds, {
          now: issuance.now,
          accessToken: await rowOf(issuance.accessToken, facts.grant),
          refreshToken: refreshRowOf(issuance.refreshToken),
          from: new Uint8Array(8),
        });
      });
      if (outcome.outcome !== "retried") return { outcome: outcome.outcome };
      const clientId = (grant as GrantRecord | null)?.clientId ?? ("" as ClientId);
      return { outcome: "retried", successor: { ...outcome.successor, clientId } };
    },
    /** A use of a refresh token that stays: it expires with the one of the issuance. */
    keepRefreshToken: (id: RecordId, issuance: Issuance & { readonly refreshToken: RefreshTokenRecord }) =>
      outcomeOf(async () => {
        const facts = await tokens.lookAtRotation(context, id, null);
        const { client } = await store.look(CLIENT, { clientId: facts.grant?.clientId ?? null });
        return useAndKeep(facts, client, {
          now: issuance.now,
          accessToken: await rowOf(issuance.accessToken, facts.grant),
          expiresAt: issuance.refreshToken.expiresAt,
        });
      }),
    revokeAccessToken: (id: RecordId) => tokens.revokeAccessToken(context, act, id),

    listGrants: (filter: access.GrantFilter, now: EpochSeconds) =>
      collect(access.everyGrant(context, filter, now)),
    findGrant: (id: RecordId) => access.findGrant(context, id),
    revokeGrant: (id: RecordId, reason: RevocationReason, now: EpochSeconds) =>
      access.revokeGrant(context, act, id, reason, now),
    revokeAccess: (filter: AccessFilter, reason: RevocationReason, now: EpochSeconds) =>
      access.revokeAccess(context, act, filter, reason, now),

    findCrowdedOut: (newer: number) => clientActs.findCrowdedOut(context, newer),
    removeExpired: (now: EpochSeconds, unusedSince: EpochSeconds, limit: number) =>
      store.expire(expiriesAt(now, unusedSince), limit),
  };
}

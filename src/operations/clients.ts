/** Operations on clients. */

import { hasSecrets } from "../clients/authentication-methods.ts";
import type { ClientChanges } from "../clients/change.ts";
import {
  mintClientSecret,
  type NewClient,
  newClientId,
  newClientNumber,
  newClientRecord,
  withinPolicy,
} from "../clients/clients.ts";
import type { ClientMetadata } from "../clients/metadata.ts";
import { isLaxer } from "../clients/strictness.ts";
import type { Configuration } from "../configuration/schema.ts";
import { mintCredential, parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import * as rules from "../rules/client.ts";
import { concluded, type Decision } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import { row, type Store } from "../store/contract.ts";
import {
  type ClientRecord,
  type ClientRules,
  type ClientSecretRecord,
  type ClientSource,
  clients,
} from "../store/tables/clients.ts";
import type { DisabledBy } from "../store/tables/columns.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { allPages, type Page } from "./paging.ts";

interface AddContext extends DecideContext {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

interface Reading {
  readonly store: Store;
}

export const CLIENT = { client: row(clients, { clientId: "$clientId" }) };

/** The client of that identifier, disabled or not; null if there is none. */
export const findClient = async ({ store }: Reading, clientId: string): Promise<ClientRecord | null> =>
  (await store.look(CLIENT, { clientId })).client;

/** The client of that identifier as the present policy lets it act (`withinPolicy`); null if there is none. */
export async function findServedClient(
  context: Reading & {
    readonly configuration: Pick<Configuration, "registration" | "lifetimes">;
    readonly catalogue: Pick<Catalogue, "registeredScope">;
  },
  clientId: string,
): Promise<ClientRecord | null> {
  const client = await findClient(context, clientId);
  return client === null ? null : withinPolicy(client, context.configuration, context.catalogue);
}

/** A page of all clients, or of those with one source, or of those that are disabled or are not, oldest first. */
export const listClients = (
  { store }: Reading,
  { limit, after = null }: Page<ClientRecord>,
  source?: ClientSource,
  isDisabled?: boolean,
): Promise<ClientRecord[]> =>
  store.list(clients, {
    where: { ...(source !== undefined && { source }), ...(isDisabled === false && { disabledAt: null }) },
    ...(isDisabled === true && { above: { disabledAt: 0 } }),
    // Numbers begin with the time, so this is the order of creation. A client whose tokens were ended comes last.
    order: ["number"],
    after,
    limit,
  });

/** All clients, read in pages. */
export const everyClient = (context: Reading, source?: ClientSource): AsyncGenerator<ClientRecord> =>
  allPages((page: Page<ClientRecord>) => listClients(context, page, source));

export const hasClients = async (context: Reading): Promise<boolean> =>
  (await listClients(context, { limit: 1 })).length > 0;

const IDENTIFIER_AND_NUMBER = { ...CLIENT, sameNumber: row(clients, { number: "$number" }, ["clientId"]) };

/** Finds the client with the identifier, if there is one, and a number that no client has. `number`: the first to try. */
async function findWithFreeNumber({ store }: Reading, clientId: ClientId, number: number) {
  // Two clients that are created in the same second may draw the same number.
  for (let free = number; ; free += 1) {
    const { client, sameNumber } = await store.look(IDENTIFIER_AND_NUMBER, { clientId, number: free });
    if (sameNumber === null) return { client, number: free };
  }
}

/** The client with the identifier, if there is one, and the new client with an unused number. */
async function findPlace(context: Reading, client: ClientRecord) {
  const { client: found, number } = await findWithFreeNumber(context, client.clientId, client.number);
  return { found, client: { ...client, number } };
}

export interface NumberContext extends DecideContext, Pick<AddContext, "clock" | "random"> {}

/** The client, and a number that it can get in place of its own. */
export const findRenumbered = (context: NumberContext, clientId: ClientId) =>
  findWithFreeNumber(context, clientId, newClientNumber(context.clock.seconds(), context.random));

/** A client to make. */
export interface WantedClient
  extends Pick<NewClient, "source" | "metadata" | "initialAccess" | keyof ClientRules> {
  /** Default: a generated one. */
  readonly clientId?: ClientId;
}

export interface AddedClient {
  readonly client: ClientRecord;
  /** Shown once; null for a client whose method uses none. */
  readonly secret: string | null;
  /** RFC 7592: manages the registration. Null for a client of the operator. */
  readonly registrationToken: string | null;
}

/** Makes a client, with a secret if its method uses one. Null, and nothing changed, if the identifier is taken. */
export async function addClient(
  context: AddContext,
  act: Act,
  wanted: WantedClient,
): Promise<AddedClient | null> {
  const { clock, random } = context;
  const { clientId = newClientId(random), metadata } = wanted;
  const secret = hasSecrets(metadata) ? mintClientSecret(clock, random) : null;
  const secrets = secret === null ? [] : [secret.record];
  const token =
    wanted.source === "registration" ? mintCredential("registration_access_token", clock, random) : null;
  const registrationToken = token?.digest ?? null;
  const client = newClientRecord(
    { ...wanted, clientId, secrets, registrationToken, createdAt: clock.seconds() },
    random,
  );
  if (!(await createClient(context, act, client))) return null;
  return { client, secret: secret?.text ?? null, registrationToken: token?.text ?? null };
}

/**
 * The client whose registration the token manages (RFC 7592 §3); null for another token, and for a client that is gone. Both
 * get the same answer, so that no one learns which clients there are.
 */
export async function findManagedClient(
  context: Reading,
  clientId: string,
  token: string,
): Promise<ClientRecord | null> {
  const presented = parseCredential("registration_access_token", token);
  const client = presented && (await findClient(context, clientId));
  const digest = client?.registrationToken ?? null;
  const isRight = presented !== null && digest !== null && secretMatches(presented.secret, digest);
  return isRight ? client : null;
}

/** A client has this long to use its registration, even if there are too many registrations. */
export const CROWDED_SECONDS = 3600;

/**
 * The `unusedFrom` of the registration that has `newer` unused ones after it: that one and the earlier ones are too many.
 * Null if there are fewer.
 */
export async function findCrowdedOut(
  { store }: Reading,
  newer: number,
  source: ClientSource = "registration",
): Promise<EpochSeconds | null> {
  const [client] = await store.list(clients, {
    where: { source },
    above: { unusedFrom: 0 },
    order: ["unusedFrom", "clientId"],
    descending: true,
    skip: newer,
    limit: 1,
  });
  return client?.unusedFrom ?? null;
}

/**
 * Throws `registrations_full` (503) while there are as many unused registrations as are kept, all of them too young to be
 * removed. The clean-up makes room as soon as the oldest is an hour old.
 */
export async function requireRegistrationRoom(
  context: Reading & {
    readonly clock: Clock;
    readonly configuration: Pick<Configuration, "registration">;
  },
  source: ClientSource = "registration",
): Promise<void> {
  const { unused_kept } = context.configuration.registration;
  const oldest = await findCrowdedOut(context, unused_kept - 1, source);
  if (oldest === null) return;
  const retryAfterSeconds = oldest + CROWDED_SECONDS - context.clock.seconds();
  if (retryAfterSeconds > 0) throw new OAuthError("registrations_full", { retryAfterSeconds });
}

/** False, and nothing changed, if the identifier is taken. */
export const createClient = (context: DecideContext, act: Act, wanted: ClientRecord): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { found, client } = await findPlace(context, wanted);
    return rules.createClient(found, client);
  });

/** Replaces the metadata and secrets of a client, and keeps its number and use. Creates it if it is missing. */
export async function putClient(context: DecideContext, act: Act, wanted: ClientRecord): Promise<void> {
  await outcomeOf(context, act, async () => {
    const { found, client } = await findPlace(context, wanted);
    return rules.putClient(found, client);
  });
}

/** A client before and after a change. */
export interface ChangedClient {
  readonly before: ClientRecord;
  readonly client: ClientRecord;
  /** The secret of a client that had none and needs one; shown once. */
  readonly secret: string | null;
}

/**
 * The operator changes a client as `change` says of its present row. `change` may throw, and nothing changes. Null if there is
 * no such client. From then on a client that registered itself cannot change its registration: it would take back what the
 * operator took from it.
 */
export const changeClient = (
  context: AddContext,
  act: Act,
  clientId: ClientId,
  change: (client: ClientRecord) => ClientChanges,
): Promise<ChangedClient | null> =>
  changeBy(context, act, clientId, (client, secret) => {
    const changes = change(client);
    if (!rules.mayChangeTo(client, changes))
      throw new OAuthError("change_refused", {
        description:
          "The metadata document of the client says this, and the next fetch would bring it back. Its groups, sign-in level, lifetimes and claims can be changed.",
      });
    return rules.changeClient(client, { ...changes, registrationToken: null }, secret);
  });

/** RFC 7592 §2.2: a client replaces its metadata. Null if it was removed meanwhile. */
export const changeRegistration = (
  context: AddContext,
  act: Act,
  clientId: ClientId,
  metadata: ClientMetadata,
): Promise<ChangedClient | null> =>
  changeBy(context, act, clientId, (client, secret) => {
    // The operator has made it stricter in this moment.
    if (isLaxer(metadata, client)) throw new OAuthError("unavailable", { clientId, retryAfterSeconds: 1 });
    return rules.changeRegistration(client, metadata, secret, context.clock.seconds());
  });

async function changeBy(
  context: AddContext,
  act: Act,
  clientId: ClientId,
  decideOn: (client: ClientRecord, newSecret: ClientSecretRecord) => Decision<boolean>,
): Promise<ChangedClient | null> {
  const made = mintClientSecret(context.clock, context.random);
  let before: ClientRecord | null = null;
  const changed = await outcomeOf(context, act, async () => {
    before = await findClient(context, clientId);
    return before === null ? concluded(false) : decideOn(before, made.record);
  });
  const client = changed ? await findClient(context, clientId) : null;
  if (before === null || client === null) return null;
  const isNew = client.secrets.some(({ id }) => id === made.record.id);
  return { before, client, secret: isNew ? made.text : null };
}

/** False if there is no such client. */
export const addClientSecret = (
  context: DecideContext,
  act: Act,
  clientId: ClientId,
  secret: ClientSecretRecord,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.addSecret(await findClient(context, clientId), secret));

/** False if there is no such client or secret. `endsTokens`: whether the access tokens of the client end too. */
export const removeClientSecret = (
  context: NumberContext,
  act: Act,
  clientId: ClientId,
  secretId: string,
  { endsTokens }: { readonly endsTokens: boolean },
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { client, number } = await findRenumbered(context, clientId);
    return rules.removeSecret(client, secretId, endsTokens ? number : null);
  });

/** Ends every access token of the client; its grants stay. False if there is no such client. */
export const endClientTokens = (context: NumberContext, act: Act, clientId: ClientId): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { client, number } = await findRenumbered(context, clientId);
    return rules.endClientTokens(client, number);
  });

/** The operator vouches for the client, or no longer does (null). False if there is no such client. */
export const vouchForClient = (
  context: DecideContext,
  act: Act,
  clientId: ClientId,
  vouchedAt: EpochSeconds | null,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.vouchForClient(await findClient(context, clientId), vouchedAt));

/** Its tokens are inactive until it is enabled again; its grants stay. False if there is no such client. */
export const disableClient = (
  context: DecideContext,
  act: Act,
  clientId: ClientId,
  now: EpochSeconds,
  by?: DisabledBy,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.disableClient(await findClient(context, clientId), now, by));

/** False if there is no such client. */
export const enableClient = (context: DecideContext, act: Act, clientId: ClientId): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.enableClient(await findClient(context, clientId)));

/** Removes the client, revokes its grants and ends all that was issued to it. False if there is no such client. */
export const removeClient = (
  context: DecideContext,
  act: Act,
  clientId: ClientId,
  now: EpochSeconds,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.removeClient(await findClient(context, clientId), now));

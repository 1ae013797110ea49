/**
 * The server's own secret. By default it is in the database, where the first server puts a random one: then a copy of
 * the database is complete, and a node needs only the database's URL. An operator can configure it instead. The
 * database then has only its fingerprint, and the server refuses to start with another secret.
 *
 * Another secret takes its place in one commit, and the former one stays for what it sealed and for what people keep (decision 10).
 */
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { recordIdText } from "../credentials/credential.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import { SERVER_SECRET_BYTES, type ServerKeys, secretFingerprint, serverKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { type Change, insert, type ListRequest, remove, row, type Store, update } from "../store/contract.ts";
import type { Columns, RowOf, Table } from "../store/declare.ts";
import { type ServerKeyRecord, serverKeys as serverKeyTable, signingKeys } from "../store/tables/keys.ts";
import { auditSeals } from "../store/tables/records.ts";
import { backchannelRequests } from "../store/tables/requests.ts";
import { recoveryCodes, totps } from "../store/tables/sign-in.ts";
import { type MailRecord, mails } from "../store/tables/waiting.ts";
import { allPages, collect, type Page } from "./paging.ts";

interface ServerKeyContext {
  readonly configuration: Pick<Configuration, "server_key"> &
    Partial<Pick<Configuration, "former_server_keys">>;
  readonly store: Store;
  readonly random: RandomBytes;
}

export interface FoundServerKeys {
  readonly keys: ServerKeys;
  /** Whether a server has used this database before. */
  readonly wereThere: boolean;
  /** How many former secrets still count. */
  readonly former: number;
}

const SERVER = "server";
const KEY = { key: row(serverKeyTable, { name: "$name" }) };

const everyRow = <Declared extends Columns>(
  store: Pick<Store, "list">,
  table: Table<Declared>,
): AsyncGenerator<RowOf<Declared>> =>
  allPages((page: Page<RowOf<Declared>>) => store.list(table, page as ListRequest<Declared>));

/** The stored key; null if no server has used this database. */
export const findServerKey = async ({
  store,
}: Pick<ServerKeyContext, "store">): Promise<ServerKeyRecord | null> =>
  (await store.look(KEY, { name: SERVER })).key;

/** The former keys, the last one first. */
export async function findFormerKeys({ store }: Pick<ServerKeyContext, "store">): Promise<ServerKeyRecord[]> {
  const all = await collect(everyRow(store, serverKeyTable));
  return all
    .filter(({ retiredAt }) => retiredAt !== null)
    .sort((one, other) => (other.retiredAt ?? 0) - (one.retiredAt ?? 0));
}

/** False, and nothing changed, if there is a key: all nodes use the first one. */
export async function createServerKey(
  { store }: Pick<ServerKeyContext, "store">,
  key: Pick<ServerKeyRecord, "fingerprint" | "secret">,
): Promise<boolean> {
  const { outcome } = await store.commit({
    changes: [insert(serverKeyTable, { name: SERVER, ...key, retiredAt: null })],
  });
  return outcome === "committed";
}

const secretOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64url"));

const configuredSecret = ({ server_key }: ServerKeyContext["configuration"]): Uint8Array | null =>
  server_key === undefined ? null : secretOf(server_key);

/** Throws ConfigurationError if the configured secrets are not those of this database. */
export async function findServerKeys({
  configuration,
  store,
  random,
}: ServerKeyContext): Promise<FoundServerKeys> {
  const configured = configuredSecret(configuration);
  const kept = await findServerKey({ store });
  if (kept !== null) {
    const former = await findFormerKeys({ store });
    const secrets = former.map((key) => formerSecret(key, configuration));
    const keys = serverKeys(agreedSecret(kept, configured), secrets);
    return { keys, wereThere: true, former: former.length };
  }
  const secret = configured ?? random(SERVER_SECRET_BYTES);
  const offered = {
    fingerprint: secretFingerprint(secret),
    secret: configured === null ? secret : null,
  };
  if (await createServerKey({ store }, offered)) {
    return { keys: serverKeys(secret), wereThere: false, former: 0 };
  }
  // Another node was first.
  return findServerKeys({ configuration, store, random });
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** The configured former secret with this fingerprint. */
const configuredFormer = (
  fingerprint: Uint8Array,
  { former_server_keys = [] }: ServerKeyContext["configuration"],
): Uint8Array | undefined =>
  former_server_keys.map(secretOf).find((secret) => isSame(secretFingerprint(secret), fingerprint));

function formerSecret(
  { fingerprint, secret }: ServerKeyRecord,
  configuration: ServerKeyContext["configuration"],
): Uint8Array {
  const found = secret ?? configuredFormer(fingerprint, configuration);
  if (found !== undefined) return found;
  throw new ConfigurationError(
    "A former server_key still counts, and it is not among former_server_keys. Add it, the same on every node: docs/server-key.md. What it is for: tessera server-key list",
  );
}

function agreedSecret(kept: ServerKeyRecord, configured: Uint8Array | null): Uint8Array {
  const secret = configured ?? kept.secret;
  if (secret === null) {
    throw new ConfigurationError(
      "This database is used with a server_key that is kept in the configuration, but there is none. Set it: TESSERA_SERVER_KEY, the same on every node.",
    );
  }
  if (!isSame(secretFingerprint(secret), kept.fingerprint)) {
    throw new ConfigurationError(
      configured === null
        ? "The server's key in the database is damaged. Restore the table server_keys from a backup."
        : "server_key is not the key that this database is used with. Every node needs the same. To put it in the place of the other one: tessera server-key rotate (docs/server-key.md)",
    );
  }
  return secret;
}

interface RotationContext extends ServerKeyContext {
  readonly clock: Clock;
}

/**
 * Puts another secret in the place of the one in use: a random one, or that of the configuration. One commit; the former one stays.
 * False if no server has used this database. The processes that run go on with the secret that they know, so none may run. Throws
 * ConfigurationError if the configuration has not what it takes.
 */
export async function rotateServerKey(context: RotationContext): Promise<boolean> {
  const { configuration, store, random, clock } = context;
  const kept = await findServerKey(context);
  if (kept === null) return false;
  const configured = configuredSecret(configuration);
  const secret = configured ?? random(SERVER_SECRET_BYTES);
  const fingerprint = secretFingerprint(secret);
  const former = await findFormerKeys(context);
  if ([kept, ...former].some((key) => isSame(key.fingerprint, fingerprint))) {
    throw new ConfigurationError(
      "server_key is in the configuration, and is the key in use or a former one. Put a new one there, and the one in use into former_server_keys: docs/server-key.md",
    );
  }
  // The one in use must be at hand, or nothing that it sealed would ever open again.
  for (const key of [kept, ...former]) formerSecret(key, configuration);
  const retired = {
    name: `${SERVER} ${Buffer.from(kept.fingerprint).toString("hex")}`,
    fingerprint: kept.fingerprint,
    secret: kept.secret,
    // Two in one second stay in their order.
    retiredAt: Math.max(clock.seconds(), (former[0]?.retiredAt ?? 0) + 1),
  };
  const { outcome } = await store.commit({
    changes: [
      update(
        serverKeyTable,
        { name: SERVER },
        { fingerprint: kept.fingerprint },
        { fingerprint, secret: configured === null ? secret : null },
      ),
      insert(serverKeyTable, retired),
    ],
  });
  if (outcome === "committed") return true;
  throw new ConfigurationError(
    "Another process has changed the key meanwhile. Look: tessera server-key list",
  );
}

/** How much was sealed anew under the secret in use. */
export interface Resealed {
  readonly signingKeys: number;
  readonly apps: number;
  readonly mails: number;
  /** How many former secrets nothing needs any more, and are gone. */
  readonly forgotten: number;
}

interface ResealContext {
  readonly store: Store;
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly configuration: { readonly lifetimes: Pick<Configuration["lifetimes"], "known_browser_seconds"> };
}

/**
 * Seals everything anew that a former secret sealed, and forgets the former secrets that nothing needs. Each row is a commit of its
 * own, and a former secret opens what is still to be done, so it may end anywhere and begin again.
 */
export async function resealAll(context: ResealContext): Promise<Resealed> {
  const { store, keys } = context;
  let [signing, apps, letters] = [0, 0, 0];
  const commit = async (change: Change): Promise<number> => {
    // Stale: the row has changed meanwhile, and was sealed by a process that knows the secret in use.
    const { outcome } = await store.commit({ changes: [change] });
    return outcome === "committed" ? 1 : 0;
  };
  for await (const { kid, sealedPrivateKey: was } of everyRow(store, signingKeys)) {
    const sealedPrivateKey = keys.reseal("signing keys", kid, was);
    if (sealedPrivateKey === null) continue;
    signing += await commit(update(signingKeys, { kid }, { sealedPrivateKey: was }, { sealedPrivateKey }));
  }
  for await (const { subject, sealedSecret: was } of everyRow(store, totps)) {
    const sealedSecret = keys.reseal("one-time passwords", subject, was);
    if (sealedSecret === null) continue;
    apps += await commit(update(totps, { subject }, { sealedSecret: was }, { sealedSecret }));
  }
  const waiting = await collect(
    allPages((page: Page<MailRecord>) =>
      store.list(mails, { ...page, where: { waits: true }, order: ["nextAt", "id"] }),
    ),
  );
  for (const { id, sealedLink: was } of waiting) {
    const sealedLink = was === null ? null : keys.reseal("mail", recordIdText(id), was);
    if (was === null || sealedLink === null) continue;
    letters += await commit(update(mails, { id }, { sealedLink: was }, { sealedLink }));
  }
  // They live for an hour at most, so there are few.
  for await (const { id, sealedPing: was } of everyRow(store, backchannelRequests)) {
    const sealedPing = was === null ? null : keys.reseal("ping", recordIdText(id), was);
    if (was === null || sealedPing === null) continue;
    await commit(update(backchannelRequests, { id }, { sealedPing: was }, { sealedPing }));
  }
  return { signingKeys: signing, apps, mails: letters, forgotten: await forgetUnneeded(context) };
}

/** Why a former secret stays. `names`: it determines how applications know people and sessions. */
export type FormerNeed = "names" | "recovery_codes" | "known_browsers" | "audit_seals";

export interface FormerKey {
  readonly key: ServerKeyRecord;
  /** Empty: it goes when what it sealed is sealed anew. */
  readonly needs: readonly FormerNeed[];
}

/** The former secrets with what needs each, the last one first. */
export async function findFormerNeeds({
  store,
  clock,
  configuration,
}: Omit<ResealContext, "keys">): Promise<readonly FormerKey[]> {
  const former = await findFormerKeys({ store });
  const oldest = former.at(-1);
  let firstCode: EpochSeconds | null = null;
  if (former.length > 1) {
    for await (const { usedAt, createdAt } of everyRow(store, recoveryCodes)) {
      if (usedAt === null) firstCode = Math.min(firstCode ?? createdAt, createdAt);
    }
  }
  const [firstSeal] = await store.list(auditSeals, { order: ["number"], limit: 1 });
  const now = clock.seconds();
  return former.map((key) => {
    const retiredAt = key.retiredAt ?? 0;
    const needs: FormerNeed[] = [];
    if (key === oldest) needs.push("names");
    if (firstCode !== null && firstCode <= retiredAt) needs.push("recovery_codes");
    if (now < retiredAt + configuration.lifetimes.known_browser_seconds) needs.push("known_browsers");
    if (firstSeal !== undefined && firstSeal.sealedAt <= retiredAt) needs.push("audit_seals");
    return { key, needs };
  });
}

async function forgetUnneeded(context: ResealContext): Promise<number> {
  const unneeded = (await findFormerNeeds(context)).filter(({ needs }) => needs.length === 0);
  if (unneeded.length === 0) return 0;
  await context.store.commit({
    changes: unneeded.map(({ key: { name } }) => remove(serverKeyTable, { name })),
  });
  return unneeded.length;
}

/** Rows of clients: what SQL asks about in columns, the rest of the metadata as one JSON text. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, SecretDigest } from "../../../protocol/identifiers.ts";
import type { ClientRecord, ClientSecretRecord, ClientSource } from "../../records.ts";
import { USE_NOTED_FOR_SECONDS } from "../../rules.ts";
import type { ClientMemory, ReadClient } from "../client-memory.ts";
import type { Command, Connection, SqlValue } from "../driver.ts";

interface ClientRow {
  readonly number: number;
  readonly clientId: ClientId;
  readonly source: ClientSource;
  readonly createdAt: EpochSeconds;
  readonly usedAt: EpochSeconds | null;
  readonly unusedFrom: EpochSeconds | null;
  readonly disabledAt: EpochSeconds | null;
  readonly metadata: string;
}

/** What decides whether something may be issued to a client. */
export interface ClientState {
  readonly number: number;
  readonly usedAt: EpochSeconds | null;
  readonly unusedFrom: EpochSeconds | null;
  readonly disabledAt: EpochSeconds | null;
}

const COLUMNS =
  "number, client_id AS clientId, source, created_at AS createdAt, used_at AS usedAt, unused_from AS unusedFrom, disabled_at AS disabledAt, metadata";

const decode = ({ number, metadata, ...columns }: ClientRow): ClientRecord => ({
  ...decodeMetadata(metadata),
  ...columns,
});

/** Commands see rows as they are, and say so when they change one; only queries are answered from memory. */
export function clientTable(connection: Connection, memory: ClientMemory, use: "queries" | "commands") {
  const recalls = use === "queries";
  const changes =
    <Parameters extends SqlValue[]>(command: Command<Parameters>): Command<Parameters> =>
    (...parameters) => {
      memory.begin();
      return command(...parameters);
    };
  const byId = connection.query<ClientRow, [string]>(`SELECT ${COLUMNS} FROM clients WHERE client_id = ?`);
  const all = connection.query<ClientRow, []>(`SELECT ${COLUMNS} FROM clients ORDER BY created_at, number`);
  const bySource = connection.query<ClientRow, [string]>(
    `SELECT ${COLUMNS} FROM clients WHERE source = ? ORDER BY created_at, number`,
  );
  const any = connection.query<{ number: number }, []>("SELECT number FROM clients LIMIT 1");
  const state = connection.query<ClientState, [string]>(
    `SELECT number, used_at AS usedAt, unused_from AS unusedFrom, disabled_at AS disabledAt
     FROM clients WHERE client_id = ?`,
  );
  const identity = connection.query<{ clientId: ClientId; disabledAt: EpochSeconds | null }, [number]>(
    "SELECT client_id AS clientId, disabled_at AS disabledAt FROM clients WHERE number = ?",
  );
  const insert = changes(
    connection.command<
      [string, string, EpochSeconds, EpochSeconds | null, EpochSeconds | null, EpochSeconds | null, string]
    >(
      `INSERT INTO clients (client_id, source, created_at, used_at, unused_from, disabled_at, metadata)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (client_id) DO NOTHING`,
    ),
  );
  const replace = changes(
    connection.command<[string, EpochSeconds | null, string, string]>(
      "UPDATE clients SET source = ?, disabled_at = ?, metadata = ? WHERE client_id = ?",
    ),
  );
  const noteUse = changes(
    connection.command<[EpochSeconds, EpochSeconds | null, number]>(
      "UPDATE clients SET used_at = coalesce(used_at, ?), unused_from = ? WHERE number = ?",
    ),
  );
  const remove = changes(connection.command<[string]>("DELETE FROM clients WHERE client_id = ?"));
  const removeUnused = changes(
    connection.command<[EpochSeconds, number]>(
      `DELETE FROM clients WHERE number IN (
       SELECT number FROM clients WHERE source = 'registration' AND unused_from < ? LIMIT ?)`,
    ),
  );

  const crowdedOut = connection.query<{ unusedFrom: EpochSeconds }, [number]>(
    `SELECT unused_from AS unusedFrom FROM clients
     WHERE source = 'registration' AND unused_from IS NOT NULL ORDER BY unused_from DESC LIMIT 1 OFFSET ?`,
  );

  return {
    find(clientId: string): ClientRecord | null {
      const remembered = recalls ? memory.find(clientId) : undefined;
      if (remembered !== undefined) return remembered;
      const row = byId.get(clientId);
      if (row === null) return null;
      const client = decode(row);
      if (recalls)
        memory.remember({ client, number: row.number, characters: clientId.length + row.metadata.length });
      return client;
    },
    list: (source?: ClientSource) => (source === undefined ? all.all() : bySource.all(source)).map(decode),
    areThere: () => any.get() !== null,
    /** What findEnabled would find of a client that the same transaction has confirmed. */
    stateOf: (read: ReadClient | null): ClientState | null =>
      read === null || read.client.disabledAt !== null
        ? null
        : {
            number: read.number,
            usedAt: read.client.usedAt,
            unusedFrom: read.client.unusedFrom,
            disabledAt: null,
          },
    /** Null if there is no such client or it is disabled. */
    findEnabled(clientId: string): ClientState | null {
      const found = state.get(clientId);
      return found === null || found.disabledAt !== null ? null : found;
    },
    /** Null if the client was removed or is disabled. */
    findEnabledByNumber(number: number): ClientId | null {
      const remembered = recalls ? memory.findEnabledByNumber(number) : undefined;
      if (remembered !== undefined) return remembered;
      const found = identity.get(number);
      if (found === null || found.disabledAt !== null) return null;
      if (recalls) memory.rememberEnabled(number, found.clientId);
      return found.clientId;
    },
    /** False if the identifier is taken. */
    insert: (client: ClientRecord) =>
      insert(
        client.clientId,
        client.source,
        client.createdAt,
        client.usedAt,
        client.unusedFrom,
        client.disabledAt,
        encodeMetadata(client),
      ) === 1,
    /** False if there is no such client. */
    replace: (client: ClientRecord) =>
      replace(client.source, client.disabledAt, encodeMetadata(client), client.clientId) === 1,
    /** A person allowed the client something: it stays. Costs no write after the first time. */
    markAllowed(client: ClientState, now: EpochSeconds): void {
      if (client.usedAt === null || client.unusedFrom !== null) noteUse(now, null, client.number);
    },
    /** The client got a token for itself, which lives until `expiresAt`. */
    markIssued(client: ClientState, now: EpochSeconds, expiresAt: EpochSeconds): void {
      const { unusedFrom } = client;
      const isNoted = unusedFrom === null || unusedFrom >= expiresAt;
      if (client.usedAt !== null && isNoted) return;
      noteUse(now, isNoted ? unusedFrom : expiresAt + USE_NOTED_FOR_SECONDS, client.number);
    },
    remove: (clientId: string) => remove(clientId) === 1,
    removeUnused,
    findCrowdedOut: (newer: number) => crowdedOut.get(newer)?.unusedFrom ?? null,
  };
}

/** The fields that are columns, and the secrets, whose digests need another form in JSON. */
type OutsideMetadata =
  | "clientId"
  | "source"
  | "createdAt"
  | "usedAt"
  | "unusedFrom"
  | "disabledAt"
  | "secrets";

interface StoredMetadata extends Omit<ClientRecord, OutsideMetadata> {
  readonly secrets: readonly (Omit<ClientSecretRecord, "digest"> & { readonly digest: string })[];
}

function encodeMetadata(client: ClientRecord): string {
  const { clientId, source, createdAt, usedAt, unusedFrom, disabledAt, secrets, ...metadata } = client;
  const stored: StoredMetadata = {
    ...metadata,
    secrets: secrets.map((secret) => ({
      ...secret,
      digest: Buffer.from(secret.digest).toString("base64url"),
    })),
  };
  return JSON.stringify(stored);
}

type Metadata = Omit<ClientRecord, Exclude<OutsideMetadata, "secrets">>;

function decodeMetadata(text: string): Metadata {
  const stored: StoredMetadata = JSON.parse(text);
  return {
    ...stored,
    secrets: stored.secrets.map((secret) => ({ ...secret, digest: decodeDigest(secret.digest) })),
  };
}

const decodeDigest = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" }) as SecretDigest;

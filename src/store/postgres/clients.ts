/** The store's methods for clients. What SQL asks about is in columns, the rest of the metadata is one JSON text. */
import type { SecretDigest } from "../../protocol/identifiers.ts";
import type { Store } from "../contract.ts";
import type { ClientRecord, ClientSecretRecord } from "../records.ts";
import { CALLER, CALLER_IS_KNOWN, type Callers } from "./callers.ts";
import type { Database } from "./driver.ts";
import { canBeStored } from "./rows.ts";
import { type ParametersOf, query, statement } from "./statements.ts";

type ClientMethods = Pick<
  Store,
  | "findClient"
  | "recallClient"
  | "confirmClient"
  | "listClients"
  | "hasClients"
  | "createClient"
  | "putClient"
  | "addClientSecret"
  | "removeClientSecret"
  | "removeClient"
>;

/** The fields that are columns. */
type InColumns = "clientId" | "source" | "createdAt" | "usedAt" | "unusedFrom" | "disabledAt" | "secrets";

type StoredSecret = Omit<ClientSecretRecord, "digest"> & { readonly digest: string };

type ClientRow = Pick<ClientRecord, Exclude<InColumns, "secrets">> & {
  readonly metadata: string;
  readonly secrets: readonly StoredSecret[];
};

const COLUMNS = `client_id AS "clientId", source, created_at AS "createdAt", used_at AS "usedAt",
  unused_from AS "unusedFrom", disabled_at AS "disabledAt", metadata, secrets`;

const BY_ID = query<ClientRow>(`SELECT ${COLUMNS} FROM clients WHERE client_id = :clientId`).with({
  clientId: "text",
});

const CONFIRM = query<{ callerIsKnown: boolean }>(`SELECT ${CALLER_IS_KNOWN} AS "callerIsKnown"`).with(
  CALLER,
);

const ALL = query<ClientRow>(
  `SELECT ${COLUMNS} FROM clients WHERE :source IS NULL OR source = :source ORDER BY created_at, number`,
).with({ source: "text?" });

const ANY = query<{ number: number }>("SELECT number FROM clients LIMIT 1").with({});

const TYPES = {
  clientId: "text",
  source: "text",
  createdAt: "bigint",
  usedAt: "bigint?",
  unusedFrom: "bigint?",
  disabledAt: "bigint?",
  metadata: "text",
  secrets: "jsonb",
} as const;

const INSERT = `INSERT INTO clients
    (client_id, source, created_at, used_at, unused_from, disabled_at, metadata, secrets)
  VALUES (:clientId, :source, :createdAt, :usedAt, :unusedFrom, :disabledAt, :metadata, :secrets)
  ON CONFLICT (client_id)`;

const CREATE = statement<unknown>(`${INSERT} DO NOTHING RETURNING number`).with(TYPES);

const PUT = statement<unknown>(
  `${INSERT} DO UPDATE SET source = excluded.source, disabled_at = excluded.disabled_at,
     metadata = excluded.metadata, secrets = excluded.secrets`,
).with(TYPES);

const ADD_SECRET = statement<unknown>(
  "UPDATE clients SET secrets = secrets || :secrets WHERE client_id = :clientId RETURNING number",
).with({ clientId: "text", secrets: "jsonb" });

const REMOVE_SECRET = statement<unknown>(
  `UPDATE clients SET secrets = (
     SELECT coalesce(jsonb_agg(secret ORDER BY position), '[]')
     FROM jsonb_array_elements(secrets) WITH ORDINALITY AS each_secret (secret, position)
     WHERE secret ->> 'id' <> :secretId)
   WHERE client_id = :clientId
     AND EXISTS (SELECT 1 FROM jsonb_array_elements(secrets) AS secret WHERE secret ->> 'id' = :secretId)
   RETURNING number`,
).with({ clientId: "text", secretId: "text" });

const REMOVE = statement<unknown>("SELECT done FROM remove_client(:clientId, :now) AS done").with({
  clientId: "text",
  now: "bigint",
});

export function clientMethods(database: Database, callers: Callers): ClientMethods {
  return {
    async findClient(clientId) {
      // Anybody may ask for any identifier.
      if (!canBeStored(clientId)) return null;
      const row = await database.first(BY_ID, { clientId });
      if (row === null) return null;
      const client = decode(row);
      callers.remember(client, { metadata: row.metadata, secrets: JSON.stringify(row.secrets) });
      return client;
    },

    recallClient: (clientId) => callers.recall(clientId),

    async confirmClient(client) {
      if (!callers.mustConfirm(client)) return;
      const row = await database.first(CONFIRM, callers.parameters(client));
      callers.settle(client, row?.callerIsKnown ?? false);
    },

    async listClients(source) {
      return (await database.all(ALL, { source: source ?? null })).map(decode);
    },

    hasClients: () => database.has(ANY, {}),

    createClient: (client) => database.has(CREATE, encode(client)),

    async putClient(client) {
      await database.all(PUT, encode(client));
    },

    addClientSecret: (clientId, secret) =>
      database.has(ADD_SECRET, { clientId, secrets: encodeSecrets([secret]) }),

    removeClientSecret: (clientId, secretId) => database.has(REMOVE_SECRET, { clientId, secretId }),

    removeClient: (clientId, now) => database.has(REMOVE, { clientId, now }),
  };
}

function encode(client: ClientRecord): ParametersOf<typeof TYPES> {
  const { clientId, source, createdAt, usedAt, unusedFrom, disabledAt, secrets, ...metadata } = client;
  return {
    clientId,
    source,
    createdAt,
    usedAt,
    unusedFrom,
    disabledAt,
    metadata: JSON.stringify(metadata),
    secrets: encodeSecrets(secrets),
  };
}

function decode({ metadata, secrets, ...columns }: ClientRow): ClientRecord {
  const rest: Omit<ClientRecord, InColumns> = JSON.parse(metadata);
  return {
    ...rest,
    ...columns,
    secrets: secrets.map(({ id, digest, createdAt, expiresAt }) => ({
      id,
      digest: Uint8Array.fromBase64(digest, { alphabet: "base64url" }) as SecretDigest,
      createdAt,
      expiresAt,
    })),
  };
}

const encodeSecrets = (secrets: readonly ClientSecretRecord[]): string =>
  JSON.stringify(
    secrets.map(
      (secret): StoredSecret => ({
        ...secret,
        digest: Buffer.from(secret.digest).toString("base64url"),
      }),
    ),
  );

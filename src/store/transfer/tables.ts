/**
 * What goes along when everything moves from one engine to the other: the tables and columns that both have, in the
 * form that both can read and write. A column that is added to a schema is added here too; a test compares.
 *
 * What is not here stays behind, because each engine makes it for itself: the count of migrations, the rows that
 * PostgreSQL locks, SQLite's coarse index of expiries.
 */

/**
 * How a value looks on its way: text, integer and bytes as they are, a boolean as 0 or 1, JSON as text with its members
 * sorted. Null is null in all of them.
 */
export type ColumnKind = "text" | "integer" | "boolean" | "bytes" | "json";

export interface PortableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** A column of PostgreSQL's only. It is no part of the digests, as SQLite computes it from other columns. */
export interface DerivedColumn extends PortableColumn {
  /** What it is, in SQLite's SQL, with the table as `t`. */
  readonly from: string;
}

export interface PortableTable {
  readonly name: string;
  /** By these columns the rows are told apart and put in order: numbers and bytes by value, text by its UTF-8. */
  readonly key: readonly string[];
  readonly columns: readonly PortableColumn[];
  readonly derived: readonly DerivedColumn[];
  /** Which rows of SQLite's count, with the table as `t`; null for all. */
  readonly condition: string | null;
}

interface Description {
  readonly key?: readonly string[];
  readonly derived?: readonly DerivedColumn[];
  readonly condition?: string;
}

function table(
  name: string,
  columns: Readonly<Record<string, ColumnKind>>,
  { key = ["id"], derived = [], condition }: Description = {},
): PortableTable {
  return {
    name,
    key,
    columns: Object.entries(columns).map(([column, kind]) => ({ name: column, kind })),
    derived,
    condition: condition ?? null,
  };
}

/** Of the token that took this one's place. */
const ofSuccessor = (column: string): string =>
  `(SELECT s.${column} FROM refresh_tokens s WHERE s.id = t.successor_id)`;

export const SERVER_KEY = table(
  "server_key",
  { fingerprint: "bytes", secret: "bytes" },
  { key: ["fingerprint"] },
);

/** In the order in which they are copied. */
export const PORTABLE_TABLES: readonly PortableTable[] = [
  SERVER_KEY,
  table(
    "clients",
    {
      // Kept, as tokens refer to it.
      number: "integer",
      client_id: "text",
      source: "text",
      created_at: "integer",
      used_at: "integer",
      unused_from: "integer",
      disabled_at: "integer",
      metadata: "json",
      secrets: "json",
    },
    { key: ["number"] },
  ),
  table(
    "accounts",
    {
      subject: "text",
      source: "text",
      username: "text",
      username_folded: "text",
      name: "text",
      email: "text",
      administrator: "boolean",
      password_hash: "text",
      created_at: "integer",
      disabled_at: "integer",
    },
    { key: ["subject"] },
  ),
  table("sessions", {
    id: "bytes",
    digest: "bytes",
    subject: "text",
    created_at: "integer",
    authenticated_at: "integer",
    last_seen_at: "integer",
    expires_at: "integer",
  }),
  table("setup_links", { id: "bytes", digest: "bytes", expires_at: "integer" }),
  table(
    "consents",
    {
      subject: "text",
      client_id: "text",
      redirect_uri: "text",
      scope: "text",
      resources: "text",
      created_at: "integer",
    },
    { key: ["subject", "client_id", "redirect_uri"] },
  ),
  table("spent_forms", { id: "bytes", expires_at: "integer" }),
  table(
    "grants",
    {
      id: "bytes",
      subject: "text",
      username: "text",
      client_id: "text",
      scope: "text",
      resources: "text",
      via: "text",
      created_at: "integer",
      expires_at: "integer",
      activated_at: "integer",
      revoked_at: "integer",
      revoked_reason: "text",
      code_id: "bytes",
    },
    { derived: [{ name: "check_at", kind: "integer", from: "t.expires_at" }] },
  ),
  table("codes", {
    id: "bytes",
    digest: "bytes",
    grant_id: "bytes",
    redirect_uri: "text",
    redirect_uri_requested: "boolean",
    code_challenge: "text",
    created_at: "integer",
    expires_at: "integer",
    used_at: "integer",
    failed_attempts: "integer",
  }),
  table(
    "device_codes",
    {
      id: "bytes",
      digest: "bytes",
      user_code_digest: "bytes",
      client_id: "text",
      scope: "text",
      resources: "text",
      created_at: "integer",
      expires_at: "integer",
      requester_address: "text",
      requester_agent: "text",
      status: "text",
      grant_id: "bytes",
      used_at: "integer",
    },
    // On PostgreSQL one that has expired makes room for the next with its user code; SQLite keeps both for a while.
    {
      condition: `NOT EXISTS (
        SELECT 1 FROM device_codes later WHERE later.user_code_digest = t.user_code_digest AND later.expires_at > t.expires_at)`,
    },
  ),
  table("access_tokens", {
    id: "bytes",
    digest: "bytes",
    grant_id: "bytes",
    client: "integer",
    subject: "text",
    scope: "text",
    resources: "text",
    issued_at: "integer",
    expires_at: "integer",
  }),
  table(
    "refresh_tokens",
    {
      id: "bytes",
      digest: "bytes",
      grant_id: "bytes",
      issued_at: "integer",
      expires_at: "integer",
      used_at: "integer",
      successor_id: "bytes",
    },
    {
      derived: [
        { name: "successor_digest", kind: "bytes", from: ofSuccessor("digest") },
        { name: "successor_issued_at", kind: "integer", from: ofSuccessor("issued_at") },
        {
          name: "successor_expires_at",
          kind: "integer",
          // One that has been cleaned up is long expired; it must not look like one that never expires.
          from: `CASE WHEN t.successor_id IS NOT NULL THEN coalesce(${ofSuccessor("expires_at")}, 0) END`,
        },
      ],
    },
  ),
];

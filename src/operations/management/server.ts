/** The server itself, for those who manage it: its scopes and APIs, its settings, and how it fares. */
import { statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { version } from "../../../package.json";
import { declaredClientWarnings } from "../../clients/declared.ts";
import { configurationWarnings } from "../../configuration/checks.ts";
import type { ExchangeRuleDeclaration } from "../../configuration/exchange-schema.ts";
import { withoutSecrets } from "../../configuration/mistakes.ts";
import { describeSettings } from "../../configuration/settings.ts";
import type { SettingSource, SettingSources } from "../../configuration/sources.ts";
import { certificateConcerns, readPair } from "../../platform/listen-certificate.ts";
import { OWN_SCOPES, type ResourceEntry, type ScopeEntry } from "../../protocol/catalogue.ts";
import { metadataAddress, protectedResourceMetadata } from "../../protocol/protected-resource.ts";
import type { Authority } from "../../rules/role.ts";
import { StoreUnavailable } from "../../store/contract.ts";
import { databaseFile, databaseName, isEmbedded } from "../../store/open.ts";
import { everyGrant } from "../access.ts";
import { everyClient } from "../clients.ts";
import type { Context } from "../context.ts";
import { findMailHealth } from "../mail.ts";
import type { OutboxHealth } from "../outbox.ts";
import { countUpTo } from "../paging.ts";
import { everyAccount } from "../people.ts";
import { requirePermission } from "./authority.ts";
import { type KnownKey, listSigningKeys } from "./keys.ts";

// ── Scopes and resources ───────────────────────────────────────────────────────────────────────────────────

export interface KnownScope extends ScopeEntry {
  /** Whether it is one of the server itself. The configuration declares the others. */
  readonly isOwn: boolean;
}

export function listScopes({ catalogue }: Context, authority: Authority): KnownScope[] {
  requirePermission(authority, "clients.read");
  return catalogue.scopes.map((entry) => ({
    ...entry,
    isOwn: OWN_SCOPES.some(({ name }) => name === entry.name),
  }));
}

/** An API that tokens can be for. */
export interface KnownResource extends ResourceEntry {
  /** RFC 9728: the metadata for its resource server to serve. Null for this server itself, and for what is no web address. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly metadataUrl: string | null;
}

/** The APIs that tokens can be for, each with its metadata; the first is this server. */
export const knownResources = ({
  catalogue,
  issuer,
}: Pick<Context, "catalogue" | "issuer">): KnownResource[] =>
  catalogue.resources.map((entry, index) => ({
    ...entry,
    metadata: index === 0 ? null : protectedResourceMetadata(entry, issuer.identifier),
    metadataUrl: index === 0 ? null : metadataAddress(entry.identifier),
  }));

export function listResources(context: Context, authority: Authority): KnownResource[] {
  requirePermission(authority, "clients.read");
  return knownResources(context);
}

/** The rules by which clients exchange tokens, in the order in which they count. */
export function listExchangeRules(
  { configuration }: Context,
  authority: Authority,
): readonly ExchangeRuleDeclaration[] {
  requirePermission(authority, "clients.read");
  return configuration.token_exchange;
}

/** Throws unless the actor may see which applications this server knows. */
export const requireRecipes = (authority: Authority): void => requirePermission(authority, "clients.read");

// ── Settings ───────────────────────────────────────────────────────────────────────────────────────────────

/** A setting in force. */
export interface KnownSetting {
  readonly key: string;
  readonly description: string;
  /** Null for one that is not set and has no default value. Secrets are hidden. */
  readonly value: unknown;
  /** Null: the default. */
  readonly source: SettingSource | null;
}

/** Every setting with its value and its source. A list of tables, such as `clients`, is one setting. */
export function listSettings(context: Context, authority: Authority): KnownSetting[] {
  requirePermission(authority, "server.read");
  return settingsOf(context);
}

/** Those of some tables; the caller asks for the permission. */
export const settingsBelow = (context: Context, tables: readonly string[]): KnownSetting[] =>
  settingsOf(context).filter(({ key }) => tables.some((table) => key.startsWith(`${table}.`)));

function settingsOf(context: Context): KnownSetting[] {
  const effective = withoutSecrets(context.configuration);
  const isList = new Set(
    describeSettings()
      .filter(({ key }) => key.includes("[]."))
      .map(({ key }) => key.slice(0, key.indexOf("[]."))),
  );
  return describeSettings()
    .filter(({ key, table }) => !key.includes("[].") && (!table || isList.has(key)))
    .map(({ key, description }) => ({
      key,
      description,
      value: valueAt(effective, key) ?? null,
      source: sourceOf(context.settingSources, key),
    }));
}

const valueAt = (value: unknown, key: string): unknown =>
  key
    .split(".")
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === "object" && inner !== null && Object.hasOwn(inner, name)
          ? (inner as Readonly<Record<string, unknown>>)[name]
          : undefined,
      value,
    );

/** That of the setting, of the table that it is in, or of a part of it. */
function sourceOf(sources: SettingSources, key: string): SettingSource | null {
  const parts = key.split(".");
  for (let length = parts.length; length > 0; length--) {
    const found = sources[parts.slice(0, length).join(".")];
    if (found !== undefined) return found;
  }
  const part = Object.keys(sources).findLast(
    (path) => path.startsWith(`${key}.`) || path.startsWith(`${key}[`),
  );
  return (part === undefined ? null : sources[part]) ?? null;
}

// ── Health ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface ServerHealth {
  /** Whether the store reads and writes. */
  readonly isReady: boolean;
  readonly version: string;
  readonly issuer: string;
  /** `bytes` and `freeBytes`: null on PostgreSQL. */
  readonly database: {
    readonly name: string;
    readonly bytes: number | null;
    readonly freeBytes: number | null;
  };
  /** Up to `MOST_COUNTED`; null for more. */
  readonly counts: {
    readonly people: number | null;
    readonly clients: number | null;
    readonly grants: number | null;
  };
  /** Null if this server sends no mail. */
  readonly mail: OutboxHealth | null;
  readonly keys: readonly KnownKey[];
  readonly warnings: readonly string[];
}

/** Counting reads the rows, so an exact number of millions would take seconds. */
export const MOST_COUNTED = 10_000;

async function isReady({ readiness }: Context): Promise<boolean> {
  try {
    await readiness.check();
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
}

async function databaseOf({ configuration }: Context): Promise<ServerHealth["database"]> {
  const name = databaseName(configuration);
  if (!isEmbedded(configuration)) return { name, bytes: null, freeBytes: null };
  const file = databaseFile(configuration);
  const sizes = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  try {
    const { bavail, bsize } = await statfs(configuration.data);
    return { name, bytes, freeBytes: bavail * bsize };
  } catch {
    return { name, bytes, freeBytes: null };
  }
}

function warningsOf({ configuration, clock }: Context): string[] {
  return [
    ...configurationWarnings(configuration),
    ...declaredClientWarnings(configuration),
    ...configuration.listen.flatMap(({ tls }) => {
      if (tls === undefined) return [];
      try {
        return certificateConcerns(readPair(tls), clock.seconds()).map(
          (concern) => `The certificate ${tls.certificate} ${concern}`,
        );
      } catch {
        return [`The certificate ${tls.certificate} cannot be read.`];
      }
    }),
  ];
}

/** What `tessera status` knows, from inside the running server. */
export async function findHealth(context: Context, authority: Authority): Promise<ServerHealth> {
  requirePermission(authority, "server.read");
  const { configuration, issuer, clock } = context;
  const now = clock.seconds();
  return {
    isReady: await isReady(context),
    version,
    issuer: issuer.identifier,
    database: await databaseOf(context),
    counts: {
      people: await countUpTo(MOST_COUNTED, everyAccount(context)),
      clients: await countUpTo(MOST_COUNTED, everyClient(context)),
      grants: await countUpTo(MOST_COUNTED, everyGrant(context, {}, now)),
    },
    mail: configuration.mail === undefined ? null : await findMailHealth(context),
    keys: await listSigningKeys(context, authority),
    warnings: warningsOf(context),
  };
}

/**
 * The server's durability settings. The store promises that an acknowledged commit is on disk, whatever the defaults
 * are.
 */
import type { Session } from "./driver.ts";

export interface Durability {
  /** The value of `synchronous_commit` for every connection; null on an engine without this setting. */
  readonly synchronousCommit: string | null;
  /** For the operator: settings that no connection can override. */
  readonly warnings: readonly string[];
}

const LOSSES: Readonly<Record<string, string>> = {
  fsync: "a crash of its machine can lose what was acknowledged, or the whole database",
  full_page_writes: "a crash of its machine can damage the database",
};

/**
 * Reads the settings as this user's connections get them. Only `off` acknowledges a commit before it is on disk, so it
 * becomes `on`. Every other choice of the operator is kept, such as waiting for replicas. Every connection sets the
 * value, so that a changed default, or another server after a failover, does not break the promise.
 */
export async function readDurability(session: Pick<Session, "execute">): Promise<Durability> {
  const rows = await session.execute(
    "SELECT name, setting FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync', 'full_page_writes')",
  );
  const settings = new Map(rows.map(({ name, setting }) => [String(name), String(setting)]));
  const found = settings.get("synchronous_commit") ?? null;
  return {
    synchronousCommit: found === "off" ? "on" : found,
    warnings: Object.entries(LOSSES)
      .filter(([name]) => settings.get(name) === "off")
      .map(([name, loss]) => `the PostgreSQL server runs with ${name} = off: ${loss}. Set ${name} = on.`),
  };
}

/** What the server does with what it acknowledges. The store promises that it is on disk, whatever the defaults are. */
import type { Session } from "./driver.ts";

export interface Durability {
  /** What every connection asks for; null on an engine that has no such setting. */
  readonly synchronousCommit: string | null;
  /** For the operator: settings of the server that no connection can make good. */
  readonly warnings: readonly string[];
}

const LOSSES: Readonly<Record<string, string>> = {
  fsync: "a crash of its machine can lose what was acknowledged, or the whole database",
  full_page_writes: "a crash of its machine can damage the database",
};

/**
 * Reads the settings as the connections of this user find them. Only `off` acknowledges before the disk has it; what
 * the operator chose beyond that (to wait for replicas, or not) is kept. It is asked for on every connection, so
 * that neither a later change of a default nor another server, after a failover, takes the promise away.
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

/** The stored rows, counted: live things are there, ended ones are not. */
import { mustBe } from "../checks.ts";
import type { World } from "./world.ts";

const TABLES = [
  "access_tokens",
  "refresh_tokens",
  "codes",
  "device_codes",
  "grants",
  "sessions",
  "once",
  "clients",
  "consents",
] as const;

async function countRows({ database }: World): Promise<Record<(typeof TABLES)[number], number>> {
  const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
  const [row = {}] = await database.execute(`SELECT ${counts.join(", ")}`);
  return Object.fromEntries(TABLES.map((table) => [table, Number(row[table])])) as Record<
    (typeof TABLES)[number],
    number
  >;
}

/** After a clean-up. */
export async function checkRows(world: World): Promise<void> {
  const rows = await countRows(world);
  const { now, access, refresh, devices, grants, codes } = world;
  const alive = (token: { readonly expiresAt: number }) => token.expiresAt > now;
  const tokens = access.filter((token) => alive(token) && !token.revoked);
  mustBe(rows.access_tokens, tokens.length, "rows of access tokens");
  mustBe(rows.refresh_tokens, refresh.filter(alive).length, "rows of refresh tokens");
  mustBe(rows.device_codes, devices.filter(({ gone }) => !gone).length, "rows of device codes");
  mustBe(rows.grants <= grants.length, true, "rows of grants");
  mustBe(rows.codes <= codes.length, true, "rows of codes");
}

/** Long after the end, the only rows are people, clients that a person allowed something, and their consents. */
export async function checkEnd(world: World): Promise<void> {
  world.server.clock.advance(40 * 86_400);
  await world.cleanUp();
  const { clients, consents, ...others } = await countRows(world);
  for (const [table, count] of Object.entries(others)) mustBe(count, 0, `rows of ${table} in the end`);
  const kept = world.clients.filter(({ registered, used }) => registered && used).length;
  mustBe(clients, world.declared + kept, "clients in the end");
  mustBe(consents <= world.people.length * world.clients.length, true, "consents in the end");
}

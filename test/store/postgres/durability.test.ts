/**
 * Acknowledged changes are on disk, whatever the server's defaults are. The store warns of settings that it cannot
 * override.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openPostgresStore } from "../acts.ts";

import { newClient } from "../records.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ fsync: true });
});
afterAll(() => server.stop());

/** Changes a setting of the whole server, and waits until new connections have it. Null: the original value. */
async function setOnServer(name: string, value: "on" | "off" | null): Promise<void> {
  await server.execute(`ALTER SYSTEM ${value === null ? `RESET ${name}` : `SET ${name} = ${value}`}`);
  await server.execute("SELECT pg_reload_conf()");
  for (let attempt = 1; attempt < 500; attempt += 1) {
    const [row] = await server.execute(`SELECT current_setting('${name}') AS now`);
    if (row?.now === (value ?? "on")) return;
    await Bun.sleep(10);
  }
  throw new Error(`${name} does not change`);
}

/** A database that records what the commit of each new client waits for. `?` in `setting` stands for its name. */
async function newDatabase(setting: string) {
  const url = await server.createDatabase();
  await (await openPostgresStore({ url })).close();
  const execute = (sql: string) =>
    server.execute(sql.replace("DATABASE ?", `DATABASE ${new URL(url).pathname.slice(1)}`), url);
  await execute(`
    CREATE TABLE public.noted (waits_for text);
    CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.noted VALUES (current_setting('synchronous_commit'));
      RETURN NEW;
    END $$;
    CREATE TRIGGER note BEFORE INSERT ON tessera.clients FOR EACH ROW EXECUTE FUNCTION public.note()`);
  await execute(setting);
  return { url, execute };
}

/** The setting for which a commit waits if the store is opened with `setting`, and `later` runs after that. */
async function waitsFor(setting: string, later = "SELECT 1"): Promise<unknown> {
  const { url, execute } = await newDatabase(setting);
  const store = await openPostgresStore({ url });
  await execute(later);
  await store.createClient(newClient());
  await store.close();
  const [row] = await execute("SELECT waits_for FROM public.noted");
  return row?.waits_for;
}

describe("what a commit waits for", () => {
  test.each([
    "ALTER DATABASE ? SET synchronous_commit = off",
    "ALTER ROLE tessera IN DATABASE ? SET synchronous_commit = off",
  ])("is the disk in spite of %s", async (setting) => {
    expect(await waitsFor(setting)).toBe("on");
  });

  test("is the disk in spite of the whole server's setting", async () => {
    await setOnServer("synchronous_commit", "off");
    try {
      expect(await waitsFor("SELECT 1")).toBe("on");
    } finally {
      await setOnServer("synchronous_commit", null);
    }
  });

  test.each(["remote_apply", "remote_write", "local"])("is %s if the operator chose that", async (chosen) => {
    expect(await waitsFor(`ALTER DATABASE ? SET synchronous_commit = ${chosen}`)).toBe(chosen);
  });

  test("stays the disk when the default is changed later", async () => {
    expect(await waitsFor("SELECT 1", "ALTER DATABASE ? SET synchronous_commit = off")).toBe("on");
  });
});

describe("a server that may lose what it has on disk", () => {
  const warningsOf = async (asked: PostgresServer) => {
    const warnings: string[] = [];
    const url = await asked.createDatabase();
    const store = await openPostgresStore({ url, warn: (warning) => warnings.push(warning) });
    await store.close();
    return warnings;
  };

  test("is used with one clear warning for each such setting, and a careful one without a word", async () => {
    expect(await warningsOf(server)).toEqual([]);
    await setOnServer("full_page_writes", "off");
    expect(await warningsOf(server)).toEqual([
      "the PostgreSQL server runs with full_page_writes = off: a crash of its machine can damage the database. Set full_page_writes = on.",
    ]);
    await setOnServer("full_page_writes", null);

    const careless = await startPostgres();
    expect(await warningsOf(careless)).toEqual([
      "the PostgreSQL server runs with fsync = off: a crash of its machine can lose what was acknowledged, or the whole database. Set fsync = on.",
    ]);
    await careless.stop();
  });
});

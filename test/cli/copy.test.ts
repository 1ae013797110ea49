/** `tessera copy` between real databases, with real servers before and after, and kill -9 in the middle. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { withConnection } from "../../src/store/sqlite/driver.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { addTokens } from "../store/transfer/places.ts";
import { figure } from "../support/figures.ts";
import { endProcesses, finished, startTessera } from "./processes.ts";
import { isActive, newToken, revoke, startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(endProcesses);
afterAll(async () => {
  await postgres.stop();
  removeTemporaryFolders();
});

async function places() {
  const folder = temporaryFolder();
  const url = await postgres.createDatabase();
  return { data: join(folder, "data"), back: join(folder, "back"), url, env: { DATABASE_URL: url } };
}

const addPerson = async (name: string, data: string, env: Record<string, string> = {}) =>
  expect((await tessera(["user", "add", name, "--generate", "--data", data], { env })).code).toBe(0);

describe("a copy", () => {
  test("to PostgreSQL and back: servers on both go on with every token as it was", async () => {
    const { data, back, env } = await places();
    const before = await startServer(data);
    const [kept, taken] = [await newToken(before), await newToken(before)];
    await revoke(before, taken);
    await before.stop();

    const there = await tessera(["copy", "--to", "postgresql", "--data", data], { env });
    expect(there.code).toBe(0);
    expect(there.err).toMatch(
      /^\S+ info {2}database copied event=database\.copied via=postgresql by=operator:\S+\n$/,
    );
    expect(there.out).toMatch(/clients +1 +1 +[0-9a-f]{12} +the same\n/);
    expect(there.out).toContain(`Everything is in PostgreSQL at 127.0.0.1:${postgres.port}/`);
    const onPostgres = await startServer(data, [], before.client, env);
    expect([await isActive(onPostgres, kept), await isActive(onPostgres, taken)]).toEqual([true, false]);
    const issued = await newToken(onPostgres);
    await onPostgres.stop();

    const again = await tessera(["copy", "--to", "sqlite", "--data", back], { env });
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining("via=sqlite") });
    const onSqlite = await startServer(back, [], before.client);
    expect(await Promise.all([kept, issued, taken].map((token) => isActive(onSqlite, token)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(await isActive(onSqlite, await newToken(onSqlite))).toBe(true);
  }, 60_000);

  test("is refused while a server runs on the data folder, in either direction", async () => {
    const { data, env } = await places();
    const server = await startServer(data);
    for (const to of ["postgresql", "sqlite"]) {
      const { code, err } = await finished(startTessera(["copy", "--to", to, "--data", data], env));
      expect(code).toBe(1);
      // Before the command looks at the target.
      expect(err).toContain(`Another Tessera (process ${server.child.process.pid},`);
    }
    expect(await isActive(server, await newToken(server))).toBe(true);
  });

  test("to a place that is in use is refused, and changes nothing there", async () => {
    const { data, back, env } = await places();
    await addPerson("ada", data);
    await addPerson("grace", data, env);
    const there = await tessera(["copy", "--to", "postgresql", "--data", data], { env });
    expect({ code: there.code, err: there.err }).toEqual({
      code: 1,
      err: expect.stringContaining("there are rows in accounts"),
    });
    await addPerson("linus", back);
    const here = await tessera(["copy", "--to", "sqlite", "--data", back], { env });
    expect({ code: here.code, err: here.err }).toEqual({
      code: 1,
      err: expect.stringContaining("there are rows in accounts"),
    });
    for (const [folder, name, environment] of [
      [data, "ada", {}],
      [data, "grace", env],
      [back, "linus", {}],
    ] as const) {
      const { out } = await tessera(["user", "list", "--data", folder], { env: environment });
      expect(out).toContain(name);
    }
  });

  test("without a URL, a direction or a source is refused in words", async () => {
    const { data, env } = await places();
    const withoutUrl = await tessera(["copy", "--to", "postgresql", "--data", data]);
    expect(withoutUrl).toMatchObject({ code: 1, err: expect.stringContaining("DATABASE_URL=postgres://") });
    expect(await tessera(["copy", "--data", data], { env })).toMatchObject({ code: 2 });
    expect(await tessera(["copy", "--to", "mysql", "--data", data], { env })).toMatchObject({ code: 2 });
    const nothing = await tessera(["copy", "--to", "postgresql", "--data", data], { env });
    expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining("There is no Tessera database") });
    expect(existsSync(data)).toBe(false);
    const unmade = await tessera(["copy", "--to", "sqlite", "--data", data], { env });
    expect(unmade).toMatchObject({ code: 1, err: expect.stringContaining('has no schema "tessera"') });
  });

  test("prints JSON and nothing else with --json", async () => {
    const { data, env } = await places();
    await addPerson("ada", data);
    const { code, out, err } = await tessera(["copy", "--to", "postgresql", "--data", data, "--json"], {
      env,
    });
    expect(code).toBe(0);
    expect(err).toContain(" event=database.copied ");
    const { same, tables } = JSON.parse(out);
    expect(same).toBe(true);
    expect(tables).toContainEqual({
      table: "accounts",
      same: true,
      source: { rows: 1, digest: expect.any(String) },
      target: { rows: 1, digest: expect.any(String) },
    });
  });

  test("of what changes meanwhile fails, and no server starts on it until it was copied again", async () => {
    const { data, env, url } = await places();
    await addPerson("ada", data);
    addTokens(join(data, "tessera.db"), 80_000);
    const copying = startTessera(["copy", "--to", "postgresql", "--data", data], env);
    while ((await copiedTo(url, "accounts")) === 0) {
      if (copying.process.exitCode !== null) throw new Error(copying.err);
      await Bun.sleep(5);
    }
    // The copy takes people before tokens. The commands take no lock. On a busy machine the names of the new person are copied too.
    await addPerson("grace", data);
    const { code, err, out } = await finished(copying);
    expect(code).toBe(1);
    expect(err).toMatch(/[12] tables? changed in the source while it was copied: accounts[,.]/);
    expect(out).toMatch(/accounts +2 +1 +[0-9a-f]+ +different\n/);
    const refused = await finished(startTessera(["serve", "--port", "0", "--data", data], env));
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("unfinished copy") });

    const again = await tessera(["copy", "--to", "postgresql", "--data", data], { env });
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining("Starting over") });
    expect((await tessera(["user", "list"], { env })).out).toContain("grace");
  }, 60_000);
});

/** The number of rows so far. */
async function copiedTo(url: string, table = "access_tokens"): Promise<number> {
  try {
    const [row] = await postgres.execute(`SELECT count(*) AS rows FROM tessera.${table}`, url);
    return Number(row?.rows);
  } catch {
    return 0;
  }
}

function copiedToFile(file: string): number {
  if (!existsSync(file)) return 0;
  try {
    const sql = "SELECT count(*) AS rows FROM access_tokens";
    return withConnection(file, (connection) => connection.query<{ rows: number }, []>(sql).get()?.rows ?? 0);
  } catch {
    return 0;
  }
}

describe("a copy that is killed in the middle", () => {
  test.each(["postgresql", "sqlite"])(
    "to %s is used by no server, and goes on when it is asked for again",
    async (to) => {
      const { data, back, env, url } = await places();
      const server = await startServer(data);
      const token = await newToken(server);
      await server.stop();
      const rows = 60_000;
      addTokens(join(data, "tessera.db"), rows);
      if (to === "sqlite") {
        expect(await tessera(["copy", "--to", "postgresql", "--data", data], { env })).toMatchObject({
          code: 0,
        });
      }
      const target = to === "sqlite" ? back : data;
      const copied = async () =>
        to === "sqlite" ? copiedToFile(join(back, "tessera.db")) : await copiedTo(url);
      const arguments_ = ["copy", "--to", to, "--data", target];
      const serving = to === "sqlite" ? {} : env;

      const kills: number[] = [];
      for (let round = 1; round <= 3; round += 1) {
        const copying = startTessera(arguments_, env);
        const enough = (await copied()) + 4000;
        while ((await copied()) < enough) {
          if (copying.process.exitCode !== null) throw new Error(`it ended: ${copying.out}${copying.err}`);
          await Bun.sleep(2);
        }
        copying.process.kill("SIGKILL");
        await copying.ended;
        kills.push(await copied());
        for (const command of [
          ["serve", "--port", "0"],
          ["user", "list"],
        ]) {
          const refused = await finished(startTessera([...command, "--data", target], serving));
          expect(refused.code).toBe(1);
          expect(refused.err).toContain("is an unfinished copy of another database");
          expect(refused.err).toContain(`Finish it: tessera copy --to ${to}`);
        }
      }
      // Each copy resumes, and none starts over.
      expect(kills).toEqual(kills.toSorted((one, other) => one - other));
      const { code, err, out } = await tessera(arguments_, { env });
      expect(code).toBe(0);
      expect(err).toStartWith("Resuming the interrupted copy.\n");
      expect(out).toMatch(/access_tokens +\S+ +\S+ +[0-9a-f]{12} +the same\n/);
      const after = await startServer(target, [], server.client, serving);
      expect(await isActive(after, token)).toBe(true);
      figure(`copies to ${to} killed after ${kills.join(", ")} of ${rows} tokens, and finished`);
    },
    120_000,
  );
});

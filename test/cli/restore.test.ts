/** `tessera restore`: its refusals, the data that a server finds afterwards, and kill -9 at any moment. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseRefused } from "../../src/store/contract.ts";
import { writeBackup } from "../../src/store/sqlite/backup.ts";
import { withConnection } from "../../src/store/sqlite/driver.ts";
import { openSqliteStore } from "../store/acts.ts";

import { addTokens } from "../store/transfer/places.ts";
import { figure } from "../support/figures.ts";
import { scaled } from "../support/scale.ts";
import { type Child, endProcesses, finished, startTessera } from "./processes.ts";
import { isActive, newToken, revoke, startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

/** Any user but root. */
const NOBODY = 65534;

const addPerson = async (name: string, data: string) =>
  expect((await tessera(["user", "add", name, "--generate", "--data", data])).code).toBe(0);
const people = async (data: string): Promise<string[]> =>
  JSON.parse((await tessera(["user", "list", "--json", "--data", data])).out).map(
    ({ username }: { username: string }) => username,
  );

/** A backup with ada, and a data folder with grace. */
async function withBackup(): Promise<{ folder: string; data: string; backup: string }> {
  const folder = temporaryFolder();
  const [backup, data] = [join(folder, "b"), join(folder, "data")];
  await addPerson("ada", join(folder, "origin"));
  expect((await tessera(["backup", backup, "--data", join(folder, "origin")])).code).toBe(0);
  await addPerson("grace", data);
  return { folder, data, backup };
}

describe("a restore", () => {
  test("makes the data folder if need be, and tells what it did and what it undid", async () => {
    const { folder, backup } = await withBackup();
    const data = join(folder, "new");
    const before = Math.floor(Date.now() / 1000);
    const { code, out, err } = await tessera(["restore", backup, "--data", data]);
    const after = Math.ceil(Date.now() / 1000);
    expect(code).toBe(0);
    expect(err).toMatch(/^\S+ info {2}database restored from a backup .* by=operator:\S+\n$/);
    // The record of the restored database has it, and that of the other the backup.
    const record = async (of: string) => (await tessera(["log", "--kind", "database", "--data", of])).out;
    expect(await record(data)).toMatch(/^\S+ database\.restored by=operator:\S+ file=\S+\n$/);
    expect(await record(join(folder, "origin"))).toMatch(
      /^\S+ database\.backed_up by=operator:\S+ file=\S+\n$/,
    );
    expect(out).toContain(`Restored 1 person, 0 clients and 0 grants from b into ${data}`);
    expect(out).toContain("There was no database before.");
    for (const words of ["revoked access", "passwords are those of then", "--end-access"])
      expect(out).toContain(words);
    expect(await people(data)).toEqual(["ada"]);
    // What was signed before counts no more (operations/single-use.ts).
    expect(out).toContain("What counts once does not count again");
    withConnection(join(data, "tessera.db"), (connection) => {
      const mark = connection.query<{ revision: number }, []>(
        "SELECT * FROM revisions WHERE name = 'restored'",
      );
      expect(mark.get()?.revision).toBeWithin(before, after + 1);
    });
  });

  test("does not take the place of a database without --replace; with it, that one is kept", async () => {
    const { data, backup } = await withBackup();
    const refused = await tessera(["restore", backup, "--data", data]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("--replace");
    expect(await people(data)).toEqual(["grace"]);

    const { code, out } = await tessera(["restore", backup, "--data", data, "--replace"]);
    expect(code).toBe(0);
    expect(await people(data)).toEqual(["ada"]);
    const [, kept = ""] = /is kept as (tessera\.db\.replaced-\S+)\./.exec(out) ?? [];
    const other = join(data, "../other");
    mkdirSync(other);
    cpSync(join(data, kept), join(other, "tessera.db"));
    expect(await people(other)).toEqual(["grace"]);
  });

  test("prints JSON and nothing else with --json", async () => {
    const { data, backup } = await withBackup();
    const { out, err } = await tessera(["restore", backup, "--data", data, "--replace", "--json"]);
    expect(err).toContain(" event=database.restored ");
    expect(JSON.parse(out)).toMatchObject({ server_key: "none", ended: null, program: "0.1.0" });
    expect(JSON.parse(out).replaced).toContain("tessera.db.replaced-");
  });

  test("finishes one that was interrupted first, and then needs --replace like any other", async () => {
    const { data, backup } = await withBackup();
    cpSync(join(data, "../origin/tessera.db"), join(data, "tessera.db.restored"));
    const { code, err } = await tessera(["restore", backup, "--data", data]);
    expect(code).toBe(1);
    expect(err).toContain("Finished the restore that was interrupted");
    expect(err).toContain("--replace");
    expect(await people(data)).toEqual(["ada"]);
  });

  test("that does not work in its place says where the database before is", async () => {
    const { data } = await withBackup();
    const restored = join(data, "tessera.db.restored");
    cpSync(join(data, "../origin/tessera.db"), restored);
    withConnection(restored, (connection) =>
      connection.execute("DROP TABLE accounts; PRAGMA user_version = 99"),
    );
    const { code, err } = await tessera(["restore", "--data", data]);
    expect(code).toBe(1);
    const [, kept = ""] = /is kept as (tessera\.db\.replaced-\S+)\./.exec(err) ?? [];
    expect(existsSync(join(data, kept)) && kept !== "").toBe(true);
    expect(err).toContain("newer version");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "by root gives what it makes to the owner of the folder",
    async () => {
      const { folder, backup } = await withBackup();
      const data = join(folder, "served");
      mkdirSync(data);
      chownSync(data, NOBODY, NOBODY);
      const owners = () => new Set(readdirSync(data).map((name) => statSync(join(data, name)).uid));
      await addPerson("grace", data);
      expect(readdirSync(data)).toContain("tessera.db");
      expect(owners()).toEqual(new Set([NOBODY]));
      const { code } = await tessera(["restore", backup, "--data", data, "--replace"]);
      expect(code).toBe(0);
      expect(readdirSync(data)).toContain("serve.lock");
      expect(owners()).toEqual(new Set([NOBODY]));
      // A link to another user's file does not change that file's owner.
      rmSync(join(data, "tessera.db"));
      symlinkSync(join(folder, "origin/tessera.db"), join(data, "tessera.db"));
      expect(await people(data)).toEqual(["ada"]);
      expect(statSync(join(folder, "origin/tessera.db")).uid).toBe(0);
    },
  );

  test("shows what a backup says of itself without what a terminal would obey", async () => {
    const { folder, data } = await withBackup();
    const [backup, facts] = [
      join(folder, "forged"),
      { createdAt: 1, program: "1\u001b[2J", issuer: "\u009b2J" },
    ];
    writeFileSync(backup, "");
    writeBackup(join(folder, "origin/tessera.db"), backup, facts, { copying() {}, checked() {} });
    const { out } = await tessera(["restore", backup, "--data", data, "--replace"]);
    expect(out).toContain("by Tessera 1?[2J, for ?2J.");
  });

  test("is refused while a server runs, by name, and changes nothing", async () => {
    const { folder, backup } = await withBackup();
    const data = join(folder, "served");
    const server = await startServer(data);
    const token = await newToken(server);
    const { code, err } = await finished(startTessera(["restore", backup, "--replace", "--data", data]));
    expect(code).toBe(1);
    expect(err).toContain(`Another Tessera (process ${server.child.process.pid},`);
    expect(await isActive(server, token)).toBe(true);
    expect(readdirSync(data).filter((name) => /restor|replaced/.test(name))).toEqual([]);
  });

  test("of what is no backup, or of nothing, or onto PostgreSQL, is refused in words", async () => {
    const { folder, data, backup } = await withBackup();
    writeFileSync(join(folder, "text"), "no backup");
    const refusals = [
      [["restore", join(folder, "text"), "--data", data, "--replace"], "is no backup of Tessera"],
      [["restore", join(folder, "missing"), "--data", data, "--replace"], "There is no file"],
      [["restore", "--data", data], "Name the backup"],
    ] as const;
    for (const [args, words] of refusals) {
      const { code, err } = await tessera(args);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) });
    }
    const env = { DATABASE_URL: "postgres://a@b/c" };
    const { code, err } = await tessera(["restore", backup, "--data", data], { env });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("tessera copy --to postgresql") });
    expect(await people(data)).toEqual(["grace"]);
  });
});

describe("a server on what was restored", () => {
  /** A token that was revoked after the backup, and a server on the restored data. */
  async function afterRestore(...flags: string[]) {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    const server = await startServer(data);
    const [kept, taken] = [await newToken(server), await newToken(server)];
    expect((await tessera(["backup", join(folder, "b"), "--data", data])).code).toBe(0);
    await revoke(server, taken);
    const later = await newToken(server);
    await server.stop();
    const { out } = await tessera(["restore", join(folder, "b"), "--data", data, "--replace", ...flags]);
    const restored = await startServer(data, [], server.client);
    return {
      out,
      kept: await isActive(restored, kept),
      taken: await isActive(restored, taken),
      later: await isActive(restored, later),
      works: await isActive(restored, await newToken(restored)),
    };
  }

  test("finds everything as it was then: what was revoked since is alive, what was issued since is unknown", async () => {
    expect(await afterRestore()).toMatchObject({ kept: true, taken: true, later: false, works: true });
  });

  test("with --end-access finds no token alive, and goes on with the same clients", async () => {
    const found = await afterRestore("--end-access");
    expect(found).toMatchObject({ kept: false, taken: false, later: false, works: true });
    expect(found.out).toContain("All access has been ended");
  });
});

/** In memory, where the tests write if they can, a restore ends before a kill arrives. */
const DISK = "/var/tmp";

describe("kill -9", () => {
  let folder: string;
  let backup: string;

  beforeAll(async () => {
    folder = temporaryFolder(existsSync(DISK) ? DISK : undefined);
    backup = join(folder, "b");
    const origin = join(folder, "origin");
    await addPerson("ada", origin);
    addTokens(join(origin, "tessera.db"), 20_000);
    expect((await tessera(["backup", backup, "--data", origin])).code).toBe(0);
    // As a killed server leaves it: with a log.
    const old = join(folder, "old");
    await addPerson("grace", old);
    withConnection(join(old, "tessera.db"), (connection) => {
      connection.execute("PRAGMA journal_mode = WAL; UPDATE accounts SET name = 'of the log'");
      for (const suffix of ["", "-wal"]) {
        writeFileSync(join(folder, `killed${suffix}`), readFileSync(join(old, `tessera.db${suffix}`)));
      }
    });
    for (const suffix of ["", "-wal"])
      cpSync(join(folder, `killed${suffix}`), join(old, `tessera.db${suffix}`));
  });

  /** Restores over the old data, kills the restore when `moment` resolves, and reports the state. */
  async function killAt(
    moment: (data: string, child: Child) => Promise<unknown>,
  ): Promise<"old" | "new" | "interrupted"> {
    const data = join(folder, "data");
    rmSync(data, { recursive: true, force: true });
    cpSync(join(folder, "old"), data, { recursive: true });
    const child = startTessera(["restore", backup, "--replace", "--data", data]);
    await moment(data, child);
    child.process.kill("SIGKILL");
    await child.ended;
    const state = await look(data);
    if (state === "interrupted") {
      for (const command of [
        ["user", "list"],
        ["backup", join(folder, "none")],
      ]) {
        const { code, err } = await tessera([...command, "--data", data]);
        expect({ code, err }).toEqual({
          code: 1,
          err: expect.stringContaining("Finish it: tessera restore"),
        });
      }
      const { code, err } = await tessera(["restore", "--data", data]);
      expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("Finished the restore") });
    } else if (state === "old") {
      expect(await tessera(["restore", backup, "--replace", "--data", data])).toMatchObject({ code: 0 });
    }
    expect(await look(data)).toBe("new");
    const kept = readdirSync(data).filter((name) => /^tessera\.db\.replaced-.*Z$/.test(name));
    expect(kept).toHaveLength(1);
    rmSync(join(folder, "kept"), { recursive: true, force: true });
    mkdirSync(join(folder, "kept"));
    cpSync(join(data, kept[0] ?? ""), join(folder, "kept", "tessera.db"));
    expect(await look(join(folder, "kept"))).toBe("old");
    return state;
  }

  async function look(data: string): Promise<"old" | "new" | "interrupted"> {
    try {
      const store = await openSqliteStore({ file: join(data, "tessera.db") });
      const accounts = await store.listAccounts();
      await store.close();
      withConnection(join(data, "tessera.db"), (connection) =>
        expect(connection.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]),
      );
      const known = accounts.map(({ username, name }) => `${username} ${name ?? ""}`);
      if (known.join() === "ada ") return "new";
      expect(known).toEqual(["grace of the log"]);
      return "old";
    } catch (error) {
      if (!(error instanceof DatabaseRefused)) throw error;
      expect(error.message).toContain("Finish it: tessera restore");
      return "interrupted";
    }
  }

  test("at any moment leaves the old database, or the new one, or what is finished by the next command", async () => {
    const found = { old: 0, new: 0, interrupted: 0 };
    let whole = 0;
    const toTheEnd = async (_: string, child: Child) => {
      const startedAt = performance.now();
      await child.ended;
      whole = performance.now() - startedAt;
    };
    expect(await killAt(toTheEnd)).toBe("new");
    // At random moments, and right after the decisive rename.
    for (let round = 0; round < scaled(6); round += 1)
      found[await killAt(() => Bun.sleep(Math.random() * whole))] += 1;
    for (let round = 0; round < scaled(10); round += 1) {
      found[await killAt(async (data) => spinUntil(() => existsSync(join(data, "tessera.db.restored"))))] +=
        1;
    }
    expect(found.interrupted).toBeGreaterThan(0);
    figure(
      `${found.old + found.new + found.interrupted} restores killed: ${found.old} left the old database, ${found.new} the new one, ${found.interrupted} were finished by the next command`,
    );
  }, 120_000);
});

/** Keeps the processor busy, because the moment is short. */
function spinUntil(condition: () => boolean): void {
  const giveUpAt = performance.now() + 10_000;
  while (!condition() && performance.now() < giveUpAt);
}

/** `tessera backup` beside real servers. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withConnection } from "../../src/store/sqlite/driver.ts";
import { addTokens, sqliteFile, withStore } from "../store/transfer/places.ts";
import { figure } from "../support/figures.ts";
import { type Child, endProcesses, finished, start, startTessera } from "./processes.ts";
import { isActive, issueUntilStopped, startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

describe.each([1, 3])("beside a server of %d processes", (workers) => {
  test("everything that was acknowledged before is in it, and requests go on", async () => {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    const server = await startServer(data, ["--workers", String(workers)]);
    // With these rows the backup takes longer than its start.
    addTokens(join(data, "tessera.db"), 100_000);
    const issuing = issueUntilStopped(server, 8);
    while (issuing.tokens.length < 200) await Bun.sleep(5);

    const before = issuing.tokens.slice();
    const { code, out } = await finished(startTessera(["backup", folder, "--data", data, "--json"]));
    const during = issuing.tokens.length - before.length;
    await issuing.stop();
    expect(code).toBe(0);
    expect(issuing.failures).toEqual([]);
    expect(during).toBeGreaterThan(0);

    const { file } = JSON.parse(out);
    const elsewhere = join(folder, "elsewhere");
    expect(await tessera(["restore", file, "--data", elsewhere])).toMatchObject({ code: 0 });
    const restored = await startServer(elsewhere, [], server.client);
    for (const token of before) expect(await isActive(restored, token)).toBe(true);
    figure(
      `${before.length} tokens before a backup, all in it; ${during} issued meanwhile (${workers} processes)`,
    );
  }, 60_000);
});

/** A data folder with a person, so that a backup has content. */
async function withData(): Promise<{ folder: string; data: string }> {
  const folder = temporaryFolder();
  const data = join(folder, "data");
  expect((await tessera(["user", "add", "ada", "--generate", "--data", data])).code).toBe(0);
  return { folder, data };
}

describe("to standard output", () => {
  test("is the same file, and words go to standard error", async () => {
    const { folder, data } = await withData();
    const [out, err] = [join(folder, "piped.backup"), join(folder, "words")];
    const command = `exec "$0" "$1" backup - --data "$2" > "$3" 2> "$4"`;
    const main = join(import.meta.dir, "../../src/main.ts");
    const { code } = await finished(start(["sh", "-c", command, process.execPath, main, data, out, err]));
    expect(code).toBe(0);
    expect(readFileSync(err, "utf8")).toContain("Backed up 1 person");
    expect(readdirSync(data).filter((name) => name.includes("partial"))).toEqual([]);
    const elsewhere = join(folder, "elsewhere");
    expect(await tessera(["restore", out, "--data", elsewhere])).toMatchObject({ code: 0 });
    expect((await tessera(["user", "list", "--data", elsewhere])).out).toContain("ada");
  });

  test("has the mode of the shell, as the help says", async () => {
    const { out } = await tessera(["backup", "--help"]);
    expect(out).toContain("(umask 077; tessera backup - > friday.backup)");
    expect(out).toContain("Only you can read a file that this command makes");
    expect(out).toContain("Who can read it then depends on your shell");
  });

  test("is refused where a person reads it", async () => {
    const { data } = await withData();
    const refused = await tessera(["backup", "-", "--data", data], { showsPerson: true });
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("(umask 077; tessera backup - > friday.backup)");
  });
});

describe("the file", () => {
  test("is its owner's only, has the time in its name, and says in words what is in it", async () => {
    const { folder, data } = await withData();
    const { code, out, err } = await tessera(["backup", folder, "--data", data]);
    expect(code).toBe(0);
    expect(err).toMatch(/^\S+ info {2}database backed up .* by=operator:\S+\n$/);
    const [name = ""] = readdirSync(folder).filter((each) => each !== "data");
    expect(name).toMatch(/^tessera-\d{8}T\d{6}Z\.backup$/);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(out).toContain("Backed up 1 person, 0 clients and 0 grants");
    expect(out).toContain("keep it like a password");
    expect(out).toContain(`tessera restore ${join(folder, name)}`);
  });

  test("holds the server's key, or says that the configuration does", async () => {
    const { folder, data } = await withData();
    const held = join(folder, "held");
    await (await startServer(data)).stop();
    expect((await tessera(["backup", held, "--data", data])).out).toContain(
      "It holds the server's own key and the digests",
    );
    const other = join(folder, "other");
    await (await startServer(other, ["--set", `server_key=${"A".repeat(43)}`])).stop();
    const { out } = await tessera(["backup", join(folder, "b"), "--data", other]);
    expect(out).not.toContain("server's own key and");
    expect(out).toContain("keep server_key of your configuration too");
  });

  test("never takes the place of another, nor does a folder that is missing matter", async () => {
    const { folder, data } = await withData();
    const precious = join(folder, "precious");
    writeFileSync(precious, "precious");
    const refused = await tessera(["backup", precious, "--data", data]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("is there already");
    expect(await Bun.file(precious).text()).toBe("precious");
    const missing = await tessera(["backup", join(folder, "missing", "x"), "--data", data]);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain("cannot be written");
    expect(readdirSync(folder).toSorted()).toEqual(["data", "precious"]);
  });

  test("does not get the name of a folder that is missing, if a slash says that it is one", async () => {
    const { folder, data } = await withData();
    const { code, err } = await tessera(["backup", `${folder}/nightly/`, "--data", data]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("Choose an existing folder") });
    expect(readdirSync(folder)).toEqual(["data"]);
    mkdirSync(join(folder, "nightly"));
    expect(await tessera(["backup", `${folder}/nightly/`, "--data", data])).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, "nightly"))).toHaveLength(1);
  });

  test("is all of several backups at the same name and moment, whoever is first", async () => {
    const { folder, data } = await withData();
    const file = join(folder, "one");
    const all = await Promise.all(Array.from({ length: 4 }, () => tessera(["backup", file, "--data", data])));
    expect(all.map(({ code }) => code).toSorted()).toEqual([0, 1, 1, 1]);
    expect(readdirSync(folder).toSorted()).toEqual(["data", "one"]);
    expect(await tessera(["restore", file, "--data", join(folder, "r")])).toMatchObject({ code: 0 });
  });
});

describe("a backup that is interrupted", () => {
  const partials = (folder: string) => readdirSync(folder).filter((name) => name.includes(".partial-"));

  /** A backup that has begun to write, with much left. */
  async function underWay(): Promise<{ folder: string; backup: Child }> {
    const { folder, data } = await withData();
    addTokens(join(data, "tessera.db"), 200_000);
    const backup = startTessera(["backup", join(folder, "b"), "--data", data]);
    const written = () => partials(folder).some((name) => statSync(join(folder, name)).size > 0);
    while (!written()) {
      if (backup.process.exitCode !== null) throw new Error(`it ended: ${backup.err}`);
      await Bun.sleep(2);
    }
    return { folder, backup };
  }

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s leaves nothing", async (signal, code) => {
    const { folder, backup } = await underWay();
    backup.process.kill(signal);
    expect((await finished(backup)).code).toBe(code);
    expect(readdirSync(folder)).toEqual(["data"]);
  });

  test("by SIGKILL leaves nothing that is taken for a backup", async () => {
    const { folder, backup } = await underWay();
    backup.process.kill("SIGKILL");
    await finished(backup);
    expect(existsSync(join(folder, "b"))).toBe(false);
    for (const name of partials(folder)) {
      const { code, err } = await tessera(["restore", join(folder, name), "--data", join(folder, "r")]);
      expect({ code, refused: /no backup|is damaged/.test(err) }).toEqual({ code: 1, refused: true });
    }
  });
});

test("without a database there is nothing to back up, and PostgreSQL has its own tools", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  const none = await tessera(["backup", "--data", join(folder, "data")]);
  expect(none.code).toBe(1);
  expect(none.err).toContain("There is no Tessera database");
  const { code, err } = await tessera(["backup"], { env: { DATABASE_URL: "postgres://a@b/c" } });
  expect(code).toBe(1);
  expect(err).toContain("pg_dump");
  expect(err).toContain("tessera copy --to sqlite");
});

test("what half of a copy is in is not backed up", async () => {
  const { folder, data } = await withData();
  const place = sqliteFile(join(data, "tessera.db"));
  await withStore(place, (store) => store.ping());
  withConnection(place.where, (connection) => connection.execute("CREATE TABLE unfinished_copy (x)"));
  const { code, err } = await tessera(["backup", join(folder, "b"), "--data", data]);
  expect(code).toBe(1);
  expect(err).toContain("unfinished copy");
  expect(readdirSync(folder)).toEqual(["data"]);
});

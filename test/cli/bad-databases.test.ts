/**
 * Unusable databases and failing disks: the messages of the server and the commands, each in its own process. After the
 * trouble, everything is as before.
 */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { until } from "../crash/support/moments.ts";
import { Node, SECRET } from "../crash/support/node.ts";
import { canMount, isRoot, mountSmall, run } from "../support/disks.ts";
import { basic, encodeForm } from "../support/server.ts";
import { removeTemporaryFolders, temporaryFolder } from "./support.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function program(data: string, args: readonly string[], input = ""): Promise<Finished> {
  const child = Bun.spawn([process.execPath, MAIN, ...args, "--data", data], {
    cwd: temporaryFolder(),
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" },
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
    // Ends a server that starts although it should not.
    timeout: 30_000,
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code: child.signalCode === null ? code : null, out, err };
}

const serve = (data: string) => program(data, ["serve", "--port", "0"]);
const list = (data: string) => program(data, ["user", "list"]);
const add = (data: string, name: string) =>
  program(data, ["user", "add", name, "--password-stdin"], "a long enough password\n");

/** A data folder with one person. */
let sound: string;
beforeAll(async () => {
  sound = join(temporaryFolder(), "data");
  expect((await add(sound, "ada")).code).toBe(0);
});
afterAll(removeTemporaryFolders);

function copyOfSound(): string {
  const data = join(temporaryFolder(), "data");
  cpSync(sound, data, { recursive: true });
  chmodSync(data, 0o700);
  return data;
}

const databaseOf = (data: string): string => join(data, "tessera.db");

/** Runs the server and commands, which must all end with these words alone. */
async function expectRefusals(data: string, words: RegExp, commands = [serve, list]): Promise<void> {
  const results = await Promise.all([...commands.map((command) => command(data)), add(data, "eve")]);
  for (const { code, err } of results) {
    expect(err.trim()).toMatch(words);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).not.toContain("unexpected");
    expect(code).toBe(1);
  }
}

async function expectSound(data: string): Promise<void> {
  const { code, out } = await list(data);
  expect(out).toContain("ada");
  expect(out).not.toContain("eve");
  expect(code).toBe(0);
}

describe("a database that cannot be used is refused in words that say what to do:", () => {
  const DAMAGED =
    /tessera\.db cannot be used: .*\. It is damaged, or no database\. Stop the server, keep the file, and put a backup in its place\.$/;

  const spoilt: Record<string, { spoil(file: string): void; says: RegExp }> = {
    "a file that is none": {
      spoil: (file) => writeFileSync(file, "no database ".repeat(1000)),
      says: DAMAGED,
    },
    "a file that was cut off": { spoil: (file) => truncateSync(file, 9000), says: DAMAGED },
    "a folder in its place": {
      spoil(file) {
        rmSync(file);
        mkdirSync(file);
      },
      says: /tessera\.db is a folder, but should be a file\. Move it away, or choose another data folder with --data\.$/,
    },
    "one of a newer version": {
      spoil: (file) => change(file, "PRAGMA user_version = 999"),
      says: /was written by a newer version of Tessera \(schema 999; this version knows schema \d+\)\. Start the newer version, or restore a backup from before the upgrade\.$/,
    },
    "one of another program": {
      spoil(file) {
        rmSync(file);
        change(file, "CREATE TABLE precious (data TEXT)");
      },
      says: /is a database of another program\. Choose another file\.$/,
    },
  };
  for (const [name, { spoil, says }] of Object.entries(spoilt)) {
    test(name, async () => {
      const data = copyOfSound();
      spoil(databaseOf(data));
      const before = fingerprint(databaseOf(data));
      await expectRefusals(data, says);
      expect(fingerprint(databaseOf(data))).toBe(before);
      // A backup replaces it.
      rmSync(databaseOf(data), { recursive: true });
      cpSync(databaseOf(sound), databaseOf(data));
      await expectSound(data);
    });
  }

  test.skipIf(isRoot && !canMount)("one in a folder that cannot be written to", async () => {
    const data = copyOfSound();
    const release = makeReadOnly(data);
    try {
      await expectRefusals(
        data,
        /^The database cannot be used now: .*\. This user must be able to write to the folder and to the files in it: change their owner, mount it writable, or choose another folder with --data\.$/,
      );
    } finally {
      release();
    }
    await expectSound(data);
  });

  test.skipIf(!canMount)("one on a disk that is full", async () => {
    const data = join(temporaryFolder(), "data");
    mkdirSync(data, { mode: 0o700 });
    const disk = mountSmall(data);
    try {
      cpSync(sound, data, { recursive: true });
      chmodSync(data, 0o700);
      disk.fill();
      await expectRefusals(
        data,
        /^The database cannot be used now: .*(Free some space on its|Look at the) disk/,
      );
      disk.free();
      await expectSound(data);
    } finally {
      disk.remove();
    }
  });

  test("one that another program has locked; commands that only read do not mind", async () => {
    const data = copyOfSound();
    const other = new Database(databaseOf(data));
    other.run("BEGIN IMMEDIATE");
    expect(await list(data)).toMatchObject({ code: 0, out: expect.stringContaining("ada") });
    await expectRefusals(
      data,
      /^The database cannot be used now: .*\. Another program holds its lock, such as an open SQLite shell or a backup that has not ended\. End that program, then try again\.$/,
      [serve],
    );
    other.run("ROLLBACK");
    other.close();
    await expectSound(data);
  }, 60_000);
});

describe("while the server runs,", () => {
  const authorization = basic("service", SECRET);
  const headers = { "Content-Type": "application/x-www-form-urlencoded", ...authorization };
  const post = (url: string, form: Record<string, string>) =>
    fetch(url, { method: "POST", headers, body: encodeForm(form) });
  const requestToken = (node: Node) => post(`${node.url}/auth/token`, { grant_type: "client_credentials" });
  const introspect = (node: Node, token: string) => post(`${node.url}/auth/introspect`, { token });

  /** A token that the server acknowledged before the trouble. */
  async function tokenOf(node: Node): Promise<string> {
    const answer: { access_token: string } = await (await requestToken(node)).json();
    return answer.access_token;
  }

  async function expectUnavailable(response: Response): Promise<void> {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
  }

  async function expectAlive(node: Node, token: string): Promise<void> {
    expect((await requestToken(node)).status).toBe(200);
    expect(await (await introspect(node, token)).json()).toMatchObject({ active: true });
    expect((await fetch(`${node.url}/readyz`)).status).toBe(200);
  }

  test.skipIf(!canMount)(
    "a full disk stops what must be stored, and nothing else; with space it goes on",
    async () => {
      await using node = new Node();
      const data = join(node.folder, "data");
      mkdirSync(data, { mode: 0o700 });
      const disk = mountSmall(data);
      try {
        await node.start();
        const token = await tokenOf(node);
        disk.fill();
        for (let attempt = 0; attempt < 3; attempt += 1) await expectUnavailable(await requestToken(node));
        expect(await (await introspect(node, token)).json()).toMatchObject({ active: true });
        await until("the log says what to do", () => node.printed.includes("Free some space on its disk."));
        disk.free();
        await expectAlive(node, token);
        await node.kill();
        await node.start();
        await expectAlive(node, token);
      } finally {
        await node.kill();
        disk.remove();
      }
    },
  );

  test("a lock of another program stops what must be stored, and nothing else, until it ends", async () => {
    await using node = new Node();
    await node.start();
    const token = await tokenOf(node);
    const other = new Database(node.databaseFile);
    other.run("BEGIN IMMEDIATE");
    await expectUnavailable(await requestToken(node));
    expect(await (await introspect(node, token)).json()).toMatchObject({ active: true });
    await until("the log says what to do", () => node.printed.includes("Another program holds its lock"));
    other.run("ROLLBACK");
    other.close();
    await expectAlive(node, token);
  }, 60_000);

  test("a file that is damaged under it is never taken for an answer, and a backup puts it right", async () => {
    await using node = new Node();
    await node.start();
    const token = await tokenOf(node);
    const other = new Database(node.databaseFile);
    other.run("PRAGMA wal_checkpoint(TRUNCATE)");
    other.close();
    const backup = `${node.databaseFile}.backup`;
    cpSync(node.databaseFile, backup);
    // All pages but the first, which every connection has read.
    const { size } = statSync(node.databaseFile);
    const bytes = readFileSync(node.databaseFile);
    writeFileSync(node.databaseFile, bytes.fill(0x55, 4096, size));

    await expectUnavailable(await introspect(node, token));
    await expectUnavailable(await requestToken(node));
    await until("the log says what to do", () => node.printed.includes("put a backup in its place"));
    await node.kill();
    await expect(node.start()).rejects.toThrow("put a backup in its place");

    for (const suffix of ["-wal", "-shm"]) rmSync(node.databaseFile + suffix, { force: true });
    renameSync(backup, node.databaseFile);
    await node.start();
    await expectAlive(node, token);
  });
});

function change(file: string, sql: string): void {
  const database = new Database(file);
  database.run(sql);
  database.close();
}

const fingerprint = (file: string): string =>
  statSync(file).isDirectory() ? "a folder" : String(Bun.hash(readFileSync(file)));

/** Root ignores file modes, so for root this mounts the folder read-only. */
function makeReadOnly(folder: string): () => void {
  if (isRoot) {
    expect(run("mount", "--bind", folder, folder) && run("mount", "-o", "remount,bind,ro", folder)).toBe(
      true,
    );
    return () => void run("umount", folder);
  }
  chmodSync(folder, 0o500);
  chmodSync(databaseOf(folder), 0o400);
  return () => {
    chmodSync(folder, 0o700);
    chmodSync(databaseOf(folder), 0o600);
  };
}

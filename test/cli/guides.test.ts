/** The guides that stop the server and change its database: docs/server-key.md and docs/upgrade.md. */

import { Database } from "bun:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startServing } from "../../src/cli/serve.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { basic, encodeForm } from "../support/server.ts";
import { endProcesses } from "./processes.ts";
import { isActive, newToken, startServer } from "./running.ts";
import { captureIo, removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const guide = (name: string): string => readFileSync(join(import.meta.dir, "../../docs", name), "utf8");

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(endProcesses);
afterAll(async () => {
  await postgres.stop();
  removeTemporaryFolders();
});

describe("the way to another server key", () => {
  const NEW_KEY = Buffer.alloc(32, 7).toString("base64url");

  async function start(data: string, env: Record<string, string>) {
    const io = captureIo({ env });
    const { server, listening, stop } = await startServing({ data, port: "0" }, io);
    const ask = async (path: string, form: Record<string, string>, headers: Record<string, string>) => {
      const response = await fetch(`${listening.urls[0]}${path}`, {
        method: "POST",
        body: encodeForm(form),
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
        keepalive: false,
      });
      return await response.json();
    };
    const key = Buffer.from(server.context.keys.mac("form", "x")).toString("hex");
    return { key, ask, stop, printed: io.captured };
  }

  test.each([
    ["the embedded database", "sqlite"],
    ["PostgreSQL", "postgres"],
  ])("works on %s: another key, and the same tokens", async (_, engine) => {
    const data = join(temporaryFolder(), "data");
    const url = await postgres.createDatabase();
    const env: Record<string, string> = engine === "postgres" ? { DATABASE_URL: url } : {};
    const rotate = async (more: Record<string, string> = {}) => {
      const stopped = engine === "postgres" ? ["--all-stopped"] : [];
      const words = ["server-key", "rotate", ...stopped];
      expect(guide("server-key.md")).toContain(`tessera ${words.slice(0, 2).join(" ")}`);
      const { code } = await tessera([...words, "--data", data], { env: { ...env, ...more } });
      expect(code).toBe(0);
    };

    const before = await start(data, env);
    const [, id = "", secret = ""] = /curl -u ([\w-]+):(\S+) /.exec(before.printed.out) ?? [];
    const client = basic(id, secret);
    const { access_token: token } = await before.ask(
      "/auth/token",
      { grant_type: "client_credentials" },
      client,
    );
    await before.stop();
    await expect(start(data, { ...env, TESSERA_SERVER_KEY: NEW_KEY })).rejects.toThrow("docs/server-key.md");

    await rotate();
    const after = await start(data, env);
    expect(after.key).not.toBe(before.key);
    expect(await after.ask("/auth/introspect", { token }, client)).toMatchObject({ active: true });
    await after.stop();

    await rotate({ TESSERA_SERVER_KEY: NEW_KEY });
    const configured = await start(data, { ...env, TESSERA_SERVER_KEY: NEW_KEY });
    expect(configured.key).not.toBe(after.key);
    expect(await configured.ask("/auth/introspect", { token }, client)).toMatchObject({ active: true });
    await configured.stop();
    await expect(start(data, env)).rejects.toThrow("server_key");
  });
});

test("the way back from an upgrade works: the old version stops with the words of the guide, restores, and goes on", async () => {
  const folder = temporaryFolder();
  const [data, backup] = [join(folder, "data"), join(folder, "before-upgrade.backup")];
  const old = await startServer(data);
  const token = await newToken(old);
  await old.stop();
  expect((await tessera(["backup", backup, "--data", data])).code).toBe(0);

  // A newer version has been here.
  const database = new Database(join(data, "tessera.db"));
  database.run("PRAGMA user_version = 99");
  database.close();
  const words = /```text\n(.*)\n```/.exec(guide("upgrade.md"))?.[1] ?? "no words";
  await expect(startServing({ data, port: "0" }, captureIo())).rejects.toThrow(words);

  expect((await tessera(["restore", backup, "--replace", "--data", data])).code).toBe(0);
  const back = await startServer(data, [], old.client);
  expect(await isActive(back, token)).toBe(true);
  await back.stop();
});

/** `tessera server-key`: rotation with the server stopped, what stays, and what a kill in the middle leaves. */
import { Database } from "bun:sqlite";
import { afterAll, afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { endProcesses, startTessera } from "./processes.ts";
import { startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

test("a rotation waits for the server to stop, and tokens and signing keys outlive it", async () => {
  const data = join(temporaryFolder(), "data");
  expect((await tessera(["server-key", "rotate", "--data", data])).code).toBe(1);
  const server = await startServer(data);
  const running = await tessera(["server-key", "rotate", "--data", data]);
  expect(running).toMatchObject({ code: 1, err: expect.stringContaining("Stop it") });
  await server.stop();
  const before = JSON.parse((await tessera(["key", "list", "--json", "--data", data])).out);
  const { code, out, err } = await tessera(["server-key", "rotate", "--data", data]);
  expect(code).toBe(0);
  expect(out).toContain(
    "Sealed anew: 1 signing key, 0 secrets of apps for one-time passwords, 0 waiting mails.",
  );
  expect(err).toContain("event=server_key.rotated");
  expect(JSON.parse((await tessera(["key", "list", "--json", "--data", data])).out)).toEqual(before);
  const list = JSON.parse((await tessera(["server-key", "list", "--json", "--data", data])).out);
  expect(list).toMatchObject({
    current: { kept_in: "database", since: expect.any(String) },
    former: [{ kept_in: "database", needed_by: ["names", "known_browsers"] }],
  });
  expect((await tessera(["server-key", "list", "--data", data])).out).toContain(
    "names of people and sessions",
  );
  const again = await startServer(data, [], server.client);
  expect((await tessera(["doctor", "keys.*", "proxy.answer", "--data", data])).code).toBe(0);
  await again.stop();
  // A backup from before has the former key, and works.
  const file = join(temporaryFolder(), "one.backup");
  expect((await tessera(["backup", file, "--data", data])).code).toBe(0);
  expect((await tessera(["backup", "verify", file, "--data", data])).code).toBe(0);
});

test("kill -9 at any moment leaves the old key or the new one, and nothing that does not open", async () => {
  const data = join(temporaryFolder(), "data");
  const server = await startServer(data);
  await server.stop();
  for (let kill = 0; kill < 12; kill += 1) {
    const child = startTessera(["server-key", "rotate", "--data", data]);
    await Bun.sleep(120 + kill * 25);
    child.process.kill("SIGKILL");
    await child.ended;
    const list = await tessera(["server-key", "list", "--json", "--data", data]);
    expect(list.code).toBe(0);
    // It says so if the server could not use one of its keys.
    expect(await tessera(["key", "list", "--data", data])).toMatchObject({ code: 0 });
    const database = new Database(join(data, "tessera.db"), { readonly: true });
    const { rows } = database
      .query<{ rows: number }, []>("SELECT count(*) AS rows FROM server_keys WHERE retired_at IS NULL")
      .get() ?? { rows: 0 };
    database.close();
    expect(rows).toBe(1);
  }
  const last = await startServer(data, [], server.client);
  expect((await tessera(["doctor", "keys.*", "--data", data])).code).toBe(0);
  await last.stop();
}, 120_000);

test("on PostgreSQL the operator says that no node runs", async () => {
  const { code, err } = await tessera(["server-key", "rotate"], {
    env: { DATABASE_URL: "postgres://tessera@127.0.0.1:1/none" },
  });
  expect({ code, says: err.includes("--all-stopped") }).toEqual({ code: 1, says: true });
});

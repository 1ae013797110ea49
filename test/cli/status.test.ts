/** `tessera status`, and how `login` finds the server that runs on the data folder. */
import { Database } from "bun:sqlite";
import { afterAll, afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { endProcesses, finished, startTessera } from "./processes.ts";
import { startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

test("says what runs on the data, where and since when, and after its end that it does not", async () => {
  const data = join(temporaryFolder(), "data");
  const server = await startServer(data);
  const { port } = new URL(server.url);
  const running = await tessera(["status", "--json", "--data", data]);
  expect(running.code).toBe(0);
  expect(JSON.parse(running.out)).toMatchObject({
    server: { state: "running", pid: server.child.process.pid, urls: [`http://localhost:${port}`] },
    issuer: `http://localhost:${port}`,
    people: 0,
    clients: 1,
    grants: 0,
    warnings: [],
    workers: 1,
    database: { engine: "sqlite", version: expect.stringMatching(/^3\./), bytes: expect.any(Number) },
    keys: [{ algorithm: "RS256" }],
    last_backup: null,
  });
  const file = join(temporaryFolder(), "one.backup");
  expect((await tessera(["backup", file, "--data", data])).code).toBe(0);
  const after = JSON.parse((await tessera(["status", "--json", "--data", data])).out);
  expect(after.last_backup).toMatchObject({ file, encrypted: false, bytes: expect.any(Number) });
  const words = await tessera(["status", "--data", data]);
  expect(words.out).toContain(`running (process ${server.child.process.pid}, version `);
  await server.stop();
  const stopped = await tessera(["status", "--data", data]);
  expect(stopped.out).toMatch(/^server +not running\n/);
  expect(stopped.out).toContain("Start the server: tessera serve");
});

test("counts no further than 10,000, because that reads the rows", async () => {
  const data = join(temporaryFolder(), "data");
  expect((await tessera(["client", "add", "--name", "Wiki", "--data", data])).code).toBe(0);
  const database = new Database(join(data, "tessera.db"));
  const columns = database
    .query<{ name: string }, []>("SELECT name FROM pragma_table_info('clients') WHERE name != 'client_id'")
    .all()
    .map(({ name }) => name);
  const copies = (count: number) =>
    database.run(
      `INSERT INTO clients (client_id, ${columns})
       WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < ${count})
       SELECT 'copy-${count}-' || n, ${columns.map((name) => (name === "number" ? `${count} * 100000 + n` : name))}
       FROM copy CROSS JOIN (SELECT * FROM clients WHERE client_id NOT LIKE 'copy-%')`,
    );
  const status = async (...options: string[]) => (await tessera(["status", ...options, "--data", data])).out;
  copies(9_999);
  expect(await status()).toMatch(/^clients +10,000$/m);
  copies(1);
  expect(await status()).toMatch(/^clients +more than 10,000$/m);
  expect(JSON.parse(await status("--json"))).toMatchObject({ people: 0, clients: null, grants: 0 });
  database.close();
});

test("says where there is no data at all", async () => {
  const { code, err } = await tessera(["status", "--data", temporaryFolder()]);
  expect({ code, err }).toMatchObject({
    code: 1,
    err: expect.stringContaining("There is no Tessera database"),
  });
});

test("login finds the server that runs on the data folder, at whatever port", async () => {
  const data = join(temporaryFolder(), "data");
  const server = await startServer(data);
  // No such client: the answer of the server shows that it was found.
  const { code, err } = await finished(startTessera(["login", "--client-id", "nobody", "--data", data]));
  expect(code).toBe(1);
  expect(err).not.toContain("refused)");
  expect(err).toContain("client");
  await server.stop();
  const gone = await finished(
    startTessera(["login", "--client-id", "nobody", "--data", data, "--set", "issuer=http://localhost:9"]),
  );
  expect(gone.err).toContain("http://localhost:9");
});

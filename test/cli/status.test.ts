/** `tessera status`, and how `login` finds the server that runs on the data folder. */
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
  });
  const words = await tessera(["status", "--data", data]);
  expect(words.out).toContain(`running (process ${server.child.process.pid}, version `);
  await server.stop();
  const stopped = await tessera(["status", "--data", data]);
  expect(stopped.out).toMatch(/^server {4}not running\n/);
  expect(stopped.out).toContain("Start the server: tessera serve");
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

/** `tessera doctor`: against a server in a process of its own, without one, and on data that cannot be used. */
import { afterAll, afterEach, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKS } from "../../src/operations/checks/index.ts";
import { proves } from "../support/proves.ts";
import { endProcesses } from "./processes.ts";
import { startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterEach(endProcesses);
afterAll(removeTemporaryFolders);

interface Report {
  readonly state: string;
  readonly checks: readonly { readonly id: string; readonly state: string }[];
}

const statesOf = (out: string): Record<string, string> =>
  Object.fromEntries((JSON.parse(out) as Report).checks.map(({ id, state }) => [id, state]));

test("a running server tells it how requests arrive; the exit status says how bad it is", async () => {
  const data = join(temporaryFolder(), "data");
  const server = await startServer(data);
  const { code, out } = await tessera(["doctor", "--json", "--data", data]);
  const states = statesOf(out);
  expect(Object.keys(states)).toEqual(CHECKS.map(({ id }) => id));
  expect(states).toMatchObject({
    "address.issuer": "ok",
    "address.metadata": "ok",
    "address.keys": "ok",
    "proxy.answer": "ok",
    "proxy.host": "ok",
    "proxy.address": "ok",
    "proxy.cookies": "ok",
    "server.version": "ok",
    "database.version": "ok",
    "disk.space": "ok",
    "files.permissions": "ok",
    "database.expired": "ok",
    "keys.signing": "ok",
    "backup.age": "warning",
  });
  expect({ code, state: JSON.parse(out).state }).toEqual({ code: 1, state: "warning" });
  const file = join(temporaryFolder(), "one.backup");
  expect((await tessera(["backup", file, "--data", data])).code).toBe(0);
  const well = await tessera(["doctor", "--data", data]);
  expect(well).toMatchObject({ code: 0, err: "" });
  expect(well.out).toContain("All is well.");
  await server.stop();
  const stopped = await tessera(["doctor", "--data", data, "--set", "issuer=http://localhost:9"]);
  expect(stopped.code).toBe(2);
  expect(stopped.out).toContain("FAILURE  The issuer answers: localhost:9 cannot be reached");
  expect(stopped.out).toContain("Start the server");
});

test("a server of another database does not pass for this one", async () => {
  const server = await startServer(join(temporaryFolder(), "data"));
  const data = join(temporaryFolder(), "data");
  expect((await tessera(["key", "list", "--data", data])).code).toBe(1);
  expect((await tessera(["user", "add", "ada", "--generate", "--data", data])).code).toBe(0);
  const issuer = server.url.replace("127.0.0.1", "localhost");
  const { code, out } = await tessera(["doctor", "--json", "--data", data, "--set", `issuer=${issuer}`]);
  expect(code).toBe(2);
  expect(statesOf(out)).toMatchObject({ "address.issuer": "ok", "proxy.answer": "failure" });
  await server.stop();
});

test("a configuration and a database that cannot be used are failures like others", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "tessera.toml");
  writeFileSync(file, "nonsense = 1\n");
  const bad = await tessera(["doctor", "--json", "--config", file]);
  expect(bad.code).toBe(2);
  expect(statesOf(bad.out)).toEqual({ configuration: "failure" });
  const missing = await tessera(["doctor", "--data", join(folder, "none")]);
  expect(missing.code).toBe(2);
  expect(missing.out).toContain("There is no Tessera database");
});

test("runs the checks that are named, and refuses names of none", async () => {
  const data = join(temporaryFolder(), "data");
  expect((await tessera(["user", "add", "ada", "--generate", "--data", data])).code).toBe(0);
  const { out } = await tessera(["doctor", "disk.space", "settings.*", "--json", "--data", data]);
  expect(Object.keys(statesOf(out))[0]).toBe("disk.space");
  expect(
    Object.keys(statesOf(out))
      .slice(1)
      .every((id) => id.startsWith("settings.")),
  ).toBe(true);
  const unknown = await tessera(["doctor", "disk.speed", "--data", data]);
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("address.issuer, ") });
});

test(
  proves("says when others can read a file with secrets, and not of one without", "threat 50"),
  async () => {
    const data = join(temporaryFolder(), "data");
    expect((await tessera(["user", "add", "ada", "--generate", "--data", data])).code).toBe(0);
    const file = join(temporaryFolder(), "tessera.toml");
    writeFileSync(file, `data = ${JSON.stringify(data)}\n`);
    chmodSync(file, 0o644);
    const permissions = () => tessera(["doctor", "files.permissions", "--config", file]);
    expect((await permissions()).code).toBe(0);
    writeFileSync(
      file,
      `data = ${JSON.stringify(data)}\n[[clients]]\nclient_id = "wiki"\nsecrets = ["a secret that stands in this file"]\n`,
    );
    const { code, out } = await permissions();
    expect(code).toBe(1);
    expect(out).toContain(`chmod 600 ${file}`);
    const secret = join(temporaryFolder(), "secret");
    writeFileSync(secret, `whsec_${"A".repeat(32)}`, { mode: 0o644 });
    chmodSync(secret, 0o644);
    const SECRETS: readonly (readonly [text: string, where: string])[] = [
      ['[metrics]\ntoken = "Zt4vQ0c2mJ7xW9sKq3rB8nL5yH6dF1gP"', file],
      [
        '[telemetry]\notlp_endpoint = "http://127.0.0.1:9"\nheaders = [{ name = "Authorization", value = "Zt4vQ0c2mJ7xW9sKq3rB8nL5yH6dF1gQ" }]',
        file,
      ],
      [
        `[[webhooks]]\nname = "w"\nurl = "https://hooks.example/"\nsecrets = ["whsec_${"A".repeat(32)}"]`,
        file,
      ],
      [
        `[[webhooks]]\nname = "w"\nurl = "https://hooks.example/"\nsecrets = [{ file = ${JSON.stringify(secret)} }]`,
        secret,
      ],
    ];
    for (const [text, where] of SECRETS) {
      writeFileSync(file, `data = ${JSON.stringify(data)}\n${text}\n`);
      const found = await permissions();
      expect({ text, code: found.code, err: found.err }).toEqual({ text, code: 1, err: "" });
      expect(found.out.match(/chmod 600 \S+/g)).toEqual([`chmod 600 ${where}`]);
    }
    const digest = `sha256:${"0".repeat(64)}`;
    writeFileSync(
      file,
      `data = ${JSON.stringify(data)}\n[[clients]]\nclient_id = "wiki"\nsecrets = ["${digest}"]\n`,
    );
    expect((await permissions()).code).toBe(0);
  },
);

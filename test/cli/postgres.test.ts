/** The program on PostgreSQL: the server and the commands, several nodes on one database, and faulty URLs. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startServing } from "../../src/cli/serve.ts";
import { acting } from "../store/acts.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { basic, encodeForm } from "../support/server.ts";
import { captureIo, removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
  removeTemporaryFolders();
});

async function startNode(url: string, env: Record<string, string> = {}) {
  const io = captureIo({ env: { DATABASE_URL: url, ...env } });
  const data = join(temporaryFolder(), "data");
  const running = await startServing({ data, port: "0" }, io);
  const store = acting(running.server.context.store);
  return { ...running, data, store, printed: io.captured, url: running.listening.urls[0] ?? "" };
}

const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    body: encodeForm(form),
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
  });

describe("on PostgreSQL", () => {
  test("DATABASE_URL is all it takes: a node says where its data are, gives tokens, and makes no data folder", async () => {
    const node = await startNode(await server.createDatabase());
    expect(node.printed.out).toContain(`database     PostgreSQL at 127.0.0.1:${server.port}/`);
    expect(node.printed.err).toContain("the PostgreSQL server runs with fsync = off");
    const [, user = "", secret = ""] = /curl -u ([\w-]+):(\S+) /.exec(node.printed.out) ?? [];
    const answer = await post(
      `${node.url}/auth/token`,
      { grant_type: "client_credentials" },
      basic(user, secret),
    );
    expect(answer.status).toBe(200);
    expect(existsSync(node.data)).toBe(false);
    await node.stop();
  });

  test("status and doctor look at the database, and leave out what only a data folder has", async () => {
    const url = await server.createDatabase();
    const node = await startNode(url);
    const env = { DATABASE_URL: url };
    const issuer = ["--set", `issuer=${node.server.context.issuer.identifier}`];
    const status = await tessera(["status", "--json", ...issuer], { env });
    expect(JSON.parse(status.out)).toMatchObject({
      database: { engine: "postgresql", bytes: expect.any(Number) },
      keys: [{ algorithm: "RS256" }],
    });
    const { code, out } = await tessera(["doctor", "--json", ...issuer], { env });
    const checks = new Map(
      JSON.parse(out).checks.map(({ id, state }: { id: string; state: string }) => [id, state]),
    );
    expect(Object.fromEntries(checks)).toMatchObject({
      "proxy.answer": "ok",
      "database.version": "ok",
      "clock.database": "ok",
      "database.expired": "ok",
      "keys.signing": "ok",
      "backup.age": "skipped",
      "disk.space": "skipped",
    });
    expect(code).toBe(0);
    await node.stop();
  });

  test("the server's key is rotated while no node runs, and the next node uses every key", async () => {
    const url = await server.createDatabase();
    const env = { DATABASE_URL: url };
    await (await startNode(url)).stop();
    expect((await tessera(["server-key", "rotate"], { env })).code).toBe(1);
    const { code, out } = await tessera(["server-key", "rotate", "--all-stopped"], { env });
    expect({ code, resealed: out.includes("1 signing key") }).toEqual({ code: 0, resealed: true });
    await (await startNode(url)).stop();
    const list = await tessera(["server-key", "list", "--json"], { env });
    expect(JSON.parse(list.out).former).toHaveLength(1);
    expect((await tessera(["key", "list"], { env })).code).toBe(0);
  });

  test("a token of one node is known, and its end seen at once, by another; both derive the same keys", async () => {
    const url = await server.createDatabase();
    const one = await startNode(url);
    const two = await startNode(url);
    const [, user = "", secret = ""] = /curl -u ([\w-]+):(\S+) /.exec(one.printed.out) ?? [];
    expect(two.printed.out).not.toContain("curl");
    const { access_token: token } = await (
      await post(`${one.url}/auth/token`, { grant_type: "client_credentials" }, basic(user, secret))
    ).json();
    const introspect = async (node: { url: string }) =>
      (await (await post(`${node.url}/auth/introspect`, { token }, basic(user, secret))).json()).active;
    expect(await introspect(two)).toBe(true);
    expect((await post(`${two.url}/auth/revoke`, { token }, basic(user, secret))).status).toBe(200);
    expect(await introspect(one)).toBe(false);
    expect(one.server.context.keys.mac("form", "x")).toEqual(two.server.context.keys.mac("form", "x"));
    await one.stop();
    await two.stop();
  });

  test("nodes that start together on an empty database agree on everything", async () => {
    const url = await server.createDatabase();
    const nodes = await Promise.all(Array.from({ length: 4 }, () => startNode(url)));
    const [printed, ...more] = nodes.flatMap(({ printed: { out } }) => [
      ...out.matchAll(/curl -u ([\w-]+):(\S+) /g),
    ]);
    expect(more).toEqual([]);
    const [, user = "", secret = ""] = printed ?? [];
    for (const node of nodes) {
      const form = { grant_type: "client_credentials" };
      expect((await post(`${node.url}/auth/token`, form, basic(user, secret))).status).toBe(200);
    }
    expect(new Set(nodes.map(({ server: { context } }) => context.keys.mac("form", "x").toHex())).size).toBe(
      1,
    );
    // Each link replaces the earlier ones.
    const links = nodes.map(({ printed: { out } }) => /\/setup\?token=\S+/.exec(out)?.[0] ?? "");
    const statuses = await Promise.all(
      links.map(async (link) => (await fetch(`${nodes[0]?.url}${link}`)).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    for (const node of nodes) await node.stop();
  });

  test("nodes that start together apply what is declared once, and take it back together", async () => {
    const url = await server.createDatabase();
    const set = {
      TESSERA_CLIENTS: '[{"client_id":"mine","secrets":["a secret of the operator"]}]',
      TESSERA_PEOPLE: '[{"username":"ada","password":"correct horse battery staple"}]',
    };
    const nodes = await Promise.all(Array.from({ length: 3 }, () => startNode(url, set)));
    const { store } = nodes[0] ?? {};
    expect((await store?.listClients())?.map(({ clientId }) => String(clientId))).toEqual(["mine"]);
    expect((await store?.listAccounts())?.map(({ username }) => username)).toEqual(["ada"]);
    for (const node of nodes) await node.stop();
    const another = { TESSERA_CLIENTS: '[{"client_id":"other","secrets":["a secret of the operator"]}]' };
    const after = await Promise.all([startNode(url, another), startNode(url, another)]);
    expect(await after[0]?.store.findClient("mine")).toMatchObject({ disabledBy: "left_out" });
    expect((await after[0]?.store.findAccountByUsername("ada"))?.disabledBy).toBe("left_out");
    for (const node of after) await node.stop();
    const again = await Promise.all([startNode(url, set), startNode(url, set)]);
    expect(await again[0]?.store.findClient("mine")).toMatchObject({ disabledBy: null });
    expect((await again[0]?.store.findAccountByUsername("ada"))?.disabledBy).toBeNull();
    for (const node of again) await node.stop();
  });

  test("a node with another key than the others does not start", async () => {
    const url = await server.createDatabase();
    const one = await startNode(url, { TESSERA_SERVER_KEY: "A".repeat(43) });
    await expect(startNode(url, { TESSERA_SERVER_KEY: `B${"A".repeat(42)}` })).rejects.toThrow(
      "server_key is not",
    );
    await expect(startNode(url)).rejects.toThrow("TESSERA_SERVER_KEY");
    await one.stop();
  });

  test("commands work beside the servers, without a data folder", async () => {
    const url = await server.createDatabase();
    const env = { DATABASE_URL: url };
    const data = join(temporaryFolder(), "none");
    const unmade = await tessera(["user", "list", "--data", data], { env });
    expect(unmade).toMatchObject({ code: 1 });
    expect(unmade.err).toContain('has no schema "tessera" of Tessera');
    const node = await startNode(url);
    const added = await tessera(["user", "add", "ada", "--generate", "--data", data], { env });
    expect(added.code).toBe(0);
    expect(added.err).toMatch(/^\S+ info {2}person created .*\n$/);
    expect((await tessera(["user", "list", "--data", data], { env })).out).toContain("ada");
    expect(existsSync(data)).toBe(false);
    await node.stop();
  });

  test("while the database is down the answer is 503 with Retry-After, and it goes on by itself afterwards", async () => {
    const own = await startPostgres();
    try {
      const node = await startNode(await own.createDatabase());
      const [, user = "", secret = ""] = /curl -u ([\w-]+):(\S+) /.exec(node.printed.out) ?? [];
      const ask = () =>
        post(`${node.url}/auth/token`, { grant_type: "client_credentials" }, basic(user, secret));
      expect((await ask()).status).toBe(200);
      await own.kill();
      // The database's other processes outlive the killed one for a moment.
      let answer = await ask();
      for (let attempt = 0; attempt < 100 && answer.status === 200; attempt += 1) answer = await ask();
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await answer.json()).error).toBe("temporarily_unavailable");
      expect((await fetch(`${node.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
      await own.start();
      let status = 0;
      for (let attempt = 0; attempt < 100 && status !== 200; attempt += 1) {
        status = (await ask()).status;
        if (status !== 200) await Bun.sleep(50);
      }
      expect(status).toBe(200);
      await node.stop();
    } finally {
      await own.stop();
    }
  });
});

describe("a database that cannot be used stops the start with words, and without the password", () => {
  const attempt = async (url: string, set: string[] = []) => {
    const result = await tessera(
      ["serve", "--port", "0", "--data", temporaryFolder(), ...set.flatMap((entry) => ["--set", entry])],
      { env: { DATABASE_URL: url } },
    );
    expect(result.code).toBe(1);
    expect(result.err).not.toContain("Sesame");
    return result.err;
  };
  const at = (rest: string) => `postgres://tessera:Sesame@127.0.0.1:${server.port}/${rest}`;

  test("nobody listens there", async () => {
    expect(await attempt("postgres://a:Sesame@127.0.0.1:1/x")).toBe(
      "The database cannot be used now: PostgreSQL at 127.0.0.1:1 cannot be reached: Failed to connect. Check that it runs, that host and port in DATABASE_URL are right, and that a firewall lets this machine in.\n",
    );
  });

  test("somebody else listens there, and says nothing", async () => {
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    expect(
      await attempt(`postgres://a:Sesame@127.0.0.1:${silent.port}/x`, ["database.connect_timeout_seconds=1"]),
    ).toContain("cannot be reached: Connection timeout after 1s");
    silent.stop(true);
  });

  test("the database does not exist", async () => {
    expect(await attempt(at("nope"))).toContain(
      'has no database "nope". Make it (CREATE DATABASE nope OWNER tessera;), or correct DATABASE_URL.',
    );
  });

  test("the user does not exist", async () => {
    expect(await attempt(`postgres://nobody:Sesame@127.0.0.1:${server.port}/postgres`)).toContain(
      'does not let the user "nobody" in: role "nobody" does not exist. Correct the user or the password in DATABASE_URL.',
    );
  });

  test("it speaks no TLS, and TLS is asked for", async () => {
    expect(await attempt(at("postgres?sslmode=require"))).toContain(
      "speaks no TLS, but DATABASE_URL asks for it",
    );
  });

  test("the user may make no schema", async () => {
    const url = new URL(await server.createDatabase());
    await server.execute("CREATE ROLE bob LOGIN");
    url.username = "bob";
    expect(await attempt(url.href)).toContain("CREATE SCHEMA tessera AUTHORIZATION");
  });
});

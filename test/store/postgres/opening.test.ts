import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DatabaseRefused, StoreUnavailable } from "../../../src/store/contract.ts";
import { asStoreError, Session } from "../../../src/store/postgres/driver.ts";
import { explainOpening } from "../../../src/store/postgres/opening.ts";
import { openPostgresStore } from "../acts.ts";
import { newClient } from "../records.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describe("opening a PostgreSQL database", () => {
  test("makes the schema once, however many programs start together", async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 8 }, () => openPostgresStore({ url })));
    const client = newClient();
    expect(await stores[0]?.createClient(client)).toBe(true);
    for (const store of stores) expect(await store.findClient(client.clientId)).toEqual(client);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("finds what was stored before", async () => {
    const url = await server.createDatabase();
    const client = newClient();
    const before = await openPostgresStore({ url });
    await before.createClient(client);
    await before.close();
    await before.close();
    const after = await openPostgresStore({ url });
    expect(await after.findClient(client.clientId)).toEqual(client);
    await after.close();
  });

  test("keeps to its own schema, so that several can share a database", async () => {
    const url = await server.createDatabase();
    await server.execute("CREATE TABLE clients (of text)", url);
    const client = newClient();
    const one = await openPostgresStore({ url, schema: "one" });
    const two = await openPostgresStore({ url, schema: "two" });
    await one.createClient(client);
    expect(await two.findClient(client.clientId)).toBeNull();
    await one.close();
    await two.close();
  });

  test("refuses a newer database, and does not touch it", async () => {
    const url = await server.createDatabase();
    await (await openPostgresStore({ url })).close();
    await server.execute("UPDATE tessera.schema_version SET version = 999", url);
    const opening = openPostgresStore({ url });
    await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
    await expect(opening).rejects.toThrow("was written by a newer version of Tessera (schema 999");
    expect(await server.execute("SELECT version FROM tessera.schema_version", url)).toEqual([
      { version: 999 },
    ]);
  });

  test("refuses a schema of another program", async () => {
    const url = await server.createDatabase();
    await server.execute("CREATE SCHEMA tessera; CREATE TABLE tessera.precious (data text)", url);
    await expect(openPostgresStore({ url })).rejects.toThrow("belongs to another program");
  });

  test("repeats nothing of what a server said that a terminal would obey", () => {
    const cause = new Error("go away\u001b[2J\nTessera: all is well.");
    const explained = explainOpening(
      new StoreUnavailable("", { cause }),
      "postgres://ada@db.example/tessera",
    );
    expect(explained).toBeInstanceOf(StoreUnavailable);
    expect(String(explained)).toContain(
      "PostgreSQL at db.example cannot be reached: go away?[2J?Tessera: all is well",
    );
  });

  test("says which right is missing", async () => {
    const url = new URL(await server.createDatabase());
    await server.execute("CREATE ROLE guest LOGIN");
    url.username = "guest";
    const opening = openPostgresStore({ url: url.href });
    await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
    await expect(opening).rejects.toThrow("CREATE SCHEMA tessera AUTHORIZATION");
  });

  test("refuses what is no URL or no name, without repeating the password", async () => {
    for (const options of [
      { url: "postgres://u:secret@h:99999/x" },
      { url: "mysql://u:secret@h/x" },
      { url: "tessera" },
      { url: "postgres://u:secret@h/x", schema: 'x"; DROP' },
    ]) {
      const opening = openPostgresStore(options);
      await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
      await expect(opening).rejects.not.toThrow("secret");
    }
  });

  test("is unavailable while nobody answers, and refused where there is no such database", async () => {
    const url = await server.createDatabase();
    for (const [wrong, kind] of [
      ["postgres://tessera@127.0.0.1:1/x", StoreUnavailable],
      [`${url}_missing`, DatabaseRefused],
    ] as const) {
      await expect(openPostgresStore({ url: wrong })).rejects.toBeInstanceOf(kind);
    }
  });

  test("is unavailable when a server lets it in and then says nothing", async () => {
    // AuthenticationOk and ReadyForQuery (PostgreSQL's manual, "Message Formats").
    const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
    const greeted = new Set<unknown>();
    const silent = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          if (!greeted.has(socket)) socket.write(welcome);
          greeted.add(socket);
        },
      },
    });
    const url = `postgres://tessera@127.0.0.1:${silent.port}/x`;
    const opening = openPostgresStore({ url, connectMillis: 500, statementMillis: 100 });
    await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(opening).rejects.toThrow("cannot be reached: it does not answer");
    expect(greeted.size).toBe(1);
    silent.stop(true);
  }, 20_000);

  test("gives a migration more time than a look", async () => {
    const session = new Session({
      url: await server.createDatabase(),
      schema: "public",
      connections: 1,
      connectMillis: 5000,
      statementMillis: 100,
    });
    const slow = "SELECT 1 AS one FROM pg_sleep(0.3)";
    await expect(session.execute(slow)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await session.transaction(({ execute }) => execute(slow), 10_000)).toEqual([{ one: 1 }]);
    await expect(session.execute(slow)).rejects.toBeInstanceOf(StoreUnavailable);
    await session.close();
  });

  test("names what is wrong with a certificate, and does not advise to do without", async () => {
    for (const [code, message] of [
      ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"],
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"],
    ] as const) {
      const raised = asStoreError(Object.assign(new Error(message), { code }));
      const told = explainOpening(raised, "postgres://tessera@db.example/x?sslmode=verify-full");
      expect(told).toBeInstanceOf(DatabaseRefused);
      expect(String(told)).toContain(`has a certificate that cannot be trusted: ${message}`);
      expect(String(told)).not.toContain("Remove sslmode");
    }
  });

  test("ignores a database named in the environment", async () => {
    const url = await server.createDatabase();
    process.env.PGDATABASE = "elsewhere";
    try {
      const store = await openPostgresStore({ url });
      await store.ping();
      await store.close();
    } finally {
      delete process.env.PGDATABASE;
    }
  });
});

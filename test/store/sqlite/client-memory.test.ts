/** Clients are remembered between reads, and only as long as they are what the file holds: whoever changed it. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientChanged, type Store } from "../../../src/store/contract.ts";
import { openSqliteStore } from "../../../src/store/sqlite/index.ts";
import { NOW, newClient, newClientToken, newSecret } from "../records.ts";
import { recallTests } from "../suite/recalled-clients.ts";
import { withDatabaseFile } from "./temporary.ts";

/** The store that remembers, another on the same file, and the file itself. */
const withStores = (use: (store: Store, other: Store, run: (sql: string) => void) => Promise<void>) =>
  withDatabaseFile(async (file) => {
    const store = await openSqliteStore({ file });
    const other = await openSqliteStore({ file });
    try {
      await use(store, other, (sql) => {
        using database = new Database(file);
        database.run(sql);
      });
    } finally {
      await store.close();
      await other.close();
    }
  });

describe("a client that was read before", () => {
  test("is the same object until something changes, and then as it is", () =>
    withStores(async (store, other) => {
      const client = newClient();
      await store.createClient(client);
      const found = await store.findClient(client.clientId);
      expect(await store.findClient(client.clientId)).toBe(found);
      await other.putClient({ ...client, clientName: "Another" });
      expect((await store.findClient(client.clientId))?.clientName).toBe("Another");
      const secret = newSecret();
      await other.addClientSecret(client.clientId, secret);
      expect((await store.findClient(client.clientId))?.secrets).toContainEqual(secret);
      await other.removeClientSecret(client.clientId, secret.id);
      expect((await store.findClient(client.clientId))?.secrets).not.toContainEqual(secret);
      await other.issueAccessToken(newClientToken(client));
      expect((await store.findClient(client.clientId))?.usedAt).toBe(NOW);
      await other.removeClient(client.clientId, NOW);
      expect(await store.findClient(client.clientId)).toBeNull();
    }));

  test("is as somebody made it by hand", () =>
    withStores(async (store, _, run) => {
      const client = newClient();
      await store.createClient(client);
      await store.findClient(client.clientId);
      run(`UPDATE clients SET disabled_at = 7 WHERE client_id = '${client.clientId}'`);
      expect((await store.findClient(client.clientId))?.disabledAt).toBe(7);
      run("DELETE FROM clients");
      expect(await store.findClient(client.clientId)).toBeNull();
    }));

  test("does not keep its tokens alive when it is disabled or gone", () =>
    withStores(async (store, other) => {
      const client = newClient();
      await store.createClient(client);
      const token = newClientToken(client);
      await store.issueAccessToken(token);
      const isActive = async () => (await store.findActiveAccessToken(token.id, NOW)) !== null;
      expect(await isActive()).toBe(true);
      await other.putClient({ ...client, disabledAt: NOW });
      expect(await isActive()).toBe(false);
      await other.putClient(client);
      expect(await isActive()).toBe(true);
      await other.removeClient(client.clientId, NOW);
      await other.createClient(client);
      expect(await isActive()).toBe(false);
    }));

  test("makes room for others: strangers write what is remembered", () =>
    withStores(async (store) => {
      const large = Array.from({ length: 6 }, () => newClient({ clientName: "x".repeat(1024 * 1024) }));
      for (const client of large) await store.createClient(client);
      const [first] = large;
      const found = await store.findClient(first?.clientId ?? "");
      for (const client of large) await store.findClient(client.clientId);
      const again = await store.findClient(first?.clientId ?? "");
      expect(again).toEqual(found);
      expect(again).not.toBe(found);
    }));
});

describe("between two processes", () => {
  let folder: string;
  let database: Database;
  let stores: readonly [Store, Store];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tessera-recall-"));
    const file = join(folder, "tessera.db");
    stores = [await openSqliteStore({ file }), await openSqliteStore({ file })];
    database = new Database(file);
  });
  afterAll(async () => {
    database.close();
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });

  recallTests(() => ({ store: stores[0], other: stores[1], sql: (text) => database.run(text) }));

  test("a command of the same transaction that changes a client counts", async () => {
    const [store] = stores;
    const client = newClient();
    await store.createClient(client);
    await store.findClient(client.clientId);
    const caller = store.recallClient(client.clientId) ?? undefined;
    const [changed, issued] = await Promise.allSettled([
      store.putClient({ ...client, disabledAt: NOW }),
      store.issueAccessToken(newClientToken(client), caller),
    ]);
    expect(changed.status).toBe("fulfilled");
    expect(issued).toMatchObject({ status: "rejected", reason: expect.any(ClientChanged) });
  });
});

/** Commands read lists in pages, and print all of them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { allPages, collect } from "../../src/operations/paging.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { insert } from "../../src/store/contract.ts";
import { clients } from "../../src/store/tables/clients.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { accounts, signInNames } from "../../src/store/tables/people.ts";
import { openSqliteStore } from "../store/acts.ts";
import { NOW, newAccount, newClient, newGrant } from "../store/records.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

/** Two full pages and one row. */
const COUNT = 1001;

const data = temporaryFolder();
const clock: Clock = { millis: () => NOW * 1000, seconds: () => NOW };
const parties = { client: newClient(), account: newAccount({ username: "ada" }) };

beforeAll(async () => {
  const store = await openSqliteStore({ file: join(data, "tessera.db") });
  const others = Array.from({ length: COUNT - 1 });
  // All of them in the same second.
  await store.commit({
    changes: [
      insert(clients, parties.client),
      ...others.map(() => insert(clients, newClient())),
      insert(accounts, parties.account),
      insert(signInNames, { name: "ada", subject: parties.account.subject }),
      ...others.map(() => insert(accounts, newAccount())),
      ...others.map(() => insert(grants, newGrant(parties))),
      insert(grants, newGrant({ ...parties, client: newClient() })),
    ],
  });
  await store.close();
});
afterAll(removeTemporaryFolders);

async function printed(command: string): Promise<Record<string, unknown>[]> {
  const { code, out } = await tessera([...command.split(" "), "--json", "--data", data], { clock });
  expect(code).toBe(0);
  return JSON.parse(out);
}

const different = (rows: Record<string, unknown>[], name: string) =>
  new Set(rows.map((row) => row[name])).size;

test("every client is listed, once", async () => {
  const rows = await printed("client list");
  expect([rows.length, different(rows, "client_id")]).toEqual([COUNT, COUNT]);
});

test("every person is listed, once", async () => {
  const rows = await printed("user list");
  expect([rows.length, different(rows, "subject")]).toEqual([COUNT, COUNT]);
});

test("every grant is listed, once and newest first, all of them or those of a person and a client", async () => {
  const rows = await printed("grant list");
  expect([rows.length, different(rows, "id")]).toEqual([COUNT, COUNT]);
  // Identifiers begin with the time.
  const times = rows.map(({ id }) => Buffer.from(String(id), "base64url").readUIntBE(0, 6));
  expect(times).toEqual(times.toSorted((one, other) => other - one));
  expect(await printed(`grant list --user ada --client ${parties.client.clientId}`)).toHaveLength(COUNT - 1);
});

test("a table for people has a line for each, and counts are of all", async () => {
  const { out } = await tessera(["user", "list", "--data", data], { clock });
  expect(out.trimEnd().split("\n")).toHaveLength(COUNT + 1);
  const shown = await tessera(["client", "show", String(parties.client.clientId), "--data", data], { clock });
  expect(shown.out).toContain(`${COUNT - 1} grants`);
});

test.each([0, 1, 499, 500, 501, 1000, 1001])("of %d rows each comes once", async (count) => {
  const rows = Array.from({ length: count }, (_, index) => index);
  const list = async ({ limit, after }: { readonly limit: number; readonly after?: number | null }) =>
    rows.filter((row) => row > (after ?? -1)).slice(0, limit);
  expect(await collect(allPages<number>(list))).toEqual(rows);
});

test("a terminal that is too narrow for a table gets one fact a line, and nothing is cut", async () => {
  const { out } = await tessera(["user", "list", "--data", data], { clock, columns: 60 });
  expect(out).toContain(`user name  ada\n`);
  expect(out).toContain(`subject    ${parties.account.subject}\n`);
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  const wide = await tessera(["user", "list", "--data", data], { clock, columns: 200 });
  expect(wide.out).toMatch(/^USER NAME +NAME/);
});

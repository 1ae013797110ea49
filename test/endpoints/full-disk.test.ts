/** A full disk: access can still be ended, over the wire and by the command line, and nothing is issued meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listAudit } from "../../src/operations/audit.ts";
import { RESERVE_BYTES } from "../../src/store/sqlite/reserve.ts";
import { openSqliteStore } from "../store/acts.ts";
import { canMount, mountSmall, type SmallDisk } from "../support/disks.ts";
import {
  expectRefusal,
  expectTokens,
  isActive,
  jsonOf,
  refresh,
  requestToken,
  serviceToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

let folder: string;
let disk: SmallDisk;
let server: TestServer;
beforeEach(async () => {
  if (!canMount) return;
  folder = mkdtempSync(join(tmpdir(), "tessera-full-"));
  disk = mountSmall(folder, 12);
  const store = await openSqliteStore({ file: join(folder, "tessera.db") });
  server = await startTestServer({}, { opened: { store, close: () => store.close() } });
  expect(await store.keepReserve()).toBe(true);
});
afterEach(async () => {
  if (!canMount) return;
  await server.close();
  disk.remove();
  rmSync(folder, { recursive: true });
});

const reserved = (): number => statSync(join(folder, "tessera.db-reserve")).size;
const issue = () =>
  server.post("/auth/token", { grant_type: "client_credentials" }, basic("service", SECRET));
const revoke = (token: string) => server.post("/auth/revoke", { token }, basic("web", SECRET));

/** Fills the disk, and the log of the database with it, until nothing more can be issued. */
async function fillUp(): Promise<void> {
  disk.fill();
  for (let count = 0; count < 1000; count += 1) {
    const response = await issue();
    if (response.status === 200) continue;
    expect(response.status).toBe(503);
    return;
  }
  throw new Error("The disk is never full.");
}

async function program(...args: string[]) {
  const child = Bun.spawn([process.execPath, MAIN, ...args, "--data", folder], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

// Where nothing can be mounted, there is no disk to fill.
describe.skipIf(!canMount)("on a full disk", () => {
  test(proves("a client revokes a token and a grant, and still nothing is issued", "threat 62"), async () => {
    const person = await server.addPerson("ada");
    const one = await tokensFor(server, person);
    const other = await tokensFor(server, person);
    await fillUp();
    expect((await revoke(textOf(one, "access_token"))).status).toBe(200);
    expect(await isActive(server, textOf(one, "access_token"))).toBe(false);
    expect((await revoke(textOf(other, "refresh_token"))).status).toBe(200);
    expect(await isActive(server, textOf(other, "access_token"))).toBe(false);
    expect(reserved()).toBeLessThan(RESERVE_BYTES);
    const refused = await issue();
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectRefusal(refused, 503, "temporarily_unavailable");
    expect((await server.fetch("/readyz")).status).toBe(503);
    expect((await server.fetch("/healthz")).status).toBe(200);
  });

  test(
    proves("access is ended often, and each end has its row in the record of acts", "threat 62", "threat 91"),
    async () => {
      const person = await server.addPerson("ada");
      const many: string[] = [];
      for (let count = 0; count < 15; count += 1) {
        many.push(textOf(await tokensFor(server, person), "refresh_token"));
      }
      await fillUp();
      for (const token of many) expect((await revoke(token)).status).toBe(200);
      expect(reserved()).toBeLessThan(RESERVE_BYTES);
      const rows = await listAudit(server.context, { kind: "grant.revoked" }, { limit: 100 });
      expect(rows).toHaveLength(15);
      // What is only counted waits for room, and fails nothing.
      await server.context.audit.settled();
      await server.context.refusals.settled();
    },
  );

  test(proves("with space again, all goes on, and the reserve is made whole", "threat 62"), async () => {
    const tokens = await tokensFor(server, await server.addPerson("ada"));
    await fillUp();
    expect((await revoke(textOf(tokens, "access_token"))).status).toBe(200);
    disk.free();
    // An attempt to fill it up comes once a second at most.
    while ((await issue()).status !== 200) await Bun.sleep(50);
    expect(reserved()).toBe(RESERVE_BYTES);
  });

  test(proves("a person signs out, though the use of the session cannot be noted", "threat 62"), async () => {
    await addPersonWithPassword(server, "ada");
    const browser = openBrowser(server);
    expect((await browser.signIn("ada")).status).toBe(303);
    await fillUp();
    server.clock.advance(600);
    expect((await browser.get("/account")).status).toBe(200);
    expect(reserved()).toBe(RESERVE_BYTES);
    const { cookie } = browser;
    expect((await browser.submit("/logout", {})).status).toBe(303);
    browser.cookie = cookie;
    expect((await browser.get("/account")).status).toBe(303);
  });

  test(proves("a replayed refresh token ends its grant", "threat 62"), async () => {
    const first = await tokensFor(server, await server.addPerson("ada"));
    const second = await expectTokens(await refresh(server, textOf(first, "refresh_token")));
    await fillUp();
    server.clock.advance(600);
    await expectRefusal(await refresh(server, textOf(first, "refresh_token")), 400, "invalid_grant");
    expect(await isActive(server, textOf(second, "access_token"))).toBe(false);
  });

  test(proves("the operator revokes, disables and removes by the command line", "threat 62"), async () => {
    await addPersonWithPassword(server, "ada");
    await addPersonWithPassword(server, "eve");
    const token = await serviceToken(server);
    await fillUp();
    for (const args of [
      ["grant", "revoke", "--user", "ada"],
      ["client", "disable", "service"],
      ["user", "disable", "ada"],
      ["user", "remove", "eve"],
    ]) {
      expect(await program(...args)).toMatchObject({ code: 0 });
    }
    expect(await isActive(server, token)).toBe(false);
    const added = await program("client", "add", "--name", "New", "--grant", "client_credentials");
    expect(added).toMatchObject({ code: 1, err: expect.stringContaining("Free some space on its disk.") });
  });

  test(proves("the command line works where no server runs, and no log is there", "threat 62"), async () => {
    await addPersonWithPassword(server, "ada");
    // SQLite removes its log; the next program to open the database has to make one.
    await server.close();
    disk.fill();
    expect(await program("user", "disable", "ada")).toMatchObject({ code: 0 });
    const store = await openSqliteStore({ file: join(folder, "tessera.db") });
    server = await startTestServer({}, { opened: { store, close: () => store.close() } });
    expect((await store.findAccountByUsername("ada"))?.disabledAt).not.toBeNull();
  });
});

test.skipIf(!canMount)("a disk without room for a reserve has none, and is used as before", async () => {
  const small = mkdtempSync(join(tmpdir(), "tessera-small-"));
  const own = mountSmall(small, 4);
  const store = await openSqliteStore({ file: join(small, "tessera.db") });
  try {
    expect(await store.keepReserve()).toBe(false);
    expect(() => statSync(join(small, "tessera.db-reserve"))).toThrow();
    const other = await startTestServer({}, { opened: { store, close: async () => {} } });
    expect(
      textOf(
        await jsonOf(await requestToken(other, "service", { grant_type: "client_credentials" })),
        "access_token",
      ),
    ).not.toBe("");
    await other.close();
  } finally {
    await store.close();
    own.remove();
    rmSync(small, { recursive: true });
  }
});

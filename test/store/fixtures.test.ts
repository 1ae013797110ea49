/**
 * Upgrades. Under fixtures/ there is a database of every version that was released. Today's program must find in each
 * what was put there, and must not change the tables in a way that the version before could not live with.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { removeAllExpired } from "../../src/store/housekeeping.ts";
import { parseArtefact } from "../../src/tokens/artefact.ts";
import { authorizePath, redirectOf } from "../support/code-flow.ts";
import {
  expectRefusal,
  expectTokens,
  isActive,
  pollDevice,
  redeemCode,
  refresh,
  textOf,
} from "../support/flows.ts";
import { openBrowser } from "../support/pages.ts";
import { startTestServer, TestClock, type TestServer } from "../support/server.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "./fixtures/databases.ts";
import { type Fixture, loadFixture, readFixtures } from "./fixtures/load.ts";
import { askEverything } from "./fixtures/questions.ts";
import { FIXTURE_CONFIGURATION } from "./fixtures/seed.ts";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";
import { clientId, newClient } from "./records.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

fixtureSuite("sqlite", () => sqliteEngine);
fixtureSuite("postgres", () => postgresEngine(postgres));

function fixtureSuite(name: FixtureEngine["name"], engine: () => FixtureEngine): void {
  const fixtures = readFixtures(name);
  test(`there is a ${name} fixture of every version`, () => {
    // The newest need not have one yet: it is written before the next step.
    const due = Array.from({ length: Math.max(1, engine().version - 1) }, (_, index) => index + 1);
    expect(fixtures.map(({ version }) => version)).toEqual(expect.arrayContaining(due));
  });
  for (const fixture of fixtures)
    describe(`${name} of version ${fixture.version}`, () => upgrade(engine, fixture));
}

function upgrade(engine: () => FixtureEngine, fixture: Fixture): void {
  const { engine: name, secrets, now } = fixture;
  const secret = (name: string): string => {
    const text = secrets[name];
    if (text === undefined) throw new Error(`The fixture has no ${name}.`);
    return text;
  };
  const opened: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  const load = async (): Promise<FixtureDatabase> => {
    const database = await loadFixture(engine(), fixture);
    opened.push(database.remove);
    return database;
  };
  /** Today's server on yesterday's database, at the second at which that was written. */
  const serve = async (): Promise<TestServer> => {
    const store = await (await load()).open();
    const clock = new TestClock();
    clock.freeze(now);
    const server = await startTestServer(FIXTURE_CONFIGURATION, {
      opened: { store, close: () => store.close() },
      key: fixture.key,
      clock,
    });
    opened.push(server.close);
    return server;
  };
  /** Everything that is stored, and everything that a program may rely on. */
  const contents = async (database: FixtureDatabase) => ({
    shape: await engine().shape(database),
    rows: await engine().rows(database),
  });

  test("everything in it is found as it was stored", async () => {
    const store = await (await load()).open();
    opened.push(() => store.close());
    // A later version may say more of a record, and nothing else.
    expect(await askEverything(store, secrets, now)).toMatchObject(fixture.answers);
  });

  test("opening it a second time changes nothing more", async () => {
    const database = await load();
    await (await database.open()).close();
    const once = await contents(database);
    await (await database.open()).close();
    expect(await contents(database)).toEqual(once);
  });

  test("of programs that open it together, one brings it up to date", async () => {
    const alone = await load();
    await (await alone.open()).close();
    const together = await load();
    if (name === "sqlite") await openInProcesses(together);
    else await openOverConnections(together, fixture.version < engine().version);
    expect(await contents(together)).toEqual(await contents(alone));
  });

  test("the version before can work on while the tables are newer", async () => {
    const before = await load();
    const shape = await engine().shape(before);
    const after = await engine().create();
    opened.push(after.remove);
    await after.execute(fixture.schema);
    await (await after.open()).close();
    const shapeAfter = await engine().shape(after);

    const missing = shape.filter((line) => !shapeAfter.includes(line));
    expect(missing).toEqual([]);
    const tables = new Set(shape.map((line) => line.split(".")[0]));
    const required = shapeAfter.filter(
      (line) => !shape.includes(line) && line.endsWith(" required") && tables.has(line.split(".")[0]),
    );
    expect(required).toEqual([]);
    // It writes rows without what it does not know.
    await after.execute(fixture.rows);
    const store = await after.open();
    opened.push(() => store.close());
    expect(await askEverything(store, secrets, now)).toMatchObject(fixture.answers);
  });

  test("its tokens are worth what they were", async () => {
    const server = await serve();
    const active = async (name: string, client = "web") => isActive(server, secret(name), client);
    expect(await active("access token")).toBe(true);
    expect(await active("access token", "mail-server")).toBe(true);
    expect(await active("refresh token")).toBe(true);
    expect(await active("access token of a device", "mail-server")).toBe(true);
    expect(await active("access token of a client for itself", "service")).toBe(true);
    for (const dead of [
      "access token of a revoked grant",
      "refresh token of a revoked grant",
      "refresh token used a moment ago",
      "access token of a disabled person",
      "access token of a removed person",
    ]) {
      expect({ dead, active: await active(dead) }).toEqual({ dead, active: false });
    }
  });

  test("the tokens of a client that is disabled or gone stay dead, also under its old name", async () => {
    const store = await (await load()).open();
    opened.push(() => store.close());
    const isFound = async (client: string) => {
      const presented = parseArtefact("access_token", secret(`access token of the ${client} client`));
      return presented !== null && (await store.findActiveAccessToken(presented.id, now)) !== null;
    };
    expect(await isFound("disabled")).toBe(false);
    expect(await isFound("removed")).toBe(false);
    // Tokens name their client by a number, and the next number must not be one that was in use.
    await store.createClient(newClient({ clientId: clientId(secret("removed client")) }));
    expect(await isFound("removed")).toBe(false);
  });

  test("a code that was open is redeemed once, and a replay of a used one ends what it issued", async () => {
    const server = await serve();
    await expectTokens(await redeemCode(server, secret("open code")));
    await expectRefusal(await redeemCode(server, secret("open code")), 400, "invalid_grant");

    expect(await isActive(server, secret("access token of the used code"))).toBe(true);
    await expectRefusal(await redeemCode(server, secret("used code")), 400, "invalid_grant");
    expect(await isActive(server, secret("access token of the used code"))).toBe(false);
    const dead = await refresh(server, secret("refresh token of the used code"));
    await expectRefusal(dead, 400, "invalid_grant");
  });

  test("failed attempts at a code still count", async () => {
    const server = await serve();
    const code = secret("code with one attempt left");
    await expectRefusal(
      await redeemCode(server, code, { code_verifier: "wrong".repeat(10) }),
      400,
      "invalid_grant",
    );
    await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
  });

  test("refresh tokens rotate, a retry gets the same successor, and a late use ends the grant", async () => {
    const server = await serve();
    const rotated = await expectTokens(await refresh(server, secret("refresh token")));
    await expectTokens(await refresh(server, textOf(rotated, "refresh_token")));

    const retried = await expectTokens(await refresh(server, secret("refresh token used a moment ago")));
    expect(retried.refresh_token).toBe(secret("its successor"));

    const late = await refresh(server, secret("refresh token used long ago"));
    await expectRefusal(late, 400, "invalid_grant");
    const successor = await refresh(server, secret("successor of the one used long ago"));
    await expectRefusal(successor, 400, "invalid_grant");
  });

  test("device codes are where they were in their flow", async () => {
    const server = await serve();
    const poll = (name: string) => pollDevice(server, secret(name));
    await expectTokens(await poll("approved device code"));
    await expectRefusal(await poll("pending device code"), 400, "authorization_pending");
    await expectRefusal(await poll("denied device code"), 400, "access_denied");
    await expectRefusal(await poll("used device code"), 400, "invalid_grant");
    await expectRefusal(await poll("expired device code"), 400, "expired_token");

    const browser = openBrowser(server);
    browser.cookie = secret("session");
    const page = `/device?user_code=${secret("user code")}`;
    await browser.submit(page, { decision: "allow" }, "/device");
    server.clock.advance(60);
    await expectTokens(await poll("pending device code"));
  });

  test("a session is still signed in, and a remembered consent is not asked for again", async () => {
    const server = await serve();
    const browser = openBrowser(server);
    browser.cookie = secret("session");
    expect(await (await browser.get("/account")).text()).toContain("Ada");
    const answered = await browser.get(authorizePath());
    expect(redirectOf(answered).searchParams.get("code")).toStartWith("tac_");

    browser.cookie = secret("session of a disabled person");
    expect((await browser.get("/account")).headers.get("location")).toContain("/login");
  });

  test("people sign in with their passwords, and the set-up link makes an administrator", async () => {
    const server = await serve();
    expect((await openBrowser(server).signIn("ada")).status).toBe(303);
    expect((await openBrowser(server).signIn("disabled")).status).not.toBe(303);

    const browser = openBrowser(server);
    const link = `/setup?token=${secret("setup link")}`;
    const made = await browser.submit(link, { username: "boss", password: "a long enough password" });
    expect(made.status).toBe(303);
    expect(await server.context.store.hasAdministrator()).toBe(true);
  });

  test("everything in it goes away when its time has come, and nothing that stays", async () => {
    const server = await serve();
    const { store } = server.context;
    const before = (await store.listClients()).map(({ clientId }) => String(clientId));
    server.clock.advance(3 * 86_400);
    expect(await removeAllExpired(server.context)).toBeGreaterThan(30);
    const after = (await store.listClients()).map(({ clientId }) => String(clientId));
    // Registrations that nobody used go; one that a person allowed something stays.
    expect(before.filter((client) => !after.includes(client))).toEqual(
      expect.arrayContaining([secret("unused client"), secret("working client")]),
    );
    expect(after).toContain(secret("allowed client"));
    const { artefacts } = await askEverything(store, secrets, now);
    expect(Object.keys(artefacts).filter((name) => artefacts[name] !== null)).toEqual(["session"]);
  });
}

const TOGETHER = 4;

async function openInProcesses({ place }: FixtureDatabase): Promise<void> {
  const main = join(import.meta.dir, "../../src/main.ts");
  const programs = Array.from({ length: TOGETHER }, () =>
    Bun.spawn([process.execPath, main, "user", "list", "--data", dirname(place)], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    }),
  );
  for (const program of programs) {
    expect(await new Response(program.stdout).text()).toContain("Ada");
    expect(await program.exited).toBe(0);
  }
}

async function openOverConnections({ place, open }: FixtureDatabase, isOlder: boolean): Promise<void> {
  // So that all of them have seen the old version before one may begin.
  const held = isOlder ? await postgres.hold(place, "SELECT 1 FROM tessera_schema FOR UPDATE") : null;
  const opening = Promise.all(Array.from({ length: TOGETHER }, open));
  if (held !== null) await postgres.blocked(place, TOGETHER);
  await held?.release();
  for (const store of await opening) await store.close();
}

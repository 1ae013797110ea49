/** Threat 80: SIGKILL while a key is made. The ring is as before or complete, and the server signs. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createKeyFiles } from "../../src/operations/key-files.ts";
import { findServerKeys } from "../../src/operations/server-key.ts";
import { findFaultyKeys, findSigningKeys } from "../../src/operations/signing-keys.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { stateOf } from "../../src/rules/signing-key.ts";
import { type ActingStore, openPostgresStore, openSqliteStore } from "../store/acts.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { figure } from "../support/figures.ts";
import { PATIENCE_MILLIS, scaled } from "../support/scale.ts";
import { moment } from "./support/moments.ts";
import { Node, type NodeOptions } from "./support/node.ts";
import { expectConsistent } from "./support/nodes.ts";

const main = join(import.meta.dir, "../../src/main.ts");

/** The database of the node, as the test looks at it. */
interface Engine {
  readonly name: string;
  readonly env: NonNullable<NodeOptions["env"]>;
  open(node: Node): Promise<ActingStore>;
  /** Expects that the database itself is whole. */
  expectSound(node: Node): Promise<void>;
}

/** Every key but the last has an end, which comes after the next one signs; one signs; all are whole. */
async function expectWholeRing(store: ActingStore): Promise<number> {
  try {
    const context = {
      store,
      clock: systemClock,
      random: systemRandom,
      configuration: { server_key: undefined },
      keyFiles: createKeyFiles([]),
    };
    const { keys: serverKeys } = await findServerKeys(context);
    expect(await findFaultyKeys({ ...context, keys: serverKeys })).toEqual([]);
    const keys = await findSigningKeys(context);
    const now = systemClock.seconds();
    expect(keys.filter((key) => stateOf(key, keys, now) === "current")).toHaveLength(1);
    const inOrder = keys.toSorted((one, other) => one.signsFrom - other.signsFrom);
    for (const [index, { publishedUntil }] of inOrder.entries()) {
      const next = inOrder[index + 1];
      if (next === undefined) expect(publishedUntil).toBeNull();
      else expect(publishedUntil ?? 0).toBeGreaterThan(next.signsFrom);
    }
    return keys.length;
  } finally {
    await store.close();
  }
}

async function rotateUnderKills({ name, env, open, expectSound }: Engine): Promise<void> {
  const kills = scaled(6);
  await using node = new Node({ algorithms: ["ES256"], env });
  const rotate = () =>
    Bun.spawn(
      [process.execPath, main, "key", "rotate", "--data", join(node.folder, "data")].concat(
        ...["--config", join(node.folder, "tessera.toml")],
      ),
      {
        cwd: node.folder,
        env: { ...process.env, ...env },
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      },
    );
  await node.start();
  const startedAt = performance.now();
  expect(await rotate().exited).toBe(0);
  const millis = performance.now() - startedAt;
  let made = await expectWholeRing(await open(node));
  expect(made).toBe(2);
  let completed = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const rotation = rotate();
    await moment(millis * 0.3, millis * 1.2);
    rotation.kill("SIGKILL");
    await rotation.exited;
    const now = await expectWholeRing(await open(node));
    expect([made, made + 1]).toContain(now);
    completed += now - made;
    made = now;
  }
  await node.kill();
  // The database may have got the statement of the last rotation and not yet answered it.
  await node.start();
  const { keys } = await (await fetch(`${node.url}/auth/jwks.json`)).json();
  expect(keys).toHaveLength(await expectWholeRing(await open(node)));
  await expectSound(node);
  figure(`Signing keys on ${name}: ${kills} rotations killed, ${completed} of them after the key was made`);
}

test(
  "a rotation that is killed at any moment has made a whole key or none",
  () =>
    rotateUnderKills({
      name: "SQLite",
      env: {},
      open: (node) => openSqliteStore({ file: node.databaseFile }),
      async expectSound(node) {
        const database = new Database(node.databaseFile, { readonly: true });
        expect(database.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
        database.close();
      },
    }),
  PATIENCE_MILLIS,
);

describe("on PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  test(
    "a rotation that is killed at any moment has made a whole key or none",
    async () => {
      const url = await server.createDatabase();
      await rotateUnderKills({
        name: "PostgreSQL",
        env: { DATABASE_URL: url },
        open: () => openPostgresStore({ url, connections: 2 }),
        expectSound: () => expectConsistent(url),
      });
    },
    PATIENCE_MILLIS,
  );
});

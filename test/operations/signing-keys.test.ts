/** Threats 58 and 80: the ring of signing keys, as several nodes on one database and the APIs that trust them see it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { parse } from "valibot";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { noEvents } from "../../src/operations/events.ts";
import { createKeyFiles } from "../../src/operations/key-files.ts";
import {
  createSigningKeyRing,
  findFaultyKeys,
  findSigningKeys,
  makeDueKeys,
  requireUsableKeys,
  retireSigningKey,
  rotateSigningKey,
  type SigningKeyContext,
  type SigningKeyRing,
} from "../../src/operations/signing-keys.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { SIGNING_ALGORITHMS } from "../../src/protocol/signing-algorithms.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import type { ActingStore } from "../store/acts.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, TestClock } from "../support/server.ts";

/** A process of the server, as far as its keys are concerned. */
interface SigningNode {
  readonly context: SigningKeyContext & { readonly store: ActingStore };
  readonly ring: SigningKeyRing;
  /** How often the process has read the keys. */
  reads(): number;
}

interface Nodes {
  readonly clock: TestClock;
  readonly database: FixtureDatabase;
  /** Another process on the database. */
  node(options?: { readonly secret?: Uint8Array; readonly clock?: TestClock }): Promise<SigningNode>;
}

let close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const each of close.toReversed()) await each();
  close = [];
});

async function nodesOn(engine: FixtureEngine, overrides: ConfigurationInput = {}): Promise<Nodes> {
  const database = await engine.create();
  close.push(async () => database.remove());
  const clock = new TestClock();
  clock.freeze();
  const configuration = parse(configurationSchema, { ...TEST_CONFIGURATION, ...overrides });
  const ownSecret = systemRandom(32);
  return {
    clock,
    database,
    async node({ secret = ownSecret, clock: ownClock = clock } = {}) {
      const store = await database.open();
      close.push(() => store.close());
      let reads = 0;
      const counted = Object.assign(Object.create(store), {
        list: ((...args: Parameters<typeof store.list>) => {
          reads += 1;
          return store.list(...args);
        }) as typeof store.list,
      }) as ActingStore;
      const context = {
        store: counted,
        events: noEvents,
        configuration,
        clock: ownClock,
        keys: serverKeys(secret),
        keyFiles: createKeyFiles([]),
      };
      return { context, ring: createSigningKeyRing(context), reads: () => reads };
    },
  };
}

const ELLIPTIC: ConfigurationInput = { signing: { algorithms: ["ES256"] } };

const signed = ({ ring }: SigningNode, claims: Record<string, unknown> = { sub: "ada" }): Promise<string> =>
  ring.sign("ES256", "JWT", claims);

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? "";
const kidsOf = async ({ ring }: SigningNode): Promise<string[]> =>
  (await ring.published()).map(({ kid }) => kid);

/** What an API has kept of the key set. */
const keySetOf = async ({ ring }: SigningNode): Promise<JSONWebKeySet> =>
  JSON.parse(JSON.stringify({ keys: await ring.published() }));

const verifies = async (keySet: JSONWebKeySet, token: string): Promise<boolean> => {
  try {
    await jwtVerify(token, createLocalJWKSet(keySet));
    return true;
  } catch {
    return false;
  }
};

/** An API that fetches the key set of a node only when its copy is this old. */
function keepingApi(node: SigningNode, clock: TestClock, keepSeconds: number) {
  let kept: { readonly keySet: JSONWebKeySet; readonly at: number } | null = null;
  return async (token: string): Promise<boolean> => {
    if (kept === null || clock.seconds() - kept.at >= keepSeconds) {
      kept = { keySet: await keySetOf(node), at: clock.seconds() };
    }
    return verifies(kept.keySet, token);
  };
}

function suite(engine: () => FixtureEngine): void {
  test(
    proves("two nodes that start at once on an empty database make one key for each algorithm", "threat 80"),
    async () => {
      const nodes = await nodesOn(engine(), { signing: { algorithms: ["RS256", "ES256"] } });
      const [one, other] = [await nodes.node(), await nodes.node()];
      await Promise.all([one.ring.keepUp(), other.ring.keepUp()]);
      const keys = await findSigningKeys(one.context);
      expect(keys.map(({ algorithm }) => algorithm).toSorted()).toEqual(["ES256", "RS256"]);
      for (const algorithm of ["RS256", "ES256"] as const) {
        const token = await one.ring.sign(algorithm, "JWT", { sub: "ada" });
        expect(await other.ring.verify(token, "JWT")).toEqual({ sub: "ada" });
      }
    },
  );

  test(
    proves(
      "two nodes sign through rotations, and no API refuses a token, however long it may keep the key set",
      "threat 80",
    ),
    async () => {
      const publish = 600;
      const nodes = await nodesOn(engine(), {
        signing: { algorithms: ["ES256"], rotation_seconds: 3600, publish_seconds: publish },
        lifetimes: { id_token_seconds: 900, jwt_access_token_seconds: 600 },
      });
      const { clock } = nodes;
      const [one, other] = [await nodes.node(), await nodes.node()];
      await one.ring.keepUp();
      const apis = [one, other].flatMap((node) => [
        keepingApi(node, clock, 300),
        keepingApi(node, clock, publish),
      ]);
      const refused: string[] = [];
      const alive: { token: string; until: number }[] = [];
      const used = new Set<string>();
      const end = clock.seconds() + 4 * 3600;
      for (let step = 0; clock.seconds() < end; step += 1) {
        const now = clock.seconds();
        // The clean-up of one node, every few minutes.
        if (step % 4 === 0) {
          await one.ring.keepUp();
          await one.context.store.expire({ signing_keys: now }, 100);
        }
        for (const node of [one, other]) {
          const token = await signed(node, { exp: now + 900 });
          used.add(kidOf(token));
          alive.push({ token, until: now + 900 });
          for (const [index, accepts] of apis.entries()) {
            if (!(await accepts(token))) refused.push(`API ${index} at ${now}`);
          }
        }
        while (alive[0] !== undefined && alive[0].until <= now) alive.shift();
        const known = await kidsOf(other);
        for (const { token } of alive)
          if (!known.includes(kidOf(token))) refused.push(`an older token at ${now}`);
        clock.advance(41);
      }
      expect(refused).toEqual([]);
      expect(used.size).toBe(4);
    },
  );

  test("a key set from a node with an old memory is good for publish_seconds", async () => {
    const nodes = await nodesOn(engine(), { signing: { algorithms: ["ES256"], publish_seconds: 300 } });
    const { clock } = nodes;
    const [one, other] = [await nodes.node(), await nodes.node()];
    await one.ring.keepUp();
    await other.ring.published();
    const { kid } = await rotateSigningKey(one.context, SERVER_ACT, "ES256", { atOnce: false });
    clock.advance(9);
    const keySet = await keySetOf(other);
    expect(keySet.keys.map((key) => key.kid)).not.toContain(kid);
    clock.advance(299);
    expect(await verifies(keySet, await signed(one))).toBe(true);
    clock.advance(60);
    expect(kidOf(await signed(one))).toBe(kid);
  });

  test("a key that the operator wants at once signs when every node knows it", async () => {
    const nodes = await nodesOn(engine(), ELLIPTIC);
    const [one, other] = [await nodes.node(), await nodes.node()];
    await one.ring.keepUp();
    await other.ring.published();
    const { kid } = await rotateSigningKey(one.context, SERVER_ACT, "ES256", { atOnce: true });
    nodes.clock.advance(59);
    expect(kidOf(await signed(one))).not.toBe(kid);
    expect(await kidsOf(other)).toContain(kid);
    nodes.clock.advance(1);
    expect(kidOf(await signed(one))).toBe(kid);
    expect(kidOf(await signed(other))).toBe(kid);
  });

  test(
    proves("a retired key verifies nothing any more, and the next signature verifies at once", "threat 80"),
    async () => {
      const nodes = await nodesOn(engine(), ELLIPTIC);
      const [one, other] = [await nodes.node(), await nodes.node()];
      await one.ring.keepUp();
      const before = await signed(one);
      await rotateSigningKey(one.context, SERVER_ACT, "ES256", { atOnce: false });
      nodes.clock.advance(10);
      const kept = await keySetOf(other);
      await retireSigningKey(one.context, SERVER_ACT, kidOf(before));
      nodes.clock.advance(10);
      expect(await verifies(await keySetOf(other), before)).toBe(false);
      expect(await other.ring.verify(before, "JWT")).toBeNull();
      const after = await signed(other);
      expect(await verifies(await keySetOf(one), after)).toBe(true);
      // The next key was published before, so an API that fetches nothing new accepts it.
      expect(await verifies(kept, after)).toBe(true);
      expect(await retireSigningKey(one.context, SERVER_ACT, "unknown")).toBeNull();
    },
  );

  test("a node learns at once of a key that another one has made, and strangers cannot make it read", async () => {
    const nodes = await nodesOn(engine(), ELLIPTIC);
    const [one, other] = [await nodes.node(), await nodes.node()];
    await one.ring.keepUp();
    await other.ring.published();
    nodes.clock.advance(6);
    await retireSigningKey(one.context, SERVER_ACT, kidOf(await signed(one)));
    const fresh = await nodes.node();
    const token = await signed(fresh);
    expect(await kidsOf(other)).not.toContain(kidOf(token));
    expect(await other.ring.verify(token, "JWT")).toEqual({ sub: "ada" });
    const reads = other.reads();
    const stranger = `${Buffer.from(JSON.stringify({ alg: "ES256", kid: "x", typ: "JWT" })).toString("base64url")}.e30.AA`;
    for (let time = 0; time < 100; time += 1) expect(await other.ring.verify(stranger, "JWT")).toBeNull();
    expect(other.reads()).toBe(reads);
    nodes.clock.advance(5);
    await Promise.all(Array.from({ length: 100 }, () => other.ring.verify(stranger, "JWT")));
    expect(other.reads()).toBe(reads + 1);
  });

  test("the key set stays, and verifies, while the database is away", async () => {
    const nodes = await nodesOn(engine(), ELLIPTIC);
    const node = await nodes.node();
    await node.ring.keepUp();
    const token = await signed(node);
    const failing = Object.create(node.context.store);
    failing.list = async () => {
      throw new StoreUnavailable("away", { advice: "" });
    };
    let isAway = false;
    const store = new Proxy(node.context.store, {
      get: (target, name) => Reflect.get(isAway ? failing : target, name),
    });
    const ring = createSigningKeyRing({ ...node.context, store });
    expect(await ring.published()).toHaveLength(1);
    isAway = true;
    nodes.clock.advance(3600);
    expect(await ring.published()).toHaveLength(1);
    expect(await ring.verify(token, "JWT")).toEqual({ sub: "ada" });
    const another = createSigningKeyRing({ ...node.context, store });
    expect(another.published()).rejects.toThrow(StoreUnavailable);
  });

  test(
    proves("a key that does not open stops the start with words, and nothing replaces it", "threat 58"),
    async () => {
      const nodes = await nodesOn(engine(), ELLIPTIC);
      const node = await nodes.node();
      await node.ring.keepUp();
      await requireUsableKeys(node.context);
      const [key] = await findSigningKeys(node.context);
      const stranger = await nodes.node({ secret: systemRandom(32) });
      expect(await findFaultyKeys(stranger.context)).toMatchObject([
        { key: { kid: key?.kid }, fault: "private" },
      ]);
      expect(requireUsableKeys(stranger.context)).rejects.toThrow(
        `${key?.kid} (ES256): it was sealed with another server_key, or is damaged.`,
      );
      await stranger.ring.keepUp();
      await expect(signed(stranger)).rejects.toThrow();
      expect(await findSigningKeys(node.context)).toEqual(key === undefined ? [] : [key]);
      // The operator gives the tokens up.
      await retireSigningKey(stranger.context, SERVER_ACT, key?.kid ?? "");
      await requireUsableKeys(stranger.context);
      nodes.clock.advance(10);
      expect(await stranger.ring.verify(await signed(stranger), "JWT")).toEqual({ sub: "ada" });
    },
  );

  test(
    proves(
      "a damaged public key stops the start, and no private or symmetric member is published",
      "threat 58",
      "threat 80",
    ),
    async () => {
      const nodes = await nodesOn(engine(), ELLIPTIC);
      const node = await nodes.node();
      await node.ring.keepUp();
      const [key] = await findSigningKeys(node.context);
      const store = (jwk: unknown) =>
        nodes.database.execute(`UPDATE signing_keys SET public_key = '${JSON.stringify(jwk)}'`);
      const { kid = "", publicKey } = key ?? {};
      await store({ ...publicKey, d: "private", k: "symmetric" });
      await requireUsableKeys(node.context);
      const fresh = await nodes.node();
      expect(JSON.stringify(await fresh.ring.published())).toBe(JSON.stringify(await node.ring.published()));
      await store({ kty: "oct", kid, use: "sig", alg: "ES256", k: "symmetric" });
      expect(requireUsableKeys(node.context)).rejects.toThrow(`${kid} (ES256): its public key is damaged.`);
      expect(await (await nodes.node()).ring.published()).toEqual([]);
      const others = await node.ring.published();
      await store({ ...others[0], x: others[0]?.y });
      expect(requireUsableKeys(node.context)).rejects.toThrow("its public key is damaged");
      await nodes.database.execute("UPDATE signing_keys SET public_key = 'x'");
      expect(requireUsableKeys(node.context)).rejects.toThrow(StoreUnavailable);
    },
  );

  test("a former key stays for the longest lifetime of a client or resource, and longer if that grows meanwhile", async () => {
    const nodes = await nodesOn(engine(), {
      ...ELLIPTIC,
      resources: [{ identifier: "https://slow.example/", access_token_seconds: 50_000 }],
    });
    const node = await nodes.node();
    await node.ring.keepUp();
    nodes.clock.advance(1);
    const next = await rotateSigningKey(node.context, SERVER_ACT, "ES256", { atOnce: false });
    const until = async () => (await findSigningKeys(node.context))[0]?.publishedUntil;
    expect(await until()).toBe(next.signsFrom + 50_000 + 3600);
    const server = await startTestServer(
      {
        clients: [
          { client_id: "patient", secrets: ["a secret that is long enough"], access_token_seconds: 70_000 },
        ],
      },
      { opened: { store: node.context.store, close: async () => {} } },
    );
    close.push(server.close);
    await node.ring.keepUp();
    expect(await until()).toBe(next.signsFrom + 70_000 + 3600);
  });
}

describe("on SQLite", () => suite(() => sqliteEngine));

describe("on PostgreSQL", () => {
  let postgres: PostgresServer | undefined;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());
  suite(() => {
    if (postgres === undefined) throw new Error("There is no database outside of tests.");
    return postgresEngine(postgres);
  });
});

test("a node whose clock is behind uses the key that another node has just made", async () => {
  const nodes = await nodesOn(sqliteEngine, ELLIPTIC);
  const one = await nodes.node();
  await one.ring.keepUp();
  const behind = new TestClock();
  behind.freeze(nodes.clock.seconds() - 30);
  const other = await nodes.node({ clock: behind });
  expect(await one.ring.verify(await signed(other), "JWT")).toEqual({ sub: "ada" });
  expect(await findSigningKeys(one.context)).toHaveLength(1);
});

test("the first signature of a ring makes its key", async () => {
  const nodes = await nodesOn(sqliteEngine, ELLIPTIC);
  const node = await nodes.node();
  await signed(node);
  await makeDueKeys(node.context);
  expect(await findSigningKeys(node.context)).toHaveLength(1);
  await expect(node.ring.sign("RS256", "JWT", {})).rejects.toThrow("No key signs with RS256.");
});

test("no kid looks like an option of the command line", async () => {
  const nodes = await nodesOn(sqliteEngine, ELLIPTIC);
  const { context } = await nodes.node();
  for (let time = 0; time < 200; time += 1) {
    const { kid } = await rotateSigningKey(context, SERVER_ACT, "ES256", { atOnce: false });
    expect(kid).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{42}$/);
  }
});

test(proves("every algorithm signs and publishes public members only", "threat 80"), async () => {
  const algorithms = SIGNING_ALGORITHMS.map(({ algorithm }) => algorithm);
  const nodes = await nodesOn(sqliteEngine, { signing: { algorithms } });
  const { ring } = await nodes.node();
  await ring.keepUp();
  const members: Record<string, string[]> = {
    RSA: ["alg", "e", "kid", "kty", "n", "use"],
    EC: ["alg", "crv", "kid", "kty", "use", "x", "y"],
    OKP: ["alg", "crv", "kid", "kty", "use", "x"],
  };
  const published = await ring.published();
  expect(published.map(({ alg }) => alg).toSorted()).toEqual(algorithms.toSorted());
  expect(new Set(published.map(({ kid }) => kid)).size).toBe(algorithms.length);
  for (const jwk of published) {
    expect(Object.keys(jwk).toSorted()).toEqual(members[jwk.kty] ?? []);
    expect(jwk.use).toBe("sig");
    if (jwk.kty === "RSA") expect(Buffer.from(String(jwk.n), "base64url").length).toBe(256);
    const token = await ring.sign(jwk.alg, "JWT", { sub: "ada" });
    expect(kidOf(token)).toBe(jwk.kid);
    expect((await jwtVerify(token, createLocalJWKSet({ keys: [{ ...jwk }] }))).payload).toEqual({
      sub: "ada",
    });
    expect(await ring.verify(token, "JWT")).toEqual({ sub: "ada" });
  }
});

/** `tessera key …`, beside a running server. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { proves } from "../support/proves.ts";
import { type Result, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
const set = ['signing.algorithms=["ES256","EdDSA"]'];
beforeAll(async () => {
  running = await serve(data, { set });
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const key = (...args: string[]): Promise<Result> =>
  tessera(["key", ...args, "--data", data, "--set", set.join()]);

interface Described {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: string;
  readonly created_at: string;
  readonly signs_from: string;
  readonly published_until: string | null;
}

const listed = async (algorithm = "ES256"): Promise<Described[]> =>
  JSON.parse((await key("list", "--json")).out).filter((each: Described) => each.algorithm === algorithm);

/** The key of this algorithm and state that signs first. */
async function found(state: string, algorithm = "ES256"): Promise<Described> {
  const [first] = (await listed(algorithm))
    .filter((each) => each.state === state)
    .toSorted((one, other) => Date.parse(one.signs_from) - Date.parse(other.signs_from));
  if (first === undefined) throw new Error(`No ${algorithm} key is ${state}.`);
  return first;
}

const secondsBetween = (from: string, to: string | null): number =>
  (Date.parse(to ?? "") - Date.parse(from)) / 1000;

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d [A-Z0-9:+-]+`;

describe("key list", () => {
  test("shows each key: its algorithm, whether it signs, since when and until when", async () => {
    const current = await found("current", "EdDSA");
    const { code, out, err } = await key("list");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")[0]?.split(/ {2,}/)).toEqual([
      "KID",
      "ALGORITHM",
      "STATE",
      "PUBLISHED SINCE",
      "UNTIL",
    ]);
    const line = out.split("\n").find((each) => each.startsWith(current.kid)) ?? "";
    expect(line).toMatch(
      new RegExp(`^${current.kid} +EdDSA +signs since ${TIME} +${TIME} +a newer key signs$`),
    );
    expect(current).toMatchObject({
      algorithm: "EdDSA",
      published_until: null,
      signs_from: current.created_at,
    });
  });

  test("says where there are no keys yet", async () => {
    const folder = temporaryFolder();
    await tessera(["client", "add", "--id", "some", "--data", folder]);
    const { code, out } = await tessera(["key", "list", "--data", folder]);
    expect({ code, out }).toEqual({
      code: 0,
      out: "There are no keys yet. The server makes them when it starts.\n",
    });
  });
});

describe("key rotate", () => {
  test("makes the next key, which signs after publish_seconds, and gives the one before it an end", async () => {
    const current = await found("current");
    const { code, out } = await key("rotate", "--algorithm", "ES256");
    expect(code).toBe(0);
    const next = await found("next");
    expect(out).toMatch(
      new RegExp(
        `^Made the key ${next.kid} \\(ES256\\)\\. It signs from ${TIME}\\.\n  - Tokens that the key before it signed stay valid\\.\n$`,
      ),
    );
    expect(secondsBetween(next.created_at, next.signs_from)).toBe(7 * 86_400 + 60);
    const before = (await listed()).find(({ kid }) => kid === current.kid);
    expect(before?.state).toBe("current");
    expect(secondsBetween(next.signs_from, before?.published_until ?? null)).toBe(3600 + 3600);
    expect((await key("list")).out).toMatch(new RegExp(`${next.kid} +ES256 +signs from ${TIME}`));
  });

  test("takes the first algorithm of the configuration, and refuses one without keys", async () => {
    const { out } = await key("rotate", "--json");
    expect(JSON.parse(out)).toMatchObject({ algorithm: "ES256", state: "next", published_until: null });
    const refused = await key("rotate", "--algorithm", "PS256");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("The server has no keys for PS256: signing.algorithms names ES256, EdDSA.");
    expect((await key("rotate", "--algorithm", "HS256")).code).not.toBe(0);
  });

  test("--now says how long APIs with an older key set may refuse its tokens", async () => {
    const { out } = await key("rotate", "--algorithm", "EdDSA", "--now");
    const next = await found("next", "EdDSA");
    expect(secondsBetween(next.created_at, next.signs_from)).toBe(60);
    expect(out).toMatch(
      new RegExp(
        `does not fetch it again for a key that it does not know may refuse new tokens until ${TIME}\\.`,
      ),
    );
  });
});

describe("key retire", () => {
  test(proves("takes the key out of the key set that the server sends", "threat 80"), async () => {
    await key("rotate", "--algorithm", "ES256");
    const current = await found("current");
    const { kid: next } = await found("next");
    const { code, out } = await key("retire", current.kid);
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines.slice(0, 2)).toEqual([
      `Retired the key ${current.kid} (ES256).`,
      "  - Tokens that it signed do not verify any more. APIs that keep the key set accept them until they fetch it again.",
    ]);
    // It was published a moment ago only.
    expect(lines[2]).toMatch(
      new RegExp(
        `^  - ${next} signs now\\. An API that keeps the key set .* refuse new tokens until ${TIME}\\.$`,
      ),
    );
    expect(lines[3]).toBe("  - Every process of the server knows in less than a minute.");
    expect((await found("current")).kid).toBe(next);
    const path = `${running.configuration.issuer}/auth/jwks.json`;
    const before = await fetch(path);
    await running.server.context.signingKeys.keepUp();
    const answer = await fetch(path, { headers: { "If-None-Match": before.headers.get("etag") ?? "" } });
    expect(answer.headers.get("content-type")).toBe("application/jwk-set+json");
    const kids = (await answer.json()).keys.map((each: { kid: string }) => each.kid);
    expect(kids).not.toContain(current.kid);
    expect(kids).toContain(next);
    // The listener sends it by itself, as the metadata.
    expect(answer.headers.has("request-id")).toBe(false);
    const known = { "If-None-Match": `W/${answer.headers.get("etag")}` };
    expect((await fetch(path, { headers: known })).status).toBe(304);
    expect((await fetch(path, { method: "HEAD" })).headers.get("etag")).toBe(answer.headers.get("etag"));
  });

  test("says which key takes the place of the next one, and of none", async () => {
    await key("rotate");
    const { kid } = await found("next");
    const { out } = await key("retire", kid);
    expect(out).toMatch(new RegExp(`  - [A-Za-z0-9_-]{43} takes its place and signs from ${TIME}\\.`));
    const again = await key("retire", kid);
    expect({ code: again.code, err: again.err.includes(`There is no key ${kid}.`) }).toEqual({
      code: 1,
      err: true,
    });
    const json = JSON.parse((await key("retire", (await found("current")).kid, "--json")).out);
    expect(json).toEqual({
      kid: expect.any(String),
      state: "retired",
      successor: (await found("current")).kid,
    });
  });
});

describe("keys that the server cannot use", () => {
  /** A database whose keys another server key sealed: step 2 of docs/server-key.md, without step 3. */
  async function withOtherServerKey() {
    const folder = temporaryFolder();
    const started = await serve(folder, { set });
    await started.stop();
    const database = new Database(join(folder, "tessera.db"));
    database.exec("DELETE FROM server_keys");
    database.close();
    const list = () => tessera(["key", "list", "--data", folder]);
    return { folder, list };
  }

  test(
    proves("stop the start and are named in words, and stay until the operator retires them", "threat 58"),
    async () => {
      const { folder, list } = await withOtherServerKey();
      const { code, out, err } = await list();
      const kids = [...out.matchAll(/^([A-Za-z0-9_-]{43}) /gm)].map(([, kid = ""]) => kid);
      expect(code).toBe(1);
      expect(kids).toHaveLength(2);
      for (const kid of kids) expect(err).toContain(`  ${kid} (`);
      expect(err).toContain("it was sealed with another server_key, or is damaged.");
      expect(err).toContain("tessera key retire <kid>");
      await expect(serve(folder, { set })).rejects.toThrow("The server cannot use each of its signing keys.");
      for (const kid of kids) {
        expect((await tessera(["key", "retire", kid, "--data", folder])).code).toBe(0);
      }
      const started = await serve(folder, { set });
      await started.stop();
      expect((await list()).code).toBe(0);
    },
  );
});

test("a restored backup signs with the keys that it had, on another machine too", async () => {
  const backup = join(temporaryFolder(), "a.backup");
  expect((await tessera(["backup", backup, "--data", data])).code).toBe(0);
  const folder = join(temporaryFolder(), "data");
  expect((await tessera(["restore", backup, "--data", folder])).code).toBe(0);
  const restored = await serve(folder, { set });
  try {
    const { signingKeys } = running.server.context;
    await signingKeys.keepUp();
    const token = await restored.server.context.signingKeys.sign("ES256", "JWT", { sub: "ada" });
    expect(await signingKeys.verify(token, "JWT")).toEqual({ sub: "ada" });
    expect(await restored.server.context.signingKeys.published()).toEqual(await signingKeys.published());
  } finally {
    await restored.stop();
  }
});

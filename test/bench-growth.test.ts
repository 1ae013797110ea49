/** The measurement of growth stores the data that it reports, and records its results. No test judges its figures. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expiringRows, summarizeCleanUp } from "../bench/growth/cleaning.ts";
import { addExpired, buildDatabase, type GrownDatabase } from "../bench/growth/database.ts";
import { growth, parseSizes } from "../bench/growth/growth.ts";
import { aims, figures, growthPlot } from "../bench/growth/report.ts";
import { contenderName, type GrowthResults } from "../bench/growth/results.ts";
import { parseOptions } from "../bench/options.ts";
import type { Round } from "../bench/results.ts";
import { findWrk } from "../bench/wrk.ts";
import { parseCredential, secretMatches } from "../src/credentials/credential.ts";
import { expiriesAt } from "../src/operations/housekeeping.ts";
import { findLiveAccessToken } from "../src/operations/tokens.ts";
import { createCatalogue } from "../src/protocol/catalogue.ts";
import type { Store } from "../src/store/contract.ts";
import { openStore } from "../src/store/open.ts";
import { withConnection } from "../src/store/sqlite/driver.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tessera-growth-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the command line", () => {
  test("takes sizes in any order and notation, each once", () => {
    expect(parseSizes("1e4, 200,200")).toEqual([200, 10_000]);
    expect(parseOptions(growth, []).sizes).toEqual([10_000, 1_000_000, 10_000_000]);
    expect(parseOptions(growth, ["--sizes", "7"]).sizes).toEqual([7]);
  });

  test.each(["", "10,,20", "0", "-5", "1.5", "many"])("refuses the sizes %p", (text) => {
    expect(() => parseSizes(text)).toThrow("whole numbers from 1 on");
  });
});

describe("what is stored", () => {
  const TOKENS = 1234;
  let database: GrownDatabase;
  beforeAll(async () => {
    const options = { folder: join(folder, "stored"), tokens: TOKENS, sample: 100, progress() {} };
    database = await buildDatabase(options);
  });

  const count = (table: string, condition = "true"): number =>
    withConnection(
      database.file,
      (connection) =>
        connection
          .query<{ found: number }, []>(`SELECT count(*) AS found FROM ${table} WHERE ${condition}`)
          .get()?.found ?? -1,
    );

  test("is as many access tokens as were asked for, most of them from people's grants", () => {
    expect(count("access_tokens")).toBe(TOKENS);
    expect(count("access_tokens", "grant_id IS NOT NULL")).toBe(123 * 8);
    expect(count("grants", "activated_at IS NOT NULL")).toBe(123 * 4);
    expect(count("codes", "used_at IS NOT NULL")).toBe(123 * 4);
    expect(count("refresh_tokens", "used_at IS NULL")).toBe(123 * 4);
    expect(count("refresh_tokens", "successor_id IN (SELECT id FROM refresh_tokens)")).toBe(123 * 4);
    expect(count("accounts")).toBe(123);
  });

  test("lives for hours to come, and expires at different times", () => {
    const now = Math.floor(Date.now() / 1000);
    expect(count("access_tokens", `expires_at <= ${now + 11 * 3600}`)).toBe(0);
    expect(count("access_tokens", `expires_at <= ${now + 18 * 3600}`)).toBeGreaterThan(TOKENS / 3);
    expect(count("access_tokens", `expires_at > ${now + 18 * 3600}`)).toBeGreaterThan(TOKENS / 3);
    expect(count("access_tokens", `issued_at > ${now}`)).toBe(0);
  });

  test("is found by the store, under texts from everywhere in it", async () => {
    const store = await openStore(database.configuration, { create: false });
    const now = Math.floor(Date.now() / 1000);
    expect(database.sample).toHaveLength(100);
    expect(new Set(database.sample).size).toBe(100);
    let ofPeople = 0;
    for (const text of database.sample) {
      const presented = parseCredential("access_token", text);
      if (presented === null) throw new Error("not an access token");
      const found = await findLiveAccessToken({ store }, presented.id, now);
      if (found === null) throw new Error("not found");
      expect(secretMatches(presented.secret, found.digest)).toBe(true);
      expect(found.resources).toEqual(createCatalogue(database.configuration).defaultResources(found.scope));
      if (found.grant !== null) ofPeople += 1;
    }
    await store.close();
    expect(ofPeople).toBeGreaterThan(50);
    expect(ofPeople).toBeLessThan(100);
  });

  test.each(["together", "scattered"] as const)(
    "what has expired (%s) goes, as many rows as were told, and nothing else",
    async (how) => {
      const tables = ["access_tokens", "refresh_tokens", "grants", "codes"];
      const rows = () => tables.reduce((sum, table) => sum + count(table), 0);
      const before = rows();
      await addExpired(database, how, 205);
      expect(count("access_tokens")).toBe(TOKENS + 205);
      expect(rows()).toBe(before + expiringRows(how, 205));
      const store = await openStore(database.configuration, { create: false });
      await removeAll(store);
      await store.close();
      expect(rows()).toBe(before);
      expect(count("access_tokens")).toBe(TOKENS);
      expect(count("grants")).toBe(123 * 4);
      expect(count("refresh_tokens")).toBe(123 * 8);
    },
  );

  async function removeAll(store: Store): Promise<void> {
    while ((await store.expire(expiriesAt(Math.floor(Date.now() / 1000), 0), 100)) > 0);
  }
});

test("a clean-up is judged by the answers that came while it went on", () => {
  const probe = (begunAt: number, endedAt: number) => ({ begunAt, endedAt });
  const probes = [probe(0, 7), probe(7, 8), probe(98, 118), probe(150, 151), probe(300, 399)];
  expect(summarizeCleanUp(probes, 1000, 100, 200)).toEqual({
    rows: 1000,
    seconds: 0.1,
    longestMillis: 20,
    longestBeforeMillis: 7,
    p99Millis: 20,
  });
});

const round = (requestsPerSecond: number): Round => ({
  cpuMicrosPerRequest: 50_000 / requestsPerSecond,
  requestsPerSecond,
  p50Micros: 1000,
  p99Micros: 2000,
  p999Micros: 3000,
  residentMiB: 88,
  diskBytesPerRequest: null,
  takenCores: 0,
});

const measurement = (workload: string, contender: string, ...rates: number[]) => ({
  workload,
  contender,
  rounds: rates.map(round),
});

const RESULTS: GrowthResults = {
  date: "2026-11-22T00:00:00.000Z",
  host: {
    cores: 2,
    processor: "a processor",
    memoryGiB: 24,
    bun: "1.4.5",
    node: "20.0.0",
    syncMicros: 1000,
    loadBefore: 0.1,
    isPinned: true,
  },
  takenCores: 0,
  settings: { seconds: 2, rounds: 2, connections: 32, tokens: 1000, starts: 2, expired: 2000 },
  stored: [
    { tokens: 1000, fileBytes: 500_000, fillSeconds: 1 },
    { tokens: 100_000, fileBytes: 40_000_000, fillSeconds: 5 },
  ],
  starts: [
    { tokens: 1000, rounds: [100, 120].map((millis) => ({ millis, residentMiB: 60 })) },
    { tokens: 100_000, rounds: [150, 180].map((millis) => ({ millis, residentMiB: 100 })) },
  ],
  measurements: [
    measurement("introspection-mix", "bare", 1000, 2000),
    measurement("introspection-mix", contenderName(1000), 700, 1400),
    measurement("introspection-mix", contenderName(100_000), 350, 1260),
    measurement("client-credentials", "bare", 1000, 1000),
    measurement("client-credentials", contenderName(1000), 500, 500),
    measurement("client-credentials", contenderName(100_000), 400, 400),
  ],
  cleanUps: [
    {
      tokens: 1000,
      expired: "together",
      rounds: [{ rows: 5000, seconds: 0.5, longestMillis: 9, longestBeforeMillis: 2, p99Millis: 8 }],
    },
  ],
};

describe("the report", () => {
  const text = figures(RESULTS);

  test("compares sizes within each round", () => {
    // 350 of 700 and 1260 of 1400.
    expect(text).toContain(
      "| 100,000 | **91.3 µs** | 0.70 (0.50–0.90) | 805 | 0.49 (0.35–0.63) | 0.70 (0.50–0.90) |",
    );
    expect(text).toContain("| 100,000 | 165 ms (150–180) | 1.50 (1.50–1.50) | 100 MiB | 40 MB | 400 | 5 s |");
    expect(text).toContain("| 1,000 | as people leave them | 5,000 | 0.5 s | 10,000 | 8.00 ms | 9.00 ms |");
  });

  test("says of each aim whether it was reached", () => {
    expect(aims(RESULTS).map(({ what, reached }) => [what, reached])).toEqual([
      ["introspection, 100,000 tokens, against 1,000", false],
      ["start, 100,000 tokens, against 1,000", false],
      ["start, 1,000 tokens", true],
      ["memory, idle, 1,000 tokens", true],
      ["start, 100,000 tokens", false],
      ["memory, idle, 100,000 tokens", false],
    ]);
  });

  test("draws every line from 1, and downwards for what became slower", () => {
    const svg = growthPlot(RESULTS);
    for (const name of ["introspection", "issuing", "start"]) expect(svg).toContain(`>${name}</text>`);
    for (const line of [0, 1, 2]) {
      const [first, second] = [...svg.matchAll(new RegExp(`class="of${line}"[^>]* cy="([\\d.]+)"`, "g"))].map(
        ([, y]) => Number(y),
      );
      expect(second).toBeGreaterThan(first ?? Number.NaN);
    }
  });
});

test.skipIf(findWrk() === null)(
  "a short run measures each size, and writes it down without naming the machine",
  async () => {
    const output = join(folder, "results");
    const child = Bun.spawn(
      [
        process.execPath,
        ...[join(import.meta.dir, "../bench/main.ts"), "growth", "--patience", "0"],
        ...["--sizes", "200,2000", "--seconds", "0.2", "--warm-up", "0.1", "--rounds", "1", "--starts", "1"],
        ...["--connections", "4", "--expired", "200", "--folder", folder, "--output", output],
      ],
      { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    const errors = await new Response(child.stderr).text();
    expect({ code: await child.exited, errors }).toEqual({ code: 0, errors: "" });
    expect(readdirSync(output).sort()).toEqual(["growth.json", "growth.md", "growth.svg"]);
    const text = readFileSync(join(output, "growth.json"), "utf8");
    expect(text).not.toContain(folder);
    const results: GrowthResults = JSON.parse(text);
    expect(results.stored.map(({ tokens }) => tokens)).toEqual([200, 2000]);
    expect(results.measurements).toHaveLength(6);
    expect(results.cleanUps).toHaveLength(4);
    for (const { rounds } of results.starts) expect(rounds).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("tessera-bench-"))).toEqual([]);
  },
);

/** What the benchmark counts and how it is written down. */
import { describe, expect, test } from "bun:test";
import { createProgress } from "../bench/progress.ts";
import { chart } from "../bench/report/chart.ts";
import { withSection } from "../bench/report/publish.ts";
import { budgets, conditions, milliseconds, page, tables } from "../bench/report/table.ts";
import type { Results, Round } from "../bench/results.ts";
import { summarize } from "../bench/results.ts";
import { median, ratios, spreadOf } from "../bench/statistics.ts";
import { parsePs, parseStat, sumUsage, usageOf } from "../bench/usage.ts";

const round = (requestsPerSecond: number): Round => ({
  requests: requestsPerSecond,
  seconds: 1,
  requestsPerSecond,
  p50Micros: 410,
  p99Micros: 12_340,
  p999Micros: 123_400,
  maxMicros: 200_000,
  cpuMicrosPerRequest: 19.4,
  diskBytesPerRequest: null,
  residentMiB: 88,
  bytesPerAnswer: 700,
  unexpected: 0,
  failed: 0,
});

const RESULTS: Results = {
  format: 1,
  date: "2027-01-15T08:00:00.000Z",
  host: {
    kind: "linux-x64-2-cores",
    cores: 2,
    processor: "A <fast> one",
    memoryGiB: 8,
    bun: "1.4.5",
    node: "22.0.0",
    syncMicros: 300,
    loadBefore: 0.1,
  },
  settings: { seconds: 2, rounds: 3, connections: 32, threads: 1, tokens: 10 },
  contenders: [
    { name: "bare", title: "Bare <handler>", durability: "nothing is stored" },
    { name: "tessera-sqlite", title: "Tessera", durability: "synced to disk before the answer" },
  ],
  workloads: [
    { name: "metadata", title: "Metadata", writes: false },
    { name: "refresh", title: "Refresh", writes: true },
  ],
  measurements: [
    { workload: "metadata", contender: "bare", rounds: [round(1000), round(2000), round(4000)] },
    { workload: "metadata", contender: "tessera-sqlite", rounds: [round(500), round(1500), round(3800)] },
    { workload: "refresh", contender: "tessera-sqlite", rounds: [round(700), round(100), round(900)] },
  ],
};

describe("rounds", () => {
  test("are summed up by their median, and by what they were between", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, lowest: 1, highest: 9 });
  });

  test("are compared with the same round of the other, and not with its median", () => {
    expect(ratios([500, 1500, 3800], [1000, 2000, 4000])).toEqual([0.5, 0.75, 0.95]);
    const [, tessera] = RESULTS.measurements;
    if (tessera === undefined) throw new Error("not measured");
    expect(summarize(RESULTS, tessera).toBare).toEqual({ median: 0.75, lowest: 0.5, highest: 0.95 });
  });
});

describe("the table", () => {
  test("has a row for each contender that was measured", () => {
    expect(tables(RESULTS)).toContain(
      "| Tessera | 1,500 | 0.75 (0.50–0.95) | 0.41 ms | 12.3 ms | 123 ms | 19 µs (1.0 ×) | 88 MiB |",
    );
    expect(tables(RESULTS).match(/\| Bare/g)).toHaveLength(1);
  });

  test("says what was stored where something is, and no ratio without the limit", () => {
    expect(tables(RESULTS)).toContain("| Tessera, *synced to disk before the answer* | 700 |  | 0.41 ms |");
  });

  test("names the command that measures it again, and the conditions", () => {
    expect(tables(RESULTS)).toContain("`npm run bench -- --workloads refresh`");
    expect(page(RESULTS)).toContain(conditions(RESULTS));
    expect(conditions(RESULTS)).toContain("a quiet machine");
    const busy: Results = { ...RESULTS, host: { ...RESULTS.host, loadBefore: 3.5 } };
    expect(conditions(busy)).toContain("a busy machine, with a load of 3.5 before the run");
    expect(conditions(RESULTS)).toContain("3 rounds of 2 s each, 32 connections");
  });

  test.each([
    [410, "0.41 ms"],
    [9_999, "10.00 ms"],
    [12_340, "12.3 ms"],
    [123_400, "123 ms"],
  ])("writes %p µs as %p", (micros, text) => expect(milliseconds(micros)).toBe(text));

  test("takes its place in the guide, and leaves the rest of it alone", () => {
    const guide = "before\n<!-- Written by --publish: peers. -->\nold\n<!-- The end of peers. -->\nafter\n";
    const once = withSection(guide, "peers", tables(RESULTS));
    expect(once).toStartWith("before\n");
    expect(once).toEndWith("\nafter\n");
    expect(once).toContain(tables(RESULTS));
    expect(once).not.toContain("old");
    expect(withSection(once, "peers", tables(RESULTS))).toBe(once);
    expect(() => withSection(once, "growth", "")).toThrow("marks for growth");
  });
});

test("aims are told where both sides were measured, with whether they were reached", () => {
  expect(budgets(RESULTS)).toContain("| metadata | bare | 0.95 × | 0.75 (0.50–0.95) | no |");
  expect(budgets(RESULTS)).not.toContain("refresh");
  const [bare, tessera] = RESULTS.measurements;
  if (bare === undefined || tessera === undefined) throw new Error("not measured");
  const fast: Results = { ...RESULTS, measurements: [bare, { ...tessera, rounds: bare.rounds }] };
  expect(budgets(fast)).toContain("| 1.00 (1.00–1.00) | yes |");
  expect(budgets({ ...RESULTS, measurements: [bare] })).toBe("");
});

describe("the chart", () => {
  const svg = chart(RESULTS);

  test("is well formed, with words for whoever does not see it", () => {
    const open: string[] = [];
    for (const [, closes, name = "", inside] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/g)) {
      if (closes === "/") expect(open.pop()).toBe(name);
      else if (!inside?.endsWith("/")) open.push(name);
    }
    expect(open).toEqual([]);
    expect(svg).toContain("Bare &lt;handler&gt;");
    expect(svg).toContain('aria-labelledby="title note"');
  });

  test("has a bar for each measurement, as long as its figure", () => {
    const widths = [...svg.matchAll(/<rect class="(?:bare|tessera|peer)"[^>]* width="(\d+)"/g)].map(
      ([, width]) => Number(width),
    );
    expect(widths).toHaveLength(3);
    const [bare = 0, tessera = 0] = widths;
    expect(tessera / bare).toBeCloseTo(0.75, 2);
  });

  test("has colours for light and for dark ground", () => {
    expect(svg).toContain("prefers-color-scheme: dark");
  });
});

describe("usage", () => {
  test("is read from a line of /proc, whatever the program is called", () => {
    const fields = ["S", 7, ...Array(9).fill(0), 150, 50, ...Array(8).fill(0), 25, 0];
    const row = parseStat(`42 (a) b (c)) ${fields.join(" ")}`, 4096);
    expect(row).toEqual({ pid: 42, parent: 7, cpuSeconds: 2, residentBytes: 25 * 4096 });
    expect(parseStat("", 4096)).toBeNull();
  });

  test("is read from what ps says", () => {
    expect(parsePs("  42     7  1024   1:02.50\n   43 42 10 1-02:00:01\n\n")).toEqual([
      { pid: 42, parent: 7, cpuSeconds: 62.5, residentBytes: 1024 * 1024 },
      { pid: 43, parent: 42, cpuSeconds: 93_601, residentBytes: 10_240 },
    ]);
  });

  test("counts children and theirs, and nobody else", () => {
    const process = (pid: number, parent: number) => ({ pid, parent, cpuSeconds: 1, residentBytes: pid });
    const all = [process(30, 20), process(20, 10), process(10, 1), process(40, 1)];
    expect(sumUsage(all, [10])).toEqual({ cpuSeconds: 3, residentBytes: 60 });
    expect(sumUsage(all, [10, 20, 40])).toEqual({ cpuSeconds: 4, residentBytes: 100 });
  });

  test("of this very process is something", () => {
    expect(usageOf([process.pid]).residentBytes).toBeGreaterThan(1_000_000);
  });
});

test("progress says who is measured, which round it is, and how long it will take", () => {
  let written = "";
  let now = 0;
  const progress = createProgress(
    4,
    (text) => {
      written += text;
    },
    () => now,
  );
  progress.begin("bare", "metadata", "round 1 of 3");
  now = 50_000;
  progress.end(round(12_345));
  expect(written).toMatch(/^\[1\/4\] metadata +bare +round 1 of 3 +12,345\/s +3 min left\n$/);
});

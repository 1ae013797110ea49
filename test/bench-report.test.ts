/** The figures of the benchmark, and their form in reports. */
import { describe, expect, spyOn, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allowedCores, parseCores, planCores, startOn } from "../bench/cores.ts";
import { progressOf } from "../bench/measure.ts";
import { COMMON } from "../bench/options.ts";
import { Patience, parseTaken, takenBetween } from "../bench/others.ts";
import { chart } from "../bench/report/chart.ts";
import { resultsText, whyNotPublished, withSection } from "../bench/report/publish.ts";
import { budgets, conditions, figures, milliseconds, tables } from "../bench/report/table.ts";
import { measurementOf, type Results, type Round, summarize, takenIn } from "../bench/results.ts";
import { type Bench, runBench } from "../bench/run.ts";
import { median, ratios, spreadOf } from "../bench/statistics.ts";
import { parsePs, parseStat, sumUsage, usageOf } from "../bench/usage.ts";

const round = (requestsPerSecond: number, cpuMicrosPerRequest = 20): Round => ({
  cpuMicrosPerRequest,
  requestsPerSecond,
  p50Micros: 410,
  p99Micros: 12_340,
  p999Micros: 123_400,
  residentMiB: 88,
  diskBytesPerRequest: null,
  takenCores: 0.02,
});

const RESULTS: Results = {
  date: "2027-01-15T08:00:00.000Z",
  host: {
    cores: 2,
    processor: "A <fast> one",
    memoryGiB: 8,
    bun: "1.4.5",
    node: "22.0.0",
    syncMicros: 300,
    loadBefore: 0.1,
    isPinned: true,
  },
  takenCores: 0.02,
  settings: { seconds: 2, rounds: 3, connections: 32, tokens: 10 },
  contenders: [
    { name: "bare", title: "Bare <handler>", durability: "nothing is stored" },
    { name: "tessera-sqlite", title: "Tessera", durability: "synced to disk before the answer" },
  ],
  workloads: [
    { name: "metadata", title: "Metadata", writes: false },
    { name: "refresh", title: "Refresh", writes: true },
  ],
  measurements: [
    { workload: "metadata", contender: "bare", rounds: [round(1000, 10), round(2000, 12), round(4000, 11)] },
    {
      workload: "metadata",
      contender: "tessera-sqlite",
      rounds: [round(500, 20), round(1500, 15), round(3800, 11)],
    },
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
    const tessera = measurementOf(RESULTS, "metadata", "tessera-sqlite");
    if (tessera === null) throw new Error("not measured");
    expect(summarize(RESULTS, tessera)).toMatchObject({
      rateToBare: { median: 0.75, lowest: 0.5, highest: 0.95 },
      cpuToBare: { median: 1.25, lowest: 1, highest: 2 },
    });
  });
});

describe("the table", () => {
  test("has a row for each contender that was measured, and begins with processor time", () => {
    expect(tables(RESULTS)).toContain(
      "| Tessera | **15.0 µs** | 1.25 (1.00–2.00) | 1,500 | 0.75 (0.50–0.95) | 0.41 ms | 12.3 ms | 123 ms | 88 MiB |",
    );
    expect(tables(RESULTS).match(/\| Bare/g)).toHaveLength(1);
  });

  test("says what was stored where something is, and no ratio without the limit", () => {
    expect(tables(RESULTS)).toContain(
      "| Tessera, *synced to disk before the answer* | **20.0 µs** |  | 700 |  | 0.41 ms |",
    );
  });

  test("names the command that measures it again, and the conditions", () => {
    expect(tables(RESULTS)).toContain("`npm run bench -- --workloads refresh`");
    expect(figures(RESULTS)).toContain("3 rounds of 2 s each, 32 connections");
    expect(conditions(RESULTS, "")).toContain("each contender has one core");
    expect(conditions(RESULTS, "")).toContain("other programs took 0.02 of the cores meanwhile");
    const free: Results = { ...RESULTS, host: { ...RESULTS.host, isPinned: false } };
    expect(conditions(free, "")).toContain("nothing is pinned");
  });

  test.each([
    [410, "0.41 ms"],
    [9_999, "10.00 ms"],
    [12_340, "12.3 ms"],
    [123_400, "123 ms"],
  ])("writes %p µs as %p", (micros, text) => expect(milliseconds(micros)).toBe(text));

  test("takes its place in the guide, and leaves the rest of it alone", () => {
    const guide =
      "before\n<!-- Made from bench/results/peers.json. -->\nold\n<!-- The end of peers. -->\nafter\n";
    const once = withSection(guide, "peers", tables(RESULTS));
    expect(once).toStartWith("before\n");
    expect(once).toEndWith("\nafter\n");
    expect(once).toContain(tables(RESULTS));
    expect(once).not.toContain("old");
    expect(withSection(once, "peers", tables(RESULTS))).toBe(once);
    expect(() => withSection(once, "growth", "")).toThrow("marks for growth");
  });
});

describe("what is published", () => {
  test("was measured on a quiet machine; else it is said why not, and what to do", () => {
    expect(whyNotPublished(RESULTS)).toBeNull();
    expect(whyNotPublished({ takenCores: 0.734 })).toMatch(/took 0\.73 of the cores.*run it again/);
    expect(whyNotPublished({ takenCores: null })).toContain("does not tell");
  });

  test("is refused after the figures were printed", async () => {
    const guide = join(import.meta.dir, "../docs/performance.md");
    const before = readFileSync(guide, "utf8");
    const printed = spyOn(console, "log").mockImplementation(() => {});
    const complained = spyOn(console, "error").mockImplementation(() => {});
    const busy: Bench<typeof COMMON, Results> = {
      section: "peers",
      command: "bench",
      description: "A busy machine.",
      options: COMMON,
      measure: async () => ({ ...RESULTS, takenCores: 0.7 }),
      figures,
      pictures: () => ({}),
    };
    expect(await runBench(busy, ["--publish"])).toBe(1);
    expect(printed.mock.calls.flat().join()).toContain("### Metadata");
    expect(complained.mock.calls.flat().join()).toContain("Not published");
    expect(readFileSync(guide, "utf8")).toBe(before);
    printed.mockRestore();
    complained.mockRestore();
  });

  test("counts what others took in all rounds", () => {
    const disturbed = { ...round(1), takenCores: 0.1 };
    const measurement = { workload: "metadata", contender: "bare", rounds: [round(1), disturbed] };
    expect(takenIn([measurement])).toBeCloseTo(0.06, 9);
    expect(takenIn([{ ...measurement, rounds: [{ ...round(1), takenCores: null }] }])).toBeNull();
  });

  test("is JSON with a line for each round, and no more digits than count", () => {
    const text = resultsText({ ...RESULTS, takenCores: 0.123_456_789 });
    expect(JSON.parse(text)).toEqual({ ...RESULTS, takenCores: 0.12346 });
    expect(text.split("\n").filter((line) => line.includes("cpuMicrosPerRequest"))).toHaveLength(9);
  });
});

describe("budgets", () => {
  const [bare, tessera] = RESULTS.measurements;
  if (bare === undefined || tessera === undefined) throw new Error("not measured");

  test("are told where both sides were measured, and judged by processor time", () => {
    expect(budgets(RESULTS)).toContain(
      "| metadata | `tessera-sqlite` | `bare` | pace ≥ 0.95 × | 0.80 (0.50–1.00) | 0.75 (0.50–0.95) | no |",
    );
    expect(budgets(RESULTS)).not.toContain("refresh");
    const fast: Results = { ...RESULTS, measurements: [bare, { ...tessera, rounds: bare.rounds }] };
    expect(budgets(fast)).toContain("| 1.00 (1.00–1.00) | 1.00 (1.00–1.00) | yes |");
    expect(budgets({ ...RESULTS, measurements: [bare] })).toBe("");
  });

  test("on PostgreSQL are held against the embedded database and PostgreSQL alone together", () => {
    const of = (contender: string, micros: number) => {
      return { workload: "refresh", contender, rounds: [round(1, micros)] };
    };
    const measurements = [of("tessera-sqlite", 40), of("postgres", 60), of("tessera-postgres", 160)];
    expect(budgets({ ...RESULTS, measurements })).toContain(
      "| `tessera-sqlite` + `postgres` | processor time ≤ 1.5 × | 1.60 (1.60–1.60) |  | no |",
    );
  });

  test("of every workload are held against the version before", () => {
    const before = { name: "tessera-sqlite-before", title: "Before", durability: "" };
    const contenders = [...RESULTS.contenders, before];
    const measurements = [tessera, { ...tessera, contender: before.name, rounds: bare.rounds }];
    expect(budgets({ ...RESULTS, contenders, measurements })).toContain(
      "| metadata | `tessera-sqlite` | `tessera-sqlite-before` | pace ≥ 0.95 × | 0.80 (0.50–1.00) |",
    );
  });
});

describe("the chart", () => {
  const svg = chart(RESULTS);

  test("is well formed, with words for those who do not see it", () => {
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
    expect(bare / tessera).toBeCloseTo(11 / 15, 2);
  });

  test("has colours for light and for dark ground", () => {
    expect(svg).toContain("prefers-color-scheme: dark");
  });
});

describe("usage", () => {
  test("is read from a line of /proc, whatever the program is called, with children that have ended", () => {
    const fields = ["S", 7, ...Array(9).fill(0), 150, 50, 30, 20, ...Array(6).fill(0), 25, 0];
    const row = parseStat(`42 (a) b (c)) ${fields.join(" ")}`, 4096);
    expect(row).toEqual({ pid: 42, parent: 7, cpuSeconds: 2.5, residentBytes: 25 * 4096 });
    expect(parseStat("", 4096)).toBeNull();
  });

  test("is read from what ps says", () => {
    expect(parsePs("  42     7  1024   1:02.50\n   43 42 10 1-02:00:01\n\n")).toEqual([
      { pid: 42, parent: 7, cpuSeconds: 62.5, residentBytes: 1024 * 1024 },
      { pid: 43, parent: 42, cpuSeconds: 93_601, residentBytes: 10_240 },
    ]);
  });

  test("counts children and theirs, and no other process", () => {
    const process = (pid: number, parent: number) => ({ pid, parent, cpuSeconds: 1, residentBytes: pid });
    const all = [process(30, 20), process(20, 10), process(10, 1), process(40, 1)];
    expect(sumUsage(all, [10])).toEqual({ cpuSeconds: 3, residentBytes: 60 });
    expect(sumUsage(all, [10, 20, 40])).toEqual({ cpuSeconds: 4, residentBytes: 100 });
  });

  test("of this very process is something", () => {
    expect(usageOf([process.pid]).residentBytes).toBeGreaterThan(1_000_000);
  });
});

describe("what others take", () => {
  test("is user, nice, system and steal of all processors", () => {
    expect(parseTaken("cpu  100 20 30 4000 50 6 7 80 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")).toBe(2.3);
  });

  test("is what was taken in all, less what the run used itself", () => {
    const from = { atMillis: 1000, taken: 50, own: 20 };
    expect(takenBetween(from, { atMillis: 3000, taken: 53, own: 22 })).toBe(0.5);
    expect(takenBetween(from, { atMillis: 3000, taken: 51.9, own: 22 })).toBe(0);
    expect(takenBetween(null, null)).toBeNull();
  });

  test("is waited for only as long as there is patience", async () => {
    expect(await new Patience(0).awaitQuiet()).toBe(false);
  });
});

describe("cores", () => {
  test("are read from the kernel's list", () => {
    expect(parseCores("0-2,5,7-8")).toEqual([0, 1, 2, 5, 7, 8]);
    expect(parseCores("")).toEqual([]);
  });

  test("are one for the load generator and others for the contender, if there are enough", () => {
    const two = planCores([0, 1]);
    expect([two.generator, two.forContender(1), two.forContender(2)]).toEqual([1, [0], null]);
    const four = planCores([2, 3, 6, 7]);
    expect([four.generator, four.forContender(1), four.forContender(2)]).toEqual([7, [2], [2, 3]]);
    for (const few of [planCores([]), planCores([3])])
      expect([few.generator, few.forContender(1)]).toEqual([null, null]);
  });

  test.skipIf(allowedCores().length < 2)(
    "are those of what is started, and of nothing after it",
    async () => {
      const own = async () => {
        const child = Bun.spawn(["cat", "/proc/self/status"], { stdout: "pipe" });
        const [, list = ""] =
          /^Cpus_allowed_list:\s+(\S+)$/m.exec(await new Response(child.stdout).text()) ?? [];
        return parseCores(list);
      };
      const all = allowedCores();
      const last = all.slice(-1);
      expect(await startOn(last, own)).toEqual(last);
      expect(await own()).toEqual(all);
    },
  );
});

test("progress says what was found, and what others took meanwhile", () => {
  expect(progressOf(round(12_345, 8.04))).toBe("    8.0 µs   12,345/s   others: 0.02 cores\n");
});

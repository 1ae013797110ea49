/** The benchmark of isolation and overload measures what it reports. No test judges its figures. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate, type LoadJob, type LoadReport } from "../bench/isolation/generate.ts";
import { aims, figures, slowdown } from "../bench/isolation/report.ts";
import {
  type IsolationResults,
  keptAt,
  type OverloadMeasurement,
  peakOf,
} from "../bench/isolation/results.ts";

const root = join(import.meta.dir, "..");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tessera-bench-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the load generator", () => {
  /** Against a server in this process, which records its requests. */
  async function underLoad(answer: (body: string) => Response | Promise<Response>, job: Partial<LoadJob>) {
    const bodies: string[] = [];
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const body = await request.text();
        bodies.push(body);
        return answer(body);
      },
    });
    try {
      const report = await generate({
        origin: server.url.origin,
        before: "POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: 5\r\n\r\nab",
        after: "",
        credentials: ["000"],
        use: "again",
        connections: 4,
        rate: null,
        whenFull: "wait",
        seconds: 0.1,
        patienceMillis: 60_000,
        ...job,
      });
      return { report, bodies };
    } finally {
      await server.stop(true);
    }
  }
  const sum = ({ good, late, refused, unexpected, failed, unsent }: LoadReport) =>
    good + late + refused + unexpected + failed + unsent;

  test("asks as often as was said, however slow the answers are, and loses nothing", async () => {
    const slow = async () => {
      await Bun.sleep(30);
      return new Response("{}");
    };
    const { report, bodies } = await underLoad(slow, { rate: 400, connections: 2 });
    expect(report.due).toBe(40);
    expect(report.good).toBe(40);
    expect(bodies).toEqual(Array.from({ length: 40 }, () => "ab000"));
    // Two at a time, 30 ms each: the last was due long before it was sent, and its latency includes the wait.
    expect(report.goodLatency?.p99).toBeGreaterThan(300_000);
  });

  test("loses what is due while no connection is free, if that is asked for", async () => {
    const slow = async () => {
      await Bun.sleep(60);
      return new Response("{}");
    };
    const { report } = await underLoad(slow, { rate: 400, connections: 2, whenFull: "lose" });
    expect(report.due).toBe(40);
    expect(report.unsent).toBeGreaterThan(20);
    expect(sum(report)).toBe(40);
  });

  test("tells refusals, late answers and unexpected ones apart", async () => {
    const refuse = () => new Response("{}", { status: 503, headers: { "Retry-After": "2" } });
    const refused = (await underLoad(refuse, {})).report;
    expect(refused.refused).toBe(refused.due);
    expect(refused.refusedLatency).not.toBeNull();
    const broken = (await underLoad(() => new Response("no", { status: 503 }), {})).report;
    expect(broken.unexpected).toBe(broken.due);
    expect(broken.example).toContain("503");
    const late = (await underLoad(() => new Response("{}"), { patienceMillis: 0 })).report;
    expect(late.late).toBe(late.due);
  });

  test("uses a credential up, goes on with its successor, and keeps it when it was refused", async () => {
    let count = 100;
    const rotate = () => {
      count += 1;
      return count % 3 === 0
        ? new Response("{}", { status: 503, headers: { "Retry-After": "2" } })
        : new Response(`{"refresh_token":"${count}"}`);
    };
    const { report, bodies } = await underLoad(rotate, {
      connections: 1,
      credentials: ["000"],
      use: "renewed",
      rate: 200,
    });
    expect(sum(report)).toBe(20);
    expect(bodies.slice(0, 4)).toEqual(["ab000", "ab101", "ab101", "ab103"]);
  });
});

const side = (p99: number) => ({ p50: 500, p99, p999: p99 });
const report = (good: number, refused: number, seconds = 2): LoadReport => ({
  seconds,
  due: good + refused,
  good,
  late: 0,
  refused,
  unexpected: 0,
  failed: 0,
  unsent: 0,
  goodLatency: { p50: 1000, p99: 20_000, p999: 30_000 },
  refusedLatency: refused === 0 ? null : { p50: 200, p99: 400, p999: 500 },
  example: null,
});
const overload: OverloadMeasurement = {
  engine: "sqlite",
  workload: "refresh",
  rounds: [100, 110, 90].map((capacity) => ({
    capacity,
    levels: [
      { factor: 1, report: report(2 * capacity, 0) },
      { factor: 3, report: report(160, 6 * capacity - 160) },
    ],
  })),
};
const RESULTS: IsolationResults = {
  date: "2027-01-15T08:00:00.000Z",
  host: {
    cores: 2,
    processor: "One",
    memoryGiB: 8,
    bun: "1.4.5",
    node: "22.0.0",
    syncMicros: 300,
    loadBefore: 0.1,
    isPinned: true,
  },
  takenCores: 0,
  settings: { seconds: 2, rounds: 3, connections: 2000, rows: 1000 },
  isolation: [
    {
      engine: "sqlite",
      disturbance: "sign-ins",
      rate: 4000,
      rounds: [
        { without: side(1000), with: side(4000), perSecond: 40 },
        { without: side(2000), with: side(4000), perSecond: 40 },
        { without: side(1000), with: side(9000), perSecond: 40 },
      ],
    },
  ],
  overload: [overload],
};

describe("what is told", () => {
  test("is how many times as long it takes beside other work, round by round", () => {
    const [measurement] = RESULTS.isolation;
    if (measurement === undefined) throw new Error("not measured");
    expect(slowdown(measurement)).toEqual({ median: 4, lowest: 2, highest: 9 });
    expect(figures(RESULTS)).toContain(
      "| 4,000/s | 0.50 ms, 0.50 ms | 1.00 ms | 4.00 ms | 4.00 (2.00–9.00) |",
    );
  });

  test("is how much of the best is left when too much is asked", () => {
    expect(peakOf(overload)).toBe(100);
    expect(keptAt(overload, 3).median).toBe(0.8);
    expect(figures(RESULTS)).toContain("| 3 × | 300 | 80 | 0.80 (0.80–0.80) | 1.00 ms, 20.0 ms | 73 % |");
  });

  test("is whether the aims were reached, of what was measured", () => {
    expect(figures(RESULTS)).toContain("| 3 × | 4.00 (2.00–9.00) | no |");
    expect(figures(RESULTS)).toContain("| 0.8 | 0.80 (0.80–0.80) | yes |");
    expect(aims({ ...RESULTS, isolation: [], overload: [] })).toEqual([]);
  });
});

describe("a short run", () => {
  async function bench(...args: string[]) {
    const child = Bun.spawn([process.execPath, join(root, "bench/main.ts"), "isolation", ...args], {
      cwd: folder,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, errors, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { output, errors, code };
  }

  test("measures introspection beside sign-ins, and an overload, and writes both down without naming the machine", async () => {
    const output = join(folder, "results");
    const run = await bench(
      ...["--engines", "sqlite", "--beside", "sign-ins", "--overload", "refresh"],
      ...["--seconds", "1.5", "--rounds", "1", "--rows", "50", "--connections", "50"],
      ...["--folder", folder, "--output", output],
    );
    expect(run).toMatchObject({ code: 0, errors: "" });
    expect(readdirSync(output).sort()).toEqual(["isolation.json", "isolation.md"]);
    const text = readFileSync(join(output, "isolation.json"), "utf8");
    expect(text).not.toContain(root);
    const results: IsolationResults = JSON.parse(text);
    expect(results.isolation.map(({ rate }) => rate)).toEqual([expect.any(Number), null]);
    for (const { rounds } of results.isolation) expect(rounds[0]?.with.p99).toBeGreaterThan(0);
    const levels = results.overload[0]?.rounds[0]?.levels ?? [];
    expect(levels.map(({ factor }) => factor)).toEqual([1, 2, 3]);
    for (const level of levels) expect(level.report).toMatchObject({ unexpected: 0 });
    expect(readdirSync(folder).filter((name) => name.startsWith("tessera-bench-"))).toEqual([]);
  }, 60_000);

  test("of something that does not exist says what there is", async () => {
    const { code, errors } = await bench("--beside", "everything");
    expect(code).toBe(1);
    expect(errors).toContain("clean-up");
  });
});

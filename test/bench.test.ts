/** The benchmark measures what it reports, and refuses to report anything else. No test judges its figures. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measurementOf, type Results } from "../bench/results.ts";
import { CREDENTIAL, expectationOf, WORKLOADS, wireText, workloadNamed } from "../bench/workloads.ts";
import { findWrk, HOW_TO_INSTALL, type Load, type LoadRequest, parseWrk, runWrk } from "../bench/wrk.ts";

const root = join(import.meta.dir, "..");
const hasWrk = findWrk() !== null;
if (!hasWrk) console.log(`The benchmark is not tested here: wrk is missing.\n${HOW_TO_INSTALL}`);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tessera-bench-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what goes over the wire", () => {
  for (const { name, requests } of WORKLOADS) {
    test(`${name}: the length that is announced is that of the body with a credential in it`, () => {
      const credential = "x".repeat(68);
      for (const { request } of requests) {
        const text = wireText(request, "http://127.0.0.1:1/path", credential.length).replace(
          CREDENTIAL,
          credential,
        );
        const [head = "", body = ""] = text.split("\r\n\r\n");
        expect(Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0)).toBe(body.length);
        expect(body.includes(credential)).toBe(request.credential !== null);
      }
    });
  }
});

describe("a mix", () => {
  const [introspections, ...others] = workloadNamed("mail-morning").requests;

  test("of the mail morning has a refresh for ten logins, and a sign-in for nine refreshes", () => {
    expect([introspections, ...others].map(({ weight }) => weight)).toEqual([90, 9, 1]);
  });

  test("cannot be of requests that are answered with different statuses", () => {
    for (const workload of WORKLOADS) expect(() => expectationOf(workload)).not.toThrow();
    const { requests } = workloadNamed("device");
    const mix = { name: "a mix", title: "A mix", requests: [introspections, ...requests] } as const;
    expect(() => expectationOf(mix)).toThrow("different statuses");
  });
});

describe("the line that the script ends with", () => {
  const line =
    '{"requests":9,"micros":500000,"unexpected":0,"failed":0,"exhausted":false,"p50":1,"p99":2,"p999":3}';

  test("is found among what wrk says", () => {
    const output = `Running 1s test @ http://127.0.0.1\n  1 threads\n\nresult: ${line}\n`;
    expect(parseWrk(output)).toMatchObject({ requests: 9, micros: 500_000, exhausted: false, p999: 3 });
  });

  test("is missed if it is not there", () => {
    expect(parseWrk("unable to connect to 127.0.0.1:1 Connection refused\n")).toBeNull();
  });
});

describe.skipIf(!hasWrk)("the load", () => {
  /** A server that records its requests, and answers as the test says. */
  async function underLoad(
    answer: () => Response,
    kinds: readonly (Partial<LoadRequest> & { readonly of?: readonly string[] })[],
    load: Partial<Load>,
  ) {
    const seen: string[] = [];
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        seen.push(await request.text());
        return answer();
      },
    });
    const requests: LoadRequest[] = [];
    for (const { of: credentials, ...changes } of kinds) {
      const path = join(folder, String(requests.length));
      const [{ request }] = workloadNamed(credentials === undefined ? "metadata" : "revocation").requests;
      await Bun.write(`${path}-request`, wireText(request, server.url.href, credentials?.[0]?.length ?? 0));
      if (credentials !== undefined) await Bun.write(path, `${credentials.join("\n")}\n`);
      requests.push({
        request: `${path}-request`,
        credentials: credentials === undefined ? null : path,
        use: "once",
        weight: 1,
        ...changes,
      });
    }
    try {
      const result = await runWrk({
        url: server.url.href,
        requests,
        expects: { status: 200, contains: "" },
        seconds: 0.3,
        connections: 4,
        core: null,
        ...load,
      });
      return { result, seen };
    } finally {
      await server.stop(true);
    }
  }

  const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(1e6 + index));

  test("uses no credential twice", async () => {
    const { result, seen } = await underLoad(() => new Response("{}"), [{ of: numbered(200_000) }], {});
    expect(result).toMatchObject({ unexpected: 0, failed: 0, exhausted: false });
    expect(seen.length).toBeGreaterThanOrEqual(result.requests);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("says so when there were too few", async () => {
    const { result } = await underLoad(() => new Response("{}"), [{ of: numbered(8) }], {});
    expect(result.exhausted).toBe(true);
  });

  test("may use them again and again if that is asked for", async () => {
    const { result, seen } = await underLoad(
      () => new Response("{}"),
      [{ of: numbered(8), use: "cycle" }],
      {},
    );
    expect(result.exhausted).toBe(false);
    expect(new Set(seen).size).toBe(8);
  });

  test("goes on with one if there is only one", async () => {
    const { seen } = await underLoad(() => new Response("{}"), [{ of: ["only"], use: "cycle" }], {});
    expect(new Set(seen)).toEqual(new Set(["token=only"]));
  });

  test("mixes requests as their weights say, without using one twice that may be used once", async () => {
    const kinds = [
      { of: ["again"], use: "cycle", weight: 8 },
      { of: numbered(100_000), weight: 2 },
    ] as const;
    const { result, seen } = await underLoad(() => new Response("{}"), kinds, {});
    expect(result).toMatchObject({ unexpected: 0, failed: 0, exhausted: false });
    const once = seen.filter((text) => text !== "token=again");
    expect(new Set(once).size).toBe(once.length);
    // wrk has begun another ten requests, and the last ones may not have arrived.
    expect(Math.abs(once.length - seen.length / 5)).toBeLessThanOrEqual(8);
  });

  test("counts answers with another status", async () => {
    const { result } = await underLoad(() => new Response(null, { status: 500 }), [{}], {});
    expect(result.unexpected).toBeGreaterThan(0);
    expect(result.unexpected).toBeLessThanOrEqual(result.requests);
  });

  test("counts refusals for another reason, where one is expected", async () => {
    const expects = { status: 400, contains: "authorization_pending" };
    const refuse = (error: string) => () => Response.json({ error }, { status: 400 });
    const slow = await underLoad(refuse("slow_down"), [{}], { expects });
    expect(slow.result.unexpected).toBeGreaterThan(0);
    const pending = await underLoad(refuse("authorization_pending"), [{}], { expects });
    expect(pending.result.unexpected).toBe(0);
    const served = await underLoad(() => new Response("authorization_pending"), [{}], { expects });
    expect(served.result.unexpected).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasWrk)("a short run", () => {
  async function bench(...args: string[]) {
    const child = Bun.spawn([process.execPath, join(root, "bench/main.ts"), ...args], {
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

  const SHORT = [
    ...["--seconds", "0.3", "--warm-up", "0.2", "--rounds", "1", "--patience", "0"],
    ...["--connections", "4", "--tokens", "100"],
  ];

  const resultsIn = (output: string): Results => JSON.parse(readFileSync(join(output, "peers.json"), "utf8"));

  function expectMeasured(results: Results, contender: string, workload: string): void {
    const rounds = measurementOf(results, workload, contender)?.rounds ?? [];
    expect(rounds).toHaveLength(1);
    expect(rounds[0]?.requestsPerSecond).toBeGreaterThan(0);
    expect(rounds[0]?.p50Micros).toBeGreaterThan(0);
  }

  test("measures each contender under each workload, and writes it down without naming the machine", async () => {
    const output = join(folder, "results");
    const workloads = ["introspection", "refresh", "mail-morning"];
    const run = await bench(
      ...["--contenders", "bare,tessera-sqlite", "--workloads", workloads.join(",")],
      ...[...SHORT, "--output", output],
    );
    expect(run).toMatchObject({ code: 0, errors: "" });
    expect(run.output).toContain("round 1 of 1");
    expect(readdirSync(output).sort()).toEqual(["peers.json", "peers.md", "peers.svg"]);
    expect(readFileSync(join(output, "peers.json"), "utf8")).not.toContain(root);
    for (const contender of ["bare", "tessera-sqlite"])
      for (const workload of workloads) expectMeasured(resultsIn(output), contender, workload);
    expect(readdirSync(folder).filter((name) => name.startsWith("tessera-bench-"))).toEqual([]);
  });

  test("measures PostgreSQL alone, and holds Tessera on PostgreSQL against it", async () => {
    const output = join(folder, "postgres");
    const run = await bench(
      ...["--contenders", "tessera-sqlite,postgres,tessera-postgres", "--workloads", "introspection,refresh"],
      ...[...SHORT, "--output", output],
    );
    expect(run).toMatchObject({ code: 0, errors: "" });
    for (const workload of ["introspection", "refresh"]) {
      expectMeasured(resultsIn(output), "postgres", workload);
      const budget = `| ${workload} | \`tessera-postgres\` | \`tessera-sqlite\` + \`postgres\` |`;
      expect(run.output).toContain(budget);
    }
  });

  test("measures signed tokens beside the signature alone, and holds Tessera against it", async () => {
    const output = join(folder, "signed");
    const run = await bench(
      ...["--contenders", "bare,signature,tessera-sqlite"],
      ...["--workloads", "code-rs256,code-es256,introspection-jwt"],
      ...[...SHORT, "--output", output],
    );
    expect(run).toMatchObject({ code: 0, errors: "" });
    for (const workload of ["code-rs256", "code-es256", "introspection-jwt"])
      for (const contender of ["bare", "signature", "tessera-sqlite"])
        expectMeasured(resultsIn(output), contender, workload);
    for (const workload of ["code-rs256", "code-es256"])
      expect(run.output).toContain(`| ${workload} | \`tessera-sqlite\` | \`signature\` | pace ≥ 0.8 × |`);
  });

  test("takes turns with the server of another checkout", async () => {
    const output = join(folder, "against");
    const run = await bench(
      ...["--contenders", "bare,tessera-sqlite", "--workloads", "client-credentials", "--against", root],
      ...[...SHORT, "--output", output],
    );
    expect(run).toMatchObject({ code: 0, errors: "" });
    for (const contender of ["bare", "tessera-sqlite", "tessera-sqlite-before"])
      expectMeasured(resultsIn(output), contender, "client-credentials");
    expect(resultsIn(output).measurements).toHaveLength(3);
    expect(run.output).toContain("| `tessera-sqlite` | `tessera-sqlite-before` | pace ≥ 0.95 × |");
  });

  test("against a folder that is no checkout says so", async () => {
    const { code, errors } = await bench("--contenders", "tessera-sqlite", "--against", folder);
    expect(code).toBe(1);
    expect(errors).toContain("is no checkout of Tessera");
  });

  test("of something that does not exist says what there is", async () => {
    const { code, errors } = await bench("--workloads", "everything");
    expect(code).toBe(1);
    expect(errors).toContain("introspection-mix");
  });
});

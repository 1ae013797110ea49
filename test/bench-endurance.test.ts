/** The endurance run does what it says, fails when it must, and does not itself grow. No test judges its figures. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket, TCPSocketListener } from "bun";
import { startLoad } from "../bench/endurance/load.ts";
import { OPERATIONS, type Operation, signEverybodyIn } from "../bench/endurance/operations.ts";
import type { Endurance, EnduranceResults, EnduranceSettings, Sample } from "../bench/endurance/results.ts";
import { Sender, Unexpected } from "../bench/endurance/sender.ts";
import { CONTENDERS, type Endured, startEndured } from "../bench/endurance/server.ts";
import { judge } from "../bench/endurance/verdict.ts";
import { newWallet, Shelf, type Wallet } from "../bench/endurance/wallet.ts";
import { Connection } from "../bench/load/connection.ts";
import { Histogram } from "../bench/load/histogram.ts";
import { trendOf } from "../bench/statistics.ts";

describe("a trend", () => {
  const line = (of: (second: number) => number) =>
    Array.from({ length: 60 }, (_, second): [number, number] => [second, of(second)]);

  test("is the slope of the points and what it makes over the whole time", () => {
    expect(trendOf(line((second) => 100 + 2 * second))).toEqual({
      seconds: 59,
      slope: 2,
      rise: 118,
      noise: 0,
      first: 119,
      last: 199,
    });
  });

  test("is not moved by single values far off", () => {
    const disturbed = line((second) => (second % 10 === 0 ? 1000 : 100));
    expect(trendOf(disturbed)).toMatchObject({ slope: 0, rise: 0, noise: 0, first: 100, last: 100 });
  });

  test("has the noise of the points around their line", () => {
    expect(trendOf(line((second) => (second % 2 === 0 ? 90 : 110))).noise).toBeCloseTo(14.8, 0);
  });

  test("of too few points is none", () => {
    expect(() =>
      trendOf([
        [0, 1],
        [1, 2],
      ]),
    ).toThrow("three points");
  });
});

describe("the verdict", () => {
  const settings: EnduranceSettings = {
    minutes: 2,
    warmUpSeconds: 30,
    sampleSeconds: 2,
    connections: 4,
    rate: 100,
  };
  const live = { heapBytes: 1, objects: 1 };
  const runOf = (residentBytes: (second: number) => number, failures = 0, seconds = 120): Endurance => ({
    contender: "sqlite",
    title: "Tessera",
    idleBytes: 70e6,
    samples: Array.from({ length: seconds / 2 }, (_, index): Sample => {
      const second = 2 * (index + 1);
      return {
        seconds: second,
        requests: 200,
        requestsPerSecond: 100,
        p50: 500,
        p99: second % 4 === 0 ? 4000 : 5000,
        p999: 9000,
        failures: index === 3 ? failures : 0,
        residentBytes: residentBytes(second),
        peakBytes: residentBytes(second) + 20e6,
        heapBytes: 10e6,
        databaseBytes: 1e6,
        walBytes: 4e6,
        rows: 1000,
        descriptors: 40,
        serverCores: 0.2,
        generatorCores: 0.1,
      };
    }),
    operations: {},
    liveAfterWarmUp: live,
    liveAtEnd: live,
    reasons: [],
  });

  test("passes memory that varies and stays, whatever it did during the warm-up", () => {
    const { passed, memory, p99 } = judge(
      runOf((second) => (second <= 30 ? second * 2.8e6 : 84e6) + (second % 3) * 1e6),
      settings,
    );
    expect([passed, memory.outcome, p99.outcome]).toEqual([true, "flat", "flat"]);
  });

  test("fails memory that grows beyond what it varies by", () => {
    const leaking = runOf((second) => 84e6 + second * 0.2e6 + (second % 3) * 1e6);
    expect(judge(leaking, settings)).toMatchObject({ passed: false, memory: { outcome: "grows" } });
  });

  test("does not judge memory in a moment", () => {
    const begun = runOf((second) => 60e6 + second * 1e6, 0, 40);
    expect(judge(begun, { ...settings, warmUpSeconds: 12 })).toMatchObject({
      passed: true,
      memory: { outcome: "too short to say" },
    });
  });

  test("says so where values vary so much that they could double unnoticed", () => {
    const wild = runOf((second) => 40e6 + (second % 3) * 60e6);
    expect(judge(wild, settings)).toMatchObject({ passed: true, memory: { outcome: "too noisy to say" } });
  });

  test("fails if a single answer was not as it must be, during the warm-up too", () => {
    expect(
      judge(
        runOf(() => 84e6, 1),
        settings,
      ),
    ).toMatchObject({ passed: false, failures: 1 });
  });
});

describe("what the load generator keeps", () => {
  test("of latencies is a count per bucket, which tells percentiles to one percent", () => {
    const histogram = new Histogram();
    for (let micros = 1; micros <= 10_000; micros += 1) histogram.add(micros);
    expect(histogram.count).toBe(10_000);
    for (const share of [0.5, 0.99, 0.999]) {
      expect(Math.abs(histogram.percentile(share) / (share * 10_000) - 1)).toBeLessThan(0.02);
    }
    histogram.clear();
    expect([histogram.count, histogram.percentile(0.99)]).toEqual([0, 0]);
  });

  test("of things for later is no more than there is place for", () => {
    const shelf = new Shelf<number>(10);
    for (let number = 0; number < 1000; number += 1) shelf.put(number);
    expect(shelf.size).toBe(10);
  });

  test("is forgotten when it is of no use any more", () => {
    const shelf = new Shelf<number>(10);
    for (let number = 0; number < 10; number += 1) shelf.put(number);
    expect(shelf.look((number) => number === 7)).toBe(7);
    expect(shelf.take((number) => number === 7)).toBe(7);
    expect(shelf.take((number) => number === 7)).toBeUndefined();
    expect(shelf.size).toBe(0);
  });
});

describe("a connection", () => {
  let server: TCPSocketListener | undefined;
  afterEach(() => server?.stop(true));

  /** A server that treats each request's socket in this way. */
  function answering(act: (socket: Socket<unknown>) => void): Connection {
    server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: (socket) => act(socket) } });
    return new Connection(`http://127.0.0.1:${server.port}`);
  }
  const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const answer = (body: string) =>
    `HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  test("understands an answer that comes in pieces, and one that comes after it", async () => {
    const body = "für ".repeat(100);
    const connection = answering(async (socket) => {
      for (const piece of answer(body).match(/.{1,50}/gs) ?? []) {
        socket.write(piece);
        socket.flush();
        await Bun.sleep(0);
      }
    });
    for (let time = 0; time < 2; time += 1) {
      const got = await connection.send(get);
      expect({ status: got.status, body: got.body, location: got.header("location") }).toEqual({
        status: 201,
        body,
        location: "/x",
      });
      expect(got.header("content-type")).toBeNull();
    }
    connection.close();
  });

  test("that breaks is an error, and the next request opens another", async () => {
    let requests = 0;
    const connection = answering((socket) => {
      requests += 1;
      if (requests === 1) socket.end();
      else socket.write(answer("again"));
    });
    expect(connection.send(get)).rejects.toThrow("closed");
    await Bun.sleep(10);
    expect((await connection.send(get)).body).toBe("again");
    connection.close();
  });
});

describe("the load", () => {
  const asking = (run: Operation["run"]): Operation[] => [{ name: "asking", weight: 1, run }];
  const ask = asking(async (sender) => {
    const { status } = await sender.send({ path: "/" });
    if (status !== 200) throw new Unexpected(`It was ${status}.`);
  });

  async function underLoad(
    respond: () => Response | Promise<Response>,
    operations: Operation[],
    millis: number,
  ) {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => respond() });
    try {
      const load = startLoad(
        { origin: `http://127.0.0.1:${server.port}`, connections: 1, rate: 200 },
        operations,
      );
      await Bun.sleep(millis);
      await load.stop();
      return load.interval();
    } finally {
      await server.stop(true);
    }
  }

  test("counts each answer that is not as it must be, and says what it was", async () => {
    const interval = await underLoad(() => new Response(null, { status: 500 }), ask, 100);
    expect(interval.failures).toBeGreaterThan(0);
    expect(interval.failures).toBe(interval.requests);
    expect(interval.reasons[0]).toBe("asking: It was 500.");
    expect(interval.reasons.length).toBeLessThanOrEqual(5);
  });

  test("counts the time that requests wait because the server does not answer those before", async () => {
    let first = true;
    const stallOnce = async () => {
      if (first) await Bun.sleep(200);
      first = false;
      return new Response("{}");
    };
    const interval = await underLoad(stallOnce, ask, 250);
    // One request was sent and stalled. Those that were due meanwhile waited too, the median for about 80 ms.
    expect(interval.p50).toBeGreaterThan(20_000);
    expect(interval.failures).toBe(0);
  });
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tessera-endurance-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the operations", () => {
  let server: Endured;
  let sender: Sender;
  let wallet: Wallet;
  beforeAll(async () => {
    const [sqlite] = CONTENDERS;
    if (sqlite === undefined) throw new Error("There is no contender.");
    server = await startEndured(sqlite, join(folder, "operations"));
    sender = new Sender(server.origin, new Histogram());
    wallet = newWallet();
    await signEverybodyIn(sender, wallet);
  });
  afterAll(async () => {
    sender.close();
    await server.stop();
  });

  for (const operation of OPERATIONS) {
    test(`${operation.name} is answered as it must be`, async () => {
      const before = sender.requests;
      await operation.run(sender, wallet);
      expect(sender.requests).toBeGreaterThan(before);
    });
  }

  test("notice a token that is not active though it was not revoked", async () => {
    const introspection = OPERATIONS.find(({ name }) => name === "introspection");
    const grant = { client: "app", ended: false } as const;
    const strange = newWallet();
    const life = { goodUntil: performance.now() + 20_000, expiredFrom: performance.now() + 30_000 };
    strange.accessTokens.put({ text: "no token of this server", ...life, grant, ended: false });
    expect(introspection?.run(sender, strange)).rejects.toThrow("active: false");
  });
});

describe("a short run", () => {
  test("does everything to the server, is answered as it must be, and writes down what it saw", async () => {
    const output = join(folder, "results");
    const child = Bun.spawn(
      [
        process.execPath,
        ...[join(import.meta.dir, "../bench/main.ts"), "endurance"],
        ...["--minutes", "0.05", "--rate", "300", "--connections", "4", "--output", output],
      ],
      { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    const [said, complaints, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    expect({ complaints, code }).toEqual({ complaints: "", code: 0 });
    expect(said).toContain("0 failed");
    expect(readdirSync(output).sort()).toEqual([
      ...["endurance-p99.svg", "endurance.json", "endurance.md", "endurance.svg"],
    ]);
    const results: EnduranceResults = JSON.parse(readFileSync(join(output, "endurance.json"), "utf8"));
    const [run] = results.runs;
    expect(run?.samples).toHaveLength(10);
    expect(run?.reasons).toEqual([]);
    for (const { requests, residentBytes, heapBytes, rows, databaseBytes } of run?.samples ?? []) {
      for (const value of [requests, residentBytes, heapBytes, rows, databaseBytes]) {
        expect(value).toBeGreaterThan(0);
      }
    }
    expect(run?.liveAtEnd.objects).toBeGreaterThan(1000);
    const frequent = OPERATIONS.filter(({ weight }) => weight >= 20).map(({ name }) => name);
    expect(Object.keys(run?.operations ?? {})).toEqual(expect.arrayContaining(frequent));
  });
});

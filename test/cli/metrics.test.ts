/** The metrics of a running server: its listener, its processes in one answer, and what a mistake in the settings gets. */
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createGatherer, PATIENCE_MILLIS } from "../../src/cli/process-metrics.ts";
import type { Reading } from "../../src/platform/metrics.ts";
import { proves } from "../support/proves.ts";
import { printed } from "./processes.ts";
import { newToken, type RunningServer, startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.child.process.kill("SIGCONT");
    await server.stop();
  }
});
afterAll(removeTemporaryFolders);

async function start(flags: readonly string[], env: Record<string, string> = {}): Promise<RunningServer> {
  const server = await startServer(join(temporaryFolder(), "data"), flags, null, env);
  running.push(server);
  return server;
}

const LISTENER = ["--set", "metrics.listen.host=127.0.0.1", "--set", "metrics.listen.port=0"];

const metricsUrl = (server: RunningServer): Promise<string> => printed(server.child, /metrics +(http:\S+)\n/);

async function valuesOf(url: string, headers: Record<string, string> = {}): Promise<Map<string, number>> {
  const response = await fetch(url, { headers: { Connection: "close", ...headers } });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

const workersOf = async (server: RunningServer): Promise<number[]> => {
  const ps = Bun.spawn(["ps", "-o", "pid=,args=", "--ppid", String(server.child.process.pid)]);
  const lines = (await new Response(ps.stdout).text()).trim().split("\n");
  return lines.filter((line) => line.includes(" worker")).map((line) => Number(line.trim().split(" ")[0]));
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await holds()) return;
    await Bun.sleep(25);
  }
  throw new Error("it did not come about in ten seconds");
}

const ISSUED = 'tessera_events_total{event="token.issued",via="client_credentials",reason=""}';

describe("the listener for metrics", () => {
  test("has the numbers of all processes in one answer, says which one is silent, and keeps what it counted", async () => {
    const server = await start([...LISTENER, "--workers", "3"]);
    const url = await metricsUrl(server);
    for (let count = 0; count < 30; count += 1) await newToken(server);
    const all = await valuesOf(url);
    expect(all.get(ISSUED)).toBe(30);
    expect(all.get("tessera_processes")).toBe(3);
    for (const process of ["0", "1", "2"]) {
      expect(all.get(`tessera_process_up{process="${process}"}`)).toBe(1);
      expect(all.get(`process_resident_memory_bytes{process="${process}"}`)).toBeGreaterThan(1e6);
    }

    const [worker = 0] = await workersOf(server);
    process.kill(worker, "SIGSTOP");
    const without = await valuesOf(url);
    process.kill(worker, "SIGCONT");
    const ups = ["1", "2"].map((number) => without.get(`tessera_process_up{process="${number}"}`) ?? -1);
    expect(ups.sort()).toEqual([0, 1]);
    expect(without.get(ISSUED)).toBe(30);

    process.kill(worker, "SIGKILL");
    await until(async () => {
      const values = await valuesOf(url);
      return (
        (await workersOf(server)).length === 2 &&
        values.get('tessera_process_up{process="1"}') === 1 &&
        values.get('tessera_process_up{process="2"}') === 1
      );
    });
    expect((await valuesOf(url)).get(ISSUED)).toBe(30);
  });

  test("serves nothing else, and the server has no numbers beside it", async () => {
    const server = await start(LISTENER);
    const url = await metricsUrl(server);
    for (const path of ["/", "/auth/token", "/healthz", "/metrics/", "/%6detrics"])
      expect((await fetch(new URL(path, url))).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });

  test("a start without its port changes nothing", async () => {
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const port = String(taken.port);
    const data = join(temporaryFolder(), "data");
    const flags = ["--port", "0", "--data", data, "--set", "metrics.listen.host=127.0.0.1"];
    const ended = await tessera(["serve", ...flags, "--set", `metrics.listen.port=${port}`]);
    await taken.stop(true);
    expect(ended.code).not.toBe(0);
    expect(ended.err).toBe(
      `metrics.listen: the port ${port} on 127.0.0.1 is in use. Stop the other program, or choose another port.\n`,
    );
    expect(await Bun.file(join(data, "tessera.db")).exists()).toBe(false);
  });
});

test("with a token alone, every process has the numbers of all below the issuer", async () => {
  const flags = ["--workers", "2", "--set", 'metrics.token={"env":"MONITORING"}'];
  const server = await start(flags, { MONITORING: "monitoring-token-of-the-test" });
  for (let count = 0; count < 20; count += 1) await newToken(server);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
  const headers = { Authorization: "Bearer monitoring-token-of-the-test" };
  // The kernel chooses a process for each connection.
  for (let count = 0; count < 12; count += 1) {
    const values = await valuesOf(`${server.url}/metrics`, headers);
    expect([values.get(ISSUED), values.get("tessera_processes")]).toEqual([20, 2]);
  }
});

describe("the settings", () => {
  const check = (...flags: string[]) => tessera(["config", "check", ...flags]);

  test("a token that no client could send is refused, and is never shown", async () => {
    const token = "a token with spaces in it";
    const refused = await check("--set", `metrics.token=${token}`);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain("metrics.token");
    const shown = await tessera(["config", "show", "--set", "metrics.token=monitoring-token-of-the-test"]);
    expect(shown.out).not.toContain("monitoring-token");
  });

  test(
    proves(
      "a short token, and numbers that everyone on the network may read, get a warning or a refusal",
      "threat 91",
    ),
    async () => {
      const short = await check("--set", "metrics.token=short");
      expect(short.err).toContain("metrics.token");
      expect(short.code).not.toBe(0);
      const open = await check("--set", "metrics.listen.host=0.0.0.0");
      expect(open.code).toBe(0);
      expect(open.out + open.err).toContain("metrics.listen");
      const local = await check("--set", "metrics.listen.host=127.0.0.1");
      expect(local.out + local.err).not.toContain("metrics.listen");
    },
  );
});

describe("a reading of several processes", () => {
  const issued = (value: number): Reading => ({ metric: "tessera_expired_rows_total", labels: "", value });
  const startedAt = (value: number): Reading => ({ metric: "process_start_time_seconds", labels: "", value });
  const waiting = (value: number): Reading => ({ metric: "tessera_passwords_waiting", labels: "", value });
  const totalOf = (readings: readonly Reading[], metric: string) =>
    readings.filter((each) => each.metric === metric).map(({ value }) => value);

  test("a process that takes another's place adds to what that one counted", async () => {
    const answers = [
      [issued(5), startedAt(1)],
      [issued(7), startedAt(1)],
      null,
      [issued(2), startedAt(9)],
      [issued(3), startedAt(9)],
    ];
    const gather = createGatherer(
      { read: async () => [issued(100)] },
      { measure: async () => new Map([[1, answers.shift() ?? null]]) },
    );
    const totals: (number | undefined)[] = [];
    for (let count = 0; count < 5; count += 1)
      totals.push(totalOf(await gather(), "tessera_expired_rows_total")[0]);
    expect(totals).toEqual([105, 107, 107, 109, 110]);
  });

  test("what a silent process does just now is unknown, so it counts for nothing", async () => {
    const answers = [[waiting(4), startedAt(1)], null];
    const gather = createGatherer(
      { read: async () => [waiting(1)] },
      { measure: async () => new Map([[1, answers.shift() ?? null]]) },
    );
    expect(totalOf(await gather(), "tessera_passwords_waiting")).toEqual([5]);
    expect(totalOf(await gather(), "tessera_passwords_waiting")).toEqual([1]);
  });

  test("requests that come during one share it", async () => {
    let measured = 0;
    const gather = createGatherer(
      { read: async () => [] },
      {
        async measure(patience) {
          expect(patience).toBe(PATIENCE_MILLIS);
          measured += 1;
          await Bun.sleep(1);
          return new Map();
        },
      },
    );
    await Promise.all([gather(), gather(), gather()]);
    expect(measured).toBe(1);
  });
});

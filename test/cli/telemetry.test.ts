/** Traces and log records of a running server: from all its processes, and of a proxy that the operator trusts. */
import { afterAll, afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { type Collector, startCollector } from "../support/collector.ts";
import { proves } from "../support/proves.ts";
import { encodeForm } from "../support/server.ts";
import { type RunningServer, startServer } from "./running.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const HEADER = `00-${TRACE}-00f067aa0ba902b7-01`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(removeTemporaryFolders);

async function start(...flags: string[]): Promise<{ server: RunningServer; collector: Collector }> {
  const collector = startCollector();
  const settings = [
    `telemetry.otlp_endpoint=${collector.url}/`,
    "telemetry.sampling_ratio=1",
    'telemetry.headers=[{"name":"X-Key","value":{"env":"COLLECTOR_KEY"}}]',
  ].flatMap((setting) => ["--set", setting]);
  const env = { COLLECTOR_KEY: "the key of the collector" };
  const server = await startServer(join(temporaryFolder(), "data"), [...settings, ...flags], null, env);
  closing.push(() => server.stop().then(collector.stop));
  return { server, collector };
}

/** Over a new connection, so that the kernel chooses a process each time. */
const issue = ({ url, client }: RunningServer, headers: Record<string, string> = {}) =>
  fetch(`${url}/auth/token`, {
    method: "POST",
    body: encodeForm({ grant_type: "client_credentials" }),
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      Connection: "close",
      traceparent: HEADER,
      ...client,
      ...headers,
    },
  });

test("all processes send what they did, at the latest when they stop", async () => {
  const { server, collector } = await start("--workers", "2", "--set", "trusted_proxies=loopback");
  for (let count = 0; count < 30; count += 1) expect((await issue(server)).status).toBe(200);
  await server.stop();
  const requests = collector.spans.filter(({ name }) => name === "POST /auth/token");
  expect(requests).toHaveLength(30);
  expect(new Set(requests.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  expect(new Set(collector.spans.map(({ resource }) => resource["process.pid"])).size).toBe(2);
  expect(collector.logs.filter(({ body }) => body === "tokens issued")).toHaveLength(30);
  for (const headers of collector.headers) expect(headers.get("x-key")).toBe("the key of the collector");
  expect(server.child.err).not.toContain("the key of the collector");
});

test(proves("without trusted proxies no one from outside chooses a trace", "threat 91"), async () => {
  const { server, collector } = await start("--set", "telemetry.traceparent=follow");
  expect((await issue(server, { "X-Forwarded-For": "127.0.0.1" })).status).toBe(200);
  await server.stop();
  expect(collector.spans.filter(({ name }) => name === "POST /auth/token")).toHaveLength(1);
  expect(collector.bodies.join()).not.toContain(TRACE);
});

test("the settings of telemetry are checked, and their secrets never shown", async () => {
  const check = (...settings: string[]) =>
    tessera(["config", "show", ...settings.flatMap((setting) => ["--set", setting])]);
  for (const [setting, words] of [
    ["telemetry.otlp_endpoint=ftp://collector.example", "an http:// or https:// URL"],
    ["telemetry.otlp_endpoint=https://user:password@collector.example", "without user name"],
    ["telemetry.sampling_ratio=1.5", "a number from 0 to 1"],
    ["telemetry.sampling_ratio=often", "a number from 0 to 1"],
    ["telemetry.traceparent=always", "one of ignore, continue, follow"],
  ] as const) {
    const { code, err } = await check(setting);
    expect({ setting, code: code === 0, err }).toMatchObject({ code: false });
    expect(err).toContain(words);
  }
  const shown = await check(
    "telemetry.sampling_ratio=0.25",
    'telemetry.headers=[{"name":"X-Key","value":"hidden-key"}]',
  );
  expect(shown.out).toContain("sampling_ratio = 0.25");
  expect(shown.out).not.toContain("hidden-key");
});

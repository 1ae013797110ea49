/** Traces and log records, as a real collector gets them; and a collector that is slow, down or says no. */
import { afterEach, describe, expect, test } from "bun:test";
import { createTelemetry, type Telemetry, type TelemetryOptions } from "../../src/operations/telemetry.ts";
import type { LogFields, LogLevel } from "../../src/platform/log.ts";
import { OutboundError } from "../../src/platform/outbound.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { type Collector, startCollector } from "../support/collector.ts";
import { proves } from "../support/proves.ts";
import {
  ADDRESS,
  basic,
  SECRET,
  startTestServer,
  type TestServer,
  type TestServerParts,
} from "../support/server.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Recording extends TestServer {
  readonly collector: Collector;
  readonly telemetry: Telemetry;
  /** How many were dropped. */
  readonly dropped: { traces: number; logs: number };
  /** What the server itself says about the collector. */
  readonly said: { level: LogLevel; message: string; fields: LogFields | undefined }[];
  /** Sends all that waits. Nothing is recorded after it. */
  flush(): Promise<void>;
}

type Settings = Partial<TelemetryOptions["settings"]>;

async function start(
  settings: Settings = {},
  parts: TestServerParts & { readonly pace?: TelemetryOptions["pace"] } = {},
): Promise<Recording> {
  const collector = startCollector();
  closing.push(collector.stop);
  const dropped = { traces: 0, logs: 0 };
  const said: Recording["said"] = [];
  const say = (level: LogLevel) => (message: string, fields?: LogFields) =>
    void said.push({ level, message, fields });
  const telemetry = createTelemetry({
    settings: {
      otlp_endpoint: collector.url,
      headers: [],
      service_name: "tessera",
      sampling_ratio: 1,
      traceparent: "continue",
      logs: true,
      ...settings,
    },
    version: "1.2.3",
    random: systemRandom,
    log: { info: say("info"), warn: say("warn") },
    dropped: (signal, count) => {
      dropped[signal] += count;
    },
    pace: { everyMillis: 3_600_000, pauseMillis: 1, ...parts.pace },
  });
  const server = await startTestServer({}, { ...parts, telemetry });
  closing.push(server.close);
  return Object.assign(server, { collector, telemetry, dropped, said, flush: () => telemetry.close() });
}

const issue = (
  server: TestServer,
  headers: Record<string, string> = {},
  isFromProxy = false,
  secret = SECRET,
) =>
  server.handle(
    new Request(`${server.issuer}/auth/token`, {
      method: "POST",
      body: "grant_type=client_credentials",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        ...basic("service", secret),
        ...headers,
      },
    }),
    ADDRESS,
    () => isFromProxy,
  );

const token = async (server: TestServer) =>
  server.post("/auth/token", { grant_type: "client_credentials" }, basic("service", SECRET));

describe("a trace", () => {
  test("has a span for the request, and below it one for each call of the store", async () => {
    const server = await start();
    const before = Date.now();
    const response = await token(server);
    await server.flush();
    const spans = server.collector.spans.filter(
      ({ traceId }) => traceId === server.collector.spans.at(-1)?.traceId,
    );
    const request = spans.find(({ parentSpanId }) => parentSpanId === undefined);
    expect(request).toMatchObject({
      name: "POST /auth/token",
      kind: 2,
      status: { code: 0 },
      attributes: {
        "http.request.method": "POST",
        "http.route": "/auth/token",
        "http.response.status_code": 200,
        "tessera.request_id": response.headers.get("request-id") ?? "",
      },
      resource: { "service.name": "tessera", "service.version": "1.2.3" },
    });
    expect(request?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(request?.spanId).toMatch(/^[0-9a-f]{16}$/);
    const began = Number(BigInt(request?.startTimeUnixNano ?? "0") / 1_000_000n);
    expect(began).toBeGreaterThanOrEqual(before - 1000);
    expect(began).toBeLessThanOrEqual(Date.now() + 1000);
    expect(BigInt(request?.endTimeUnixNano ?? "0")).toBeGreaterThan(
      BigInt(request?.startTimeUnixNano ?? "0"),
    );
    const children = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(children.map(({ name }) => name)).toContain("store commit");
    expect(children.map(({ name }) => name)).toContain("store look");
    expect(children.every(({ kind }) => kind === 3)).toBe(true);
  });

  test(
    proves("has a span for each request to another server, with its host and its fault", "threat 91"),
    async () => {
      const outbound = {
        async send() {
          throw new OutboundError("unreachable", "The host idp.example cannot be reached.");
        },
      };
      const server = await start({}, { outbound });
      await server.telemetry.request(
        { method: "GET", route: "/x", requestId: "r", traceparent: null },
        async () => {
          const url = "https://user:password@idp.example:8443/keys?secret=canary";
          await server.context.outbound.send({ purpose: "keys", url, types: [] }).catch(() => {});
          return new Response();
        },
      );
      await server.flush();
      expect(server.collector.spans.find(({ name }) => name === "send keys")).toMatchObject({
        kind: 3,
        status: { code: 2 },
        attributes: {
          "tessera.purpose": "keys",
          "server.address": "idp.example:8443",
          "error.type": "unreachable",
        },
      });
      expect(server.collector.bodies.join()).not.toContain("canary");
    },
  );

  test("says why a request was refused, and that one failed", async () => {
    const server = await start();
    await issue(server, {}, false, "wrong");
    server.context.signingKeys.published = () => Promise.reject(new Error("a bug"));
    await server.fetch("/auth/jwks.json");
    await server.flush();
    const of = (route: string) =>
      server.collector.spans.find(({ attributes }) => attributes["http.route"] === route);
    expect(of("/auth/token")).toMatchObject({
      status: { code: 0 },
      attributes: { "http.response.status_code": 401, "error.type": "client_secret_wrong" },
    });
    expect(of("/auth/jwks.json")).toMatchObject({
      status: { code: 2 },
      attributes: { "http.response.status_code": 500, "error.type": "server_error" },
    });
  });

  test("keeps requests that run at once apart", async () => {
    const server = await start();
    await Promise.all(Array.from({ length: 20 }, () => token(server)));
    await server.flush();
    const requests = server.collector.spans.filter(({ kind }) => kind === 2);
    expect(new Set(requests.map(({ traceId }) => traceId)).size).toBe(20);
    for (const { traceId, spanId } of requests) {
      const commits = server.collector.spans.filter(
        (span) => span.traceId === traceId && span.name === "store commit",
      );
      expect(new Set(commits.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([spanId]));
    }
  });

  test(proves("has no secret, no query, no path and no word of a stranger", "threat 91"), async () => {
    const server = await start();
    const { access_token: secret } = await (await issue(server)).json();
    await server.post("/auth/introspect", { token: secret }, basic("mail-server", SECRET));
    await server.fetch(`/canary/${secret}?token=${secret}`, {
      method: "CANARY",
      headers: { "X-Canary": "canary" },
    });
    await server.fetch(`/auth/authorize?client_id=canary&state=${secret}`);
    const invented = { method: "CANARY", route: null, requestId: "r", traceparent: null };
    await server.telemetry.request(invented, async () => new Response());
    await server.fetch("/auth/userinfo", {
      headers: { Authorization: `Bearer ${secret}`, Cookie: "canary=canary" },
    });
    await server.flush();
    const traces = server.collector.bodies.filter((body) => body.includes("resourceSpans")).join();
    for (const word of [secret, SECRET, "canary", "CANARY", "X-Canary", ADDRESS])
      expect(traces).not.toContain(word);
    expect(server.collector.bodies.join()).not.toContain(secret);
    expect(server.collector.bodies.join()).not.toContain(SECRET);
    expect(server.collector.spans.map(({ name }) => name)).toContain("_OTHER");
  });
});

describe("traceparent", () => {
  const header = { traceparent: `00-${TRACE}-${PARENT}-01` };
  const requests = ({ collector }: Recording) => collector.spans.filter(({ kind }) => kind === 2);

  test("of a trusted proxy goes on with its trace", async () => {
    const server = await start();
    await issue(server, header, true);
    await server.flush();
    expect(requests(server).map(({ traceId, parentSpanId }) => ({ traceId, parentSpanId }))).toEqual([
      { traceId: TRACE, parentSpanId: PARENT },
    ]);
  });

  test(proves("of a stranger is ignored", "threat 91"), async () => {
    const server = await start({ traceparent: "follow" });
    await issue(server, header);
    await server.flush();
    expect(requests(server)).toHaveLength(1);
    expect(requests(server)[0]?.traceId).not.toBe(TRACE);
    expect(requests(server)[0]?.parentSpanId).toBeUndefined();
  });

  test(proves("that is not exactly of its form is ignored, so it forges nothing", "threat 91"), async () => {
    const server = await start();
    for (const forged of [
      `00-${TRACE}-${PARENT}-01-x`,
      `cc-${TRACE}-${PARENT}-01-" x="y`,
      TRACE,
      `00-${"0".repeat(32)}-${PARENT}-01`,
    ])
      await issue(server, { traceparent: forged }, true);
    await server.flush();
    expect(requests(server)).toHaveLength(4);
    expect(server.collector.bodies.join()).not.toContain(TRACE);
  });

  test(
    proves("does not decide what is sampled, not even by a trace id of its choice", "threat 91"),
    async () => {
      const never = await start({ sampling_ratio: 0 });
      for (const traceId of [`${"0".repeat(31)}1`, "f".repeat(32), TRACE])
        await issue(never, { traceparent: `00-${traceId}-${PARENT}-01` }, true);
      await never.flush();
      expect(never.collector.spans).toEqual([]);
      const always = await start({ sampling_ratio: 1 });
      await issue(always, { traceparent: `00-${TRACE}-${PARENT}-00` }, true);
      await always.flush();
      expect(requests(always)).toHaveLength(1);
    },
  );

  test("decides it where the operator says that it is the proxy's", async () => {
    const server = await start({ sampling_ratio: 0, traceparent: "follow" });
    await issue(server, header, true);
    await issue(server, { traceparent: `00-${TRACE}-${PARENT}-00` }, true);
    await issue(server, header);
    await server.flush();
    expect(requests(server)).toHaveLength(1);
    const ignoring = await start({ traceparent: "ignore" });
    await issue(ignoring, header, true);
    await ignoring.flush();
    expect(requests(ignoring)[0]?.traceId).not.toBe(TRACE);
  });

  test("a share of the requests is sampled", async () => {
    const server = await start({ sampling_ratio: 0.5, logs: false });
    for (let count = 0; count < 200; count += 1) await server.fetch("/healthz");
    await server.flush();
    // Outside of these bounds once in 10^12 times.
    expect(requests(server).length).toBeGreaterThan(50);
    expect(requests(server).length).toBeLessThan(150);
  });
});

describe("log records", () => {
  test("have the level, the words and the fields of the line, and the trace of their request", async () => {
    const server = await start();
    const response = await issue(server, {}, false, "wrong");
    await server.flush();
    const record = server.collector.logs.find(({ body }) => body === "refused");
    expect(record).toMatchObject({
      severityText: "INFO",
      severityNumber: 9,
      attributes: {
        endpoint: "/auth/token",
        status: 401,
        reason: "client_secret_wrong",
        client: "service",
        request: response.headers.get("request-id") ?? "",
      },
    });
    const request = server.collector.spans.find(({ kind }) => kind === 2);
    expect({ traceId: record?.traceId, spanId: record?.spanId }).toEqual({
      traceId: request?.traceId,
      spanId: request?.spanId,
    });
    expect(server.logged.some((line) => line.includes('"refused"'))).toBe(true);
  });

  test("stay here where the operator wants no others", async () => {
    const server = await start({ logs: false });
    await token(server);
    await server.flush();
    expect(server.collector.logs).toEqual([]);
    expect(server.collector.spans.length).toBeGreaterThan(0);
    expect(server.logged.length).toBeGreaterThan(0);
  });
});

describe("a collector", () => {
  test("gets the headers of the configuration", async () => {
    const server = await start({
      headers: [{ name: "Authorization", value: "Api-Key the-key-of-the-collector" }],
    });
    await token(server);
    await server.flush();
    expect(server.collector.headers.length).toBeGreaterThan(0);
    for (const headers of server.collector.headers)
      expect(headers.get("authorization")).toBe("Api-Key the-key-of-the-collector");
    expect(server.logged.join() + JSON.stringify(server.said)).not.toContain("the-key-of-the-collector");
  });

  test(
    proves("that does not answer holds up no request, and what waits for it is bounded", "threat 91"),
    async () => {
      const server = await start({}, { pace: { most: 10, batch: 5, timeoutMillis: 3_600_000 } });
      const hanging = Promise.withResolvers<void>();
      server.collector.answer = () => hanging.promise.then(() => Response.json({}));
      for (let count = 0; count < 20; count += 1) expect((await token(server)).status).toBe(200);
      expect(server.dropped.traces).toBeGreaterThan(0);
      expect(server.dropped.logs).toBeGreaterThan(0);
      hanging.resolve();
      await server.flush();
      // Five were under way, and ten waited.
      expect(server.collector.spans.length).toBeLessThanOrEqual(15);
    },
  );

  test("that fails is asked again a few times, and one line says so, and one that it is over", async () => {
    const server = await start({ logs: false }, { pace: { batch: 3, attempts: 3 } });
    let asked = 0;
    server.collector.answer = () => {
      asked += 1;
      return asked <= 2 ? new Response(null, { status: 503 }) : Response.json({});
    };
    await token(server);
    await server.flush();
    expect(server.dropped.traces).toBe(0);
    expect(server.collector.spans.length).toBeGreaterThan(1);
    expect(server.said.map(({ level, fields }) => [level, fields?.signal, fields?.reason])).toEqual([
      ["warn", "traces", "status 503"],
      ["info", "traces", undefined],
    ]);
  });

  test("that takes a part says how much it did not take, and one that says nothing took all", async () => {
    const server = await start({ logs: false });
    server.collector.answer = () =>
      Response.json({ partialSuccess: { rejectedSpans: "2", errorMessage: "old" } });
    await token(server);
    await server.flush();
    expect(server.dropped.traces).toBe(2);
    const silent = await start({ logs: false });
    silent.collector.answer = () => new Response(null, { status: 200 });
    await token(silent);
    await silent.flush();
    expect(silent.dropped.traces).toBe(0);
    expect(silent.said).toEqual([]);
  });

  test("that is down or refuses loses what it does not get, counted", async () => {
    const refusing = await start({ logs: false });
    refusing.collector.answer = () => new Response(null, { status: 400 });
    await token(refusing);
    await refusing.flush();
    expect(refusing.collector.bodies).toHaveLength(1);
    expect(refusing.dropped.traces).toBeGreaterThan(1);

    const down = await start({ logs: false }, { pace: { attempts: 2 } });
    await down.collector.stop();
    expect((await token(down)).status).toBe(200);
    await down.flush();
    expect(down.dropped.traces).toBeGreaterThan(1);
    expect(down.said).toHaveLength(1);
  });

  test(proves("that redirects gets no further: the headers may have a secret", "threat 91"), async () => {
    const other = startCollector();
    closing.push(other.stop);
    const server = await start({ logs: false, headers: [{ name: "X-Key", value: "secret" }] });
    server.collector.answer = () => Response.redirect(`${other.url}/v1/traces`, 307);
    await token(server);
    await server.flush();
    expect(other.bodies).toEqual([]);
  });

  test("gets what a stop finds waiting, and a stop waits for it a short time only", async () => {
    const server = await start({}, { pace: { timeoutMillis: 3_600_000 } });
    await token(server);
    server.collector.answer = () => new Promise<Response>(() => {});
    await server.flush();
    expect(server.dropped.traces).toBeGreaterThan(0);
  });
});

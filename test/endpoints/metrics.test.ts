/** The numbers of a server: what counts, who may read them, and what can never be in them. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcessMetrics, type ProcessMetrics } from "../../src/cli/process-metrics.ts";
import { noteBackup } from "../../src/operations/backups.ts";
import { METRICS } from "../../src/operations/metric-table.ts";
import { OutboundError } from "../../src/platform/outbound.ts";
import type { RecordId } from "../../src/protocol/identifiers.ts";
import { EVENT_TYPES, SERVER_ACT } from "../../src/rules/events.ts";
import { StoreBusy, StoreUnavailable } from "../../src/store/contract.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer, type TestServerParts } from "../support/server.ts";

const TOKEN = "the token of the monitoring, which is long";
const ALONE = { peers: { measure: async () => new Map() } };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Counting extends TestServer {
  /** The text, as the monitoring gets it. */
  text(accept?: string): Promise<string>;
  /** The value of one series; 0 if it is not there. */
  value(series: string): Promise<number>;
  readonly metrics: ProcessMetrics;
}

async function start(
  overrides: Parameters<typeof startTestServer>[0] = {},
  parts: TestServerParts = {},
): Promise<Counting> {
  let metrics: ProcessMetrics | undefined;
  const server = await startTestServer(
    { metrics: { token: TOKEN.replaceAll(/[ ,]+/g, "-") }, ...overrides },
    {
      ...parts,
      metrics(configuration) {
        metrics = createProcessMetrics(configuration, ALONE);
        return { counts: metrics.counts, route: metrics.isBelowIssuer ? metrics.route : null };
      },
    },
  );
  if (metrics === undefined) throw new Error("nothing counts");
  const counting = metrics;
  counting.watch(server, true, server.clock.steady);
  closing.push(() => counting.close(), server.close);
  const text = async (accept = "text/plain") => {
    const headers = { Authorization: `Bearer ${TOKEN.replaceAll(/[ ,]+/g, "-")}`, Accept: accept };
    const response = await server.fetch("/metrics", { headers });
    expect(response.status).toBe(200);
    return response.text();
  };
  return Object.assign(server, {
    metrics: counting,
    text,
    async value(series: string) {
      const line = (await text()).split("\n").find((each) => each.startsWith(`${series} `));
      return line === undefined ? 0 : Number(line.slice(series.length + 1));
    },
  });
}

const issue = (server: TestServer, secret = SECRET) =>
  server.post("/auth/token", { grant_type: "client_credentials" }, basic("service", secret));

/** The series of a metric, as the parts between its braces. */
const seriesOf = (text: string, metric: string): string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith(`${metric}{`))
    .map((line) => line.slice(metric.length + 1, line.lastIndexOf("}")));

describe("what counts", () => {
  test("requests by route, method and class of status, and their time", async () => {
    const server = await start();
    await issue(server);
    await issue(server, "wrong");
    await server.fetch("/auth/token", { method: "PUT" });
    await server.fetch("/healthz", { method: "HEAD" });
    const requests = (labels: string) => server.value(`tessera_http_requests_total{${labels}}`);
    expect(await requests('route="/auth/token",method="POST",status="2xx"')).toBe(1);
    expect(await requests('route="/auth/token",method="POST",status="4xx"')).toBe(1);
    expect(await requests('route="/auth/token",method="other",status="4xx"')).toBe(1);
    expect(await requests('route="/healthz",method="GET",status="2xx"')).toBe(1);
    expect(await server.value('tessera_http_request_duration_seconds_count{route="/auth/token"}')).toBe(3);
  });

  test("refusals by route and private reason, on pages and in redirects too", async () => {
    const server = await start();
    await issue(server, "wrong");
    await server.fetch("/auth/authorize?client_id=unknown", { headers: { Accept: "text/html" } });
    await server.fetch(
      "/auth/authorize?client_id=spa&redirect_uri=https%3A%2F%2Fspa.example%2F&response_type=token",
    );
    const refusals = (route: string, reason: string) =>
      server.value(`tessera_refusals_total{route="${route}",reason="${reason}"}`);
    expect(await refusals("/auth/token", "client_secret_wrong")).toBe(1);
    expect(await refusals("/auth/authorize", "authorize_client_unknown")).toBe(1);
    expect(await refusals("/auth/authorize", "response_type_unsupported")).toBe(1);
  });

  test("events, with the grant type of tokens", async () => {
    const server = await start();
    await issue(server);
    await issue(server);
    const of = (event: string, via: string) =>
      server.value(`tessera_events_total{event="${event}",via="${via}",reason=""}`);
    expect(await of("token.issued", "client_credentials")).toBe(2);
    expect(await of("client.created", "")).toBe(6);
    server.context.events.tell(SERVER_ACT, [{ event: "rows.expired", count: 17 }]);
    expect(await server.value("tessera_expired_rows_total")).toBe(17);
  });

  test("every event at 0 before it happens, so that the first one is an increase", async () => {
    const server = await start();
    const events = seriesOf(await server.text(), "tessera_events_total");
    for (const event of Object.keys(EVENT_TYPES))
      expect(events.some((labels) => labels.startsWith(`event="${event}",`))).toBe(true);
    expect(events).toContain('event="refresh_token.replayed",via="",reason=""');
    expect(events).toContain('event="token.issued",via="device_code",reason=""');
    expect(events).toContain('event="sign_in.limited",via="",reason="second_step"');
  });

  test("limits that are reached", async () => {
    const server = await start({ limits: { client_secret_failures_per_address: 2 } });
    for (let count = 0; count < 5; count += 1) await issue(server, "wrong");
    expect(await server.value('tessera_limit_reached_total{limit="client_secret_per_address"}')).toBe(3);
    expect(await server.value('tessera_limit_reached_total{limit="sign_in_per_account"}')).toBe(0);
  });

  test("calls of the store by outcome, and the passwords that wait", async () => {
    const opened = await openTemporary();
    const failures = [new StoreBusy(), new StoreUnavailable("no disk"), new Error("a bug")];
    let fails = false;
    const store = {
      ...opened.store,
      commit: async (commit: Parameters<typeof opened.store.commit>[0]) => {
        const failure = fails ? failures.shift() : undefined;
        if (failure !== undefined) throw failure;
        return opened.store.commit(commit);
      },
    };
    const server = await start({}, { opened: { ...opened, store } });
    const calls = (outcome: string) =>
      server.value(`tessera_store_calls_total{call="commit",outcome="${outcome}"}`);
    const before = await calls("done");
    fails = true;
    expect([
      (await issue(server)).status,
      (await issue(server)).status,
      (await issue(server)).status,
    ]).toEqual([503, 503, 500]);
    await issue(server);
    expect([await calls("busy"), await calls("unavailable"), await calls("error")]).toEqual([1, 1, 1]);
    expect((await calls("done")) - before).toBe(1);
    expect(await server.value('tessera_store_waiting{lane="write"}')).toBe(0);
    expect(await server.value('tessera_database_size_bytes{file="database"}')).toBeGreaterThan(1000);
    expect(await server.value("tessera_disk_free_bytes")).toBeGreaterThan(0);

    const checks = Array.from({ length: 5 }, () => server.context.passwords.verify("a password", null));
    const readings = await server.metrics.gather();
    const load = (metric: string) => readings.find((reading) => reading.metric === metric)?.value;
    expect([load("tessera_passwords_checking"), load("tessera_passwords_waiting")]).toEqual([2, 3]);
    await Promise.all(checks);
  });

  test("requests to other servers, by purpose and fault", async () => {
    const outbound = {
      async send({ url }: { readonly url: string }) {
        if (url === "https://down.example/") throw new OutboundError("unreachable", "It is down.");
        return { status: 200, text: "" };
      },
    };
    const server = await start({}, { outbound });
    const send = (url: string) => server.context.outbound.send({ purpose: "notices", url, types: [] });
    await send("https://up.example/");
    await send("https://down.example/").catch(() => {});
    const requests = (outcome: string) =>
      server.value(`tessera_outbound_requests_total{purpose="notices",outcome="${outcome}"}`);
    expect([await requests("done"), await requests("unreachable")]).toEqual([1, 1]);
    expect(await server.value('tessera_outbound_request_duration_seconds_count{purpose="notices"}')).toBe(2);
  });

  test("when the last backup was made, and nothing before the first", async () => {
    const server = await start();
    expect(await server.text()).not.toContain("\ntessera_last_backup_timestamp_seconds ");
    await noteBackup(
      server.context,
      SERVER_ACT,
      {
        id: server.context.random(16) as RecordId,
        madeAt: 1_800_000_000,
        bytes: 1,
        sha256: new Uint8Array(32),
        encrypted: false,
        file: null,
      },
      { event: "database.backed_up" },
    );
    // The numbers of the database count for a while.
    server.clock.advance(60);
    expect(await server.value("tessera_last_backup_timestamp_seconds")).toBe(1_800_000_000);
  });

  test("keys by state and age, what waits to be sent, the build, the process", async () => {
    const server = await start({ signing: { algorithms: ["RS256", "ES256"] } });
    await server.context.signingKeys.keepUp();
    server.clock.advance(100);
    expect(await server.value('tessera_signing_key_age_seconds{algorithm="ES256"}')).toBeGreaterThanOrEqual(
      100,
    );
    expect(await server.value('tessera_signing_keys{state="current"}')).toBe(2);
    const text = await server.text();
    expect(text).toContain('tessera_outbox_waiting{outbox="logout"} 0\n');
    expect(text).toMatch(/^tessera_build_info\{version="[\d.]+",runtime="bun [\d.]+",store="sqlite"\} 1$/m);
    expect(await server.value('process_resident_memory_bytes{process="0"}')).toBeGreaterThan(1e6);
    expect(await server.value("tessera_processes")).toBe(1);
    expect(await server.value('tessera_process_up{process="0"}')).toBe(1);
  });

  test("the end of the certificate of each listener", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tessera-metrics-"));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const tls = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    const made = Bun.spawnSync([
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "7",
      "-subj",
      "/CN=localhost",
      "-keyout",
      tls.key,
      "-out",
      tls.certificate,
    ]);
    expect(made.exitCode).toBe(0);
    const server = await start({ listen: [{ port: 0 }, { port: 0, tls }] });
    const expires = await server.value('tessera_certificate_expiry_timestamp_seconds{listener="1"}');
    const days = (expires - Date.now() / 1000) / 86_400;
    expect(Math.round(days)).toBe(7);
    expect(seriesOf(await server.text(), "tessera_certificate_expiry_timestamp_seconds")).toEqual([
      'listener="1"',
    ]);
  });

  test("what one process reads for all is read at most every 15 seconds", async () => {
    const opened = await openTemporary();
    let lists = 0;
    const store: typeof opened.store = {
      ...opened.store,
      list: (table, request) => {
        lists += 1;
        return opened.store.list(table, request);
      },
    };
    const server = await start({}, { opened: { ...opened, store } });
    await server.text();
    const first = lists;
    await server.text();
    expect(lists).toBe(first);
    server.clock.advance(16);
    await server.text();
    expect(lists).toBeGreaterThan(first);
  });

  test("a part that cannot be read is missing, and the rest is there", async () => {
    const opened = await openTemporary();
    let isDown = false;
    const store: typeof opened.store = {
      ...opened.store,
      list: (table, request) =>
        isDown ? Promise.reject(new StoreUnavailable("down")) : opened.store.list(table, request),
    };
    const server = await start({}, { opened: { ...opened, store } });
    isDown = true;
    await issue(server);
    const text = await server.text();
    for (const there of ["tessera_build_info", "tessera_http_requests_total"])
      expect(seriesOf(text, there)).not.toEqual([]);
    expect(seriesOf(text, "tessera_outbox_waiting")).toEqual([]);
  });
});

describe("who may read it", () => {
  test(proves("a caller with the token, in the header alone", "threat 91"), async () => {
    const server = await start();
    const ask = (headers: Record<string, string> = {}, path = "/metrics") => server.fetch(path, { headers });
    expect((await ask()).status).toBe(401);
    expect((await ask()).headers.get("www-authenticate")).toStartWith("Bearer ");
    expect((await ask({ Authorization: "Bearer another" })).status).toBe(401);
    expect((await ask({ Authorization: basic("service", SECRET).Authorization ?? "" })).status).toBe(401);
    const token = TOKEN.replaceAll(/[ ,]+/g, "-");
    expect((await ask({ Authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await ask({}, `/metrics?access_token=${token}`)).status).toBe(400);
    // An access token of this server opens other doors.
    const { access_token: other } = await (await issue(server)).json();
    expect((await ask({ Authorization: `Bearer ${other}` })).status).toBe(401);
    expect((await ask({ Authorization: `Bearer ${token}` })).headers.get("cache-control")).toBe("no-store");
  });

  test("is as the request accepts it", async () => {
    const server = await start();
    expect(await server.text("application/openmetrics-text")).toEndWith("# EOF\n");
    expect(await server.text()).not.toContain("# EOF");
  });

  test("there is no such path without a token, nor with a listener of its own", async () => {
    const off = await startTestServer();
    closing.push(off.close);
    expect((await off.fetch("/metrics")).status).toBe(404);
    const apart = await start({ metrics: { listen: { host: "127.0.0.1", port: 9464 }, token: TOKEN } });
    expect((await apart.fetch("/metrics", { headers: { Authorization: `Bearer ${TOKEN}` } })).status).toBe(
      404,
    );
  });
});

describe("what can never be in it", () => {
  test(
    proves("paths, methods, clients, names and addresses that strangers choose make no series", "threat 91"),
    async () => {
      const server = await start({ registration: { mode: "open" } });
      const before = seriesOf(await server.text(), "tessera_http_requests_total").length;
      for (let number = 0; number < 20; number += 1) {
        const invented = `invented-${number}`;
        await server.fetch(`/${invented}/auth/token`);
        await server.fetch(`/auth/token?${invented}`, { method: "POST" });
        await server.fetch("/auth/token", { method: `M${number}` });
        await server.fetch("/healthz", { headers: { "User-Agent": invented, Host: invented } });
        await server.post("/auth/token", { grant_type: invented }, basic("service", SECRET));
        await server.post("/auth/token", { grant_type: "client_credentials" }, basic(invented, invented));
        await server.fetch("/healthz", { address: `198.51.100.${number}` });
        await server.fetch(`/api/groups/${invented}`);
        await server.fetch("/auth/register", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ client_name: invented, redirect_uris: [`https://${invented}.example/`] }),
        });
      }
      const text = await server.text();
      expect(text).not.toContain("invented");
      expect(text).toContain('route="/api/groups/:');
      expect(text).not.toContain("198.51.100");
      expect(seriesOf(text, "tessera_http_requests_total").length - before).toBeLessThan(12);
      expect(seriesOf(text, "tessera_refusals_total").length).toBeLessThan(12);
      expect(text).toContain('route="other",method="GET",status="4xx"');
    },
  );

  test(
    proves("of via and reason there are known values, and one word for all others", "threat 91"),
    async () => {
      const server = await start();
      const tell = (event: Parameters<typeof server.context.events.tell>[1][number]) =>
        server.context.events.tell(SERVER_ACT, [event]);
      const before = seriesOf(await server.text(), "tessera_events_total").length;
      for (let number = 0; number < 50; number += 1) {
        tell({ event: "logout.failed", client: `c${number}`, reason: `status ${number}` });
        tell({ event: "mail.sent", via: "reset", reason: `250 ${number}`, subject: `s${number}` });
        tell({ event: "mail.failed", via: `kind ${number}` });
        tell({ event: "person.changed", via: `via ${number}`, reason: `because ${number}` });
      }
      tell({ event: "logout.failed", reason: "too_slow" });
      const events = seriesOf(await server.text(), "tessera_events_total");
      const counted = (await server.text())
        .split("\n")
        .filter((line) => line.startsWith("tessera_events_total{"));
      const series = counted
        .filter((line) => !line.endsWith("} 0"))
        .map((line) => line.slice(21, line.lastIndexOf("}")));
      expect(events.length - before).toBeLessThan(5);
      const of = (name: string) => series.filter((labels) => labels.includes(`event="${name}"`));
      expect(of("logout.failed")).toEqual([
        'event="logout.failed",via="",reason="too_slow"',
        'event="logout.failed",via="",reason="other"',
      ]);
      expect(of("mail.sent")).toEqual(['event="mail.sent",via="reset",reason=""']);
      expect(of("mail.failed")).toEqual(['event="mail.failed",via="other",reason=""']);
      expect(of("person.changed")).toEqual(['event="person.changed",via="",reason=""']);
    },
  );

  test(proves("secrets that pass through the server are in no number", "threat 91"), async () => {
    const server = await start();
    const { access_token: token } = await (await issue(server)).json();
    await server.post("/auth/introspect", { token }, basic("mail-server", SECRET));
    await server.fetch(`/auth/userinfo/${token}?access_token=${token}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    await server.post(`/auth/token/${SECRET}`, { client_secret: SECRET });
    const text = await server.text("application/openmetrics-text");
    for (const secret of [token, SECRET, encodeURIComponent(SECRET), TOKEN])
      expect(text).not.toContain(secret);
  });

  test("every series has the labels of its metric, and every metric is in the table", async () => {
    const server = await start();
    await issue(server);
    const names: readonly string[] = Object.keys(METRICS);
    for (const { metric, labels } of await server.metrics.gather()) {
      expect(names).toContain(metric);
      const found = [...labels.matchAll(/(\w+)="/g)].map(([, name = ""]) => name);
      expect({ metric, labels: found }).toEqual({
        metric,
        labels: [...(METRICS[metric as keyof typeof METRICS].labels as readonly string[])],
      });
    }
  });
});

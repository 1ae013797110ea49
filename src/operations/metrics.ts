/**
 * The numbers of one process: what it counts while it works, and what it looks up when it is asked. The parts of the server are passed
 * through `…Counted` functions, which put a counter around them. On the way of a request there are additions only.
 */
import { readdirSync } from "node:fs";
import type { Passwords } from "../accounts/passwords.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import { Counter, Durations, labelText, type Reading } from "../platform/metrics.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";
import type { Reason } from "../protocol/errors.ts";
import type { Store, StoreFigures } from "../store/contract.ts";
import { STORE_CALLS, STORE_OUTCOMES, type StoreMeter } from "../store/watched.ts";
import { countEvents } from "./event-counts.ts";
import type { Subscriber } from "./events.ts";
import { METRICS, type MetricName } from "./metric-table.ts";

/** Counts the requests of one route. */
export interface RouteMeter {
  count(method: string, status: number, millis: number): void;
}

/** Everything that is counted here, of this process and of the others (`cli/process-metrics.ts`). */
export type GatherReadings = () => Promise<readonly Reading[]>;

export interface Metrics {
  /** The subscriber that counts events. */
  readonly events: Subscriber;
  /** Counts and times the calls of the store. */
  readonly store: StoreMeter;
  outboundCounted(outbound: Outbound): Outbound;
  limitsCounted<Limits extends { readonly [Name in keyof Limits]: AttemptLimit }>(limits: Limits): Limits;
  /** The meter of a route. `route`: one of the paths that the server has, below the issuer; null for every other path. */
  routeMeter(route: string | null): RouteMeter;
  /** Counts a refusal. `route` as for `routeMeter`. */
  refused(route: string | null, reason: Reason): void;
  /** Telemetry that found no place in its queue, or that the collector did not take. */
  dropped(signal: "traces" | "logs", count: number): void;
  /** What is looked up at each reading. */
  lookUp(facts: LiveFacts): void;
  /** The numbers of this process. Never rejects. */
  read(): Promise<Reading[]>;
  /** Ends the measurement of the event loop. */
  close(): void;
}

export interface LiveFacts {
  readonly passwords: Pick<Passwords, "load">;
  readonly store: Pick<Store, "figures">;
  /** Numbers that one process looks up for all: null in the others. */
  readonly shared: (() => Promise<readonly Reading[]>) | null;
}

const METHODS = ["GET", "POST", "other"] as const;
const STATUSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** RFC 9110 §9.3.2: HEAD is GET without its body. */
const methodIndex = (method: string): number =>
  method === "GET" || method === "HEAD" ? 0 : method === "POST" ? 1 : 2;

class RouteCounts implements RouteMeter {
  readonly #counts = METHODS.map(() => STATUSES.map(() => 0));
  readonly #durations = new Durations();

  constructor(readonly route: string) {}

  count(method: string, status: number, millis: number): void {
    const counts = this.#counts[methodIndex(method)];
    const at = Math.trunc(status / 100) - 1;
    if (counts?.[at] !== undefined) counts[at] += 1;
    this.#durations.observe(millis);
  }

  readings(): Reading[] {
    const metric = "tessera_http_requests_total" satisfies MetricName;
    const counted = METHODS.flatMap((method, row) =>
      STATUSES.flatMap((status, column): Reading[] => {
        const value = this.#counts[row]?.[column] ?? 0;
        if (value === 0) return [];
        return [{ metric, labels: labelText(METRICS[metric].labels, [this.route, method, status]), value }];
      }),
    );
    if (counted.length === 0) return [];
    const timed = "tessera_http_request_duration_seconds" satisfies MetricName;
    return [...counted, this.#durations.reading(timed, labelText(METRICS[timed].labels, [this.route]))];
  }
}

const OTHER_ROUTE = "other";

/** Pictures and styles have digests in their paths, which change with the program and the configuration. */
const routeLabel = (route: string | null): string =>
  route === null ? OTHER_ROUTE : route.startsWith("/assets/") ? "/assets" : route === "" ? "/" : route;

/** How often a timer measures how late it is. */
const LAG_MILLIS = 500;

export interface MetricsOptions {
  /** In milliseconds, steady. Default: that of the runtime. */
  readonly now?: () => number;
}

export function createMetrics({ now = () => performance.now() }: MetricsOptions = {}): Metrics {
  const counter = (metric: MetricName): Counter => new Counter(metric, METRICS[metric].labels);
  const events = counter("tessera_events_total");
  const refusals = counter("tessera_refusals_total");
  const limitsReached = counter("tessera_limit_reached_total");
  const expired = counter("tessera_expired_rows_total");
  const droppedTelemetry = counter("tessera_telemetry_dropped_total");
  for (const signal of ["traces", "logs"]) droppedTelemetry.cell(signal);
  const outboundRequests = counter("tessera_outbound_requests_total");
  const outboundTimes = new Map<string, Durations>();
  const routes = new Map<string, RouteCounts>();
  const store = createStoreCounts(now);
  const lag = new Durations();
  let live: LiveFacts | null = null;

  let due = now() + LAG_MILLIS;
  const lagTimer = setInterval(() => {
    const at = now();
    lag.observe(Math.max(0, at - due));
    due = at + LAG_MILLIS;
  }, LAG_MILLIS);
  lagTimer.unref();

  return {
    events: countEvents(events, expired.cell()),
    store: store.meter,
    outboundCounted: (outbound) => ({
      async send(request) {
        const began = now();
        const end = (outcome: string) => {
          outboundRequests.cell(request.purpose, outcome).value += 1;
          durationsOf(outboundTimes, request.purpose).observe(now() - began);
        };
        try {
          const answer = await outbound.send(request);
          end("done");
          return answer;
        } catch (error) {
          end(error instanceof OutboundError ? error.fault : "error");
          throw error;
        }
      },
    }),
    limitsCounted(limits) {
      const counted = Object.entries<AttemptLimit>(limits).map(([name, limit]) => {
        const cell = limitsReached.cell(snakeCase(name));
        const attempt = (key: string) => {
          const wait = limit.attempt(key);
          if (wait > 0) cell.value += 1;
          return wait;
        };
        return [name, { ...limit, attempt } satisfies AttemptLimit];
      });
      return Object.fromEntries(counted);
    },
    routeMeter(route) {
      const label = routeLabel(route);
      const known = routes.get(label);
      if (known !== undefined) return known;
      const fresh = new RouteCounts(label);
      routes.set(label, fresh);
      return fresh;
    },
    refused(route, reason) {
      refusals.cell(routeLabel(route), reason).value += 1;
    },
    dropped(signal, count) {
      droppedTelemetry.cell(signal).value += count;
    },
    lookUp(facts) {
      live = facts;
    },
    async read() {
      const counters = [events, refusals, limitsReached, expired, droppedTelemetry, outboundRequests];
      return [
        ...[...routes.values()].flatMap((route) => route.readings()),
        ...counters.flatMap((each) => each.readings()),
        ...[...outboundTimes].map(([purpose, durations]) =>
          durations.reading(
            "tessera_outbound_request_duration_seconds" satisfies MetricName,
            labelText(["purpose"], [purpose]),
          ),
        ),
        ...store.readings(),
        lag.reading("tessera_event_loop_lag_seconds" satisfies MetricName),
        ...processReadings(),
        ...(live === null ? [] : await liveReadings(live)),
      ];
    },
    close() {
      clearInterval(lagTimer);
    },
  };
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function durationsOf(all: Map<string, Durations>, name: string): Durations {
  const known = all.get(name);
  if (known !== undefined) return known;
  const fresh = new Durations();
  all.set(name, fresh);
  return fresh;
}

/** Calls of the store, each in a place of its own, so that counting needs no look-up by a text. */
function createStoreCounts(now: () => number) {
  const countsOf = () => ({
    durations: new Durations(),
    done: 0,
    stale: 0,
    busy: 0,
    unavailable: 0,
    error: 0,
  });
  const counts = {
    look: countsOf(),
    commit: countsOf(),
    list: countsOf(),
    expire: countsOf(),
    ping: countsOf(),
  };
  const meter: StoreMeter = {
    now,
    ended(call, outcome, beganAt) {
      const own = counts[call];
      own[outcome] += 1;
      own.durations.observe(now() - beganAt);
    },
  };
  const readings = (): Reading[] =>
    STORE_CALLS.flatMap((call) => {
      const own = counts[call];
      // All of a call that was made, also those at 0: an increase from nothing is none to Prometheus.
      const made = STORE_OUTCOMES.map((outcome) =>
        reading("tessera_store_calls_total", own[outcome], call, outcome),
      );
      if (made.every(({ value }) => value === 0)) return [];
      const timed = "tessera_store_call_duration_seconds" satisfies MetricName;
      return [...made, own.durations.reading(timed, labelText(METRICS[timed].labels, [call]))];
    });
  return { meter, readings };
}

/** A number without labels, or with these. */
export function reading(metric: MetricName, value: number, ...labels: readonly string[]): Reading {
  return { metric, labels: labels.length === 0 ? "" : labelText(METRICS[metric].labels, labels), value };
}

/** Linux alone lists them. */
function countOpenFiles(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}

function processReadings(): Reading[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const open = countOpenFiles();
  return [
    reading("process_resident_memory_bytes", rss),
    reading("tessera_heap_bytes", heapUsed),
    reading("process_cpu_seconds_total", (user + system) / 1e6),
    reading("process_start_time_seconds", performance.timeOrigin / 1000),
    ...(open === null ? [] : [reading("process_open_fds", open)]),
  ];
}

/** The numbers that are looked up. A part that cannot be had is left out: the rest is worth most when something is wrong. */
async function liveReadings({ passwords, store, shared }: LiveFacts): Promise<Reading[]> {
  const { checking, waiting } = passwords.load();
  const [figures, ofAll] = await Promise.all([
    store.figures().catch(() => null),
    shared === null ? [] : shared().catch(() => []),
  ]);
  return [
    reading("tessera_passwords_checking", checking),
    reading("tessera_passwords_waiting", waiting),
    ...(figures === null ? [] : storeReadings(figures, shared !== null)),
    ...ofAll,
  ];
}

function storeReadings({ lanes, disk }: StoreFigures, ofAll: boolean): Reading[] {
  return [
    ...lanes.flatMap(({ lane, waiting, connections }) => [
      reading("tessera_store_waiting", waiting, lane),
      ...(connections === null
        ? []
        : [
            reading("tessera_store_connections", connections.most, lane),
            reading("tessera_store_connections_in_use", connections.inUse, lane),
          ]),
    ]),
    ...(disk === null || !ofAll
      ? []
      : [
          reading("tessera_database_size_bytes", disk.database, "database"),
          reading("tessera_database_size_bytes", disk.log, "log"),
          reading("tessera_disk_free_bytes", disk.free),
          reading("tessera_disk_size_bytes", disk.size),
        ]),
  ];
}

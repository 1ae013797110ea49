/**
 * The metrics of all processes of a server in one answer. The first process asks its workers and waits for a bounded time. A worker
 * that does not answer counts as it last did, and the answer says so. This file is loaded only where metrics are on.
 */
import { version } from "../../package.json";
import type { Configuration } from "../configuration/schema.ts";
import { metricsRoute } from "../endpoints/metrics.ts";
import { hasMetricsPath } from "../endpoints/paths.ts";
import { METRICS } from "../operations/metric-table.ts";
import { createMetrics, type GatherReadings, type Metrics, reading } from "../operations/metrics.ts";
import { createSharedReadings } from "../operations/shared-readings.ts";
import { type SteadyClock, systemSteadyClock } from "../platform/clock.ts";
import type { Route } from "../platform/http.ts";
import {
  ListenError,
  type Listener,
  type Listening,
  type ListenOptions,
  listen,
} from "../platform/listen.ts";
import type { Log } from "../platform/log.ts";
import { type MetricEntry, ofProcess, type Reading, sumReadings } from "../platform/metrics.ts";
import type { Server } from "../server.ts";

/** How long the first process waits for its workers, in milliseconds. Prometheus itself waits ten seconds by default. */
export const PATIENCE_MILLIS = 1000;

/** The other processes, as the first one asks them. */
export interface MeasuredPeers {
  /** The answers so far of every worker, by its number: 1 to their count. Null: no answer in time. */
  measure(patienceMillis: number): Promise<ReadonlyMap<number, readonly Reading[] | null>>;
}

const TABLE: Readonly<Record<string, MetricEntry>> = METRICS;

const isCounted = ({ metric }: Reading): boolean =>
  TABLE[metric]?.kind !== "gauge" && TABLE[metric]?.across === "sum";

/**
 * Reads every process. Requests that arrive during a reading share it. What an ended worker had counted stays counted, as of its last
 * answer: a counter that falls would look like a restart of the whole server.
 */
export function createGatherer(
  own: Pick<Metrics, "read">,
  peers: MeasuredPeers,
  patienceMillis = PATIENCE_MILLIS,
): GatherReadings {
  const last = new Map<number, readonly Reading[]>();
  let ended: readonly Reading[] = [];
  const gather = async (): Promise<readonly Reading[]> => {
    const [mine, answers] = await Promise.all([own.read(), peers.measure(patienceMillis)]);
    const ups = [reading("tessera_process_up", 1, "0")];
    const all = ofProcess(TABLE, mine, 0);
    for (const [number, answer] of answers) {
      const before = last.get(number) ?? [];
      ups.push(reading("tessera_process_up", answer === null ? 0 : 1, String(number)));
      if (answer === null) {
        // Its counts are known, and what it does just now is not.
        all.push(...before.filter(isCounted));
        continue;
      }
      // Another process took the place of one that ended.
      if (startOf(before) !== startOf(answer)) ended = sumReadings([...ended, ...before.filter(isCounted)]);
      last.set(number, answer);
      all.push(...ofProcess(TABLE, answer, number));
    }
    return [reading("tessera_processes", answers.size + 1), ...ups, ...sumReadings([...all, ...ended])];
  };
  let underWay: Promise<readonly Reading[]> | null = null;
  return () => {
    underWay ??= gather().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

const startOf = (readings: readonly Reading[]): number | undefined =>
  readings.find(({ metric }) => metric === "process_start_time_seconds")?.value;

export interface ProcessMetrics {
  readonly counts: Metrics;
  /** Of all processes. */
  readonly gather: GatherReadings;
  /** The route, and whether it is below the issuer. */
  readonly route: Route;
  readonly isBelowIssuer: boolean;
  /** From now on the numbers of the server's parts are in the readings. `isFirst`: this process reads what is the same for all. */
  watch(server: Pick<Server, "context">, isFirst: boolean, steadyClock?: SteadyClock): void;
  close(): void;
}

/** How a process reads all of them: the first asks the others, and each other one asks the first. */
export type WayToGather = { readonly peers: MeasuredPeers } | { readonly gather: GatherReadings };

export function createProcessMetrics(configuration: Configuration, way: WayToGather): ProcessMetrics {
  const counts = createMetrics();
  const gather = "peers" in way ? createGatherer(counts, way.peers) : way.gather;
  return {
    counts,
    gather,
    route: metricsRoute(configuration, gather),
    isBelowIssuer: hasMetricsPath(configuration),
    watch({ context }, isFirst, steadyClock = systemSteadyClock) {
      const { configuration, passwords, store, clock, keyFiles } = context;
      const facts = { configuration, store, clock, steadyClock, keyFiles, version };
      counts.lookUp({ passwords, store, shared: isFirst ? createSharedReadings(facts) : null });
    },
    close: () => counts.close(),
  };
}

/** The words of the listener about a taken port are for the first listener of the server. */
async function listenOrSay({ host, port }: Listener, options: ListenOptions): Promise<Listening> {
  try {
    return await listen(options);
  } catch (error) {
    if (!(error instanceof ListenError) || error.code !== "EADDRINUSE") throw error;
    throw new ListenError(
      `metrics.listen: the port ${port} on ${host} is in use. Stop the other program, or choose another port.`,
      error.code,
    );
  }
}

export interface MetricsListening {
  readonly url: string;
  rereadCertificates(): void;
  stop(): Promise<unknown>;
}

/**
 * The listener for the numbers alone; null if there is none. It listens before there is a server: a request that comes early waits for
 * it. Throws ListenError.
 */
export async function listenForMetrics(
  configuration: Configuration,
  { route }: ProcessMetrics,
  server: Promise<Pick<Server, "only">>,
  log: Log,
): Promise<MetricsListening | null> {
  const { listen: listener } = configuration.metrics;
  if (listener === undefined) return null;
  const answers = server.then((ready) => ready.only(route));
  answers.catch(() => {});
  const listening = await listenOrSay(listener, {
    // No proxy stands in front of it, and no limit counts its addresses.
    configuration: { listen: [listener], trusted_proxies: [], limits: configuration.limits },
    paths: [route.path],
    fetch: async (request, addressOf) => (await answers).fetch(request, addressOf),
    elsewhere: async (request, addressOf) => (await answers).elsewhere(request, addressOf),
    headers: {},
    log,
  });
  return {
    url: `${listening.urls[0]}${route.path}`,
    rereadCertificates: listening.rereadCertificates,
    stop: () => listening.stop(0),
  };
}

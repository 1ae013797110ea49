/** Loads the metrics where the configuration asks for them, and nothing otherwise. */
import type { Configuration } from "../configuration/schema.ts";
import type { Log } from "../platform/log.ts";
import type { Server, ServerParts } from "../server.ts";
import type { MetricsListening, ProcessMetrics, WayToGather } from "./process-metrics.ts";

/** Null if metrics are off. */
export async function metricsOf(
  configuration: Configuration,
  way: WayToGather,
): Promise<ProcessMetrics | null> {
  const { listen, token } = configuration.metrics;
  if (listen === undefined && token === undefined) return null;
  const { createProcessMetrics } = await import("./process-metrics.ts");
  return createProcessMetrics(configuration, way);
}

/** The part of a server that counts. */
export const countedBy = ({ counts, route, isBelowIssuer }: ProcessMetrics): ServerParts["metrics"] => ({
  counts,
  route: isBelowIssuer ? route : null,
});

/** The listener for the numbers alone; null if there is none. */
export async function metricsListener(
  configuration: Configuration,
  metrics: ProcessMetrics | null,
  server: Promise<Pick<Server, "only">>,
  log: Log,
): Promise<MetricsListening | null> {
  if (metrics === null) return null;
  const { listenForMetrics } = await import("./process-metrics.ts");
  return listenForMetrics(configuration, metrics, server, log);
}

/** Loads the telemetry where the configuration names a collector, and nothing otherwise. */
import type { Configuration } from "../configuration/schema.ts";
import type { Telemetry, TelemetryOptions } from "../operations/telemetry.ts";

/** Null if telemetry is off. */
export async function telemetryOf(
  { telemetry }: Pick<Configuration, "telemetry">,
  options: Omit<TelemetryOptions, "settings">,
): Promise<Telemetry | null> {
  const { otlp_endpoint } = telemetry;
  if (otlp_endpoint === undefined) return null;
  const { createTelemetry } = await import("../operations/telemetry.ts");
  return createTelemetry({ ...options, settings: { ...telemetry, otlp_endpoint } });
}

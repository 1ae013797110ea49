/** The log of a process, and its telemetry where the configuration names a collector. Nothing of telemetry is loaded otherwise. */
import { version } from "../../package.json";
import type { Configuration } from "../configuration/schema.ts";
import type { Telemetry, TelemetryOptions } from "../operations/telemetry.ts";
import { createLog, gathering, type Log } from "../platform/log.ts";
import type { Io } from "./io.ts";

interface Observed {
  /** What the process logs. Telemetry gets it too. */
  readonly log: Log;
  /** Null if telemetry is off. */
  readonly telemetry: Telemetry | null;
}

/** `dropped`: hears of what could not be sent. */
export async function observed(
  { log: settings, telemetry: { otlp_endpoint, ...others } }: Pick<Configuration, "log" | "telemetry">,
  io: Io,
  dropped: TelemetryOptions["dropped"],
): Promise<Observed> {
  const log = createLog({ ...settings, write: gathering((text) => io.err(text)) });
  if (otlp_endpoint === undefined) return { log, telemetry: null };
  const { createTelemetry } = await import("../operations/telemetry.ts");
  const telemetry = createTelemetry({
    settings: { ...others, otlp_endpoint },
    version,
    random: io.random,
    log,
    dropped,
  });
  return { log: telemetry.logTo(log), telemetry };
}

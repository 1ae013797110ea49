/** The numbers of this server, as Prometheus reads them: on a listener of their own, or below the issuer for callers with a token. */
import { timingSafeEqual } from "node:crypto";
import { secretDigest } from "../clients/secret-reference.ts";
import type { Configuration } from "../configuration/schema.ts";
import { digestSecret } from "../credentials/credential.ts";
import { METRICS } from "../operations/metric-table.ts";
import type { GatherReadings } from "../operations/metrics.ts";
import { type Handler, type Incoming, NO_SNIFFING, NO_STORE, type Route } from "../platform/http.ts";
import { EXPOSITION_TYPES, formatFor, writeMetrics } from "../platform/metrics.ts";
import { OAuthError } from "../protocol/errors.ts";
import { readBearerToken } from "./bearer.ts";
import { METRICS_PATH } from "./paths.ts";

export function metricsRoute({ metrics }: Pick<Configuration, "metrics">, gather: GatherReadings): Route {
  const expected = metrics.token === undefined ? null : secretDigest(metrics.token);
  const GET: Handler = async (incoming) => {
    if (expected !== null) requireToken(expected, incoming);
    const format = formatFor(incoming.request.headers.get("accept"));
    return new Response(writeMetrics(METRICS, await gather(), format), {
      headers: { "Content-Type": EXPOSITION_TYPES[format], ...NO_STORE, ...NO_SNIFFING },
    });
  };
  return { path: METRICS_PATH, audience: "programs", cors: "nobody", methods: { GET } };
}

/** The comparison takes as long for every wrong token. */
function requireToken(expected: Uint8Array, incoming: Incoming): void {
  const presented = digestSecret(readBearerToken(incoming));
  if (!timingSafeEqual(expected, presented))
    throw new OAuthError("bearer_token_unknown", { challenge: "Bearer" });
}

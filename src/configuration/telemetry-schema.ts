/** Whether traces and log records go to a collector. Without an endpoint nothing is recorded. */
import * as v from "valibot";
import { secretText, table, text, words } from "./values.ts";

/** RFC 9110 §5.6.2: the characters of a header's name. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

const header = table({
  name: v.pipe(
    v.string(),
    v.regex(HEADER_NAME, "the name of a header"),
    words({ allowed: "the name of a header, such as Authorization", description: "The name of a header." }),
  ),
  value: v.pipe(secretText, v.description("Its value.")),
});

export const telemetry = v.pipe(
  v.optional(
    table({
      otlp_endpoint: v.pipe(
        v.optional(
          v.pipe(
            v.string(),
            v.maxCodePoints(500),
            v.check(isEndpoint, "an http:// or https:// URL without user name, query and fragment"),
          ),
        ),
        words({
          allowed: "an http:// or https:// URL without user name, query and fragment",
          fallback: "nothing is sent",
          description:
            "A collector that takes OTLP over HTTP with JSON, such as http://127.0.0.1:4318. /v1/traces and /v1/logs are added.",
        }),
      ),
      headers: v.pipe(
        v.optional(v.array(header), []),
        v.description("Headers for the collector, such as one with a key."),
      ),
      service_name: v.pipe(
        v.optional(text(200), "tessera"),
        v.description("The name of this server among others (service.name)."),
      ),
      sampling_ratio: v.pipe(
        v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.1),
        v.description("The share of requests that are traced: 1 is all, 0 is none."),
      ),
      traceparent: v.pipe(
        v.optional(v.picklist(["ignore", "continue", "follow"]), "continue"),
        v.description(
          "What becomes of the header traceparent of trusted_proxies. ignore: nothing; continue: the trace goes on, and sampling_ratio decides; follow: the proxy decides what is traced, so it must replace what strangers send. That of others is always ignored.",
        ),
      ),
      logs: v.pipe(
        v.optional(v.boolean(), true),
        v.description("Whether the lines of the log go to the collector too."),
      ),
    }),
    {},
  ),
  v.description("Traces and log records for a collector (OpenTelemetry). Off without an endpoint."),
);

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return (
    ["http:", "https:"].includes(protocol) && [username, password, search, hash].every((part) => part === "")
  );
}

/**
 * Traces and log records for a collector (OpenTelemetry). A span for each sampled request, and below it one for each call of the store
 * and each request to another server. No span has a query, a body, a header or a name of a person. This file is loaded only where a
 * collector is configured.
 */
import type { Configuration } from "../configuration/schema.ts";
import type { Log } from "../platform/log.ts";
import {
  createOtlpQueue,
  encodeLogs,
  encodeSpans,
  type LogRecord,
  type QueueOptions,
} from "../platform/otlp.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";
import type { RandomBytes } from "../platform/random.ts";
import { parseTraceparent, type TraceParent } from "../platform/trace-context.ts";
import { type Attributes, createTracer, type OpenSpan, type Span } from "../platform/tracer.ts";
import type { Reason } from "../protocol/errors.ts";
import { type Store, StoreUnavailable } from "../store/contract.ts";

/** What a span says of a request. */
export interface TracedRequest {
  readonly method: string;
  /** The path of the route, never that of the request; null if no route answers. */
  readonly route: string | null;
  readonly requestId: string;
  /** The header, if a program in front that the operator trusts has sent the request; else null. */
  readonly traceparent: string | null;
}

export interface Telemetry {
  /** Runs the work in a span, if the request is sampled. */
  request(request: TracedRequest, work: () => Response | Promise<Response>): Response | Promise<Response>;
  /** The reason of a refusal, for the span of its request. */
  refused(reason: Reason): void;
  storeTraced(store: Store): Store;
  outboundTraced(outbound: Outbound): Outbound;
  /** The log, whose lines also go to the collector. */
  logTo(log: Log): Log;
  /** Sends what waits, for a short time. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  readonly settings: Configuration["telemetry"] & { readonly otlp_endpoint: string };
  readonly version: string;
  readonly random: RandomBytes;
  /** The log itself, which does not go to the collector: it says when the collector fails. */
  readonly log: Pick<Log, "info" | "warn">;
  readonly dropped: (signal: "traces" | "logs", count: number) => void;
  readonly pace?: QueueOptions<unknown>["pace"];
}

/** How long a stop waits for the collector. */
const LAST_SEND_MILLIS = 2000;

/** RFC 9110 §9: the methods that a span names. OpenTelemetry has a word for all others. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { settings, version, random, log, dropped, pace } = options;
  const resource: Attributes = {
    "service.name": settings.service_name,
    "service.version": version,
    "service.instance.id": random(8).toHex(),
    "process.pid": process.pid,
  };
  const headers = Object.fromEntries(settings.headers.map(({ name, value }) => [name, value]));
  const base = settings.otlp_endpoint.replace(/\/$/, "");
  const queue = <Item>(signal: "traces" | "logs", encode: QueueOptions<Item>["encode"]) =>
    createOtlpQueue<Item>({
      url: `${base}/v1/${signal}`,
      headers,
      encode,
      dropped: (count) => dropped(signal, count),
      trouble: (reason) =>
        reason === null
          ? log.info("the collector takes telemetry again", { signal })
          : log.warn("the collector does not take telemetry: some will be lost", { signal, reason }),
      ...(pace && { pace }),
    });
  const spans = queue<Span>("traces", (items) => encodeSpans(resource, items));
  const records = settings.logs ? queue<LogRecord>("logs", (items) => encodeLogs(resource, items)) : null;
  const tracer = createTracer({ random, ended: (span) => spans.add(span) });

  /** The server's own choice, by its own chance: a stranger may choose the trace id. */
  const isChosen = (): boolean => {
    const { sampling_ratio: ratio } = settings;
    if (ratio <= 0) return false;
    const { buffer, byteOffset } = random(4);
    return ratio >= 1 || new DataView(buffer, byteOffset).getUint32(0) < ratio * 2 ** 32;
  };
  const isSampled = (parent: TraceParent | null): boolean =>
    parent !== null && settings.traceparent === "follow" ? parent.isSampled : isChosen();
  const parentOf = (traceparent: string | null): TraceParent | null =>
    settings.traceparent === "ignore" ? null : parseTraceparent(traceparent);

  return {
    request({ method, route, requestId, traceparent }, work) {
      const parent = parentOf(traceparent);
      if (!isSampled(parent)) return work();
      const known = METHODS.has(method) ? method : "_OTHER";
      return tracer.run(parent, route === null ? known : `${known} ${route}`, async (span) => {
        span.set("http.request.method", known);
        if (route !== null) span.set("http.route", route);
        span.set("tessera.request_id", requestId);
        try {
          const response = await work();
          span.set("http.response.status_code", response.status);
          span.end(response.status >= 500);
          return response;
        } finally {
          span.end(true);
        }
      });
    },
    refused(reason) {
      tracer.current()?.set("error.type", reason);
    },
    storeTraced(store) {
      const traced = <Result>(
        name: string,
        attributes: Attributes,
        call: () => Promise<Result>,
      ): Promise<Result> => settle(tracer.child(`store ${name}`, "client", attributes), call());
      // Most requests are not sampled, and nothing is made for them.
      const isTraced = () => tracer.current() !== null;
      return {
        ...store,
        // The names of the rows, as the plan of the program has them, and never a value.
        look: (plan, parameters) =>
          isTraced()
            ? traced("look", { "tessera.rows": Object.keys(plan).join(" ") }, () =>
                store.look(plan, parameters),
              )
            : store.look(plan, parameters),
        commit: (commit) =>
          isTraced()
            ? traced("commit", { "tessera.changes": commit.changes.length }, () => store.commit(commit))
            : store.commit(commit),
        list: (table, request) =>
          isTraced()
            ? traced("list", { "tessera.table": table.name }, () => store.list(table, request))
            : store.list(table, request),
      };
    },
    outboundTraced: (outbound) => ({
      send(request) {
        const attributes = { "tessera.purpose": request.purpose, "server.address": hostOf(request.url) };
        return settle(tracer.child(`send ${request.purpose}`, "client", attributes), outbound.send(request));
      },
    }),
    logTo(plain) {
      if (records === null) return plain;
      const emit =
        (level: LogRecord["level"]): Log["info"] =>
        (message, fields = {}) => {
          plain[level](message, fields);
          if (!plain.writes(level)) return;
          const span = tracer.current();
          records.add({
            at: Date.now(),
            level,
            message,
            fields,
            traceId: span?.traceId ?? null,
            spanId: span?.spanId ?? null,
          });
        };
      return {
        writes: plain.writes,
        debug: emit("debug"),
        info: emit("info"),
        warn: emit("warn"),
        error: emit("error"),
      };
    },
    async close() {
      await Promise.all([spans.close(LAST_SEND_MILLIS), records?.close(LAST_SEND_MILLIS)]);
    },
  };
}

/** Without the path, the query and the user name: a client chose the address, and they may be secret. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "");

/** Ends the span with the call. The caller has the promise of the call itself. */
function settle<Result>(span: OpenSpan | null, answer: Promise<Result>): Promise<Result> {
  if (span === null) return answer;
  answer.then(
    (result) => {
      if (isStale(result)) span.set("tessera.outcome", "stale");
      span.end();
    },
    (error: unknown) => {
      span.set("error.type", faultOf(error));
      span.end(true);
    },
  );
  return answer;
}

const isStale = (result: unknown): boolean =>
  typeof result === "object" && result !== null && "outcome" in result && result.outcome === "stale";

/** The kind of the error. Its message may have anything in it. */
function faultOf(error: unknown): string {
  if (error instanceof OutboundError) return error.fault;
  if (error instanceof StoreUnavailable) return error.name;
  return error instanceof Error ? error.name : "unknown";
}

/** A collector for OTLP over HTTP with JSON, which understands what it gets. */

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

type Attributes = readonly { readonly key: string; readonly value: AnyValue }[];

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Record<string, string | number | boolean>;
  readonly status: { readonly code: number };
  readonly resource: Record<string, string | number | boolean>;
}

export interface CollectedLog {
  readonly timeUnixNano: string;
  readonly severityText: string;
  readonly severityNumber: number;
  readonly body: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: Record<string, string | number | boolean>;
}

export interface Collector {
  readonly url: string;
  readonly spans: CollectedSpan[];
  readonly logs: CollectedLog[];
  /** The headers of each request. */
  readonly headers: Headers[];
  /** The bodies as they came. */
  readonly bodies: string[];
  /** What it answers from now on. Default: 200. */
  answer: () => Response | Promise<Response>;
  stop(): Promise<void>;
}

const plain = (attributes: Attributes): Record<string, string | number | boolean> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  );

export function startCollector(): Collector {
  const collector = {
    spans: [] as CollectedSpan[],
    logs: [] as CollectedLog[],
    headers: [] as Headers[],
    bodies: [] as string[],
    answer: (): Response | Promise<Response> => Response.json({}),
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const text = await request.text();
      collector.headers.push(request.headers);
      collector.bodies.push(text);
      const response = await collector.answer();
      if (!response.ok) return response;
      const body = JSON.parse(text);
      const { pathname } = new URL(request.url);
      if (request.method !== "POST" || request.headers.get("content-type") !== "application/json")
        return new Response(null, { status: 415 });
      if (pathname === "/v1/traces") {
        for (const { resource, scopeSpans } of body.resourceSpans)
          for (const { spans } of scopeSpans)
            for (const span of spans)
              collector.spans.push({
                ...span,
                attributes: plain(span.attributes),
                resource: plain(resource.attributes),
              });
      } else if (pathname === "/v1/logs") {
        for (const { scopeLogs } of body.resourceLogs)
          for (const { logRecords } of scopeLogs)
            for (const record of logRecords)
              collector.logs.push({
                ...record,
                body: record.body.stringValue,
                attributes: plain(record.attributes),
              });
      } else return new Response(null, { status: 404 });
      return response;
    },
  });
  return Object.assign(collector, {
    url: `http://127.0.0.1:${server.port}`,
    stop: () => server.stop(true),
  });
}

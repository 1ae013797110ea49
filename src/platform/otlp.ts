/**
 * Sends telemetry to a collector: OTLP over HTTP, with JSON bodies. What waits is bounded, and what finds no place is dropped and counted.
 * Adding costs a push to a list, whatever the collector does.
 */
import type { LogFields, LogLevel } from "./log.ts";
import { type Attributes, type AttributeValue, SPAN_KINDS, type Span } from "./tracer.ts";

/** A line of the log, with the span in which it was written. */
export interface LogRecord {
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

export interface QueueOptions<Item> {
  /** The full address: with `/v1/traces` or `/v1/logs`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly encode: (items: readonly Item[]) => unknown;
  /** Called with how many items were dropped. */
  readonly dropped: (count: number) => void;
  /** Called when the collector stops taking what is sent, with the reason, and with null when it takes it again. */
  readonly trouble: (reason: string | null) => void;
  readonly pace?: Partial<Pace>;
}

/** Times are in milliseconds. */
interface Pace {
  /** How many items may wait. */
  readonly most: number;
  /** How many go in one request. */
  readonly batch: number;
  /** How long an item waits for others. */
  readonly everyMillis: number;
  /** How long the collector may take. */
  readonly timeoutMillis: number;
  /** How often one batch is sent. */
  readonly attempts: number;
  /** The pause after a failure; each further one doubles it. */
  readonly pauseMillis: number;
}

const PACE: Pace = {
  most: 2048,
  batch: 512,
  everyMillis: 2000,
  timeoutMillis: 10_000,
  attempts: 4,
  pauseMillis: 1000,
};

export interface OtlpQueue<Item> {
  add(item: Item): void;
  /** Sends what waits, within this time, and ends. */
  close(patienceMillis: number): Promise<void>;
}

/** OTLP §"Failures": only these may be tried again. */
const MAY_PASS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function createOtlpQueue<Item>(options: QueueOptions<Item>): OtlpQueue<Item> {
  const { url, headers, encode, dropped, trouble } = options;
  const pace = { ...PACE, ...options.pace };
  let waiting: Item[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let sending: Promise<void> | null = null;
  let isTroubled = false;
  const ending = new AbortController();

  const tell = (reason: string | null): void => {
    const was = isTroubled;
    isTroubled = reason !== null;
    if (was !== isTroubled) trouble(reason);
  };

  /** `again`: the collector may take it another time. */
  const post = async (body: string): Promise<"taken" | "again" | "refused"> => {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "Content-Type": "application/json" },
        body,
        // The headers may have a secret, which is for this address.
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(pace.timeoutMillis), ending.signal]),
      });
      if (response.ok) {
        tell(null);
        dropped(rejectedOf(await response.text()));
        return "taken";
      }
      await response.body?.cancel();
      tell(`status ${response.status}`);
      return MAY_PASS.has(response.status) ? "again" : "refused";
    } catch (error) {
      // The name of the error is enough: its words may repeat the address.
      tell(error instanceof Error ? error.name : "unknown");
      return "again";
    }
  };

  const send = async (items: readonly Item[]): Promise<void> => {
    const body = JSON.stringify(encode(items));
    for (let attempt = 1; attempt <= pace.attempts; attempt += 1) {
      const answer = await post(body);
      if (answer === "taken") return;
      if (answer === "refused" || attempt === pace.attempts || ending.signal.aborted) break;
      await pause(pace.pauseMillis * 2 ** (attempt - 1), ending.signal);
    }
    dropped(items.length);
  };

  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, pace.batch);
      waiting = waiting.slice(pace.batch);
      await send(batch);
    }
  };

  const start = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    sending ??= sendAll().finally(() => {
      sending = null;
      if (waiting.length > 0) schedule();
    });
    return sending;
  };

  const schedule = (): void => {
    if (timer !== null || sending !== null) return;
    timer = setTimeout(() => void start(), pace.everyMillis);
    timer.unref();
  };

  return {
    add(item) {
      if (waiting.length >= pace.most) return dropped(1);
      waiting.push(item);
      if (waiting.length >= pace.batch && sending === null) void start();
      else schedule();
    },
    async close(patienceMillis) {
      const late = setTimeout(() => ending.abort(), patienceMillis);
      while (waiting.length > 0 || sending !== null) await start();
      clearTimeout(late);
      ending.abort();
    },
  };
}

/** OTLP §"Partial Success": how many items of a batch the collector did not take, and does not want again. */
function rejectedOf(answer: string): number {
  try {
    const { partialSuccess } = JSON.parse(answer);
    return Number(partialSuccess?.rejectedSpans ?? partialSuccess?.rejectedLogRecords ?? 0) || 0;
  } catch {
    // Some collectors answer with nothing.
    return 0;
  }
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, millis);
  timer.unref();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) resolve();
  return promise.finally(() => clearTimeout(timer));
}

// ── OTLP's JSON ────────────────────────────────────────────────────────────────────────────────────────────

const nanos = (millis: number): string =>
  String(BigInt(Math.floor(millis)) * 1_000_000n + BigInt(Math.round((millis % 1) * 1e6)));

/** A text in a span or a record is no longer than this. */
const LONGEST = 1000;

const anyValue = (value: AttributeValue): object => {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "string") return { stringValue: value.slice(0, LONGEST) };
  // 64-bit integers are texts in OTLP's JSON.
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};

const attributesOf = (attributes: Readonly<Record<string, AttributeValue | null | undefined>>): object[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  );

const scope = { name: "tessera" };

export const encodeSpans = (resource: Attributes, spans: readonly Span[]): object => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeSpans: [
        {
          scope,
          spans: spans.map((span) => ({
            traceId: span.traceId,
            spanId: span.spanId,
            ...(span.parentId !== null && { parentSpanId: span.parentId }),
            name: span.name,
            kind: SPAN_KINDS[span.kind],
            startTimeUnixNano: nanos(span.beganAt),
            endTimeUnixNano: nanos(span.endedAt),
            attributes: attributesOf(span.attributes),
            // 2 is an error, 0 says nothing.
            status: { code: span.isFault ? 2 : 0 },
          })),
        },
      ],
    },
  ],
});

/** The numbers of OpenTelemetry's log data model. */
const SEVERITIES: Readonly<Record<LogLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

export const encodeLogs = (resource: Attributes, records: readonly LogRecord[]): object => ({
  resourceLogs: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeLogs: [
        {
          scope,
          logRecords: records.map(({ at, level, message, fields, traceId, spanId }) => ({
            timeUnixNano: nanos(at),
            severityNumber: SEVERITIES[level],
            severityText: level.toUpperCase(),
            body: { stringValue: message.slice(0, LONGEST) },
            attributes: attributesOf(fields),
            ...(traceId !== null && { traceId }),
            ...(spanId !== null && { spanId }),
          })),
        },
      ],
    },
  ],
});

/**
 * Spans: what a request did, and for how long. The span of the request that is being answered is known to everything that runs for it,
 * so log records and the spans below it find their trace.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { RandomBytes } from "./random.ts";
import type { TraceParent } from "./trace-context.ts";

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** OTLP's numbers of the kinds of span. */
export const SPAN_KINDS = { internal: 1, server: 2, client: 3 } as const;
export type SpanKind = keyof typeof SPAN_KINDS;

/** A span that has ended. Times are in milliseconds since the epoch, with fractions. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly isFault: boolean;
}

/** A span under way. */
export interface OpenSpan {
  readonly traceId: string;
  readonly spanId: string;
  set(name: string, value: AttributeValue): void;
  end(isFault?: boolean): void;
}

export interface Tracer {
  /** Runs the work in a span of its own, which is its caller's to end. `parent`: null begins a trace. */
  run<Result>(
    parent: Pick<TraceParent, "traceId" | "parentId"> | null,
    name: string,
    work: (span: OpenSpan) => Result,
  ): Result;
  /** A span below the one that is being run; null if none is. */
  child(name: string, kind: SpanKind, attributes?: Attributes): OpenSpan | null;
  /** The span that is being run. */
  current(): OpenSpan | null;
}

export interface TracerOptions {
  readonly random: RandomBytes;
  readonly ended: (span: Span) => void;
  /** In milliseconds since the epoch, with fractions. Default: the runtime's. */
  readonly now?: () => number;
}

/** What one request may record below its own span: a loop within a request cannot fill the queue of all. */
const MOST_CHILDREN = 100;

const hex = (bytes: Uint8Array): string => bytes.toHex();

export function createTracer({
  random,
  ended,
  now = () => performance.timeOrigin + performance.now(),
}: TracerOptions): Tracer {
  // Once there is one, the runtime keeps track of each await: a tenth of the time of a request. A server that traces nothing has none.
  let running: AsyncLocalStorage<OpenSpan & { children: number }> | null = null;
  const open = (
    traceId: string,
    parentId: string | null,
    name: string,
    kind: SpanKind,
    first: Attributes = {},
  ): OpenSpan & { children: number } => {
    const spanId = hex(random(8));
    const beganAt = now();
    const attributes: Record<string, AttributeValue> = { ...first };
    let isOpen = true;
    return {
      traceId,
      spanId,
      children: 0,
      set(key, value) {
        attributes[key] = value;
      },
      end(isFault = false) {
        if (!isOpen) return;
        isOpen = false;
        ended({ traceId, spanId, parentId, name, kind, beganAt, endedAt: now(), attributes, isFault });
      },
    };
  };
  return {
    run(parent, name, work) {
      const span = open(parent?.traceId ?? hex(random(16)), parent?.parentId ?? null, name, "server");
      running ??= new AsyncLocalStorage();
      return running.run(span, () => work(span));
    },
    child(name, kind, attributes) {
      const parent = running?.getStore();
      if (parent === undefined || parent.children >= MOST_CHILDREN) return null;
      parent.children += 1;
      return open(parent.traceId, parent.spanId, name, kind, attributes);
    },
    current: () => running?.getStore() ?? null,
  };
}

/**
 * W3C Trace Context: the header `traceparent`, with which a program in front says to which trace a request belongs. Its values go into
 * spans and log records, so only the exact form counts, and everything else is as if there were no header.
 */

export interface TraceParent {
  /** 32 digits. */
  readonly traceId: string;
  /** The span of the program in front: 16 digits. */
  readonly parentId: string;
  /** Whether that program records the trace. */
  readonly isSampled: boolean;
}

const VERSION_00 = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** §3.2.4: a later version may have more behind a dash, and begins as this one does. `ff` is no version. */
const LATER_VERSION =
  /^(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-[\x21-\x7e]{0,400})?$/;

const ZEROS = /^0+$/;

/** Null for a header that is missing, sent twice, or in any way not as the specification says. */
export function parseTraceparent(header: string | null): TraceParent | null {
  if (header === null || header.length > 512) return null;
  const [, traceId = "", parentId = "", flags = ""] =
    VERSION_00.exec(header) ?? LATER_VERSION.exec(header) ?? [];
  // §3.2.2.3 and §3.2.2.4: all zeros are invalid.
  if (traceId === "" || ZEROS.test(traceId) || ZEROS.test(parentId)) return null;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

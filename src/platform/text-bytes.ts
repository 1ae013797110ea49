/** Bytes from outside as text. Replacing what is not UTF-8 would change a secret or a name in silence. */

/** The first byte that is not UTF-8. Both count from 1. */
export interface NotUtf8 {
  readonly line: number;
  readonly column: number;
}

const LINE_FEED = 0x0a;
const STRICT = new TextDecoder("utf-8", { fatal: true });
const LENIENT = new TextDecoder("utf-8");

/** The text of UTF-8 bytes, without a byte order mark; the place of the first fault if they are anything else. */
export function decodeUtf8(bytes: Uint8Array): string | NotUtf8 {
  try {
    return STRICT.decode(bytes);
  } catch {
    return placeOfFault(bytes);
  }
}

function placeOfFault(bytes: Uint8Array): NotUtf8 {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    const text = LENIENT.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    const at = text.indexOf("\uFFFD");
    if (at >= 0) return { line, column: at + 1 };
    if (end < 0) return { line, column: 1 };
    start = end + 1;
  }
}

/** Whether a text that the runtime decoded had bytes that were no UTF-8. */
export const hasReplacement = (text: string): boolean => text.includes("\uFFFD");

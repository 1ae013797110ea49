/** The pixels of a PNG as the runtime writes it, and back: the runtime has no crop, and so it happens in between. */
import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Four bytes for each pixel: red, green, blue, opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const PIXEL_BYTES = 4;
/** PNG §11.2.1: 8 bits, colours with opacity, and the only methods of compression, filters and order that are read here. */
const KIND = Uint8Array.of(8, 6, 0, 0, 0);

/** Throws Error for a PNG of another kind, or a damaged one. */
export function readPng(png: Uint8Array): Pixels {
  const file = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const parts: Buffer[] = [];
  let header: Buffer | null = null;
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = data;
    if (type === "IDAT") parts.push(data);
    at += 12 + length;
  }
  if (header === null || !header.subarray(8).equals(KIND)) throw new Error("a PNG of another kind");
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const rowBytes = width * PIXEL_BYTES;
  const filtered = inflateSync(Buffer.concat(parts), { maxOutputLength: (rowBytes + 1) * height });
  if (filtered.length !== (rowBytes + 1) * height) throw new Error("a PNG with missing rows");
  return { width, height, bytes: unfiltered(filtered, rowBytes, height) };
}

/** PNG §9.2: each row begins with the number of its filter. */
function unfiltered(filtered: Uint8Array, rowBytes: number, height: number): Uint8Array {
  const bytes = new Uint8Array(rowBytes * height);
  for (let row = 0; row < height; row += 1) {
    const from = row * (rowBytes + 1) + 1;
    const to = row * rowBytes;
    const filter = filtered[from - 1];
    for (let at = 0; at < rowBytes; at += 1) {
      const left = at < PIXEL_BYTES ? 0 : (bytes[to + at - PIXEL_BYTES] ?? 0);
      const above = row === 0 ? 0 : (bytes[to + at - rowBytes] ?? 0);
      const aboveLeft = row === 0 || at < PIXEL_BYTES ? 0 : (bytes[to + at - rowBytes - PIXEL_BYTES] ?? 0);
      bytes[to + at] = (filtered[from + at] ?? 0) + predicted(filter, left, above, aboveLeft);
    }
  }
  return bytes;
}

function predicted(filter: number | undefined, left: number, above: number, aboveLeft: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) throw new Error("a PNG with an unknown filter");
  const estimate = left + above - aboveLeft;
  const byLeft = Math.abs(estimate - left);
  const byAbove = Math.abs(estimate - above);
  const byAboveLeft = Math.abs(estimate - aboveLeft);
  if (byLeft <= byAbove && byLeft <= byAboveLeft) return left;
  return byAbove <= byAboveLeft ? above : aboveLeft;
}

/** A PNG with these pixels and nothing else. */
export function writePng({ width, height, bytes }: Pixels): Uint8Array<ArrayBuffer> {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const rowBytes = width * PIXEL_BYTES;
  const filtered = new Uint8Array((rowBytes + 1) * height);
  for (let row = 0; row < height; row += 1) {
    filtered.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * (rowBytes + 1) + 1);
  }
  return new Uint8Array(
    Buffer.concat([
      SIGNATURE,
      chunk("IHDR", Buffer.concat([size, KIND])),
      chunk("IDAT", deflateSync(filtered, { level: 1 })),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The square in the middle. */
export function middleSquare({ width, height, bytes }: Pixels): Pixels {
  const side = Math.min(width, height);
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  const square = new Uint8Array(side * side * PIXEL_BYTES);
  for (let row = 0; row < side; row += 1) {
    const from = ((top + row) * width + left) * PIXEL_BYTES;
    square.set(bytes.subarray(from, from + side * PIXEL_BYTES), row * side * PIXEL_BYTES);
  }
  return { width: side, height: side, bytes: square };
}

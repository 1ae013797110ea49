/**
 * X.690: reading DER, as far as names in certificates need it. Text forms of names are ambiguous (CVE-2021-44532, CVE-2021-44533), so
 * names are compared as they are encoded. Every length is checked against the bytes that are there.
 */

export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

export class DerFault extends Error {
  override readonly name = "DerFault";
}

/** The values that stand one after the other in the bytes. Throws DerFault. */
export function readDer(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    // Tags of several bytes stand in no certificate.
    if ((tag & 0x1f) === 0x1f) throw new DerFault("a tag of several bytes");
    let length = bytes[at + 1] ?? Number.NaN;
    let start = at + 2;
    if (length > 0x7f) {
      const count = length & 0x7f;
      if (count === 0 || count > 3 || start + count > bytes.length)
        throw new DerFault("a length that is none");
      length = bytes.subarray(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
      start += count;
    }
    if (!(start + length <= bytes.length)) throw new DerFault("a value that is cut off");
    values.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

/** "2.5.4.3". Throws DerFault. */
export function readOid(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 256) throw new DerFault("an identifier that is too long");
    if (byte > 0x7f) continue;
    if (arcs.length === 0)
      arcs.push(Math.min(Math.floor(arc / 40), 2), arc - Math.min(Math.floor(arc / 40), 2) * 40);
    else arcs.push(arc);
    arc = 0;
  }
  if (arc !== 0 || arcs.length === 0) throw new DerFault("an identifier that is cut off");
  return arcs.join(".");
}

export const TAGS = {
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  universal: 0x1c,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

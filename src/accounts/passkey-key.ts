/**
 * Whether the public key of a passkey can be used: an answer of a device, or a row of the database, may have any bytes in its place.
 * The check comes before the key reaches the library, for the reason that `isPublicPoint` gives.
 */
import { isPublicPoint } from "../platform/public-point.ts";

/** The labels of RFC 9052 §7.1 and RFC 9053 §7. */
const LABEL = { type: 1, algorithm: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 } as const;

const COORDINATE_BYTES = 32;

type Members = ReadonlyMap<unknown, unknown>;

const number = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`));

function coordinate(key: Members, label: number): string | null {
  const bytes = key.get(label);
  if (!(bytes instanceof Uint8Array) || bytes.length !== COORDINATE_BYTES) return null;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function isPoint(key: Members): boolean {
  const [x, y] = [coordinate(key, LABEL.x), coordinate(key, LABEL.y)];
  return x !== null && y !== null && isPublicPoint("P-256", x, y);
}

/** Devices make 2048 bits. More than 8192 would only cost time. */
function isModulus(key: Members): boolean {
  const [modulus, exponent] = [key.get(LABEL.modulus), key.get(LABEL.exponent)];
  if (!(modulus instanceof Uint8Array) || !(exponent instanceof Uint8Array)) return false;
  const isOdd = (bytes: Uint8Array) => ((bytes.at(-1) ?? 0) & 1) === 1;
  const isLong = modulus.length >= 256 && modulus.length <= 1024 && modulus[0] !== 0;
  return isLong && isOdd(modulus) && isOdd(exponent) && exponent.length <= 4 && number(exponent) >= 3n;
}

/** The three algorithms of `PASSKEY_ALGORITHMS`, each with the shape of its keys. */
const SHAPES: Readonly<Record<number, (key: Members) => boolean>> = {
  [-8]: (key) => key.get(LABEL.type) === 1 && key.get(LABEL.curve) === 6 && coordinate(key, LABEL.x) !== null,
  [-7]: (key) => key.get(LABEL.type) === 2 && key.get(LABEL.curve) === 1 && isPoint(key),
  [-257]: (key) => key.get(LABEL.type) === 3 && isModulus(key),
};

/** The algorithm of a COSE key; null if there is none, or if it is not one of ours. */
export function algorithmOf(key: Members): number | null {
  const algorithm = key.get(LABEL.algorithm);
  return typeof algorithm === "number" && Object.hasOwn(SHAPES, algorithm) ? algorithm : null;
}

/** Whether a key of one of our algorithms has all that it needs, in its range. */
export function isUsableKey(key: Members): boolean {
  const algorithm = algorithmOf(key);
  return algorithm !== null && SHAPES[algorithm]?.(key) === true;
}

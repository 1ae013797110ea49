/**
 * Whether the public key of a passkey can be used: an answer of a device, or a row of the database, may have any bytes in its place.
 *
 * The check is ours, and comes before the key reaches the runtime. A key that the runtime cannot import leaves its fault behind there
 * (Bun 1.4: "POINT_IS_NOT_ON_CURVE"), and the next hash, of any other request, fails with it.
 */

/** The labels of RFC 9052 §7.1 and RFC 9053 §7. */
const LABEL = { type: 1, algorithm: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 } as const;

/** FIPS 186-5, P-256. */
const PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const COORDINATE_BYTES = 32;

type Members = ReadonlyMap<unknown, unknown>;

const number = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`));

function coordinate(key: Members, label: number): bigint | null {
  const bytes = key.get(label);
  return bytes instanceof Uint8Array && bytes.length === COORDINATE_BYTES ? number(bytes) : null;
}

function isPoint(key: Members): boolean {
  const [x, y] = [coordinate(key, LABEL.x), coordinate(key, LABEL.y)];
  if (x === null || y === null || x >= PRIME || y >= PRIME) return false;
  return (y * y - (x * x * x - 3n * x + B)) % PRIME === 0n;
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

/** Sample sizes: small enough for every run of the suite, and as large as one likes with TESSERA_TEST_SCALE=10. */
const scale = Number(process.env.TESSERA_TEST_SCALE ?? 1);

/** So many, times the scale; one at least. */
export const scaled = (count: number): number => Math.max(1, Math.round(count * scale));

/** How long a test of such a size may take, at most. It measures nothing: what must hold, holds on slow machines too. */
export const PATIENCE_MILLIS = 600_000 * Math.max(1, scale);

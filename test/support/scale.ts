/** Sample sizes: small enough for every run of the suite, and larger with TESSERA_TEST_SCALE=10. */
const scale = Number(process.env.TESSERA_TEST_SCALE ?? 1);

/** The count times the scale; at least one. */
export const scaled = (count: number): number => Math.max(1, Math.round(count * scale));

/** The time limit of a test of such a size. It measures nothing: slow machines need time too. */
export const PATIENCE_MILLIS = 600_000 * Math.max(1, scale);

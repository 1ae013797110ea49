/** Sample sizes: small enough for every run of the suite, and as large as one likes with TESSERA_TEST_SCALE=10. */
const scale = Number(process.env.TESSERA_TEST_SCALE ?? 1);

/** So many, times the scale; one at least. */
export const scaled = (count: number): number => Math.max(1, Math.round(count * scale));

/** How long a test may take. No measure of anything: a race is won or lost, however slow the machine is. */
export const PATIENCE_MILLIS = 600_000 * Math.max(1, scale);

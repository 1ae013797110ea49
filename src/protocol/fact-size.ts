/** How much may be known about a person: tokens carry it. */

/** The most bytes, as JSON, of a person's profile, of their attributes and of their groups. */
export const FACTS_BYTES = 16_384;

export const isTooLong = (facts: unknown): boolean => Buffer.byteLength(JSON.stringify(facts)) > FACTS_BYTES;

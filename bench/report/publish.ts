/** Publishing: results go to bench/results, and pages.ts makes the figures of docs/performance.md from them. */
import { MOST_TAKEN_CORES } from "../others.ts";
import type { Conditions } from "../results.ts";
import { threeDigits } from "./table.ts";

export type Section = "peers" | "growth" | "isolation" | "endurance";

/** Texts of SVG by the name of the image, which is docs/images/performance-<name>.svg. */
export type Pictures = Readonly<Record<string, string>>;

/** Why figures of these conditions are not published, with advice; null if they are. */
export function whyNotPublished({ takenCores }: Pick<Conditions, "takenCores">): string | null {
  if (takenCores === null)
    return "Not published: this system does not tell how much other programs took of the machine. Linux does.";
  if (takenCores <= MOST_TAKEN_CORES) return null;
  return `Not published: other programs took ${threeDigits(takenCores)} of the cores during the run, and with more than ${MOST_TAKEN_CORES} the figures mean little. Find them with top and end them, or wait until they have ended; then run it again.`;
}

/** Replaces a section of the guide. Throws if its marks are missing. */
export function withSection(text: string, section: Section, markdown: string): string {
  const begin = `<!-- Made from bench/results/${section}.json. -->`;
  const beginsAt = text.indexOf(begin);
  const endsAt = text.indexOf(`<!-- The end of ${section}. -->`);
  if (beginsAt < 0 || endsAt < beginsAt)
    throw new Error(`docs/performance.md has lost the marks for ${section}.`);
  return `${text.slice(0, beginsAt)}${begin}\n\n${markdown}\n\n${text.slice(endsAt)}`;
}

/** JSON with five significant digits, and each round or sample on a line. */
export function resultsText(results: Conditions): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  const text = JSON.stringify(results, rounded, 1);
  const innermost = /[[{](?:[^[\]{}"]|"[^"]*")*[\]}]/g;
  return `${text.replaceAll(innermost, (inner) => inner.replaceAll(/\s*\n\s*/g, " "))}\n`;
}

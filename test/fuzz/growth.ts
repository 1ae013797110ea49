/** How a parser's work grows with its input. It compares a parser with itself, so any machine gets the same result. */

/** A hostile text of a given length: `before`, then `piece` repeatedly, then `after`. */
export interface Repetition {
  readonly before: string;
  readonly piece: string;
  readonly after: string;
}

const PIECES = [
  "a",
  "A",
  "0",
  " ",
  "\t",
  "%",
  "%25",
  "%2",
  "&",
  "=",
  "a&",
  "+",
  ";",
  "; ",
  ",",
  ".",
  "/",
  "//",
  "../",
  "\\",
  "?",
  "#",
  ":",
  "@",
  "[",
  "(",
  "-",
  "_",
  "é",
  "ﷺ",
  "İ",
  "\u200b",
  "e\u0301",
  "😀",
  "a.",
  "a:",
] as const;

export const repetitions = (frames: readonly (readonly [string, string])[]): Repetition[] =>
  frames.flatMap(([before, after]) => PIECES.map((piece) => ({ before, piece, after })));

/** The length of the largest body, and a sixteenth of it. */
const LONG = 65_536;
const FACTOR = 16;
/** Between linear growth, 16 times, and quadratic growth, 256 times. */
const MOST = 100;
/** The clock cannot measure less work than this. */
const LEAST_NANOSECONDS = 20_000;

const textOf = ({ before, piece, after }: Repetition, length: number): string =>
  before + piece.repeat(Math.ceil(length / piece.length)) + after;

function fastest(work: (text: string) => void, text: string, times: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time += 1) {
    const begun = Bun.nanoseconds();
    work(text);
    best = Math.min(best, Bun.nanoseconds() - begun);
  }
  return Math.max(best, LEAST_NANOSECONDS);
}

/** The ratio of the times for the long and the short text. A noisy machine gets more attempts. */
export function growth(work: (text: string) => void, repetition: Repetition): number {
  const [short, long] = [textOf(repetition, LONG / FACTOR), textOf(repetition, LONG)];
  let least = Number.POSITIVE_INFINITY;
  for (let chance = 1; chance <= 8 && least >= MOST / 2; chance += 1) {
    least = Math.min(least, fastest(work, long, 2 * chance) / fastest(work, short, 4 * chance));
  }
  return least;
}

export const growsWithLength = (ratio: number): boolean => ratio < MOST;

/** Formats results: aligned tables and plain words for people, JSON for programs. */
import { jsonText, printable } from "../platform/printable.ts";
import type { Io } from "./io.ts";

/**
 * A table. On a terminal that is too narrow for it, each row becomes lines of one fact each: nothing that people copy from it
 * is cut.
 */
export function printTable(
  io: Pick<Io, "out" | "columns">,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const table = formatTable(headings, rows);
  const width = Math.max(...table.split("\n").map((line) => [...line].length));
  if (io.columns === null || width <= io.columns) {
    io.out(table);
    return;
  }
  const factsOf = (row: readonly string[]) =>
    Object.fromEntries(headings.map((heading, index) => [heading.toLowerCase(), row[index] || null]));
  io.out(rows.map((row) => formatFacts(factsOf(row))).join("\n"));
}

/** Columns as wide as their longest cell, two spaces between, headings in capitals. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => [...(line[column] ?? "")].length)),
  );
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** One fact a line, the values aligned. Null values are left out. */
export function formatFacts(facts: Readonly<Record<string, string | null>>): string {
  const shown = Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${pad(name, width)}  ${printable(value)}\n`).join("");
}

const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - [...text].length));

export const printJson = (io: Io, value: unknown): void => io.out(`${jsonText(value, 2)}\n`);

/** Local time with its distance from UTC, to the minute: `2026-03-01 14:05 +01:00`. */
export function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const ahead = -date.getTimezoneOffset();
  const distance = Math.abs(ahead);
  const zone =
    ahead === 0 ? "UTC" : `${ahead > 0 ? "+" : "-"}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())} ${zone}`;
}

/** `in 59 minutes`, `3 days ago`. */
export function relativeTime(seconds: number, now: number): string {
  const distance = Math.abs(seconds - now);
  const words = duration(distance);
  if (distance === 0) return "now";
  return seconds > now ? `in ${words}` : `${words} ago`;
}

/** `90 minutes` rather than `1.5 hours`: whole numbers of the largest unit of which there are at least two. */
export function duration(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  for (const [name, size] of units) {
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${name}s`;
  }
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}

export const localAndRelative = (seconds: number, now: number): string =>
  `${localTime(seconds)} (${relativeTime(seconds, now)})`;

/** `1 client`, `2 clients`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A secret with its warning. */
export const showOnce = (what: string, secret: string): string =>
  `\n  ${secret}\n\nThis ${what} is shown only now, and only its digest is kept. Store it in a safe place.\n`;

/** `1,234,567`. */
export const decimal = (value: number): string => value.toLocaleString("en-US");

/** `12.3 MB`. */
export function byteSize(bytes: number): string {
  const units = [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const;
  for (const [name, size] of units) if (bytes >= size) return `${(bytes / size).toFixed(1)} ${name}`;
  return `${bytes} B`;
}

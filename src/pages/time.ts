/** Times as people read them. */
import type { EpochSeconds } from "../platform/clock.ts";
import { languageOf } from "./texts.ts";

/** The locale in which a language writes dates and numbers. */
const formatsOf = (language: string): string => languageOf(language)?.formats ?? language;

/** "2 minutes ago", "in 5 minutes". It rounds minutes and hours away from now, so that "in" is never too early. */
export function relativeTime(language: string, seconds: number): string {
  const format = new Intl.RelativeTimeFormat(formatsOf(language), { numeric: "auto" });
  const { name, length } = unitFor(Math.abs(seconds));
  const away = seconds < 0 ? -Math.floor(-seconds / length) : Math.ceil(seconds / length);
  return format.format(away, name);
}

/** "15 minutes". It rounds up, so that it is never too short. */
export function duration(language: string, seconds: number): string {
  const { name, length } = unitFor(seconds);
  const format = new Intl.NumberFormat(formatsOf(language), {
    style: "unit",
    unit: name,
    unitDisplay: "long",
  });
  return format.format(Math.ceil(seconds / length));
}

const UNITS = [
  { name: "day", length: 86_400 },
  { name: "hour", length: 3600 },
  { name: "minute", length: 60 },
] as const;

/** The largest unit of which the time has at least one. */
const unitFor = (seconds: number) =>
  UNITS.find(({ length }) => seconds >= length) ?? ({ name: "second", length: 1 } as const);

/** "22 November 2025", in UTC, because the server does not know where the person is. */
export const longDate = (language: string, at: EpochSeconds): string =>
  new Intl.DateTimeFormat(formatsOf(language), {
    dateStyle: "long",
    timeZone: "UTC",
  }).format(at * 1000);

/** "14:32 UTC", rounded up to the next minute, so that it is never too early. */
export const clockTime = (language: string, at: EpochSeconds): string =>
  `${new Intl.DateTimeFormat(formatsOf(language), {
    timeStyle: "short",
    timeZone: "UTC",
  }).format(Math.ceil(at / 60) * 60_000)} UTC`;

/** "22 November 2025 at 14:32 UTC", in the person's time zone if it is known. */
export function moment(language: string, at: EpochSeconds, zone?: string): string {
  const format = (timeZone: string) =>
    new Intl.DateTimeFormat(formatsOf(language), {
      day: "numeric",
      month: "long",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      timeZone,
      timeZoneName: "short",
    }).format(at * 1000);
  try {
    return format(zone ?? "UTC");
  } catch {
    // A zone that this runtime does not know.
    return format("UTC");
  }
}

/** For the `datetime` attribute. */
export const machineTime = (at: EpochSeconds): string =>
  new Date(at * 1000).toISOString().slice(0, 19).concat("Z");

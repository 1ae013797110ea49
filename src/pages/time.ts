/** Times as people read them. */
import type { EpochSeconds } from "../platform/clock.ts";

/** "2 minutes ago", "in 5 minutes". It rounds minutes and hours away from now, so that "in" is never too early. */
export function relativeTime(language: string, seconds: number): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const size = Math.abs(seconds);
  const away = (unit: number) => (seconds < 0 ? -Math.floor(size / unit) : Math.ceil(size / unit));
  if (size < 60) return format.format(seconds, "second");
  if (size < 3600) return format.format(away(60), "minute");
  if (size < 86_400) return format.format(away(3600), "hour");
  return format.format(away(86_400), "day");
}

/** "22 November 2025", in UTC, because the server does not know where the person is. */
export const longDate = (language: string, at: EpochSeconds): string =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    dateStyle: "long",
    timeZone: "UTC",
  }).format(at * 1000);

/** "14:32 UTC", rounded up to the next minute, so that it is never too early. */
export const clockTime = (language: string, at: EpochSeconds): string =>
  `${new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    timeStyle: "short",
    timeZone: "UTC",
  }).format(Math.ceil(at / 60) * 60_000)} UTC`;

/** For the `datetime` attribute. */
export const machineTime = (at: EpochSeconds): string =>
  new Date(at * 1000).toISOString().slice(0, 19).concat("Z");

/** Derives colours from the operator's accent, so that every choice is readable (WCAG 2.2 §1.4.3, §1.4.11). */

/** What browsers want: `prefers-color-scheme`. */
export type Scheme = "light" | "dark";

type Channels = readonly [red: number, green: number, blue: number];

/** The colours of the accent in one colour scheme. */
export interface AccentColors {
  /** Behind the text of the main button. */
  readonly accent: string;
  /** The same under the pointer: farther from the text on it, never nearer. */
  readonly accentHover: string;
  readonly onAccent: string;
  /** The edge of the main button: the accent, or darker or lighter where that would vanish on the card. */
  readonly accentEdge: string;
  /** For links, focus rings and marks on the page's own grounds. */
  readonly link: string;
}

/** The grounds of the pages and mails, and the colours of text and lines on them. */
export const GROUNDS = {
  light: { ground: "#f4f5f7", card: "#ffffff", ink: "#14171c", muted: "#565e6b", line: "#e1e4e9" },
  dark: { ground: "#0f1115", card: "#181b21", ink: "#eceef1", muted: "#a4acb9", line: "#2c313b" },
} as const;

const READABLE = 4.5;
const VISIBLE = 3;

export function accentColors(accent: string, scheme: Scheme): AccentColors {
  const { ground, card } = GROUNDS[scheme];
  const away = scheme === "light" ? "#000000" : "#ffffff";
  const link = shiftUntil(
    accent,
    away,
    (color) => contrast(color, card) >= READABLE && contrast(color, ground) >= READABLE,
  );
  // White or black can be read on every colour, so the button has the operator's colour as it is.
  const onAccent = contrast("#ffffff", accent) >= READABLE ? "#ffffff" : "#000000";
  return {
    accent: accent.toLowerCase(),
    accentHover: mix(accent, onAccent === "#ffffff" ? "#000000" : "#ffffff", 0.14),
    onAccent,
    accentEdge: shiftUntil(accent, away, (color) => contrast(color, card) >= VISIBLE),
    link,
  };
}

/** The colours of what stands on the ground, outside the cards: the name, the person, links, the foot, and the rings of the focus. */
export interface GroundColors {
  readonly ground: string;
  readonly ink: string;
  readonly muted: string;
  readonly link: string;
}

/** `ground`: the operator's colour (`#rrggbb`); without it our own. `link`: the colour of links on our own grounds. */
export function groundColors(ground: string | undefined, scheme: Scheme, link: string): GroundColors {
  const { ground: ours, ink, muted } = GROUNDS[scheme];
  if (ground === undefined) return { ground: ours, ink, muted, link };
  // White or black can be read on every colour.
  const readable = [ink, "#ffffff", "#000000"].find((color) => contrast(color, ground) >= READABLE) ?? ink;
  const legible = (color: string) =>
    shiftUntil(color, readable, (candidate) => contrast(candidate, ground) >= READABLE);
  return { ground: ground.toLowerCase(), ink: readable, muted: legible(muted), link: legible(link) };
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const first = luminance(channels(one));
  const second = luminance(channels(other));
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

function shiftUntil(color: string, toward: string, enough: (color: string) => boolean): string {
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mix(color, toward, share);
    if (enough(candidate)) return candidate;
  }
  return toward;
}

function mix(one: string, other: string, share: number): string {
  const first = channels(one);
  const second = channels(other);
  const hex = (index: 0 | 1 | 2) =>
    Math.round(first[index] + (second[index] - first[index]) * share)
      .toString(16)
      .padStart(2, "0");
  return `#${hex(0)}${hex(1)}${hex(2)}`;
}

function channels(color: string): Channels {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

function luminance([red, green, blue]: Channels): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

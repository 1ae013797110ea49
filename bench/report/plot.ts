/** Lines over an axis. Each line has its name at its end. */
import { type Axis, createScale } from "./axis.ts";
import { escapeText, HEAD_HEIGHT, MARGIN, picture } from "./svg.ts";

export interface Line {
  readonly name: string;
  /** In the order in which they are joined. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly note: string;
  readonly x: Axis;
  readonly y: Axis;
  /** At most six, because there are six colours. */
  readonly lines: readonly Line[];
  /** Values of y with a horizontal line, such as a limit. */
  readonly limits?: readonly { readonly name: string; readonly y: number }[];
}

const WIDTH = 860;
const TOP = HEAD_HEIGHT + 36;
const HEIGHT = 300;
const LEFT = MARGIN + 56;
const NAMES_WIDTH = 170;
const RIGHT = WIDTH - MARGIN - NAMES_WIDTH;
const BOTTOM = TOP + HEIGHT;
const LINE_HEIGHT = 16;
/** With more points, dots would hide the line, and dashes would break it up. */
const MOST_DOTS = 30;

/** Names at the ends and patterns of dashes, so that no reader needs the colours. */
const LINES = [
  { light: "#1f5eff", dark: "#7ca0ff", dashes: "none" },
  { light: "#b3261e", dark: "#ff9b92", dashes: "8 4" },
  { light: "#1b7a3d", dark: "#6fd08c", dashes: "2 3" },
  { light: "#8a4fbf", dark: "#cda2f5", dashes: "12 4 2 4" },
  { light: "#9a6700", dark: "#e3b341", dashes: "5 2" },
  { light: "#0b7a86", dark: "#5cc8d4", dashes: "1 4" },
];

const LIGHT = `
  .grid { stroke: #e1e4e9; }
  .limit { stroke: #14171c; stroke-dasharray: 3 3; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  ${LINES.map(
    ({ light, dashes }, index) =>
      `.line${index} { stroke: ${light}; }\n.dashed.line${index} { stroke-dasharray: ${dashes}; }\n.of${index} { fill: ${light}; }`,
  ).join("\n")}`;
const DARK = `
  .grid { stroke: #2d323b; }
  .limit { stroke: #eceef1; }
  ${LINES.map(({ dark }, index) => `.line${index} { stroke: ${dark}; }\n.of${index} { fill: ${dark}; }`).join("\n")}`;

/** The plot as SVG. Throws if there is no point, or if there are more lines than colours. */
export function plot({ title, note, x, y, lines, limits = [] }: Plot): string {
  if (lines.length > LINES.length) throw new Error(`A plot has ${LINES.length} lines at most.`);
  const points = lines.flatMap((line) => line.points);
  const across = createScale(
    x,
    points.map(([value]) => value),
  );
  const up = createScale(y, [...points.map(([, value]) => value), ...limits.map((limit) => limit.y)]);
  const atX = (value: number) => rounded(LEFT + across.place(value) * (RIGHT - LEFT));
  const atY = (value: number) => rounded(BOTTOM - up.place(value) * HEIGHT);

  const parts = [
    `<text class="muted" x="${MARGIN}" y="${TOP - 16}">${escapeText(y.label)}</text>`,
    ...up.ticks.flatMap((value) => [
      `<line class="grid" x1="${LEFT}" y1="${atY(value)}" x2="${RIGHT}" y2="${atY(value)}"/>`,
      `<text class="muted" x="${LEFT - 10}" y="${atY(value) + 4}" text-anchor="end">${written(y, value)}</text>`,
    ]),
    ...across.ticks.flatMap((value) => [
      `<line class="grid" x1="${atX(value)}" y1="${TOP}" x2="${atX(value)}" y2="${BOTTOM}"/>`,
      `<text class="muted" x="${atX(value)}" y="${BOTTOM + 20}" text-anchor="middle">${written(x, value)}</text>`,
    ]),
    `<text class="muted" x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 42}" text-anchor="middle">${escapeText(x.label)}</text>`,
    ...limits.map(
      (limit) => `<line class="limit" x1="${LEFT}" y1="${atY(limit.y)}" x2="${RIGHT}" y2="${atY(limit.y)}"/>`,
    ),
    ...lines.map((line, index) => {
      const path = line.points.map(([valueX, valueY]) => `${atX(valueX)},${atY(valueY)}`).join(" ");
      const dashed = line.points.length > MOST_DOTS ? "" : " dashed";
      return `<polyline class="line line${index}${dashed}" points="${path}"/>`;
    }),
    ...lines.flatMap((line, index) =>
      line.points.length > MOST_DOTS
        ? []
        : line.points.map(
            ([valueX, valueY]) =>
              `<circle class="of${index}" cx="${atX(valueX)}" cy="${atY(valueY)}" r="3.5"/>`,
          ),
    ),
    ...names([
      ...limits.map((limit) => ({ name: limit.name, y: atY(limit.y), kind: "muted" })),
      ...lines.flatMap(({ name, points: own }, index) => {
        const last = own.at(-1);
        return last === undefined ? [] : [{ name, y: atY(last[1]), kind: `of${index}` }];
      }),
    ]),
  ];
  return picture({ title, note, width: WIDTH, height: BOTTOM + 60, light: LIGHT, dark: DARK, parts });
}

interface Name {
  readonly name: string;
  readonly y: number;
  readonly kind: string;
}

/** The names at the ends of their lines, moved apart so that none covers another. */
function names(all: readonly Name[]): string[] {
  const sorted = [...all].sort((one, other) => one.y - other.y);
  let next = Number.NEGATIVE_INFINITY;
  const placed = sorted.map((name) => {
    const y = Math.max(name.y, next);
    next = y + LINE_HEIGHT;
    return { ...name, y };
  });
  // Names below the plot move back up, and push the others.
  let lowest = BOTTOM;
  for (const name of placed.reverse()) {
    name.y = Math.min(name.y, lowest);
    lowest = name.y - LINE_HEIGHT;
  }
  return placed.map(
    ({ name, y, kind }) => `<text class="${kind}" x="${RIGHT + 12}" y="${y + 4}">${escapeText(name)}</text>`,
  );
}

const written = ({ format = (value: number) => String(value) }: Axis, value: number): string =>
  escapeText(format(value));

const rounded = (pixels: number): number => Number(pixels.toFixed(1));

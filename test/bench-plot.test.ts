/** The plots of the benchmark show their data. */
import { describe, expect, test } from "bun:test";
import { createScale } from "../bench/report/axis.ts";
import { type Plot, plot } from "../bench/report/plot.ts";

const PLOT: Plot = {
  title: "Growth & <start>",
  note: "as a share",
  x: { label: "stored tokens", scale: "log" },
  y: { label: "ratio", covers: [0] },
  lines: [
    {
      name: "introspection",
      points: [
        [10, 1],
        [1000, 0.5],
      ],
    },
    {
      name: "issuing",
      points: [
        [10, 1],
        [1000, 0.5],
      ],
    },
  ],
};

const numbers = (svg: string, pattern: RegExp): number[] =>
  [...svg.matchAll(pattern)].map(([, number]) => Number(number));

describe("an axis", () => {
  test("has round ticks, and its ends are ticks", () => {
    expect(createScale({ label: "" }, [0, 94]).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(createScale({ label: "" }, [0, 1]).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(createScale({ label: "" }, [87, 91]).ticks).toEqual([87, 88, 89, 90, 91]);
  });

  test("places values between its ends", () => {
    const { place } = createScale({ label: "", covers: [0] }, [100]);
    expect([0, 25, 100].map(place)).toEqual([0, 0.25, 1]);
  });

  test("with a logarithmic scale gives each decade the same room", () => {
    const { place, ticks } = createScale({ label: "", scale: "log" }, [10_000, 10_000_000]);
    expect(ticks).toEqual([10_000, 100_000, 1_000_000, 10_000_000]);
    expect(place(100_000)).toBeCloseTo(1 / 3, 9);
  });

  test("has room for a single value", () => {
    for (const value of [0, 5, -3]) {
      const { place } = createScale({ label: "" }, [value]);
      expect(place(value)).toBeGreaterThanOrEqual(0);
      expect(place(value)).toBeLessThanOrEqual(1);
    }
    expect(createScale({ label: "", scale: "log" }, [200]).ticks).toEqual([100, 1000]);
  });

  test("refuses what it cannot show", () => {
    expect(() => createScale({ label: "" }, [])).toThrow("needs a value");
    expect(() => createScale({ label: "", scale: "log" }, [0, 1])).toThrow("no place for 0");
  });
});

describe("a plot", () => {
  const svg = plot(PLOT);

  test("is well formed, and has colours for light and for dark ground", () => {
    const open: string[] = [];
    for (const [, closes, name = "", inside] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/g)) {
      if (closes === "/") expect(open.pop()).toBe(name);
      else if (!inside?.endsWith("/")) open.push(name);
    }
    expect(open).toEqual([]);
    expect(svg).toContain("Growth &amp; &lt;start&gt;");
    expect(svg).toContain("prefers-color-scheme: dark");
  });

  test("has a line and a name for each, and a dot for each point", () => {
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(4);
    expect(svg).toContain(">introspection</text>");
  });

  test("draws larger values higher", () => {
    const [first = 0, second = 0] = numbers(svg, /<circle class="of0"[^>]* cy="([\d.]+)"/g);
    expect(first).toBeLessThan(second);
  });

  test("writes no name over another, and none below the plot", () => {
    const at = numbers(svg, /<text class="of\d" x="[\d.]+" y="([\d.]+)"/g).sort((a, b) => a - b);
    expect(at).toHaveLength(2);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(16);
    const low = plot({
      ...PLOT,
      lines: PLOT.lines.map((line) => ({ ...line, points: [...line.points, [1000, 0]] })),
    });
    const lowest = Math.max(...numbers(low, /<text class="of\d" x="[\d.]+" y="([\d.]+)"/g));
    expect(lowest).toBeLessThanOrEqual(Math.max(...numbers(low, /class="grid"[^>]* y2="([\d.]+)"/g)) + 4);
  });

  test("of many points has no dots and no dashes", () => {
    const points = Array.from({ length: 100 }, (_, index) => [index + 1, index] as const);
    const dense = plot({ ...PLOT, lines: [{ name: "memory", points }] });
    expect(dense).not.toContain("<circle");
    expect(dense).not.toContain('line0 dashed"');
  });

  test("shows a limit though no point is near it", () => {
    expect(plot({ ...PLOT, limits: [{ name: "aim", y: 3 }] })).toContain(">aim</text>");
  });

  test("refuses more lines than it has colours", () => {
    const [line] = PLOT.lines;
    if (line === undefined) throw new Error("no line");
    expect(() => plot({ ...PLOT, lines: Array(7).fill(line) })).toThrow("6 lines");
  });
});

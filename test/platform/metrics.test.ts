/** Numbers and their text: buckets, labels, sums of several processes, and the two formats. */
import { describe, expect, test } from "bun:test";
import {
  BUCKETS,
  Counter,
  Durations,
  formatFor,
  labelText,
  type MetricEntry,
  ofProcess,
  sumReadings,
  writeMetrics,
} from "../../src/platform/metrics.ts";
import { proves } from "../support/proves.ts";

const TABLE: Readonly<Record<string, MetricEntry>> = {
  asked_total: { kind: "counter", help: "How often.", labels: ["who"], across: "sum" },
  took_seconds: { kind: "histogram", help: "How long.", labels: [], across: "sum" },
  room_bytes: { kind: "gauge", help: "How much,\nand where: C:\\.", labels: [], across: "each" },
};

describe("a counter", () => {
  test("has one cell for the same values of its labels", () => {
    const counter = new Counter("asked_total", ["who"]);
    counter.cell("one").value += 1;
    counter.cell("two").value += 5;
    counter.cell("one").value += 1;
    expect(counter.readings()).toEqual([
      { metric: "asked_total", labels: 'who="one"', value: 2 },
      { metric: "asked_total", labels: 'who="two"', value: 5 },
    ]);
  });

  test(proves("has a bounded number of series, and counts what does not fit as other", "threat 91"), () => {
    const counter = new Counter("asked_total", ["who"], 3);
    for (let number = 0; number < 1000; number += 1) counter.cell(`stranger ${number}`).value += 1;
    expect(counter.readings()).toEqual([
      { metric: "asked_total", labels: 'who="stranger 0"', value: 1 },
      { metric: "asked_total", labels: 'who="stranger 1"', value: 1 },
      { metric: "asked_total", labels: 'who="other"', value: 998 },
    ]);
  });
});

test(proves("a label cannot end its quotes or its line, and so forge a series", "threat 91"), () => {
  const labels = labelText(["who"], ['x"} 1\nforged_total{a="b\\']);
  expect(labels).toBe('who="x\\"} 1\\nforged_total{a=\\"b\\\\"');
  const text = writeMetrics(TABLE, [{ metric: "asked_total", labels, value: 1 }], "text");
  expect(text.split("\n").filter((line) => !line.startsWith("#") && line !== "")).toHaveLength(1);
});

test("durations fall into the bucket whose bound they do not exceed", () => {
  const durations = new Durations();
  for (const millis of [0, 1, 1.1, 2500, 60_000]) durations.observe(millis);
  const { counts, value } = durations.reading("took_seconds");
  const at = (bound: (typeof BUCKETS)[number]) => counts?.[BUCKETS.indexOf(bound)];
  expect(at(0.001)).toBe(2);
  expect(at(0.0025)).toBe(1);
  expect(at(2.5)).toBe(1);
  expect(counts?.at(-1)).toBe(1);
  expect(value).toBeCloseTo(62.5021, 6);
});

describe("several processes", () => {
  test("count together, bucket by bucket", () => {
    const [one, other] = [new Durations(), new Durations()];
    one.observe(500);
    other.observe(500);
    other.observe(8000);
    const sum = sumReadings([
      one.reading("took_seconds"),
      other.reading("took_seconds"),
      { metric: "asked_total", labels: 'who="x"', value: 1 },
      { metric: "asked_total", labels: 'who="y"', value: 2 },
      { metric: "asked_total", labels: 'who="x"', value: 3 },
    ]);
    expect(sum.map(({ labels, value, counts }) => ({ labels, value, counts: counts?.[8] }))).toEqual([
      { labels: "", value: 9, counts: 2 },
      { labels: 'who="x"', value: 4, counts: undefined },
      { labels: 'who="y"', value: 2, counts: undefined },
    ]);
  });

  test("stay apart by their number where a metric says so", () => {
    const room = [{ metric: "room_bytes", labels: "", value: 7 }];
    expect(sumReadings([...ofProcess(TABLE, room, 0), ...ofProcess(TABLE, room, 1)])).toEqual([
      { metric: "room_bytes", labels: 'process="0"', value: 7 },
      { metric: "room_bytes", labels: 'process="1"', value: 7 },
    ]);
  });
});

describe("the text", () => {
  const took = new Durations();
  took.observe(3);
  took.observe(700);
  const readings = [
    took.reading("took_seconds"),
    { metric: "room_bytes", labels: "", value: 1.5 },
    { metric: "asked_total", labels: 'who="x"', value: 4 },
    { metric: "not_in_the_table", labels: "", value: 4 },
  ];

  test("has each metric of the table with its help and its kind, and cumulative buckets", () => {
    const text = writeMetrics(TABLE, readings, "text");
    expect(text).toStartWith(
      '# HELP asked_total How often.\n# TYPE asked_total counter\nasked_total{who="x"} 4\n# HELP took_seconds How long.\n',
    );
    expect(text).toContain('took_seconds_bucket{le="0.0025"} 0\ntook_seconds_bucket{le="0.005"} 1\n');
    expect(text).toContain('le="1.0"} 2\n');
    expect(text).toContain('le="+Inf"} 2\ntook_seconds_sum 0.703\ntook_seconds_count 2\n');
    expect(text).toEndWith(
      "# HELP room_bytes How much,\\nand where: C:\\\\.\n# TYPE room_bytes gauge\nroom_bytes 1.5\n",
    );
    expect(text).not.toContain("not_in_the_table");
  });

  test("names the family of a counter without its suffix in OpenMetrics, and says where it ends", () => {
    const text = writeMetrics(TABLE, readings, "openmetrics");
    expect(text).toStartWith('# HELP asked How often.\n# TYPE asked counter\nasked_total{who="x"} 4\n');
    expect(text).toEndWith("# EOF\n");
  });

  test("is OpenMetrics for those who accept it, and the old format for all others", () => {
    expect(formatFor("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1")).toBe("openmetrics");
    for (const accept of ["text/plain", "*/*", null]) expect(formatFor(accept)).toBe("text");
  });
});

/** W3C Trace Context: what counts as a `traceparent`, and what does not. */
import { describe, expect, test } from "bun:test";
import { parseTraceparent } from "../../src/platform/trace-context.ts";
import { proves } from "../support/proves.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

describe("traceparent", () => {
  test("has a trace, a parent, and whether it is sampled", () => {
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-01`)).toEqual({
      traceId: TRACE,
      parentId: PARENT,
      isSampled: true,
    });
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-00`)?.isSampled).toBe(false);
    // §3.2.2.5: other flags say nothing about it.
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-fe`)?.isSampled).toBe(false);
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-ff`)?.isSampled).toBe(true);
  });

  test("of a later version begins as this one does", () => {
    expect(parseTraceparent(`01-${TRACE}-${PARENT}-01`)?.traceId).toBe(TRACE);
    expect(parseTraceparent(`cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`)?.traceId).toBe(TRACE);
    expect(parseTraceparent(`cc-${TRACE}-${PARENT}-01.what-the-future`)).toBeNull();
  });

  for (const [name, header] of [
    ["is missing", null],
    ["is empty", ""],
    ["has only zeros as its trace", `00-${"0".repeat(32)}-${PARENT}-01`],
    ["has only zeros as its parent", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["has capitals", `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ["has the version that is none", `ff-${TRACE}-${PARENT}-01`],
    ["is version 00 with more behind", `00-${TRACE}-${PARENT}-01-more`],
    ["is too short", `00-${TRACE.slice(1)}-${PARENT}-01`],
    ["is too long", `00-${TRACE}0-${PARENT}-01`],
    ["has flags of one digit", `00-${TRACE}-${PARENT}-1`],
    ["was sent twice", `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ["has blanks around it", ` 00-${TRACE}-${PARENT}-01`],
    ["ends with a line break", `00-${TRACE}-${PARENT}-01\n`],
    ["has a line break within", `cc-${TRACE}-${PARENT}-01-a\nb`],
    ["has quotes and fields", `cc-${TRACE}-${PARENT}-01-" level=error message="forged`],
    ["goes on and on", `cc-${TRACE}-${PARENT}-01-${"x".repeat(5000)}`],
  ] as const) {
    test(proves(`that ${name} counts as none`, "threat 91"), () => {
      expect(parseTraceparent(header)).toBeNull();
    });
  }
});

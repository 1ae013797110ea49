/** Threat class 50: no value can forge a field or a line. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createLog, gathering, type LogLevel, type LogOptions } from "../../src/platform/log.ts";
import { proves } from "../support/proves.ts";

function capture(options: Pick<LogOptions, "level" | "format">) {
  const lines: string[] = [];
  const log = createLog({
    ...options,
    write: (line) => lines.push(line),
    now: () => new Date("2027-01-15T08:00:00.000Z"),
  });
  return { lines, log };
}

describe("the log", () => {
  test("as text is one line with the time, the level, the message and the fields", () => {
    const { lines, log } = capture({ level: "debug", format: "text" });
    log.info("refused", {
      endpoint: "/auth/token",
      status: 400,
      client: "my client",
      found: false,
      gone: undefined,
    });
    expect(lines).toEqual([
      '2027-01-15T08:00:00.000Z info  refused endpoint=/auth/token status=400 client="my client" found=false\n',
    ]);
  });

  test("as JSON is one object on one line", () => {
    const { lines, log } = capture({ level: "debug", format: "json" });
    log.warn("refused", { status: 400, reason: null });
    expect(lines).toEqual([
      '{"time":"2027-01-15T08:00:00.000Z","level":"warn","message":"refused","status":400,"reason":null}\n',
    ]);
  });

  test("tells what is at least as important as its level", () => {
    const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
    for (const [index, level] of [...levels, "silent" as const].entries()) {
      const { lines, log } = capture({ level, format: "text" });
      for (const at of levels) log[at]("message");
      expect(lines).toHaveLength(levels.length - index);
    }
  });

  test.each(["a\nb", "a\r\nb", 'x" admin="yes', "x status=200", "a b", "", "a\u2028b", "\u001b[31mred"])(
    proves("the value %j stays one value on one line", "threat 50"),
    (value) => {
      const { lines, log } = capture({ level: "debug", format: "text" });
      log.info("refused", { client: value, reason: "x" });
      const line = lines.join("");
      for (const mark of ["\n", "\r", "\u001b"]) expect(line.slice(0, -1)).not.toContain(mark);
      const written = JSON.stringify(value).replaceAll("\u2028", "\\u2028");
      expect(line).toContain(` client=${written} reason=x`);
    },
  );

  test(
    proves(
      "whatever is logged, text and JSON stay one line each, and the fields are told apart",
      "threat 50",
    ),
    () => {
      fc.assert(
        fc.property(fc.string({ unit: "binary" }), (value) => {
          for (const format of ["text", "json"] as const) {
            const { lines, log } = capture({ level: "debug", format });
            log.info("refused", { client: value, status: 400 });
            const line = lines.join("");
            expect(line.indexOf("\n")).toBe(line.length - 1);
            expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
            if (format === "json") {
              expect(JSON.parse(line)).toMatchObject({ message: "refused", client: value, status: 400 });
            } else {
              expect(line).toMatch(/ refused client=(?:[\w.:/@+-]+|"(?:[^"\\]|\\.)*") status=400\n$/);
            }
          }
        }),
      );
    },
  );

  test("a field cannot pretend to be the message or the level", () => {
    const { lines, log } = capture({ level: "debug", format: "json" });
    log.info("refused", { endpoint: '","level":"error' });
    expect(JSON.parse(lines.join(""))).toMatchObject({ level: "info", message: "refused" });
  });
});

test("lines of one moment are written together, in their order, before anything that waits", async () => {
  const written: string[] = [];
  const write = gathering((text) => written.push(text));
  for (const line of ["a\n", "b\n"]) write(line);
  expect(written).toEqual([]);
  await Promise.resolve();
  expect(written).toEqual(["a\nb\n"]);
  write("c\n");
  await Promise.resolve();
  expect(written).toEqual(["a\nb\n", "c\n"]);
});

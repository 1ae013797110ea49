import { describe, expect, test } from "bun:test";
import { startProgress } from "../../src/cli/progress.ts";

/** An output with a clock that only the test moves. */
function fakeIo({ drawsProgress }: { drawsProgress: boolean }) {
  let now = 1_000_000;
  let err = "";
  return {
    io: {
      drawsProgress,
      clock: { millis: () => now, seconds: () => Math.floor(now / 1000) },
      err: (text: string) => {
        err += text;
      },
    },
    pass: (millis: number) => {
      now += millis;
    },
    printed: () => err,
  };
}

const ROWS = { label: "Copying", unit: "rows", json: undefined } as const;

describe("on a terminal", () => {
  test("one line is drawn again and again: a bar, how many, how fast, and how long it will take", () => {
    const { io, pass, printed } = fakeIo({ drawsProgress: true });
    const progress = startProgress(io, ROWS);
    progress.show(0, 8000);
    pass(2000);
    progress.show(2000, 8000);
    expect(printed().split("\r")).toEqual([
      "",
      `Copying ${"░".repeat(24)} 0 %  0 of 8,000 rows\x1b[K`,
      `Copying ██████${"░".repeat(18)} 25 %  2,000 of 8,000 rows  1,000/s  6 seconds left\x1b[K`,
    ]);
  });

  test("the line is left when it is over, and only if there is one", () => {
    const { io, printed } = fakeIo({ drawsProgress: true });
    const progress = startProgress(io, ROWS);
    progress.end();
    expect(printed()).toBe("");
    progress.show(5, 5);
    progress.end();
    progress.end();
    expect(printed()).toEndWith("100 %  5 of 5 rows\x1b[K\n");
  });

  test("it is drawn ten times a second at most, but for the end", () => {
    const { io, pass, printed } = fakeIo({ drawsProgress: true });
    const progress = startProgress(io, ROWS);
    for (let done = 0; done < 1000; done += 1) {
      pass(1);
      progress.show(done, 1000);
    }
    progress.show(1000, 1000);
    expect(printed().split("\r").length - 1).toBe(11);
    expect(printed()).toEndWith("100 %  1,000 of 1,000 rows  1,001/s\x1b[K");
  });

  test("what an earlier run did counts as done, and not for the speed", () => {
    const { io, pass, printed } = fakeIo({ drawsProgress: true });
    const progress = startProgress(io, ROWS);
    progress.show(6000, 8000);
    pass(1000);
    progress.show(6500, 8000);
    expect(printed()).toContain("6,500 of 8,000 rows  500/s  3 seconds left");
  });

  test("bytes are shown as sizes, and nothing at all is a whole bar", () => {
    const { io, pass, printed } = fakeIo({ drawsProgress: true });
    const progress = startProgress(io, { ...ROWS, unit: "bytes" });
    progress.show(0, 4_000_000);
    pass(1000);
    progress.show(1_500_000, 4_000_000);
    expect(printed()).toContain("37 %  1.5 MB of 4.0 MB  1.5 MB/s  2 seconds left");
    const empty = fakeIo({ drawsProgress: true });
    startProgress(empty.io, ROWS).show(0, 0);
    expect(empty.printed()).toContain("100 %  0 of 0 rows");
  });
});

describe("elsewhere", () => {
  test("a line is written every ten seconds, and none for what is over before", () => {
    const { io, pass, printed } = fakeIo({ drawsProgress: false });
    const progress = startProgress(io, { ...ROWS, label: "Copying  " });
    progress.show(0, 9000);
    pass(9000);
    progress.show(4000, 9000);
    expect(printed()).toBe("");
    pass(1000);
    progress.show(5000, 9000);
    progress.show(6000, 9000);
    progress.end();
    expect(printed()).toBe("Copying: 55 %  5,000 of 9,000 rows  500/s  8 seconds left\n");
  });

  test("with --json nothing is written, on a terminal either", () => {
    const { io, pass, printed } = fakeIo({ drawsProgress: true });
    const progress = startProgress(io, { ...ROWS, json: true });
    progress.show(0, 10);
    pass(60_000);
    progress.show(10, 10);
    progress.end();
    expect(printed()).toBe("");
  });
});

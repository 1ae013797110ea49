/** The progress of a long command: a bar on a terminal, a line now and then elsewhere, nothing for programs. */
import type { Io } from "./io.ts";
import { byteSize, decimal, duration } from "./output.ts";

export interface ProgressOptions {
  /** The work in progress: "Copying". */
  readonly label: string;
  /** The unit of the counts. Bytes are shown as sizes. */
  readonly unit: "rows" | "bytes";
  /** With --json there is no progress. */
  readonly json: boolean | undefined;
}

export interface Progress {
  /** Reports that `done` of `all` is done. Callers may call it as often as they like. */
  show(done: number, all: number): void;
  /** Ends the progress, whether the work succeeded or not, and leaves its line on the terminal. */
  end(): void;
}

const BAR_WIDTH = 24;
/** The shortest time between two drawings on a terminal. */
const DRAW_MILLIS = 100;
/** The time between two lines elsewhere. Shorter work writes none, so that a nightly job stays silent. */
const LINE_MILLIS = 10_000;

type ProgressIo = Pick<Io, "err" | "clock" | "drawsProgress">;

/** Writes to standard error, so that standard output has only results. */
export function startProgress(io: ProgressIo, options: ProgressOptions): Progress {
  if (options.json) return { show() {}, end() {} };
  return io.drawsProgress ? bar(io, options) : lines(io, options);
}

function bar(io: ProgressIo, options: ProgressOptions): Progress {
  const speed = measureSpeed(io);
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    show(done, all) {
      const facts = speed(done, all);
      const isOver = done >= all;
      if (!isOver && io.clock.millis() - drawnAt < DRAW_MILLIS) return;
      drawnAt = io.clock.millis();
      isDrawn = true;
      const filled = Math.round(fraction(done, all) * BAR_WIDTH);
      const picture = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
      // Returns to the beginning of the line, and erases the rest of a longer one.
      io.err(`\r${options.label} ${picture} ${words(options, done, all, facts)}\x1b[K`);
    },
    end() {
      if (isDrawn) io.err("\n");
      isDrawn = false;
    },
  };
}

function lines(io: ProgressIo, options: ProgressOptions): Progress {
  const speed = measureSpeed(io);
  let wroteAt: number | null = null;
  return {
    show(done, all) {
      const facts = speed(done, all);
      wroteAt ??= io.clock.millis();
      if (io.clock.millis() - wroteAt < LINE_MILLIS) return;
      wroteAt = io.clock.millis();
      io.err(`${options.label.trimEnd()}: ${words(options, done, all, facts)}\n`);
    },
    end() {},
  };
}

const fraction = (done: number, all: number): number => (all === 0 ? 1 : Math.min(1, done / all));

interface Speed {
  readonly perSecond: number;
  readonly secondsLeft: number;
}

/** Null until the speed is known. Work of an earlier run, before the first call, does not count. */
function measureSpeed({ clock }: ProgressIo): (done: number, all: number) => Speed | null {
  let first: { readonly done: number; readonly at: number } | null = null;
  return (done, all) => {
    first ??= { done, at: clock.millis() };
    const millis = clock.millis() - first.at;
    if (millis <= 0 || done <= first.done) return null;
    const perSecond = ((done - first.done) * 1000) / millis;
    return { perSecond, secondsLeft: Math.max(0, all - done) / perSecond };
  };
}

function words({ unit }: ProgressOptions, done: number, all: number, speed: Speed | null): string {
  const amount = unit === "bytes" ? byteSize : decimal;
  const parts = [
    `${Math.floor(fraction(done, all) * 100)} %`,
    `${amount(done)} of ${amount(all)}${unit === "bytes" ? "" : ` ${unit}`}`,
  ];
  if (speed !== null) parts.push(`${amount(Math.round(speed.perSecond))}/s`);
  if (speed !== null && done < all) parts.push(`${duration(Math.ceil(speed.secondsLeft))} left`);
  return parts.join("  ");
}

/** What is seen while it runs: which contender, which workload, which round, and how long it will take. */
import type { Round } from "./results.ts";

export interface Progress {
  begin(contender: string, workload: string, step: string): void;
  /** Null: a warm-up, whose figure counts for nothing. */
  end(round: Round | null): void;
}

const count = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function createProgress(
  total: number,
  write: (text: string) => void,
  now = () => Date.now(),
): Progress {
  const begunAt = now();
  let done = 0;
  const timeLeft = (): string => {
    if (done === 0) return "";
    const seconds = ((now() - begunAt) / 1000 / done) * (total - done);
    return seconds < 60 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
  };
  return {
    begin(contender, workload, step) {
      const place = String(done + 1).padStart(String(total).length);
      const what = `${workload.padEnd(22)} ${contender.padEnd(18)} ${step.padEnd(16)}`;
      write(`[${place}/${total}] ${what} `);
    },
    end(round) {
      done += 1;
      const figure = round === null ? "" : `${count.format(round.requestsPerSecond)}/s`;
      write(`${figure.padStart(10)}   ${timeLeft()}\n`);
    },
  };
}

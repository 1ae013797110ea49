/** What is seen while it runs: which contender, which workload, which round, and what was found. */
import type { Round } from "./results.ts";

export interface Progress {
  begin(contender: string, workload: string, step: string): void;
  end(round: Round): void;
}

const count = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const createProgress = (write: (text: string) => void): Progress => ({
  begin(contender, workload, step) {
    write(`${workload.padEnd(22)} ${contender.padEnd(24)} ${step.padEnd(16)} `);
  },
  end({ cpuMicrosPerRequest, requestsPerSecond, takenCores }) {
    const time = `${cpuMicrosPerRequest.toFixed(1)} µs`;
    const rate = `${count.format(requestsPerSecond)}/s`;
    const others = takenCores === null ? "" : `   others: ${takenCores.toFixed(2)} cores`;
    write(`${time.padStart(10)} ${rate.padStart(10)}${others}\n`);
  },
});

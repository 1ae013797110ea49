/**
 * The limit of signed tokens: a process that only signs, or only verifies, with the runtime's WebCrypto. It does nothing
 * else, so no server on this runtime signs faster on one core.
 */
import { join } from "node:path";
import type { LoadResult } from "../wrk.ts";
import type { Contender, Driven } from "./contender.ts";
import { startProcess } from "./process.ts";

/** The job of the contender's process (signature-server.ts). */
export interface SignatureJob {
  readonly workload: string;
  readonly seconds: number;
}

export const signature: Contender<Driven> = {
  name: "signature",
  title: "The signature alone",
  durability: "nothing is stored",
  workloads: ["code-rs256", "code-es256", "introspection-jwt", "private-key-jwt"],
  async start(folder) {
    const started = await startProcess({
      command: [process.execPath, join(import.meta.dir, "signature-server.ts")],
      folder,
      ready: /(ready)/,
      ipc: true,
    });
    return {
      processes: [started.pid],
      server: started.pid,
      async prepareLoad({ workload, seconds }) {
        const job: SignatureJob = { workload, seconds };
        return () => started.ask<LoadResult>(job);
      },
      stop: started.stop,
    };
  },
};

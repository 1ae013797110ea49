/** The load generator: wrk, an external program, with the script in workloads/. */
import { join } from "node:path";
import { onCore } from "./cores.ts";
import type { Percentiles } from "./load/histogram.ts";

const SCRIPT = join(import.meta.dir, "workloads/requests.lua");

/** The figures of one run of a load generator. */
export interface LoadResult extends Percentiles {
  readonly requests: number;
  readonly micros: number;
  /** Answers with another status than expected, or without the expected text. */
  readonly unexpected: number;
  /** Failed connections, and missing answers. */
  readonly failed: number;
  /** There were fewer credentials than requests, so some were sent twice. */
  readonly exhausted: boolean;
}

export interface LoadRequest {
  /** Files for the script. `credentials` is null if the request needs none. */
  readonly request: string;
  readonly credentials: string | null;
  readonly use: "cycle" | "once";
  readonly weight: number;
}

export interface Load {
  /** Only its origin counts. */
  readonly url: string;
  readonly requests: readonly LoadRequest[];
  /** The expectation for all answers. */
  readonly expects: { readonly status: number; readonly contains: string };
  readonly seconds: number;
  readonly connections: number;
  /** The core to run on; null for any. */
  readonly core: number | null;
}

export const findWrk = (): string | null => Bun.which("wrk");

/** The program's path. Throws with instructions to install it. */
export function requireWrk(): string {
  const wrk = findWrk();
  if (wrk === null) throw new Error(HOW_TO_INSTALL);
  return wrk;
}

export const HOW_TO_INSTALL = `The benchmark needs wrk (https://github.com/wg/wrk), which was not found. To install it:

  Debian, Ubuntu   sudo apt install wrk
  Fedora           sudo dnf install wrk
  Arch             sudo pacman -S wrk
  Alpine           sudo apk add wrk
  macOS            brew install wrk
  elsewhere        git clone https://github.com/wg/wrk && cd wrk && make, then put wrk into a folder of PATH
  Windows          in WSL, as on Ubuntu`;

export async function runWrk(load: Load): Promise<LoadResult> {
  const child = Bun.spawn(
    [
      ...[...onCore(load.core), requireWrk()],
      ...["-t", "1", "-c", String(load.connections), "-d", `${Math.ceil(load.seconds)}s`],
      ...["--timeout", "5s", "-s", SCRIPT, load.url, "--"],
      ...[String(load.expects.status), load.expects.contains],
      ...load.requests.flatMap(({ request, credentials, use, weight }) => [
        ...[request, credentials ?? "-", use, String(weight)],
      ]),
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const output = new Response(child.stdout).text();
  const complaints = await endInTime(child, load);
  await child.exited;
  const result = parseWrk(await output);
  if (result === null) throw new Error(`wrk gave no result:\n${await output}${complaints}`);
  return result;
}

/** wrk counts whole seconds. If SIGINT stops it earlier, it sums up as usual. Returns its complaints. */
async function endInTime(
  child: Bun.Subprocess<"ignore", "pipe", "pipe">,
  { seconds }: Load,
): Promise<string> {
  let complaints = "";
  let timer: Timer | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    complaints += decoder.decode(chunk, { stream: true });
    if (complaints.includes("ready\n") && !Number.isInteger(seconds))
      timer ??= setTimeout(() => child.kill("SIGINT"), seconds * 1000);
  }
  clearTimeout(timer);
  return complaints.replaceAll("ready\n", "");
}

/** The line that the script writes at the end; null if there is none. */
export function parseWrk(output: string): LoadResult | null {
  const line = /^result: (\{.*\})$/m.exec(output)?.[1];
  return line === undefined ? null : JSON.parse(line);
}

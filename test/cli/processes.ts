/** The program in processes of its own, with their output. */
import { join } from "node:path";
import type { Subprocess } from "bun";
import { temporaryFolder } from "./support.ts";

const children: Child[] = [];

/** For afterEach. */
export async function endProcesses(): Promise<void> {
  for (const { process: child } of children.splice(0)) {
    if (child.exitCode === null) child.kill("SIGKILL");
    await child.exited;
  }
}

/** A process with its output so far. */
export interface Child {
  readonly process: Subprocess;
  out: string;
  err: string;
  readonly ended: Promise<unknown>;
}

export function start(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Child {
  const spawned = Bun.spawn([...command], {
    cwd: options.cwd ?? temporaryFolder(),
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const collect = async (stream: ReadableStream<Uint8Array>, add: (text: string) => void) => {
    for await (const chunk of stream) add(Buffer.from(chunk).toString());
  };
  const child: Child = {
    process: spawned,
    out: "",
    err: "",
    ended: Promise.all([
      collect(spawned.stdout, (text) => {
        child.out += text;
      }),
      collect(spawned.stderr, (text) => {
        child.err += text;
      }),
      spawned.exited,
    ]),
  };
  children.push(child);
  return child;
}

const main = join(import.meta.dir, "../../src/main.ts");

/** Starts `tessera` with these arguments. */
export const startTessera = (args: readonly string[], env: Record<string, string> = {}): Child =>
  start([process.execPath, main, ...args], { env });

/** Waits for its end, and returns its output. */
export async function finished(child: Child) {
  await child.ended;
  return { out: child.out, err: child.err, code: child.process.exitCode };
}

/** Waits for output that matches; returns the part in parentheses. */
export async function printed(child: Child, pattern: RegExp): Promise<string> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const match = pattern.exec(child.out);
    if (match !== null) return match[1] ?? "";
    if (child.process.exitCode !== null) break;
    await Bun.sleep(10);
  }
  throw new Error(`it never printed ${pattern}: ${child.out}${child.err}`);
}

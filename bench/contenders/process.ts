/** Starting a contender's process, and ending it. */
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Started {
  readonly pid: number;
  /** What the line that it said when it was ready has in its first group. */
  readonly ready: string;
  /** Asks it over IPC, which it must have been started with. One question at a time; the program knows what is answered. */
  ask<Answer>(question: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly command: readonly string[];
  /** Where it runs; made if it is not there. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Matches what it writes to its standard output once it takes requests. */
  readonly ready: RegExp;
  readonly ipc?: boolean;
}

const PATIENCE_MILLIS = 30_000;

/** What it complains about goes to a file in `folder`, as a server's log does. Throws with it if it ends early. */
export async function startProcess({
  command,
  folder,
  env = {},
  ready,
  ipc = false,
}: StartOptions): Promise<Started> {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, "log");
  const descriptor = openSync(log, "a");
  let answered: (answer: unknown) => void = () => {};
  const child = Bun.spawn([...command], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: descriptor,
    // JSON, as the other side may be Node.
    ...(ipc && { ipc: (message: unknown) => answered(message), serialization: "json" }),
  });
  closeSync(descriptor);
  const killAtExit = () => child.kill("SIGKILL");
  process.on("exit", killAtExit);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MILLIS);
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  let output = "";
  for (;;) {
    const { value, done } = await reader.read();
    output += decoder.decode(value, { stream: true });
    const found = ready.exec(output)?.[1];
    if (found !== undefined) {
      clearTimeout(timer);
      void discard(reader);
      return {
        pid: child.pid,
        ready: found,
        ask: <Answer>(question: unknown) =>
          new Promise<Answer>((resolve, reject) => {
            answered = (answer) => resolve(answer as Answer);
            void child.exited.then(() => reject(new Error(`${command.join(" ")} has ended.`)));
            child.send(question);
          }),
        async stop() {
          process.off("exit", killAtExit);
          child.kill("SIGTERM");
          await child.exited;
        },
      };
    }
    if (done) {
      clearTimeout(timer);
      process.off("exit", killAtExit);
      throw new Error(`${command.join(" ")} did not start:\n${output}${readFileSync(log, "utf8")}`);
    }
  }
}

/** A pipe that nobody empties stops its writer. */
async function discard(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}

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
export async function startProcess(options: StartOptions): Promise<Started> {
  const { command, folder, env = {}, ipc = false } = options;
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
  const timer = setTimeout(killAtExit, PATIENCE_MILLIS);
  const { ready, said } = await waitFor(options.ready, child.stdout);
  clearTimeout(timer);
  if (ready === null) {
    process.off("exit", killAtExit);
    throw new Error(`${command.join(" ")} did not start:\n${said}${readFileSync(log, "utf8")}`);
  }
  return {
    pid: child.pid,
    ready,
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

/** Resolves when the pattern matches, or at the end. What comes later is read too: a pipe that is full stops its writer. */
function waitFor(
  pattern: RegExp,
  stream: ReadableStream<Uint8Array>,
): Promise<{ readonly ready: string | null; readonly said: string }> {
  return new Promise((resolve) => {
    void (async () => {
      const decoder = new TextDecoder();
      let said = "";
      for await (const chunk of stream) {
        said += decoder.decode(chunk, { stream: true });
        const [, ready] = pattern.exec(said) ?? [];
        if (ready !== undefined) resolve({ ready, said });
      }
      resolve({ ready: null, said });
    })();
  });
}

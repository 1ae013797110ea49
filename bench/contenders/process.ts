/** Starts and ends a contender's process. */
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Started {
  readonly pid: number;
  /** The first group of `ready` in the line that matched. */
  readonly ready: string;
  /**
   * Asks the process over IPC, which its start must enable. One question at a time; the caller knows the type of the
   * answer.
   */
  ask<Answer>(question: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly command: readonly string[];
  /** Its working folder; made if it does not exist. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Matches its standard output once it takes requests. */
  readonly ready: RegExp;
  readonly ipc?: boolean;
}

const PATIENCE_MILLIS = 30_000;

/**
 * Its standard error goes to a file in `folder`, as a server's log does. Throws with that text if the process ends
 * early.
 */
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
    // JSON, because the other side may be Node.
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

/**
 * Resolves when the pattern matches, or at the end of the stream. It goes on reading, because a full pipe blocks the
 * writer.
 */
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

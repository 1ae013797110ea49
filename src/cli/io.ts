/** Everything outside the program that a command uses, so that tests can run commands without a process. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type Clock, systemClock } from "../platform/clock.ts";
import { type RandomBytes, systemRandom } from "../platform/random.ts";
import { decodeUtf8 } from "../platform/text-bytes.ts";
import { CommandError } from "./command-error.ts";
import { promptHidden } from "./password-prompt.ts";

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Whether a person uses standard input, and standard output. */
  readonly asksPerson: boolean;
  readonly showsPerson: boolean;
  /** Whether standard error is a terminal, on which a line can be redrawn. */
  readonly drawsProgress: boolean;
  /** The width of the terminal on which a person reads the results; null if none does. */
  readonly columns: number | null;
  /** Results go to standard output, everything else to standard error, so that pipes get results only. */
  out(text: string): void;
  err(text: string): void;
  /** Writes the file to standard output. Throws CommandError if the reader closes it before the end. */
  outFile(file: string): Promise<void>;
  /** Throws CommandError if the input is not UTF-8. */
  readStdin(): Promise<string>;
  /** Asks on the terminal, without showing the typed answer. */
  askHidden(question: string): Promise<string>;
  /** For `login`: how it reaches the server, and how it waits. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly sleep: (millis: number) => Promise<void>;
}

/** A reader that has seen enough, such as `head`, closes the pipe. That is no fault of the command. */
function writingTo(stream: () => NodeJS.WriteStream): (text: string) => void {
  let known: NodeJS.WriteStream | null = null;
  return (text) => {
    if (known === null) {
      known = stream();
      known.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") throw error;
      });
    }
    known.write(text);
  };
}

export const systemIo: Io = {
  env: process.env,
  clock: systemClock,
  random: systemRandom,
  // Making a stream takes milliseconds, and a server never reads its input.
  get asksPerson() {
    return process.stdin.isTTY === true;
  },
  get showsPerson() {
    return process.stdout.isTTY === true;
  },
  get drawsProgress() {
    return process.stderr.isTTY === true;
  },
  get columns() {
    return process.stdout.isTTY === true ? (process.stdout.columns ?? null) : null;
  },
  out: writingTo(() => process.stdout),
  err: writingTo(() => process.stderr),
  async outFile(file) {
    try {
      await pipeline(createReadStream(file), process.stdout, { end: false });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`Not all of it could be written to standard output (${reason}).`);
    }
  },
  readStdin: async () => inputText(await Bun.stdin.bytes()),
  askHidden: (question) => promptHidden(question, process.stdin, process.stderr),
  fetch: (url, init) => fetch(url, init),
  sleep: (millis) => Bun.sleep(millis),
};

/** The text of standard input. Throws CommandError if it is not UTF-8. */
export function inputText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (typeof text === "string") return text;
  throw new CommandError(
    `Standard input is not UTF-8 (line ${text.line}, column ${text.column}). Nothing was changed; write it in UTF-8.`,
  );
}

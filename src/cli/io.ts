/** Everything outside the program that a command uses, so that tests can run commands without a process. */
import { type Clock, systemClock } from "../platform/clock.ts";
import { type RandomBytes, systemRandom } from "../platform/random.ts";
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
  /** Results go to standard output, everything else to standard error, so that pipes get results only. */
  out(text: string): void;
  err(text: string): void;
  readStdin(): Promise<string>;
  /** Asks on the terminal, without showing the typed answer. */
  askHidden(question: string): Promise<string>;
  /** For `login`: how it reaches the server, and how it waits. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly sleep: (millis: number) => Promise<void>;
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
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readStdin: () => Bun.stdin.text(),
  askHidden: (question) => promptHidden(question, process.stdin, process.stderr),
  fetch: (url, init) => fetch(url, init),
  sleep: (millis) => Bun.sleep(millis),
};

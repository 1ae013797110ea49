/**
 * One HTTP/1.1 connection that stays open, with one request at a time. It costs less than `fetch`, so that a load
 * generator is not the limit. It understands only what Tessera sends.
 */
import type { Socket } from "bun";

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The value of the first header with this lower-case name. */
  header(name: string): string | null;
}

const PATIENCE_SECONDS = 30;
const END_OF_HEAD = "\r\n\r\n";

export class Connection {
  readonly #hostname: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<Answer> | null = null;

  /** `origin`: the server's origin. The connection opens at its first use, and again if it was closed. */
  constructor(origin: string) {
    const { hostname, port } = new URL(origin);
    this.#hostname = hostname;
    this.#port = Number(port);
  }

  /** Sends the text of a request. Throws if no answer comes. */
  async send(text: string): Promise<Answer> {
    if (this.#socket === null) await this.open();
    this.#waiting = Promise.withResolvers();
    this.#socket?.timeout(PATIENCE_SECONDS);
    this.#socket?.write(text);
    return this.#waiting.promise;
  }

  async open(): Promise<void> {
    const gone = (reason: string) => () => {
      this.#socket?.terminate();
      this.#fail(reason);
    };
    this.#socket = await Bun.connect({
      hostname: this.#hostname,
      port: this.#port,
      socket: {
        data: (_, chunk) => this.#receive(chunk),
        timeout: gone(`There was no answer within ${PATIENCE_SECONDS} s.`),
        end: gone("The server closed the connection."),
        close: gone("The connection was closed."),
        error: gone("The connection failed."),
      },
    });
  }

  close(): void {
    this.#socket?.end();
    this.#socket = null;
  }

  #fail(reason: string): void {
    this.#socket = null;
    this.#received = Buffer.alloc(0);
    this.#waiting?.reject(new Error(reason));
    this.#waiting = null;
  }

  #receive(chunk: Buffer): void {
    this.#received =
      this.#received.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#received, chunk]);
    const endOfHead = this.#received.indexOf(END_OF_HEAD);
    if (endOfHead < 0) return;
    const head = this.#received.toString("latin1", 0, endOfHead);
    const header = (name: string): string | null =>
      new RegExp(`\r\n${name}: *([^\r]*)`, "i").exec(head)?.[1] ?? null;
    const length = Number(header("content-length") ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#socket?.terminate();
      this.#fail(`An answer does not tell its length:\n${head}`);
      return;
    }
    const bodyAt = endOfHead + END_OF_HEAD.length;
    if (this.#received.length < bodyAt + length) return;
    const body = this.#received.toString("utf8", bodyAt, bodyAt + length);
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body, header });
  }
}

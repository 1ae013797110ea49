/**
 * One HTTP/1.1 connection that is kept open, with one request under way at a time. It costs less than `fetch`, so that
 * the load generator takes little of the machine from the server. It understands what Tessera sends and no more.
 */
import type { Socket } from "bun";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The value of the first header of that name, which is written in small letters. */
  header(name: string): string | null;
}

const PATIENCE_MILLIS = 30_000;
const END_OF_HEAD = "\r\n\r\n";

interface Waiting {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

export class Connection {
  readonly #hostname: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | null = null;

  /** `origin`: where the server is. The connection is opened when it is first needed, and again if it was closed. */
  constructor(origin: string) {
    const { hostname, port } = new URL(origin);
    this.#hostname = hostname;
    this.#port = Number(port);
  }

  /** Throws if no answer comes. */
  async send({ method, path, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
    const socket = this.#socket ?? (await this.#open());
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    this.#waiting = { resolve, reject };
    const lines = [`${method} ${path} HTTP/1.1`, `Host: ${this.#hostname}:${this.#port}`];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    socket.timeout(PATIENCE_MILLIS / 1000);
    socket.write(`${lines.join("\r\n")}${END_OF_HEAD}${body ?? ""}`);
    return promise;
  }

  close(): void {
    this.#socket?.end();
    this.#socket = null;
  }

  async #open(): Promise<Socket> {
    const gone = (reason: string) => () => {
      this.#socket?.terminate();
      this.#fail(reason);
    };
    this.#socket = await Bun.connect({
      hostname: this.#hostname,
      port: this.#port,
      socket: {
        data: (_, chunk) => this.#receive(chunk),
        timeout: gone(`There was no answer within ${PATIENCE_MILLIS / 1000} s.`),
        end: gone("The server closed the connection."),
        close: gone("The connection was closed."),
        error: gone("The connection failed."),
      },
    });
    return this.#socket;
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
    const header = (name: string): string | null => headerOf(head, name);
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

function headerOf(head: string, name: string): string | null {
  const at = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (at < 0) return null;
  const from = at + name.length + 3;
  const to = head.indexOf("\r\n", from);
  return head.slice(from, to < 0 ? undefined : to).trim();
}

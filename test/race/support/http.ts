/**
 * A lean HTTP/1.1 client for races. The tests share the processors with the servers, and simultaneous requests must
 * leave together. A connection carries one request at a time and stays open.
 */
import type { Socket } from "bun";

export interface Answer {
  readonly status: number;
  /** The header lines, unparsed. */
  readonly head: string;
  readonly body: string;
}

/** The connection ended before the answer came, so the server may or may not have carried the request out. */
export class AnswerLost extends Error {
  override readonly name = "AnswerLost";
}

/** How often to ask an overloaded server, and the pause between. */
const ATTEMPTS = 200;
const PAUSE_MILLIS = 50;

const END_OF_HEAD = "\r\n\r\n";

export class HttpConnection {
  readonly #socket: Socket;
  readonly #received: Received;

  private constructor(socket: Socket, received: Received) {
    this.#socket = socket;
    this.#received = received;
  }

  static async open(port: number): Promise<HttpConnection> {
    const received = new Received();
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_, bytes) => received.add(bytes),
        close: () => received.end(),
        error: () => received.end(),
        connectError: () => received.end(),
      },
    });
    return new HttpConnection(socket, received);
  }

  /** Sends a request made by `requestText`. Throws AnswerLost if the connection ends before the answer. */
  send(request: string): Promise<Answer> {
    const answer = this.#received.next();
    this.#write(request);
    return answer;
  }

  /**
   * Sends a request, and repeats it while the server is overloaded: the server has not begun a request that it refuses
   * for that reason.
   */
  async sendUntilServed(request: string): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(request);
      if (answer.status !== 503 || attempt === ATTEMPTS) return answer;
      await Bun.sleep(PAUSE_MILLIS);
    }
  }

  /** Sends a request and drops the connection, so that the answer is lost. */
  sendAndLeave(request: string): null {
    this.#write(request);
    this.#socket.end();
    return null;
  }

  close(): void {
    this.#socket.end();
  }

  #write(request: string): void {
    // Requests are far shorter than the socket's buffer, which is empty when a request begins.
    if (this.#socket.write(request) < request.length) this.#socket.terminate();
  }
}

/** Puts the answer together as its bytes arrive. */
class Received {
  #text = "";
  #ended = false;
  #waiting: PromiseWithResolvers<Answer> | null = null;
  readonly #decoder = new TextDecoder("latin1");

  next(): Promise<Answer> {
    if (this.#waiting !== null) throw new Error("A connection carries one request at a time.");
    if (this.#ended) return Promise.reject(new AnswerLost("the connection is closed"));
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  add(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes);
    const headEnd = this.#text.indexOf(END_OF_HEAD);
    if (headEnd < 0) return;
    const head = this.#text.slice(0, headEnd);
    const bodyStart = headEnd + END_OF_HEAD.length;
    const bodyEnd = bodyStart + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#text.length < bodyEnd) return;
    const answer = { status: Number(head.slice(9, 12)), head, body: this.#text.slice(bodyStart, bodyEnd) };
    this.#text = this.#text.slice(bodyEnd);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(answer);
  }

  end(): void {
    this.#ended = true;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(new AnswerLost("the connection ended before the answer"));
  }
}

/** Opens this many connections, to the ports in turn. */
export const openConnections = (ports: readonly number[], count: number): Promise<HttpConnection[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) => HttpConnection.open(ports[index % ports.length] ?? 0)),
  );

/** The text of a request. */
export function requestText(
  method: "GET" | "POST",
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): string {
  const lines = [`${method} ${path} HTTP/1.1`, "Host: localhost"];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (method === "POST") lines.push(`Content-Length: ${body.length}`);
  return `${lines.join("\r\n")}${END_OF_HEAD}${body}`;
}

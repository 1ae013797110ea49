/** One keep-alive connection of the load generator: a request at a time, and no more of HTTP than answers here have. */

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface KeepAlive {
  /** Only after the answer to the one before. */
  send(request: string): void;
  close(): void;
}

interface Listener {
  onAnswer(answer: Answer): void;
  /** It is gone, whether or not an answer was due. */
  onEnd(): void;
}

export async function connect(hostname: string, port: number, listener: Listener): Promise<KeepAlive> {
  let received = "";
  const socket = await Bun.connect({
    hostname,
    port,
    socket: {
      data(_, chunk) {
        received += chunk.toString("latin1");
        const answer = parseAnswer(received);
        if (answer === null) return;
        received = "";
        listener.onAnswer(answer);
      },
      close: () => listener.onEnd(),
      error: () => {},
    },
  });
  return {
    send(request) {
      // A request is small, and the one before is answered: the kernel has room for it.
      if (socket.write(request) !== request.length) socket.end();
    },
    close: () => void socket.end(),
  };
}

/** Null as long as something of it is missing. There is one answer at most, since there was one request. */
export function parseAnswer(text: string): Answer | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer without Content-Length:\n${head}`);
  const body = text.slice(end + 4);
  return body.length < Number(length) ? null : { status: Number(head.slice(9, 12)), head, body };
}

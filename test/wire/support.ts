/** Sends bytes over a socket, as no client library would, to the program in its own process. */
import { connect } from "node:net";
import { type RunningServer, startServer } from "../cli/running.ts";
import { temporaryFolder } from "../cli/support.ts";

export interface WireServer extends RunningServer {
  readonly port: number;
  /** The first client's header, as a line of a request. */
  readonly authorization: string;
  /** The resident memory of the server, in kB. */
  residentKilobytes(): Promise<number>;
}

export async function startWireServer(flags: readonly string[] = []): Promise<WireServer> {
  const running = await startServer(temporaryFolder(), flags);
  return {
    ...running,
    port: Number(new URL(running.url).port),
    authorization: `Authorization: ${running.client.Authorization}\r\n`,
    async residentKilobytes() {
      const status = await Bun.file(`/proc/${running.child.process.pid}/status`).text();
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    },
  };
}

/** A port on which nothing listens now. */
export function freePort(): number {
  const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  taken.stop(true);
  return taken.port;
}

export interface ExchangeOptions {
  /** Closes this side of the connection after the bytes. */
  readonly thenEnd?: boolean;
  /** Sent when the first answer begins to arrive. */
  readonly thenSend?: string;
  /** Closes the connection as soon as this has arrived. */
  readonly until?: string;
}

/** Sends bytes; resolves to everything that arrives before either side closes the connection. */
export function exchange(
  port: number,
  bytes: string | Uint8Array,
  { thenEnd = false, thenSend, until }: ExchangeOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(bytes);
      if (thenEnd) socket.end();
    });
    if (thenSend !== undefined) socket.once("data", () => socket.write(thenSend));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (until !== undefined && answer.includes(until)) socket.destroy();
    });
    socket.on("close", () => resolve(answer));
    // Bytes that the server did not read may cause a reset.
    socket.on("error", (error) => {
      if (!("code" in error) || (error.code !== "ECONNRESET" && error.code !== "EPIPE")) reject(error);
    });
  });
}

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** The answers on one connection, in order. Each of our answers with a body has its length. */
export function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1];
    if (end < 0 || status === undefined) throw new Error(`This is no answer: ${rest.slice(0, 200)}`);
    const head = rest.slice(0, end);
    const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
    answers.push({ status: Number(status), head, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

export const statusesIn = (text: string): number[] => answersIn(text).map(({ status }) => status);

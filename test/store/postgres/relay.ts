/**
 * A way to PostgreSQL that counts what passes and can be made to fail: it reads just enough of the protocol to know
 * what a message is (PostgreSQL's manual, "Message Formats").
 */
import { connect, createServer, type Socket } from "node:net";

export interface Relay {
  readonly port: number;
  /** Since the last call: how many statements were executed, and how many times the client waited for an answer. */
  takeCounts(): { statements: number; roundTrips: number };
  /** From now on nothing arrives on either side, and nobody is told, not even of closing. New connections are taken. */
  swallow(): void;
  /** From now on each connection breaks when the server has answered, before the answer arrives. */
  breakAtAnswer(): void;
  /** New connections pass again. Those that were used meanwhile stay dead. */
  heal(): void;
  close(): Promise<void>;
}

export async function startRelay(serverPort: number): Promise<Relay> {
  let statements = 0;
  let roundTrips = 0;
  let fault: "none" | "swallow" | "break" = "none";
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    const isDead = { now: fault === "swallow" };
    const read = messageReader((type) => {
      if (type === "E" || type === "Q") statements += 1;
      // The server answers at a Sync or a simple query, and the client waits for that.
      if (type === "S" || type === "Q") roundTrips += 1;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes: Buffer) => {
        if (fault === "swallow") isDead.now = true;
        if (fault === "break" && from === upstream) {
          client.destroy();
          upstream.destroy();
          return;
        }
        if (isDead.now) return;
        if (from === client) read(bytes);
        to.write(bytes);
      });
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        if (!isDead.now && fault !== "swallow") to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();

  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    takeCounts() {
      const counts = { statements, roundTrips };
      statements = 0;
      roundTrips = 0;
      return counts;
    },
    swallow() {
      fault = "swallow";
    },
    breakAtAnswer() {
      fault = "break";
    },
    heal() {
      fault = "none";
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Calls back with the type of each message. The first message of a connection has none. */
function messageReader(found: (type: string) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (rest.length < header + 4) return;
      const length = header + rest.readUInt32BE(header);
      if (rest.length < length) return;
      if (isStarted) found(String.fromCharCode(rest[0] ?? 0));
      isStarted = true;
      rest = rest.subarray(length);
    }
  };
}

/**
 * A proxy to PostgreSQL that counts messages and can fail on demand. It parses just enough of the protocol to recognise
 * messages (PostgreSQL's manual, "Message Formats").
 */
import { connect, createServer, type Socket } from "node:net";

export interface Relay {
  readonly port: number;
  /** Since the last call: how many statements were executed, and how often the client waited for an answer. */
  takeCounts(): { statements: number; roundTrips: number };
  /**
   * From now on nothing arrives on either side, and neither side learns of it, or of a close. New connections are
   * accepted.
   */
  swallow(): void;
  /** From now on each connection breaks after the server's answer, before the answer reaches the client. */
  breakAtAnswer(): void;
  /** From now on each connection breaks in the middle of a statement. */
  breakInStatement(): void;
  /** From now on everything is delayed by this time in each direction. */
  delay(millis: number): void;
  /** New connections work again, without delay. Those that were used while nothing arrived stay dead. */
  heal(): void;
  /** Breaks every connection, once. */
  cut(): void;
  /** New connections lead to another server from now on. Existing ones stay. */
  leadTo(serverPort: number): void;
  close(): Promise<void>;
}

export async function startRelay(firstPort: number): Promise<Relay> {
  let serverPort = firstPort;
  let statements = 0;
  let roundTrips = 0;
  let fault: "none" | "swallow" | "break at answer" | "break in statement" = "none";
  let delayMillis = 0;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    const isDead = { now: fault === "swallow" };
    let asksSomething = false;
    const read = messageReader((type) => {
      asksSomething = true;
      if (type === "E" || type === "Q") statements += 1;
      // The server answers at a Sync or a simple query, and the client waits for it.
      if (type === "S" || type === "Q") roundTrips += 1;
    });
    const breakBoth = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      const pass = inOrder((bytes) => void (to.destroyed || to.write(bytes)));
      from.on("data", (bytes: Buffer) => {
        if (fault === "swallow") isDead.now = true;
        if (fault === "break at answer" && from === upstream) return breakBoth();
        if (isDead.now) return;
        asksSomething = false;
        if (from === client) read(bytes);
        if (fault === "break in statement" && asksSomething) {
          upstream.write(bytes.subarray(0, bytes.length / 2), breakBoth);
          return;
        }
        pass(bytes, delayMillis);
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
      fault = "break at answer";
    },
    breakInStatement() {
      fault = "break in statement";
    },
    delay(millis) {
      delayMillis = millis;
    },
    heal() {
      fault = "none";
      delayMillis = 0;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    leadTo(port) {
      serverPort = port;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes bytes on after a delay, in order, even if a delay is shorter or a timer late. */
function inOrder(write: (bytes: Buffer) => void): (bytes: Buffer, delayMillis: number) => void {
  const waiting: { bytes: Buffer; dueAt: number }[] = [];
  const writeDue = () => {
    const now = performance.now();
    for (let next = waiting[0]; next !== undefined && next.dueAt <= now; next = waiting[0]) {
      waiting.shift();
      write(next.bytes);
    }
    if (waiting[0] !== undefined) setTimeout(writeDue, waiting[0].dueAt - now);
  };
  return (bytes, delayMillis) => {
    waiting.push({ bytes, dueAt: performance.now() + delayMillis });
    if (waiting.length === 1) writeDue();
  };
}

/** Calls back with the type of each message. The first message of a connection has no type. */
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

/** Thousands of connections of strangers who only want to do harm. */
import type { Socket } from "bun";

export interface Manner {
  readonly name: string;
  readonly first: string;
  /** The bytes to send every second from then on; may be empty. */
  readonly drip: string;
}

export interface Strangers {
  readonly connected: number;
  /** Resolves when all of them are closed: by the server, unless the test closes them. */
  readonly allGone: Promise<void>;
  hangUp(): void;
}

const EVERY_MILLIS = 1000;

/** `count` connections of each manner. Resolves when all are open and have sent their first bytes. */
export async function openStrangers(
  port: number,
  manners: readonly Manner[],
  count: number,
): Promise<Strangers> {
  const sockets: Socket[] = [];
  let left = manners.length * count;
  const gone = Promise.withResolvers<void>();
  const dripping = new Map<Socket, string>();
  const timer = setInterval(() => {
    for (const [socket, text] of dripping) socket.write(text);
  }, EVERY_MILLIS);
  const open = ({ first, drip }: Manner) =>
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data() {},
        error() {},
        close(socket) {
          dripping.delete(socket);
          left -= 1;
          if (left === 0) gone.resolve();
        },
      },
    }).then((socket) => {
      if (first !== "") socket.write(first);
      if (drip !== "") dripping.set(socket, drip);
      sockets.push(socket);
    });
  const opened = manners.flatMap((manner) => Array.from({ length: count }, () => open(manner)));
  await Promise.all(opened);
  return {
    connected: opened.length,
    allGone: gone.promise.finally(() => clearInterval(timer)),
    hangUp: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** The number of descriptors that a process may have. */
export function descriptorLimit(): number {
  const { stdout } = Bun.spawnSync(["sh", "-c", "ulimit -n"]);
  const text = stdout.toString().trim();
  return text === "unlimited" ? 1_000_000 : Number(text);
}

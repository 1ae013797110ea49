/**
 * Sockets of Unix, as files: for a proxy on the same machine. The permissions of the file say who may connect. A peer has no
 * address, so it counts as `UNIX_PEER` until a proxy that the operator named says whose request it is.
 */
import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";

/** The peer of a connection through a socket file, and the word for it in `trusted_proxies`. */
export const UNIX_PEER = "unix";

/** The longest path in bytes that every system takes (`sun_path` has 104 on macOS, with a zero at its end). */
export const SOCKET_PATH_BYTES = 103;

/**
 * Makes the path free for a new socket: a server that was killed leaves its file, on which nothing listens any more. Resolves
 * to why the path is not free, for people; null if it is. It removes nothing but such a file.
 */
export async function freeSocketPath(path: string): Promise<string | null> {
  const before = lstatSync(path, { throwIfNoEntry: false });
  if (before === undefined) return null;
  if (!before.isSocket()) return `${path} is there, and is no socket. Remove it, or choose another path.`;
  const state = await socketState(path);
  if (state === "taken") {
    return `A program listens on ${path}. If that is this Tessera, it is running already. Otherwise stop the other program, or choose another path.`;
  }
  if (state !== "left") return `Whether a program listens on ${path} cannot be told: ${state}.`;
  const now = lstatSync(path, { throwIfNoEntry: false });
  // Another start may just have taken the place.
  if (now !== undefined && now.ino === before.ino) unlinkSync(path);
  return null;
}

/** Whether a program listens, or the fault of the attempt. */
function socketState(path: string): Promise<"taken" | "left" | string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on("connect", () => {
      socket.destroy();
      resolve("taken");
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "ECONNREFUSED" || error.code === "ENOENT" ? "left" : error.message),
    );
  });
}

/**
 * The result of `open`, which makes a socket that has these permissions from its first moment on. A `chmod` afterwards would
 * leave a moment for others to connect.
 */
export function withSocketMode<Result>(mode: number, open: () => Result): Result {
  const before = process.umask(0o777 & ~mode);
  try {
    return open();
  } finally {
    process.umask(before);
  }
}

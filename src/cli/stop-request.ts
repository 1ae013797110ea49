/** Waits for a request to stop the program. */

const PARENT_CHECK_MILLIS = 250;

/**
 * One request to stop can arrive more than once: a service manager signals the whole group, and the launcher passes its
 * signal on. After this time, a signal means that the operator will not wait.
 */
const SAME_WISH_MILLIS = 1000;

export interface StopRequest {
  /** Resolves at the first SIGTERM or SIGINT. A second one, later, ends the process at once. */
  readonly asked: Promise<void>;
  /** Leaves signals to their defaults again. */
  cancel(): void;
}

export function listenForStop(env: Readonly<Record<string, string | undefined>>): StopRequest {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  const ask = () => {
    askedAt ??= performance.now();
    resolve();
  };
  const onSignal = () => {
    if (askedAt !== null && performance.now() - askedAt > SAME_WISH_MILLIS) process.exit(1);
    ask();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  let timer: ReturnType<typeof setInterval> | undefined;
  // `npm start` passes SIGTERM to a shell, which dies without passing it on. So the loss of the parent counts as a request.
  if (env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      ask();
    }, PARENT_CHECK_MILLIS);
    timer.unref();
  }
  return {
    asked: promise,
    cancel() {
      process.off("SIGTERM", onSignal);
      process.off("SIGINT", onSignal);
      clearInterval(timer);
    },
  };
}

/** The exit codes that shells expect after a signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Does some work. An interruption runs `undo` and ends the program at once. */
export async function undoneIfInterrupted<Result>(
  undo: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const onSignal = (signal: NodeJS.Signals) => {
    undo();
    process.exit(signal === "SIGINT" ? EXIT_CODES.SIGINT : EXIT_CODES.SIGTERM);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await work();
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

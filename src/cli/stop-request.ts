/** What signals mean to a server: stop, reload, or nothing. */

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
  const parent = startedBy(env);
  if (parent !== null) {
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

/**
 * The process with which the server ends; null if it may outlive its parent. bin/tessera.mjs gives its own number: when it
 * is killed, it cannot pass that on. `npm start` passes SIGTERM to a shell, which dies without passing it on.
 */
function startedBy(env: Readonly<Record<string, string | undefined>>): number | null {
  // Its own number, and not the parent's of this moment: the launcher may be gone already.
  if (env._TESSERA_LAUNCHER !== undefined) return Number(env._TESSERA_LAUNCHER);
  return env.npm_lifecycle_event === undefined ? null : process.ppid;
}

/** Calls `reload` at each SIGHUP, which would otherwise end the process. Returns a function that ends this. */
export function listenForReload(reload: () => void): () => void {
  process.on("SIGHUP", reload);
  return () => void process.off("SIGHUP", reload);
}

/** SIGUSR1 and SIGUSR2 mean nothing to a server. By default they would end it, and SIGUSR1 opens debuggers elsewhere. */
export function ignoreOtherSignals(): void {
  for (const signal of ["SIGUSR1", "SIGUSR2"] as const) process.on(signal, () => {});
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

/** Waiting for somebody to ask the program to stop. */

const PARENT_CHECK_MILLIS = 250;

/** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
export function stopRequested(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  const onSignal = () => {
    if (asked) process.exit(1);
    asked = true;
    resolve();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // `npm start` passes SIGTERM to a shell, which dies of it and tells nobody. Losing the parent is the news then.
  if (env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      asked = true;
      resolve();
    }, PARENT_CHECK_MILLIS);
    timer.unref();
  }
  return promise;
}

/** What a shell expects of a program that a signal ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Does some work. Whoever interrupts it ends the program at once, after `undo`. */
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

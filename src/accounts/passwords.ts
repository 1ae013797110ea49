/**
 * Passwords: argon2id in a bounded pool. A check takes tens of milliseconds and 19 MiB on purpose, so only a few run at
 * once, a bounded number wait, and further ones are refused (THREATS: key derivation as denial of service).
 */
import { ConfigurationError } from "../configuration/error.ts";
import { createYielding } from "../platform/priority.ts";

/** The pool and its queue are full. The public answer is 503 with Retry-After. */
export class PasswordPoolBusy extends Error {
  override readonly name = "PasswordPoolBusy";
}

export interface Passwords {
  /** An argon2id string in PHC format. */
  hash(password: string): Promise<string>;
  /**
   * `hash` is null for an unknown person: the check takes as long as for a known one, and fails. `asker`: who attempts it.
   * Default: the server itself.
   */
  verify(password: string, hash: string | null, asker?: PasswordAsker): Promise<boolean>;
}

/** Who wants a password checked. If all places in their queue are taken, the source with the most gives one up to another. */
export interface PasswordAsker {
  /** A network, or a browser that is known to the account. */
  readonly source: string;
  /** Browsers that are known to the account have a queue of their own, and every second turn. */
  readonly isKnown: boolean;
}

const SERVER: PasswordAsker = { source: "", isKnown: false };

export interface PasswordsOptions {
  readonly checksAtOnce: number;
  readonly checksWaiting: number;
  /** The server refuses longer passwords and does not cut them. */
  readonly maximumBytes: number;
}

// OWASP's first recommendation for argon2id: 19 MiB, two passes.
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** The hash of 32 random bytes that were thrown away. It is no secret; it only has to cost what other hashes cost. */
const DECOY =
  "$argon2id$v=19$m=19456,t=2,p=1$fRjQkbQzDEjWVMJpeNvA5vcUPVeAxifr18OjNLiwgT0$x4fJvpSYJmHM66EedSRY30SDSJFoN7cfoM9Uugt/Oqg";

export function createPasswords({ checksAtOnce, checksWaiting, maximumBytes }: PasswordsOptions): Passwords {
  const run = createPool(checksAtOnce, checksWaiting);
  const tooLong = (password: string) => Buffer.byteLength(password) > maximumBytes;
  return {
    async hash(password) {
      if (tooLong(password))
        throw new ConfigurationError(`A password may have ${maximumBytes} bytes at most.`);
      return run(SERVER, () => Bun.password.hash(password.normalize("NFKC"), ARGON2ID));
    },
    async verify(password, hash, asker = SERVER) {
      return run(asker, async () => {
        const known = hash ?? DECOY;
        // A password that is too long is checked against the decoy, so that its length reveals nothing of the account.
        const matches = await Bun.password.verify(
          tooLong(password) ? "too long" : password.normalize("NFKC"),
          known,
        );
        return matches && hash !== null && !tooLong(password);
      });
    },
  };
}

interface Waiting {
  readonly source: string;
  readonly resolve: () => void;
  readonly reject: (error: PasswordPoolBusy) => void;
}

/** A queue with a bounded number of places. */
function createQueue(places: number) {
  const queue: Waiting[] = [];
  /** Whether there is a place. The newest check of the source with the most may have to give up its own. */
  const makeRoom = (source: string): boolean => {
    if (queue.length < places) return true;
    // What the server itself asks for has no source, and keeps its place.
    const others = queue.filter((entry) => entry.source !== "");
    const bySource = [...Map.groupBy(others, (entry) => entry.source).values()];
    const own = queue.filter((entry) => entry.source === source).length;
    const most = bySource.reduce((one, other) => (other.length > one.length ? other : one), []);
    const last = most.at(-1);
    if (last === undefined || most.length <= own + 1) return false;
    queue.splice(queue.indexOf(last), 1);
    last.reject(new PasswordPoolBusy());
    return true;
  };
  return {
    /** Resolves when it is the turn of this check. Throws PasswordPoolBusy. */
    async wait(source: string): Promise<void> {
      if (!makeRoom(source)) throw new PasswordPoolBusy();
      await new Promise<void>((resolve, reject) => queue.push({ source, resolve, reject }));
    },
    shift: () => queue.shift(),
  };
}

function createPool(
  atOnce: number,
  places: number,
): <Result>(asker: PasswordAsker, work: () => Promise<Result>) => Promise<Result> {
  const yieldToRequests = createYielding();
  let running = 0;
  const known = createQueue(places);
  const others = createQueue(places);
  let isTurnOfKnown = true;
  /** The queues take turns, so that neither keeps the other waiting. */
  const next = (): Waiting | undefined => {
    const [first, second] = isTurnOfKnown ? [known, others] : [others, known];
    isTurnOfKnown = !isTurnOfKnown;
    return first.shift() ?? second.shift();
  };
  return async ({ source, isKnown }, work) => {
    if (running >= atOnce) {
      // The check that finishes passes its place on, so `running` stays as it is.
      await (isKnown ? known : others).wait(source);
    } else {
      running += 1;
    }
    try {
      const working = work();
      // The thread of this check exists by now.
      yieldToRequests();
      return await working;
    } finally {
      const waiting = next();
      if (waiting) waiting.resolve();
      else running -= 1;
    }
  };
}

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
   * `hash` is null for an unknown person: the check takes as long as for a known one, and fails. `network`: where the attempt
   * comes from. If all places in the queue are taken, the network with the most gives one up to another.
   */
  verify(password: string, hash: string | null, network?: string): Promise<boolean>;
}

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
      return run("", () => Bun.password.hash(password.normalize("NFKC"), ARGON2ID));
    },
    async verify(password, hash, network = "") {
      return run(network, async () => {
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

function createPool(
  atOnce: number,
  waiting: number,
): <Result>(network: string, work: () => Promise<Result>) => Promise<Result> {
  const yieldToRequests = createYielding();
  let running = 0;
  interface Waiting {
    readonly network: string;
    readonly resolve: () => void;
    readonly reject: (error: PasswordPoolBusy) => void;
  }
  const queue: Waiting[] = [];
  /** Whether there is a place in the queue. The newest check of the network with the most may have to give up its own. */
  const makeRoom = (network: string): boolean => {
    if (queue.length < waiting) return true;
    // What the server itself asks for has no network, and keeps its place.
    const fromNetworks = queue.filter((entry) => entry.network !== "");
    const byNetwork = [...Map.groupBy(fromNetworks, (entry) => entry.network).values()];
    const own = queue.filter((entry) => entry.network === network).length;
    const most = byNetwork.reduce((one, other) => (other.length > one.length ? other : one), []);
    const last = most.at(-1);
    if (last === undefined || most.length <= own + 1) return false;
    queue.splice(queue.indexOf(last), 1);
    last.reject(new PasswordPoolBusy());
    return true;
  };
  return async (network, work) => {
    if (running >= atOnce) {
      if (!makeRoom(network)) throw new PasswordPoolBusy();
      // The check that finishes passes its place on, so `running` stays as it is.
      await new Promise<void>((resolve, reject) => queue.push({ network, resolve, reject }));
    } else {
      running += 1;
    }
    try {
      const working = work();
      // The thread of this check exists by now.
      yieldToRequests();
      return await working;
    } finally {
      const next = queue.shift();
      if (next) next.resolve();
      else running -= 1;
    }
  };
}

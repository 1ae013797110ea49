/**
 * Passwords: argon2id in a bounded pool. A check takes tens of milliseconds and 19 MiB on purpose, so only a few run at
 * once, a bounded number wait, and further ones are refused (THREATS: key derivation as denial of service).
 */
import { ConfigurationError } from "../configuration/error.ts";
import { type SteadyClock, systemSteadyClock } from "../platform/clock.ts";
import { createYielding } from "../platform/priority.ts";
import { type CheckableHash, readHash } from "./password-hashes.ts";

/** The pool and its queue are full. The public answer is 503 with Retry-After. */
export class PasswordPoolBusy extends Error {
  override readonly name = "PasswordPoolBusy";
}

export interface Passwords {
  /** An argon2id string in PHC format. */
  hash(password: string): Promise<string>;
  /**
   * `hash`: one of this server, or one that `readHash` (password-hashes.ts) can check. Null for an unknown person: the check
   * takes as long as for a known one, and fails. `asker`: who attempts it. Default: the server itself.
   */
  verify(password: string, hash: string | null, asker?: PasswordAsker): Promise<boolean>;
  /** How many passwords are being hashed or compared now, and how many wait for their turn. */
  load(): { readonly checking: number; readonly waiting: number };
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
  /** Default: that of the system. */
  readonly steadyClock?: SteadyClock;
}

// OWASP's first recommendation for argon2id: 19 MiB, two passes.
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** How every hash of this server begins. One that begins otherwise is renewed when the person signs in. */
const CURRENT = `$argon2id$v=19$m=${ARGON2ID.memoryCost},t=${ARGON2ID.timeCost},p=1$`;

const isCurrent = (hash: string): boolean => hash.startsWith(CURRENT);

/** The hash of 32 random bytes that were thrown away. It is no secret; it only has to cost what other hashes cost. */
const DECOY = `${CURRENT}fRjQkbQzDEjWVMJpeNvA5vcUPVeAxifr18OjNLiwgT0$x4fJvpSYJmHM66EedSRY30SDSJFoN7cfoM9Uugt/Oqg`;

function checkable(hash: string): CheckableHash | null {
  const read = readHash(hash);
  return "fault" in read ? null : read;
}

/**
 * Whether a hash that this password has matched is to be replaced by one of this server. A hash that says nothing of the end
 * of the password is not: the end may be mistyped.
 */
export function isRenewable(hash: string, password: string): boolean {
  const read = isCurrent(hash) ? null : checkable(hash);
  return read !== null && Buffer.byteLength(password) <= read.significantBytes;
}

export function createPasswords({
  checksAtOnce,
  checksWaiting,
  maximumBytes,
  steadyClock = systemSteadyClock,
}: PasswordsOptions): Passwords {
  const { run, load } = createPool(checksAtOnce, checksWaiting);
  const slowest = createSlowest();
  const tooLong = (password: string) => Buffer.byteLength(password) > maximumBytes;
  return {
    load,
    async hash(password) {
      if (tooLong(password))
        throw new ConfigurationError(`A password may have ${maximumBytes} bytes at most.`);
      return run(SERVER, () => Bun.password.hash(password.normalize("NFKC"), ARGON2ID));
    },
    async verify(password, hash, asker = SERVER) {
      const known = hash ?? DECOY;
      const foreign = isCurrent(known) ? null : checkable(known);
      // A password that is too long is replaced, so that its length reveals nothing of the account.
      const compared = tooLong(password) ? "too long" : password;
      const { matches, endsAt } = await run(asker, async () => {
        const beganAt = steadyClock.millis();
        const matches = await compare(compared, known, foreign);
        const tookMillis = steadyClock.millis() - beganAt;
        if (!matches && foreign !== null) {
          const spellings = spellingsOf(compared).size;
          slowest.note(`${foreign.form} ${foreign.work} ${spellings}`, tookMillis);
        }
        return { matches, endsAt: beganAt + slowest.millis() };
      });
      if (matches && hash !== null && !tooLong(password)) return true;
      // The wait takes no place in the pool.
      const waitMillis = endsAt - steadyClock.millis();
      if (waitMillis > 0) await Bun.sleep(waitMillis);
      return false;
    },
  };
}

/** Other servers hash what they get. This one hashes all spellings of a text alike. */
const spellingsOf = (password: string): ReadonlySet<string> =>
  new Set([password, password.normalize("NFKC")]);

/** If a hash of another server does not match, the decoy is checked too, so a quick one does not get a quick answer. */
async function compare(password: string, known: string, foreign: CheckableHash | null): Promise<boolean> {
  if (foreign !== null) {
    for (const spelling of spellingsOf(password)) if (await foreign.verify(spelling)) return true;
  }
  const matches = await Bun.password.verify(password.normalize("NFKC"), isCurrent(known) ? known : DECOY);
  return matches && isCurrent(known);
}

/** Every answer "no" comes at a multiple of this, once there are hashes that take longer. */
const STEP_MILLIS = 50;

/**
 * Until when a check that fails is not answered. A hash of another server may take many times as long as the decoy, and the
 * time of an answer would tell which names belong to people who came from there (THREATS 34). So every check that fails takes
 * as long as the slowest of the hashes that this process has met. Without such hashes it takes no longer than it does.
 */
function createSlowest() {
  /** The shortest time that each kind of work ever took is the one that it takes by itself; load makes others longer. */
  const shortest = new Map<string, number>();
  return {
    note(work: string, millis: number): void {
      shortest.set(work, Math.min(millis, shortest.get(work) ?? millis));
    },
    /** With a quarter to spare, so that a check that takes a little longer ends at the same moment. */
    millis: (): number => Math.ceil((1.25 * Math.max(0, ...shortest.values())) / STEP_MILLIS) * STEP_MILLIS,
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
    length: () => queue.length,
  };
}

interface Pool {
  run<Result>(asker: PasswordAsker, work: () => Promise<Result>): Promise<Result>;
  readonly load: Passwords["load"];
}

function createPool(atOnce: number, places: number): Pool {
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
  const run: Pool["run"] = async ({ source, isKnown }, work) => {
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
  return { run, load: () => ({ checking: running, waiting: known.length() + others.length() }) };
}

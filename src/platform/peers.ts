/** The other processes that share the ports with this one. All of them count the attempts that one of them counts. */
import type { AttemptLimit } from "./attempts.ts";

/** One change of a count. */
export interface PeerMessage {
  readonly limit: string;
  readonly change: Exclude<keyof AttemptLimit, "decision">;
  readonly key: string;
}

export interface Peers {
  tell(message: PeerMessage): void;
  /** Sets the one listener for messages of the others. */
  listen(listener: (message: PeerMessage) => void): void;
}

/**
 * The limits, which also count the peers' attempts. A message takes a moment. Guesses that reach several processes
 * within that moment may go on, up to the limit at each.
 */
export function shareLimits<Limits extends { readonly [Name in keyof Limits]: AttemptLimit }>(
  limits: Limits,
  peers: Peers,
): Limits {
  const own = new Map<string, AttemptLimit>(Object.entries(limits));
  peers.listen(({ limit, change, key }) => void own.get(limit)?.[change](key));
  const shared = Object.entries<AttemptLimit>(limits).map(([limit, counted]) => [
    limit,
    {
      attempt(key) {
        const wait = counted.attempt(key);
        if (wait === 0) peers.tell({ limit, change: "attempt", key });
        return wait;
      },
      forgive(key) {
        counted.forgive(key);
        peers.tell({ limit, change: "forgive", key });
      },
      settle(key) {
        counted.settle(key);
        peers.tell({ limit, change: "settle", key });
      },
      reset(key) {
        counted.reset(key);
        peers.tell({ limit, change: "reset", key });
      },
      decision: (key) => counted.decision(key),
    } satisfies AttemptLimit,
  ]);
  return Object.fromEntries(shared);
}

/** What every endpoint and page is given: the parts of the running server, put together once in server.ts. */
import type { Passwords } from "./accounts/passwords.ts";
import type { Sessions } from "./accounts/sessions.ts";
import type { Configuration } from "./configuration/schema.ts";
import type { AttemptLimit } from "./platform/attempts.ts";
import type { Clock } from "./platform/clock.ts";
import type { ServerKeys } from "./platform/keys.ts";
import type { Log } from "./platform/log.ts";
import type { PollPace } from "./platform/poll-pace.ts";
import type { RandomBytes } from "./platform/random.ts";
import type { Catalogue } from "./protocol/catalogue.ts";
import type { Store } from "./store/contract.ts";

export interface Context {
  readonly configuration: Configuration;
  /** The scopes and resources that exist here. */
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly keys: ServerKeys;
  readonly store: Store;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly pollPace: PollPace;
}

/** Attempts that are counted, in memory. */
export interface Limits {
  readonly signInPerAccount: AttemptLimit;
  readonly signInPerAddress: AttemptLimit;
  readonly userCodePerAccount: AttemptLimit;
  readonly userCodePerAddress: AttemptLimit;
  readonly registrationPerAddress: AttemptLimit;
  readonly deviceRequestPerAddress: AttemptLimit;
}

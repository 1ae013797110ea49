/** What the benchmark needs of each contender. Its processes run beside the benchmark's and are reached over loopback. */
import type { Workload, WorkloadRequest } from "../workloads.ts";
import type { LoadResult } from "../wrk.ts";

export type CredentialKind =
  /** An access token that a person gave to an app: it hangs on a grant. */
  | "person_token"
  /** An access token that an app has for itself. */
  | "client_token"
  /** One that was valid and is no more. */
  | "revoked_token"
  /** One that has the right form and was never given out. */
  | "unknown_token"
  | "code"
  | "refresh_token"
  | "device_code";

export interface Contender<Kind extends Processes = Running | Driven> {
  readonly name: string;
  readonly title: string;
  /** What has become of a change when its answer leaves. */
  readonly durability: string;
  /** How many cores it is meant for; one if it does not say. */
  readonly cores?: number;
  /** Names of the workloads that it knows; all if it does not say. */
  readonly workloads?: readonly string[];
  /** `folder` is its own; it need not exist yet. Throws if it cannot be measured here. */
  start(folder: string): Promise<Kind>;
}

interface Processes {
  /** Processes that work for the requests. Their children count with them. */
  readonly processes: readonly number[];
  /** The process whose memory is told, with its children; a database server beside it is not among them. */
  readonly server: number;
  /** What has to be so when a round begins, whatever the rounds of others have changed. */
  prepareRound?(): Promise<void>;
  stop(): Promise<void>;
}

/** A server that wrk sends HTTP requests to. */
export interface Running extends Processes {
  /** All requests of a workload go to one origin. */
  urlOf(request: WorkloadRequest, workload: Workload): string;
  /** New credentials of the kind, all of one length, for the clients in clients.ts. */
  make(kind: CredentialKind, count: number): Promise<readonly string[]>;
}

/** A server that speaks another protocol, and so brings its own load generator. */
export interface Driven extends Processes {
  /** Stores what the load needs. The function that it returns sends the load. */
  prepareLoad(load: DrivenLoad): Promise<() => Promise<LoadResult>>;
}

export interface DrivenLoad {
  readonly workload: string;
  readonly seconds: number;
  /** No more are expected. */
  readonly requests: number;
  /** The core of the load generator; null: any. */
  readonly generator: number | null;
}

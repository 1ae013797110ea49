/** The interface of a contender. Its processes run beside the benchmark's, which reaches them over loopback. */
import type { Workload, WorkloadRequest } from "../workloads.ts";
import type { LoadResult } from "../wrk.ts";

export type CredentialKind =
  /** An access token that a person gave to an app: it belongs to a grant. */
  | "person_token"
  /** The same, bound to a key of the app (RFC 9449). */
  | "bound_token"
  /** An access token that an app got for itself. */
  | "client_token"
  /** An access token that a person gave to an app, signed (RFC 9068) with RS256. */
  | "signed_token"
  /** A token that was valid and is revoked. */
  | "revoked_token"
  /** A well-formed token that no server issued. */
  | "unknown_token"
  | "code"
  /** A code of a person who signs in with OpenID Connect, by the algorithm of the ID token. */
  | "openid_code_RS256"
  | "openid_code_ES256"
  | "refresh_token"
  /** A client assertion of the API with a key (RFC 7523 §2.2). */
  | "client_assertion"
  | "device_code";

export interface Contender<Kind extends Processes = Running | Driven> {
  readonly name: string;
  readonly title: string;
  /** The state of a change at the moment when its answer leaves. */
  readonly durability: string;
  /** The number of cores that it is meant for. Default: one. */
  readonly cores?: number;
  /** The names of the workloads that it supports. Default: all. */
  readonly workloads?: readonly string[];
  /** `folder`: its own folder, which need not exist yet. Throws if it cannot be measured here. */
  start(folder: string): Promise<Kind>;
}

interface Processes {
  /** Processes that work for the requests. Their children count too. */
  readonly processes: readonly number[];
  /** The process whose memory is reported, with its children; a database server beside it does not count. */
  readonly server: number;
  /** Restores the state that each round starts from, after other contenders' rounds have changed it. */
  prepareRound?(): Promise<void>;
  stop(): Promise<void>;
}

/** A server that wrk sends HTTP requests to. */
export interface Running extends Processes {
  /** All requests of a workload go to one origin. */
  urlOf(request: WorkloadRequest, workload: Workload): string;
  /** New credentials of this kind, all of the same length, for the clients in clients.ts. */
  make(kind: CredentialKind, count: number): Promise<readonly string[]>;
}

/** A server with another protocol, and so with its own load generator. */
export interface Driven extends Processes {
  /** Stores the data for the load. The returned function sends the load. */
  prepareLoad(load: DrivenLoad): Promise<() => Promise<LoadResult>>;
}

export interface DrivenLoad {
  readonly workload: string;
  readonly seconds: number;
  /** The most requests to expect. */
  readonly requests: number;
  /** The core of the load generator; null for any. */
  readonly generator: number | null;
}

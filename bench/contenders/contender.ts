/** What the benchmark needs of whoever takes part. Each runs as a process of its own and is reached over loopback. */
import type { Workload, WorkloadRequest } from "../workloads.ts";

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

export interface Contender {
  readonly name: string;
  readonly title: string;
  /** What has become of a change when its answer leaves. */
  readonly durability: string;
  /** `folder` is its own; it need not exist yet. Throws if it cannot be measured here. */
  start(folder: string): Promise<Running>;
}

export interface Running {
  /** All requests of a workload go to one origin. */
  urlOf(request: WorkloadRequest, workload: Workload): string;
  /** Processes that work for the requests. Their children count with them. */
  readonly processes: readonly number[];
  /** The process whose memory is told, with its children; a database server beside it is not among them. */
  readonly server: number;
  /** New credentials of the kind, all of one length, for the clients in clients.ts. */
  make(kind: CredentialKind, count: number): Promise<readonly string[]>;
  /** What has to be so when a round begins, whatever the rounds of others have changed. */
  prepareRound?(): Promise<void>;
  stop(): Promise<void>;
}

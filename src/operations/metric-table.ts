/** Every metric of this server. docs/metrics.md lists them, and a test compares the two. */
import type { MetricEntry } from "../platform/metrics.ts";

const counter = (
  help: string,
  labels: readonly string[] = [],
  across: MetricEntry["across"] = "sum",
): MetricEntry => ({ kind: "counter", help, labels, across });

const gauge = (
  help: string,
  labels: readonly string[] = [],
  across: MetricEntry["across"] = "sum",
): MetricEntry => ({ kind: "gauge", help, labels, across });

const durations = (help: string, labels: readonly string[] = []): MetricEntry => ({
  kind: "histogram",
  help,
  labels,
  across: "sum",
});

/**
 * Names have base units and suffixes as Prometheus recommends. Every label has its values from a closed vocabulary: no stranger, client
 * or person can make a series (threat 91).
 */
export const METRICS = {
  tessera_build_info: gauge(
    "The version of the program, of its runtime, and the engine of the store.",
    ["version", "runtime", "store"],
    "one",
  ),
  tessera_processes: gauge("How many processes share the work.", [], "one"),
  tessera_process_up: gauge(
    "Whether a process answered in time. The counts of one that did not are as of its last answer.",
    ["process"],
    "one",
  ),
  tessera_http_requests_total: counter(
    "Requests, by route, method (GET, POST or other) and class of the status.",
    ["route", "method", "status"],
  ),
  tessera_http_request_duration_seconds: durations("The time from a request to its answer.", ["route"]),
  tessera_refusals_total: counter("Refused requests, by route and by the private reason (docs/errors.md).", [
    "route",
    "reason",
  ]),
  tessera_events_total: counter(
    "What happened (docs/operate.md), with via and reason of events that have few of them.",
    ["event", "via", "reason"],
  ),
  tessera_limit_reached_total: counter("Attempts that a limit refused.", ["limit"]),
  tessera_expired_rows_total: counter("Expired rows that the clean-up removed."),
  tessera_passwords_checking: gauge("Passwords that are being hashed or compared."),
  tessera_passwords_waiting: gauge("Passwords that wait for their turn."),
  tessera_store_calls_total: counter(
    "Calls of the store, by kind and outcome (done, stale, busy, unavailable or error).",
    ["call", "outcome"],
  ),
  tessera_store_call_duration_seconds: durations("The time of a call of the store.", ["call"]),
  tessera_store_waiting: gauge("Statements or commits that have entered the store and are not done.", [
    "lane",
  ]),
  tessera_store_connections: gauge("Connections to PostgreSQL that the store may use.", ["lane"]),
  tessera_store_connections_in_use: gauge("Connections to PostgreSQL that are busy.", ["lane"]),
  tessera_database_size_bytes: gauge("The size of the files of the embedded database.", ["file"], "one"),
  tessera_disk_free_bytes: gauge("The room on the disk of the embedded database.", [], "one"),
  tessera_disk_size_bytes: gauge("The size of the disk of the embedded database.", [], "one"),
  tessera_outbox_waiting: gauge(
    "Mails, notices of sign-outs, pings and events for webhooks that are still to be sent; 1000 means that many or more.",
    ["outbox"],
    "one",
  ),
  tessera_outbound_requests_total: counter(
    "Requests that the server made to addresses of clients, by purpose and outcome.",
    ["purpose", "outcome"],
  ),
  tessera_outbound_request_duration_seconds: durations("The time of a request to an address of a client.", [
    "purpose",
  ]),
  tessera_certificate_expiry_timestamp_seconds: gauge(
    "When the certificate of a listener expires, in seconds since 1970.",
    ["listener"],
    "one",
  ),
  tessera_signing_key_age_seconds: gauge(
    "For how long the current key of an algorithm has signed.",
    ["algorithm"],
    "one",
  ),
  tessera_signing_keys: gauge(
    "Signing keys, by state (next, current, former or published).",
    ["state"],
    "one",
  ),
  tessera_last_backup_timestamp_seconds: gauge(
    "When tessera backup last backed the embedded database up, in seconds since 1970; missing before the first time.",
    [],
    "one",
  ),
  tessera_telemetry_dropped_total: counter("Spans and log records that were not sent to the collector.", [
    "signal",
  ]),
  tessera_event_loop_lag_seconds: durations("How late a timer of the process was, measured twice a second."),
  process_resident_memory_bytes: gauge("The resident memory of a process.", ["process"], "each"),
  tessera_heap_bytes: gauge("The JavaScript heap in use of a process.", ["process"], "each"),
  process_cpu_seconds_total: counter("The processor time of a process.", ["process"], "each"),
  process_open_fds: gauge("The open files and connections of a process.", ["process"], "each"),
  process_start_time_seconds: gauge("When a process started, in seconds since 1970.", ["process"], "each"),
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof METRICS;

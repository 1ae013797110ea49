/** The numbers that one process looks up for all: those of the database, the keys and the certificates. */
import { X509Certificate } from "node:crypto";
import type { Configuration } from "../configuration/schema.ts";
import type { Clock, SteadyClock } from "../platform/clock.ts";
import { readPair } from "../platform/listen-certificate.ts";
import type { Reading } from "../platform/metrics.ts";
import { currentKey, stateOf } from "../rules/signing-key.ts";
import type { Store } from "../store/contract.ts";
import { findLastBackup } from "./backups.ts";
import type { KeyFiles } from "./key-files.ts";
import { reading } from "./metrics.ts";
import { OUTBOXES } from "./outboxes.ts";
import { findRingKeys } from "./signing-keys.ts";

/** How long the numbers count, so that any number of scrapes costs the database some small reads in this time. */
const COUNTS_FOR_MILLIS = 15_000;

export interface SharedFacts {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  readonly steadyClock: SteadyClock;
  readonly keyFiles: KeyFiles;
  /** Of the program. */
  readonly version: string;
}

/** What cannot be read now is left out, and read again at the next time. */
export function createSharedReadings(facts: SharedFacts): () => Promise<readonly Reading[]> {
  let last: { readonly at: number; readonly readings: Promise<readonly Reading[]> } | null = null;
  return () => {
    const at = facts.steadyClock.millis();
    if (last === null || at - last.at >= COUNTS_FOR_MILLIS) last = { at, readings: readAll(facts) };
    return last.readings;
  };
}

async function readAll(facts: SharedFacts): Promise<readonly Reading[]> {
  const parts = [outboxReadings, keyReadings, certificateReadings, backupReadings];
  const read = await Promise.allSettled(parts.map(async (part) => part(facts)));
  return [buildReading(facts), ...read.flatMap((part) => (part.status === "fulfilled" ? part.value : []))];
}

const buildReading = ({ configuration, version }: SharedFacts): Reading =>
  reading(
    "tessera_build_info",
    1,
    version,
    `bun ${Bun.version}`,
    configuration.database.url === undefined ? "sqlite" : "postgresql",
  );

async function outboxReadings(facts: SharedFacts): Promise<Reading[]> {
  const found = await Promise.all(
    Object.entries(OUTBOXES).map(async ([name, find]) => ({ name, health: await find(facts) })),
  );
  return found.flatMap(({ name, health }) =>
    health === null ? [] : [reading("tessera_outbox_waiting", health.waiting, name)],
  );
}

async function keyReadings(facts: SharedFacts): Promise<Reading[]> {
  const keys = await findRingKeys(facts);
  const now = facts.clock.seconds();
  const states = Map.groupBy(keys, (key) => stateOf(key, keys, now));
  return [
    ...[...states].map(([state, those]) => reading("tessera_signing_keys", those.length, state)),
    ...facts.configuration.signing.algorithms.flatMap((algorithm) => {
      const current = currentKey(keys, algorithm, now);
      // The operator knows how old a key from a file is; the server does not.
      if (current === null || "file" in current) return [];
      return [reading("tessera_signing_key_age_seconds", Math.max(0, now - current.signsFrom), algorithm)];
    }),
  ];
}

async function backupReadings({ store }: SharedFacts): Promise<Reading[]> {
  const last = await findLastBackup({ store });
  return last === null ? [] : [reading("tessera_last_backup_timestamp_seconds", last.madeAt)];
}

/** The listeners have numbers, in the order of the configuration; the one for metrics comes last. */
function certificateReadings({ configuration }: SharedFacts): Reading[] {
  const listeners = [
    ...configuration.listen,
    ...(configuration.metrics.listen ? [configuration.metrics.listen] : []),
  ];
  return listeners.flatMap(({ tls }, index) => {
    if (tls === undefined) return [];
    const expires = Date.parse(new X509Certificate(readPair(tls).certificate).validTo) / 1000;
    return Number.isNaN(expires)
      ? []
      : [reading("tessera_certificate_expiry_timestamp_seconds", expires, String(index))];
  });
}

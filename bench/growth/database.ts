/** A database with this many tokens, and the real server on it. */
import { statSync } from "node:fs";
import type { Configuration } from "../../src/configuration/schema.ts";
import { loadConfiguration } from "../../src/configuration/sources.ts";
import { type RandomBytes, systemRandom } from "../../src/platform/random.ts";
import { databaseFile } from "../../src/store/open.ts";
import type { Connection } from "../../src/store/sqlite/driver.ts";
import { syncFile } from "../../src/store/sqlite/files.ts";
import { openMigrated } from "../../src/store/sqlite/index.ts";
import { PARTIES, type Serving, serveTessera } from "../contenders/tessera.ts";
import { type FillOptions, fill, fillScattered } from "./fill.ts";

const HOUR_MILLIS = 3_600_000;
/** The tokens were issued over this time, and live so long that none expires during the measurement. */
const ISSUED_FOR_MILLIS = 12 * HOUR_MILLIS;
const LIFETIME_SECONDS = 24 * 3600;
/** The number of tokens in one transaction. */
const TOGETHER = 50_000;

export interface GrownDatabase {
  readonly tokens: number;
  /** A folder of its own: configuration, log and data. */
  readonly folder: string;
  readonly file: string;
  readonly configuration: Configuration;
  /** The time at which the last token was issued, in milliseconds since the epoch. */
  readonly untilMillis: number;
  /** A sample of its tokens, evenly spread. */
  readonly sample: readonly string[];
  readonly fileBytes: number;
  readonly fillSeconds: number;
}

export interface BuildOptions {
  readonly folder: string;
  readonly tokens: number;
  /** The size of the sample, if there are as many tokens. */
  readonly sample: number;
  /** Called with the number of tokens so far. */
  readonly progress: (tokens: number) => void;
}

/** `tessera serve` on the database in a folder; makes the database if there is none. */
export const serve = (folder: string, configuration = PARTIES): Promise<Serving> =>
  serveTessera(folder, { configuration });

/** Makes a database and fills it. Afterwards it is on disk, and no process has it open. */
export async function buildDatabase({
  folder,
  tokens,
  sample,
  progress,
}: BuildOptions): Promise<GrownDatabase> {
  // The server makes the database, and adds the configured clients.
  const { started, file: configurationFile, data } = await serve(folder);
  await started.stop();
  const configuration = loadConfiguration({ file: configurationFile, env: {}, flags: { data } });
  const file = databaseFile(configuration);
  const untilMillis = Date.now();
  const begunAt = performance.now();
  const known: string[] = [];
  const connection = await openMigrated(file);
  try {
    // An interrupted database is thrown away, so nothing is synced before the end, and nothing is journalled.
    connection.execute("PRAGMA synchronous = OFF");
    connection.execute("PRAGMA journal_mode = OFF");
    connection.execute("PRAGMA cache_size = -524288");
    const steps = fill({
      ...fillOptions(connection, configuration, LIFETIME_SECONDS),
      tokens,
      fromMillis: untilMillis - ISSUED_FOR_MILLIS,
      untilMillis,
    });
    const every = Math.max(1, tokens / sample);
    for (let done = 0; done < tokens; progress(done)) {
      connection.transaction(() => {
        for (const end = done + TOGETHER; done < Math.min(end, tokens); ) {
          const { value: texts } = steps.next();
          if (texts === undefined) throw new Error("There are fewer tokens than were asked for.");
          for (const text of texts) {
            if (done >= known.length * every) known.push(text);
            done += 1;
          }
        }
      });
    }
    connection.execute("PRAGMA journal_mode = WAL");
  } finally {
    connection.close();
  }
  syncFile(file);
  return {
    tokens,
    folder,
    file,
    configuration,
    untilMillis,
    sample: known,
    fileBytes: statSync(file).size,
    fillSeconds: (performance.now() - begunAt) / 1000,
  };
}

/** The places of expired tokens in the database. */
export type Expired = "together" | "scattered";

/** Adds expired tokens. No process may have the database open. */
export async function addExpired(
  { file, configuration, untilMillis }: GrownDatabase,
  how: Expired,
  tokens: number,
): Promise<void> {
  const connection = await openMigrated(file);
  try {
    const scattered = how === "scattered";
    const options = fillOptions(connection, configuration, scattered ? 60 : LIFETIME_SECONDS);
    // The grants and refresh tokens are expired too.
    const longAgo = untilMillis - 2000 * configuration.lifetimes.refresh_token_seconds;
    connection.transaction(() => {
      if (scattered) {
        const [fromMillis, end] = [untilMillis - ISSUED_FOR_MILLIS, untilMillis - HOUR_MILLIS];
        fillScattered({ ...options, tokens, fromMillis, untilMillis: end });
      } else {
        for (const _ of fill({
          ...options,
          tokens,
          fromMillis: longAgo - HOUR_MILLIS,
          untilMillis: longAgo,
        }));
      }
    });
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    connection.close();
  }
}

const fillOptions = (
  connection: Connection,
  configuration: Configuration,
  accessTokenSeconds: number,
): Pick<FillOptions, "connection" | "configuration" | "random"> => ({
  connection,
  configuration: {
    ...configuration,
    lifetimes: { ...configuration.lifetimes, access_token_seconds: accessTokenSeconds },
  },
  random: pooledRandom(),
});

/** Many small requests to the operating system's generator would take most of the time. */
function pooledRandom(): RandomBytes {
  let pool = new Uint8Array();
  let used = 0;
  return (length) => {
    if (used + length > pool.length) [pool, used] = [systemRandom(65_536), 0];
    used += length;
    return pool.slice(used - length, used);
  };
}

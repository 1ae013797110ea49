/** Checks of where the data is: the database, its disk, who may read it, whether it is backed up and cleaned up. */
import { existsSync, lstatSync, statfsSync, statSync } from "node:fs";
import { isOpenToOthers, shellWord } from "../../platform/permissions.ts";
import type { Store } from "../../store/contract.ts";
import type { Table } from "../../store/declare.ts";
import { databaseFile, isEmbedded } from "../../store/open.ts";
import { RESERVE_BYTES } from "../../store/sqlite/reserve.ts";
import { clients } from "../../store/tables/clients.ts";
import { TABLES } from "../../store/tables.ts";
import { findLastBackup } from "../backups.ts";
import { clockFinding } from "./address.ts";
import {
  type Check,
  type CheckContext,
  failure,
  lengthOfTime,
  type NamedFile,
  note,
  ok,
  skipped,
  warning,
} from "./check.ts";

/** The oldest version of PostgreSQL that its makers still mend: five years each, with a new one in autumn. */
const OLDEST_POSTGRES = 14;

const database: Check = {
  id: "database.version",
  title: "Database",
  about: "The database answers, and its version is one that its makers still mend.",
  cure: "Upgrade the PostgreSQL server.",
  async run({ store }) {
    const { engine, version } = await store.describe();
    if (engine === "sqlite") return [ok(`SQLite ${version}, in this program.`)];
    const major = Number.parseInt(version, 10);
    return major >= OLDEST_POSTGRES
      ? [ok(`PostgreSQL ${version}.`)]
      : [
          warning(
            `PostgreSQL ${version} is older than ${OLDEST_POSTGRES}.`,
            "Upgrade the PostgreSQL server.",
          ),
        ];
  },
};

const databaseClock: Check = {
  id: "clock.database",
  title: "Clock and the database's",
  about:
    "The clock of this machine agrees with the one of the PostgreSQL server. All nodes write times by their own clocks, so they must agree.",
  cure: "Let NTP set the clocks of all nodes and of the database: `timedatectl set-ntp true`.",
  async run({ store, clock }) {
    const before = clock.millis();
    const { millis } = await store.describe();
    if (millis === null) return [skipped("The database is on this machine.")];
    const between = (before + clock.millis()) / 2;
    return [clockFinding(Math.round((between - millis) / 1000), "the PostgreSQL server")];
  },
};

/** Beside the reserve: below this, a burst of sign-ins or a backup beside the database fills the disk. */
const LITTLE_BYTES = 512 * 1024 * 1024;
const VERY_LITTLE_BYTES = 64 * 1024 * 1024;

const mebibytes = (bytes: number): string => `${Math.floor(bytes / (1024 * 1024)).toLocaleString("en")} MiB`;

const disk: Check = {
  id: "disk.space",
  title: "Disk",
  about:
    "The disk of the embedded database has room, and the reserve is whole with which access can be ended on a full disk.",
  cure: "Free some space, or make the disk larger.",
  run({ configuration }) {
    if (!isEmbedded(configuration)) return [skipped("The data is in PostgreSQL.")];
    const file = databaseFile(configuration);
    const { bavail, bsize, ffree, files } = statfsSync(configuration.data);
    const free = bavail * bsize;
    const cure = "Free some space on the disk of the data folder, or make it larger.";
    if (free < VERY_LITTLE_BYTES)
      return [failure(`${mebibytes(free)} are free: the disk is about to be full.`, cure)];
    if (free < LITTLE_BYTES) return [warning(`${mebibytes(free)} are free.`, cure)];
    if (files > 0 && ffree < 100) return [failure(`The disk has room for ${ffree} more files only.`, cure)];
    const reserve = statSync(`${file}-reserve`, { throwIfNoEntry: false })?.size ?? null;
    if (reserve !== null && reserve < RESERVE_BYTES) {
      return [
        warning(
          "The reserve is not whole: the disk was full.",
          "The server makes it whole by itself within a minute. If it does not, free some space.",
        ),
      ];
    }
    return [ok(`${mebibytes(free)} are free.`)];
  },
};

/** All files with secrets, with what each is. */
function secretFiles({ configuration, files }: CheckContext): NamedFile[] {
  const { listen, metrics, signing } = configuration;
  const listeners = metrics.listen === undefined ? listen : [...listen, metrics.listen];
  const named = [
    ...files,
    ...signing.key_files.map((file) => ({ file, what: "the signing key" })),
    ...listeners.flatMap(({ tls }) => (tls === undefined ? [] : [{ file: tls.key, what: "the TLS key" }])),
  ];
  const data = databaseFile(configuration);
  if (isEmbedded(configuration)) {
    for (const suffix of ["", "-wal", "-shm"]) named.push({ file: data + suffix, what: "the database" });
  }
  return named.filter(({ file }) => existsSync(file));
}

const permissions: Check = {
  id: "files.permissions",
  title: "Permissions",
  about:
    "Only the server's user can use the data folder, the database and files with secrets; its group may read files that are mounted for it.",
  cure: "`chmod 600` the file, `chmod 700` the folder.",
  run(context) {
    const { configuration } = context;
    const open = secretFiles(context).filter(({ file }) => isOpenToOthers(file));
    const findings = open.map(({ file, what }) =>
      warning(`Other users of this machine can use ${what} ${file}.`, `chmod 600 ${shellWord(file)}`),
    );
    const { data } = configuration;
    // Someone who may write there can put another database in the place of this one.
    if (isEmbedded(configuration) && process.platform !== "win32" && (lstatSync(data).mode & 0o002) !== 0) {
      findings.unshift(
        failure(
          `Every user of this machine may write to the data folder ${data}.`,
          `chmod 700 ${shellWord(data)}`,
        ),
      );
    }
    return findings.length > 0
      ? findings
      : [ok("Only the server's user can use the data and the files with secrets.")];
  },
};

const backup: Check = {
  id: "backup.age",
  title: "Last backup",
  about:
    "tessera backup wrote a backup of this database within backup.expected_seconds. On PostgreSQL its own tools make backups, of which Tessera knows nothing.",
  cure: "Back up every night: [backup.md](backup.md).",
  async run({ store, configuration, clock }) {
    if (!isEmbedded(configuration)) {
      return [skipped("PostgreSQL's own tools make backups; Tessera does not see them.")];
    }
    const { expected_seconds: expected } = configuration.backup;
    const last = await findLastBackup({ store });
    const cure = "Back up every night: docs/backup.md. If you back up otherwise: backup.expected_seconds = 0";
    if (expected === 0)
      return [note("Backups by tessera backup are not expected (backup.expected_seconds = 0).")];
    if (last === null) return [warning("This database was never backed up by tessera backup.", cure)];
    const age = Math.max(0, clock.seconds() - last.madeAt);
    const words = `The last backup is ${lengthOfTime(age)} old`;
    return age > expected
      ? [warning(`${words}.`, cure)]
      : [ok(`${words}${last.encrypted ? ", and encrypted" : ""}.`)];
  },
};

/** Rows are removed at each clean-up. After this many intervals without one, there is none. */
const MISSED_CLEAN_UPS = 10;
const LEAST_SECONDS = 3600;

/** Registrations of clients are kept as `registration` of the configuration says, so their column tells nothing. */
const EXPIRING = TABLES.filter(({ expires, name }) => expires !== null && name !== clients.name);

/** When the row of the table that has expired first did so; null if the table has none. */
async function firstExpiry(store: Store, table: Table): Promise<number | null> {
  const column = table.expires ?? "";
  const order = [column, ...table.key.filter((each) => each !== column)];
  const [row] = await store.list(table, { above: { [column]: 0 }, order, limit: 1 });
  const value = row?.[column];
  return typeof value === "number" ? value : null;
}

const expired: Check = {
  id: "database.expired",
  title: "Clean-up",
  about:
    "The server removes expired rows. If it has stopped to do so, its clock may have jumped, or the database grows without end for another reason that the log names.",
  cure: "Look into the log for the clean-up; restart the server.",
  async run({ store, clock, configuration, server }) {
    if (server === null) return [skipped("No server runs on this data.")];
    const now = clock.seconds();
    const patience = Math.max(
      LEAST_SECONDS,
      MISSED_CLEAN_UPS * configuration.limits.clean_up_interval_seconds,
    );
    const first = await Promise.all(EXPIRING.map((table) => firstExpiry(store, table)));
    const oldest = Math.min(...first.map((time) => time ?? Number.POSITIVE_INFINITY));
    const late = now - oldest;
    return late > patience
      ? [
          warning(
            `Rows that expired ${lengthOfTime(late)} ago are still there.`,
            "Look into the log for the clean-up. It waits for an hour after the clock has jumped; otherwise restart the server.",
          ),
        ]
      : [ok("Expired rows are removed.")];
  },
};

export const STORAGE_CHECKS = [database, databaseClock, disk, permissions, backup, expired] as const;

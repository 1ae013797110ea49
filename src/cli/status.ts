/** `tessera status`: what runs here, on which data, and what to look at. */
import { statSync } from "node:fs";
import type { Command } from "commander";
import { version as VERSION } from "../../package.json";
import type { Configuration } from "../configuration/schema.ts";
import { everyGrant } from "../operations/access.ts";
import { findLastBackup } from "../operations/backups.ts";
import { everyClient } from "../operations/clients.ts";
import { createKeyFiles } from "../operations/key-files.ts";
import { findMailHealth } from "../operations/mail.ts";
import { MOST_WAITING_COUNTED, type OutboxHealth } from "../operations/outbox.ts";
import { countUpTo } from "../operations/paging.ts";
import { everyAccount } from "../operations/people.ts";
import { findRingKeys } from "../operations/signing-keys.ts";
import { isoTime } from "../platform/clock.ts";
import { currentKey } from "../rules/signing-key.ts";
import { databaseFile, databaseName, isEmbedded } from "../store/open.ts";
import type { LockHolder } from "../store/sqlite/lock.ts";
import type { RingKey } from "../store/tables/keys.ts";
import type { BackupRecord } from "../store/tables/server.ts";
import { folderLock } from "./data-folder.ts";
import type { Io } from "./io.ts";
import { byteSize, decimal, formatFacts, localAndRelative, printJson } from "./output.ts";
import { startWarnings } from "./start-checks.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

export function addStatusCommand(program: Command, io: Io): void {
  withCommonOptions(
    program.command("status").description("show whether the server runs, on which data, and what to look at"),
  )
    .addHelpText(
      "after",
      `
It works whether the server runs or not. On PostgreSQL it cannot tell: any number of nodes may run elsewhere. Ask
/readyz of each. It counts people, clients and access up to 10,000; beyond that the JSON has null.

Examples:
  tessera status
  tessera status --json | jq -r .server.state

See also: tessera doctor, which looks for what is wrong`,
    )
    .action((options: CommonOptions) => showStatus(options, io));
}

/** `unknown`: the database is PostgreSQL, or the server is just starting. */
type ServerState =
  | { readonly state: "stopped" | "unknown" }
  | { readonly state: "running"; readonly holder: LockHolder };

function stateOf(configuration: Configuration): ServerState {
  if (!isEmbedded(configuration)) return { state: "unknown" };
  const lock = folderLock(configuration);
  if (!lock.held) return { state: "stopped" };
  const { holder } = lock;
  return holder === null || holder.urls.length === 0 ? { state: "unknown" } : { state: "running", holder };
}

/** The size of the database with its log, in bytes; null on PostgreSQL. */
function sizeOf(configuration: Configuration): number | null {
  if (!isEmbedded(configuration)) return null;
  const file = databaseFile(configuration);
  const sizes = [file, `${file}-wal`].map((name) => statSync(name, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function showStatus(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const { configuration } = workspace;
    const now = io.clock.seconds();
    const server = stateOf(configuration);
    const issuer = server.state === "running" ? server.holder.issuer : configuration.issuer;
    const database = { name: databaseName(configuration), bytes: sizeOf(configuration) };
    const counts = {
      people: await countUpTo(MOST_COUNTED, everyAccount(workspace)),
      clients: await countUpTo(MOST_COUNTED, everyClient(workspace)),
      grants: await countUpTo(MOST_COUNTED, everyGrant(workspace, {}, now)),
    };
    const { engine, version, bytes } = await workspace.store.describe();
    const keys = await currentKeys(workspace, now);
    const backup = await findLastBackup(workspace);
    const warnings = await startWarnings(configuration, io.clock);
    const mail = configuration.mail === undefined ? null : await findMailHealth(workspace);
    if (options.json) {
      printJson(io, {
        server: describeServer(server),
        issuer,
        database: { ...database, bytes: database.bytes ?? bytes, engine, version },
        workers: configuration.workers,
        keys: keys.map(({ kid, algorithm, signsFrom, file }) => ({
          kid,
          algorithm,
          signs_from: file === undefined ? isoTime(signsFrom) : null,
        })),
        last_backup: backup === null ? null : describeLastBackup(backup),
        ...counts,
        mail: mail === null ? null : describeMail(mail),
        warnings,
      });
      return;
    }
    io.out(
      formatFacts({
        server: serverWords(server),
        ...(server.state === "running" && {
          since: localAndRelative(server.holder.startedAt, now),
          listening: server.holder.urls.join(" "),
        }),
        issuer,
        version: server.state === "running" ? null : VERSION,
        workers: decimal(configuration.workers),
        database: databaseWords(database.name, database.bytes ?? bytes, `${ENGINES[engine]} ${version}`),
        "last backup": isEmbedded(configuration) ? backupWords(backup, now) : null,
        keys:
          keys.length === 0
            ? "none yet"
            : keys.map((key) => `${key.algorithm} ${keyWords(key, now)}`).join(", "),
        people: countWords(counts.people),
        clients: countWords(counts.clients),
        access: `${countWords(counts.grants)} that people gave`,
        mail: mail === null ? null : mailWords(mail, configuration.mail?.host ?? ""),
      }),
    );
    if (mail?.failing) {
      io.out(
        `\nMails have failed since ${localAndRelative(mail.failing.since, now)}: ${mail.failing.reason}. They wait. Try it: tessera mail test ADDRESS\n`,
      );
    }
    for (const warning of warnings) io.out(`\nWarning: ${warning}\n`);
    if (server.state === "stopped") io.out("\nStart the server: tessera serve\n");
  });
}

const ENGINES = { sqlite: "SQLite", postgresql: "PostgreSQL" } as const;

const databaseWords = (name: string, bytes: number | null, engine: string): string =>
  `${name} (${bytes === null ? "" : `${byteSize(bytes)}, `}${engine})`;

const backupWords = (backup: BackupRecord | null, now: number): string =>
  backup === null
    ? "none by tessera backup"
    : `${localAndRelative(backup.madeAt, now)}${backup.encrypted ? ", encrypted" : ""}`;

const describeLastBackup = ({ madeAt, bytes, encrypted, file }: BackupRecord) => ({
  made_at: isoTime(madeAt),
  bytes,
  encrypted,
  file,
});

/** The keys that sign now, one for each algorithm. */
async function currentKeys(workspace: Workspace, now: number): Promise<RingKey[]> {
  const { signing } = workspace.configuration;
  const ring: readonly RingKey[] = await findRingKeys({
    ...workspace,
    keyFiles: createKeyFiles(signing.key_files),
  });
  return signing.algorithms.flatMap((algorithm) => currentKey(ring, algorithm, now) ?? []);
}

const keyWords = ({ file, signsFrom }: RingKey, now: number): string =>
  file === undefined ? `since ${localAndRelative(signsFrom, now)}` : `from ${file}`;

/** Counting reads the rows, so an exact number of millions would take seconds. */
const MOST_COUNTED = 10_000;

const countWords = (count: number | null): string =>
  count === null ? `more than ${decimal(MOST_COUNTED)}` : decimal(count);

const mailWords = ({ waiting }: OutboxHealth, host: string): string =>
  waiting === 0
    ? `by ${host}, none waits`
    : `by ${host}, ${waiting === MOST_WAITING_COUNTED ? "at least " : ""}${decimal(waiting)} waiting`;

const describeMail = ({ waiting, failing }: OutboxHealth) => ({
  waiting,
  failing_since: failing === null ? null : isoTime(failing.since),
  fault: failing?.reason ?? null,
});

const serverWords = (server: ServerState): string => {
  switch (server.state) {
    case "running":
      return `running (process ${server.holder.pid}, version ${server.holder.program})`;
    case "stopped":
      return "not running";
    case "unknown":
      return "not known from here";
  }
};

const describeServer = (server: ServerState) =>
  server.state === "running"
    ? {
        state: server.state,
        pid: server.holder.pid,
        version: server.holder.program,
        started_at: isoTime(server.holder.startedAt),
        urls: server.holder.urls,
      }
    : { state: server.state };

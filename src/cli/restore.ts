/** `tessera restore`: replaces the database by a backup, as a whole or not at all. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import type { Configuration } from "../configuration/schema.ts";
import { commitEvent } from "../operations/decide.ts";
import { printable } from "../platform/printable.ts";
import type { Event } from "../rules/events.ts";
import { databaseFile, isEmbedded, openStore } from "../store/open.ts";
import {
  checkRestored,
  finishRestore,
  isRestorePrepared,
  type PreparedRestore,
  prepareRestore,
} from "../store/sqlite/restore.ts";
import { describeBackup, summary } from "./backup-describe.ts";
import { type DecryptionOptions, withPlain } from "./backup-secrets.ts";
import { CommandError } from "./command-error.ts";
import { commandAt, lockDataFolder, makeDataFolder } from "./data-folder.ts";
import type { Io } from "./io.ts";
import { operatorAct } from "./operator.ts";
import { counted, localAndRelative, printJson } from "./output.ts";
import { startProgress } from "./progress.ts";
import { type CommonOptions, eventsOf, readConfiguration, withCommonOptions } from "./workspace.ts";

interface RestoreOptions extends CommonOptions, DecryptionOptions {
  readonly replace?: boolean;
  readonly endAccess?: boolean;
}

const UNDONE = `Everything is as it was when the backup was made. What happened since is undone:
  - what people or you took back works again: revoked access, disabled or removed people and applications,
    client secrets that were rolled
  - passwords are those of then
  - a refresh token or a mailed link that was used since can be used once more; one that was issued since is unknown
What counts once does not count again: codes of sign-ins under way are gone, and no client assertion, DPoP proof or
other signed text is accepted that was made before the restore, or up to 30 seconds after it. Programs make new ones.`;

export function addRestoreCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("restore [file]")
      .description("replace the data by a backup; the server must be stopped")
      .addHelpText(
        "after",
        `
${UNDONE}

So after a restore take back again what must stay so. If tokens or sessions may have been stolen, or you do not know:
--end-access ends all access in the same step. People then sign in to every application again; passwords and client
secrets stay.

The file is read and checked as a whole before anything changes. With --replace the database that is there is kept
aside, under a name with the time. An encrypted backup needs --identity, or asks for its passphrase. A restore that was interrupted is finished by: tessera restore

Examples:
  tessera restore tessera-20260301T030000Z.backup
  tessera restore friday.backup --replace --end-access
  tessera restore friday.backup.age --identity key.txt
  tessera restore friday.backup --data ./trial        to look at it elsewhere`,
      ),
  )
    .option("--replace", "replace an existing database; it is kept aside")
    .option("--identity <file>", "the file with the age identity that opens an encrypted backup")
    .option("--end-access", "revoke all access and end all sessions that the backup would bring back")
    .action((file: string | undefined, options: RestoreOptions) => restore(file, options, io));
}

async function restore(file: string | undefined, options: RestoreOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options, io);
  if (!isEmbedded(configuration)) {
    throw new CommandError(
      "A backup becomes an embedded database. Restore it without database.url (and DATABASE_URL), then bring it to PostgreSQL: tessera copy --to postgresql",
    );
  }
  makeDataFolder(configuration);
  const lock = lockDataFolder(configuration, commandAt(io.clock));
  try {
    const wasInterrupted = isRestorePrepared(databaseFile(configuration));
    if (!wasInterrupted && file === undefined) {
      throw new CommandError(
        "Name the backup: tessera restore FILE. There is no interrupted restore to finish.",
      );
    }
    if (wasInterrupted) await finishInterrupted(configuration, options, io);
    if (file !== undefined) await restoreFrom(file, configuration, options, io);
  } finally {
    lock.release();
  }
}

async function finishInterrupted(
  configuration: Configuration,
  { json }: RestoreOptions,
  io: Io,
): Promise<void> {
  const database = databaseFile(configuration);
  const replaced = await finishRestore(database, { isNew: false });
  await requireUsable(configuration, replaced, { event: "database.restored" }, io);
  // Standard error, because the result of the command may still follow.
  if (!json) io.err(`Finished the restore that was interrupted. ${keptWords(replaced)}\n`);
}

async function restoreFrom(
  file: string,
  configuration: Configuration,
  options: RestoreOptions,
  io: Io,
): Promise<void> {
  const database = databaseFile(configuration);
  if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`);
  if (existsSync(database) && !options.replace) {
    throw new CommandError(
      `There is a database in ${resolve(configuration.data)}. To put the backup in its place, and keep it aside: --replace. To restore elsewhere: --data ./other.`,
    );
  }
  const prepared = await withPlain(file, `${database}.decrypted`, options, io, (plain) =>
    prepare(plain, file, database, options, io),
  );
  const replaced = await finishRestore(database, { isNew: true });
  await requireUsable(configuration, replaced, { event: "database.restored", file: resolve(file) }, io);
  report(prepared, { file, replaced, data: configuration.data }, options, io);
}

function prepare(
  backup: string,
  name: string,
  database: string,
  { endAccess, json }: RestoreOptions,
  io: Io,
): PreparedRestore {
  const progress = startProgress(io, { label: "Checking", unit: "bytes", json });
  const restoredAt = io.clock.seconds();
  try {
    return prepareRestore(
      { backup, name, database, endAccess: endAccess ? restoredAt : null, restoredAt },
      progress.show,
    );
  } finally {
    progress.end();
  }
}

/** If the new database fails all the same, the operator must know where the old one is. Its record of acts has the restore. */
async function requireUsable(
  configuration: Configuration,
  replaced: string | null,
  restored: Event,
  io: Io,
): Promise<void> {
  try {
    await openAsServer(configuration, restored, io);
    checkRestored(databaseFile(configuration));
  } catch (error) {
    io.err(`The restored database is in place, but something is wrong with it. ${keptWords(replaced)}\n`);
    throw error;
  }
}

/** The first steps of a server, because they could fail. */
async function openAsServer(configuration: Configuration, restored: Event, io: Io): Promise<void> {
  const store = await openStore(configuration);
  try {
    await store.ping();
    await commitEvent({ store, events: eventsOf(configuration, io) }, operatorAct(), restored);
  } finally {
    await store.close();
  }
}

interface Outcome {
  readonly file: string;
  readonly replaced: string | null;
  readonly data: string;
}

function report(
  { backup, ended }: PreparedRestore,
  { file, replaced, data }: Outcome,
  { json }: RestoreOptions,
  io: Io,
): void {
  if (json) {
    printJson(io, { ...describeBackup(backup), replaced, ended });
    return;
  }
  const made = localAndRelative(backup.createdAt, io.clock.seconds());
  io.out(`Restored ${summary(backup)} from ${basename(file)} into ${resolve(data)}.\n`);
  io.out(
    `The backup was made ${made} by Tessera ${printable(backup.program)}, for ${printable(backup.issuer)}.\n`,
  );
  io.out(`${keptWords(replaced)}\n`);
  if (backup.serverKey === "configured") {
    io.out("The server's own key is not in the backup: set server_key to what it was then.\n");
  }
  io.out(`\n${UNDONE}\n\n`);
  io.out(
    ended === null
      ? "Before you start the server, think of what must not come back. To end all access, restore again with --replace --end-access; or end it piece by piece with tessera user disable, tessera grant revoke, tessera client secret remove.\n"
      : `All access has been ended: ${counted(ended.grants, "grant")} revoked, ${counted(ended.sessions, "session")} ended, every token and remembered consent forgotten. What is left to you are passwords and client secrets, and people and applications that you had disabled: tessera user list, tessera client list.\n`,
  );
}

const keptWords = (replaced: string | null): string =>
  replaced === null
    ? "There was no database before."
    : `The database that was there is kept as ${basename(replaced)}.`;

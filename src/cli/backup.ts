/** `tessera backup`: one file with everything, while the server runs. */
import { closeSync, existsSync, openSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Command } from "commander";
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId } from "../credentials/credential.ts";
import { findBackups, noteBackup } from "../operations/backups.ts";
import { AgeError, type AgeRecipients, encryptFile } from "../platform/age.ts";
import { isoTime } from "../platform/clock.ts";
import { fileDigest } from "../platform/file-digest.ts";
import type { Event } from "../rules/events.ts";
import { databaseFile, isEmbedded, openStore, requireDatabase } from "../store/open.ts";
import type { Backup } from "../store/sqlite/backup.ts";
import { writeBackupAside } from "../store/sqlite/backup-thread.ts";
import { publish } from "../store/sqlite/files.ts";
import type { BackupRecord } from "../store/tables/server.ts";
import { describeBackup, summary } from "./backup-describe.ts";
import { keepLast, type Rotation } from "./backup-rotation.ts";
import { type EncryptionOptions, recipientsOf } from "./backup-secrets.ts";
import { type VerifyOptions, verifyBackup } from "./backup-verify.ts";
import { CommandError } from "./command-error.ts";
import { requireAccess } from "./data-access.ts";
import type { Io } from "./io.ts";
import { operatorAct } from "./operator.ts";
import { byteSize, counted, printJson } from "./output.ts";
import { startProgress } from "./progress.ts";
import { undoneIfInterrupted } from "./stop-request.ts";
import { type CommonOptions, collect, eventsOf, readConfiguration, withCommonOptions } from "./workspace.ts";

export function addBackupCommand(program: Command, io: Io): void {
  const command = program
    .command("backup [file]")
    .description("write everything into one file, while the server runs");
  withCommonOptions(command)
    .option("--keep <number>", "delete all but the last ones that this command wrote into the folder")
    .option(
      "--recipient <age1…>",
      "encrypt it to this recipient of age; repeatable (default: backup.recipients)",
      collect,
    )
    .option("--passphrase", "encrypt it with a passphrase, which is asked for")
    .addHelpText(
      "after",
      `
The file holds all data as of one moment: the digests of all passwords and secrets, and the server's own key, unless
that is in your configuration. Keep it like a password, or encrypt it. Only you can read a file that this command makes,
and it overwrites no file.

Without a name it is tessera-<time>.backup, in the current folder or in the folder that you name; .age follows if it is
encrypted. With - it goes to standard output, and needs as much space in the data folder meanwhile.
Who can read it then depends on your shell: set umask 077 where the file is written.

--keep 30 deletes older backups in the folder, once the new one is complete: only files that this database wrote there
with this command, and that have not changed since. It touches no other file.

Examples:
  tessera backup
  tessera backup /var/backups/tessera/ --keep 30     into this folder, which must exist
  tessera backup friday.backup --data /var/lib/tessera
  tessera backup --recipient age1…                   only the holder of its identity can read it
  (umask 077; tessera backup - > friday.backup)
  tessera backup - | ssh store 'umask 077; cat > friday.backup'
  tessera backup --json | jq -r .file                for scripts: the name it got
  tessera backup verify friday.backup

See also: tessera restore --help`,
    )
    .action((file: string | undefined, options: BackupOptions) =>
      backUp(file, options, io, program.version() ?? ""),
    );

  withCommonOptions(
    command
      .command("verify <file>")
      .description(
        "check that a backup is whole and can be restored; say when and by which version it was made",
      ),
  )
    .option("--identity <file>", "the file with the age identity that opens an encrypted backup")
    .addHelpText(
      "after",
      `
It does what a restore does, beside the database, and leaves nothing behind. It needs space for one more copy, or two if
the backup is encrypted. The server may run. Exit status 1: the backup cannot be restored.

Examples:
  tessera backup verify friday.backup
  tessera backup verify friday.backup.age --identity key.txt
  tessera backup verify friday.backup --json | jq .tables`,
    )
    .action((file: string, options: VerifyOptions) => verifyBackup(file, options, io));
}

interface BackupOptions extends CommonOptions, EncryptionOptions {
  readonly keep?: string;
}

/** As a name: standard output. */
const STANDARD_OUTPUT = "-";

async function backUp(
  file: string | undefined,
  options: BackupOptions,
  io: Io,
  version: string,
): Promise<void> {
  const configuration = readConfiguration(options, io);
  if (!isEmbedded(configuration)) {
    throw new CommandError(
      "Everything is in PostgreSQL, which has its own tools: pg_dump, or what your provider offers. For one file of Tessera's, make an embedded copy first: tessera copy --to sqlite, then tessera backup without database.url.",
    );
  }
  const database = databaseFile(configuration);
  requireAccess(configuration);
  requireDatabase(configuration);
  const now = io.clock.seconds();
  const isPiped = file === STANDARD_OUTPUT;
  const keep = options.keep === undefined ? null : keepCount(options.keep, isPiped);
  if (isPiped && io.showsPerson) {
    throw new CommandError(
      "A backup is no text to read. Send it somewhere: (umask 077; tessera backup - > friday.backup)",
    );
  }
  const whom = await recipientsOf(options, configuration, io);
  const target = resolve(
    nameOf(isPiped ? join(configuration.data, "piped") : file, now, whom === null ? "" : ".age"),
  );
  if (existsSync(target)) throw taken(target);
  // An interrupted backup keeps this name, by which people see that it is incomplete.
  const suffix = `.partial-${Buffer.from(io.random(6)).toString("hex")}`;
  const partial = target + suffix;
  // What is to be encrypted is in the clear only where the database is.
  const plain = whom === null ? partial : resolve(join(configuration.data, `plain${suffix}`));
  const discard = () => {
    for (const name of new Set([plain, partial])) {
      for (const end of ["", "-journal"]) rmSync(name + end, { force: true });
    }
  };
  try {
    const facts = { createdAt: now, program: version, issuer: configuration.issuer };
    const backup = await undoneIfInterrupted(discard, async () => {
      makeEmpty(partial);
      if (whom !== null) makeEmpty(plain);
      const written = await writeWithProgress({ database, file: plain, facts }, options, io);
      if (whom !== null) await encrypt(plain, partial, whom);
      return written;
    });
    const made: Made = {
      madeAt: now,
      bytes: statSync(partial).size,
      sha256: await fileDigest(partial),
      encrypted: whom !== null,
      file: isPiped ? null : target,
    };
    if (isPiped) await io.outFile(partial);
    else if (!publish(partial, target)) throw taken(target);
    const rotation = await noteMade(configuration, made, keep, io);
    if (isPiped) io.err(`Backed up ${summary(backup)} to standard output.\n`);
    else report({ ...made, file: target }, backup, rotation, options, io);
  } finally {
    discard();
  }
}

type Made = Omit<BackupRecord, "id">;

function keepCount(text: string, isPiped: boolean): number {
  if (isPiped) throw new CommandError("--keep is for backups in a folder: standard output keeps none.");
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new CommandError(`--keep ${text}: it must be a whole number, 1 or more, such as --keep 30.`);
  }
  return Number(text);
}

async function encrypt(from: string, to: string, whom: AgeRecipients): Promise<void> {
  try {
    await encryptFile(from, to, whom);
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw new CommandError(
      `${error.message}. Nothing was written. age-keygen makes recipients and their identities.`,
    );
  }
}

const NO_ROTATION: Rotation = { removed: [], left: [] };

/** For status, doctor and rotation. The backup is made, whether the database takes the note or not. */
async function noteMade(
  configuration: Configuration,
  made: Made,
  keep: number | null,
  io: Io,
): Promise<Rotation> {
  const events = eventsOf(configuration, io);
  const event: Event = { event: "database.backed_up", file: made.file ?? "standard output" };
  let isNoted = false;
  try {
    const store = await openStore(configuration, { create: false });
    try {
      const gone = (await findBackups({ store })).filter(({ file }) => file === null || !existsSync(file));
      const id = newRecordId(io.clock, io.random);
      await noteBackup(
        { store, events },
        operatorAct(),
        { id, ...made },
        event,
        gone.map((each) => each.id),
      );
      isNoted = true;
      return keep === null || made.file === null
        ? NO_ROTATION
        : await keepLast(store, dirname(made.file), keep);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!isNoted) events.tell(operatorAct(), [event]);
    const reason = error instanceof Error ? error.message : String(error);
    io.err(
      `The backup is made, but the database takes no note of it, and no other was deleted (${reason}).\n`,
    );
    return NO_ROTATION;
  }
}

const taken = (target: string) =>
  new CommandError(`${target} is there already, and a backup overwrites nothing. Choose another name.`);

function nameOf(file: string | undefined, now: number, ending: string): string {
  const name = `tessera-${isoTime(now).replace(/[-:]/g, "")}.backup${ending}`;
  if (file === undefined) return name;
  // A slash at the end means a folder. If that folder is missing, the command fails and makes no file of its name.
  const isFolder =
    file.endsWith("/") || file.endsWith(sep) || statSync(file, { throwIfNoEntry: false })?.isDirectory();
  return isFolder ? join(file, name) : file;
}

function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CommandError(
      `The backup cannot be written to ${resolve(file, "..")} (${reason}). Choose an existing folder to which you may write.`,
    );
  }
}

async function writeWithProgress(
  order: Parameters<typeof writeBackupAside>[0],
  { json }: CommonOptions,
  io: Io,
): Promise<Backup> {
  const copying = startProgress(io, { label: "Copying ", unit: "bytes", json });
  const checking = startProgress(io, { label: "Checking", unit: "bytes", json });
  try {
    return await writeBackupAside(order, {
      copied: copying.show,
      checked(bytes, all) {
        copying.end();
        checking.show(bytes, all);
      },
    });
  } finally {
    copying.end();
    checking.end();
  }
}

function report(
  { file, bytes, encrypted }: Made & { readonly file: string },
  backup: Backup,
  { removed, left }: Rotation,
  { json }: CommonOptions,
  io: Io,
): void {
  for (const { file: name, reason } of left) io.err(`${name} was not deleted: ${reason}.\n`);
  if (json) {
    printJson(io, { file, bytes, encrypted, ...describeBackup(backup), removed });
    return;
  }
  io.out(`Backed up ${summary(backup)} (${byteSize(bytes)}) to ${file}\n`);
  if (removed.length > 0) io.out(`Deleted ${counted(removed.length, "older backup")} of this database.\n`);
  const key = backup.serverKey === "held" ? "the server's own key and " : "";
  const care = encrypted ? "it is encrypted. Keep the identity elsewhere" : "keep it like a password";
  io.out(`\nIt holds ${key}the digests of all passwords and secrets: ${care}.\n`);
  if (backup.serverKey === "configured") {
    io.out("The server's own key is not in it: keep server_key of your configuration too.\n");
  }
  io.out(`To go back to it: tessera restore ${file}${encrypted ? " --identity key.txt" : ""}\n`);
}

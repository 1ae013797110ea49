/** `tessera backup`: one file with everything, while the server runs. */
import { closeSync, existsSync, openSync, rmSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import type { Command } from "commander";
import type { Configuration } from "../configuration/schema.ts";
import { noteBackup } from "../operations/backups.ts";
import { databaseFile, isEmbedded, openStore, requireDatabase } from "../store/open.ts";
import type { Backup } from "../store/sqlite/backup.ts";
import { writeBackupAside } from "../store/sqlite/backup-thread.ts";
import { publish } from "../store/sqlite/files.ts";
import { CommandError } from "./command-error.ts";
import { requireAccess } from "./data-access.ts";
import type { Io } from "./io.ts";
import { operatorAct } from "./operator.ts";
import { byteSize, counted, decimal, isoTime, printJson } from "./output.ts";
import { startProgress } from "./progress.ts";
import { undoneIfInterrupted } from "./stop-request.ts";
import { type CommonOptions, eventsOf, readConfiguration, withCommonOptions } from "./workspace.ts";

export function addBackupCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("backup [file]")
      .description("write everything into one file, while the server runs")
      .addHelpText(
        "after",
        `
The file holds all data as of one moment: the digests of all passwords and secrets, and the server's own key, unless
that is in your configuration. Keep it like a password. Only you can read a file that this command makes, and it
overwrites no file.

Without a name it is tessera-<time>.backup, in the current folder or in the folder that you name. With - it goes to
standard output, and needs as much space in the data folder meanwhile. Who can read it then depends on your shell: set
umask 077 where the file is written.

Examples:
  tessera backup
  tessera backup /var/backups/tessera/         into this folder, which must exist
  tessera backup friday.backup --data /var/lib/tessera
  (umask 077; tessera backup - > friday.backup)
  tessera backup - | ssh store 'umask 077; cat > friday.backup'
  tessera backup --json | jq -r .file          for scripts: the name it got

See also: tessera restore --help`,
      ),
  ).action((file: string | undefined, options: CommonOptions) =>
    backUp(file, options, io, program.version() ?? ""),
  );
}

/** As a name: standard output. */
const STANDARD_OUTPUT = "-";

async function backUp(
  file: string | undefined,
  options: CommonOptions,
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
  if (isPiped && io.showsPerson) {
    throw new CommandError(
      "A backup is no text to read. Send it somewhere: (umask 077; tessera backup - > friday.backup)",
    );
  }
  const target = resolve(nameOf(isPiped ? join(configuration.data, "piped") : file, now));
  if (existsSync(target)) throw taken(target);
  // An interrupted backup keeps this name, by which people see that it is incomplete.
  const partial = `${target}.partial-${Buffer.from(io.random(6)).toString("hex")}`;
  const discard = () => {
    for (const suffix of ["", "-journal"]) rmSync(partial + suffix, { force: true });
  };
  try {
    const facts = { createdAt: now, program: version, issuer: configuration.issuer };
    const backup = await undoneIfInterrupted(discard, () => {
      makeEmpty(partial);
      return writeWithProgress({ database, file: partial, facts }, options, io);
    });
    const { size } = statSync(partial);
    if (isPiped) await io.outFile(partial);
    else if (!publish(partial, target)) throw taken(target);
    await noteMade(
      configuration,
      { madeAt: now, bytes: size, encrypted: false, file: isPiped ? null : target },
      io,
    );
    eventsOf(configuration, io).tell(operatorAct(), [
      { event: "database.backed_up", file: isPiped ? "standard output" : target },
    ]);
    if (isPiped) io.err(`Backed up ${summary(backup)} to standard output.\n`);
    else report(target, backup, options, io);
  } finally {
    discard();
  }
}

/** For status and doctor. The backup is made, whether the database takes the note or not. */
async function noteMade(
  configuration: Configuration,
  made: Parameters<typeof noteBackup>[1],
  io: Io,
): Promise<void> {
  try {
    const store = await openStore(configuration, { create: false });
    try {
      await noteBackup({ store }, made);
    } finally {
      await store.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    io.err(`The backup is made, but the database does not take a note of it (${reason}).\n`);
  }
}

const taken = (target: string) =>
  new CommandError(`${target} is there already, and a backup overwrites nothing. Choose another name.`);

function nameOf(file: string | undefined, now: number): string {
  const name = `tessera-${isoTime(now).replace(/[-:]/g, "")}.backup`;
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

function report(file: string, backup: Backup, { json }: CommonOptions, io: Io): void {
  const bytes = statSync(file).size;
  if (json) {
    printJson(io, { file, bytes, ...describeBackup(backup) });
    return;
  }
  io.out(`Backed up ${summary(backup)} (${byteSize(bytes)}) to ${file}\n\n`);
  const key = backup.serverKey === "held" ? "the server's own key and " : "";
  io.out(`It holds ${key}the digests of all passwords and secrets: keep it like a password.\n`);
  if (backup.serverKey === "configured") {
    io.out("The server's own key is not in it: keep server_key of your configuration too.\n");
  }
  io.out(`To go back to it: tessera restore ${file}\n`);
}

/** `3 people, 2 clients and 14 grants`. */
export function summary({ tables }: Backup): string {
  const rows = (name: string) => tables.find(({ table }) => table === name)?.rows ?? 0;
  const people = rows("accounts") === 1 ? "1 person" : `${decimal(rows("accounts"))} people`;
  return `${people}, ${counted(rows("clients"), "client")} and ${counted(rows("grants"), "grant")}`;
}

export const describeBackup = (backup: Backup) => ({
  created_at: isoTime(backup.createdAt),
  program: backup.program,
  issuer: backup.issuer,
  server_key: backup.serverKey,
  tables: backup.tables,
  sha256: backup.sha256,
});

/** `tessera backup verify`: restores a backup beside everything, looks whether it is whole, and leaves nothing behind. */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printable } from "../platform/printable.ts";
import { prepareRestore } from "../store/sqlite/restore.ts";
import { describeBackup, summary } from "./backup-describe.ts";
import { type DecryptionOptions, withPlain } from "./backup-secrets.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { byteSize, localAndRelative, printJson } from "./output.ts";
import { startProgress } from "./progress.ts";
import { type CommonOptions, readConfiguration } from "./workspace.ts";

export type VerifyOptions = CommonOptions & DecryptionOptions;

/** Throws CommandError or DatabaseRefused that says what is wrong with the file. */
export async function verifyBackup(file: string, options: VerifyOptions, io: Io): Promise<void> {
  const { data } = readConfiguration(options, io);
  if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`);
  // The data folder has the same secrets in the clear already, and its disk has room for as much.
  const folder = mkdtempSync(join(existsSync(data) ? data : tmpdir(), "verify-"));
  const progress = startProgress(io, { label: "Checking", unit: "bytes", json: options.json });
  try {
    const { backup, encrypted } = await withPlain(
      file,
      join(folder, "plain"),
      options,
      io,
      (plain, isEncrypted) => {
        const database = join(folder, "tessera.db");
        const prepared = prepareRestore(
          { backup: plain, name: file, database, endAccess: null, restoredAt: null },
          progress.show,
        );
        return { backup: prepared.backup, encrypted: isEncrypted };
      },
    );
    progress.end();
    const bytes = statSync(file).size;
    if (options.json) {
      printJson(io, { file, bytes, encrypted, ...describeBackup(backup) });
      return;
    }
    const made = localAndRelative(backup.createdAt, io.clock.seconds());
    io.out(`${file} is whole, and can be restored${encrypted ? " with this identity or passphrase" : ""}.\n`);
    io.out(
      `It was made ${made} by Tessera ${printable(backup.program)}, for ${printable(backup.issuer)}: ${summary(backup)}, ${byteSize(bytes)}.\n`,
    );
    if (backup.serverKey === "configured") {
      io.out("The server's own key is not in it: keep server_key of your configuration too.\n");
    }
  } finally {
    progress.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

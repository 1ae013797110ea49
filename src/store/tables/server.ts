/** Facts of the server itself. */
import { boolean, bytes, integer, orNull, type Row, table, text } from "../declare.ts";
import { id } from "./columns.ts";

/**
 * Numbers that guard decisions on facts without a row of their own. `setup` changes with everything that may make a person
 * an administrator, and with every new setup link. `signing_keys` changes with every change of the keys. `sign_up` changes with every
 * account that a person asks for themselves. `restored` is the time of the last restore of a backup.
 */
export const revisions = table("revisions", {
  columns: { name: text(), revision: integer() },
  key: ["name"],
  updated: true,
});

/** The row of `revisions` that a restore writes (store/sqlite/restore.ts). */
export const RESTORED = "restored";

/**
 * The backups that `tessera backup` made of this database, as far as their files are still where they were written, and the last
 * one wherever it went.
 */
export const backups = table("backups", {
  columns: {
    id: id(),
    /** The moment of the data in it. */
    madeAt: integer(),
    /** How long the file is. */
    bytes: integer(),
    /** The SHA-256 of the whole file. */
    sha256: bytes(),
    encrypted: boolean(),
    /** The file, with its folders; null if it went to standard output. */
    file: orNull(text()),
  },
  indexes: [["madeAt", "id"]],
});
export type BackupRecord = Row<typeof backups>;

/** What `/readyz` writes to prove that the store can write: a row for each process. */
export const probes = table("probes", {
  columns: { id: id(), writtenAt: integer(), expiresAt: integer() },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});

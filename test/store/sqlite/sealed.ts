/** Changed backups, with their old seal or another one. This does not use the program's own code for seals. */
import { appendFileSync, readFileSync, truncateSync } from "node:fs";
import { withConnection } from "../../../src/store/sqlite/driver.ts";

const MARK = "\nTessera backup SHA-256\n";
export const SEAL_BYTES = MARK.length + 32;

export const sealOf = (file: string): Buffer => readFileSync(file).subarray(-SEAL_BYTES);

/** The right seal for these bytes. */
export const sealFor = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(MARK), new Bun.CryptoHasher("sha256").update(bytes).digest()]);

const changeDatabase = (file: string, sql: string): void => {
  truncateSync(file, readFileSync(file).length - SEAL_BYTES);
  withConnection(file, (connection) => connection.execute(sql));
};

/** Changes the content of a backup, and keeps its seal. */
export function tamper(file: string, sql: string): void {
  const seal = sealOf(file);
  changeDatabase(file, sql);
  appendFileSync(file, seal);
}

/** Changes the content of a backup, and seals it anew. */
export function forge(file: string, sql: string): void {
  changeDatabase(file, sql);
  appendFileSync(file, sealFor(readFileSync(file)));
}

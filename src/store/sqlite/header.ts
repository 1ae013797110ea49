/** Reads the header of a file, not as a database: https://www.sqlite.org/fileformat2.html#the_database_header */
import { closeSync, openSync, readSync } from "node:fs";
import { APPLICATION_ID } from "./migrations.ts";

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const APPLICATION_ID_OFFSET = 68;

/** Whether the file begins as databases do. Then any other fault of it is damage. */
export const isDatabase = (file: string): boolean =>
  readHeader(file).toString("latin1", 0, MAGIC.length) === MAGIC;

/** Whether the file begins as our databases do. */
export const isOurDatabase = (file: string): boolean =>
  isDatabase(file) && readHeader(file).readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID;

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, header);
    return header;
  } finally {
    closeSync(descriptor);
  }
}

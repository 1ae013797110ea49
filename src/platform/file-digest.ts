/** The digest of a file that may be larger than the memory. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** The SHA-256 of the file: 32 bytes. */
export async function fileDigest(file: string): Promise<Uint8Array> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return new Uint8Array(hash.digest());
}

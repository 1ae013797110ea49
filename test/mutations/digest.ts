/** The source in which a result was found. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

/** The mutated source, and the mutations themselves. The tests that notice them are not in the digest. */
const FILES = ["src/**/*", "test/mutations/*.ts"];
const CHARACTERS = 16;

/**
 * The first 16 hexadecimal digits of a SHA-256 over the source and the mutations in a folder. The same on every
 * machine.
 */
export function sourceDigest(folder: string): string {
  const files = FILES.flatMap((pattern) => [...new Glob(pattern).scanSync(folder)]);
  const all = createHash("sha256");
  for (const file of files.filter((name) => !name.endsWith(".test.ts")).sort()) {
    const content = readFileSync(join(folder, file));
    all.update(`${file.replaceAll("\\", "/")}\n${content.length}\n`).update(content);
  }
  return all.digest("hex").slice(0, CHARACTERS);
}

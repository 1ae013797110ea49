/**
 * Makes src/accounts/common-passwords.txt.br: `bun tools/common-passwords.ts LIST…`. Each list is a text with a password a line.
 * Decision 44 says which lists they are, and under which licences.
 */
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { foldUsername } from "../src/protocol/identifiers.ts";

/** Longer ones are no passwords but rubbish that got into the lists. */
const LONGEST = 64;

const entries = new Set<string>();
for (const file of process.argv.slice(2)) {
  for (const line of (await Bun.file(file).text()).split(/\r?\n/)) {
    const entry = foldUsername(line);
    if (/^[\x21-\x7e]+$/.test(entry) && entry.length <= LONGEST) entries.add(entry);
  }
}
// A line break before and behind each, as `createCommonPasswords` looks for them.
const text = `\n${[...entries].sort().join("\n")}\n`;
const compressed = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  },
});
await Bun.write(join(import.meta.dir, "../src/accounts/common-passwords.txt.br"), compressed);
console.log(`${entries.size} passwords, ${text.length} bytes, compressed ${compressed.length}`);

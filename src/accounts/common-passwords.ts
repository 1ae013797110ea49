/**
 * The list of common passwords that ships with the program. tools/common-passwords.ts makes the file; decision 44 says where
 * its entries come from.
 */
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import file from "./common-passwords.txt.br" with { type: "file" };

export interface CommonPasswords {
  /** `folded`: as `foldUsername` compares texts, so capitals do not matter. */
  has(folded: string): Promise<boolean>;
}

const decompressed = promisify(brotliDecompress);

/** Every entry with a line break before and behind it. */
export const readCommonPasswords = async (): Promise<string> =>
  (await decompressed(await readFile(file))).toString("latin1");

/** Reads the file when it is first asked, and keeps it. */
export function createCommonPasswords(): CommonPasswords {
  let list: Promise<string> | null = null;
  return {
    async has(folded) {
      list ??= readCommonPasswords();
      try {
        return (await list).includes(`\n${folded}\n`);
      } catch (error) {
        list = null;
        throw error;
      }
    },
  };
}

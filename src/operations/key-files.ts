/** The signing keys of `signing.key_files`, as one process knows them. */
import { configurationMistakes } from "../configuration/error.ts";
import { type FileKey, readKeyFiles } from "../keys/key-file.ts";

export interface KeyFiles {
  /**
   * The keys, in the order of the files; the same array until they are read again. Throws ConfigurationError that names each file that
   * has no usable key.
   */
  keys(): Promise<readonly FileKey[]>;
  /** Reads the files again. With a fault all keys stay as they were. Resolves to the faults, each a sentence that names its file. */
  readAgain(): Promise<readonly string[]>;
}

export function createKeyFiles(files: readonly string[]): KeyFiles {
  let known: Promise<readonly FileKey[]> | null = null;
  const readFirst = async () => {
    const { keys, faults } = await readKeyFiles(files);
    if (faults.length > 0) throw configurationMistakes(faults);
    return keys;
  };
  return {
    keys() {
      known ??= readFirst();
      return known;
    },
    async readAgain() {
      const { keys, faults } = await readKeyFiles(files);
      if (faults.length === 0) known = Promise.resolve(keys);
      return faults;
    },
  };
}

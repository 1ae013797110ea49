/** Loads configurations from texts, for tests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../src/configuration/error.ts";
import type { Configuration } from "../../src/configuration/schema.ts";
import { type ConfigurationSources, loadConfiguration } from "../../src/configuration/sources.ts";

export interface Given {
  readonly file?: string | Uint8Array;
  readonly env?: Record<string, string>;
  readonly flags?: ConfigurationSources["flags"];
}

/** A folder for the files of one test file. */
export function openLoading() {
  const folder = mkdtempSync(join(tmpdir(), "tessera-configuration-"));
  let files = 0;
  /** Writes a file and returns its path. */
  const write = (contents: string | Uint8Array, name = `${++files}.toml`): string => {
    const file = join(folder, name);
    writeFileSync(file, contents);
    return file;
  };
  const load = ({ file = "", env = {}, flags = {} }: Given = {}): Configuration =>
    loadConfiguration({ file: write(file), env, flags });
  return {
    folder,
    write,
    load,
    /** The message with which the configuration is refused. */
    mistakes(given: Given): string {
      try {
        load(given);
      } catch (error) {
        if (error instanceof ConfigurationError) return error.message;
        throw error;
      }
      throw new Error("Nothing was refused.");
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

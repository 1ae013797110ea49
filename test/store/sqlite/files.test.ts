/** Names that are given once, and databases that are replaced while they are opened. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseRefused } from "../../../src/store/contract.ts";
import { publish, restoredFile } from "../../../src/store/sqlite/files.ts";
import { openMigrated } from "../../../src/store/sqlite/index.ts";
import { openSqliteStore } from "../acts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tessera-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
function write(name: string): string {
  writeFileSync(file(name), name);
  return file(name);
}

describe("a complete file", () => {
  test("gets its name", () => {
    expect(publish(write("partial"), file("whole"))).toBe(true);
    expect(readFileSync(file("whole"), "utf8")).toBe("partial");
    expect(existsSync(file("partial"))).toBe(false);
  });

  test("takes the name of no other file, and of no link that leads nowhere", () => {
    expect(publish(write("partial"), write("taken"))).toBe(false);
    expect(readFileSync(file("taken"), "utf8")).toBe("taken");
    symlinkSync(file("nowhere"), file("link"));
    expect(publish(file("partial"), file("link"))).toBe(false);
    expect(lstatSync(file("link")).isSymbolicLink()).toBe(true);
  });

  test("keeps its own name if the other cannot be given", () => {
    expect(() => publish(write("partial"), file("missing/whole"))).toThrow("ENOENT");
    expect(() => publish(file("partial"), join(write("taken"), "whole"))).toThrow("link");
    expect(existsSync(file("partial"))).toBe(true);
  });
});

describe("a database that is being opened", () => {
  /** Opens it, and runs `change` as soon as SQLite has it open. */
  async function openWhile(change: () => void) {
    const options = {
      get mayBeUnfinished() {
        change();
        return false;
      },
    };
    (await openMigrated(file("tessera.db"), options)).close();
  }
  const make = async (name: string) => (await openSqliteStore({ file: file(name) })).close();

  test("is refused if a restore is prepared meanwhile", async () => {
    await make("tessera.db");
    const opening = openWhile(() => writeFileSync(restoredFile(file("tessera.db")), ""));
    await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
    await expect(opening).rejects.toThrow("Finish it: tessera restore");
  });

  test("is refused if another takes its place meanwhile", async () => {
    await make("tessera.db");
    await make("other.db");
    const opening = openWhile(() => {
      renameSync(file("tessera.db"), file("aside.db"));
      renameSync(file("other.db"), file("tessera.db"));
    });
    await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
    await expect(opening).rejects.toThrow("was replaced while it was being opened");
  });

  test("is opened if nothing happens", async () => {
    await make("tessera.db");
    await openWhile(() => {});
  });
});

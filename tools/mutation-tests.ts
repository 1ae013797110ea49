/** Runs tests in copies of the source, with a mutation or without. The source itself stays as it is. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";

const root = join(import.meta.dir, "..");

/** Longer than any test file takes. It ends the tests of a mutation that makes the server hang. */
const PATIENCE_MILLIS = 600_000;
/** Folders that no test of a mutation needs. */
const LEFT_OUT = [".git", "data"];

/** Tests to run. */
export interface Selection {
  /** Below test/. */
  readonly files: readonly string[];
  /** Only those whose names match: a regular expression. */
  readonly only?: string | undefined;
}

export interface Run {
  /** Whether there was a test, and none failed. */
  readonly passed: boolean;
  /** The names of the tests that failed, as the runner prints them. */
  readonly failed: readonly string[];
  /** Why no test ran; null if tests ran, or if no test has such a name. */
  readonly trouble: string | null;
}

const folders: string[] = [];
const running = new Set<Bun.Subprocess>();

/** Of the source, or of a copy of it. */
export function copyOfSource(from = root): string {
  const folder = mkdtempSync(join(tmpdir(), "tessera-mutations-"));
  folders.push(folder);
  cpSync(from, folder, {
    recursive: true,
    filter: (path) => basename(path) !== "node_modules" && !LEFT_OUT.includes(relative(from, path)),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Ends the processes in the copies, and removes the copies. */
export function removeCopies(): void {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** `flags` are the runner's own. */
export async function runTests(
  folder: string,
  { files, only }: Selection,
  flags: string[] = [],
): Promise<Run> {
  const filter = only === undefined ? [] : ["-t", only];
  const paths = files.map((file) => `./test/${file}`);
  const child = Bun.spawn([process.execPath, "test", "--timeout", "60000", ...flags, ...filter, ...paths], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: PATIENCE_MILLIS,
  });
  running.add(child);
  const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const code = await child.exited;
  running.delete(child);
  const output = texts.join("\n");
  const failed = [...output.matchAll(/^\(fail\) (.+?)(?: \[[\d.]+m?s\])?$/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "(unnamed)");
  const isQuiet = code === 0 || failed.length > 0 || /matched 0 tests/.test(output);
  return {
    passed: code === 0 && /^ *[1-9]\d* pass$/m.test(output),
    failed: [...new Set(failed)],
    trouble: isQuiet ? null : output.slice(-3000),
  };
}

/** A filter for tests by their names as the runner prints them. Of a name with a line break it prints the first line. */
export const named = (names: readonly string[]): string =>
  names.map((name) => name.split(" > ").map(escaped).join("(?: > | )")).join("|");

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The tests that fail without a mutation; their failure with a mutation proves nothing. */
export class Baseline {
  readonly #folder: string;
  readonly #checks = new Map<string, Promise<void>>();
  /** The names of tests that failed twice in a row: on a busy machine a test may run out of time once. */
  readonly red = new Set<string>();
  /** Files without a test that could run. */
  readonly broken = new Set<string>();

  /** `folder`: an unchanged copy. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs the tests, unless they have run before. */
  check(selection: Selection): Promise<void> {
    const key = JSON.stringify([selection.files, selection.only]);
    const check = this.#checks.get(key) ?? this.#run(selection);
    this.#checks.set(key, check);
    return check;
  }

  async #run({ files, only }: Selection): Promise<void> {
    // As `npm test` does, each file by itself.
    const first = await runTests(this.#folder, { files, only }, ["--isolate"]);
    if (first.trouble !== null) {
      for (const file of files) this.broken.add(file);
      console.log(`${files.join(", ")} cannot run without a mutation:\n${first.trouble}`);
    }
    if (first.failed.length === 0) return;
    const second = await runTests(this.#folder, { files, only: named(first.failed) }, ["--isolate"]);
    for (const name of second.failed) {
      this.red.add(name);
      console.log(`fails without a mutation: ${name}`);
    }
  }
}

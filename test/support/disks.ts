/** Small disks that tests can fill, where this process may mount file systems: as root, outside of restricted containers. */
import { mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const isRoot = process.getuid?.() === 0;

export const run = (...command: string[]): boolean => Bun.spawnSync(command, { stderr: "ignore" }).success;

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "tessera-disk-"));
  const may = isRoot && run("mount", "-t", "tmpfs", "tmpfs", folder) && run("umount", folder);
  rmdirSync(folder);
  return may;
}
export const canMount = process.platform === "linux" && mayMount();

export interface SmallDisk {
  fill(): void;
  /** Frees what `fill` took. */
  free(): void;
  remove(): void;
}

/** Mounts a separate disk for a folder, small enough to be filled. */
export function mountSmall(folder: string, megabytes = 1): SmallDisk {
  if (!run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", folder)) {
    throw new Error(`No disk could be mounted at ${folder}.`);
  }
  const filler = join(folder, "filler");
  return {
    fill: () => void run("sh", "-c", `head -c ${megabytes + 1}m /dev/zero > '${filler}'`),
    free: () => rmSync(filler),
    remove: () => void run("umount", folder),
  };
}

/** Paths that begin with `~`. A shell expands them only at the beginning of a word, so `--data=~/x` arrives as it is. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The path with the home folder for a `~` at its beginning. `~name`, the home of another user, stays as it is. */
export function expandHome(path: string, home: string = homedir()): string {
  if (path === "~") return home;
  return /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path;
}

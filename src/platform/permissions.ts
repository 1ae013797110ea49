/** Which users of this machine may use a file. */
import { statSync } from "node:fs";

/** Others may read or change it, or its group may change it. A group that may read it is common where files are mounted. */
const OTHERS = 0o027;

/** Whether more users than its owner, and its readers by group, may use the file. False on Windows, which has no such modes. */
export const isOpenToOthers = (file: string): boolean =>
  process.platform !== "win32" && (statSync(file).mode & OTHERS) !== 0;

/** The text as one word of a POSIX shell. To a shell, an unquoted `#` begins a comment. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

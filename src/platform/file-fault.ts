/** Why a file cannot be read, as the rest of a sentence that begins with its name. */
export function fileFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return FAULTS[code] ?? `cannot be read (${code})`;
}

const FAULTS: Readonly<Record<string, string>> = { EISDIR: "is a folder", ENOENT: "does not exist" };

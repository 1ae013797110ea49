/**
 * Paths with parameters: `/api/people/:subject`. The fixed segments are compared byte for byte, as all paths are (decision 32). A
 * parameter is one segment, and may have any text in it that is percent-encoded as RFC 3986 §2.1 says.
 */

export type PathParameters = Readonly<Record<string, string>>;

export const isPattern = (path: string): boolean => path.includes("/:");

/** The parameters of a path that fits the pattern, decoded; null if it does not fit. */
export function matchPattern(pattern: string, path: string): PathParameters | null {
  const wanted = pattern.split("/");
  const sent = path.split("/");
  if (wanted.length !== sent.length) return null;
  const parameters: Record<string, string> = {};
  for (const [place, segment] of wanted.entries()) {
    const text = sent[place] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== text) return null;
      continue;
    }
    const value = decodeSegment(text);
    if (value === null) return null;
    parameters[segment.slice(1)] = value;
  }
  return parameters;
}

/** Null for a segment that is empty, no UTF-8, or one that programs on the way resolve. */
function decodeSegment(segment: string): string | null {
  try {
    const value = decodeURIComponent(segment);
    return value === "" || value === "." || value === ".." || value.includes("\0") ? null : value;
  } catch {
    return null;
  }
}

/** The path of a pattern with these parameters. */
export const fillPattern = (pattern: string, parameters: PathParameters): string =>
  pattern.replace(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""));

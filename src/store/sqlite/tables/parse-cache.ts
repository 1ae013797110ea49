/** Remembers what texts were parsed to, so that a text which is read at every request is parsed once. */

/**
 * `parse` must depend on nothing but the text; what it returns is shared. The texts that are kept have `maximumBytes`
 * together at most, however many they are: strangers write some of them. The oldest make room.
 */
export function parseCache<Parsed>(
  parse: (text: string) => Parsed,
  maximumBytes: number,
): (text: string) => Parsed {
  const kept = new Map<string, { readonly parsed: Parsed; readonly bytes: number }>();
  let keptBytes = 0;

  const makeRoom = (bytes: number): void => {
    for (const [text, entry] of kept) {
      if (keptBytes + bytes <= maximumBytes) return;
      kept.delete(text);
      keptBytes -= entry.bytes;
    }
  };

  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known.parsed;
    const parsed = parse(text);
    const bytes = Buffer.byteLength(text);
    if (bytes > maximumBytes) return parsed;
    makeRoom(bytes);
    kept.set(text, { parsed, bytes });
    keptBytes += bytes;
    return parsed;
  };
}

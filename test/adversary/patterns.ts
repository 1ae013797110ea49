/** Finds the regular expressions in source text without running it. */

/** After these a slash begins a regular expression; elsewhere it divides, or closes a tag. */
const BEFORE_PATTERN = /(?:^|[(,=:[!&|?{};+]|=>|\b(?:return|typeof|case))\s*$/;
const PATTERN = /^\/((?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+)\/([a-z]*)/;

/** Skips comments, quoted texts, and the contents of templates. */
export function patternsIn(source: string): RegExp[] {
  const found: RegExp[] = [];
  let before = "";
  let rest = source;
  const skip = (length: number, stands: string) => {
    rest = rest.slice(length);
    before = (before + stands).slice(-20);
  };
  while (rest !== "") {
    const comment = /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest);
    const quoted = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`)/.exec(rest);
    const pattern = rest.startsWith("/") && BEFORE_PATTERN.test(before) ? PATTERN.exec(rest) : null;
    if (comment !== null) skip(comment[0].length, "");
    else if (quoted !== null) skip(quoted[0].length, "x");
    else if (pattern !== null) {
      found.push(new RegExp(pattern[1] ?? "", pattern[2]));
      skip(pattern[0].length, "x");
    } else skip(1, rest.charAt(0));
  }
  return found;
}

/** Repetitions of one or two characters, both from the pattern and foreign to it, with an end that does not match. */
export function hostileTexts({ source }: RegExp, length: number): string[] {
  const plain = source.replace(/\\[a-zA-Z](?:\{[^}]*\}|[0-9a-fA-F]{2,4})?/g, "");
  const known = [...new Set(plain)].slice(0, 30);
  const units = new Set([
    ...known,
    "a",
    "A",
    "0",
    " ",
    "-",
    "/",
    ".",
    "\\",
    '"',
    "=",
    ",",
    "\u0000",
    "é",
    "\u202e",
  ]);
  for (const one of known.slice(0, 6)) for (const other of ["a", "0", " "]) units.add(one + other);
  const starts = ["", ...(/^\^?([A-Za-z-][\w:/ -]*)/.exec(source)?.slice(1) ?? [])];
  return [...units].flatMap((unit) => {
    const body = unit.repeat(Math.ceil(length / unit.length));
    return starts.flatMap((start) => [`${start}${body}\u0001`, `${start}${body}`]);
  });
}

/** How a mutation finds its place (place.ts). */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "./mutation.ts";
import { applied, readSource } from "./place.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function sourceOf(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "tessera-place-"));
  folders.push(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return readSource(folder);
}

/** The file after the change. */
const changed = (text: string, change: Omit<Change, "in">, file = "a.ts"): string | undefined =>
  applied(sourceOf({ [file]: text }), [{ in: ".", ...change }]).get(file);

const CHECK = { match: "if ($CODE.usedAt !== null) return null", replace: "if ($CODE.usedAt) return 1;" };

describe("a place", () => {
  test.each([
    "function f(code) { if (code.usedAt !== null) return null; }",
    "function f(stored) {\n  if (\n    stored.usedAt !== null // used\n  )\n    return null\n}",
    "const g = (x) => { if (x.row.usedAt!==null) return null; };",
  ])("is found under other names, in other lines, in other functions: %j", (text) => {
    expect(changed(text, CHECK)).toContain(".usedAt) return 1;");
  });

  test("is looked for within what is named, also through what is in between", () => {
    const text = `const methods = { read: () => write(() => { use(a); }), drop: () => write(() => { use(b); }) };
class Table { read() { use(c); } }`;
    const change = { match: "use($ROW)", replace: "keep($ROW)" };
    expect(changed(text, { ...change, within: "drop" })).toBe(text.replace("use(b)", "keep(b)"));
    expect(changed(text, { ...change, within: "Table read" })).toBe(text.replace("use(c)", "keep(c)"));
    expect(changed(text, { ...change, within: "methods read" })).toBe(text.replace("use(a)", "keep(a)"));
  });

  test("may be in any file of a folder", () => {
    const source = sourceOf({ "a.ts": "f(1);", "b.tsx": "export const b = <p>{g(2)}</p>;" });
    const change = { in: ".", match: "g($N)", replace: "0" };
    expect([...applied(source, [change])]).toEqual([["b.tsx", "export const b = <p>{0}</p>;"]]);
  });

  test("may be a member, an element or an attribute; a comma goes with what is taken out", () => {
    const text = "const o = { error: undefined, iss: issuer, ...rest };\nconst list = [one, two];";
    const out = { replace: "" };
    expect(changed(text, { ...out, match: { entry: "error: undefined" } })).toContain(
      "{  iss: issuer, ...rest }",
    );
    expect(changed(text, { ...out, match: { entry: "...$REST" } })).toContain("iss: issuer }");
    expect(changed(text, { ...out, match: "two", within: "list" })).toContain("[one]");
    const page = "const page = <Field id={id} value={name} />;";
    const change = { match: { attribute: "value={$VALUE}" }, replace: "value={raw($VALUE)}" };
    expect(changed(page, change, "a.tsx")).toBe("const page = <Field id={id} value={raw(name)} />;");
  });

  test("may be a part of a text, whose white space is free but between words", () => {
    const text =
      "const REDEEM = `SELECT x FROM codes\n    WHERE id=:id\n    FOR  UPDATE`;\nconst FORUPDATE = `FORUPDATE`;";
    const change = { match: { text: "id = :id FOR UPDATE" }, replace: "id = :id" };
    expect(changed(text, change)).toBe(text.replace("id=:id\n    FOR  UPDATE", "id = :id"));
    expect(changed("f(`${g('x = 1')}`)", { match: { text: "x=1" }, replace: "$& OR 1" })).toBe(
      "f(`${g('x = 1 OR 1')}`)",
    );
    expect(changed("const P = /^[a-z]{43,128}$/;", { match: { text: "{43,128}" }, replace: "{1,128}" })).toBe(
      "const P = /^[a-z]{1,128}$/;",
    );
  });

  test("gives what its holes stood for to what stands there after", () => {
    const change = { match: "$KEYS.mac($COOKIE, $$$REST)", replace: "log($&); $KEYS.mac($$$REST)" };
    expect(changed("k.mac(a.b, c, [d]);", change)).toBe("log(k.mac(a.b, c, [d])); k.mac(c, [d]);");
  });

  test("may be one that an earlier change made, so that changes may stand in each other", () => {
    const source = sourceOf({ "a.ts": "const redeem = (id) => { use(find(id)); };" });
    const inner = { in: "a.ts", match: "find($ID)", replace: "before" };
    const outer = { in: "a.ts", match: "const redeem = $DO", replace: "const before = 1;\n$&" };
    expect(applied(source, [inner, outer]).get("a.ts")).toBe(
      "const before = 1;\nconst redeem = (id) => { use(before); };",
    );
  });
});

describe("a mutation fails", () => {
  const source = sourceOf({ "a.ts": "function f() {\n  use(a);\n}\n\nconst g = () => use(b);\n" });
  const change = { in: "a.ts", match: "use($X)", replace: "0" };

  test.each<[string, Change, string]>([
    ["whose place is missing", { ...change, match: "lose($X)" }, "a.ts: “lose($X)” is not there."],
    ["that fits twice", change, "a.ts: “use($X)” is there more than once: a.ts:2, a.ts:5."],
    [
      "whose place is elsewhere",
      { ...change, match: "use(b)", within: "f" },
      "a.ts, within f: “use(b)” is not there. It is elsewhere: a.ts:5.",
    ],
    [
      "whose function is missing",
      { ...change, match: "use(b)", within: "h" },
      "a.ts: nothing is called h. It is elsewhere: a.ts:5.",
    ],
    ["whose file is missing", { ...change, in: "b.ts" }, "src/ has no b.ts."],
    [
      "whose text is missing",
      { ...change, match: { text: "FOR UPDATE" } },
      "a.ts: “FOR UPDATE” is not there.",
    ],
    [
      "that knows a hole which the pattern does not have",
      { ...change, within: "f", replace: "$Y" },
      "The replacement has $Y, the pattern has not.",
    ],
    [
      "that leaves no program",
      { ...change, within: "f", replace: "(" },
      "a.ts: what stands there after the change is no TypeScript.",
    ],
  ])("%s", (_, wrong, message) => {
    expect(() => applied(source, [wrong])).toThrow(message);
  });
});

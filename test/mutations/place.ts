/** Finds the place of a mutation in the source, and applies it. The syntax tree is ast-grep's (decision 21). */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Lang, parse, type SgNode } from "@ast-grep/napi";
import { Glob } from "bun";
import type { Change, Matcher } from "./mutation.ts";

/** A folder of TypeScript. Each file is read and parsed once, at its first use. */
export interface Source {
  /** The files at or below a path, or none. */
  files(path: string): readonly string[];
  text(file: string): string;
  tree(file: string): SgNode;
}

export function readSource(folder: string): Source {
  const texts = new Map<string, string>();
  const trees = new Map<string, SgNode>();
  const all = [...new Glob("**/*.{ts,tsx}").scanSync(folder)].sort();
  const text = (file: string): string =>
    remembered(texts, file, () => readFileSync(join(folder, file), "utf8"));
  return {
    files(path) {
      if (path === ".") return all;
      const there = join(folder, path);
      if (!existsSync(there)) return [];
      return statSync(there).isFile() ? [path] : all.filter((file) => file.startsWith(`${path}/`));
    },
    text,
    tree: (file) => remembered(trees, file, () => treeOf(file, text(file))),
  };
}

const treeOf = (file: string, text: string): SgNode =>
  parse(file.endsWith(".tsx") ? Lang.Tsx : Lang.TypeScript, text).root();

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** A part of a file, in UTF-16 units from its start. */
interface Part {
  readonly file: string;
  readonly begin: number;
  readonly end: number;
}

interface Edit extends Part {
  readonly replacement: string;
}

/** A part that matches the place. */
interface Candidate extends Part {
  /** The matched node; for a `text` the literal around it. */
  readonly node: SgNode;
}

/**
 * The changed files by name, with their texts. Each change finds its place in the result of the previous ones. Throws
 * if a place is missing or ambiguous, or if a changed file is no TypeScript.
 */
export function applied(source: Source, changes: readonly Change[]): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const change of changes) {
    const { file, begin, end, replacement } = editOf(withTexts(source, changed), change);
    const text = changed.get(file) ?? source.text(file);
    changed.set(file, text.slice(0, begin) + replacement + text.slice(end));
  }
  for (const [file, text] of changed) checkSyntax(file, text);
  return changed;
}

/** The source with some of its files changed. */
function withTexts(source: Source, changed: ReadonlyMap<string, string>): Source {
  return {
    files: source.files,
    text: (file) => changed.get(file) ?? source.text(file),
    tree: (file) => {
      const text = changed.get(file);
      return text === undefined ? source.tree(file) : treeOf(file, text);
    },
  };
}

function checkSyntax(file: string, text: string): void {
  try {
    new Bun.Transpiler({ loader: file.endsWith(".tsx") ? "tsx" : "ts" }).transformSync(text);
  } catch (error) {
    throw new Error(`${file}: what stands there after the change is no TypeScript.`, { cause: error });
  }
}

function editOf(source: Source, change: Change): Edit {
  const { match, replace } = change;
  const place = findPlace(source, change);
  const { file, node } = place;
  const text = source.text(file);
  const matched = text.slice(place.begin, place.end);
  if (isText(match)) return { ...place, replacement: replace.replaceAll("$&", () => matched) };
  const { begin, end } = replace === "" ? withComma(node) : place;
  return { file, begin, end, replacement: filledIn(replace, matched, node, text) };
}

const isText = (match: Matcher): match is { readonly text: string } =>
  typeof match !== "string" && "text" in match;

/** The one place. Throws with the candidates if there is none or more than one. */
function findPlace(source: Source, { in: path, within, match }: Change): Candidate {
  const files = source.files(path);
  if (files.length === 0) throw new Error(`src/ has no ${path}.`);
  const around = within?.split(" ") ?? [];
  const candidates = files.flatMap((file) => candidatesIn(source, file, match));
  const fitting = candidates.filter(({ node }) => isWithin(node, around));
  const [place] = fitting;
  if (place !== undefined && fitting.length === 1) return place;

  const where = `${path}${within === undefined ? "" : `, within ${within}`}: ${quoted(match)}`;
  if (place !== undefined) throw new Error(`${where} is there more than once: ${linesOf(source, fitting)}.`);
  const elsewhere = candidates.length === 0 ? "" : ` It is elsewhere: ${linesOf(source, candidates)}.`;
  const unknown = around.filter((name) => !files.some((file) => declares(source.tree(file), name)));
  if (unknown.length === 0) throw new Error(`${where} is not there.${elsewhere}`);
  throw new Error(`${path}: nothing is called ${unknown.join(", ")}.${elsewhere}`);
}

const quoted = (match: Matcher): string =>
  `“${typeof match === "string" ? match : Object.values(match).join()}”`;

/** For people: "grants/grant.ts:64". */
const linesOf = (source: Source, found: readonly Candidate[]): string =>
  found
    .map(({ file, begin }) => `${file}:${source.text(file).slice(0, begin).split("\n").length}`)
    .join(", ");

function candidatesIn(source: Source, file: string, match: Matcher): Candidate[] {
  const tree = source.tree(file);
  if (isText(match)) return literalsWith(tree, file, match.text);
  return tree.findAll(patternOf(match)).map((node) => ({ file, node, ...rangeOf(node) }));
}

const rangeOf = (node: SgNode): { begin: number; end: number } => {
  const { start, end } = node.range();
  return { begin: start.index, end: end.index };
};

/** A member or an attribute is no program by itself, so this cuts the pattern out of a small one. */
function patternOf(match: Exclude<Matcher, { text: string }>) {
  if (typeof match === "string") return { rule: { pattern: match } };
  if ("attribute" in match) {
    const context = `<a ${match.attribute} />`;
    return { rule: { pattern: { context, selector: "jsx_attribute" as const } } };
  }
  const context = `({ ${match.entry} })`;
  const object = treeOf("entry.ts", context).find({ rule: { kind: "object" } });
  const selector = object?.namedChildren()[0]?.kind();
  if (selector === undefined) throw new Error(`“${match.entry}” is no member of an object.`);
  return { rule: { pattern: { context, selector } } };
}

const LITERALS = ["string", "template_string", "regex", "jsx_text"] as const;

/** The parts of literals with this text. White space is ignored, except between two words. */
function literalsWith(tree: SgNode, file: string, text: string): Candidate[] {
  const pattern = freelySpaced(text);
  const found = new Map<number, Candidate>();
  for (const node of tree.findAll({ rule: { any: LITERALS.map((kind) => ({ kind })) } })) {
    for (const { 0: part, index } of node.text().matchAll(pattern)) {
      const begin = rangeOf(node).begin + index;
      // A template inside a template is found twice; the inner one comes later.
      found.set(begin, { file, node, begin, end: begin + part.length });
    }
  }
  return [...found.values()];
}

function freelySpaced(text: string): RegExp {
  const tokens = text.match(/\w+|[^\w\s]/g) ?? [];
  const parts = tokens.map((token, index) => {
    const before = tokens[index - 1];
    if (before === undefined) return RegExp.escape(token);
    const areWords = /^\w/.test(before) && /^\w/.test(token);
    return `${areWords ? "\\s+" : "\\s*"}${RegExp.escape(token)}`;
  });
  return new RegExp(parts.join(""), "g");
}

/** Whether the named declarations stand around the node, the last one nearest. */
function isWithin(node: SgNode, around: readonly string[]): boolean {
  const left = [...around];
  for (const one of [node, ...node.ancestors()])
    if (left.length > 0 && nameOf(one) === left.at(-1)) left.pop();
  return left.length === 0;
}

/** Of a function, class, method, constant or member. */
const nameOf = (node: SgNode): string | undefined =>
  (node.field("name") ?? node.field("key"))?.text().replaceAll(/^["']|["']$/g, "");

const declares = (tree: SgNode, name: string): boolean =>
  tree.findAll({ rule: { regex: `^["']?${RegExp.escape(name)}["']?$` } }).some((node) => {
    const parent = node.parent();
    return parent !== null && nameOf(parent) === name;
  });

/** Adds to a node of a list the comma after it, or else the one before it. */
function withComma(node: SgNode): { begin: number; end: number } {
  const { begin, end } = rangeOf(node);
  const [next, previous] = [node.next(), node.prev()];
  if (next?.kind() === ",") return { begin, end: rangeOf(next).end };
  if (previous?.kind() === ",") return { begin: rangeOf(previous).begin, end };
  return { begin, end };
}

/** Fills in the match and the pattern's holes. Throws for a hole that the pattern does not have. */
function filledIn(replacement: string, matched: string, node: SgNode, text: string): string {
  return replacement.replaceAll(/\$&|(\$\$\$|\$)([A-Z_][A-Z0-9_]*)/g, (hole, kind: string, name: string) => {
    if (hole === "$&") return matched;
    const parts = kind === "$" ? [node.getMatch(name)] : node.getMultipleMatches(name);
    const [first, last] = [parts[0], parts.at(-1)];
    if (first === undefined && kind === "$$$") return "";
    if (!first || !last) throw new Error(`The replacement has ${hole}, the pattern has not.`);
    return text.slice(rangeOf(first).begin, rangeOf(last).end);
  });
}

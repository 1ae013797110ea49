/** The pages that say what is proved: docs/conformance.md and docs/threats.md, from the ledgers and the tests' claims. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { LEDGERS, SPECIFICATIONS } from "../test/conformance/ledger/index.ts";
import type { Ledger, Row } from "../test/conformance/ledger/row.ts";
import { THREATS } from "../test/conformance/ledger/threats.ts";

const tests = join(import.meta.dir, "../test");

/** A test that claims a row. */
export interface Proof {
  /** "RFC 6749 4.1.2-3". */
  readonly claim: string;
  /** Below test/. */
  readonly file: string;
  readonly name: string;
}

const PROVES = /\bproves\(\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)\s*,([^)]*)\)/g;

/** What the tests claim, in the order of their files. */
export function readProofs(): Proof[] {
  const proofs: Proof[] = [];
  for (const file of [...new Glob("**/*.{ts,tsx}").scanSync(tests)].sort()) {
    if (file === "support/proves.ts" || file.includes("node_modules/")) continue;
    const source = readFileSync(join(tests, file), "utf8");
    for (const [, name = "", claims = ""] of source.matchAll(PROVES)) {
      for (const [, claim = ""] of claims.matchAll(/"([^"]+)"/g)) {
        proofs.push({ claim, file, name: name.slice(1, -1).replaceAll(/\\(.)/g, "$1") });
      }
    }
  }
  return proofs;
}

export type State = "proved" | "deviation" | "not applicable" | "open";

export interface Entry {
  readonly row: Row;
  readonly state: State;
  readonly proofs: readonly Proof[];
}

/** The rows of a ledger with their proofs. */
export function entriesOf({ source, rows }: Ledger, proofs: readonly Proof[]): Entry[] {
  return rows.map((row) => {
    const found = proofs.filter(({ claim }) => claim === `${source} ${row.id}`);
    return { row, state: stateOf(row, found), proofs: found };
  });
}

function stateOf({ deviation, notApplicable }: Row, proofs: readonly Proof[]): State {
  if (deviation !== undefined) return "deviation";
  if (proofs.length > 0) return "proved";
  return notApplicable === undefined ? "open" : "not applicable";
}

/** Claims of rows that do not exist. */
export function strayClaims(proofs: readonly Proof[]): Proof[] {
  const known = new Set(LEDGERS.flatMap(({ source, rows }) => rows.map(({ id }) => `${source} ${id}`)));
  return proofs.filter(({ claim }) => !known.has(claim));
}

const NOTE =
  "<!-- Made from the ledgers in test/conformance/ledger and from what the tests claim, by tools/conformance.ts: npm run docs -->";

export function conformancePage(): string {
  const proofs = readProofs();
  const ledgers = SPECIFICATIONS.map((ledger) => ({ ledger, entries: entriesOf(ledger, proofs) }));
  return page([
    "# Conformance",
    NOTE,
    `Every MUST and SHOULD, and their negatives, of the specifications below that binds an authorization server is a row: the
section and the number of the statement in it, what it demands, what Tessera does, and the tests that fail when it no longer
does. REQUIRED and SHALL count as MUST, RECOMMENDED as SHOULD. The demonstrations are part of \`npm test\`; one of them fails
when this page and the tests differ.`,
    ...legend(),
    [
      "| specification | rows | proved | deviations | not applicable | open |",
      "|---|--:|--:|--:|--:|--:|",
      ...ledgers.map(({ ledger, entries }) => {
        const count = (state: State) => entries.filter((entry) => entry.state === state).length;
        return `| [${ledger.source}](#${anchor(heading(ledger))}) ${ledger.title} | ${entries.length} | ${count("proved")} | ${count("deviation")} | ${count("not applicable")} | ${count("open")} |`;
      }),
    ].join("\n"),
    ...ledgers.flatMap(({ ledger, entries }) => [
      `## ${heading(ledger)}`,
      [
        "| | | statement | Tessera | proof |",
        "|---|---|---|---|---|",
        ...entries.map(
          (entry) =>
            `| ${entry.row.id} | ${entry.row.level ?? ""} | ${entry.row.statement} | ${entry.row.does} | ${proofOf(entry)} |`,
        ),
      ].join("\n"),
    ]),
  ]);
}

export function threatsPage(): string {
  const entries = entriesOf(THREATS, readProofs());
  return page([
    "# Threat model",
    NOTE,
    `What has broken other authorization servers, class by class: what Tessera does against it, and the tests that fail without
it. What is assumed of the machine and of the proxy in front, and how to report a fault, is in [SECURITY.md](../SECURITY.md);
how the tests themselves were checked is in [security.md](security.md).`,
    ...legend(),
    [
      "| | class | defence | proof |",
      "|--:|---|---|---|",
      ...entries.map(
        (entry) => `| ${entry.row.id} | ${entry.row.statement} | ${entry.row.does} | ${proofOf(entry)} |`,
      ),
    ].join("\n"),
  ]);
}

const legend = (): string[] => [
  `*Deviation*: Tessera does otherwise on purpose, and why. *Not applicable*: what the statement is about does not exist here
(yet). *Open*: no test shows it.`,
];

function proofOf({ row, state, proofs }: Entry): string {
  const tested = proofs
    .map(({ file, name }) => `[${file.replace(/(\.test)?\.tsx?$/, "")}](../test/${file}): “${cell(name)}”`)
    .join("; ");
  if (state === "open") return "**open**";
  if (state === "proved") return tested;
  const reason =
    state === "deviation" ? `*Deviation:* ${row.deviation}` : `*Not applicable:* ${row.notApplicable}`;
  if (tested === "") return reason;
  return `${reason.replace(/[.]?$/, ".")} ${tested}`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const heading = ({ source, title }: Ledger): string => `${source}: ${title}`;
const anchor = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
const page = (parts: readonly string[]): string => `${parts.join("\n\n")}\n`;

/** Makes docs/conformance.md and docs/threats.md from the ledgers and the tests' claims. */
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
  /** As written, with the placeholders of `test.each`. */
  readonly name: string;
  /** For readers, with the groups it is in: "the consent form: counts only as it was shown". */
  readonly words: string;
}

const TEXT = String.raw`"(?:[^"\\]|\\.)*"|\`(?:[^\`\\]|\\.)*\``;
/** Finds the beginnings of groups and tests, and claims. */
const FOUND = new RegExp(
  [
    String.raw`^(?<group> *)describe(?:\((?=\s*["\`])|\.each\([\s\S]*?\)\()\s*(?<groupName>${TEXT})(?!.*\);$)`,
    String.raw`^(?<test> *)test\b`,
    String.raw`\bproves\(\s*(?<testName>${TEXT})\s*,(?<claims>[^)]*)\)`,
  ].join("|"),
  "gm",
);

const textOf = (literal = ""): string => literal.slice(1, -1).replaceAll(/\\(.)/g, "$1");

/** Joins the names of groups and test. An ellipsis replaces the placeholders of tables. */
function wordsOf(groups: readonly string[], test: string): string {
  const [own = "", ...around] = [test, ...groups.toReversed()].map((name) =>
    name.replaceAll(/\$\{[^}]*\}|%[a-z]/g, "…").replace(/^\d+(?:, \d+)*: /, ""),
  );
  return [...around.filter((words) => /\w/.test(words)).toReversed(), own].join(": ");
}

/** The claims of the tests, in the order of their files. */
export function readProofs(): Proof[] {
  const proofs: Proof[] = [];
  for (const file of [...new Glob("**/*.{ts,tsx}").scanSync(tests)].sort()) {
    if (file === "support/proves.ts" || file.includes("node_modules/")) continue;
    // The groups around the current place. A group ends at the next line that is indented no deeper.
    let around: { indent: number; name: string }[] = [];
    const leave = (indent: number) => {
      around = around.filter((group) => group.indent < indent);
    };
    for (const { groups: found = {} } of readFileSync(join(tests, file), "utf8").matchAll(FOUND)) {
      const { group, groupName, test, testName, claims = "" } = found;
      if (test !== undefined) leave(test.length);
      if (group !== undefined) {
        leave(group.length);
        around.push({ indent: group.length, name: textOf(groupName) });
      }
      const name = textOf(testName);
      const words = wordsOf(
        around.map((each) => each.name),
        name,
      );
      for (const [, claim = ""] of claims.matchAll(/"([^"]+)"/g)) proofs.push({ claim, file, name, words });
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
    `Every MUST and SHOULD, and their negatives, of the specifications below that binds an authorization server has a row: the
section and the number of the statement in it, the requirement, Tessera's behaviour, and the tests that fail without it. Some
rows bind clients or resource servers, and describe what this server does about them. Rows that do not apply for the same
reason are combined. REQUIRED and SHALL count as MUST, RECOMMENDED as SHOULD. The tests are part of \`npm test\`; one of them
fails when this page and the tests differ.`,
    ...legend(),
    [
      "| specification | rows | proved | deviations | not applicable | open |",
      "|---|--:|--:|--:|--:|--:|",
      ...ledgers.map(({ ledger, entries }) => {
        const count = (state: State) => entries.filter((entry) => entry.state === state).length;
        return `| [${ledger.source}](#${anchor(heading(ledger))}) ${ledger.title} | ${entries.length} | ${count("proved")} | ${count("deviation")} | ${count("not applicable")} | ${count("open")} |`;
      }),
    ].join("\n"),
    "## What is done otherwise",
    "Every deviation with its reason. The rows describe the actual behaviour and its tests.",
    deviations(ledgers.flatMap(({ ledger, entries }) => entries.map((entry) => ({ ledger, entry })))),
    ...ledgers.flatMap(({ ledger, entries }) => [
      `## ${heading(ledger)}`,
      [
        "| | | statement | Tessera | proof |",
        "|---|---|---|---|---|",
        ...alike(entries).map((together) => {
          const [first] = together;
          const last = together.at(-1);
          if (first === undefined || last === undefined) return "";
          const ids = [first.row.id, ...(last === first ? [] : [last.row.id])].join(
            together.length > 2 ? " to " : ", ",
          );
          return `| ${ids} | ${demand(together)} | ${first.row.does} | ${proofOf(first)} |`;
        }),
      ].join("\n"),
    ]),
  ]);
}

/** The level and the statement, or the statements by their levels. */
function demand(entries: readonly Entry[]): string {
  const levels = [...Map.groupBy(entries, ({ row }) => row.level ?? "")];
  const statements = (some: readonly Entry[]) => some.map(({ row }) => row.statement).join("; ");
  if (levels.length === 1) return levels.map(([level, some]) => `${level} | ${statements(some)}`).join();
  return ` | ${levels.map(([level, some]) => `${level}: ${statements(some)}`).join(". ")}`;
}

/** Entries in the order of their rows; consecutive rows that do not apply for the same reason form one entry. */
function alike(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  for (const entry of entries) {
    const before = parts.at(-1)?.at(-1);
    const same =
      before?.state === "not applicable" &&
      entry.state === "not applicable" &&
      before.row.does === entry.row.does &&
      before.row.notApplicable === entry.row.notApplicable;
    if (same) parts.at(-1)?.push(entry);
    else parts.push([entry]);
  }
  return parts;
}

function deviations(all: readonly { readonly ledger: Ledger; readonly entry: Entry }[]): string {
  const reasons = Map.groupBy(
    all.filter(({ entry }) => entry.state === "deviation"),
    ({ entry }) => entry.row.deviation ?? "",
  );
  const list = [...reasons].map(([reason, rows]) => {
    const bySource = Map.groupBy(rows, ({ ledger }) => ledger.source);
    const where = [...bySource].map(
      ([source, some]) => `${source} ${some.map(({ entry }) => entry.row.id).join(", ")}`,
    );
    const statements = [...new Set(rows.map(({ entry }) => entry.row.statement))];
    const what = statements.length === 1 ? `${rows[0]?.entry.row.level} *${statements[0]}*: ` : "";
    return `- ${what}${sentence(reason)} (${where.join("; ")})`;
  });
  return list.join("\n");
}

/** Capitalizes the text unless it begins with a name, and ends it with a full stop. */
const sentence = (text: string): string =>
  `${text.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1)).replace(/[.]$/, "")}.`;

export function threatsPage(): string {
  const entries = entriesOf(THREATS, readProofs());
  return page([
    "# Threat model",
    NOTE,
    `The classes of faults that have broken other authorization servers, each with Tessera's defence and the tests that fail without
it. [SECURITY.md](../SECURITY.md) lists the assumptions about the machine and the proxy, and says how to report a fault;
[security.md](security.md) says how the tests themselves were checked.`,
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
  `*Deviation*: Tessera deviates on purpose, with the reason. *Not applicable*: the subject of the statement does not exist here
(yet). *Open*: no test shows it. The proofs quote tests by their group and name; “…” stands for the values of their cases.`,
];

function proofOf({ row, state, proofs }: Entry): string {
  const tested = [...Map.groupBy(proofs, ({ file }) => file)]
    .map(([file, inFile]) => {
      const names = [...new Set(inFile.map(({ words }) => `“${cell(words)}”`))];
      return `[${file.replace(/(\.test)?\.tsx?$/, "")}](../test/${file}): ${names.join(", ")}`;
    })
    .join("; ");
  if (state === "open") return "**open**";
  if (state === "proved") return tested;
  const reason =
    state === "deviation"
      ? `*Deviation:* ${sentence(row.deviation ?? "")}`
      : `*Not applicable:* ${sentence(row.notApplicable ?? "")}`;
  return tested === "" ? reason : `${reason} ${tested}`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const heading = ({ source, title }: Ledger): string => `${source}: ${title}`;
const anchor = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
const page = (parts: readonly string[]): string => `${parts.join("\n\n")}\n`;

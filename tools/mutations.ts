/** The mutations as the tool, their test and docs/security.md see them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { THREATS } from "../test/conformance/ledger/threats.ts";
import { MUTATIONS } from "../test/mutations/index.ts";
import type { Mutation } from "../test/mutations/mutation.ts";
import { type Found, readResults } from "../test/mutations/results.ts";
import { type Proof, readProofs } from "./conformance.ts";

/** What `test.each` puts in: %s, %j, $name; and `${…}` of a template. */
const HOLES = /%[sjdifop%]|\$\{[^}]*\}|\$[\w.]+/g;

/** Whether a test that failed is one that claims the row. The runner names it with the `describe`s around it. */
function isProof(name: string, { name: claimed }: Proof): boolean {
  const parts = claimed.split(HOLES).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:^| > )${parts.join(".*")}$`, "s").test(name);
}

/** Of the tests that failed, those that claim what the mutation takes out. */
export const failedProofs = (claim: string, failed: readonly string[], proofs: readonly Proof[]): string[] =>
  failed.filter((name) => proofs.some((proof) => proof.claim === claim && isProof(name, proof)));

/** The threats that there is something to show of. */
export const applicableThreats = (): string[] =>
  THREATS.rows.filter(({ notApplicable }) => notApplicable === undefined).map(({ id }) => `threat ${id}`);

const BEGIN = "<!-- What follows is made from test/mutations/ by tools/mutations.ts: npm run docs -->";
const END = "<!-- Up to here -->";

/** docs/security.md as it is, with the part about mutations as it should be. */
export function securityPage(): string {
  const page = readFileSync(join(import.meta.dir, "../docs/security.md"), "utf8");
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/security.md has lost the marks of its generated part.");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${mutationsPart()}\n\n${page.slice(end)}`;
}

function mutationsPart(): string {
  const results = readResults();
  const proofs = readProofs();
  const found = new Map((results?.found ?? []).map((one) => [one.what, one]));
  const caught = MUTATIONS.filter(({ what }) => (found.get(what)?.failed.length ?? 0) > 0);
  const threats = applicableThreats();
  const minutes = Math.round([...found.values()].reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  const rows = [...MUTATIONS]
    .map((mutation, index) => ({ mutation, index }))
    .sort((one, other) => order(one.mutation) - order(other.mutation) || one.index - other.index)
    .map(({ mutation }) => row(mutation, found.get(mutation.what), proofs));
  return [
    `Last done on ${results?.date ?? "no day"}, with ${MUTATIONS.length} mutations: against every one of the ${threats.length} classes of threats that
apply, and against a few more rules of the specifications. ${caught.length} were caught, ${MUTATIONS.length - caught.length} survived. One
after another their tests took ${minutes} minutes, on two cores that had other things to do. A number is a class of [the threat model](threats.md).`,
    ["| against | taken out | fails then |", "|---|---|---|", ...rows].join("\n"),
  ].join("\n\n");
}

/** By the number of the threat; rules of specifications come last. */
const order = ({ against: [first] }: Mutation): number =>
  first.startsWith("threat ") ? Number(first.slice("threat ".length)) : 1000;

function row(mutation: Mutation, found: Found | undefined, proofs: readonly Proof[]): string {
  const { against, what } = mutation;
  const failed = found?.failed ?? [];
  const telling = against.flatMap((claim) => failedProofs(claim, failed, proofs));
  const [name = ""] = [...telling, ...failed];
  const more = failed.length > 1 ? ", and others" : "";
  const shown = name === "" ? "**nothing**" : `“${cell(name)}”${more}`;
  const claims = against.map((claim) => claim.replace(/^threat /, "")).join(", ");
  return `| ${claims} | ${cell(what)} (${placeOf(mutation)}) | ${shown} |`;
}

const placeOf = ({ in: path, within }: Mutation): string =>
  `${within === undefined ? "" : `\`${within.replaceAll(" ", ".")}\` in `}[${path}](../src/${path})`;

const cell = (text: string): string =>
  (text.length > 160 ? `${text.slice(0, 159)}…` : text).replaceAll("|", "\\|").replaceAll("<", "&lt;");

/** Functions about mutations for the tool, their test and docs/security.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { THREATS } from "../test/conformance/ledger/threats.ts";
import { sourceDigest } from "../test/mutations/digest.ts";
import { MUTATIONS } from "../test/mutations/index.ts";
import type { Mutation } from "../test/mutations/mutation.ts";
import { type Found, readResults } from "../test/mutations/results.ts";
import { type Proof, readProofs } from "./conformance.ts";

const root = join(import.meta.dir, "..");

/** What `test.each` puts in: %s, %j, $name; and `${…}` of a template. */
const HOLES = /%[sjdifop%]|\$\{[^}]*\}|\$[\w.]+/g;

/** Whether a failed test claims the row. The runner puts the names of the `describe`s around it before its name. */
function isProof(name: string, { name: claimed }: Proof): boolean {
  const parts = claimed.split(HOLES).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:^| > )${parts.join(".*")}$`, "s").test(name);
}

/** The failed tests that claim the defence that the mutation removes. */
export const failedProofs = (claim: string, failed: readonly string[], proofs: readonly Proof[]): string[] =>
  failed.filter((name) => proofs.some((proof) => proof.claim === claim && isProof(name, proof)));

/** The threats that apply to this server. */
export const applicableThreats = (): string[] =>
  THREATS.rows.filter(({ notApplicable }) => notApplicable === undefined).map(({ id }) => `threat ${id}`);

const BEGIN = "<!-- What follows is made from test/mutations/ by tools/mutations.ts: npm run docs -->";
const END = "<!-- Up to here -->";

/** docs/security.md with the part about mutations for a source with this digest. */
export function securityPage(digest = sourceDigest(root)): string {
  const page = readFileSync(join(root, "docs/security.md"), "utf8");
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/security.md has lost the marks of its generated part.");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${mutationsPart(digest)}\n\n${page.slice(end)}`;
}

/**
 * The valid texts of docs/security.md. `npm run docs` writes the first. A page from the time when the source was that of the
 * results says so as a condition, which stays true when the source changes.
 */
export function securityPages(): string[] {
  const digests = [sourceDigest(root), ...resultsOfMutations().map(({ source }) => source)];
  return [...new Set(digests)].map(securityPage);
}

/** The results, without those of removed mutations. */
function resultsOfMutations(): Found[] {
  const titles = new Set(MUTATIONS.map(({ what }) => what));
  return readResults().filter(({ what }) => titles.has(what));
}

function mutationsPart(digest: string): string {
  const results = resultsOfMutations();
  const proofs = readProofs();
  const found = new Map(results.map((one) => [one.what, one]));
  const caught = results.filter(({ failed }) => failed.length > 0);
  const untried = MUTATIONS.length - results.length;
  const threats = applicableThreats();
  const rows = [...MUTATIONS]
    .map((mutation, index) => ({ mutation, index }))
    .sort((one, other) => order(one.mutation) - order(other.mutation) || one.index - other.index)
    .map(({ mutation }) => row(mutation, found.get(mutation.what), proofs));
  return [
    stateOf(results, digest),
    `There are ${MUTATIONS.length} mutations: against every one of the ${threats.length} classes of threats that apply, and against a few more rules of the
specifications. ${caught.length} were caught, ${results.length - caught.length} survived${untried === 0 ? "" : `, ${untried} were not tried yet`}. A number is a class of [the threat model](threats.md).`,
    ["| against | taken out | fails then |", "|---|---|---|", ...rows].join("\n"),
  ].join("\n\n");
}

/** Says whether the results belong to the source with this digest. */
export function stateOf(results: readonly Found[], digest: string): string {
  const current = results.filter(({ source }) => source === digest);
  const [one] = current;
  if (one === undefined) {
    return `These results are of an earlier state: the source had the digest ${digestsOf(results)}. It has changed since.`;
  }
  const printed = `\`npm run mutate -- --digest\` prints \`${digest}\``;
  if (current.length === results.length) {
    return `These results are of the source with the digest \`${digest}\`, on ${one.date}. As long as ${printed},
they are made from this source. When it prints another digest, the source has changed since, and they are of an earlier state.`;
  }
  const earlier = results.filter((result) => result.source !== digest);
  return `As long as ${printed}, ${current.length} of the ${results.length} results are made from this source.
The others are of earlier states: ${digestsOf(earlier)}.`;
}

/** "`1f0c…` on 2026-11-22". */
const digestsOf = (results: readonly Found[]): string =>
  [...new Set(results.map(({ source, date }) => `\`${source}\` on ${date}`))].join(", ");

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

/**
 * RFC 6749 §5.2: the characters of `error_description`. A filter replaces all others by "?", which is for texts of
 * strangers: no text of ours may need it.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { SgNode } from "@ast-grep/napi";
import { OAuthError, REASONS, type Reason } from "../../src/protocol/errors.ts";
import { readSource, type Source } from "../mutations/place.ts";
import { proves } from "../support/proves.ts";

/** The floors on which refusals are made. The texts of a function such as redirectUriFault become part of one. */
const FLOORS = [
  "protocol",
  "platform",
  "credentials",
  "clients",
  "rules",
  "operations",
  "grant-types",
  "endpoints",
];
/** Replaces what looks like a credential in a line of the log, which may have any character. */
const FOR_THE_LOG: ReadonlySet<string> = new Set([
  "credentials/credential.ts: …",
  // For the terminal of the operator.
  "operations/preview.ts: …",
  // For the record, which says so where it leaves a value out.
  "rules/refusal-record.ts: =…",
  "rules/refusal-record.ts: $1…@",
  "rules/refusal-record.ts: #…",
  "rules/refusal-record.ts: …",
]);
const source = readSource(join(import.meta.dir, "../../src"));

interface Written {
  readonly text: string;
  readonly where: string;
  readonly node: SgNode;
}

/** The literals of a file, without their escape sequences, and the escape sequences. */
function literalsOf(from: Source, file: string): Written[] {
  const root = from.tree(file);
  const kinds = ["string_fragment", "escape_sequence"];
  return kinds.flatMap((kind) =>
    root
      .findAll({ rule: { kind } })
      .map((node) => ({ text: node.text(), where: `${file}:${node.range().start.line + 1}`, node })),
  );
}

/** The name of the nearest member around a literal: `cure: "…"`. */
const memberOf = (node: SgNode): string | undefined =>
  node
    .ancestors()
    .find((ancestor) => ancestor.kind() === "pair")
    ?.field("key")
    ?.text();

describe("the texts of refusals", () => {
  test(
    proves("are in the characters that need no filter, wherever they are written", "RFC 6749 5.2-4"),
    () => {
      const filtered: string[] = [];
      let seen = 0;
      for (const file of FLOORS.flatMap((floor) => source.files(floor))) {
        for (const { text, where, node } of literalsOf(source, file)) {
          const member = memberOf(node);
          // The cure is for docs/errors.md and the help page.
          if (member === "cure" || FOR_THE_LOG.has(`${file}: ${text}`)) continue;
          seen += 1;
          const isDescription = member === "description";
          const allowed = isDescription ? /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/ : /^[\x20-\x7E]*$/;
          if (!allowed.test(text)) filtered.push(`${where}: ${text}`);
        }
      }
      expect(filtered).toEqual([]);
      expect(seen).toBeGreaterThan(1000);
    },
  );

  test("of each reason are sent as they stand in the table", () => {
    const reasons = Object.keys(REASONS) as Reason[];
    for (const reason of reasons) {
      const { description } = REASONS[reason];
      expect(new OAuthError(reason, { description }).description).toBe(description);
    }
  });
});

/** The mutations fit the source as it is, so that the list cannot rot. `npm run mutate` applies them (test/mutations/). */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readProofs } from "../tools/conformance.ts";
import { applicableThreats, applied, failedProofs } from "../tools/mutations.ts";
import { LEDGERS } from "./conformance/ledger/index.ts";
import { MUTATIONS } from "./mutations/index.ts";
import { readResults } from "./mutations/results.ts";

const sourceOf = (file: string): string => readFileSync(join(import.meta.dir, "../src", file), "utf8");

describe.each(MUTATIONS.map((mutation) => [mutation.what, mutation] as const))(
  "taken out: %s",
  (_, mutation) => {
    test("it stands in the source, once, and something else stands there after", () => {
      const texts = new Map<string, string>();
      for (const change of [mutation, ...(mutation.also ?? [])]) {
        const text = texts.get(change.file) ?? sourceOf(change.file);
        const changed = applied(change, text);
        expect(changed).not.toBe(text);
        texts.set(change.file, changed);
      }
    });

    test("the tests that are to fail exist, and a run saw one fail", () => {
      expect(mutation.tests.filter((file) => !existsSync(join(import.meta.dir, file)))).toEqual([]);
      const found = readResults()?.found.find(({ what }) => what === mutation.what);
      expect(found?.failed ?? []).not.toEqual([]);
    });
  },
);

test("each has words of its own, and is against something that there is", () => {
  const words = MUTATIONS.map(({ what }) => what);
  expect(words.filter((what, index) => words.indexOf(what) !== index)).toEqual([]);
  const known = new Set(LEDGERS.flatMap(({ source, rows }) => rows.map(({ id }) => `${source} ${id}`)));
  expect(MUTATIONS.flatMap(({ against }) => against).filter((claim) => !known.has(claim))).toEqual([]);
});

test.each(applicableThreats())("%s has a mutation, and a test that claims it was seen to fail", (threat) => {
  const proofs = readProofs();
  const found = new Map(readResults()?.found.map((one) => [one.what, one]));
  const against = MUTATIONS.filter((mutation) => mutation.against.some((claim) => claim === threat));
  const failed = against.flatMap(({ what }) => {
    const result = found.get(what);
    return result === undefined ? [] : failedProofs(threat, result.failed, proofs);
  });
  expect(against.length).toBeGreaterThan(0);
  expect(failed).not.toEqual([]);
});
